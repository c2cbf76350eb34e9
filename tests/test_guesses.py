"""A guessed type is held to every later row: the run begins again with a wider one, or says what to declare."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hotset import Duration, Run, SchemaError, UsageError, open_run
from hotset.columnar.dialect_cells import Hint
from hotset.guesses import merged
from hotset.job import find_job
from hotset.run import call_main

pytestmark = pytest.mark.thorough

SEMICOLONS, COMMAS = Hint("its cells are separated by ';'", "--separator ';'"), Hint("commas", "--decimal-comma")
MANY = 300_000  # rows: the last of them stands where no sample looks


def published(run: Run, job: str, output: Path, **params: Any) -> list[dict[str, Any]]:
    found = find_job(job)
    call_main(found, run, found.params(output=str(output), **params))
    return [row for file in sorted(output.glob("*.parquet")) for row in pq.read_table(file).to_pylist()]


def write_rows(file: Path, usual: str, last: str, head: str = "k,v\n") -> Path:
    file.write_text(head + usual * MANY + last)
    return file


@pytest.mark.parametrize(
    ("usual", "last", "key"),
    [
        ("5,1\n", "00501,1\n", "00501"),
        ("5,1\n", "12345678901234567890,1\n", "12345678901234567890"),
        ("5,1\n", "+5,1\n", "+5"),
        ("5,1\n", "a,1\n", "a"),
        ("1.1,1\n", "1.10,1\n", "1.10"),
        ("1.5,1\n", "1e3,1\n", "1e3"),
        ("true,1\n", "True,1\n", "True"),
        ("2026-01-31,1\n", "2026-01-31 10:00,1\n", "2026-01-31 10:00"),
        ("2026-01-31 10:00,1\n", "2026-01-31T10:00,1\n", "2026-01-31T10:00"),
        ("5,1\n", " 5,1\n", " 5"),
    ],
)
def test_a_later_key_that_would_become_another_is_read_as_text(
    run: Run, tmp_path: Path, usual: str, last: str, key: str
) -> None:
    file = write_rows(tmp_path / "rows.csv", usual, last)

    groups = published(run, "group", tmp_path / "out", input=(str(file),), by=("k",), agg=("*:count",), top=0)

    assert {row["k"]: row["rows"] for row in groups} == {usual.partition(",")[0]: MANY, key: 1}
    assert f"rows.csv:{MANY + 2}, so the run began again: k is read as string" in run.report.warnings[0]
    assert [read.guessed for read in run.report.reads] == [{"k": "string"}]


def test_a_later_measure_with_a_fraction_is_added_up(run: Run, tmp_path: Path) -> None:
    file = write_rows(tmp_path / "rows.csv", "a,1\n", "b,2.50\n")

    groups = published(run, "group", tmp_path / "out", input=(str(file),), by=("k",), agg=("v:sum",), top=0)

    assert groups == [{"k": "a", "v_sum": float(MANY)}, {"k": "b", "v_sum": 2.5}]


def test_a_later_measure_that_is_none_says_what_to_declare(run: Run, tmp_path: Path) -> None:
    file = write_rows(tmp_path / "rows.csv", "a,1\n", "b,N/A\n")

    with pytest.raises(
        UsageError, match=r"no sum of 'v', which is string: .*rows.csv:300002 has 'b,N/A'.*--types v=double texts that"
    ):
        published(run, "group", tmp_path / "out", input=(str(file),), by=("k",), agg=("v:sum",))

    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("usual", "last", "least", "greatest"),
    [
        ("a,10001\n", "a,00501\n", "00501", "10001"),
        ("a,0.5\n", "a,9007199254740993\n", Decimal("0.5"), Decimal(9007199254740993)),
        ("a,5\n", "a,12345678901234567891\n", Decimal(5), Decimal(12345678901234567891)),
        ("a,5\n", "a,007\n", 5, 7),
        ("a,1.5\n", "a,9007199254740992\n", 1.5, 2.0**53),
    ],
)
def test_the_least_and_the_greatest_are_values_of_the_column(
    run: Run, tmp_path: Path, usual: str, last: str, least: Any, greatest: Any
) -> None:
    file = write_rows(tmp_path / "rows.csv", usual, last)

    groups = published(run, "group", tmp_path / "out", input=(str(file),), by=("k",), agg=("v:min,max",), top=0)

    assert groups == [{"k": "a", "v_min": least, "v_max": greatest}]


def test_large_numbers_with_fractions_that_no_decimal_holds_say_what_to_declare(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("k,v\n" + "a,0.5\n" * MANY + "a,9007199254740993\na,0.1234567890123\n")

    with pytest.raises(SchemaError, match=r"'v' decimal.*rows.csv:300003 .*types=.*v=TYPE"):
        published(run, "group", tmp_path / "out", input=(str(tmp_path / "rows.csv"),), by=("k",), agg=("v:max",))

    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("where", "groups"),
    [
        ("v > 0", {"00501": 1, "501": 2, "1.10": 4, "1.1": 8}),
        ("id = 12345678901234567891", {"501": 2}),
        ("id > 12345678901234567890", {"501": 2, "1.10": 4}),
        ("half < 9007199254740993 and half > 1", {"1.1": 8}),
        ("code = 501", {"00501": 1}),
        ("name = 'x' and v < 3", {"00501": 1}),
    ],
)
def test_a_condition_changes_no_key_and_compares_all_digits(
    run: Run, tmp_path: Path, where: str, groups: dict[str, int]
) -> None:
    (tmp_path / "rows.csv").write_text(
        "k,v,id,half,code,name\n"
        "00501,1,12345678901234567890,0.5,00501,x\n"
        "501,2,12345678901234567891,9007199254740993,10001,y\n"
        "1.10,4,12345678901234567892,0.25,10002,x\n"
        "1.1,8,5,9007199254740992,10003,y\n"
    )
    params = {"input": (str(tmp_path / "rows.csv"),), "by": ("k",), "agg": ("v:sum",), "top": 0}

    found = published(run, "group", tmp_path / "out", where=where, **params)

    assert {row["k"]: row["v_sum"] for row in found} == groups


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("zz > 1", "'zz > 1': .*`zz` cannot be resolved; write a condition over k, v, w"),
        ("sum(v) > 1", "write a condition over k, v, w"),
        ("v + 1", "write a condition over k, v, w"),
    ],
)
def test_what_is_no_condition_is_refused_with_the_columns_that_there_are(
    run: Run, tmp_path: Path, where: str, said: str
) -> None:
    (tmp_path / "rows.csv").write_text("k,v,w\na,1,2\n")

    with pytest.raises(UsageError, match=rf"--where does not fit the columns, got .*{said}"):
        published(
            run, "group", tmp_path / "out", input=(str(tmp_path / "rows.csv"),), by=("k",), agg=("v:sum",), where=where
        )


@pytest.mark.parametrize(
    ("head", "usual", "last", "suffix"),
    [
        ("", '{"device_id": 1, "timestamp": "2024-01-01T00:00:00", "t": 1.5}\n', '"A17"', "jsonl"),
        ("device_id,timestamp,t\n", "1.0,2024-01-01T00:00:00,1.5\n1,2024-01-01T00:00:00,1.5\n", "A17", "csv"),
    ],
)
def test_a_reading_of_a_device_that_is_written_otherwise_is_not_bad(
    run: Run, tmp_path: Path, head: str, usual: str, last: str, suffix: str
) -> None:
    one = usual.splitlines(keepends=True)[0]
    later = one.replace("1.0", last, 1) if suffix == "csv" else one.replace("1", last, 1)
    file = tmp_path / f"rows.{suffix}"
    file.write_text(head + usual * 50_000 + later)

    with pytest.raises(SchemaError, match=rf"'device_id' .*rows.{suffix}:.* has .*A17.*types=.*device_id="):
        published(run, "sensor-report", tmp_path / "out", input=(str(file),), window=Duration("1 day"))

    assert not (tmp_path / "out").exists()


def test_what_is_written_as_a_double_further_down_is_the_same_device(run: Run, tmp_path: Path) -> None:
    usual = "1,2024-01-01T00:00:00,1.5\n"
    file = write_rows(tmp_path / "rows.csv", usual, "1.0,2024-01-02T00:00:00,1.5\n", "device_id,timestamp,t\n")

    report = published(run, "sensor-report", tmp_path / "out", input=(str(file),), window=Duration("1 day"))

    assert [(row["device_id"], row["t_count"]) for row in report] == [(1, 1), (1, 1)]


@pytest.mark.parametrize(("last", "device"), [("007", "007"), ("+5", "+5"), ("A17", "A17")])
def test_a_device_that_would_become_another_is_read_as_text(run: Run, tmp_path: Path, last: str, device: str) -> None:
    usual = "7,2024-01-01T00:00:00,1.5\n"
    file = write_rows(tmp_path / "rows.csv", usual, f"{last},2024-01-02T00:00:00,1.5\n", "device_id,timestamp,t\n")

    report = published(run, "sensor-report", tmp_path / "out", input=(str(file),), window=Duration("1 day"))

    assert {row["device_id"] for row in report} == {"7", device}


def test_types_of_one_column_leave_the_others_as_they_were(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text(
        "device_id,timestamp,t,hum\n1,2024-01-01,1.5,2\n1.0,2024-01-01T01:00,2.5,3\n2,2024-01-01T02:00,4,n/a\n"
    )

    report = published(
        run,
        "sensor-report",
        tmp_path / "out",
        input=(str(tmp_path / "rows.csv"),),
        window=Duration("1 day"),
        types=("t=double",),
    )

    assert [(row["device_id"], row["readings"]) for row in report] == [(1, 2), (2, 1)]
    assert any("'hum' is left out" in warning for warning in run.report.warnings)


READING = {"device_id": "a", "timestamp": "2024-01-01", "day": "1", "t": "1.5"}


@pytest.mark.parametrize("name", ["device_id", "timestamp", "day"])
def test_a_column_of_a_reading_may_stand_in_directories_names(run: Run, tmp_path: Path, name: str) -> None:
    stored = {key: value for key, value in READING.items() if key != name}
    for value in (READING[name], {"device_id": "b", "timestamp": "2024-01-02", "day": "2"}[name]):
        directory = tmp_path / "in" / f"{name}={value}"
        directory.mkdir(parents=True)
        (directory / "rows.csv").write_text(f"{','.join(stored)}\n{','.join(stored.values())}\n")

    report = published(run, "sensor-report", tmp_path / "out", input=(str(tmp_path / "in"),), window=Duration("1 day"))

    assert sum(row["readings"] for row in report) + sum(row["duplicates"] for row in report) == 2
    assert {row["device_id"] for row in report} == ({"a", "b"} if name == "device_id" else {"a"})


def test_rows_are_counted_by_what_stands_in_directories_names_alone(run: Run, tmp_path: Path) -> None:
    for value, rows in (("1", "v\n1\n2\n"), ("2", "v\n1\n")):
        (tmp_path / "in" / f"a={value}").mkdir(parents=True)
        (tmp_path / "in" / f"a={value}" / "rows.csv").write_text(rows)

    groups = published(
        run, "group", tmp_path / "out", input=(str(tmp_path / "in"),), by=("a",), agg=("*:count",), top=0
    )

    assert groups == [{"a": "1", "rows": 2}, {"a": "2", "rows": 1}]


def test_nothing_but_nulls_adds_up_to_null(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("k,v\na,\na,\n")

    groups = published(
        run, "group", tmp_path / "out", input=(str(tmp_path / "rows.csv"),), by=("k",), agg=("v:sum,distinct",), top=0
    )

    assert groups == [{"k": "a", "v_sum": None, "v_distinct": 0}]


def test_a_mean_of_booleans_is_refused_without_a_declaration_that_would_not_help(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("k,v\na,true\na,false\n")

    with pytest.raises(UsageError, match="which is boolean; take count or max, or another column"):
        published(run, "group", tmp_path / "out", input=(str(tmp_path / "rows.csv"),), by=("k",), agg=("v:mean",))


@pytest.mark.parametrize("job", ["sensor-report", "group"])
def test_times_of_parquet_that_python_has_not_are_bad_rows(tmp_path: Path, job: str) -> None:
    times = pa.array([2**62, 1, -(2**62)], pa.timestamp("us"))
    pq.write_table(
        pa.table({"device_id": ["a", "b", "c"], "timestamp": times, "t": [1.0, 2.0, 3.0]}), tmp_path / "rows.parquet"
    )
    params = {"window": Duration("1 day")} if job == "sensor-report" else {"by": ("timestamp",), "agg": ("t:sum",)}

    with open_run("limits", report=tmp_path / "report.json", max_bad=2) as run:
        rows = published(run, job, tmp_path / "out", input=(str(tmp_path / "rows.parquet"),), **params)

    assert len(rows) == 1
    counts = run.report.reads[0].counts
    assert counts
    assert counts.rejected == 2


def test_decimals_that_are_too_wide_are_refused_by_their_name(run: Run, tmp_path: Path) -> None:
    table = pa.table({"k": [1, 2], "v": pa.array([1, 2], pa.decimal256(50, 2))})
    pq.write_table(table, tmp_path / "rows.parquet")

    with pytest.raises(SchemaError, match=r"column 'v' is decimal256\(50, 2\), which Spark has no type for"):
        published(run, "group", tmp_path / "out", input=(str(tmp_path / "rows.parquet"),), by=("k",), agg=("v:max",))


def test_declared_types_are_not_widened(tmp_path: Path, run: Run) -> None:
    file = write_rows(tmp_path / "rows.csv", "5,1\n", "005,1\n")

    groups = published(
        run, "group", tmp_path / "out", input=(str(file),), by=("k",), agg=("*:count",), top=0, types=("k=bigint",)
    )

    assert groups == [{"k": 5, "rows": MANY + 1}]


@pytest.mark.parametrize(
    ("usual", "last", "types", "values"),
    [
        ('{"k": 5}\n', '{"k": 12345678901234567890}\n', ["decimal128(38, 0)"], {5, 12345678901234567890}),
        ('{"k": 5}\n', '{"k": 1.5}\n', ["double"], {5.0, 1.5}),
    ],
)
def test_a_later_number_of_json_keeps_its_value(
    run: Run, tmp_path: Path, usual: str, last: str, types: list[str], values: set[float]
) -> None:
    file = write_rows(tmp_path / "rows.jsonl", usual, last, head="")

    groups = published(run, "group", tmp_path / "out", input=(str(file),), by=("k",), agg=("*:count",), top=0)

    assert {row["k"] for row in groups} == values
    schema = pq.read_schema(next((tmp_path / "out").glob("*.parquet")))
    assert [str(schema.field("k").type)] == types


@pytest.mark.parametrize(
    ("usual", "last"),
    [
        ('{"k": 1.5}\n', '{"k": 0.12345678901234567891}\n'),
        ('{"k": 1.5}\n', '{"k": 12345678901234567890}\n'),
        ('{"k": "a"}\n', '{"k": 5}\n'),
        ('{"k": true}\n', '{"k": 1}\n'),
        ('{"k": {"a": 1}}\n', '{"k": {"a": 12345678901234567890}}\n'),
    ],
)
def test_what_has_no_wider_type_in_json_ends_before_anything_is_published(
    run: Run, tmp_path: Path, usual: str, last: str
) -> None:
    file = write_rows(tmp_path / "rows.jsonl", usual, last, head="")

    with pytest.raises(SchemaError, match=rf"'k' .*rows.jsonl:{MANY + 1} has .*types=.*k="):
        published(run, "group", tmp_path / "out", input=(str(file),), by=("k",), agg=("*:count",))

    assert not (tmp_path / "out").exists()


def test_a_run_that_nobody_begins_again_says_what_to_declare(run: Run, tmp_path: Path) -> None:
    file = write_rows(tmp_path / "rows.csv", "5,1\n", "005,1\n")

    run.read(run.dataset(str(file)), str(file)).count()

    with pytest.raises(
        SchemaError, match=r"'k' bigint, but .*rows.csv:300002 has '005,1'; declare it: --types k=string"
    ):
        run.balance()


def test_both_sides_of_a_join_are_held_to_their_guesses(run: Run, tmp_path: Path) -> None:
    left = write_rows(tmp_path / "left.csv", "5,1\n", "6,01\n")
    (tmp_path / "right.csv").write_text("k,w\n6,1.10\n5,1.1\n")

    rows = published(run, "join", tmp_path / "out", left=(str(left),), right=(str(tmp_path / "right.csv"),), on=("k",))

    assert len(rows) == MANY + 1
    assert {(row["v"], row["w"]) for row in rows} == {("1", "1.1"), ("01", "1.10")}


@pytest.mark.usefixtures("spark")
def test_a_key_without_a_value_has_the_type_of_the_other_side(tmp_path: Path) -> None:
    (tmp_path / "left.csv").write_text("a,b\n1,x\n2,y\n")
    pq.write_table(pa.table({"a": pa.nulls(0), "c": pa.nulls(0)}), tmp_path / "right.parquet")

    sides = {"left": (str(tmp_path / "left.csv"),), "right": (str(tmp_path / "right.parquet"),)}
    with open_run("join", report=tmp_path / "report.json", on_empty="ok") as run:
        rows = published(run, "join", tmp_path / "out", **sides, on=("a",), how="left")

    assert rows == [{"a": 1, "b": "x", "c": None}, {"a": 2, "b": "y", "c": None}]


def test_a_hint_on_all_inputs_keeps_its_option() -> None:
    both: dict[tuple[str, ...], list[Hint]] = {("l.csv",): [SEMICOLONS, COMMAS], ("r.csv",): [SEMICOLONS]}

    assert merged(both) == [SEMICOLONS, COMMAS]
    assert merged({("l.csv",): [COMMAS], ("r.csv",): []}) == [COMMAS]


def test_inputs_that_are_written_in_two_ways_have_no_command_that_reads_both() -> None:
    hints = merged({("l.csv",): [SEMICOLONS, COMMAS], ("r.csv", "more"): []})

    assert [hint.option for hint in hints] == ["", ""]
    assert hints[0].sentence == (
        "of l.csv: its cells are separated by ';', unlike r.csv more; --separator is for all inputs, "
        "so write one of them as the others are"
    )
