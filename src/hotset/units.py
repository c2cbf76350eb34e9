"""Values with a unit, as a person writes them: sizes, durations and shares. Each is read in one place: here.

A field of `Params` may have these types. What is written otherwise raises ValueError, which on a command line becomes a
usage error that names the option.
"""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

BYTES_PER_UNIT = {"": 1, "b": 1} | {
    unit: base**power
    for base, units in ((1000, "kb mb gb tb"), (1024, "kib mib gib tib"))
    for power, unit in enumerate(units.split(), start=1)
}
MICROS_PER_UNIT = {
    unit: micros
    for micros, units in (
        (1, "us microsecond microseconds"),
        (10**3, "ms millisecond milliseconds"),
        (10**6, "s second seconds"),
        (60 * 10**6, "m min minute minutes"),
        (3600 * 10**6, "h hour hours"),
        (86400 * 10**6, "d day days"),
    )
    for unit in units.split()
}
NUMBER = r"([0-9]{1,15}(?:\.[0-9]{1,9})?)"


class Bytes(int):
    """A whole number of bytes: `Bytes("1.5 MiB")`, `Bytes("64kB")`, `Bytes("4096")`; units in either case.

    `1g` is refused: it is 10**9 to some tools and 2**30 to Spark.
    """

    text: str

    def __new__(cls, text: str) -> "Bytes":
        match = re.fullmatch(rf"{NUMBER} ?([a-z]*)", text.strip().lower())
        unit = BYTES_PER_UNIT.get(match[2]) if match else None
        size = Decimal(match[1]) * unit if match and unit else None
        if size is None or size % 1:
            raise ValueError(
                f"not a size in whole bytes, got {text!r}; "
                "write a number and one of kB, MB, GB, TB, KiB, MiB, GiB, TiB, or bytes without a unit"
            )
        made = super().__new__(cls, int(size))
        made.text = text
        return made

    def __getnewargs__(self) -> tuple[str]:  # type: ignore[override]
        return (self.text,)

    def __str__(self) -> str:
        return self.text


class Duration(timedelta):
    """A time that something takes, more than none: `Duration("90s")`, `Duration("1.5 hours")`, `Duration("500ms")`."""

    text: str

    def __new__(cls, text: str) -> "Duration":
        match = re.fullmatch(rf"{NUMBER} ?([a-z]+)", text.strip().lower())
        unit = MICROS_PER_UNIT.get(match[2]) if match else None
        micros = Decimal(match[1]) * unit if match and unit else Decimal(0)
        if not micros or micros % 1 or micros >= timedelta.max // timedelta(microseconds=1):
            raise ValueError(
                f"not a duration, got {text!r}; write a number and one of ms, s, m, h, d, "
                f"or the word, as in 90s or 30 minutes"
            )
        made = super().__new__(cls, microseconds=int(micros))
        made.text = text
        return made

    @property
    def micros(self) -> int:
        """In microseconds."""
        return self // timedelta(microseconds=1)

    def __reduce__(self) -> tuple[Any, ...]:
        return Duration, (self.text,)

    def __str__(self) -> str:
        return self.text


class Share(str):
    """So many, or this part of all: `Share("12")`, `Share("0.5%")`."""

    __slots__ = ()

    def __new__(cls, text: str) -> "Share":
        if not re.fullmatch(r"[0-9]{1,18}|[0-9]{1,3}(\.[0-9]+)?%", text) or (
            text.endswith("%") and Decimal(text[:-1]) > 100
        ):
            raise ValueError(f"not a number or a share like 0.5%, got {text!r}")
        return super().__new__(cls, text)

    def exceeded(self, number: int, of: int) -> bool:
        """Whether `number`, out of so many, are more than this."""
        return number * 100 > Decimal(self[:-1]) * of if self.endswith("%") else number > int(self)
