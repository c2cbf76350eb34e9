"""What the lab recommends, writes down and paints green is what it calls decided, and nothing else."""

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from hotset.lab.applied import apply
from hotset.lab.asked import LabOptions
from hotset.lab.options import Family, Option
from hotset.lab.page import write_page
from hotset.lab.records import Record, Records, Stored
from hotset.lab.show import in_words, show_family, show_kept
from hotset.lab.verdict import Verdict, judge

LABELS = ("NONE", "MEMORY_ONLY", "DISK_ONLY", "PARQUET")
SECONDS = st.one_of(st.floats(0.5, 2.0), st.sampled_from([1.0, 1.01, 1.02, 5.0]))


def stored(memory_bytes: int) -> Stored:
    return Stored("DataFrame", "DISK_ONLY", None, 1.0, 2, 1.0, memory_bytes, 0, 0)


def ran(directory: Path, name: str, times: dict[str, list[float]], memory: dict[str, int]) -> Records:
    records = Records(directory / "records.jsonl")
    records.all = [
        Record(label, number, one, one, kept={name: stored(memory.get(label, 0))})
        for label, seconds in times.items()
        for number, one in enumerate(seconds, 1)
    ]
    return records


def told(family: Family, verdict: Verdict, records: Records) -> str:
    out = io.StringIO()
    show_family(Console(file=out, width=100), family, verdict, records, 0.95)
    return out.getvalue()


@given(data=st.data(), rounds=st.integers(1, 6), shift=st.sampled_from([0.0, 0.3, 3.0]))
@settings(max_examples=40, deadline=None)
def test_only_what_is_decided_is_recommended_written_and_marked(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, rounds: int, shift: float
) -> None:
    directory = tmp_path_factory.mktemp("lab")
    measured = data.draw(st.sets(st.sampled_from(LABELS), min_size=1))
    times = {
        label: [data.draw(SECONDS) + shift * LABELS.index(label) for _ in range(data.draw(st.integers(1, rounds)))]
        for label in sorted(measured)
    }
    records = ran(directory, "counts", times, {label: data.draw(st.integers(0, 9)) for label in LABELS})
    family = Family("counts", {label: Option(label, {"counts": label}) for label in LABELS})
    verdict = judge(family, records, 0.95)
    assert verdict is not None
    out = io.StringIO()

    words = told(family, verdict, records)
    apply(
        Console(file=out, width=100), "shop", Record("as it is", 0), [(family, verdict)], records, directory / "l.toml"
    )
    page = write_page(
        directory / "p.html", "shop", Record("x", 0), [(family, verdict)], records, LabOptions()
    ).read_text()

    decided = not verdict.open and verdict.rounds >= 3 and len(verdict.slower) > 0
    assert ("\nrecommended:" in words) is ("<p>recommended:" in page) is decided
    assert ("nothing is recommended" in words) is not decided
    assert (directory / "l.toml").exists() is decided
    assert ("class=taken" in page) is decided
    assert ("nothing is written: not decided" in out.getvalue()) is not decided
    assert ("wins" in words) <= decided
    if decided and verdict.take != "NONE" and "NONE" in verdict.slower:
        assert verdict.slower["NONE"].low > 1  # keeping nothing is slower than the best, beyond noise
        assert verdict.to_none[verdict.take].high < 1  # and slower than what is taken


def test_of_those_alike_one_that_may_be_slower_than_nothing_is_not_taken(tmp_path: Path) -> None:
    times = {
        "NONE": [1.20, 1.21, 1.20, 1.21, 1.20],
        "MEMORY_ONLY": [1.00, 1.01, 1.00, 1.01, 1.00],
        "DISK_ONLY": [0.93, 1.22, 0.90, 1.10, 0.97],  # less memory, and like the best within its noise
    }
    family = Family("counts", {label: Option(label) for label in times})

    verdict = judge(family, ran(tmp_path, "counts", times, {"MEMORY_ONLY": 9}), 0.95)

    assert verdict is not None
    assert verdict.take == "MEMORY_ONLY"


def test_options_without_a_time_are_named_and_nothing_wins_against_them(tmp_path: Path) -> None:
    times = {"NONE": [2.0, 2.01, 2.0], "MEMORY_ONLY": [1.0, 1.01, 1.0]}
    family = Family("counts", {label: Option(label) for label in LABELS})

    verdict = judge(family, ran(tmp_path, "counts", times, {}), 0.95)

    assert verdict is not None
    assert in_words(verdict) == [
        "not measured: DISK_ONLY, PARQUET",
        "MEMORY_ONLY wins: every other option measured is slower",
        "recommended: MEMORY_ONLY",
    ]


def test_one_option_alone_is_compared_with_nothing(tmp_path: Path) -> None:
    family = Family("counts", {label: Option(label) for label in LABELS})

    verdict = judge(family, ran(tmp_path, "counts", {"NONE": [1.0] * 5}, {}), 0.95)

    assert verdict is not None
    assert verdict.recommended is None
    assert "only NONE was measured" in in_words(verdict)[-1]


@pytest.mark.parametrize("name", ["[red]합계[/]", "[/]", "[link=x]y", "a" * 300, "zwei\nZeilen", "\x1b[2Jx", "[1]"])
def test_names_are_shown_as_they_are_and_never_as_markup(tmp_path: Path, name: str) -> None:
    times = {"NONE": [2.0, 2.01, 2.0], "by [k]": [1.0, 1.01, 1.0]}
    records = ran(tmp_path, name, times, {})
    family = Family(name, {label: Option(f"{name}: {label}", {name: "DISK_ONLY"}) for label in times})
    records.all = [
        Record(f"{name}: {one.option}", one.round, one.seconds, one.seconds, kept=one.kept) for one in records.all
    ]
    verdict = judge(family, records, 0.95)
    assert verdict is not None
    out = io.StringIO()

    show_kept(Console(file=out, width=100), "[b]shop", Record("x", 0, kept={name: stored(1)}))
    shown = out.getvalue() + told(family, verdict, records)

    as_it_is = name.replace("\n", "\\n").replace("\x1b", "\\x1b")
    assert f"[b]shop keeps {as_it_is}, a DataFrame" in shown
    assert f"{as_it_is}, 3 rounds" in shown.replace("\n", "") or len(name) > 90
    assert "recommended: by [k]" in shown
    assert "\x1b" not in shown
