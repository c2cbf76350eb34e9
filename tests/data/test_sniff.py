"""Content before guess: what a file really is, whatever it is called."""

import bz2
import gzip
import io
import lzma
import sqlite3
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.orc as orc
import pyarrow.parquet as pq
import pytest

from hotset import InputError, SchemaError
from hotset.data.kinds import ADVICE, kind_of
from hotset.data.listing import list_inputs
from hotset.data.sniff import check_content, has_text

ROWS = b"k,v\na,1\nb,2\n"
TABLE = pa.table({"k": ["a", "b"], "v": [1, 2]})


def zipped(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), "x")  # of 1980: names of cases are made of it
    return made.getvalue()


def tarred() -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        entry = tarfile.TarInfo("in.csv")
        entry.size = len(ROWS)
        archive.addfile(entry, io.BytesIO(ROWS))
    return made.getvalue()


def written(write: Any) -> bytes:
    sink = pa.BufferOutputStream()
    write(TABLE, sink)
    return bytes(sink.getvalue())


def database() -> bytes:
    with sqlite3.connect(":memory:") as connection:
        connection.execute("create table t (k text)")
        return bytes(connection.serialize())


PARQUET, ORC_FILE, DATABASE = written(pq.write_table), written(orc.write_table), database()
ZSTD = pa.compress(ROWS, "zstd", asbytes=True)
WORKBOOK = zipped("[Content_Types].xml", "xl/workbook.xml")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
PAGE = b"\n<!DOCTYPE html>\n<html><body>Please log in</body></html>\n"
TEXT_NAMES = ("in.csv", "in.json", "in.TSV")

