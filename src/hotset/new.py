"""Write a job of one's own to begin with: a file, its test, and rows to try it on."""

import keyword
import sys
from pathlib import Path

from hotset.data.appear import check_place, whole_file
from hotset.errors import UsageError

TEMPLATE = Path(__file__).parent / "template"
NAME = "largest_orders"
FILES = (f"{NAME}.py", f"test_{NAME}.py", f"{NAME}.csv")


def write_job(name: str, directory: Path) -> list[Path]:
    """The files that were written. Raises UsageError for what no module can be called, OutputError for what exists."""
    if not name.isidentifier() or keyword.iskeyword(name) or name in sys.stdlib_module_names:
        raise UsageError(
            f"no job can be called {name!r}; take letters, digits and _, and no word or module of Python's own"
        )
    texts = {
        directory / file.replace(NAME, name): (TEMPLATE / file).read_text("utf-8").replace(NAME, name) for file in FILES
    }
    for path, text in texts.items():
        check_place(path, len(text))
    for path, text in texts.items():
        with whole_file(path) as draft:
            draft.write_text(text, encoding="utf-8")
    return list(texts)
