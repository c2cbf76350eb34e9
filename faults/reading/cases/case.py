"""One bad input, and what must come of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from hotset import Dataset

Row = tuple[Any, ...]
Place = int | tuple[int, int]  # a line, or a row group (a stripe) and a row in it


class Expected(NamedTuple):
    """One record of the quarantine."""

    file: str
    place: Place
    column: str
    reason: str
    rule: str = ""


@dataclass(frozen=True)
class Case:
    """Files and what reading them must give. `refused` is an exit code and what the message must name."""

    name: str
    dataset: Dataset
    files: Mapping[str, bytes]
    rows: tuple[Row, ...] = ()
    faults: frozenset[Expected] = frozenset()
    refused: tuple[int, str] | None = None
    zone: str = "UTC"
    on_empty: str = "ok"
    holds: Mapping[str, Any] = field(default_factory=dict)  # rule -> the same in Python, for the second reader

    @property
    def may_share(self) -> bool:
        """Whether cases of the same dataset may lie beside it."""
        return self.refused is None and bool(self.files) and self.on_empty == "ok"


def one_file(
    name: str,
    dataset: Dataset,
    content: bytes,
    rows: tuple[Row, ...] = (),
    faults: tuple[tuple[Place, str, str], ...] = (),
    *,
    zone: str = "UTC",
    file: str = "",
) -> Case:
    """A case of one file that is read; faults are (place, column, reason)."""
    file = file or f"input.{dataset.format}"
    expected = frozenset(Expected(file, *fault) for fault in faults)
    return Case(name, dataset, {file: content}, rows, expected, zone=zone)


def refused(name: str, dataset: Dataset, content: bytes, exit_code: int, *, file: str = "") -> Case:
    """A case of one file that is refused as a whole, by a message that names it."""
    file = file or f"input.{dataset.format}"
    return Case(name, dataset, {file: content}, refused=(exit_code, file))


def utc(text: str) -> int:
    """Microseconds since 1970 of a time in UTC, written as ISO 8601 has it."""
    since = datetime.fromisoformat(text).replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return since // timedelta(microseconds=1)
