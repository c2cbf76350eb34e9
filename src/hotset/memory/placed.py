"""conf/levels.toml: the levels that measurements chose, keyed by job and name, with what was measured beside each.

    [wordcount.counts]
    level = "DISK_ONLY by word"
    input_bytes = 1_000_000

A table's other keys are the fields of Placement; comments are people's, and stay.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.toml_document import TOMLDocument

from hotset.errors import OutputError, UsageError
from hotset.memory.levels import Level
from hotset.whole import write_whole

DEFAULT_FILE = Path("conf/levels.toml")
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
    found = []
    for job, names in _document(file).unwrap().items():
        for name, facts in _table(file, job, names).items():
            found.append(_placement(file, job, name, _table(file, f"{job}.{name}", facts)))
    return tuple(found)


def write_placements(file: Path, placements: Iterable[Placement]) -> None:
    """Replaces the lines of the same job and name; other lines and comments stay. Whole or not at all."""
    document = _document(file) if file.exists() else tomlkit.document()
    for placement in placements:
        job = document.setdefault(placement.job, tomlkit.table(is_super_table=True))
        line = job.setdefault(placement.name, tomlkit.table())
        for key in KINDS:
            _enter(line, key, getattr(placement, key))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, tomlkit.dumps(document).encode(), mode=0o666)
    except OSError as why:
        raise OutputError(f"cannot write {file}: {why.strerror}; give --levels-file a place") from None


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


def _document(file: Path) -> TOMLDocument:
    try:
        return tomlkit.parse(file.read_text(encoding="utf-8"))
    except OSError as why:
        raise UsageError(f"cannot read the levels file {str(file)!r}: {why.strerror}") from None
    except (TOMLKitError, UnicodeDecodeError) as why:
        raise UsageError(f"the levels file {file} is not TOML in UTF-8: {why}; mend it there") from None


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
