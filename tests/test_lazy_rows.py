"""`run.rows`: good rows on DuckDB, counted and rejected once, whoever reads the files."""

import json
import random
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hotset import DataError, Dataset, InputError, ResourceError, Run, SchemaError, UsageError, open_run, safe_names
from hotset.row_counts import RowCounts
from hotset.rows import staging

READINGS = Dataset("id int not null, x double, note string", format="csv")
PAIR = Dataset("id int, n bigint")


@pytest.fixture
def local(tmp_path: Path) -> Any:
    with open_run("test", report=tmp_path / "records" / "report.json", max_bad="100%", engine="local") as run:
        yield run


def publish(run: Run, frame: "nw.LazyFrame[Any]", columns: str, out: Path) -> list[tuple[Any, ...]]:
    """The rows that are published, in their order."""
    run.publish(Dataset(columns), frame, str(out))
    table = pa.concat_tables([pq.read_table(file) for file in sorted(out.glob("*.parquet"))])
    return [tuple(row.values()) for row in table.to_pylist()]


def quarantine(run: Run) -> list[tuple[int, str | None, str]]:
    path = run.report.quarantine
    records = [json.loads(line) for line in Path(path).read_text().splitlines()] if path else []
    return [(one["line"], one["column"], one["reason"]) for one in records]


def counts(run: Run) -> list[tuple[int, int, int]]:
    counts = [read.counts or RowCounts() for read in run.report.reads]
    return [(one.read, one.good, one.rejected) for one in counts]


def test_a_plain_csv_is_read_by_duckdb_and_counted(local: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,x,note\n1,0.5,é\n2,,\n3,1e3,b c\n", encoding="utf-8")

    rows = local.rows(str(tmp_path / "a.csv"), READINGS)
    found = publish(local, rows, "id int, x double, note string", tmp_path / "out")

    assert found == [(1, 0.5, "é"), (2, None, None), (3, 1000.0, "b c")]
    assert counts(local) == [(3, 3, 0)]
    assert (local.report.reads[0].lane, local.report.plan) == ("duckdb", "local")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("b,1,x", (3, "id", "not of type int")),
        (",1,x", (3, "id", "null, declared not null")),
        ("1_0,1,x", (3, "id", "not of type int")),
        ("1.0,1,x", (3, "id", "not of type int")),
        ("3000000000,1,x", (3, "id", "out of range of type int")),
        ("3,1e999,x", (3, "x", "out of range of type double")),
        ("3,0x1F,x", (3, "x", "not of type double")),
        ("3,1,x,", (3, None, "4 fields, expected 3")),
        ("3,1", (3, None, "2 fields, expected 3")),
        ('3,1,"x', (3, None, "unclosed quote")),
    ],
)
def test_a_bad_row_is_rejected_with_its_place(local: Run, tmp_path: Path, line: str, told: tuple[Any, ...]) -> None:
    (tmp_path / "a.csv").write_text(f"id,x,note\n1,0.5,a\n{line}\n2,1,b\n")

    found = publish(
        local, local.rows(str(tmp_path / "a.csv"), READINGS), "id int, x double, note string", tmp_path / "out"
    )

    assert [row[0] for row in found] == [1, 2]
    assert counts(local) == [(3, 2, 1)]
    assert quarantine(local) == [told]


