"""Functions of strings in translated conditions."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from hotset.rows.condition_operators import strict
from hotset.rows.condition_types import BOOLEAN, INT, STRING, NotPortable, Term, is_integer_literal, literal
from hotset.rows.duckdb_types import quote

Function = Callable[[Sequence[Term], str], Term]
# letters whose lower or upper case in Spark has an ASCII letter in it that DuckDB does not make of them
LOWER_FIRST = (("İ", "i\u0307"),)
UPPER_FIRST = tuple((c, c.upper()) for c in "ßŉǰẖẗẘẙẚﬀﬁﬂﬃﬄﬅﬆ")


def strings(terms: Sequence[Term]) -> list[Term]:
    for term in terms:
        if term.type != STRING:
            raise NotPortable(f"{term.type} where a string is looked for")
    return list(terms)


def length(terms: Sequence[Term], _: str) -> Term:
    [term] = strings(terms)
    return strict(f"CAST(length({term.sql}) AS INTEGER)", INT, term)


def fold_case(name: str, first: Sequence[tuple[str, str]]) -> Function:
    """Lower or upper case that is Spark's as far as ASCII letters go; it may be compared with those only."""

    def translate(terms: Sequence[Term], _: str) -> Term:
        [term] = strings(terms)
        sql = term.sql
        for letter, letters in first:
            sql = f"replace({sql}, {quote(letter)}, {quote(letters)})"
        return replace(strict(f"{name}({sql})", STRING, term), folded=True)

    return translate


def trim(name: str) -> Function:
    def translate(terms: Sequence[Term], _: str) -> Term:
        [term] = strings(terms)
        return strict(f"{name}({term.sql}, ' ')", STRING, term)

    return translate


def hold(name: str) -> Function:
    """Whether one string starts with, ends with or has another one in it."""

    def translate(terms: Sequence[Term], _: str) -> Term:
        one, other = strings(terms)
        return strict(f"{name}({one.sql}, {other.sql})", BOOLEAN, one, other)

    return translate


def concat(terms: Sequence[Term], _: str = "") -> Term:
    terms = strings(terms)
    return strict("(" + " || ".join(term.sql for term in terms) + ")", STRING, *terms)


def substring(terms: Sequence[Term], _: str) -> Term:
    """Part of a string, for positions that are literals: 0 is 1, and what is before the start counts too."""
    [term] = strings(terms[:1])
    position, count = terms[1], terms[2] if len(terms) > 2 else literal(2**31 - 1, INT)
    if not all(is_integer_literal(one) and abs(one.value) < 2**31 for one in (position, count)):
        raise NotPortable("a position or a length that is no integer literal")
    start, length = position.value, count.value
    if start >= 0:
        sql = f"substring({term.sql}, {max(start, 1)}, {max(length, 0)})"
    else:
        first = f"(length({term.sql}) - {-start})"
        many = f"greatest({first} + {length} - greatest({first}, 0), 0)"
        sql = f"substring({term.sql}, greatest({first}, 0) + 1, {many})"
    return strict(sql, STRING, term)
