"""What files are packed in: compressed and cut off, damaged, or named as something else; Parquet and ORC likewise."""

import bz2
import gzip
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.orc as orc
import pyarrow.parquet as pq

from faults.reading.cases.case import Case, Expected, one_file, refused
from hotset import Dataset
from hotset.data.dataset import Format

PAIRS = Dataset("a int, b string", format="csv", header=False)
NAMED = Dataset("a int, b string", format="csv")
OBJECTS = Dataset("a int, b string", format="json")
TEXT = b"1,x\nq,y\n3,z\n"
FAULT = ((2, "a", "not of type int"),)
ROWS = ((1, "x"), (3, "z"))

# the columns that the files of Parquet and ORC have
TABLE = pa.table({"a": pa.array([1, 2, None], pa.int32()), "d": [1.5, float("nan"), 2.5], "b": ["x", None, "z"]})
COLUMNS = "a int, d double, b string"


def flipped(content: bytes, at: int, bits: int = 0xFF) -> bytes:
    """The content with one byte turned; negative positions count from its end."""
    at %= len(content)
    return content[:at] + bytes([content[at] ^ bits]) + content[at + 1 :]


def parquet(table: pa.Table, rows_each: int = 100) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file, row_group_size=rows_each)
    return file.getvalue()


def orc_file(table: pa.Table) -> bytes:
    file = io.BytesIO()
    orc.write_table(table, file)
    return file.getvalue()


MAKERS: dict[Format, Callable[[pa.Table], bytes]] = {"parquet": parquet, "orc": orc_file}


def cases() -> Iterator[Case]:
    yield from _compressed()
    yield from _named_otherwise()
    yield from _damaged_tables()
    yield from _other_columns()
    yield from _rows_of_tables()


