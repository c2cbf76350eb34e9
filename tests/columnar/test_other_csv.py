"""Other people's CSV: however a file is written and cut, what comes out is what plain Python says."""

import bz2
import gzip
import random
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from faults.reading import oracle
from layouts import column

from hotset import Dataset, SchemaError, UsageError
from hotset.columnar import blocks, pieces
from hotset.columnar.cut import cut
from hotset.columnar.faults import FaultFile
from hotset.columnar.found import Bad
from hotset.columnar.layout import Column, Layout
from hotset.columnar.records import Records
from hotset.data.listing import list_inputs

KINDS = {"int": pa.int32(), "double": pa.float64(), "float": pa.float32(), "decimal(9,2)": pa.decimal128(9, 2)}
COLUMNS = "id int, x double, f float, d decimal(9,2), t string"
NAMES = tuple(part.split()[0] for part in COLUMNS.split(", "))
Told = Counter[tuple[Any, ...]]


class Heard(FaultFile):
    """Faults, kept in memory."""

    def __init__(self) -> None:
        super().__init__(Path(), 0)
        self.told: list[tuple[int, Bad]] = []

    def add(self, part: int, fault: Bad) -> None:
        self.told.append((part, fault))


def layout_of(dataset: Dataset) -> Layout:
    kinds = [part.split() for part in dataset.columns.split(", ")]
    comma = dataset.decimal_comma
    columns = tuple(
        Column(name, kind, KINDS[kind], comma=comma and kind != "int") if kind in KINDS else column(name, kind)
        for name, kind in kinds
    )
    return Layout(dataset, columns, "UTC")


def read(dataset: Dataset, directory: Path, cores: int = 1) -> tuple[Told, Told]:
    """Good rows; and the line in the file, column and reason of each fault."""
    layout = layout_of(dataset)
    parts, rows = [], []
    for number, block in enumerate(cut(list_inputs([str(directory)]), layout, cores)):
        heard = Heard()
        records = Records(block, layout, heard)
        rows += [tuple(row.values()) for batch in records.batches() for row in batch.to_pylist()]
        parts += [
            (part.start, number, count.lines, [fault for at, fault in heard.told if at == place])
            for place, (part, count) in enumerate(zip(block, records.counts, strict=True))
        ]
    faults, above = [], 0
    for _, _, lines, found in sorted(parts, key=lambda part: part[:2]):
        faults += [(above + fault.line + 1, fault.column or "", fault.reason) for fault in found]
        above += lines
    return Counter(map(row_key, rows)), Counter(faults)


def expected(dataset: Dataset, name: str, content: bytes) -> tuple[Told, Told]:
    reading = oracle.read(dataset, name, content)
    return (
        Counter(map(row_key, reading.rows)),
        Counter((fault.line, fault.column, fault.reason) for fault in reading.faults),
    )


def row_key(row: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(value.isoformat() if isinstance(value, datetime) else repr(value) for value in row)


def write(directory: Path, name: str, content: bytes) -> Path:
    directory.mkdir()
    (directory / name).write_bytes(content)
    return directory


ENCODINGS = [
    *("latin-1", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "shift_jis", "gb18030", "euc-kr", "big5"),
    *("utf-8-sig", "utf-7", "koi8-r", "cp037", "iso2022_jp", "ascii", "UTF8"),
]
ALPHABET = {
    "latin-1": "éÿ\x85\xa0", "cp1252": "é€ž\xa0", "shift_jis": "日本表ソ能", "gb18030": "中文€𠀀", "euc-kr": "한국말",
    "big5": "中文功許", "koi8-r": "привет", "cp037": "éñ", "iso2022_jp": "日本表", "ascii": "~",
}  # fmt: skip
BROKEN = [b"\xff", b"\x81", b"\x80\x20", b"\xd8", b"\x00\xd8", b"\x81\x30\x81", b"\xc3\xa9"]


def encoded_csv(chance: random.Random, encoding: str, *, damaged: bool) -> bytes:
    alphabet = ALPHABET.get(encoding, "éЖ中한😀")
    lines = ["id,x,f,d,t"]
    for number in range(chance.randint(1, 60)):
        text = "".join(chance.choices(alphabet + "ab ", k=chance.randint(0, 8)))
        quoted = f'"{text}""{text}"' if chance.random() < 0.2 else text
        lines.append(f"{chance.choice([str(number), 'x', ''])},{chance.choice(['1.5', '', 'x'])},2.5,1.25,{quoted}")
    ends = chance.choice(["\n", "\r\n", "\r"])
    raw = (ends.join(lines) + ends).encode(encoding)
    head = len("id,x,f,d,t\n".encode(encoding)) + 4
    if damaged and encoding not in ("latin-1", "koi8-r", "cp037"):  # in which every byte is a character
        for _ in range(3):
            at = chance.randrange(head, len(raw) + 1)
            raw = raw[:at] + chance.choice(BROKEN) + raw[at:]
    return raw


@pytest.mark.thorough
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("seed", range(6))
def test_every_encoding_gives_the_rows_and_faults_that_python_sees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, seed: int
) -> None:
    chance = random.Random(f"{encoding} {seed}")
    content = encoded_csv(chance, encoding, damaged=seed % 2 == 1)
    dataset = Dataset(COLUMNS, format="csv", encoding=encoding, multiline=seed == 4)
    wanted = expected(dataset, "in.csv", content)

    assert read(dataset, write(tmp_path / "whole", "in.csv", content)) == wanted

    monkeypatch.setattr(blocks, "LEAST_BYTES", 100)
    monkeypatch.setattr(pieces, "PIECE_BYTES", chance.choice([3, 7, 64]))
    assert read(dataset, write(tmp_path / "cut", "in.csv", content), cores=5) == wanted


