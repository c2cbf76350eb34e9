"""What every run of an experiment measured: one line of JSON a run, so that the same command goes on after a stop."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from hotset.errors import OutputError

WARM_UP = 0  # rounds are counted from 1


@dataclass(frozen=True)
class Stored:
    """One kept name, as the run's own report has it."""

    kind: str
    level: str
    rows: int | None
    build_seconds: float | None
    reads: int
    read_seconds: float | None
    memory_bytes: int
    disk_bytes: int
    evicted: int
    asked: str = ""


@dataclass(frozen=True)
class Answer:
    """What was published, without order: a sum of hashes, and for each column of floats
    (values, NaN among them, sum, sum of sizes)."""

    rows: int
    hashes: str
    floats: Mapping[str, tuple[int, int, float, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Record:
    """One run of one option. `seconds` are those of the job's `main`; `error` says why there are none."""

    option: str
    round: int
    seconds: float = 0.0
    whole_seconds: float = 0.0
    task_seconds: float | None = None
    task_cpu_seconds: float | None = None
    gc_seconds: float | None = None
    kept: Mapping[str, Stored] = field(default_factory=dict)
    input_bytes: int | None = None
    storage_memory_bytes: int | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    partitioned: Mapping[str, str] = field(default_factory=dict)  # name -> key by which all its readers shuffle
    error: str | None = None
    exit_code: int = 0


class Records:
    """The runs of one experiment, in a file that only grows."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.all: list[Record] = _read(file)

    def add(self, record: Record) -> None:
        """Raises OutputError when it cannot be written."""
        self.all.append(record)
        try:
            with self.file.open("ab") as out:
                out.write(msgspec.json.encode(record) + b"\n")
                out.flush()
                os.fsync(out.fileno())
        except OSError as why:
            raise OutputError(f"cannot write {self.file}: {why.strerror}; set XDG_STATE_HOME to a place") from None

    def forget(self) -> None:
        self.all.clear()
        self.file.unlink(missing_ok=True)

    @property
    def last_round(self) -> int:
        return max((record.round for record in self.all), default=WARM_UP)

    def failures(self) -> dict[str, str]:
        """option -> why it has no times."""
        return {record.option: record.error for record in self.all if record.error is not None}

    def of(self, option: str) -> list[Record]:
        """The counted runs of an option."""
        return [one for one in self.all if one.option == option and one.round > WARM_UP and one.error is None]

    def times(self, option: str) -> dict[int, float]:
        return {record.round: record.seconds for record in self.of(option)}


def _read(file: Path) -> list[Record]:
    """The records of the file up to the first line that is none: a stop may have cut the last one off."""
    if not file.is_file():
        return []
    records, whole = [], 0
    with file.open("rb") as lines:
        for line in lines:
            try:
                records.append(msgspec.json.decode(line, type=Record))
            except msgspec.MsgspecError:
                break
            if not line.endswith(b"\n"):
                records.pop()
                break
            whole += len(line)
    os.truncate(file, whole)
    return records
