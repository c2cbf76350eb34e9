"""From a path to an Application: one pass, in memory that does not grow with the number of tasks."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from hotset.errors import InputError
from hotset.eventlog.application import Application
from hotset.eventlog.codecs import plain_chunks
from hotset.eventlog.events import KINDS
from hotset.eventlog.files import log_files, says_in_progress
from hotset.eventlog.lines import bounded_lines
from hotset.eventlog.telling import Telling

KIND = re.compile(rb'\s*\{\s*"Event"\s*:\s*"([A-Za-z.]{1,120})"')
DECODERS = {name.encode(): msgspec.json.Decoder(kind) for name, kind in KINDS.items()}
BLOCK_UPDATED = b"SparkListenerBlockUpdated"
LOOKED_AT = 1000  # lines without any event, after which a file is no log


def read_log(path: Path | str) -> Application:
    """What the log says, as far as it goes. Raises InputError for what is no event log or cannot be read."""
    path = Path(path)
    files = log_files(path)
    telling = Telling(Application(str(path)))
    application = telling.application
    cut_off = False
    for file in files:
        try:
            for line in bounded_lines(_counted(file, application), file.name):
                cut_off = _take(line, telling)
                _check_is_log(telling, path)
        except EOFError:
            cut_off = True
    if not telling.events:
        raise InputError(f"no Spark event in {str(path)!r}; give an event log, as spark.eventLog.enabled writes it")
    application.unfinished = _why_unfinished(application, cut_off, says_in_progress(path, files))
    telling.close()
    return application


def _counted(file: Path, application: Application) -> Iterator[bytes]:
    for chunk in plain_chunks(file):
        application.bytes_read += len(chunk)
        yield chunk


def _take(line: bytes, telling: Telling) -> bool:
    """Whether the line is damaged; told by its first bytes whether it need be read at all."""
    found = KIND.match(line, 0, 200)
    if found is None:
        telling.application.damaged_lines += bool(line.strip())
        return bool(line.strip())
    kind = found[1]
    decoder = DECODERS.get(kind)
    telling.events += 1
    if decoder is None or (kind == BLOCK_UPDATED and b'"rdd_' not in line):
        return not line.rstrip().endswith(b"}")
    try:
        telling.take(decoder.decode(line))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError):
        telling.application.damaged_lines += 1
        return True
    return False


def _check_is_log(telling: Telling, path: Path) -> None:
    if not telling.events and telling.application.damaged_lines > LOOKED_AT:
        raise InputError(f"no Spark event in the first {LOOKED_AT:,} lines of {str(path)!r}; give an event log")


def _why_unfinished(application: Application, cut_off: bool, in_progress: bool) -> str:
    if application.end is not None:
        return ""
    if in_progress:
        return "the application was still running, or died"
    return "the log is cut off" if cut_off else "the end of the application is not in it"
