"""What kind of file the bytes of a file say it is, and what to do with one that is not read here."""

import os
import zipfile
from pathlib import Path

from hotset.data.suffixes import read_errors

HEAD_BYTES = 4096
PARQUET, ORC = "Parquet", "ORC"
# kind -> its suffixes, the first one being the usual: what is read here
SUFFIXES = {
    "gzip": (".gz",),
    "bzip2": (".bz2",),
    "Zstandard": (".zst", ".zstd"),
    "LZ4": (".lz4",),
    PARQUET: (".parquet",),
    ORC: (".orc",),
}
AS_CSV = "save it as CSV in UTF-8 there"
UNPACK = "unpack it"
# kind -> what to do: what nobody here reads, whatever it is called
ADVICE = {
    "an Excel workbook": AS_CSV,
    "an OpenDocument spreadsheet": AS_CSV,
    "an old Excel workbook, or another file of old Office": AS_CSV,
    "a Word document": "save it as plain text there",
    "zip": UNPACK,
    "xz": "unpack it: xz -d",
    "7-Zip": UNPACK,
    "RAR": UNPACK,
    "tar": "unpack it: tar -xf",
    "an SQLite database": "write its table as CSV: sqlite3 -header -csv FILE 'select * from TABLE'",
    "PDF": "take the text out of it: pdftotext",
    "a picture": "give a file of text",
    "Avro": "write it as Parquet",
    "an Arrow or Feather file": "write it as Parquet",
    "HDF5": "write it as Parquet",
    "a web page": "fetch the data itself: this may be the page where one logs in, or an error",
}
MAGICS: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x04\x22\x4d\x18", "LZ4"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),  # one of nothing
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook, or another file of old Office"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"%PDF-", "PDF"),
    (b"\x89PNG\r\n\x1a\n", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"Obj\x01", "Avro"),
    (b"ARROW1\0\0", "an Arrow or Feather file"),
    (b"\x89HDF\r\n\x1a\n", "HDF5"),
)
# what lies in a zip archive -> what it is
IN_ZIP: tuple[tuple[str, str], ...] = (
    ("xl/", "an Excel workbook"),
    ("word/", "a Word document"),
    ("content.xml", "an OpenDocument spreadsheet"),
)
MARKUP = (b"<!doctype html", b"<html")


def kind_of(path: Path) -> str | None:
    """What its bytes say a file is: "gzip", "Parquet"; None where they do not. Raises InputError."""
    return kind_by(path, *ends_of(path))


def kind_by(path: Path, head: bytes, tail: bytes) -> str | None:
    """The same by its first bytes and its last four."""
    # words of a text may begin like these two, which end as they begin
    if head.startswith(b"PAR1") and tail.endswith(b"PAR1"):
        return PARQUET
    if head.startswith(b"ORC") and tail[:3] == b"ORC":
        return ORC
    kind = kind_within(head)
    return _kind_of_zip(path) if kind == "zip" else kind


def kind_within(head: bytes) -> str | None:
    """What content is by its first bytes alone, as they come out of a compressed file."""
    if head[:3] == b"BZh" and head[4:10] in (b"1AY&SY", b"\x17rE8P\x90"):
        return "bzip2"
    if head[257:262] == b"ustar":
        return "tar"
    return next((kind for magic, kind in MAGICS if head.startswith(magic)), None)


def is_web_page(head: bytes) -> bool:
    """Whether content begins as a page of HTML does."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:20].lower().startswith(MARKUP)


def _kind_of_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        return "zip"
    return next((kind for part, kind in IN_ZIP if any(name.startswith(part) for name in names)), "zip")


def ends_of(path: Path) -> tuple[bytes, bytes]:
    """The first bytes of the file, and its last four. Raises InputError."""
    with read_errors(path), path.open("rb") as content:
        head = content.read(HEAD_BYTES)
        content.seek(max(0, content.seek(0, os.SEEK_END) - 4))
        return head, content.read()