def test_only_the_files_in_doubt_are_read_by_our_readers(local: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,x,note\n" + "1,2,a\n" * 100)
    (tmp_path / "b.csv").write_text('id,x,note\n1,2,"a"\n1,z,"b,c"\n')

    rows = local.rows((str(tmp_path / "a.csv"), str(tmp_path / "b.csv")), READINGS)
    found = publish(local, rows.select(nw.len().alias("n")), "n bigint", tmp_path / "out")

    assert found == [(102,)]  # nobody uses x
    assert counts(local) == [(102, 102, 0)]


def test_more_columns_are_read_and_counted_again(local: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,x,note\n1,z,a\n2,1,b\n")
    rows = local.rows(str(tmp_path / "a.csv"), READINGS)

    ids = publish(local, rows.select("id"), "id int", tmp_path / "ids")
    assert counts(local) == [(2, 2, 0)]
    values = publish(local, rows.select("id", "x"), "id int, x double", tmp_path / "values")
    local.balance()

    assert (ids, values) == ([(1,), (2,)], [(2, 1.0)])
    assert counts(local) == [(2, 1, 1)]
    assert quarantine(local) == [(2, "x", "not of type double")]


def test_a_join_of_a_table_with_itself(local: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('id,x,note\n1,0.5,"a"\n2,1,b\n')
    rows = local.rows(str(tmp_path / "a.csv"), READINGS)

    both = rows.select("id", "x").join(rows.select("id", "note"), on="id")

    assert publish(local, both, "id int, x double, note string", tmp_path / "out") == [(1, 0.5, "a"), (2, 1.0, "b")]
    assert counts(local) == [(2, 2, 0)]


def test_an_order_that_was_asked_for_stays(local: Run, tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": pa.array(range(50_000), pa.int32())}), tmp_path / "a.parquet")
    rows = local.rows(str(tmp_path / "a.parquet"))

    down = publish(local, rows.sort("id", descending=True), "id int", tmp_path / "down")
    top = publish(local, rows.sort("id", descending=True).head(3), "id int", tmp_path / "top")

    assert down == [(number,) for number in reversed(range(50_000))]
    assert top == [(49_999,), (49_998,), (49_997,)]


@pytest.mark.parametrize("format_", ["csv", "json", "parquet"])
def test_every_format_of_the_output(local: Run, tmp_path: Path, format_: Any) -> None:
    (tmp_path / "a.csv").write_text("id,x,note\n1,0.5,a\n2,,\n")
    dataset = Dataset("id int, x double, note string", format=format_)

    local.publish(dataset, local.rows(str(tmp_path / "a.csv"), READINGS), str(tmp_path / "out"))

    assert local.head(dataset, str(tmp_path / "out"), 5).to_pylist() == [
        {"id": 1, "x": 0.5, "note": "a"},
        {"id": 2, "x": None, "note": None},
    ]


def test_names_that_engines_do_not_take(local: Run, tmp_path: Path) -> None:
    names = ["a.b", "A", "a", "sp ace", 'q"uote', "back`tick", "한글", "x=y", "c0"]
    pq.write_table(pa.table({name: [place] for place, name in enumerate(names)}), tmp_path / "a.parquet")
    columns = ", ".join(f"`{name.replace('`', '``')}` bigint" for name in names)
    safe = safe_names(names)

    rows = local.rows(str(tmp_path / "a.parquet"))
    local.publish(Dataset(columns), rows, str(tmp_path / "out"))
    few = publish(
        local,
        rows.filter(nw.col(safe["a"]) == 2).select(safe["a.b"], safe["A"]),
        "`a.b` bigint, A bigint",
        tmp_path / "few",
    )

    (file,) = (tmp_path / "out").glob("*.parquet")
    assert pq.read_table(file).to_pylist() == [dict(zip(names, range(9), strict=True))]
    assert few == [(0, 1)]


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        ("x > 1", [3]),
        ("note = 'a' OR id = 2", [1, 2]),
        ("note LIKE '%c'", [3]),
        ("x IS NULL", [2]),
        ("id in (1, 3)", [1, 3]),
    ],
)
def test_where_is_sparks_sql(local: Run, tmp_path: Path, where: str, ids: list[int]) -> None:
    (tmp_path / "a.csv").write_text("id,x,note\n1,0.5,a\n2,,b\n3,2,bc\n")

    rows = local.rows(str(tmp_path / "a.csv"), READINGS, where=where)

    assert [row[0] for row in publish(local, rows.select("id"), "id int", tmp_path / "out")] == ids


def test_what_is_wrong_is_told(local: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,x\n1,0.5\n")
    pq.write_table(pa.table({"n": [2**62, 2**62]}), tmp_path / "a.parquet")

    with pytest.raises(SchemaError, match="the columns differ"):
        local.rows(str(tmp_path / "a.csv"), READINGS)
    with pytest.raises(InputError):
        local.rows(str(tmp_path / "none.csv"), READINGS)
    numbers = local.rows(str(tmp_path / "a.parquet"))
    with pytest.raises(SchemaError, match=r"the columns differ: declared n int, got n bigint"):
        local.publish(Dataset("n int"), numbers, str(tmp_path / "out"))
    with pytest.raises(DataError, match="a value does not fit its type"):
        local.publish(Dataset("n bigint"), numbers.select(nw.col("n").sum()), str(tmp_path / "out"))
    with pytest.raises(UsageError, match="this needs Spark, and --engine local starts none"):
        local.read(Dataset("n bigint"), str(tmp_path / "a.parquet"))
    assert not (tmp_path / "out").exists()


def test_a_bound_of_memory_holds_or_is_told(tmp_path: Path) -> None:
    chance = random.Random(1)
    keys = pa.array([chance.random() for _ in range(300_000)])
    pq.write_table(pa.table({"k": keys, "v": keys}), tmp_path / "a.parquet")

    with open_run("test", report=tmp_path / "report.json", engine="local", memory="64MiB") as run:
        groups = run.rows(str(tmp_path / "a.parquet")).group_by("k").agg(nw.col("v").max())
        run.publish(Dataset("k double, v double"), groups, str(tmp_path / "out"))
        assert run.report.publishes[0].rows == len(set(keys.to_pylist()))
    with (
        open_run("test", report=tmp_path / "other.json", engine="local", memory="1MiB") as run,
        pytest.raises(ResourceError, match="out of memory"),
    ):
        groups = run.rows(str(tmp_path / "a.parquet")).group_by("k").agg(nw.col("v").median())
        run.publish(Dataset("k double, v double"), groups, str(tmp_path / "none"))


CELLS = (
    "1",
    "-7",
    "007",
    "+5",
    " 3",
    "1.5",
    "1e3",
    "nan",
    "",
    "a",
    "é",
    '"1"',
    '"a,b"',
    '"',
    "x\ty",
    "\0",
    "2147483648",
)


@pytest.mark.parametrize("seed", range(4))
def test_random_files_are_read_as_our_own_reader_reads_them(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    for number in range(12):
        odd = chance.choice([0.0, 0.01, 0.3])
        lines = ["id,x,note"]
        for _ in range(chance.randrange(40)):
            cells = [str(chance.randrange(99)), repr(chance.uniform(-9, 9)), chance.choice("abc")]
            cells = [chance.choice(CELLS) if chance.random() < odd else cell for cell in cells]
            lines.append(",".join(cells[: chance.choice([3, 3, 3, 3, 2])] if chance.random() < odd else cells))
        file = tmp_path / f"{seed}-{number}.csv"
        file.write_text(chance.choice(["\n", "\n", "\r\n"]).join(lines) + chance.choice(["", "\n"]), newline="")
        out = tmp_path / f"out-{seed}-{number}"

        with open_run("test", report=out.with_suffix(".json"), max_bad="100%", on_empty="ok", engine="local") as run:
            found = publish(run, run.rows(str(file), READINGS), "id int, x double, note string", out)
            expected = [tuple(row.values()) for row in run.head(READINGS, str(file), 1_000).to_pylist()]

        assert sorted(map(repr, found)) == sorted(map(repr, expected))
        ((rows, good, rejected),) = counts(run)
        assert good == len(found)
        assert rows == len(found) + rejected


def test_staged_blocks_are_read_in_processes_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotset.columnar.blocks.LEAST_BYTES", 1_000)
    (tmp_path / "a.csv").write_text('id,x,note\n1,2,"a"\n' * 1 + '3,4,"b"\n' * 2_000 + "z,1,c\n")

    with open_run("test", report=tmp_path / "report.json", max_bad="1", engine="local") as run:
        rows = run.rows(str(tmp_path / "a.csv"), READINGS)
        found = publish(
            run, rows.group_by("id").agg(nw.len().alias("n").cast(nw.Int64)), PAIR.columns, tmp_path / "out"
        )

    assert found == [(1, 1), (3, 2_000)]
    assert counts(run) == [(2_002, 2_001, 1)]
    assert staging.SUFFIX == ".arrow"


def test_the_first_rows_are_taken_and_inputs_are_read_once_for_what_comes_next(local: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('id,x,note\n1,0.5,"a"\n2,1.5,b\n3,2.5,c\n')  # a quote: our own reader takes it
    rows = local.rows(str(tmp_path / "a.csv"), READINGS)

    largest = local.take(rows.sort("x", descending=True).select("id"), 2, before=rows)
    bound = [vars(table)["_staged"] for table in local._lazy._tables.values()] if local._lazy else []
    found = publish(local, rows.select("note"), "note string", tmp_path / "out")

    assert largest.to_pylist() == [{"id": 3}, {"id": 2}]
    assert found == [("a",), ("b",), ("c",)]
    assert bound == [vars(table)["_staged"] for table in local._lazy._tables.values()] if local._lazy else []
    assert counts(local) == [(3, 3, 0)]


def test_a_column_that_a_step_names_and_drops_is_not_read(local: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,x,note\n1,bad,a\n2,1.5,b\n")
    rows = local.rows(str(tmp_path / "a.csv"), READINGS)

    doubled = nw.from_native(rows.to_native().project("id, id * 2 AS two, x, note"))
    one = nw.from_native(
        doubled.to_native().set_alias("l").join(rows.to_native().set_alias("r"), "l.two = r.id", "semi")
    )
    found = publish(local, nw.from_native(one.to_native().project("l.id")), "id int", tmp_path / "out")

    assert found == [(1,)]
    assert counts(local) == [(2, 2, 0)]


def test_bytes_of_an_input_are_those_of_its_files(local: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n")

    assert local.size_bytes(str(tmp_path / "a.csv")) == 5
    assert local.report.reads == []


RULED = Dataset("id int, x double", format="csv", rules={"x is positive": "x > 0", "id is small": "id < 5"})


@pytest.mark.parametrize("form", ["plain csv", "quoted csv", "parquet"])
def test_rows_that_break_a_rule_are_set_aside_with_their_places(local: Run, tmp_path: Path, form: str) -> None:
    rows = [(1, 0.5), (2, -1.0), (3, None), (9, -2.0)]
    dataset = RULED
    if form == "parquet":
        dataset = Dataset("id int, x double", rules=RULED.rules)
        table = pa.table({"id": pa.array([one for one, _ in rows], pa.int32()), "x": [x for _, x in rows]})
        pq.write_table(table, tmp_path / "a.parquet", row_group_size=2)
    else:
        quote = '"' if form == "quoted csv" else ""
        lines = [f"{one},{'' if x is None else f'{quote}{x}{quote}'}" for one, x in rows]
        (tmp_path / "a.csv").write_text("\n".join(["id,x", *lines, ""]))

    frame = local.rows(str(next(tmp_path.glob("a.*"))), dataset)
    found = publish(local, frame.select("id"), "id int", tmp_path / "out")

    assert found == [(1,), (3,)]
    assert counts(local) == [(4, 2, 2)]
    told = [json.loads(line) for line in Path(local.report.quarantine or "").read_text().splitlines()]
    places = [(one["line"], one["row_group"], one["row"]) for one in told]
    expected = [(None, 0, 1), (None, 1, 1), (None, 1, 1)] if form == "parquet" else [(n, None, None) for n in (3, 5, 5)]
    assert places == expected
    assert [one["rule"] for one in told] == ["x is positive", "x is positive", "id is small"]


def test_a_rule_and_a_bad_row_are_told_together(local: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,x\n1,0.5\nb,1\n2,-1\n")

    found = publish(local, local.rows(str(tmp_path / "a.csv"), RULED), "id int, x double", tmp_path / "out")

    assert found == [(1, 0.5)]
    assert counts(local) == [(3, 1, 2)]
    assert [one[0] for one in quarantine(local)] == [3, 4]


def test_rules_that_nobody_breaks_leave_the_reading_to_duckdb(local: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,x\n1,0.5\n2,\n")

    found = publish(local, local.rows(str(tmp_path / "a.csv"), RULED).select("x"), "x double", tmp_path / "out")

    assert found == [(0.5,), (None,)]
    assert (local.report.reads[0].lane, local.report.quarantine) == ("duckdb", None)


def test_too_many_rows_that_break_a_rule_end_the_run(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,x\n1,0.5\n2,-1\n")

    with (
        pytest.raises(DataError, match=r"1 of 2 rows of .* are bad, allowed are 0"),
        open_run("test", report=tmp_path / "report.json", engine="local") as run,
    ):
        publish(run, run.rows(str(tmp_path / "a.csv"), RULED), "id int, x double", tmp_path / "out")

    assert not (tmp_path / "out").exists()


def test_a_rule_that_only_spark_knows_is_refused_without_it(local: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,x\n1,0.5\n")
    dataset = Dataset("id int, x double", format="csv", rules={"odd": "soundex(id) = 'A'"})

    with pytest.raises(UsageError, match=r"DuckDB cannot do this: the rule 'odd' .* is left to Spark"):
        local.rows(str(tmp_path / "a.csv"), dataset)


@pytest.mark.parametrize("suffix", ["gz", "bz2", "zst", "lz4"])
def test_a_compressed_csv_is_read(local: Run, tmp_path: Path, suffix: str) -> None:
    name = f"a.csv.{suffix}"
    content = {"gz": "gzip", "zst": "zstd"}.get(suffix, suffix)
    with pa.CompressedOutputStream(str(tmp_path / name), content) as out:
        out.write(b"id,x,note\n1,0.5,a\n2,1.5,b\n")

    found = publish(local, local.rows(str(tmp_path / name), READINGS).select("id"), "id int", tmp_path / "out")

    assert found == [(1,), (2,)]
    assert counts(local) == [(2, 2, 0)]


def test_blocks_of_hadoops_lz4_are_told_apart(local: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv.lz4").write_bytes(b"\0\0\0\x08\0\0\0\x0a" + b"id,x\n1,2\n")

    with pytest.raises(InputError, match=r"a\.csv\.lz4 is compressed in a way that only wordcount reads"):
        local.dataset(str(tmp_path / "a.csv.lz4"))


def two_files(directory: Path, one: pa.Array, other: pa.Array) -> str:
    directory.mkdir()
    for place, values in enumerate((one, other)):
        pq.write_table(pa.table({"k": ["x"] * len(values), "v": values}), directory / f"{place}.parquet")
    return str(directory)


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (pa.array([1], pa.int32()), pa.array([2**40], pa.int64()), "bigint"),
        (pa.array([2**40], pa.int64()), pa.array([1], pa.int8()), "bigint"),
        (pa.array([2**32 - 1], pa.uint32()), pa.array([1], pa.int16()), "bigint"),
        (pa.array([2**64 - 1], pa.uint64()), pa.array([-1], pa.int64()), "decimal(20,0)"),
        (pa.array([0.1], pa.float64()), pa.array([0.5], pa.float32()), "double"),
        (pa.array([7], pa.int32()), pa.array([0.1], pa.float64()), "double"),
        (
            pa.array([Decimal("1.50")], pa.decimal128(10, 2)),
            pa.array([Decimal("0.0001")], pa.decimal128(8, 4)),
            "decimal(12,4)",
        ),
        (pa.array([Decimal("1.5")], pa.decimal128(5, 1)), pa.array([2**62], pa.int64()), "decimal(20,1)"),
        (pa.nulls(1), pa.array([5], pa.int64()), "bigint"),
        (
            pa.array([datetime(2024, 1, 1)], pa.timestamp("ms")),
            pa.array([datetime(2024, 1, 2)], pa.timestamp("us")),
            "timestamp_ntz",
        ),
    ],
)
def test_a_column_of_two_types_has_the_one_that_holds_both(
    local: Run, tmp_path: Path, one: pa.Array, other: pa.Array, kind: str
) -> None:
    for turn, (first, second) in enumerate(((one, other), (other, one))):
        dataset = local.dataset(two_files(tmp_path / f"in{turn}", first, second))
        rows = local.rows(str(tmp_path / f"in{turn}"), dataset)

        found = publish(local, rows.select("v"), f"v {kind}", tmp_path / f"out{turn}")

        assert dataset.types()["v"] == kind
        assert set(found) == {(value,) for value in [*one.to_pylist(), *other.to_pylist()]}


def test_types_that_nothing_holds_are_refused_with_the_file(local: Run, tmp_path: Path) -> None:
    path = two_files(tmp_path / "in", pa.array([2**60], pa.int64()), pa.array([0.5]))

    with pytest.raises(SchemaError, match=r"\.parquet: column 'v' is (double|int64), declared (bigint|double)"):
        local.rows(path, local.dataset(path))


NANOS = pa.array([1_000, 1_001, -1, None], pa.timestamp("ns"))
CUT = [datetime(1970, 1, 1, 0, 0, 0, 1)] * 2 + [datetime(1969, 12, 31, 23, 59, 59, 999999), None]


def test_times_finer_than_a_microsecond_are_cut_and_it_is_said(local: Run, tmp_path: Path) -> None:
    pq.write_table(pa.table({"t": NANOS}), tmp_path / "a.parquet")

    found = publish(local, local.rows(str(tmp_path / "a.parquet")), "t timestamp_ntz", tmp_path / "out")

    assert sorted(found, key=str) == sorted(((value,) for value in CUT), key=str)
    assert "times of t are stored in nanoseconds: what is finer than a microsecond is cut off" in local.report.warnings


def test_times_finer_than_a_microsecond_are_bad_where_they_are_declared(local: Run, tmp_path: Path) -> None:
    pq.write_table(pa.table({"t": NANOS}), tmp_path / "a.parquet")
    rows = local.rows(str(tmp_path / "a.parquet"), Dataset("t timestamp_ntz"))

    found = publish(local, rows, "t timestamp_ntz", tmp_path / "out")

    assert found == [(CUT[0],), (None,)]
    assert [(column, reason) for _, column, reason in quarantine(local)] == [("t", "finer than a microsecond")] * 2


def test_a_column_that_nobody_asked_for_stops_nobody(local: Run, tmp_path: Path) -> None:
    table = pa.table(
        {"k": ["a"], "half": pa.array([np.float16(1)]), "v": [2], "month": pa.array([1], pa.duration("s"))}
    )
    pq.write_table(table, tmp_path / "a.parquet", store_schema=True)

    dataset = local.dataset(str(tmp_path / "a.parquet"), others="unused", roles={"k": "exact", "v": "measure"})

    assert dataset.types() == {"k": "string", "v": "bigint"}
    with pytest.raises(SchemaError, match="column 'half' is halffloat, which Spark has no type for"):
        local.dataset(str(tmp_path / "a.parquet"))
