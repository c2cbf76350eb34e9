"""The type of a column of CSV that nobody declared, by some of its texts and by what becomes of it.

Guess and reader agree: a text is a value where `values.convert` makes one of it, as it does when the rows are read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from hotset.columnar.exact import Faults
from hotset.columnar.layout import Column
from hotset.columnar.own_text import forms_of, keep_order, own_texts
from hotset.columnar.values import convert
from hotset.data.columns import quoted_if_needed
from hotset.data.guess import Guess, Role
from hotset.errors import SchemaError

KINDS: dict[str, pa.DataType] = {
    "boolean": pa.bool_(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", "UTC"),
}
NUMBERS = ("bigint", "double")
OTHERS = ("boolean", "date", "timestamp")
MOST_DIGITS = 38
LARGE = f"decimal({MOST_DIGITS},0)"
CODE = r"^0[0-9]+$"  # a postal code, an article number: as a number it would lose its zeros
WITH_PLUS = r"^\+[0-9]+$"  # a phone number
LIKE_NUMBERS = r"^[^\pL]*[0-9][^\pL]*$"  # digits, and no letters
FEW = 64  # texts that are looked at before all are
SHOWN = 40

Guessed = tuple[str, Guess]


@dataclass(frozen=True)
class _Column:
    """Different texts of a column, none of them null, and what is known of it."""

    name: str
    texts: pa.StringArray
    role: Role
    zone: str
    comma: bool

    def few(self) -> "_Column":
        return replace(self, texts=self.texts.slice(0, FEW)) if len(self.texts) > FEW else self

    def form_as(self, kind: str) -> str | None:
        """The form in which all are written, where that counts; None where one is no value of the type."""
        values, faults = self.converted(kind)
        if faults:
            return None
        if self.role != "exact":
            return ""
        forms = forms_of(self.texts, kind)
        return next((form for form in forms if own_texts(self.texts, values, kind, form, comma=self.comma).all()), None)

    def first_of(self, kinds: Sequence[str]) -> Guessed | None:
        """The first of these types that every text is a value of."""
        few = self.few()
        for kind in kinds:
            form = few.form_as(kind)
            if form is not None and few is not self:
                form = self.form_as(kind)
            if form is not None:
                return kind, Guess(self.role, form)
        return None

    def converted(self, kind: str) -> tuple[pa.Array, Faults]:
        comma = self.comma and kind == "double"
        return convert(self.texts, Column("", kind, KINDS[kind], comma=comma), self.zone, refuse_nan=False)

    def all_match(self, pattern: str) -> bool:
        return bool(pc.all(pc.match_substring_regex(self.texts, pattern)).as_py())


def guess_type(name: str, texts: pa.StringArray, role: Role, zone: str, *, comma: bool = False) -> Guessed:
    """The type of a column in Spark's words, and what later rows are held to.

    `zone` is the session's, `comma` says that numbers have a decimal comma. Raises SchemaError.
    """
    column = _Column(name, pc.unique(texts.drop_null()), role, zone, comma)
    if not len(column.texts):
        return ("double" if role in ("measure", "ordered") else "string"), Guess(role, empty=True)
    found = column.first_of(_candidates(column))
    if found is None:
        return "string", Guess(role, why=_why_text(column))
    return _ordered(column, *found) if role == "ordered" else found


def _candidates(column: _Column) -> tuple[str, ...]:
    """The types that come into question, in order."""
    if column.role == "time":
        return ("timestamp", *NUMBERS)
    if column.role == "measure":
        return (*NUMBERS, *OTHERS)
    if column.role == "ordered":
        return OTHERS if _are_codes(column) else (*NUMBERS, *OTHERS)
    return tuple(KINDS)


def _are_codes(column: _Column) -> bool:
    """Whether the least and the greatest would lose what makes them codes: zeros or a plus in front, all alike.

    Codes of one length are in the same order as texts and as numbers.
    """
    if column.all_match(WITH_PLUS):
        return True
    lengths = pc.min_max(pc.binary_length(column.texts)).as_py()
    zeros = pc.any(pc.match_substring_regex(column.texts, CODE)).as_py()
    return bool(zeros and column.all_match("^[0-9]+$") and lengths["min"] == lengths["max"])


def _ordered(column: _Column, kind: str, guess: Guess) -> Guessed:
    """The same for the least and the greatest: neither digits of a large number nor a code's zeros may be lost."""
    if kind == "bigint" and column.all_match("^[0-9]{2,}$"):
        lengths = pc.unique(pc.binary_length(column.texts))
        return kind, replace(guess, form=str(lengths[0]) if len(lengths) == 1 else "")
    if kind != "double" or column.comma or keep_order(column.texts, column.converted(kind)[0], kind, "").all():
        return kind, guess
    return decimal_for(column.name, column.texts.to_pylist()), guess


def decimal_for(name: str, texts: Sequence[str]) -> str:
    """The type that holds every digit of the column's numbers. Raises SchemaError where there is none."""
    before, after = (max(sizes) for sizes in zip(*map(_digits, texts), strict=True))
    if before + after <= MOST_DIGITS:
        return f"decimal({MOST_DIGITS},{after})"
    raise SchemaError(
        f"column {name!r} has numbers of more digits than a type has, got {max(texts, key=len)[:SHOWN]}; "
        f"take them for doubles: --types {quoted_if_needed(name)}=double, or leave the column out by --columns"
    )


def _digits(text: str) -> tuple[int, int]:
    """How many digits before and after the point; of what is no finite number more than there may be."""
    try:
        _, digits, exponent = Decimal(text).as_tuple()
    except ArithmeticError:
        return MOST_DIGITS + 1, 0
    if not isinstance(exponent, int):
        return MOST_DIGITS + 1, 0
    return max(len(digits) + exponent, 0), max(-exponent, 0)


def _why_text(column: _Column) -> str:
    """What keeps the column from being numbers, or '' where none of the texts is or looks like one."""
    values, faults = column.converted("double")
    if len(faults) == len(column.texts) and not column.few().all_match(LIKE_NUMBERS):
        return ""
    if faults:
        return f"{_shown(column, min(faults))} is no number"
    for form in forms_of(column.texts, "double"):
        own = own_texts(column.texts, values, "double", form, comma=column.comma)
        if not own.all():
            return f"{_shown(column, int(own.argmin()))} would not be written so as a number"
    return ""


def _shown(column: _Column, row: int) -> str:
    return repr(column.texts[row].as_py()[:SHOWN])
