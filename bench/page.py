"""The tables of docs/benchmarks.md, rendered from the results: no number in them is typed by hand.

The bench renders them when it has measured; `python -m bench.page` renders them all again.
"""

from collections.abc import Sequence
from pathlib import Path

from bench.markdown import blocks, filled, table
from bench.results import Result, load
from bench.table import conditions, growth_head, growth_rows, main_head, main_rows, remarks
from bench.work import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"
RESULTS = ROOT / "bench" / "results"
CHARTS = ROOT / "docs" / "charts"
WORDS = ("program", "mode", "input")  # the columns that hold no numbers


def rendered(result: Result) -> str:
    """What stands between the markers of a work."""
    parts = []
    if main := result.sections.get("main"):
        parts += [table(main_head(main), main_rows(main, next(iter(main.sizes))), WORDS), conditions(main)]
        parts += _list(remarks(main))
        if (CHARTS / f"{result.work}.svg").exists():
            parts.append(f"![{result.title}: seconds of each program](charts/{result.work}.svg)")
    if growth := result.sections.get("growth"):
        costs = table(growth_head(growth), growth_rows(growth), WORDS)
        parts += ["How the cost grows with the input:", costs, conditions(growth)]
        parts += _list(remarks(growth))
    return "\n\n".join(parts)


def update(page: Path, result: Result) -> bool:
    """Puts the tables between the markers of the work; False where the page has none for it."""
    text = page.read_text("utf-8")
    if not blocks(text, marker := f"bench: {result.work}"):
        return False
    page.write_text(filled(text, {marker: rendered(result)}), "utf-8")
    return True


def shown(text: str) -> dict[str, str]:
    """work -> what the page shows between its markers."""
    return {marker.removeprefix("bench: "): block for marker, block in blocks(text, r"bench: \w+").items()}


def _list(lines: Sequence[str]) -> list[str]:
    return ["\n".join(f"- {line}" for line in lines)] if lines else []


if __name__ == "__main__":
    for path in sorted(RESULTS.glob("*.json")):
        if known := load(path):
            update(PAGE, known)
