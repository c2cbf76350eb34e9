"""The tables of docs/reliability.md, rendered from the results: no number in them is typed by hand.

The campaign renders them when it has ended; `python -m faults.page` renders them again.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from bench.work import ROOT

from faults.results import Result, load
from faults.table import HEAD, conditions, examples, phases, table_rows

PAGE = ROOT / "docs" / "reliability.md"
RESULTS = ROOT / "docs" / "reliability"
BLOCK = re.compile(r"(<!-- faults -->)(.*?)<!-- end -->", re.DOTALL)


def rendered(plain: Result | None, ours: Result | None) -> str:
    """What stands between the markers."""
    known = [result for result in (plain, ours) if result]
    parts = [_table(HEAD, table_rows(plain, ours)), *(conditions(result) for result in known)]
    for result in known:
        parts += _list(f"Where the faults struck {result.title}, counted in trials:", phases(result))
    for result in known:
        parts += _list(f"What broke {result.title}, the first case of each row:", examples(result))
    return "\n\n".join(parts)


def update(page: Path, text: str) -> None:
    """Puts the text between the markers of the page."""
    before = page.read_text("utf-8")
    page.write_text(BLOCK.sub(lambda block: f"{block[1]}\n\n{text}\n\n<!-- end -->", before), "utf-8")


def shown(text: str) -> str:
    """What a page shows between its markers."""
    block = BLOCK.search(text)
    return block[2].strip() if block else ""


def kept() -> tuple[Result | None, Result | None]:
    """The results of this checkout: plain PySpark's, hotset's."""
    return load(RESULTS / "plain.json"), load(RESULTS / "hotset.json")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---:", "---", "---:", "---", "---:", "---"]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


def _list(title: str, lines: Sequence[str]) -> list[str]:
    escaped = (line.replace("<", "&lt;").replace("|", "\\|") for line in lines)
    return [title, "\n".join(f"- {line}" for line in escaped)] if lines else []


if __name__ == "__main__":
    update(PAGE, rendered(*kept()))
