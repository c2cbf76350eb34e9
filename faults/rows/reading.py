"""Rows 37 to 47 and 51: bad input. The corpus, with its answers, and the fuzz campaign are faults.reading's."""

import json
import random
import sys
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

from faults.holds import last_line
from faults.reading.cases import cells, containers, headers, names, objects, policies, quotes, texts
from faults.reading.cases.case import Case
from faults.row import Finding, Row
from faults.scene import Scene

FUZZED_LINES, FUZZED_FILES = 100_000, 2_000
LONGEST_S = 4 * 3600


def _all(_: Case) -> bool:
    return True


def _in_zone(case: Case) -> bool:
    return case.zone != "UTC"


def _is_table(case: Case) -> bool:
    return case.dataset.format in ("parquet", "orc")


def _names_a_path(case: Case) -> bool:
    return case.name.startswith(("a name", "a directory", "hidden"))


def _not(chosen: Callable[[Case], bool]) -> Callable[[Case], bool]:
    return lambda case: not chosen(case)


TOPICS: tuple[tuple[str, str, Any, Callable[[Case], bool]], ...] = (
    ("37", "CSV: wrong types, bad dates, numbers at their limits (with row 50)", cells, _all),
    ("38", "null, NaN and rules", policies, _not(_in_zone)),
    ("39", "CSV: another header", headers, _all),
    ("40", "Latin-1, UTF-16, byte-order marks, NUL, line ends, long lines", texts, _all),
    ("41", "CSV: quotes and numbers of fields", quotes, _all),
    ("42", "compressed files: cut off, damaged, named as something else", containers, _not(_is_table)),
    ("43", "Parquet and ORC: cut off, damaged, other types", containers, _is_table),
    ("44", "JSON: malformed, keys twice, wrong types", objects, _all),
    ("45", "nothing to read", names, _not(_names_a_path)),
    ("46", "strange and hidden names (with row 47)", names, _names_a_path),
    ("51b", "local times that a zone skips or repeats", policies, _in_zone),
)


@cache
def cases(key: str) -> tuple[Case, ...]:
    """The cases of one row."""
    return tuple(case for row, _, room, chosen in TOPICS if row == key for case in room.cases() if chosen(case))


def read_badly(scene: Scene, rng: random.Random, key: str) -> Finding:  # noqa: ARG001 (nothing is drawn)
    """Every case of the row; the corpus is read once for all rows."""
    problems = _ours(scene) if scene.subject.has_reports else _plain(scene)
    mine = {case.name: problems[case.name] for case in cases(key) if problems.get(case.name)}
    finding = Finding(trials=len(cases(key)), failed=len(mine))
    finding.breaks("B", *(f"{name}: {problem}" for name, problem in mine.items()))
    return finding


def fuzz(scene: Scene, rng: random.Random) -> Finding:  # noqa: ARG001
    """Mutated files, each compared with what a second reader in plain Python makes of it."""
    counts = ("--lines", str(FUZZED_LINES), "--files", str(FUZZED_FILES))
    told = _read(scene, "fuzz.json", "faults.reading", "--no-corpus", *counts, "--result")
    finding = Finding(trials=FUZZED_FILES, failed=len(told["disagreements"]))
    finding.breaks("B", *(json.dumps(one, ensure_ascii=False)[:300] for one in told["disagreements"]))
    finding.phases.update({name: told[name] for name in ("files", "mutated_lines", "good", "set_aside", "refused")})
    return finding


def _ours(scene: Scene) -> dict[str, str]:
    """case -> what is wrong with it. A line that is not of one case stands for all of its directory."""
    told = _read(scene, "corpus.json", "faults.reading", "--lines", "0", "--files", "0", "--result")
    return {name: problem for name, _, problem in (line.partition(": ") for line in told["corpus"]["wrong"])}


def _plain(scene: Scene) -> dict[str, str]:
    return _read(scene, "corpus.json", "faults.programs.plain_reading")


def _read(scene: Scene, name: str, module: str, *words: str) -> dict[str, Any]:
    """The result that a program leaves at a place, made once for all rows."""
    place = scene.shared / name
    if not place.exists():
        program, code = scene.run_words((sys.executable, "-m", module, *words, str(place)), longest_s=LONGEST_S)
        if not place.exists():
            raise RuntimeError(f"{module} ended with exit code {code}: {last_line(program)}")
    found: dict[str, Any] = json.loads(place.read_text())
    return found


def rows() -> Iterator[Row]:
    for key, title, _, _ in TOPICS:
        once = {"plain": 1, "hotset": 1}
        yield Row(key, title, once, partial(read_badly, key=key), unit=len(cases(key)))
    yield Row("47b", "mutated files, against a second reader", {"hotset": 1}, fuzz, unit=FUZZED_FILES)


ROWS = tuple(rows())
