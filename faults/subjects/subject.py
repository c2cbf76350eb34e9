"""What the campaign has to know of a subject."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from faults.inputs import Rows

Mode = Literal["refuse", "replace", "append", "replace-partitions"]


@dataclass(frozen=True)
class Call:
    """One run that is wanted, in words that each subject understands in its own way."""

    input: str
    output: str
    mode: Mode = "replace"
    params: Mapping[str, Any] = field(default_factory=dict)
    conf: Mapping[str, str] = field(default_factory=dict)
    properties_file: Path | None = None
    days: Sequence[str] = ()
    report: Path | None = None


class Subject(ABC):
    """A program and the traces that it leaves."""

    name: str
    title: str
    phases: tuple[str, ...]  # in the order in which a run passes through them
    has_reports = False

    def warm_up(self, environment: dict[str, str]) -> None:  # noqa: B027 (most need nothing)
        """What is done once, before the first trial."""

    @abstractmethod
    def command(self, call: Call) -> list[str]:
        """The words of a command line."""

    @abstractmethod
    def progress(self, output: Path) -> str:
        """The phase that shows at the output's place; '' where nothing shows."""

    @abstractmethod
    def version_problem(self, output: Path) -> str:
        """What its own record of the version says against it; '' where it keeps none."""

    @abstractmethod
    def quarantined(self, output: Path) -> Rows:
        """The rows that were set aside."""

    @abstractmethod
    def leftovers(self, output: Path) -> list[str]:
        """What unfinished runs have left."""

    @abstractmethod
    def failed_well(self, said: str, got: int, wanted: int) -> str:
        """What is wrong with the way in which a failure was told; '' where nothing is."""

    @abstractmethod
    def report_problem(self, said: str, code: int) -> str:
        """What is wrong with the report of a run that said this; '' where nothing is, or where there need be none."""
