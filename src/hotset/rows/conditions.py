"""Conditions in Spark's SQL, said in DuckDB's: with the same value for every row, or refused with the reason.

Whatever is translated is listed: the grammar in `condition_text`, operators by their operands' types in
`condition_operators`, casts in `condition_casts`, functions in `condition_functions`, patterns in
`condition_patterns`. Everything else raises NotPortable, and the caller lets Spark do the work.

The columns have to be in DuckDB what Spark's types are called there (`condition_types.DUCKDB_NAMES`); a `timestamp` is
a TIMESTAMP WITH TIME ZONE, an instant. Nothing depends on DuckDB's own time zone. `ieee_floating_point_ops` has to be
on, as it is by default.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from hotset.rows import condition_casts, condition_functions, condition_operators, condition_patterns, condition_strings
from hotset.rows.condition_text import Node, parse_condition
from hotset.rows.condition_types import TIMESTAMP, NotPortable, Term, check_zone, parse_type
from hotset.rows.duckdb_types import identifier

__all__ = ["NotPortable", "to_duckdb"]

SIMPLE: dict[str, Callable[..., Term]] = {
    "not": condition_operators.deny,
    "is null": condition_operators.test_null,
    "rlike": condition_patterns.match_regexp,
    "concat": lambda *terms: condition_strings.concat(terms),
    "minus": condition_operators.negate,
    "plus": condition_operators.keep_number,
}
LONGEST = 50_000  # letters of SQL; operands are written twice where they can fail


def to_duckdb(sql: str, columns: Mapping[str, str], zone: str = "UTC", known: Mapping[str, str] | None = None) -> str:
    """An expression for DuckDB with the value that `sql` has in Spark, in ANSI mode, over `columns`: name to DDL type.

    `zone` is the time zone of Spark's session; `known` are the names that DuckDB knows columns by, where they differ.
    Raises NotPortable, with the reason, where no such expression is known.
    """
    return translate(sql, columns, zone, known).sql


def translate(sql: str, columns: Mapping[str, str], zone: str = "UTC", known: Mapping[str, str] | None = None) -> Term:
    """What `to_duckdb` says, with its type in Spark."""
    try:
        return checked(Translation(columns, zone, known or {}).translate(parse_condition(sql)))
    except RecursionError:
        raise NotPortable("an expression that is nested too deeply") from None


def checked(term: Term) -> Term:
    """A whole expression. Raises NotPortable for one whose value, or whose type, is not alike on both engines."""
    if term.folded:
        raise NotPortable("lower and upper case differ beyond ASCII")
    if term.type.name == "void":
        raise NotPortable("NULL without a type")
    if len(term.sql) > LONGEST:
        raise NotPortable(f"an expression of more than {LONGEST} characters in DuckDB's SQL")
    return term


@dataclass(frozen=True, slots=True)
class Translation:
    """A walk over a tree, from the leaves up."""

    columns: Mapping[str, str]
    zone: str
    known: Mapping[str, str]

    def translate(self, node: Node) -> Term:
        if node.kind == "literal":
            term: Term = node.value
            return term
        if node.kind == "instant":
            return self.instant(node.value)
        if node.kind == "column":
            return self.column(node.value)
        if node.kind == "is null" and node.args[0].kind == "column":
            return condition_operators.test_null(Term(self.quoted(self.resolve(node.args[0].value)), TIMESTAMP, ""))
        check_constants(node)
        args = [self.translate(arg) for arg in node.args]
        check_folded(node, args)
        if sum(len(term.sql) for term in args) > LONGEST:
            raise NotPortable(f"an expression of more than {LONGEST} characters in DuckDB's SQL")
        return self.operate(node, args)

    def operate(self, node: Node, args: list[Term]) -> Term:
        """One operation on operands that are translated."""
        zone = self.zone
        match node.kind:
            case "compare":
                return condition_operators.compare(node.value, args[0], args[1], zone)
            case "arithmetic":
                return condition_operators.calculate(node.value, args[0], args[1], zone)
            case "between":
                return condition_operators.between(args[0], args[1], args[2], zone)
            case "in":
                return condition_operators.find_in(args[0], args[1:], zone)
            case "case":
                return condition_operators.choose(args, zone)
            case "cast" | "try_cast":
                return condition_casts.cast(args[0], node.value, node.kind == "try_cast", zone)
            case "call":
                return condition_functions.call(node.value, args, zone)
        return self.operate_simply(node, args)

    @staticmethod
    def operate_simply(node: Node, args: list[Term]) -> Term:
        """The operations for which the time zone does not matter."""
        if node.kind in ("and", "or"):
            return condition_operators.connect(node.kind.upper(), args)
        if node.kind == "is":
            return condition_operators.test_truth(args[0], node.value)
        if node.kind == "like":
            return condition_patterns.match_like(args[0], args[1], node.value)
        return SIMPLE[node.kind](*args)

    def instant(self, term: Term) -> Term:
        if term.type == TIMESTAMP:
            check_zone(self.zone, "a timestamp literal")
        return term

    def column(self, name: str) -> Term:
        found = self.resolve(name)
        kind = parse_type(self.columns[found])
        if kind is None:
            raise NotPortable(f"the column {found}, of type {self.columns[found]}")
        return Term(self.quoted(found), kind, f"{self.quoted(found)} IS NULL")

    def quoted(self, name: str) -> str:
        return identifier(self.known.get(name, name))

    def resolve(self, name: str) -> str:
        """The column of that name, in whatever case."""
        lower, upper = name.lower(), name.upper()
        found = [column for column in self.columns if column.lower() == lower or column.upper() == upper]
        if not found:
            raise NotPortable(f"there is no column {name}")
        if len(found) > 1:
            raise NotPortable(f"columns that differ in case only: {', '.join(found)}")
        if found[0] != name and not name.isascii():
            raise NotPortable(f"the column {found[0]} in another case")
        return found[0]


def check_folded(node: Node, args: list[Term]) -> None:
    """Raises NotPortable where lower or upper case meets anything but ASCII literals, for equality."""
    if not any(term.folded for term in args):
        return
    equal = node.kind in ("in", "like") or (node.kind == "compare" and node.value in ("=", "<>", "<=>"))
    rest = [term for term in args[1:] if not (term.is_literal and (term.value is None or str(term.value).isascii()))]
    if node.kind == "is null" or (equal and args[0].folded and not rest):
        return
    raise NotPortable("lower and upper case differ beyond ASCII; they can only be compared with ASCII literals")


def check_constants(node: Node) -> None:
    """Raises NotPortable for a sum or product of several literals and columns: Spark takes the literals first.

    `i + 2147483647 + -2147483647` then never overflows, whatever `i` is.
    """
    if node.kind == "arithmetic" and node.value in ("+", "*"):
        leaves = list(leaves_of(node, node.value))
        constants = sum(not has_column(leaf) for leaf in leaves)
        if constants > 1 and constants < len(leaves):
            raise NotPortable("several literals in one sum or product, which Spark puts together")


def leaves_of(node: Node, operator: str) -> Iterator[Node]:
    if node.kind == "arithmetic" and node.value == operator:
        for arg in node.args:
            yield from leaves_of(arg, operator)
    else:
        yield node


def has_column(node: Node) -> bool:
    return node.kind == "column" or any(map(has_column, node.args))
