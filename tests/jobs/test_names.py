"""Columns of any name: the exact answer on every path. Many odd names stand in one table, so that few runs see all."""

import datetime
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import orc

from hotset import DataError, Dataset, Run, SchemaError, UsageError, by_name, ddl, open_run, quoted
from hotset.jobs.compact import job as compact
from hotset.jobs.group import job as group
from hotset.jobs.join import job as join
from hotset.jobs.sensor_report import job as sensor_report

pytestmark = pytest.mark.thorough

NAMES = [
    *("site.name", "a b", "back`tick", "`", 'quo"te', "eq=al", "semi;colon", "a,b", "a:sum", "[red]x[/red]", "[/x]"),
    *(" lead", "trail ", "tab\tx", ".x", "x.", "*", "a.*", "한국", "😀", "e\u0301", "select", "from", "null", "1", "-"),
    *("n" * 300, "{x}", "$x", "${env:HOME}", "%41", "a/b", "\\", "'", "<b>", "#", "(ours)", "(times)", "unnamed: 0"),
    *("__part", "__line", "__raw", "__block", "__rule_0", "__copies", "__hash", "__place", "__best", "__cover", "0"),
    *("c0", "rows", "hash", "place", "partition", "side", "chunk", "key 0", "value 0", "group", "left", "right"),
    *("ours", "pairs", "q0", "device", "copies", "count_all", "name", "n x", "x_count", "col", "value"),
]
TWINS = {"Id": [1, 2, 2], "ID": [7, 8, 9], "v": [10, 20, 30]}


def write(path: Path, columns: dict[str, Any]) -> str:
    pq.write_table(pa.table(columns), path)
    return str(path)


def read(path: Path) -> list[dict[str, Any]]:
    table = pa.concat_tables([pq.ParquetFile(file).read() for file in sorted(path.glob("part-*"))])
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def by_text(rows: list[Any]) -> list[Any]:
    return sorted(rows, key=str)


@pytest.mark.parametrize("format_", ["csv", "json", "parquet", "orc"])
def test_published_names_are_read_back(run: Run, tmp_path: Path, format_: Any) -> None:
    names = [name for name in NAMES if format_ != "orc" or "`" not in name]
    columns = ddl(dict.fromkeys(names, "int"))
    rows = [tuple(range(len(names))), tuple(range(1, len(names) + 1))]
    frame = run.spark.createDataFrame(rows, columns)

    run.publish(Dataset(columns, format_, key=(names[0], "(times)", ".x")), frame, str(tmp_path / "out"))
    found = run.dataset(str(tmp_path / "out"))
    back = run.read(found, str(tmp_path / "out"))
    other = run.published(found, str(tmp_path / "out"))

    assert (back.columns, other.columns, found.select(*names[:9]).schema().names) == (names, names, names[:9])
    assert sorted(map(tuple, back.collect())) == sorted(map(tuple, other.collect())) == rows


def test_names_with_back_ticks_are_found_in_orc_of_others(run: Run, tmp_path: Path) -> None:
    names = [name for name in NAMES if "`" in name]
    orc.write_table(pa.table({**{name: [1, None] for name in names}, "v": [2, 3]}), tmp_path / "in.orc")

    rows = run.read(run.dataset(str(tmp_path / "in.orc")), str(tmp_path / "in.orc"))

    assert rows.columns == [*names, "v"]
    assert {tuple(row) for row in rows.collect()} == {(*[1] * len(names), 2), (*[None] * len(names), 3)}


