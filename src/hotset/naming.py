"""Names in a message: few, and those that were perhaps meant."""

import difflib
from collections.abc import Sequence

NAMED = 20  # in a message; of more columns, those that are most like what was asked for


def visible(name: str) -> str:
    """The name as it is, in quotes where one would not see what is in it: blanks around it, a byte-order mark, NUL."""
    return name if name.isprintable() and name == name.strip() != "" else repr(name)


def listed(names: Sequence[str], wanted: str = "") -> str:
    """The names for a message: all where they are few, else those most like `wanted`, and how many there are more."""
    same = [name for name in names if name != wanted and name.casefold() == wanted.casefold()]
    hint = f"; {', '.join(map(repr, same))} differs in case only" if wanted and same else ""
    if len(names) <= NAMED:
        return ", ".join(map(visible, names)) + hint
    folded: dict[str, list[str]] = {}
    for name in names:
        folded.setdefault(name.casefold(), []).append(name)
    close = difflib.get_close_matches(wanted.casefold(), list(folded), 5) if wanted else []
    shown = [name for one in close for name in folded[one]] or list(names[:5])
    return f"{', '.join(map(visible, shown[:NAMED]))} and {len(names) - len(shown[:NAMED]):,} more{hint}"
