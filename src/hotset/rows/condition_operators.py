"""Operators of translated conditions: each as SQL that gives Spark's value in DuckDB, failures included.

DuckDB turns `i + 1 > 5` into `i > 4` and no longer sees the overflow, so sums of integers are taken in the next wider
type and cast back. Its AND reorders its operands, so where one of them can fail the order is said by a CASE. Spark
does not look at the right operand where the left one is null, and neither does what is written here.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from hotset.rows.condition_types import (
    BITS,
    BOOLEAN,
    DATE,
    DOUBLE,
    FLOAT,
    INTEGERS,
    NTZ,
    STRING,
    TIMESTAMP,
    UNKNOWN,
    VOID,
    WIDER,
    NotPortable,
    Term,
    Type,
    common_type,
    convert,
    decimal_of,
    decimal_of_literal,
    decimal_type,
    is_integer_literal,
    literal,
    parse_instant,
)

LARGEST_BIGINT = 2**63 - 1
MOST_IN_SET = 10  # a longer IN is a hash set in Spark, and -0.0 is not 0.0 in it


def any_null(terms: Sequence[Term]) -> str:
    """SQL that says whether any of them is null; "" where none ever is."""
    tests = list(dict.fromkeys(term.null for term in terms if term.null))
    return " OR ".join(f"({test})" for test in tests) if len(tests) > 1 else "".join(tests)


def strict(sql: str, kind: Type, *terms: Term, raises: bool = False) -> Term:
    """A term that is null where any operand is, and whose later operands Spark does not look at then."""
    if any(term.type == VOID or term.null == "TRUE" for term in terms) and any(term.raises for term in terms):
        raise NotPortable("NULL together with what can fail")
    null = any_null(terms)
    if any(term.raises for term in terms[1:]):
        if len(terms) > 2:
            raise NotPortable("an argument that can fail")
        if terms[0].null:
            sql = f"CASE WHEN {terms[0].null} THEN NULL ELSE {sql} END"
        null = f"({sql}) IS NULL" if null else ""
    constant = all(term.constant for term in terms)
    return Term(sql, kind, null, raises or any(term.raises for term in terms), constant)


def coerce_strings(terms: Sequence[Term]) -> list[Term]:
    """The terms, with string literals read as dates where the others are dates."""
    others = {term.type for term in terms if term.type not in (STRING, VOID)}
    if len(others) != 1 or not others <= {DATE, TIMESTAMP, NTZ}:
        return list(terms)
    kind = others.pop()
    return [parse_instant(term.value, kind) if term.type == STRING and term.is_literal else term for term in terms]


def alike(terms: Sequence[Term], zone: str, pick_literals: bool = False) -> list[Term]:
    """The terms as the type that Spark brings all of them to."""
    terms = coerce_strings(terms)
    for term in terms:
        if isinstance(term.value, Decimal) and abs(term.value) > LARGEST_BIGINT:
            raise NotPortable(f"the number {term.value:f}: Spark has null < it true where bigints are compared with it")
    if any(term.type == TIMESTAMP and term.constant for term in terms) and zone.upper() != "UTC":
        raise NotPortable(f"a timestamp literal depends on the time zone, and {zone} is not UTC")
    kind = common_type(terms, pick_literals)
    return [convert(term, kind, zone) for term in terms]


def compare(operator: str, left: Term, right: Term, zone: str) -> Term:
    left, right = alike((left, right), zone, pick_literals=True)
    if operator != "<=>":
        return strict(f"({left.sql} {operator} {right.sql})", BOOLEAN, left, right)
    term = strict(f"({left.sql} IS NOT DISTINCT FROM {right.sql})", BOOLEAN, left, right)
    if right.raises:
        raise NotPortable("<=> with a right side that can fail")
    return replace(term, null="")


def calculate(operator: str, left: Term, right: Term, zone: str) -> Term:
    """Arithmetic. Raises NotPortable for types that are no numbers, and quotients of decimals."""
    names = {term.type.name for term in (left, right) if term.type != VOID}
    if not names or not names <= {*INTEGERS, "float", "double", "decimal"}:
        raise NotPortable(f"{left.type} {operator} {right.type}")
    if "decimal" in names and not names & {"float", "double"}:
        return calculate_decimals(operator, left, right)
    if operator in ("/", "%", "div"):
        return divide(operator, left, right, zone)
    left, right = alike((left, right), zone)
    kind = left.type
    if kind in (FLOAT, DOUBLE):
        return strict(f"({left.sql} {operator} {right.sql})", kind, left, right)
    if is_integer_literal(left) and is_integer_literal(right):
        return fold(operator, left, right)
    wide = WIDER[kind.name]
    sql = f"CAST(CAST({left.sql} AS {wide}) {operator} CAST({right.sql} AS {wide}) AS {kind.duckdb})"
    return strict(sql, kind, left, right, raises=True)


def fold(operator: str, left: Term, right: Term) -> Term:
    """The value of two integer literals, as Spark works it out before it runs."""
    one, other = left.value, right.value
    value = {"+": one + other, "-": one - other, "*": one * other}[operator]
    return bounded(value, left.type)


def bounded(value: int, kind: Type) -> Term:
    bound = 1 << BITS[kind.name]
    if not -bound <= value < bound:
        raise NotPortable(f"a constant that is no {kind}: {value}")
    return literal(value, kind)


def calculate_decimals(operator: str, left: Term, right: Term) -> Term:
    """Sums and products of decimals, as the types that Spark gives them; a literal counts as its own digits."""
    if operator not in ("+", "-", "*") or VOID in (left.type, right.type):
        raise NotPortable(f"{operator} of decimals: Spark's own rules for the digits that are kept")
    one, other = (
        decimal_of_literal(Decimal(term.value)) if is_integer_literal(term) else decimal_of(term.type)
        for term in (left, right)
    )
    if operator == "*":
        kind = decimal_type(one.precision + other.precision + 1, one.scale + other.scale)
        # as wide as the product, because DuckDB keeps products of up to 18 digits in 64 bits
        one, other = replace(one, precision=kind.precision), replace(other, precision=kind.precision)
        sql = f"CAST(CAST({left.sql} AS {one.duckdb}) * CAST({right.sql} AS {other.duckdb}) AS {kind.duckdb})"
        return strict(sql, kind, left, right)
    scale = max(one.scale, other.scale)
    kind = decimal_type(max(one.precision - one.scale, other.precision - other.scale) + scale + 1, scale)
    sql = f"CAST(CAST({left.sql} AS {kind.duckdb}) {operator} CAST({right.sql} AS {kind.duckdb}) AS {kind.duckdb})"
    return strict(sql, kind, left, right)


def divide(operator: str, left: Term, right: Term, zone: str) -> Term:
    """Division and remainder: they fail for zero, where DuckDB's own give infinity."""
    if operator == "/":
        left, right = convert(left, DOUBLE, zone), convert(right, DOUBLE, zone)
        kind, sql = DOUBLE, f"({left.sql} / {right.sql})"
    else:
        left, right = alike((left, right), zone)
        kind, sql = left.type, f"({left.sql} % {right.sql})"
    if operator == "div":
        if kind.name not in INTEGERS:
            raise NotPortable(f"div of {kind}")
        kind = Type("bigint")
        sql = f"CAST(CAST({left.sql} AS HUGEINT) // CAST({right.sql} AS HUGEINT) AS BIGINT)"
    if right.constant:
        if not right.is_literal or right.value == 0:
            raise NotPortable("a division by a constant that is, or may be, zero")
        return strict(sql, kind, left, right, raises=operator == "div")
    if left.null == "TRUE" or right.null == "TRUE":
        raise NotPortable("NULL together with what can fail")
    nulls = "".join(f"WHEN {term.null} THEN NULL " for term in (right, left) if term.null)
    zero = f"WHEN {right.sql} = 0 THEN CAST(error('division by zero') AS {kind.duckdb})"
    sql = f"CASE {nulls}{zero} ELSE {sql} END"
    return Term(sql, kind, any_null((right, left)) and f"({sql}) IS NULL", raises=True)


