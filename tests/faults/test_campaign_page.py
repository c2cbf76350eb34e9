"""The tables, against one written by hand, and the page of this checkout against its results."""

from pathlib import Path

from faults.page import PAGE, kept, rendered, shown, update
from faults.results import Result, RowResult, load, save

MACHINE = {"cores": 2, "memory_bytes": 8_000_000_000, "processor": "Abacus", "system": "Linux x86_64"}


def result(subject: str, title: str, **rows: RowResult) -> Result:
    by_number = {key.removeprefix("row"): row for key, row in rows.items()}
    return Result(subject, title, "2026-01-02T03:04:05+00:00", 7, MACHINE, {"Python": "3.11.7"}, "5ca1ab1e", by_number)


PLAIN = result(
    "plain",
    "plain PySpark",
    row10=RowResult("rewritten", 4, 4, 4, 0, 3, {"A2": 2, "A5": 3}, {"writing": 4}, "", [{"problems": ["A2: <gone>"]}]),
    row9=RowResult("twice", 2, 2, 1),
)
OURS = result(
    "hotset",
    "hotset",
    row10=RowResult("rewritten", 1200, 1200, 1200),
    row43b=RowResult("bits", 1, 1, not_injected="no disk"),
)


def test_both_subjects_stand_side_by_side_with_what_broke() -> None:
    text = rendered(PLAIN, OURS)

    assert text.splitlines()[:5] == [
        "| row | fault | plain PySpark: broken | what broke | hotset: broken | what broke |",
        "| ---: | --- | ---: | --- | ---: | --- |",
        "| 9 | twice | 0 of 1, 1 more wanted | – | – | – |",
        "| 10 | rewritten | 3 of 4 | A2 2, A5 3 | 0 of 1,200 | – |",
        "| 43b | bits | – | – | not injected | no disk |",
    ]
    assert "hotset: 2026-01-02, seed 7, 2 cores of Abacus, Linux x86_64. Python 3.11.7." in text
    assert "- row 10: writing 4" in text
    assert "- row 10: A2: &lt;gone>" in text


def test_a_page_is_changed_only_between_the_markers(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- faults -->\nold\n<!-- end -->\nb\n")

    for _ in range(2):  # a second time changes nothing more
        update(page, rendered(PLAIN, OURS))

    assert page.read_text() == f"a\n<!-- faults -->\n\n{rendered(PLAIN, OURS)}\n\n<!-- end -->\nb\n"
    assert shown(page.read_text()) == rendered(PLAIN, OURS)


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    save(PLAIN, tmp_path / "plain.json")

    assert load(tmp_path / "plain.json") == PLAIN
    assert load(tmp_path / "nothing.json") is None


def test_the_page_shows_the_results() -> None:
    assert shown(PAGE.read_text("utf-8")) == rendered(*kept())  # where it does not: `python -m faults.page`
