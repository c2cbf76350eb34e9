"""What undeclared data looks like: types by a sample, a footer or a manifest."""

import datetime
import gzip
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hotset import Dataset, SchemaError, TableOptions, UsageError, open_run
from hotset.columnar.discover import Question, discover
from hotset.columnar.spots import HEAD_BYTES
from hotset.data.listing import list_inputs

pytestmark = pytest.mark.usefixtures("spark")


def found(path: Path, columns: str = "", **options: Any) -> Dataset:
    given = TableOptions(columns=columns, **options)
    return discover(Question((str(path),), list_inputs((str(path),)), given)).dataset


def types(dataset: Dataset) -> dict[str, str]:
    return {entry.name: entry.dataType.simpleString() for entry in dataset.schema().fields}


def test_types_of_a_csv_come_from_its_values(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(
        "id,share,on,day,at,zip,name,empty\n1,0.5,true,2023-01-31,2023-01-31 10:00:00,01234,a,\n2,,,,,98101,b,\n"
    )

    dataset = found(file)

    assert types(dataset) == {
        "id": "bigint",
        "share": "double",
        "on": "boolean",
        "day": "date",
        "at": "timestamp",
        "zip": "string",
        "name": "string",
        "empty": "string",
    }
    assert dataset.format == "csv"


def test_spots_further_on_are_looked_at(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    line = b"1,some text that fills a line\n"
    file.write_bytes(b"id,note\n" + line * (HEAD_BYTES // len(line)) + b"x,late\n" * 200_000)

    assert types(found(file)) == {"id": "string", "note": "string"}


def test_line_ends_inside_of_quotes_leave_the_head_to_decide(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("id,note\n" + "1,plain text that goes on and on\n" * 40_000 + '2,"one\n1,2,3,4\ntwo"\n' * 60_000)

    assert types(found(file)) == {"id": "bigint", "note": "string"}


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("rows.tsv", b"a\tb\n1\tx\n", {"a": "bigint", "b": "string"}),
        ("ROWS.TSV", b"a\tb\n1\tx\n", {"a": "bigint", "b": "string"}),
        ("rows.Psv.GZ", gzip.compress(b"a|b\n1|x\n", mtime=0), {"a": "bigint", "b": "string"}),
        ("rows.csv.zst", pa.compress(b"a,b\n1,x\n", "zstd", asbytes=True), {"a": "bigint", "b": "string"}),
        ("rows.csv.gz", gzip.compress(b"a,b\n1,x\n", mtime=0), {"a": "bigint", "b": "string"}),
        ("rows.jsonl", b'{"a": 1, "b": {"c": [1.5]}}\n', {"a": "bigint", "b": "struct<c:array<double>>"}),
        ("rows.csv", "\ufeffa,b\n1,é\n".encode(), {"a": "bigint", "b": "string"}),
        ("rows.txt", b"any\n", {"value": "string"}),
    ],
)
def test_formats_are_told_by_their_names(tmp_path: Path, name: str, content: bytes, expected: dict[str, str]) -> None:
    (tmp_path / name).write_bytes(content)

    assert types(found(tmp_path / name)) == expected


def test_footer_of_parquet_says_types_and_directories_more(tmp_path: Path) -> None:
    (tmp_path / "rows" / "day=2023-01-31").mkdir(parents=True)
    table = pa.table({"n": pa.array([1], pa.int16()), "at": [datetime.datetime(2023, 1, 1)], "t": ["x"]})
    pq.write_table(table, tmp_path / "rows" / "day=2023-01-31" / "0.bin")

    dataset = found(tmp_path / "rows")

    assert types(dataset) == {"n": "smallint", "at": "timestamp_ntz", "t": "string", "day": "string"}
    assert (dataset.format, dataset.partition_by) == ("parquet", ("day",))


def test_types_that_spark_lacks_are_read_as_wider_ones(tmp_path: Path) -> None:
    day = datetime.datetime(2023, 1, 1)
    columns = {"u8": pa.uint8(), "u16": pa.uint16(), "u32": pa.uint32(), "u64": pa.uint64(), "ns": pa.timestamp("ns")}
    values = {"u8": 2**8 - 1, "u16": 2**16 - 1, "u32": 2**32 - 1, "u64": 2**64 - 1, "ns": day}
    pq.write_table(pa.Table.from_pylist([values], pa.schema(columns.items())), tmp_path / "rows.parquet")

    dataset = found(tmp_path / "rows.parquet")
    with open_run("r", report=tmp_path / "report.json") as run:
        (row,) = run.read(dataset, str(tmp_path / "rows.parquet")).collect()

    assert list(types(dataset).values()) == ["smallint", "int", "bigint", "decimal(20,0)", "timestamp_ntz"]
    assert row.asDict() == values


def test_bad_lines_say_nothing_of_types(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_bytes(b"a,b\n1,x\n2,\xff\n3\n4,y,z\n")

    assert types(found(tmp_path / "rows.csv")) == {"a": "bigint", "b": "string"}


def test_manifest_of_a_version_is_believed(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a;b\n1;2\n")
    declared = Dataset("a tinyint, b string", format="csv", separator=";")
    with open_run("make", report=tmp_path / "report.json") as run:
        run.publish(declared, run.read(declared, str(tmp_path / "rows.csv")), str(tmp_path / "out"))

    dataset = found(tmp_path / "out")

    assert types(dataset) == {"a": "tinyint", "b": "string"}
    assert dataset.separator == ";"


def test_named_columns_are_taken_and_others_ignored(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a,b,c\n1,2,3\n")

    dataset = found(tmp_path / "rows.csv", "b string")

    assert (dataset.columns, dataset.on_new) == ("b string", "ignore")


@pytest.mark.parametrize(
    ("name", "content", "error", "message"),
    [
        ("rows", b"x", UsageError, "cannot tell the format"),
        ("rows.csv", b"a,a\n1,2\n", SchemaError, "two columns of the header are called 'a'"),
        ("rows.csv", b"", SchemaError, "cannot tell the columns"),
        ("rows.csv", b"n\xe9e,b\n1,2\n", SchemaError, "not valid UTF-8, got b'n.{1,2}xe9e,b'; .* --encoding cp1252"),
        ("rows.json", b'{"n\xe9e": 1}\n', SchemaError, "cannot tell the columns|not valid UTF-8"),
    ],
)
def test_what_cannot_be_told_is_said(
    tmp_path: Path, name: str, content: bytes, error: type[Exception], message: str
) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(error, match=message):
        found(tmp_path / name)


def test_selected_columns_are_all_that_has_to_fit() -> None:
    dataset = Dataset("`a b` int not null, c string", key=("c",), defaults={"c": ""})

    selected = dataset.select("a b")

    assert selected.columns == "`a b` int not null"
    assert (selected.on_new, selected.key, selected.defaults) == ("ignore", (), {})
    with pytest.raises(UsageError, match="no column is called 'd'; there are a b, c"):
        dataset.select("d")


def test_sample_is_spread_and_knows_how_many_rows_there_are(tmp_path: Path) -> None:
    pq.write_table(pa.table({"n": range(100_000)}), tmp_path / "rows.parquet", row_group_size=5_000)
    lines = "".join(f"{number:08d}\n" for number in range(1_000_000))
    (tmp_path / "rows.csv").write_text("n\n" + lines)

    with open_run("look", report=tmp_path / "report.json") as run:
        parquet = run.sample(Dataset("n bigint"), str(tmp_path / "rows.parquet"))
        csv = run.sample(Dataset("n bigint", format="csv"), str(tmp_path / "rows.csv"))

    assert parquet.rows == 100_000
    assert max(parquet.table["n"].to_pylist()) > 80_000
    assert 950_000 <= csv.rows <= 1_050_000
    assert max(csv.table["n"].to_pylist()) > 400_000
    assert run.report.reads == []


@pytest.mark.parametrize("name", ["x.csv.bak", "x.csv~", "x.csv.tmp", "x", "a.json", "z.txt", "a.parquet"])
@pytest.mark.parametrize("times", [1, 100])
def test_a_file_of_another_format_is_refused_whichever_is_larger(tmp_path: Path, name: str, times: int) -> None:
    (tmp_path / "good.csv").write_text("k,v\na,1\n")
    if name == "a.parquet":
        pq.write_table(pa.table({"k": ["a"] * times, "v": [1] * times}), tmp_path / name)
    else:
        (tmp_path / name).write_text("k,v\n" + "a,1\n" * times)

    with pytest.raises(
        UsageError, match=r"cannot tell the format of .*leave it out|files of one input have one format"
    ):
        found(tmp_path)


def test_files_of_nothing_and_compressed_ones_lie_beside_others(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text("k,v\na,1\n")
    (tmp_path / "more.csv.gz").write_bytes(gzip.compress(b"k,v\nb,2\n"))
    (tmp_path / "tabs.CSV").write_text("k,v\nc,3\n")
    (tmp_path / "nothing").touch()

    assert types(found(tmp_path)) == {"k": "string", "v": "bigint"}


@pytest.mark.parametrize("columns", ["", "k string"])
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[{"k": "a"}, {"k": "b"}]', "is a JSON array, .* jq -c '.\\[\\]' "),
        ('[\n{"k": "a"},\n{"k": "b"}\n]\n', "is a JSON array"),
        ('\n  [\n  {\n    "k": "a"\n  }\n]\n', "is a JSON array"),
        ('{\n  "k": "a"\n}\n{\n  "k": "b"\n}\n', "has objects of many lines, .* jq -c . "),
    ],
)
def test_json_that_is_no_json_lines_says_what_to_do(tmp_path: Path, text: str, told: str, columns: str) -> None:
    (tmp_path / "rows.json").write_text(text)

    with pytest.raises(SchemaError, match=told):
        found(tmp_path / "rows.json", columns)


@pytest.mark.parametrize("text", ['{"k": "a"}\n', '[1, 2]\n{"k": "a"}\n', '{"k": "a"}\n[{"k": "b"}]\n'])
def test_a_bad_line_among_objects_is_no_other_kind_of_json(tmp_path: Path, text: str) -> None:
    (tmp_path / "rows.json").write_text(text)

    assert types(found(tmp_path / "rows.json")) == {"k": "string"}