def negate(term: Term) -> Term:
    """Unary minus; the smallest integer has none, and fails."""
    kind = term.type
    if is_integer_literal(term):
        return bounded(-term.value, kind)
    if kind.name in INTEGERS:
        return strict(f"CAST(-CAST({term.sql} AS {WIDER[kind.name]}) AS {kind.duckdb})", kind, term, raises=True)
    if kind in (FLOAT, DOUBLE) or kind.name == "decimal":
        return strict(f"(-{term.sql})", kind, term)
    raise NotPortable(f"minus of {kind}")


def keep_number(term: Term) -> Term:
    """Unary plus."""
    if term.type.name not in (*INTEGERS, "float", "double", "decimal"):
        raise NotPortable(f"plus of {term.type}")
    return replace(term, value=UNKNOWN)


def booleans(terms: Sequence[Term]) -> list[Term]:
    for term in terms:
        if term.type not in (BOOLEAN, VOID):
            raise NotPortable(f"{term.type} where a truth value is looked for")
    return [convert(term, BOOLEAN, "UTC") for term in terms]


def deny(term: Term) -> Term:
    [term] = booleans([term])
    return strict(f"(NOT {term.sql})", BOOLEAN, term)


def connect(word: str, terms: Sequence[Term]) -> Term:
    """AND or OR; where an operand can fail, they are looked at from left to right."""
    terms = booleans(terms)
    sql = "(" + f" {word} ".join(term.sql for term in terms) + ")"
    raises = any(term.raises for term in terms)
    if raises:
        if any(term.constant for term in terms):
            raise NotPortable(f"{word} of a constant and of what can fail")
        decided = "FALSE" if word == "AND" else "TRUE"
        steps = " ".join(f"WHEN ({term.sql}) IS {decided} THEN {decided}" for term in terms[:-1])
        sql = f"CASE {steps} ELSE {sql} END"
    return Term(sql, BOOLEAN, f"({sql}) IS NULL", raises, all(term.constant for term in terms))


