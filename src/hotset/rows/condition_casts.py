"""Casts of translated conditions: the pairs of types for which every value becomes the same one in both engines."""

from hotset.rows.condition_operators import strict
from hotset.rows.condition_types import (
    BITS,
    BOOLEAN,
    DATE,
    DOUBLE,
    EXACT_DIGITS,
    FLOAT,
    INTEGERS,
    NTZ,
    STRING,
    TIMESTAMP,
    NotPortable,
    Term,
    Type,
    check_zone,
    convert,
    decimal_of,
    parse_instant,
)

NUMBERS = {*INTEGERS, "float", "double", "decimal"}


def cast(term: Term, kind: Type, safe: bool, zone: str) -> Term:
    """`cast`, or `try_cast` if `safe`. Raises NotPortable for pairs of types whose casts are not equal."""
    if term.type == kind:
        return term
    if term.type.name == "void":
        return convert(term, kind, zone)
    if safe and term.raises:
        raise NotPortable("try_cast of what can fail")
    if term.type.name in INTEGERS:
        return cast_integer(term, kind, safe)
    if term.type == BOOLEAN and kind.name in INTEGERS:
        return plain(term, kind)
    if term.type in (FLOAT, DOUBLE):
        return cast_double(term, kind, safe)
    if term.type.name == "decimal":
        return cast_decimal(term, kind)
    return cast_instant(term, kind, zone)


def plain(term: Term, kind: Type, safe: bool = False, raises: bool = False) -> Term:
    sql = f"{'TRY_CAST' if safe and raises else 'CAST'}({term.sql} AS {kind.duckdb})"
    found = strict(sql, kind, term, raises=raises and not safe)
    return found if not (safe and raises) else Term(sql, kind, f"({sql}) IS NULL", constant=term.constant)


def cast_integer(term: Term, kind: Type, safe: bool) -> Term:
    if kind.name in INTEGERS:
        return plain(term, kind, safe, raises=BITS[kind.name] < BITS[term.type.name])
    if kind.name == "decimal":
        return plain(term, kind, safe, raises=kind.precision - kind.scale < decimal_of(term.type).precision)
    if kind in (BOOLEAN, DOUBLE, FLOAT, STRING):
        return plain(term, kind)
    raise NotPortable(f"a cast of {term.type} to {kind}")


def cast_double(term: Term, kind: Type, safe: bool) -> Term:
    """To integers: Spark cuts off, DuckDB rounds; 2^63 itself is the largest bigint to Spark."""
    if (term.type, kind) == (FLOAT, DOUBLE):
        return plain(term, kind)
    if kind.name not in ("int", "bigint") or term.type != DOUBLE:
        raise NotPortable(f"a cast of {term.type} to {kind}")
    word = "TRY_CAST" if safe else "CAST"
    sql = f"{word}(trunc({term.sql}) AS {kind.duckdb})"
    if kind.name == "bigint":
        sql = f"CASE WHEN {term.sql} = 9223372036854775808e0 THEN 9223372036854775807 ELSE {sql} END"
    if safe:
        return Term(sql, kind, f"({sql}) IS NULL", constant=term.constant)
    return strict(sql, kind, term, raises=True)


def cast_decimal(term: Term, kind: Type) -> Term:
    one = term.type
    if kind == DOUBLE and one.precision <= EXACT_DIGITS:
        return plain(term, kind)
    wider = kind.precision - kind.scale >= one.precision - one.scale and kind.scale >= one.scale
    if kind.name == "decimal" and wider:
        return plain(term, kind)
    raise NotPortable(f"a cast of {one} to {kind}")


def cast_instant(term: Term, kind: Type, zone: str) -> Term:
    if term.type == STRING and term.is_literal and kind in (DATE, TIMESTAMP, NTZ):
        if kind == TIMESTAMP:
            check_zone(zone, "a timestamp literal")
        return parse_instant(term.value, kind)
    if term.type == DATE and kind in (TIMESTAMP, NTZ):
        return convert(term, kind, zone)
    if term.type == TIMESTAMP and kind == DATE:
        check_zone(zone, "the date of a timestamp")
        return strict(f"CAST(make_timestamp(epoch_us({term.sql})) AS DATE)", kind, term)
    if term.type == NTZ and kind == DATE:
        return plain(term, kind)
    raise NotPortable(f"a cast of {term.type} to {kind}")
