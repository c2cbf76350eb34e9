"""Names of columns that every engine takes: DuckDB folds case, and both take a dot for a field of a struct.

Most names are safe as they are. The others get a plain one while the rows are worked on, and their own when published.
"""

import re
from collections import Counter
from collections.abc import Sequence

MADE_UP = re.compile(r"c+[0-9]+")
SAFE = re.compile(r"[A-Za-z_][A-Za-z0-9_ ]*")


def safe_names(names: Sequence[str]) -> dict[str, str]:
    """name -> the name that engines know the column by; the same names give the same answer everywhere."""
    folded = Counter(name.casefold() for name in names)
    taken = set(folded)
    safe: dict[str, str] = {}
    for place, name in enumerate(names):
        if SAFE.fullmatch(name) and folded[name.casefold()] == 1:
            safe[name] = name
            continue
        plain = f"c{place}"
        while plain in taken:
            plain = f"c{plain}"
        taken.add(plain)
        safe[name] = plain
    return safe


def own_names(columns: Sequence[str], declared: Sequence[str]) -> list[str]:
    """The names of a frame's columns where made-up ones stand for the declared ones in the same places."""
    if len(columns) != len(declared):
        return [*columns]
    return [other if MADE_UP.fullmatch(name) else name for name, other in zip(columns, declared, strict=True)]
