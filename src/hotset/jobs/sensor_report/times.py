"""In which form the times of readings are written: as the options say, or as a sample shows beyond doubt."""

from collections.abc import Iterator
from itertools import islice, product
from typing import get_args

import pyarrow as pa

from hotset import Form, IsoTime, PatternTime, Unit, UnitTime, UsageError, read_form

UNITS: tuple[Unit, ...] = get_args(Unit)
UNIT_NAMES = dict(zip(UNITS, ("seconds", "milliseconds", "microseconds", "nanoseconds"), strict=True))
MOST_LOOKED_AT = 5_000
# Days that are written without a sign between their parts, and could be numbers since 1970
LIKE_NUMBERS = ("%Y%m%d%H", "%Y%m%d%H%M", "%y%m%d%H%M%S")
DAYS = ("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d.%m.%y",
        "%d/%m/%y", "%m/%d/%y", "%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%b %d %Y", "%b %d, %Y", "%B %d, %Y")  # fmt: skip
HOURS = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", "T%H:%M:%S", ", %H:%M:%S", "%H%M%S",
         " %H:%M:%S %z", "T%H%M%SZ")  # fmt: skip


def by_sample(name: str, texts: pa.StringArray, zone: str) -> Form:
    """The form of these texts. Raises UsageError where it is unknown, or could be another one."""
    texts = texts[:: max(len(texts) // MOST_LOOKED_AT, 1)]
    if not len(texts):
        return IsoTime(zone)
    forms: tuple[Form, ...] = (IsoTime(zone), *(UnitTime(unit, "guessed") for unit in UNITS))
    best = max(forms, key=lambda form: _read(texts, form))
    if 2 * _read(texts, best) <= len(texts):
        raise _unknown(name, texts)
    if isinstance(best, UnitTime) and (pattern := _calendar(texts)):
        raise UsageError(
            f"column {name!r} holds {texts[0].as_py()!r}, which could be {UNIT_NAMES[best.unit]} since 1970 or a time "
            f"like {pattern}; say which with --time-unit {best.unit} or --time-format {pattern!r}"
        )
    return best


def of_unit(texts: pa.StringArray, unit: Unit) -> UnitTime:
    """Numbers in a unit that somebody named: where they are times of our days, those of other units are none."""
    texts = texts[:: max(len(texts) // MOST_LOOKED_AT, 1)]
    return UnitTime(unit, "others" if _read(texts, UnitTime(unit, "guessed")) else "none")


def doubt(name: str, texts: pa.StringArray, unit: Unit) -> str | None:
    """What to tell somebody whose numbers, by their size, are of another unit than the one that was named."""
    texts = texts[:: max(len(texts) // MOST_LOOKED_AT, 1)]
    for other in UNITS:
        if other != unit and len(texts) and _read(texts, UnitTime(other, "guessed")) == len(texts):
            return (
                f"column {name!r} holds numbers like {texts[0].as_py()}, by their size {UNIT_NAMES[other]} since 1970; "
                f"taken for {UNIT_NAMES[unit]}, as --time-unit {unit} says"
            )
    return None


def _read(texts: pa.StringArray, form: Form) -> int:
    """How many of them are in the form; so are those that a zone skips or repeats."""
    faults = read_form(texts, form)[1].values()
    return len(texts) - sum(" such time" not in reason for reason in faults)


def _calendar(texts: pa.StringArray) -> str | None:
    return next((one for one in LIKE_NUMBERS if _read(texts, PatternTime(one)) == len(texts)), None)


def _unknown(name: str, texts: pa.StringArray) -> UsageError:
    """What to say of texts that are in no known form: two of them, and the patterns that would read them all."""
    different = texts.unique()
    shown = " and ".join(repr(text) for text in different[:: max(len(different) - 1, 1)][:2].to_pylist())
    how = " or ".join(f"--time-format {pattern!r}" for pattern in islice(_fitting(texts), 3))
    if how:
        how = f"{how} would read them"
    elif _read(texts, UnitTime("ns", "none")) == len(texts):
        how = "with --time-unit s, ms, us or ns, if they count from 1970"
    else:
        how = "with --time-format, as in --time-format '%d.%m.%Y %H:%M'"
    return UsageError(f"column {name!r} holds no times of a known form, but {shown}; say how they are written: {how}")


def _fitting(texts: pa.StringArray) -> Iterator[str]:
    for day, hours in product(DAYS, HOURS):
        pattern = day + hours
        if _read(texts[:1], PatternTime(pattern)) and _read(texts, PatternTime(pattern)) == len(texts):
            yield pattern
