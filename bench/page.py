"""The tables of docs/benchmarks.md, rendered from the results: no number in them is typed by hand.

The bench renders them when it has measured; `python -m bench.page` renders them all again.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from bench.results import Result, load
from bench.table import conditions, growth_head, growth_rows, main_head, main_rows, remarks
from bench.work import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"
RESULTS = ROOT / "bench" / "results"
CHARTS = ROOT / "docs" / "charts"
END = "<!-- end -->"


def rendered(result: Result) -> str:
    """What stands between the markers of a work."""
    parts = []
    if main := result.sections.get("main"):
        parts += [_table(main_head(main), main_rows(main, next(iter(main.sizes)))), conditions(main)]
        parts += _list(remarks(main))
        if (CHARTS / f"{result.work}.svg").exists():
            parts.append(f"![{result.title}: seconds of each program](charts/{result.work}.svg)")
    if growth := result.sections.get("growth"):
        table = _table(growth_head(growth), growth_rows(growth))
        parts += ["How the cost grows with the input:", table, conditions(growth)]
        parts += _list(remarks(growth))
    return "\n\n".join(parts)


def update(page: Path, result: Result) -> bool:
    """Puts the tables between the markers of the work; False where the page has none for it."""
    text = page.read_text("utf-8")
    if not (block := _block(result.work).search(text)):
        return False
    new = f"{block[1]}\n\n{rendered(result)}\n\n{END}"
    page.write_text(text[: block.start()] + new + text[block.end() :], "utf-8")
    return True


def shown(text: str) -> dict[str, str]:
    """work -> what the page shows between its markers."""
    works = re.findall(r"<!-- bench: (\w+) -->", text)
    return {work: match[2].strip() for work in works if (match := _block(work).search(text))}


def _block(work: str) -> re.Pattern[str]:
    return re.compile(rf"(<!-- bench: {work} -->)(.*?){END}", re.DOTALL)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    words = sum(name in ("program", "mode", "input") for name in head)
    rule = ["---"] * words + ["---:"] * (len(head) - words)
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


def _list(lines: Sequence[str]) -> list[str]:
    return ["\n".join(f"- {line}" for line in lines)] if lines else []


if __name__ == "__main__":
    for path in sorted(RESULTS.glob("*.json")):
        if known := load(path):
            update(PAGE, known)