def test_null(term: Term) -> Term:
    if term.raises:
        raise NotPortable("IS NULL of what can fail")
    return Term(f"({term.sql} IS NULL)", BOOLEAN, "", constant=term.constant)


def test_truth(term: Term, wanted: bool) -> Term:
    [term] = booleans([term])
    return Term(f"({term.sql} IS {str(wanted).upper()})", BOOLEAN, "", term.raises, term.constant)


def between(value: Term, low: Term, high: Term, zone: str) -> Term:
    if low.raises or high.raises:
        raise NotPortable("BETWEEN with a bound that can fail")
    return connect("AND", [compare(">=", value, low, zone), compare("<=", value, high, zone)])


def find_in(value: Term, listed: Sequence[Term], zone: str) -> Term:
    value, *listed = alike((value, *listed), zone)
    if any(term.raises for term in listed) or (value.raises and any(term.null == "TRUE" for term in listed)):
        raise NotPortable("IN with what can fail")
    if value.type in (FLOAT, DOUBLE) and len(listed) > MOST_IN_SET:
        raise NotPortable(f"IN with more than {MOST_IN_SET} values of {value.type}")
    sql = f"({value.sql} IN ({', '.join(term.sql for term in listed)}))"
    constant = all(term.constant for term in (value, *listed))
    return Term(sql, BOOLEAN, f"{sql} IS NULL", value.raises, constant)


def choose(parts: Sequence[Term], zone: str) -> Term:
    """CASE: condition, value, condition, value, …, and the ELSE if the number of parts is odd."""
    pairs = len(parts) // 2
    conditions = booleans(parts[0 : 2 * pairs : 2])
    values = alike([*parts[1 : 2 * pairs : 2], *parts[2 * pairs :]], zone)
    if any(term.raises for term in conditions) and len({term.sql for term in values}) == 1:
        raise NotPortable("CASE with one value and a condition that can fail")
    steps = " ".join(f"WHEN {c.sql} THEN {v.sql}" for c, v in zip(conditions, values, strict=False))
    last = f" ELSE {values[-1].sql}" if len(values) > pairs else ""
    sql = f"CASE {steps}{last} END"
    every = [*conditions, *values]
    raises, constant = any(term.raises for term in every), all(term.constant for term in every)
    return Term(sql, values[0].type, f"({sql}) IS NULL", raises, constant)
