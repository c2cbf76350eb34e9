"""The arguments of the first example on a job's page: `python tools/example.py NAME`, for `make run`."""

import re
import sys
from pathlib import Path

PAGES = Path(__file__).parents[1] / "docs" / "jobs"


def example(name: str) -> str:
    """What stands behind `$ hotset run NAME` on its page; nothing for a job without a page."""
    page = PAGES / f"{name}.md"
    command = page.is_file() and re.search(rf"^\$ hotset run {name} (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return command[1] if command else ""


if __name__ == "__main__":
    print(example(sys.argv[1]))