@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_names_are_found_in_files_of_others(run: Run, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"in.{suffix}"
    if suffix == "csv":
        header = ",".join('"' + name.replace('"', '""') + '"' for name in NAMES)
        path.write_text(f"{header}\n{','.join(map(str, range(len(NAMES))))}\n")
    else:
        path.write_text(json.dumps(dict(zip(NAMES, range(len(NAMES)), strict=True)), ensure_ascii=False) + "\n")

    dataset = run.dataset(str(path))

    assert dataset.schema().names == NAMES
    assert [tuple(row) for row in run.read(dataset, str(path)).collect()] == [tuple(range(len(NAMES)))]


@pytest.mark.usefixtures("spark")
def test_rules_and_places_go_with_any_name(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    names = ["__part", "__LINE", "__raw", "__block", "__rule_0", "a.b"]
    path.write_text("".join(json.dumps(dict.fromkeys(names, value)) + "\n" for value in (1, -1, 2)))
    dataset = Dataset(ddl(dict.fromkeys(names, "int")), "json", rules={"positive": "`a.b` > 0 and `__LINE` > -9"})

    with open_run("r", report=tmp_path / "r.json", max_bad="1") as tolerant:
        good = tolerant.read(dataset, str(path)).collect()

    assert sorted(map(tuple, good)) == [(1,) * 6, (2,) * 6]
    (bad,) = [json.loads(line) for line in Path(str(tolerant.report.quarantine)).read_text().splitlines()]
    assert (bad["line"], bad["rule"]) == (2, "positive")


PARTITIONS = {
    "a.b": "x/y",
    "k=v": "a=b",
    "[x] ": " [1]",
    "한국": "눈 😀",
    "back`tick": "`",
    'quo"te': '"',
    "%41": "100%25",
    "a/b": "..",
    " lead": "new\nline",
    "{g}": "*?",
    "_x": "null",
    "Day": "007",
}


@pytest.mark.parametrize("format_", ["parquet", "csv", "json"])
def test_partitions_of_any_name_and_value_are_read_back(run: Run, tmp_path: Path, format_: Any) -> None:
    columns = ddl({**dict.fromkeys(PARTITIONS, "string"), "n": "int"})
    frame = run.spark.createDataFrame([(*PARTITIONS.values(), 1), (*[None] * len(PARTITIONS), 2)], columns)

    run.publish(Dataset(columns, format_, partition_by=tuple(PARTITIONS)), frame, str(tmp_path / "day=1"))
    back = run.read(run.dataset(str(tmp_path / "day=1")), str(tmp_path / "day=1"))

    assert by_text([row.asDict() for row in back.collect()]) == by_text([row.asDict() for row in frame.collect()])


@pytest.mark.parametrize(
    ("columns", "facts", "reason"),
    [
        ("`a\nb` int, n int", {"format": "csv"}, r"the header of a CSV is one line, got the column 'a\\nb'"),
        ("`` int, n int", {"format": "json"}, "a column of the output has no name"),
        (
            "s struct<`a``b`: int>, n int",
            {"format": "orc"},
            "ORC does not find a name with a back-tick again, got 'a`b'",
        ),
        ("`.x` int, n int", {"partition_by": (".x",)}, "readers pass over a directory"),
        ("p string, n int", {"partition_by": ("p",)}, "a directory cannot say this text, in the partition column 'p'"),
    ],
)
def test_what_a_format_cannot_say_is_refused(
    run: Run, tmp_path: Path, columns: str, facts: dict[str, Any], reason: str
) -> None:
    value = {"p": "__HIVE_DEFAULT_PARTITION__", "s": {"a`b": 1}}.get(columns[0], 1)
    frame = run.spark.createDataFrame([(value, 1)], columns)

    with pytest.raises((SchemaError, DataError), match=reason):
        run.publish(Dataset(columns, **facts), frame, str(tmp_path / "out"))

    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("method", ["expression", "dataframe"])
def test_group_by_and_of_any_column(run: Run, tmp_path: Path, method: Any) -> None:
    keys = write(tmp_path / "k.parquet", {**{name: ["x", "y", "x"] for name in NAMES}, "v": [1, 2, 3]})
    values = write(tmp_path / "v.parquet", {"k": ["x", "y", "x"], **{name: [1, 2, 3] for name in NAMES}})
    aggregates = tuple(f"{name}:sum,max,std" for name in NAMES if name != "*")

    group.main(run, group.Params((keys,), str(tmp_path / "k"), tuple(NAMES), ("v:sum",), method=method))
    with open_run("group", report=tmp_path / "r.json") as other:
        group.main(other, group.Params((values,), str(tmp_path / "v"), ("k",), aggregates, method=method))

    assert read(tmp_path / "k") == [
        {**dict.fromkeys(NAMES, key), "v_sum": total} for key, total in (("x", 4), ("y", 2))
    ]
    for name in (one for one in NAMES if one != "*"):
        found = [(row[f"{name}_sum"], row[f"{name}_max"]) for row in read(tmp_path / "v")]
        assert (name, found) == (name, [(4, 3), (2, 2)])


def test_where_and_aggregates_in_order_take_any_name(run: Run, tmp_path: Path) -> None:
    names = [name for name in NAMES if "${" not in name]  # what is filled in by Spark is refused in expressions
    rows = write(tmp_path / "v.parquet", {name: [1, 2, 3] for name in NAMES})
    where = " and ".join(f"{quoted(name)} > 1" for name in names)

    group.main(run, group.Params((rows,), str(tmp_path / "o"), (".x", "site.name"), ("`:median",), where=where))
    run.release("groups")
    group.main(run, group.Params((rows,), str(tmp_path / "m"), (".x", "x."), ("*:count", "`:median")))

    assert [tuple(row.values()) for row in read(tmp_path / "o")] == [(2, 2, 2.0), (3, 3, 3.0)]
    assert [tuple(row.values()) for row in read(tmp_path / "m")] == [(n, n, 1, float(n)) for n in (1, 2, 3)]


@pytest.mark.parametrize("method", ["expression", "dataframe"])
def test_join_on_and_of_any_column(run: Run, tmp_path: Path, method: Any) -> None:
    left = write(tmp_path / "l.parquet", {**{name: ["x", "y", "x"] for name in NAMES}, "v": [1, 2, 3]})
    right = write(tmp_path / "r.parquet", {**{name: ["x", "z"] for name in reversed(NAMES)}, "r.v": [10, 20]})
    some = (".x", "rows", "site.name", "`", "*", "key 0", "count_all", "(ours)", "ours", "0")
    out = str(tmp_path / "all"), str(tmp_path / "some")

    join.main(run, join.Params((left,), (right,), out[0], tuple(NAMES), how="left", method=method))
    join.main(run, join.Params((left,), (right,), out[1], some, method=method))

    rows = [(key, v, met) for key, v, met in (("x", 1, 10), ("x", 3, 10), ("y", 2, None))]
    expected = [(dict.fromkeys(NAMES, key), v, met) for key, v, met in rows]
    found = [({name: row[name] for name in NAMES}, row["v"], row["r.v"]) for row in read(tmp_path / "all")]
    assert by_text(found) == by_text(expected)
    assert {row[f"{name}_right"] for row in read(tmp_path / "some") for name in NAMES if name not in some} == {"x"}


@pytest.mark.parametrize("method", ["expression", "dataframe"])
@pytest.mark.parametrize("turned", [0, 1])
def test_sensors_of_any_name(run: Run, tmp_path: Path, method: Any, turned: int) -> None:
    # the columns that the outputs have of their own are refused as device and time
    device, time = (("site.name", ".x"), ("__copies", "a`b"))[turned]
    quantities = tuple(name for name in NAMES[turned::4] if name not in (device, time))
    at = [datetime.datetime(2026, 1, 1, 0, minute, tzinfo=datetime.UTC) for minute in (0, 1, 1)]
    stuck = {name: pa.array([1.0, 2.0, 5.0]) for name in quantities}
    rows = write(
        tmp_path / "s.parquet", {device: ["d", "d", "e"], time: pa.array(at, pa.timestamp("us", "UTC")), **stuck}
    )
    outputs: dict[str, Any] = {name: str(tmp_path / name) for name in ("output", "anomalies", "future")}

    params = sensor_report.Params(
        (rows,), **outputs, device=device, timestamp=time, quantities=quantities, as_of="2026-01-01T00:00:30",
        method=method, limits=tuple(f"{name}=5:" for name in quantities),
    )  # fmt: skip
    sensor_report.main(run, params)

    report, odd, future = (by_text(read(tmp_path / name)) for name in ("output", "anomalies", "future"))
    assert [(row[device], row["readings"], row["future"]) for row in report] == [("d", 1, 1), ("e", 0, 1)]
    assert {row[f"{name}_mean"] for row in report[:1] for name in quantities} == {1.0}
    assert sorted(row["quantity"] for row in odd if row["kind"] == "out of range") == sorted(quantities) or odd == []
    assert [(row[device], {row[name] for name in quantities}) for row in future] == [("d", {2.0}), ("e", {5.0})]


@pytest.mark.parametrize("name", ["readings", "window_start", "q_mean", "kind", "value"])
def test_a_device_or_time_called_like_a_column_of_the_outputs_is_refused(run: Run, tmp_path: Path, name: str) -> None:
    rows = write(tmp_path / "s.parquet", {name: ["d"], "at": [datetime.datetime(2026, 1, 1)], "q": [1.0]})

    with pytest.raises(UsageError, match=f"the outputs have a column '{name}' of their own"):
        sensor_report.main(run, sensor_report.Params((rows,), str(tmp_path / "o"), device=name, timestamp="at"))


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_compact_of_any_column(run: Run, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"in.{suffix}"
    if suffix == "csv":
        header = ",".join('"' + name.replace('"', '""') + '"' for name in NAMES)
        path.write_text(
            "".join(f"{line}\n" for line in (header, *(",".join([str(n)] * len(NAMES)) for n in (2, 1, 3))))
        )
    else:
        write(path, {name: [2, 1, 3] for name in NAMES})

    compact.main(run, compact.Params((str(path),), str(tmp_path / "o"), sort_by=(".x", "place", "hash")))

    assert read(tmp_path / "o") == [dict.fromkeys(NAMES, n) for n in (1, 2, 3)]
    assert [row[0] for row in run.report.tables[0].rows] == NAMES


def test_columns_that_differ_in_case_are_two(run: Run, tmp_path: Path) -> None:
    rows = write(tmp_path / "in.parquet", {**TWINS, "s": [{"x.y": n, "X.Y": -n} for n in (1, 2, 3)]})
    other = write(tmp_path / "other.parquet", {"v": [10], "iD": [0], "id": [5]})
    outputs = {name: str(tmp_path / name) for name in ("compact", "where", "join", "days")}

    compact.main(run, compact.Params((rows,), outputs["compact"], sort_by=("ID",)))
    group.main(run, group.Params((rows,), outputs["where"], ("Id",), ("ID:sum",), where="v > 10 and ID > 7 and Id > 1"))
    join.main(run, join.Params((rows,), (other,), outputs["join"], ("v",)))
    table = run.read(run.dataset(rows), rows).select(by_name("Id"), by_name("ID"), "v")
    run.publish(Dataset("Id bigint, ID bigint, v bigint", partition_by=("ID",)), table, outputs["days"])
    days = run.read(run.dataset(outputs["days"]), outputs["days"]).collect()

    assert [(row["Id"], row["ID"], row["s"]) for row in read(tmp_path / "compact")] == [
        (1, 7, {"x.y": 1, "X.Y": -1}), (2, 8, {"x.y": 2, "X.Y": -2}), (2, 9, {"x.y": 3, "X.Y": -3})
    ]  # fmt: skip
    assert read(tmp_path / "where") == [{"Id": 2, "ID_sum": 17}]
    assert [[row[name] for name in ("Id", "ID", "iD", "id")] for row in read(tmp_path / "join")] == [[1, 7, 0, 5]]
    assert sorted(map(tuple, days)) == [(1, 7, 10), (2, 8, 20), (2, 9, 30)]
    assert [warning for warning in run.report.warnings if warning.startswith("the columns")] == [
        "the columns 'Id' and 'ID' differ in case only: names are looked up by their case here"
    ]


def test_the_case_of_names_counts_only_in_runs_that_have_such_columns(run: Run, tmp_path: Path) -> None:
    rows = write(tmp_path / "in.parquet", TWINS)
    plain = write(tmp_path / "plain.parquet", {"Id": [1, 2], "v": [10, 20]})
    with open_run("r", report=tmp_path / "r.json") as other:
        other.read(other.dataset(rows), rows)
        assert other.spark.conf.get("spark.sql.caseSensitive") == "true"

    group.main(run, group.Params((plain,), str(tmp_path / "o"), ("Id",), ("v:sum",), where="iD = 2"))

    assert read(tmp_path / "o") == [{"Id": 2, "v_sum": 20}]
    assert "spark.sql.caseSensitive" not in run.spark.conf.getAll


def test_whoever_takes_such_columns_for_one_is_told_before_spark_works(run: Run, tmp_path: Path) -> None:
    nested = write(tmp_path / "in.parquet", {"s": [{"a": [{"X": 1, "x": 2}]}]})
    run.spark.conf.set("spark.sql.caseSensitive", "false")
    try:
        with pytest.raises(SchemaError, match=r"the columns 'X' and 'x' differ in case only, and spark\.sql"):
            run.read(run.dataset(nested), nested)
    finally:
        run.spark.conf.unset("spark.sql.caseSensitive")


def test_a_key_of_another_case_is_named(run: Run, tmp_path: Path) -> None:
    left, right = write(tmp_path / "l.parquet", {"id": [1]}), write(tmp_path / "r.parquet", {"ID": [1], "w": [2]})

    with pytest.raises(UsageError, match="the right side has no column 'id'; it has ID, w; 'ID' differs in case only"):
        join.main(run, join.Params((left,), (right,), str(tmp_path / "o"), ("id",)))


def test_a_column_without_a_name_is_only_in_the_way_where_it_is_used(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text(",k,v\n0,a,1\n1,b,2\n2,a,3\n")

    group.main(run, group.Params((str(path),), str(tmp_path / "o"), ("k",), ("v:sum",)))
    with pytest.raises(SchemaError, match="a column has no name; give it one, or name the others by --columns"):
        compact.main(run, compact.Params((str(path),), str(tmp_path / "c")))

    assert read(tmp_path / "o") == [{"k": "a", "v_sum": 4}, {"k": "b", "v_sum": 2}]