def _compressed() -> Iterator[Case]:
    packed = gzip.compress(b"a,b\n" + TEXT * 200, mtime=0)
    yield one_file("gz", PAIRS, gzip.compress(TEXT, mtime=0), ROWS, FAULT, file="input.csv.gz")
    yield one_file("bz2", PAIRS, bz2.compress(TEXT), ROWS, FAULT, file="input.csv.bz2")
    yield one_file(
        "gz of two members", PAIRS, gzip.compress(TEXT[:6]) + gzip.compress(TEXT[6:]), ROWS, FAULT, file="input.csv.gz"
    )
    yield one_file("gz of nothing", PAIRS, gzip.compress(b""), file="input.csv.gz")
    yield one_file(
        "gz with a byte-order mark", PAIRS, gzip.compress(b"\xef\xbb\xbf" + TEXT), ROWS, FAULT, file="input.csv.gz"
    )
    yield one_file(
        "gz of JSON",
        OBJECTS,
        gzip.compress(b'{"a":1}\n[]\n'),
        ((1, None),),
        ((2, "", "not a JSON object"),),
        file="input.json.gz",
    )
    yield refused("gz of UTF-16", PAIRS, gzip.compress("1,x".encode("utf-16")), 4, file="input.csv.gz")
    for what, content in {
        "without its last byte": packed[:-1],
        "without its checksum": packed[:-8],
        "cut in half": packed[: len(packed) // 2],
        "cut after its head": packed[:10],
        "flipped in its middle": flipped(packed, len(packed) // 2),
        "flipped in its checksum": flipped(packed, -8, 1),
        "flipped in its length": flipped(packed, -1, 1),
        "flipped in its method": flipped(packed, 2),
        "and something behind": packed + b"1,x\n",
        "and half a member behind": packed + packed[:20],
    }.items():
        yield refused(f"gz {what}", PAIRS, content, 3, file="input.csv.gz")
        yield refused(f"gz with a header {what}", NAMED, content, 3, file="input.csv.gz")
        if what in ("cut in half", "flipped in its checksum"):
            yield refused(f"gz of JSON {what}", OBJECTS, content, 3, file="input.json.gz")
    for suffix in (".gz", ".bz2"):
        yield refused(f"{suffix} of no bytes", PAIRS, b"", 3, file=f"input.csv{suffix}")
    squeezed = bz2.compress(TEXT * 200)
    yield refused("bz2 cut in half", PAIRS, squeezed[: len(squeezed) // 2], 3, file="input.csv.bz2")
    yield refused("bz2 flipped in its middle", PAIRS, flipped(squeezed, len(squeezed) // 2), 3, file="input.csv.bz2")


def _named_otherwise() -> Iterator[Case]:
    heads = {
        "gzip": gzip.compress(TEXT),
        "bzip2": bz2.compress(TEXT),
        "Zstandard": b"\x28\xb5\x2f\xfd\x04\x00" + bytes(20),
        "xz": b"\xfd7zXZ\0\0\4" + bytes(20),
        "zip": b"PK\x03\x04" + bytes(30),
        "Parquet": parquet(TABLE),
        "ORC": orc_file(TABLE),
    }
    for what, content in heads.items():
        yield refused(f"{what} named .csv", PAIRS, content, 3)
        yield refused(f"{what} named .json", OBJECTS, content, 3)
    for suffix in (".gz", ".bz2"):
        yield refused(f"CSV named {suffix}", PAIRS, TEXT, 3, file=f"input.csv{suffix}")
    yield refused("bzip2 named .gz", PAIRS, heads["bzip2"], 3, file="input.csv.gz")
    yield refused("gzip named .bz2", PAIRS, heads["gzip"], 3, file="input.csv.bz2")
    files = {f"part-{number:03}.csv": TEXT for number in range(20)} | {"part-007.csv": heads["gzip"]}
    yield Case("gzip named .csv among others", PAIRS, files, refused=(3, "part-007.csv"))


def _damaged_tables() -> Iterator[Case]:
    for kind, make in MAKERS.items():
        dataset, content = Dataset(COLUMNS, format=kind), make(TABLE)
        for what, damaged in {
            "cut in half": content[: len(content) // 2],
            "without its last byte": content[:-1],
            "without its first byte": content[1:],
            "flipped in its last magic": flipped(content, -1 if kind == "parquet" else -2),
            "flipped in the length of its footer": flipped(content, -7 if kind == "parquet" else -1),
            "of its head alone": content[:4],
            "of no bytes": b"",
            "that is CSV": TEXT,
            "that is gzip": gzip.compress(content),
        }.items():
            yield refused(f"{kind} {what}", dataset, damaged, 3)
    yield refused("Parquet flipped in its first magic", Dataset(COLUMNS), flipped(parquet(TABLE), 0), 3)
    yield refused("ORC that is Parquet", Dataset(COLUMNS, format="orc"), parquet(TABLE), 3)
    yield refused("Parquet that is ORC", Dataset(COLUMNS), orc_file(TABLE), 3)


def _other_columns() -> Iterator[Case]:
    others = {
        "a missing column": TABLE.drop_columns(["b"]),
        "a new column": TABLE.append_column("c", pa.array([1, 2, 3])),
        "another name": TABLE.rename_columns(["A", "d", "b"]),
        "a wider whole number": TABLE.set_column(0, "a", pa.array([1, 2, 3], pa.int64())),
        "a string for a whole number": TABLE.set_column(0, "a", pa.array(["1", "2", "3"])),
        "a double for a whole number": TABLE.set_column(0, "a", pa.array([1.0, 2.0, 3.0])),
        "a whole number of 64 bits for a double": TABLE.set_column(1, "d", pa.array([1, 2, 3], pa.int64())),
        "a decimal for a double": TABLE.set_column(1, "d", pa.array([Decimal("1.5")] * 3, pa.decimal128(5, 2))),
        "bytes for a string": TABLE.set_column(2, "b", pa.array([b"x", b"y", b"z"])),
        "a boolean for a string": TABLE.set_column(2, "b", pa.array([True, False, None])),
        "a timestamp for a string": TABLE.set_column(2, "b", pa.array([datetime(2024, 1, 1, tzinfo=UTC)] * 3)),
    }
    for kind, make in MAKERS.items():
        dataset = Dataset(COLUMNS, format=kind)
        for what, table in others.items():
            yield refused(f"{kind} with {what}", dataset, make(table), 4)
        good, bad = make(TABLE), make(others["a wider whole number"])
        files = {f"part-{number:02}.{kind}": good for number in range(20)} | {f"part-11.{kind}": bad}
        yield Case(f"{kind} of another type among others", dataset, files, refused=(4, f"part-11.{kind}"))


def _rows_of_tables() -> Iterator[Case]:
    narrow = TABLE.set_column(0, "a", pa.array([1, 2, None], pa.int8())).set_column(
        1, "d", pa.array([1.5, 0.1, None], pa.float32())
    )
    for kind, make in MAKERS.items():
        name = f"input.{kind}"
        plain, required = (
            Dataset(COLUMNS, format=kind),
            Dataset("a int not null, d double, b string not null", format=kind),
        )
        finite = Dataset(COLUMNS, format=kind, nan="refuse", rules={"d is small": "d < 2"})
        rows = ((1, 1.5, "x"), (2, float("nan"), None), (None, 2.5, "z"))
        yield one_file(f"{kind} as it should be", plain, make(TABLE), rows)
        taken = ((1, 1.5, "x"), (2, 0.10000000149011612, None), (None, None, "z"))
        yield one_file(f"{kind} with narrower numbers", plain, make(narrow), taken)
        null = "null, declared not null"
        yield one_file(
            f"{kind} with nulls", required, make(TABLE), rows[:1], (((0, 1), "b", null), ((0, 2), "a", null))
        )
        faults = {Expected(name, (0, 1), "d", "not finite"), Expected(name, (0, 2), "", "d < 2", "d is small")}
        yield Case(f"{kind} with NaN and a rule", finite, {name: make(TABLE)}, rows[:1], frozenset(faults))
        ignoring = Dataset("a int", format=kind, on_new="ignore")
        yield one_file(f"{kind} with columns ignored", ignoring, make(TABLE), ((1,), (2,), (None,)))
    groups = Dataset("a int not null, d double, b string")
    faults_of_groups = (((2, 0), "a", "null, declared not null"),)
    yield one_file("Parquet of three row groups", groups, parquet(TABLE, 1), rows[:2], faults_of_groups)
