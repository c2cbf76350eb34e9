"""What the first bytes of a file say it is, against what its name says."""

import os
import zlib
from collections.abc import Iterable
from pathlib import Path

from hotset.data.dataset import Format
from hotset.data.listing import InputFile
from hotset.data.text import DECOMPRESSORS
from hotset.errors import InputError, SchemaError

LONGEST_MAGIC = 10
ENCODINGS = {b"\xff\xfe\x00\x00": "UTF-32", b"\x00\x00\xfe\xff": "UTF-32", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
# what it is -> its suffixes; none of them may hide under another
SUFFIXES = {
    "gzip": (".gz",),
    "bzip2": (".bz2",),
    "Zstandard": (".zst", ".zstd"),
    "xz": (".xz",),
    "zip": (".zip",),
    "Parquet": (".parquet",),
    "ORC": (".orc",),
}
OF_FORMAT: dict[str, str] = {"parquet": "Parquet", "orc": "ORC"}


def check_content(files: Iterable[InputFile], format: Format) -> None:  # noqa: A002 (the field's own name)
    """Raises InputError for a file whose bytes are not what its name or the format says, SchemaError for UTF-16."""
    for file in files:
        if file.size_bytes or file.path.suffix in DECOMPRESSORS:
            _check(file.path, format)


def _check(path: Path, format: Format) -> None:  # noqa: A002
    head, tail = _ends(path)
    kind = _kind(head, tail)
    if wanted := OF_FORMAT.get(format):
        if kind != wanted:
            raise InputError(f"{path} is no {wanted} file, its first bytes are {head[:4]!r}; name the right format")
        return
    named = next((name for name, suffixes in SUFFIXES.items() if path.suffix in suffixes), None)
    if kind != named:
        raise InputError(
            f"{path} is {kind or 'not ' + str(named)} by its first bytes, and its name says otherwise; "
            f"rename it{f' to end in {SUFFIXES[kind][0]}' if kind else ''}, or leave it out"
        )
    if kind in ("zip", "xz", *OF_FORMAT.values()):
        raise InputError(f"{path} is {kind}, which is not read as {format}; unpack it, or name the right format")
    text = _text_head(path) if kind else head
    if encoding := next((name for mark, name in ENCODINGS.items() if text.startswith(mark)), None):
        raise SchemaError(
            f"{path} is {encoding} by its byte-order mark, expected UTF-8; convert it: iconv -f {encoding} -t UTF-8"
        )


def kind_of(path: Path) -> str | None:
    """What its bytes say a file is: "gzip", "Parquet"; None where they do not. Raises InputError."""
    return _kind(*_ends(path))


def _kind(head: bytes, tail: bytes) -> str | None:
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head[:3] == b"BZh" and head[4:] == b"1AY&SY":
        return "bzip2"
    for magic, kind in ((b"\x28\xb5\x2f\xfd", "Zstandard"), (b"\xfd7zXZ\0", "xz"), (b"PK\x03\x04", "zip")):
        if head.startswith(magic):
            return kind
    # words of a text may begin like these two, which end as they begin
    if head.startswith(b"PAR1") and tail.endswith(b"PAR1"):
        return "Parquet"
    return "ORC" if head.startswith(b"ORC") and tail[:3] == b"ORC" else None


def _text_head(path: Path) -> bytes:
    """The first bytes, decompressed."""
    try:
        with DECOMPRESSORS.get(path.suffix, open)(path, "rb") as content:
            return bytes(content.read(LONGEST_MAGIC))
    except (OSError, EOFError, zlib.error) as why:
        raise InputError(f"cannot read {path}: {why}") from None


def _ends(path: Path) -> tuple[bytes, bytes]:
    """The first bytes of the file, and its last four."""
    try:
        with path.open("rb") as content:
            head = content.read(LONGEST_MAGIC)
            content.seek(max(0, content.seek(0, os.SEEK_END) - 4))
            return head, content.read()
    except OSError as why:
        raise InputError(f"cannot read {path}: {why.strerror}") from None
