"""From the place of a fault in its block to its place in the file."""

import json
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from hotset.columnar.blocks import count_ends
from hotset.columnar.counts import BlockCounter
from hotset.columnar.pieces import lines_of
from hotset.data.dataset import Format
from hotset.data.quarantine import SetAside

ROWS = ("parquet", "orc")


class Places:
    """The faults of one input, each with its file and line."""

    def __init__(self, counter: BlockCounter, format: Format, run_id: str) -> None:  # noqa: A002 (the field's own name)
        self._counter, self._format, self._run_id = counter, format, run_id
        self._before: dict[Path, dict[int, int]] = {}

    def faults(self, directory: Path) -> Iterator[SetAside]:
        """Those that tasks wrote to `directory`, of the blocks that were read to their ends."""
        for number in sorted(self._counter.counts.value):
            path = directory / f"{number:06}.json"
            if path.exists():
                with path.open(encoding="utf-8") as lines:
                    for part, line, raw, column, reason in map(json.loads, lines):
                        yield self.placed(number, part, line, raw, column, None, reason)

    def placed(self, number: int, part: int, line: int, *what: Any) -> SetAside:
        """The fault on this line (or row) of the part of the block with this number."""
        place = self._counter.blocks[number][part]
        if self._format in ROWS:
            return SetAside(self._run_id, str(place.file.path), None, place.start, line, *what)
        before = self._lines_before(place.file.path)[place.start]
        return SetAside(self._run_id, str(place.file.path), before + line + 1, None, None, *what)

    def _lines_before(self, path: Path) -> dict[int, int]:
        """start of a slice -> lines of the file before it; a slice that no task has read to its end is read for it."""
        if path not in self._before:
            before: dict[int, int] = {}
            above = 0
            for start, number, position in sorted(self._slices[path]):
                before[start] = above
                counts = self._counter.counts.value.get(number)
                part = self._counter.blocks[number][position]
                above += counts[position].lines if counts else sum(count_ends(piece) for piece in lines_of(part))
            self._before[path] = before
        return self._before[path]

    @cached_property
    def _slices(self) -> dict[Path, list[tuple[int, int, int]]]:
        slices = defaultdict(list)
        for number, block in enumerate(self._counter.blocks):
            for position, part in enumerate(block):
                slices[part.file.path].append((part.start, number, position))
        return slices
