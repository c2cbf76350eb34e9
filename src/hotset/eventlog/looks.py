"""What a file is that holds no event log, by its first bytes: said to the person with what to do about it."""

import codecs
import re
import unicodedata

from hotset.errors import InputError
from hotset.eventlog.codecs import MAGICS, Place, plain_chunks

KIND = re.compile(  # Spark's own events, Databricks', and those of plugins, which are named by their class
    rb'\s*\{\s*"Event"\s*:\s*"(SparkListener\w{1,100}|DBC\w{1,100}|\w{1,40}\.[\w.$]{1,160})"'
)
LOOKED_AT_BYTES = 64 * 1024
FIRST_LINES = 20
TAR = (257, b"ustar")
UNPACK = "unpack it and give the log or the directory in it"
MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\3\4", "a zip archive", UNPACK),
    (b"ZV", "compressed with LZF, which cannot be read", "set spark.eventLog.compression.codec to zstd"),
    (b"\xfd7zXZ\0", "compressed with xz", "unpack it: xz -d"),
    (b"7z\xbc\xaf", "a 7-Zip archive", UNPACK),
    (b"Rar!", "a RAR archive", UNPACK),
    (b"\xff\x06\0\0sNaPpY", "compressed with Snappy's command", "unpack it and give the log"),
    (b"PAR1", "a Parquet file", ""),
    (b"ORC", "an ORC file", ""),
    (b"Obj\1", "an Avro file", ""),
    (b"SEQ", "a Hadoop sequence file", ""),
    (b"%PDF", "a PDF", ""),
    (b"\x7fELF", "a program", ""),
    (b"SQLite format 3", "an SQLite database", ""),
)
WIDE: tuple[tuple[bytes, str], ...] = (  # without a mark the name has to say the order of bytes
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (b"{\0\0\0", "UTF-32LE"),
    (b"\0\0\0{", "UTF-32BE"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
    (b"{\0", "UTF-16LE"),
    (b"\0{", "UTF-16BE"),
)
WEB_PAGE = re.compile(rb"\s*<(!doctype|html|head|body|\?xml|!--)", re.IGNORECASE)
LOGGED = re.compile(
    rb"^\[?(\d\d/\d\d/\d\d|\d{4}-\d\d-\d\d)[ T]\d\d:\d\d:\d\d\S*\s.{0,80}?\b(TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\b", re.M
)
LOGGED_JSON = re.compile(rb'^\s*\{"ts":"[^"]*","level":"', re.M)
AN_EVENT_LOG = "give an event log, as spark.eventLog.enabled=true makes Spark write it"


def refuse_other_kinds(start: bytes, name: str) -> None:
    """Raises InputError for what is known by its first bytes to be no event log."""
    for magic, what, to_do in MAGIC:
        if start.startswith(magic):
            raise InputError(f"{what}, got {name!r}; {to_do or AN_EVENT_LOG}")
    if start[TAR[0] :].startswith(TAR[1]):
        raise InputError(f"a tar archive, got {name!r}; {UNPACK}")
    if coding := _wide(start):
        raise InputError(f"text in {coding}, got {name!r}; convert it: iconv -f {coding} -t UTF-8")
    if WEB_PAGE.match(start):
        raise InputError(f"a web page or XML, got {name!r}; it may be the log-in before the download: {AN_EVENT_LOG}")


def without_events(start: bytes, name: str, *, cut_off: bool) -> InputError:
    """Why nothing was found: the file is cut off, empty, or something else."""
    text = start.strip()
    if cut_off or (b"\n" not in text and _begins_a_log(text)):
        return InputError(
            f"no Spark event in it: the log is cut off before its first event, got {name!r}; copy it anew"
        )
    if not text:
        what = "only blank lines" if start else "an empty file"
        return InputError(f"no Spark event in it: {what}, got {name!r}; {AN_EVENT_LOG}")
    if LOGGED.search(start) or LOGGED_JSON.search(start):
        return InputError(f"no Spark event in it: the messages that a driver or an executor logged, got {name!r}; "
                          f"{AN_EVENT_LOG}")  # fmt: skip
    if text.startswith((b"{", b"[")):
        return InputError(f"no Spark event in it: JSON, but no event a line, got {name!r}; {AN_EVENT_LOG}")
    what = "text" if _is_text(start) else "bytes of an unknown kind"
    return InputError(f"no Spark event in it: {what}, got {name!r}; {AN_EVENT_LOG}")


def looks_like_log(place: Place) -> bool:
    """Whether one of the first lines is an event; what cannot be read may be."""
    start = b""
    try:
        for chunk in plain_chunks(place):
            start += chunk
            if len(start) > LOOKED_AT_BYTES:
                break
    except EOFError:
        return _begins_a_log(start.lstrip(codecs.BOM_UTF8)) or not start
    except InputError:
        return True
    lines = start.removeprefix(codecs.BOM_UTF8).split(b"\n", FIRST_LINES)[:FIRST_LINES]
    return any(KIND.match(line, 0, 200) for line in lines)


def _begins_a_log(text: bytes) -> bool:
    """Whether it is the beginning of a log, however short."""
    event = b'{"Event":"SparkListener'
    squeezed = text.replace(b" ", b"")
    return bool(text) and (
        squeezed.startswith(event) or event.startswith(squeezed) or any(one.startswith(text) for one in MAGICS)
    )


def _wide(start: bytes) -> str:
    """UTF-16 or UTF-32, by the mark or by the first bracket, which shows the order of bytes; nothing for other text."""
    return next((coding for first, coding in WIDE if start.startswith(first)), "")


def _is_text(start: bytes) -> bool:
    text = start.decode("utf-8", "replace")[:-1]
    return "\ufffd" not in text and not any(unicodedata.category(c) == "Cc" and c not in "\t\r\n\f" for c in text)
