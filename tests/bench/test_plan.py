"""What is asked for is understood or refused before anything runs."""

from dataclasses import replace
from pathlib import Path

import pytest
from bench.place import Place
from bench.plan import Asked, new_section
from bench.work import Data, Program, Work
from bench.works import NAMES, find_work

from hotset.errors import UsageError
from hotset.session.java import Java

PLACE = Place(Path("nowhere"), Java(Path("nowhere"), 17, "17.0.1", frozenset(), "nobody"))
ASKED = Asked(size="3MB", rounds=2, seed=7, programs="", modes="whole,warm", growth="", quick=False)
DATA = Data("bytes", "bytes", lambda *_: None, Path.read_bytes, lambda *_: "")
PROGRAMS = (Program("a", "A", ("a",)), Program("b", "B", ("b",), warm=("b",)), Program("c", "C", ("c",), archive=True))
WORK = Work("letters", "Letters", PROGRAMS, baseline="a", data=DATA, quick=("b",))


@pytest.fixture(autouse=True)
def no_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Place, "make_archive", lambda _: "no such command")


def test_a_program_that_cannot_run_is_skipped_with_the_reason() -> None:
    found = new_section(WORK, ASKED, PLACE)

    assert found.programs == {"a": "A", "b": "B"}
    assert found.skipped == {"c": "no such command"}
    assert (found.sizes, found.modes, found.rounds) == ({"3MB": 3_000_000}, ["whole", "warm"], 2)


def test_quick_is_small_and_once() -> None:
    found = new_section(WORK, replace(ASKED, quick=True), PLACE)

    assert (list(found.programs), found.rounds, found.baseline) == (["b"], 1, "")
    assert sum(found.sizes.values()) <= 5_000_000


def test_growth_is_a_section_of_several_sizes() -> None:
    asked = replace(ASKED, growth="1MB,2MB", programs="b,a")

    assert asked.section == "growth"
    assert new_section(WORK, asked, PLACE).sizes == {"1MB": 1_000_000, "2MB": 2_000_000}
    assert list(new_section(WORK, asked, PLACE).programs) == ["a", "b"]


def test_a_work_on_rows_is_sized_in_rows() -> None:
    rows = replace(WORK, data=replace(DATA, unit="rows"))

    one, several, usual = (
        new_section(rows, replace(ASKED, size=size, growth=growth), PLACE)
        for size, growth in (("2krows", ""), ("", "1krows,3krows"), ("", ""))
    )

    assert (one.sizes, one.unit) == ({"2k rows": 2_000}, "rows")
    assert several.sizes == {"1k rows": 1_000, "3k rows": 3_000}
    assert usual.sizes == {"10M rows": 10_000_000}


@pytest.mark.parametrize(
    ("work", "asked", "told"),
    [
        (WORK, replace(ASKED, programs="a,z"), "--programs has no z; there are a, b, c"),
        (WORK, replace(ASKED, modes="cold"), "--modes has no cold; there are whole, warm"),
        (WORK, replace(ASKED, rounds=0), "--rounds is 1 or more, got 0"),
        (replace(WORK, data=None), replace(ASKED, growth="1MB"), "letters, which reads nothing"),
    ],
)
def test_what_the_work_does_not_have_is_refused(work: Work, asked: Asked, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        new_section(work, asked, PLACE)


def test_an_unknown_work_is_told_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"no such work, got 'tea'; there are .*reading, .*wordcount"):
        find_work("tea")


@pytest.mark.parametrize("name", NAMES)
def test_every_work_names_programs_that_it_has(name: str) -> None:
    work = find_work(name)
    names = [program.name for program in work.programs]

    assert work.name == name
    assert len(set(names)) == len(names)
    assert {*work.quick, *([work.baseline] if work.baseline else [])} <= set(names)
