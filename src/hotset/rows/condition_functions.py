"""Functions of translated conditions: by the name that they have in Spark, those that can be said in DuckDB."""

from collections.abc import Sequence
from dataclasses import replace

from hotset.rows.condition_operators import alike, choose, compare, strict, test_null
from hotset.rows.condition_strings import (
    LOWER_FIRST,
    UPPER_FIRST,
    Function,
    concat,
    fold_case,
    hold,
    length,
    substring,
    trim,
)
from hotset.rows.condition_types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    FLOAT,
    INT,
    INTEGERS,
    NTZ,
    STRING,
    TIMESTAMP,
    WIDER,
    NotPortable,
    Term,
    Type,
    check_zone,
    convert,
    is_integer_literal,
    literal,
)
from hotset.rows.duckdb_types import quote

UNITS = ("year", "quarter", "month", "week", "day", "hour", "minute", "second")


def absolute(terms: Sequence[Term], _: str) -> Term:
    [term] = terms
    kind = term.type
    if is_integer_literal(term) and term.value > -(2**31):
        return literal(abs(term.value), kind)
    if kind.name in INTEGERS:
        return strict(f"CAST(abs(CAST({term.sql} AS {WIDER[kind.name]})) AS {kind.duckdb})", kind, term, raises=True)
    if kind in (FLOAT, DOUBLE) or kind.name == "decimal":
        return strict(f"abs({term.sql})", kind, term)
    raise NotPortable(f"abs of {kind}")


def round_half_up(terms: Sequence[Term], _: str) -> Term:
    term, digits = terms[0], terms[1].value if len(terms) > 1 else 0
    kind = term.type
    if not isinstance(digits, int) or not 0 <= digits <= 18:
        raise NotPortable("round to digits that are no literal from 0 to 18")
    if kind.name in INTEGERS:
        return term
    if kind == DOUBLE and digits == 0:
        return strict(f"round({term.sql})", kind, term)
    if kind.name == "decimal":
        scale = min(digits, kind.scale)
        found = Type("decimal", kind.precision - kind.scale + scale + 1, scale) if scale < kind.scale else kind
        found = replace(found, precision=min(found.precision, 38))
        return strict(f"CAST(round({term.sql}, {scale}) AS {found.duckdb})", found, term)
    raise NotPortable(f"round of {kind} to {digits} digits")


def whole(name: str) -> Function:
    """The floor or the ceiling, a bigint of all but decimals: of NaN it is 0, and what is beyond a bigint fails."""

    def translate(terms: Sequence[Term], zone: str) -> Term:
        [term] = terms
        if term.type.name in INTEGERS:
            return convert(term, BIGINT, zone)
        if term.type.name == "decimal":
            kind = Type("decimal", min(term.type.precision - term.type.scale + 1, 38), 0)
            return strict(f"CAST({name}({term.sql}) AS {kind.duckdb})", kind, term)
        term = convert(term, DOUBLE, zone) if term.type == FLOAT else term
        if term.type != DOUBLE:
            raise NotPortable(f"{name} of {term.type}")
        sql = f"CASE WHEN isnan({term.sql}) THEN 0 ELSE CAST({name}({term.sql}) AS BIGINT) END"
        return strict(sql, BIGINT, term, raises=True)

    return translate


def is_nan(terms: Sequence[Term], _: str) -> Term:
    [term] = terms
    if term.type not in (FLOAT, DOUBLE) or term.raises:
        raise NotPortable(f"isnan of {term.type}, or of what can fail")
    return Term(f"coalesce(isnan({term.sql}), FALSE)", BOOLEAN, "", constant=term.constant)


def first_known(terms: Sequence[Term], zone: str) -> Term:
    """COALESCE; where a later one can fail, it is looked at only if it is needed."""
    terms = alike(terms, zone)
    sql = f"coalesce({', '.join(term.sql for term in terms)})"
    if any(term.raises for term in terms[1:]):
        steps = " ".join(f"WHEN {term.sql} IS NOT NULL THEN {term.sql}" for term in terms[:-1])
        sql = f"CASE {steps} ELSE {terms[-1].sql} END"
    raises, constant = any(term.raises for term in terms), all(term.constant for term in terms)
    return Term(sql, terms[0].type, f"({sql}) IS NULL", raises, constant)


def null_if(terms: Sequence[Term], zone: str) -> Term:
    one, other = terms
    same = compare("=", one, other, zone)
    if same.raises or one.null == "TRUE":
        raise NotPortable("nullif of what can fail, or of NULL")
    sql = f"CASE WHEN {same.sql} THEN NULL ELSE {one.sql} END"
    return Term(sql, one.type, f"({sql}) IS NULL", constant=one.constant and other.constant)


def choose_if(terms: Sequence[Term], zone: str) -> Term:
    condition, one, other = terms
    return choose((condition, one, other), zone)


