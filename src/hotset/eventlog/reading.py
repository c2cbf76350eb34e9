"""From a path to an Application: one pass, in memory that does not grow with the number of tasks."""

import codecs
from collections.abc import Iterator
from pathlib import Path

import msgspec

from hotset.errors import InputError
from hotset.eventlog.application import Application
from hotset.eventlog.codecs import Place, plain_chunks
from hotset.eventlog.events import KINDS
from hotset.eventlog.files import log_files
from hotset.eventlog.gaps import tell_gaps
from hotset.eventlog.lines import bounded_lines
from hotset.eventlog.looks import KIND, LOOKED_AT_BYTES, refuse_other_kinds, without_events
from hotset.eventlog.telling import Contradiction, Telling

DECODERS = {name.encode(): msgspec.json.Decoder(kind) for name, kind in KINDS.items()}
BLOCK_UPDATED = b"SparkListenerBlockUpdated"
TASKS = {b"SparkListenerTaskStart": 1, b"SparkListenerTaskEnd": -1}  # one that is lost with its executor ends twice
LOOKED_AT = 1000  # lines without any event, after which a file is no log


def read_log(path: Path | str) -> Application:
    """What the log says, as far as it goes. Raises InputError for what is no event log or cannot be read."""
    path = Path(path)
    log = log_files(path)
    telling = Telling(Application(str(path)))
    size = _size(log.parts)
    readers = [PartReader(part, telling) for part in log.parts]
    for reader in readers:
        reader.read()
    if not telling.events:
        raise without_events(readers[0].start, str(path), cut_off=readers[0].ends_within)
    telling.close()
    cut = [reader.place.name for reader in readers if reader.is_cut]
    tell_gaps(telling, log, cut, grew=_size(log.parts) != size)
    return telling.application


class PartReader:
    """Reads one file of a log."""

    def __init__(self, place: Place, telling: Telling) -> None:
        self.place, self._telling = place, telling
        self.start = b""
        self.ends_within = False  # what is compressed
        self.is_cut = False  # it ends within that, or within a line
        self._lines = 0

    def read(self) -> None:
        """Raises InputError for what is no event log, or that of several applications."""
        damaged = False
        try:
            for line in bounded_lines(self._chunks(), self.place.name):
                self._lines += 1
                damaged = self._is_damaged(line)
                self._check_is_log()
        except EOFError:
            self.ends_within = self.is_cut = True
        except Contradiction as why:
            raise InputError(f"{why} (line {self._lines:,} of {str(self.place)!r})") from None
        if damaged:  # the last line: then it was not written to its end
            self._telling.application.damaged_lines -= 1
            self.is_cut = True

    def _chunks(self) -> Iterator[bytes]:
        application = self._telling.application
        for chunk in plain_chunks(self.place):
            application.bytes_read += len(chunk)
            if not self.start:
                refuse_other_kinds(chunk, str(self.place))
            if len(self.start) < LOOKED_AT_BYTES and not self._telling.events:
                self.start += chunk
            yield chunk.removeprefix(codecs.BOM_UTF8) if not self._lines else chunk

    def _is_damaged(self, line: bytes) -> bool:
        """Takes the line; told by its first bytes whether it need be read at all."""
        found = KIND.match(line, 0, 200)
        if found is None:
            is_damaged = bool(line.strip())
        else:
            self._telling.events += 1
            is_damaged = not self._take(found[1], line)
        self._telling.application.damaged_lines += is_damaged
        return is_damaged

    def _take(self, kind: bytes, line: bytes) -> bool:
        """Whether it could be."""
        decoder = DECODERS.get(kind)
        self._telling.tasks_under_way += TASKS.get(kind, 0)
        if decoder is None or (kind == BLOCK_UPDATED and b'"rdd_' not in line):
            return line.rstrip().endswith(b"}")
        try:
            self._telling.take(decoder.decode(line))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError):
            return False
        return True

    def _check_is_log(self) -> None:
        if not self._telling.events and self._telling.application.damaged_lines > LOOKED_AT:
            raise without_events(self.start, str(self.place), cut_off=False)


def _size(parts: tuple[Place, ...]) -> int:
    return sum(part.stat().st_size for part in parts if isinstance(part, Path) and part.exists())
