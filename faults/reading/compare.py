"""Both readers over the same files, and whether they agree: rows, faults, books, refusals."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from faults.reading import oracle
from faults.reading.generate import Subject
from faults.reading.ours import Key, Outcome, fault_key, read_with_hotset, refusals, row_key
from hotset.columnar import blocks

SHOWN = 3


@dataclass
class Answer:
    """What the second reader makes of several files."""

    rows: Counter[Key] = field(default_factory=Counter)
    faults: Counter[Key] = field(default_factory=Counter)
    records: int = 0
    good: int = 0
    blank: int = 0
    refused: dict[str, int] = field(default_factory=dict)  # file -> exit code


@dataclass(frozen=True)
class Blocks:
    """How files are cut: hotset's own way, or so that many blocks begin in one small file."""

    least_bytes: int = blocks.LEAST_BYTES
    per_core: int = blocks.BLOCKS_PER_CORE

    @contextmanager
    def in_force(self) -> Iterator[None]:
        before = blocks.LEAST_BYTES, blocks.BLOCKS_PER_CORE
        blocks.LEAST_BYTES, blocks.BLOCKS_PER_CORE = self.least_bytes, self.per_core
        try:
            yield
        finally:
            blocks.LEAST_BYTES, blocks.BLOCKS_PER_CORE = before


def answer(subject: Subject, files: Mapping[str, bytes]) -> Answer:
    """Rows, faults and counts of the files that are read, and those that are refused."""
    total = Answer()
    for name, content in files.items():
        try:
            reading = oracle.read(subject.dataset, name, content, subject.zone, subject.rules)
        except oracle.RefusedError as why:
            total.refused[name] = why.exit_code
            continue
        total.rows.update(row_key(row) for row in reading.rows)
        faults = (fault_key(name, one.line, one.column, one.rule, one.reason, one.raw) for one in reading.faults)
        total.faults.update(faults)
        total.records += reading.records
        total.good += len(reading.rows)
        total.blank += reading.blank
    return total


def disagreement(subject: Subject, files: Mapping[str, bytes], cut: Blocks, *, only_count: bool = False) -> str:
    """What the two readers make differently of these files; nothing where they agree."""
    expected = answer(subject, files)
    with tempfile.TemporaryDirectory(prefix="hotset-fuzz-") as directory, cut.in_force():
        base, scratch = Path(directory, "input"), Path(directory, "scratch")
        base.mkdir()
        scratch.mkdir()
        for name, content in files.items():
            (base / name).write_bytes(content)
        try:
            got = read_with_hotset(subject.dataset, base, scratch, subject.zone, only_count=only_count)
        except Exception as why:  # whatever else comes out of a reader is a disagreement too
            return f"expected an answer, got {type(why).__name__}: {str(why)[:2000]}"
    if expected.refused or got.refused:
        return _refusals(expected, got)
    return "; ".join(_differences(expected, got, only_count=only_count))


def refused_early(subject: Subject, files: Mapping[str, bytes], expected: Mapping[str, int]) -> set[str]:
    """Those of the files that are refused as expected, each alone, before a row is read: all of them in one run."""
    if not expected:
        return set()
    with tempfile.TemporaryDirectory(prefix="hotset-fuzz-") as directory:
        inputs = []
        for name in expected:
            path = Path(directory, f"only-{name}", name)
            path.parent.mkdir()
            path.write_bytes(files[name])
            inputs.append((subject.dataset, path))
        found = refusals(inputs, Path(directory))
    told = zip(expected.items(), found, strict=True)
    return {name for (name, code), got in told if got and got[0] == code and name in got[1]}


def _refusals(expected: Answer, got: Outcome) -> str:
    code, message = got.refused or (0, "")
    if any(code == one and name in message for name, one in expected.refused.items()):
        return ""
    return f"refusal: expected {expected.refused or 'none'}, got {got.refused or 'none'}"


def _differences(expected: Answer, got: Outcome, *, only_count: bool) -> Iterator[str]:
    books = {"rows": expected.records, "good": expected.good, "set_aside": expected.records - expected.good}
    books |= {"counted": expected.good} if only_count else {}
    if wrong := {name: (one, got.books.get(name)) for name, one in books.items() if got.books.get(name) != one}:
        yield "books: " + ", ".join(f"{name}: expected {one}, got {other}" for name, (one, other) in wrong.items())
    if not only_count:
        yield from _unequal("rows", expected.rows, got.rows)
    yield from _unequal("faults", expected.faults, got.faults)


def _unequal(what: str, expected: Counter[Key], got: Counter[Key]) -> Iterator[str]:
    missing, extra = expected - got, got - expected
    if missing or extra:
        yield f"{what}: expected {_some(missing)}, got {_some(extra)}"


def _some(counted: Counter[Key]) -> str:
    shown = ", ".join(repr(one)[:300] for one in list(counted)[:SHOWN])
    return f"{shown} and {len(counted) - SHOWN} more" if len(counted) > SHOWN else shown or "nothing more"