NUMBERS = [
    *("1,5", "1.5", "1.234,56", "1.234", "1.234.567", "1.23,4", "12.34", "0.123", "0.123,5", "1234,5", "1234.567,8"),
    *("-1,5", "+1.000,5", "-+1,5", ",5", "5,", ",", ".", "1.234,", "1,5e3", "1.234e5", "1,5E-2", " 1,5 ", "\t1.000\t"),
    *("1,2,3", "1.234,5.6", "nan", "-inf", "Infinity", "1e400", "1,5x", "999.999,99", "12.345.678,9", "", "1 234,5"),
    *("1.234.56", "1..234", ".123", "1.234,567.8", "٣,٥", "1.٢٣٤", "1,005", "0,10", "00,5", "1.000.000", "- 1", "1'5"),
]


@pytest.mark.parametrize("seed", range(12))
def test_decimal_commas_are_read_alike_in_bulk_one_by_one_and_by_the_reference(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    # a piece without a fault goes in bulk; one with few is sorted out; one with many goes value by value
    numbers = (
        ["1,5", "-2,25", ",5", "7"] if seed % 3 == 0 else NUMBERS if seed % 3 == 1 else [*NUMBERS[:3], "1.000"] * 9
    )
    separator, quote = (";", "") if seed % 2 else (",", '"')
    lines = [separator.join(NAMES)]
    for number in range(300):
        cells = [str(number), *(f"{quote}{chance.choice(numbers)}{quote}" for _ in range(3)), "1,5"]
        lines.append(separator.join(cells if quote == "" else [*cells[:4], '"1,5"']))
    content = "\n".join(lines).encode()
    dataset = Dataset(COLUMNS, format="csv", separator=separator, decimal_comma=True)

    found = read(dataset, write(tmp_path / "in", "in.csv", content))

    assert found == expected(dataset, "in.csv", content)
    assert found[0] or seed % 3


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,5", 1.5),
        ("1.234,56", 1234.56),
        ("-1.234.567", -1234567.0),
        ("1,234", 1.234),
        (",5", 0.5),
        ("1,5e3", 1500.0),
        ("1.23,4", None),
        ("1.5", None),
        ("12.34", None),
        ("0.123", None),
        ("1.234e5", None),
        ("1234.567", None),
        ("1,234.5", None),
        ("1,2,3", None),
    ],
)
def test_decimal_comma_by_hand(tmp_path: Path, text: str, value: float | None) -> None:
    dataset = Dataset("id int, x double", format="csv", separator=";", decimal_comma=True)

    rows, faults = read(dataset, write(tmp_path / "in", "in.csv", f"id;x\n1;{text}\n".encode()))

    assert rows == (Counter() if value is None else Counter([("1", repr(value))]))
    assert faults == (Counter([(2, "x", "not of type double")]) if value is None else Counter())


@pytest.mark.parametrize("seed", range(16))
def test_skipped_lines_are_counted_and_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    chance = random.Random(seed)
    end = chance.choice(["\n", "\r\n", "\r"])
    above = chance.choices(["", "a title", 'with a " quote', "a,b,c", "# é"], k=chance.choice([0, 1, 3, 40]))
    rows = [chance.choice(["1,1.5,2,3,x", "x,1,2,3,y", "", "1,2", '7,,,,"é"']) for _ in range(80)]
    header = seed % 3 != 0
    content = chance.choice(["", "\ufeff"]) + end.join([*above, *[",".join(NAMES)] * header, *rows, ""])
    dataset = Dataset(COLUMNS, format="csv", skip=len(above), header=header, multiline=seed % 4 == 3)
    raw = content.encode()
    wanted = expected(dataset, "in.csv", raw)

    assert read(dataset, write(tmp_path / "whole", "in.csv", raw)) == wanted
    assert read(dataset, write(tmp_path / "gz", "in.csv.GZ", gzip.compress(raw, mtime=0))) == wanted

    monkeypatch.setattr(blocks, "LEAST_BYTES", 60)
    monkeypatch.setattr(pieces, "PIECE_BYTES", chance.choice([3, 50]))
    assert read(dataset, write(tmp_path / "cut", "in.csv", raw), cores=9) == wanted


