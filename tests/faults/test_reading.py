"""hotset's readers against bad input: the whole corpus, and a slice of the fuzz campaign."""

from collections.abc import Iterator

import pytest
from faults.reading.cases.case import Case
from faults.reading.corpus import corpus
from faults.reading.fuzz import hold, make_chunk
from faults.reading.perform import disagreements

SEED = 20261121
SLICE = (10, 11, 13, 17)  # chunks of the campaign with this seed
pytestmark = [pytest.mark.thorough, pytest.mark.usefixtures("spark")]
CORPUS = corpus()


def rooms() -> Iterator[tuple[str, tuple[Case, ...]]]:
    """The corpus in parts, by what is read and whether it is refused."""
    kinds = {(case.dataset.format, case.refused is not None) for case in CORPUS}
    for kind, refused in sorted(kinds):
        chosen = (case for case in CORPUS if (case.dataset.format, case.refused is not None) == (kind, refused))
        yield f"{kind}, {'refused' if refused else 'read'}", tuple(chosen)


def test_the_corpus_is_no_smaller_than_promised() -> None:
    bad = [case for case in CORPUS if case.faults or case.refused]

    assert len(bad) >= 150
    assert len({case.name for case in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize(("name", "cases"), tuple(rooms()), ids=lambda one: one if isinstance(one, str) else "")
def test_every_bad_input_of_the_corpus_comes_out_as_worked_out_by_hand(name: str, cases: tuple[Case, ...]) -> None:
    wrong = disagreements(cases)

    assert not wrong, f"{name}: {len(wrong)} of {len(cases)}"


def test_the_slice_of_the_campaign_has_every_format_and_enough_lines() -> None:
    chunks = [make_chunk(SEED, number) for number in SLICE]

    kinds = {(chunk.subject.dataset.format, chunk.subject.dataset.multiline) for chunk in chunks}
    assert kinds == {("csv", False), ("csv", True), ("json", False)}
    assert sum(chunk.mutated_lines for chunk in chunks) > 3000


@pytest.mark.parametrize("number", SLICE)
def test_mutated_files_come_out_as_the_second_reader_has_them(number: int) -> None:
    chunk = make_chunk(SEED, number)

    tally = hold(chunk, number, source="")

    assert tally.disagreements == []
