"""Faults that a task finds, written to a file of its own as it goes: a task that runs again writes the same again."""

import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from hotset.columnar.found import Bad, shown


@dataclass
class FaultFile:
    """The faults of one block, in `directory`; no file where there are none. It gets its name when all are in it."""

    directory: Path
    block: int
    _out: TextIO | None = field(default=None, init=False)

    @property
    def path(self) -> Path:
        return self.directory / f"{self.block:06}.json"

    def add(self, part: int, fault: Bad) -> None:
        """Appends the fault, of the part with this number in the block."""
        if self._out is None:
            self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self._draft(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            self._out = os.fdopen(descriptor, "w", encoding="utf-8")
        self._out.write(json.dumps([part, fault.line, shown(fault.raw), fault.column, fault.reason]) + "\n")

    def finish(self) -> None:
        """Gives the file its name. Raises OSError where it cannot be written."""
        if self._out is not None:
            self._out.close()
            self._draft().replace(self.path)

    def drop(self) -> None:
        """Forgets an unfinished file."""
        if self._out is not None:
            with suppress(OSError):
                self._out.close()
            self._draft().unlink(missing_ok=True)

    def _draft(self) -> Path:
        return self.path.with_suffix(f".{os.getpid()}")


class Unheard(FaultFile):
    """Of who only looks: faults are told nowhere."""

    def __init__(self) -> None:
        super().__init__(Path(), 0)

    def add(self, part: int, fault: Bad) -> None:
        """Nothing."""
