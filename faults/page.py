"""The tables of docs/reliability.md, rendered from the results: no number in them is typed by hand.

The campaign renders them when it has ended; `python -m faults.page` renders them again.
"""

from collections.abc import Sequence
from pathlib import Path

from bench.markdown import blocks, filled, table
from bench.work import ROOT

from faults.results import Result, load
from faults.table import HEAD, conditions, examples, phases, table_rows

PAGE = ROOT / "docs" / "reliability.md"
RESULTS = ROOT / "docs" / "reliability"
MARKER = "faults"
WORDS = ("fault", "what broke")  # the columns that hold no numbers


def rendered(plain: Result | None, ours: Result | None) -> str:
    """What stands between the markers."""
    known = [result for result in (plain, ours) if result]
    parts = [table(HEAD, table_rows(plain, ours), WORDS), *(conditions(result) for result in known)]
    for result in known:
        parts += _list(f"Where the faults struck {result.title}, counted in trials:", phases(result))
    for result in known:
        parts += _list(f"What broke {result.title}, the first case of each row:", examples(result))
    return "\n\n".join(parts)


def update(page: Path, text: str) -> None:
    """Puts the text between the markers of the page."""
    page.write_text(filled(page.read_text("utf-8"), {MARKER: text}), "utf-8")


def shown(text: str) -> str:
    """What a page shows between its markers."""
    return blocks(text, MARKER).get(MARKER, "")


def kept() -> tuple[Result | None, Result | None]:
    """The results of this checkout: plain PySpark's, hotset's."""
    return load(RESULTS / "plain.json"), load(RESULTS / "hotset.json")


def _list(title: str, lines: Sequence[str]) -> list[str]:
    escaped = (line.replace("<", "&lt;").replace("|", "\\|") for line in lines)
    return [title, "\n".join(f"- {line}" for line in escaped)] if lines else []


if __name__ == "__main__":
    update(PAGE, rendered(*kept()))