def extreme(name: str) -> Function:
    def translate(terms: Sequence[Term], zone: str) -> Term:
        terms = alike(terms, zone)
        if any(term.raises for term in terms) or terms[0].type == BOOLEAN:
            raise NotPortable(f"{name} of {terms[0].type}, or of what can fail")
        sql = f"{name}({', '.join(term.sql for term in terms)})"
        return Term(sql, terms[0].type, f"{sql} IS NULL", constant=all(term.constant for term in terms))

    return translate


def naive(term: Term, zone: str, what: str) -> str:
    """A timestamp's SQL without a zone: what a clock in UTC shows."""
    if term.type == NTZ:
        return term.sql
    if term.type != TIMESTAMP:
        raise NotPortable(f"{what} of {term.type}")
    check_zone(zone, what)
    return f"make_timestamp(epoch_us({term.sql}))"


def field(name: str, plus: int = 0) -> Function:
    """A part of a date or a timestamp, as an int."""

    def translate(terms: Sequence[Term], zone: str) -> Term:
        [term] = terms
        of_date = term.type == DATE and name not in ("hour", "minute", "second")
        sql = term.sql if of_date else naive(term, zone, name)
        return strict(f"CAST({name}({sql}){f' + {plus}' * bool(plus)} AS INTEGER)", INT, term)

    return translate


def truncate(terms: Sequence[Term], zone: str) -> Term:
    unit, term = terms
    if unit.type != STRING or str(unit.value).lower() not in UNITS or term.type != TIMESTAMP:
        raise NotPortable(f"date_trunc of {term.type} to {unit.value if unit.is_literal else unit.type}")
    sql = f"date_trunc({quote(unit.value.lower())}, {naive(term, zone, 'date_trunc')})"
    return strict(f"make_timestamptz(epoch_us({sql}))", TIMESTAMP, term)


def count_days(terms: Sequence[Term], _: str) -> Term:
    one, other = terms
    if (one.type, other.type) != (DATE, DATE):
        raise NotPortable(f"datediff of {one.type} and {other.type}")
    return strict(f"CAST({one.sql} - {other.sql} AS INTEGER)", INT, one, other)


def is_null(terms: Sequence[Term], _: str) -> Term:
    [term] = terms
    return test_null(term)


def is_known(terms: Sequence[Term], zone: str) -> Term:
    term = is_null(terms, zone)
    return replace(term, sql=f"(NOT {term.sql})")


FUNCTIONS: dict[str, tuple[int, int, Function]] = {  # name: fewest arguments, most, and what it becomes
    **dict.fromkeys(("length", "len", "char_length", "character_length"), (1, 1, length)),
    **dict.fromkeys(("lower", "lcase"), (1, 1, fold_case("lower", LOWER_FIRST))),
    **dict.fromkeys(("upper", "ucase"), (1, 1, fold_case("upper", UPPER_FIRST))),
    **{name: (1, 1, trim(name)) for name in ("trim", "ltrim", "rtrim")},
    "startswith": (2, 2, hold("starts_with")),
    "endswith": (2, 2, hold("ends_with")),
    "contains": (2, 2, hold("contains")),
    "concat": (1, 50, concat),
    **dict.fromkeys(("substring", "substr"), (2, 3, substring)),
    "abs": (1, 1, absolute),
    "round": (1, 2, round_half_up),
    "floor": (1, 1, whole("floor")),
    **dict.fromkeys(("ceil", "ceiling"), (1, 1, whole("ceil"))),
    "isnan": (1, 1, is_nan),
    "isnull": (1, 1, is_null),
    "isnotnull": (1, 1, is_known),
    "coalesce": (1, 50, first_known),
    **dict.fromkeys(("nvl", "ifnull"), (2, 2, first_known)),
    "nullif": (2, 2, null_if),
    "if": (3, 3, choose_if),
    "greatest": (2, 50, extreme("greatest")),
    "least": (2, 50, extreme("least")),
    **{name: (1, 1, field(name)) for name in ("year", "quarter", "month", "day", "hour", "minute", "second")},
    "dayofmonth": (1, 1, field("day")),
    "dayofyear": (1, 1, field("dayofyear")),
    "dayofweek": (1, 1, field("dayofweek", plus=1)),
    "date_trunc": (2, 2, truncate),
    **dict.fromkeys(("datediff", "date_diff"), (2, 2, count_days)),
}


def call(name: str, terms: Sequence[Term], zone: str) -> Term:
    """The call of a function. Raises NotPortable for one that is not listed, or with other arguments."""
    if name not in FUNCTIONS:
        raise NotPortable(f"the function {name} is not among those that DuckDB is known to have an equal of")
    fewest, most, function = FUNCTIONS[name]
    if not fewest <= len(terms) <= most:
        raise NotPortable(f"{name} with {len(terms)} arguments")
    return function(terms, zone)
