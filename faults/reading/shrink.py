"""The smallest input about which the two readers still disagree."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

Piece = TypeVar("Piece")
Files = Mapping[str, bytes]
LINES = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
READS = 150  # of both readers, about half a second each
MOST_BYTES = 400  # a longer file is not taken apart byte by byte


class _Budget:
    def __init__(self, disagree: Callable[[Files], str]) -> None:
        self.left, self._disagree = READS, disagree

    def holds(self, files: Files) -> bool:
        self.left -= 1
        return self.left >= 0 and bool(self._disagree(files))


def smallest(files: Files, disagree: Callable[[Files], str]) -> Files:
    """Fewer files, then fewer lines, then fewer bytes, as long as `disagree` still says something."""
    budget = _Budget(disagree)
    files = dict(_fewer(list(files.items()), lambda some: budget.holds(dict(some))))
    for name in [name for name in files if not name.endswith(".gz")]:
        others = {other: content for other, content in files.items() if other != name}

        holds = partial(_with_pieces, budget, name, others)
        lines = _fewer(LINES.findall(files[name]), holds)
        content = b"".join(lines)
        if len(content) <= MOST_BYTES:
            content = b"".join(_fewer([bytes([byte]) for byte in content], holds))
        files = {**others, name: content}
    return files


def _with_pieces(budget: _Budget, name: str, others: Files, pieces: list[bytes]) -> bool:
    return budget.holds({**others, name: b"".join(pieces)})


def _fewer(pieces: list[Piece], holds: Callable[[list[Piece]], bool]) -> list[Piece]:
    """Pieces without those that do not matter: halves are left out first, then ever smaller parts (delta debugging)."""
    size = len(pieces) // 2
    while size:
        start = 0
        while start < len(pieces) > 1:
            without = pieces[:start] + pieces[start + size :]
            if without and holds(without):
                pieces = without
            else:
                start += size
        size //= 2
    return pieces
