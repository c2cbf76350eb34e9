"""How much a work reads: in bytes, as `300MB`, or in rows, as `10Mrows`."""

import re
from dataclasses import dataclass
from decimal import Decimal

from bench.work import Unit
from hotset import Bytes
from hotset.errors import UsageError

THOUSANDS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}


@dataclass(frozen=True)
class Sizes:
    """What is read where nobody says how much."""

    usual: str
    quick: str
    small: int  # of the job that a warm program does before it is timed: enough for a task on each core


SIZES: dict[Unit, Sizes] = {
    "bytes": Sizes("300MB", "2MB", 10_000_000),
    "rows": Sizes("10Mrows", "50krows", 250_000),
}


def parse_sizes(text: str, unit: Unit) -> dict[str, int]:
    """Sizes with commas between them -> label: number of bytes or of rows. Raises UsageError."""
    return dict(_rows(one) if unit == "rows" else _bytes(one) for one in text.split(","))


def _bytes(text: str) -> tuple[str, int]:
    try:
        return text, int(Bytes(text))
    except ValueError as why:
        raise UsageError(str(why)) from None


def _rows(text: str) -> tuple[str, int]:
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) ?([kmg]?) ?rows", text.strip(), re.IGNORECASE)
    rows = Decimal(match[1]) * THOUSANDS[match[2].lower()] if match else Decimal(0)
    if match is None or rows % 1 or not rows:
        raise UsageError(f"not a number of rows, got {text!r}; write one with k, M, G or nothing behind it: 10Mrows")
    return f"{match[1]}{match[2]} rows", int(rows)
