"""The corpus, read by hotset and held against the answers: cases of one dataset lie in one directory."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from faults.reading.cases.case import Case
from faults.reading.ours import Outcome, read_with_hotset, refusals, row_key


def disagreements(cases: Sequence[Case]) -> list[str]:
    """One line for each case that did not come out as it should."""
    shared = sorted((case for case in cases if case.may_share), key=_table)
    groups = [list(group) for _, group in groupby(shared, key=_table)]
    early = _refused_early([case for case in cases if case.refused and case.on_empty == "ok"])
    groups += [[case] for case in cases if not case.may_share and case.name not in early]
    return [line for group in groups for line in _hold(group)]


def _refused_early(cases: Sequence[Case]) -> set[str]:
    """Names of the cases that are refused as they should be before a row is read: all of them in one run."""
    with tempfile.TemporaryDirectory(prefix="hotset-corpus-") as directory:
        paths = [Path(directory, f"{number:03}") for number in range(len(cases))]
        for case, path in zip(cases, paths, strict=True):
            _lay(case, path)
        found = refusals([(case.dataset, path) for case, path in zip(cases, paths, strict=True)], Path(directory))
    outcomes = zip(cases, found, strict=True)
    return {case.name for case, got in outcomes if got and not [*_refusals(case, Outcome(refused=got))]}


def _table(case: Case) -> str:
    """What cases must have in common to be read at once."""
    return f"{case.dataset} {case.zone}"


def _hold(group: list[Case]) -> Iterator[str]:
    """What is wrong with the group; who it is, if they are several."""
    wrong = "; ".join(_differences(group))
    if wrong and len(group) > 1:
        alone = [line for case in group for line in _hold([case])]
        yield from alone or [f"{group[0].name} and {len(group) - 1} others together: {wrong}"]
    elif wrong:
        yield f"{group[0].name}: {wrong}"


def _differences(group: list[Case]) -> Iterator[str]:
    case = group[0]
    with tempfile.TemporaryDirectory(prefix="hotset-corpus-") as directory:
        base, scratch = Path(directory, "input"), Path(directory, "scratch")
        scratch.mkdir()
        for number, one in enumerate(group):
            _lay(one, base / f"{number:03}")
        got = read_with_hotset(case.dataset, base, scratch, case.zone, case.on_empty)
    if case.refused or got.refused:
        yield from _refusals(case, got)
        return
    yield from _unequal("rows", Counter(row_key(row) for one in group for row in one.rows), got.rows)
    yield from _unequal("faults", _expected(group), Counter(fault[:5] for fault in got.faults.elements()))
    bad = len({(number, fault.file, fault.place) for number, one in enumerate(group) for fault in one.faults})
    good = sum(len(one.rows) for one in group)
    if (got.books["rows"], got.books["good"], got.books["set_aside"]) != (good + bad, good, bad):
        yield f"books: expected {good} good and {bad} set aside, got {got.books}"


def _lay(case: Case, directory: Path) -> None:
    directory.mkdir(parents=True)
    for name, content in case.files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _expected(group: list[Case]) -> Counter[tuple[object, ...]]:
    return Counter(
        (f"{number:03}/{one.file}", one.place, one.column, one.rule, one.reason)
        for number, case in enumerate(group)
        for one in case.faults
    )


def _refusals(case: Case, got: Outcome) -> Iterator[str]:
    if case.refused is None or got.refused is None:
        yield f"expected {case.refused or 'no refusal'}, got {got.refused or 'none'}"
        return
    (code, word), (got_code, message) = case.refused, got.refused
    if code != got_code or word not in message:
        yield f"expected exit {code} and {word!r} in the message, got {got_code}: {message[:300]}"


def _unequal(what: str, expected: Counter[tuple[object, ...]], got: Counter[tuple[object, ...]]) -> Iterator[str]:
    missing, extra = expected - got, got - expected
    if missing or extra:
        yield f"{what}: expected {_some(missing)}, got {_some(extra)}"


def _some(counted: Counter[tuple[object, ...]]) -> str:
    shown = ", ".join(repr(one)[:200] for one in list(counted)[:3])
    return f"{shown} and {len(counted) - 3} more" if len(counted) > 3 else shown or "nothing more"
