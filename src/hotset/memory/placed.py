"""conf/levels.toml: the levels that measurements chose, keyed by job and name, with what was measured beside each.

    [wordcount.counts]
    level = "DISK_ONLY by word"
    input_bytes = 1_000_000

A table's other keys are the fields of Placement; comments are people's, and stay.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import InlineTable
from tomlkit.toml_document import TOMLDocument

from hotset.errors import OutputError, UsageError
from hotset.memory.levels import Level
from hotset.whole import other_than_file, write_whole

DEFAULT_FILE = Path("conf/levels.toml")
NO_LINES = Path(os.devnull)  # reads as a file without lines
WITHIN = 2  # a line was measured on an input of half to double the size


@dataclass(frozen=True)
class Placement:
    """One line: this job keeps this name so, as measured on an input, a storage memory and a machine like these."""

    job: str
    name: str
    level: Level
    input_bytes: int | None  # of all inputs of the run: known before anything is kept
    kept_bytes: int | None = None
    memory_bytes: int | None = None  # storage memory of the session
    machine: str = ""
    measured: str = ""  # the day
    by: str = ""  # "hotset lab" or "hotset advise"
    saves_seconds: float | None = None
    conf: Mapping[str, str] = field(default_factory=dict)  # session-wide settings that belong to the choice

    def counts_for(self, input_bytes: int) -> bool:
        """Whether what was measured says anything of an input of this size."""
        return self.input_bytes is None or (
            self.input_bytes <= WITHIN * input_bytes and input_bytes <= WITHIN * self.input_bytes
        )


KINDS: Mapping[str, type | tuple[type, ...]] = {
    "level": str, "input_bytes": int, "kept_bytes": int, "memory_bytes": int, "machine": str, "measured": str,
    "by": str, "saves_seconds": (int, float), "conf": dict,
}  # fmt: skip


def load_placements(file: Path) -> tuple[Placement, ...]:
    """Raises UsageError, with the line, for a file that is none of ours."""
    if file != NO_LINES:
        _check_kind(file)
    return _placements(file, _document(file, _text(file)))


def load_own(file: Path) -> tuple[Placement, ...]:
    """What stands in a file that is to be written into; nothing where there is none.

    Raises UsageError for one that no run could follow, before anything is written into it.
    """
    _check_kind(file)
    return load_placements(file) if _is_there(file) else ()


def write_placements(file: Path, placements: Sequence[Placement]) -> None:
    """Replaces the lines of the same job and name; other lines and comments stay. Whole or not at all.

    Raises UsageError for a file that no run could follow, OutputError for one that cannot be written.
    """
    wanted = _with(load_own(file), placements)
    text = _entered(file, _text(file) if _is_there(file) else "", placements)
    if wanted != _with((), _read_again(file, text)):
        told = ", ".join(f"[{one.job}.{one.name}]" for one in placements)
        raise UsageError(f"cannot put {told} into {file} as it is written; write its lines as tables of [job.name]")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, text.encode(), mode=0o666)
    except OSError as why:
        raise OutputError(f"cannot write {file}: {why.strerror}; give --levels-file a place") from None


def _check_kind(file: Path) -> None:
    """Raises UsageError for a pipe, which may be waited for, and for a device, which may never end."""
    with suppress(OSError):  # where nobody may look, reading or writing tells it
        if kind := other_than_file(file):
            raise UsageError(f"the levels file {str(file)!r} is {kind}; give --levels-file the name of a file")


def _is_there(file: Path) -> bool:
    return os.path.exists(file)  # noqa: PTH110 (pathlib raises in a directory that is closed)


def _with(placements: Iterable[Placement], others: Iterable[Placement]) -> Mapping[tuple[str, str], str]:
    """What is said of each job and name, by the later of two; as text, since NaN is not equal to itself."""
    return {(one.job, one.name): repr(one) for one in (*placements, *others)}


def _entered(file: Path, text: str, placements: Iterable[Placement]) -> str:
    """The text of the file with these lines in it."""
    document = _document(file, text)
    for placement in placements:
        job = document.setdefault(placement.job, tomlkit.table(is_super_table=True))
        made = tomlkit.inline_table() if isinstance(job, InlineTable) else tomlkit.table()
        line = job.setdefault(placement.name, made)
        for key in KINDS:
            _enter(line, key, getattr(placement, key))
    return tomlkit.dumps(document)


def _read_again(file: Path, text: str) -> tuple[Placement, ...]:
    """What a run would read in the text; nothing where it could not."""
    try:
        return _placements(file, _document(file, text))
    except UsageError:
        return ()


def _enter(line: Any, key: str, value: Any) -> None:
    """One value in its place, so that the comment behind it stays; nothing where there is nothing to say."""
    value = str(value) if isinstance(value, Level) else dict(value) if isinstance(value, Mapping) else value
    if value in (None, "", {}):
        line.pop(key, None)
    elif key == "conf":
        inline = tomlkit.inline_table()
        inline.update(value)
        line[key] = inline
    else:
        line[key] = value


def _text(file: Path) -> str:
    """Without the mark that some editors put before UTF-8."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as why:
        raise UsageError(f"cannot read the levels file {str(file)!r}: {why.strerror}") from None
    except UnicodeDecodeError as why:
        raise _no_toml(file, why) from None


def _document(file: Path, text: str) -> TOMLDocument:
    try:
        return tomlkit.parse(text)
    except TOMLKitError as why:
        raise _no_toml(file, why) from None


def _no_toml(file: Path, why: Exception) -> UsageError:
    return UsageError(f"the levels file {file} is not TOML in UTF-8: {why}; mend it there")


def _placements(file: Path, document: TOMLDocument) -> tuple[Placement, ...]:
    found = []
    for job, names in document.unwrap().items():
        for name, facts in _table(file, job, names).items():
            found.append(_placement(file, job, name, _table(file, f"{job}.{name}", facts)))
    return tuple(found)


def _table(file: Path, key: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UsageError(f"{file}: [{key}] is a table of [job.name], got {value!r}; say [{key}.NAME]")
    return value


def _placement(file: Path, job: str, name: str, facts: Mapping[str, Any]) -> Placement:
    where = f"{file}: [{job}.{name}]"
    if "level" not in facts:
        raise UsageError(f'{where} has no level, got {", ".join(facts) or "nothing"}; say level = "DISK_ONLY"')
    for key, value in facts.items():
        if key not in KINDS:
            raise UsageError(f"{where} has no key {key!r}; there are {', '.join(KINDS)}")
        if not isinstance(value, KINDS[key]) or isinstance(value, bool):
            raise UsageError(f"{where}: {key} is of another type, got {value!r}; docs/caching.md shows one")
    try:
        level = Level.parse(facts["level"])
    except UsageError as why:
        raise UsageError(f"{where}: {why}") from None
    known = {entry.name for entry in fields(Placement)} - {"level", "input_bytes", "conf"}
    rest = {key: value for key, value in facts.items() if key in known}
    conf = {key: str(value) for key, value in facts.get("conf", {}).items()}
    return Placement(job, name, level, facts.get("input_bytes"), conf=conf, **rest)
