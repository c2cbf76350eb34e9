"""What the person sees at the end of a run."""

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from hotset.report.model import Publication, Read, Report, Table
from hotset.report.terminal import printable, show, size, summary


def report(**changes: Any) -> Report:
    facts: dict[str, Any] = {"run_id": "r1", "job": "wordcount", "params": {}, "started": "now", "versions": {}}
    return Report(**(facts | {"outcome": "done"} | changes))


def shown(full: Report, path: str = "/r.json", width: int = 60) -> list[str]:
    out = StringIO()
    show(full, path, Console(file=out, width=width))
    return out.getvalue().splitlines()


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (1_234_567, "1.2 MB"),
        (5 * 10**9, "5.0 GB"),
        (2_500 * 10**12, "2500.0 TB"),
    ],
)
def test_size_is_in_decimal_units(count: int, text: str) -> None:
    assert size(count) == text


def test_summary_is_one_line_of_what_was_read_found_and_written() -> None:
    full = report(
        reads=[Read(("a",), 1, 1_500, (), "f"), Read(("b",), 1, 500, (), "g")],
        publishes=[Publication("/out", "text", 1, 1, 10, 0.5)],
        notes={"distinct_words": 12345, "exact": True, "mean": 0.5, "by": "[bold]me[/]"},
        seconds=12.34,
        peak_memory_bytes=2_000_000,
    )

    line = summary(full).plain

    assert line == (
        "wordcount done in 12.3 s · read 2.0 kB in 2 files · distinct words 12,345 · exact True · mean 0.5"
        " · by [bold]me[/] · wrote 1 row as text · peak memory 2.0 MB"
    )


def test_show_prints_paths_whole_and_as_they_are() -> None:
    path = "/tmp/:cat:/[bold]x[/]/a b/" + "long" * 20
    full = report(publishes=[Publication(path, "text", 2, 1, 10, 0.5)], warnings=["look at [red] :dog:"])

    lines = shown(full, f"{path}.json", width=40)

    assert lines[1:] == ["note: look at [red] :dog:", f"output  {path}", f"report  {path}.json"]


def test_show_aligns_numbers_and_writes_them_with_separators() -> None:
    table = Table("Top [2]", ("word", "n"), [("a", 1234567), ("the", 8)])

    lines = [line.strip() for line in shown(report(tables=[table]))]

    assert lines[0] == "Top [2]"
    assert [line for line in lines if line.endswith(("1,234,567", " 8"))] == ["a      1,234,567", "the            8"]


def test_show_defuses_what_could_move_the_cursor_or_is_markup() -> None:
    table = Table("Words", ("word", "n"), [("\x1b[2Jx\r", 1), ("a\u202eb", 2), ("[red]r[/]", 3), ("눈", 4)])

    text = "\n".join(shown(report(tables=[table])))

    assert "\\x1b[2Jx\\r" in text
    assert "a\\u202eb" in text
    assert "[red]r[/]" in text
    assert "눈" in text
    assert not set(text) & {"\x1b", "\r", "\u202e"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain é 눈", "plain é 눈"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\x1b[31m\x00", "\\x1b[31m\\x00"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("bad\udcff", "bad\\udcff"),
        ("c:\\new", "c:\\new"),
    ],
)
def test_printable_is_one_line_of_visible_characters(text: str, expected: str) -> None:
    assert printable(text) == expected


def test_show_names_the_place_of_what_was_set_aside() -> None:
    lines = shown(report(quarantine="/out/_quarantine/r1.json"))

    assert lines[-2:] == ["bad     /out/_quarantine/r1.json", "report  /r.json"]


def test_names_of_columns_are_no_markup() -> None:
    names = ("[red]x[/red]", "[/x]", "a\nb", ":dog:", "한국")

    lines = shown(report(tables=[Table("[bold]t", names, [(1, 2, 3, 4, 5)])]), width=100)

    assert lines[0] == "[bold]t"
    assert lines[2].split() == ["[red]x[/red]", "[/x]", r"a\nb", ":dog:", "한국"]


@pytest.mark.parametrize(
    ("rows", "columns", "lines", "more"),
    [
        (3_000, 2, 20, "… and 2,980 more rows, all in the report"),
        (20, 2, 20, ""),
        (21, 2, 20, "… and 1 more row, all in the report"),
        (30, 2, None, ""),
        (1, 3_000, None, "… and 2,980 more columns, all in the report"),
        (25, 25, 20, "… and 5 more rows and 5 more columns, all in the report"),
    ],
)
def test_a_large_table_is_shown_in_part(rows: int, columns: int, lines: int | None, more: str) -> None:
    table = Table("t", tuple(f"c{n}" for n in range(columns)), [(7,) * columns] * rows, lines)

    found = shown(report(tables=[table]), width=200)

    assert sum(set(line.split()) == {"7"} for line in found) == min(rows, lines or rows)
    assert [line for line in found if line.startswith("…")] == ([more] if more else [])