@pytest.mark.parametrize(
    ("content", "skip", "told"),
    [
        (b"a\nb\n", 2, "has no header: it has 2 lines, and 2 are skipped"),
        (b"a\r\nb", 7, "has no header: it has 2 lines, and 7 are skipped"),
        (b"a\rb\r", 3, "has no header: it has 2 lines, and 3 are skipped"),
        (b"\nid,x\n", 0, "1: the line of the header is empty; skip it with --skip 1"),
        (b"title\n  \nid,x\n1,2\n", 1, "2: the line of the header is empty; skip it with --skip 2"),
        (b"title\nid,x\n1,2\n", 0, "the columns differ"),
    ],
)
def test_a_header_that_is_not_there_is_told(tmp_path: Path, content: bytes, skip: int, told: str) -> None:
    dataset = Dataset("id int, x double", format="csv", skip=skip)

    with pytest.raises(SchemaError, match=told):
        read(dataset, write(tmp_path / "in", "in.csv", content))


@pytest.mark.parametrize("seed", range(8))
def test_several_texts_for_null_are_none_unless_they_are_quoted(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    null: Any = chance.choice([("", "NA", "n/a"), ("NA", "-"), ("NULL",), (), "NA", ("", "é", "-99")])
    cells = ["", "NA", "n/a", "-", "NULL", "-99", "é", "1", "2.5", '"NA"', '""', '"1"', " NA"]
    rows = [",".join([*chance.choices(cells, k=4), chance.choice(cells)]) for _ in range(200)]
    content = "\n".join([",".join(NAMES), *rows, ""]).encode()
    dataset = Dataset(COLUMNS, format="csv", null=null)

    assert read(dataset, write(tmp_path / "in", "in.csv", content)) == expected(dataset, "in.csv", content)


def test_all_at_once(tmp_path: Path) -> None:
    text = 'Umsätze 2023\r\n\r\nid;x;f;d;t\r\n1;1.234,5;-;k. A.;Zoë\r\n2;1.5;1;1;"k. A."\r\n3;k. A.;1;1,25;"k. A."\r\n'
    dataset = Dataset(
        COLUMNS, format="csv", separator=";", encoding="cp1252", skip=2, decimal_comma=True, null=("k. A.", "-")
    )

    rows, faults = read(dataset, write(tmp_path / "in", "in.CSV.gz", gzip.compress(text.encode("cp1252"), mtime=0)))

    assert sorted(rows) == [
        ("1", "1234.5", "None", "None", "'Zoë'"),
        ("3", "None", "1.0", "Decimal('1.25')", "'k. A.'"),
    ]
    assert faults == Counter([(5, "x", "not of type double")])


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        *(("in" + suffix, bytes) for suffix in (".csv", ".CSV", ".Csv", ".TSV", ".tab", ".psv", ".TXT")),
        *(("in.csv" + suffix, gzip.compress) for suffix in (".gz", ".GZ", ".Gz")),
        *(("in.CSV" + suffix, bz2.compress) for suffix in (".bz2", ".BZ2")),
        *(
            ("in.csv" + suffix, lambda raw: pa.compress(raw, "zstd", asbytes=True))
            for suffix in (".zst", ".ZST", ".zstd")
        ),
    ],
)
def test_suffixes_count_in_any_case(tmp_path: Path, name: str, pack: Any) -> None:
    dataset = Dataset("id int, x double", format="csv")

    assert read(dataset, write(tmp_path / "in", name, pack(b"id,x\n1,2.5\n"))) == (Counter([("1", "2.5")]), Counter())


@pytest.mark.parametrize(
    "encoding", ["utf-9", "", "base64", "rot13", "hex", "idna", "unicode_escape", "a\0b", "punycode"]
)
def test_an_encoding_that_is_none_is_refused_when_the_dataset_is_made(encoding: str) -> None:
    with pytest.raises(UsageError, match="encoding"):
        Dataset("a int", format="csv", encoding=encoding)


@pytest.mark.parametrize("facts", [{"skip": -1}, {"skip": "1"}, {"null": None}, {"null": ("a", 1)}, {"null": ["a"]}])
def test_fields_of_another_type_are_refused(facts: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        Dataset("a int", format="csv", **facts)


def test_json_lines_and_text_may_be_in_another_encoding(tmp_path: Path) -> None:
    rows = Dataset("t string", format="json", encoding="cp1252")
    raw = '{"t": "é"}\n{"t": "€"}\n'.encode("cp1252") + b'{"t": "\x81"}\n'
    lines = Dataset("t string", format="text", encoding="utf-16")

    assert read(rows, write(tmp_path / "json", "in.json", raw)) == (
        Counter([("'é'",), ("'€'",)]),
        Counter([(3, "", "not valid cp1252")]),
    )
    assert read(lines, write(tmp_path / "text", "in.txt", "é\n한\n".encode("utf-16")))[0] == Counter(
        [("'é'",), ("'한'",)]
    )
