"""Names of columns that every engine takes: DuckDB folds case, and both take a dot for a field of a struct.

Most names are safe as they are. The others get a plain one while the rows are worked on, and their own when published.
"""

import re
from collections import Counter
from collections.abc import Sequence

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
