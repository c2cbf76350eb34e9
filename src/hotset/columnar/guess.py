"""The type of a column of CSV that nobody declared, by some of its texts and by what becomes of it.

Guess and reader agree: a text is a value where `values.convert` makes one of it, as it does when the rows are read.
"""

import pyarrow as pa
import pyarrow.compute as pc

from hotset.columnar.layout import Column
from hotset.columnar.own_text import forms_of, own_texts
from hotset.columnar.values import convert
from hotset.data.guess import Guess, Role

KINDS: dict[str, pa.DataType] = {
    "boolean": pa.bool_(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", "UTC"),
}
NUMBERS = ("bigint", "double")
LARGE = "decimal(38,0)"
LARGE_NUMBER = r"^(?:0|-?[1-9][0-9]{0,37})$"
CODE = r"^0[0-9]+$"  # a postal code, an article number: as a number it would lose its zeros
WITH_PLUS = r"^\+[0-9]+$"  # a phone number
FEW = 64  # texts that are looked at before all are
SHOWN = 40

Guessed = tuple[str, Guess]


def guess_type(texts: pa.StringArray, role: Role, zone: str) -> Guessed:
    """The type in Spark's words, and what later rows are held to. `zone` is the session's."""
    texts = pc.unique(texts.drop_null())
    if not len(texts):
        return ("double" if role == "measure" else "string"), Guess(role, empty=True)
    if role == "time":
        return _first(texts, ("timestamp", *NUMBERS), role, zone) or _text(texts, role, zone)
    if role != "exact":
        numbers = () if role == "ordered" and _are_codes(texts) else NUMBERS
        large = role == "ordered" and pc.all(pc.match_substring_regex(texts, LARGE_NUMBER)).as_py()
        if found := _first(texts, numbers, role, zone):
            return (LARGE, found[1]) if large and found[0] == "double" else found
        if found := _first(texts, ("boolean", "date", "timestamp"), role, zone):
            return found
        return _text(texts, role, zone)
    return _first(texts, tuple(KINDS), role, zone) or _text(texts, role, zone)


def _first(texts: pa.StringArray, kinds: tuple[str, ...], role: Role, zone: str) -> Guessed | None:
    """The first of these types that every text is a value of."""
    for kind in kinds:
        form = _form(texts.slice(0, FEW), kind, role, zone) if len(texts) > FEW else ""
        if form is not None and (form := _form(texts, kind, role, zone)) is not None:
            return kind, Guess(role, form)
    return None


def _form(texts: pa.StringArray, kind: str, role: Role, zone: str) -> str | None:
    """The form in which all are written, where that counts; None where one is no such value."""
    values, faults = convert(texts, Column("", kind, KINDS[kind]), zone, refuse_nan=False)
    if faults:
        return None
    if role != "exact":
        return ""
    return next((form for form in forms_of(texts, kind) if own_texts(texts, values, kind, form).all()), None)


def _are_codes(texts: pa.StringArray) -> bool:
    """Whether the least and the greatest would lose what makes them codes: zeros or a plus in front, all alike.

    Codes of one length are in the same order as texts and as numbers.
    """
    if pc.all(pc.match_substring_regex(texts, WITH_PLUS)).as_py():
        return True
    lengths = pc.min_max(pc.binary_length(texts)).as_py()
    zeros = pc.any(pc.match_substring_regex(texts, CODE)).as_py()
    whole = pc.all(pc.match_substring_regex(texts, "^[0-9]+$")).as_py()
    return bool(zeros and whole and lengths["min"] == lengths["max"])


def _text(texts: pa.StringArray, role: Role, zone: str) -> Guessed:
    return "string", Guess(role, why=_why_text(texts, zone))


def _why_text(texts: pa.StringArray, zone: str) -> str:
    """What keeps the column from being numbers, or '' where none of the texts is one."""
    values, faults = convert(texts, Column("", "double", pa.float64()), zone, refuse_nan=False)
    if len(faults) == len(texts):
        return ""
    if faults:
        return f"{_shown(texts, min(faults))} is no number"
    odd = next(
        (
            row
            for form in forms_of(texts, "double")
            if len(row := (~own_texts(texts, values, "double", form)).nonzero()[0])
        ),
        None,
    )
    return f"{_shown(texts, int(odd[0]))} would not be written so as a number" if odd is not None else ""


def _shown(texts: pa.StringArray, row: int) -> str:
    return repr(texts[row].as_py()[:SHOWN])
