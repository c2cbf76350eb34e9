"""What the bytes of a file say it is, against what its name says: told before anybody guesses at its columns.

docs/data.md has the list of what is refused as a whole.
"""

from collections.abc import Iterable
from pathlib import Path

from hotset.data.dataset import Format
from hotset.data.encoding import MARKS, codec_name, in_utf8
from hotset.data.kinds import ADVICE, HEAD_BYTES, ORC, PARQUET, SUFFIXES, ends_of, is_web_page, kind_by, kind_within
from hotset.data.listing import InputFile
from hotset.data.suffixes import format_of, is_compressed, only_hadoop_reads, opened
from hotset.errors import InputError, SchemaError

OF_FORMAT: dict[str, str] = {"parquet": PARQUET, "orc": ORC}
LEAST_NULS = 8  # in a row, from the head of a file on: fewer may be somebody's text
LEAST_WIDE_BYTES = 16
# where NULs stand in four bytes of Latin text, and how one says so
NULS = {"UTF-16LE": (0, 1, 0, 1), "UTF-16BE": (1, 0, 1, 0), "UTF-32LE": (0, 1, 1, 1), "UTF-32BE": (1, 1, 1, 0)}
WIDE = {name: "every second byte is NUL" if "16" in name else "three of four bytes are NUL" for name in NULS}


def check_content(files: Iterable[InputFile], format: Format | None, encoding: str = "utf-8") -> None:  # noqa: A002
    """Raises InputError for a file whose bytes are not what its name or the format says, SchemaError for UTF-16.

    Without a format it is the one of each file's own name. `encoding` is what is said of its text.
    """
    for file in files:
        if file.size_bytes or is_compressed(file.path):
            _check(file.path, format or format_of(file.path), encoding, given=format is not None)


def has_text(files: Iterable[InputFile]) -> bool:
    """Whether there is anything in the files: they may have bytes, as a compressed file of nothing has. InputError."""
    return any(file.size_bytes and _text_head(file.path).removeprefix(b"\xef\xbb\xbf") for file in files)


def _check(path: Path, format: Format | None, encoding: str, *, given: bool) -> None:  # noqa: A002
    head, tail = ends_of(path)
    kind = kind_by(path, head, tail)
    _refuse(path, kind)
    if wanted := OF_FORMAT.get(format or ""):
        if kind != wanted:
            advice = "name the right format" if given else "rename it to what it is, or leave it out"
            raise InputError(f"{path} is not {wanted} by its first bytes, which are {head[:4]!r}; {advice}")
        return
    if kind in OF_FORMAT.values() and format is None:
        return
    _check_name(path, kind)
    if kind in OF_FORMAT.values():
        raise InputError(f"{path} is {kind}, which is not read as {format}; name the right format")
    if only_hadoop_reads(path):
        if format != "text":
            raise InputError(f"{path} is compressed in a way that only wordcount reads, got {path.suffix}; unpack it")
        return
    _check_text(path, _text_head(path) if kind else head, format, encoding)


def _refuse(path: Path, kind: str | None) -> None:
    """Raises InputError for what is read under no name."""
    if kind in ADVICE:
        raise InputError(f"{path} is {kind} by its first bytes, which is not read here; {ADVICE[kind]}")


def _check_name(path: Path, kind: str | None) -> None:
    """Raises InputError where the name says that the file is of another kind, or not that it is of this one."""
    named = next((name for name, suffixes in SUFFIXES.items() if path.suffix.lower() in suffixes), None)
    if kind != named and not only_hadoop_reads(path):
        raise InputError(
            f"{path} is {kind or 'not ' + str(named)} by its first bytes, and its name says otherwise; "
            f"rename it{f' to end in {SUFFIXES[kind][0]}' if kind else ''}, or leave it out"
        )


def _check_text(path: Path, head: bytes, format: Format | None, encoding: str) -> None:  # noqa: A002
    """Raises InputError for what is no text, SchemaError for text in another encoding than is said."""
    within = kind_within(head)
    if within and is_compressed(path):
        advice = ADVICE.get(within, "unpack it once, and give it the name of what is in it")
        raise InputError(
            f"{path} has {within} in it, by the first bytes of its content, which is not read here; {advice}"
        )
    if is_web_page(head) and format != "text":
        _refuse(path, "a web page")
    _check_mark(path, head, format, encoding)
    if len(head) >= LEAST_NULS and not head.strip(b"\0"):
        raise InputError(f"{path} begins with {len(head)} NUL characters and no text; get it once more, as a whole")
    if in_utf8(encoding) and (wide := wide_without_mark(head)):
        raise SchemaError(
            f"{path} looks like {wide} without a byte-order mark, since {WIDE[wide]}, expected UTF-8; "
            f"{_advice(wide, format)}"
        )


def _advice(family: str, format: Format | None) -> str:  # noqa: A002
    named = "" if format == "text" else f"name it with --encoding {family.lower()}, or "
    return f"{named}convert it: iconv -f {family} -t UTF-8"


def _check_mark(path: Path, head: bytes, format: Format | None, encoding: str) -> None:  # noqa: A002
    """Raises SchemaError for a byte-order mark of another encoding than is said."""
    mark = next((one for one in MARKS if head.startswith(one[0])), None)
    if mark and codec_name(encoding) not in mark[2]:
        said = "UTF-8" if in_utf8(encoding) else encoding
        advice = "leave out --encoding" if mark[1] == "UTF-8" else _advice(mark[1], format)
        raise SchemaError(f"{path} is {mark[1]} by its byte-order mark, expected {said}; {advice}")


def wide_without_mark(head: bytes) -> str | None:
    """UTF-16 or UTF-32 of mostly Latin text, which has NULs beside each letter."""
    if len(head) < LEAST_WIDE_BYTES:
        return None
    quiet = [head[place::4].count(0) > 0.9 * (len(head) // 4) for place in range(4)]
    loud = [head[place::4].count(0) < 0.1 * (len(head) // 4) for place in range(4)]
    for name, nul in NULS.items():
        if all(quiet[place] if nul[place] else loud[place] for place in range(4)):
            return name
    return None


def _text_head(path: Path) -> bytes:
    """The first bytes, decompressed. Raises InputError."""
    with opened(path) as content:
        return bytes(content.read(HEAD_BYTES))