# what, its content, what is told of it under a name that says something else
KINDS: dict[str, tuple[bytes, str]] = {
    "gzip": (gzip.compress(ROWS, mtime=0), r"is gzip by its first bytes.*rename it to end in \.gz"),
    "bzip2": (bz2.compress(ROWS), r"is bzip2 by its first bytes.*rename it to end in \.bz2"),
    "bzip2 of nothing": (bz2.compress(b""), r"is bzip2 by its first bytes"),
    "zstd": (ZSTD, r"is Zstandard by its first bytes.*rename it to end in \.zst"),
    "xz": (lzma.compress(ROWS), r"is xz by its first bytes.*unpack it: xz -d"),
    "zip": (zipped("in.csv"), r"is zip by its first bytes.*unpack it"),
    "zip of nothing": (zipped(), r"is zip by its first bytes.*unpack it"),
    "xlsx": (WORKBOOK, r"is an Excel workbook by its first bytes.*save it as CSV"),
    "docx": (zipped("word/document.xml"), r"is a Word document by its first bytes.*save it as plain text"),
    "ods": (zipped("mimetype", "content.xml"), r"is an OpenDocument spreadsheet.*save it as CSV"),
    "xls": (OLE, r"is an old Excel workbook.*save it as CSV"),
    "parquet": (PARQUET, r"is Parquet by its first bytes.*rename it to end in \.parquet"),
    "orc": (ORC_FILE, r"is ORC by its first bytes.*rename it to end in \.orc"),
    "sqlite": (DATABASE, r"is an SQLite database.*sqlite3 -header -csv"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", r"is PDF by its first bytes.*pdftotext"),
    "png": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", r"is a picture by its first bytes"),
    "tar": (tarred(), r"is tar by its first bytes.*unpack it: tar -xf"),
    "avro": (b"Obj\x01\x04\x14avro.codec", r"is Avro by its first bytes"),
    "feather": (b"ARROW1\0\0" + bytes(20), r"is an Arrow or Feather file by its first bytes"),
    "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(20), r"is 7-Zip by its first bytes"),
    "lz4": (b"\x04\x22\x4d\x18" + bytes(20), r"is LZ4 by its first bytes.*rename it to end in \.lz4"),
    "nothing but NUL": (bytes(3000), r"begins with 3000 NUL characters and no text"),
}
WIDE: dict[str, tuple[bytes, str]] = {
    "UTF-16": (ROWS.decode().encode("utf-16"), r"is UTF-16 by its byte-order mark.*iconv -f UTF-16 -t UTF-8"),
    "UTF-16BE": (b"\xfe\xff" + ROWS.decode().encode("utf-16-be"), r"is UTF-16 by its byte-order mark"),
    "UTF-32": (ROWS.decode().encode("utf-32"), r"is UTF-32 by its byte-order mark.*iconv -f UTF-32"),
    "UTF-16 unmarked": (ROWS.decode().encode("utf-16-le") * 2, r"looks like UTF-16LE without a byte-order mark"),
    "UTF-16BE unmarked": (ROWS.decode().encode("utf-16-be") * 2, r"looks like UTF-16BE without a byte-order mark"),
    "UTF-32 unmarked": (ROWS.decode().encode("utf-32-le"), "looks like UTF-32LE .*, since three of four bytes are NUL"),
    "UTF-32BE unmarked": (ROWS.decode().encode("utf-32-be"), r"looks like UTF-32BE without a byte-order mark"),
}


def check(path: Path, content: bytes, format_: Any = None, encoding: str = "utf-8") -> None:
    path.write_bytes(content)
    check_content(list_inputs([str(path)]).files, format_, encoding)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_table_is_told_before_its_columns_are_guessed(tmp_path: Path, kind: str) -> None:
    content, told = KINDS[kind]

    for name in TEXT_NAMES:
        with pytest.raises(InputError, match=told):
            check(tmp_path / name, content)
    for name in ("in.txt", "in"):
        with pytest.raises(InputError):
            check(tmp_path / name, content, "text")


@pytest.mark.parametrize("kind", WIDE)
@pytest.mark.parametrize("pack", ["", ".gz"])
def test_wide_characters_are_told_too(tmp_path: Path, kind: str, pack: str) -> None:
    content, told = WIDE[kind]
    raw = gzip.compress(content, mtime=0) if pack else content

    with pytest.raises(SchemaError, match=told) as failed:
        check(tmp_path / f"in.csv{pack}", raw)
    assert "--encoding utf-" in str(failed.value)
    with pytest.raises(SchemaError) as failed:
        check(tmp_path / f"in.txt{pack}", raw)
    assert "--encoding" not in str(failed.value)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("in.csv.gz", ROWS, "is not gzip by its first bytes"),
        ("in.csv.gz", b"", "is not gzip by its first bytes"),
        ("in.csv.gz", b"\x1f", "is not gzip by its first bytes"),
        ("in.csv.GZ", gzip.compress(ROWS, mtime=0)[:12], "cannot read .*: it is cut off"),
        ("in.csv.gz", gzip.compress(ROWS, mtime=0)[:10] + b"\xff\xff\xff", "cannot read .*: it is damaged"),
        ("in.csv.bz2", bz2.compress(ROWS)[:20], "cannot read .*: it is cut off"),
        ("in.csv.zst", ZSTD[:-3], "cannot read .*: it is cut off"),
        ("in.csv.zst", gzip.compress(ROWS, mtime=0), "is gzip by its first bytes"),
        ("in.csv.gz", gzip.compress(gzip.compress(ROWS, mtime=0), mtime=0), "has gzip in it"),
        ("in.csv.gz", gzip.compress(WORKBOOK, mtime=0), "has zip in it"),
        ("in.csv.gz", gzip.compress(tarred(), mtime=0), "has tar in it"),
        ("in.csv.gz", gzip.compress(PAGE, mtime=0), "is a web page"),
        ("in.csv", PAGE, "is a web page by its first bytes.*fetch the data itself"),
        ("in.json", b"<html>", "is a web page"),
        ("in.parquet", ROWS, "is not Parquet by its first bytes"),
        ("in.PARQUET", PARQUET[:-4], "is not Parquet by its first bytes"),
        ("in.orc", PARQUET, "is not ORC by its first bytes"),
        ("in.xlsx", WORKBOOK, "is an Excel workbook"),
        ("in.csv.snappy", b"any", "compressed in a way that only wordcount reads"),
    ],
)
def test_names_and_bytes_that_contradict_each_other_are_told(
    tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    with pytest.raises(InputError, match=told):
        check(tmp_path / name, content)


@pytest.mark.parametrize(
    ("name", "content", "format_", "encoding"),
    [
        *((name, ROWS, None, "utf-8") for name in ("in.csv", "in.CSV", "in.tsv", "in", "in.data", "in.txt")),
        *((name, gzip.compress(ROWS, mtime=0), None, "utf-8") for name in ("in.csv.gz", "in.CSV.GZ", "in.Gz")),
        *((name, ZSTD, None, "utf-8") for name in ("in.csv.zst", "in.csv.ZSTD")),
        ("in.csv.bz2", bz2.compress(ROWS), "csv", "utf-8"),
        ("in.parquet", PARQUET, None, "utf-8"),
        ("in.bin", PARQUET, None, "utf-8"),
        ("in.csv", PARQUET, "parquet", "utf-8"),
        ("in.csv", b"", None, "utf-8"),
        ("in.csv", b"BZh,PAR1,ORC\n", None, "utf-8"),
        ("in.txt", b"PAR1 and ORC\n", "text", "utf-8"),
        ("in.txt", PAGE, "text", "utf-8"),
        ("in.csv", b"\xef\xbb\xbfk,v\n", None, "utf-8"),
        ("in.csv", b"\xef\xbb\xbfk,v\n", "csv", "utf-8-sig"),
        ("in.csv", ROWS.decode().encode("utf-16"), "csv", "utf-16"),
        ("in.csv", ROWS.decode().encode("utf-16-le"), "csv", "utf-16-le"),
        ("in.csv", "\ufeffk".encode("utf-16-le"), "csv", "UTF-16LE"),
        ("in.txt", b"a\0b\0", "text", "utf-8"),
        ("in.txt.snappy", b"any", None, "utf-8"),
    ],
)
def test_what_is_as_it_says_is_taken(tmp_path: Path, name: str, content: bytes, format_: Any, encoding: str) -> None:
    check(tmp_path / name, content, format_, encoding)


@pytest.mark.parametrize(
    ("content", "encoding", "told"),
    [
        (b"\xef\xbb\xbfk,v\n", "cp1252", "is UTF-8 by its byte-order mark, expected cp1252; leave out --encoding"),
        ("\ufeffk".encode("utf-16-be"), "utf-16-le", "is UTF-16 by its byte-order mark, expected utf-16-le"),
        ("\ufeffk".encode("utf-16-le"), "latin-1", "is UTF-16 by its byte-order mark, expected latin-1"),
    ],
)
def test_a_byte_order_mark_is_believed_more_than_what_is_said(
    tmp_path: Path, content: bytes, encoding: str, told: str
) -> None:
    with pytest.raises(SchemaError, match=told):
        check(tmp_path / "in.csv", content, "csv", encoding)


@pytest.mark.parametrize(
    ("name", "content", "wanted"),
    [
        ("in.csv", b"", False),
        ("in.csv", b"\xef\xbb\xbf", False),
        ("in.csv.gz", gzip.compress(b"", mtime=0), False),
        ("in.csv.gz", gzip.compress(b"", mtime=0) * 2 + gzip.compress(b"a", mtime=0), True),
        ("in.csv.zst", pa.compress(b"", "zstd", asbytes=True), False),
        ("in.csv", b"a", True),
    ],
)
def test_a_compressed_file_of_nothing_has_no_text(tmp_path: Path, name: str, content: bytes, wanted: bool) -> None:
    (tmp_path / name).write_bytes(content)

    assert has_text(list_inputs([str(tmp_path)]).files) is wanted


def test_every_kind_that_is_not_read_says_what_to_do() -> None:
    assert all(ADVICE.values())


def test_bytes_say_what_a_file_is(tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(PARQUET)

    assert kind_of(tmp_path / "in") == "Parquet"
