"""The text of a query in Spark's SQL, as a tree: SELECT with joins, groups and an order, as far as it is translated.

Whatever leaves this part of Spark's grammar is NotPortable, as in `condition_text`, which reads the expressions.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeVar, Union

from hotset.data.guess import Role
from hotset.rows.condition_text import WORDS, Node, Parser
from hotset.rows.condition_tokens import split_tokens
from hotset.rows.condition_types import NotPortable

T = TypeVar("T")
AGGREGATES = ("count", "sum", "avg", "mean", "min", "max")
STRICTNESS: tuple[Role, ...] = ("measure", "ordered", "exact")
MEASURES = {"sum", "avg", "mean"}
# words that end a table or an item, and are no names of one
CLAUSES = WORDS | {"by", "left", "right", "pivot", "sort", "tablesample", "unpivot", "window", "cluster", "distribute"}
How = Literal["INNER", "LEFT", "RIGHT", "FULL", "SEMI", "ANTI", "CROSS"]
JOINS: dict[tuple[str, ...], How] = {
    ("join",): "INNER",
    ("inner", "join"): "INNER",
    ("cross", "join"): "CROSS",
    ("left", "join"): "LEFT",
    ("left", "outer", "join"): "LEFT",
    ("right", "join"): "RIGHT",
    ("right", "outer", "join"): "RIGHT",
    ("full", "join"): "FULL",
    ("full", "outer", "join"): "FULL",
    ("left", "semi", "join"): "SEMI",
    ("left", "anti", "join"): "ANTI",
}


@dataclass(frozen=True, slots=True)
class Item:
    """What is selected; `name` is "" where it has none of its own. A star is a column of that name."""

    node: Node
    name: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table by its name, or a query in brackets."""

    source: Union[str, "Query"]
    alias: str


@dataclass(frozen=True, slots=True)
class Join:
    """`using` are columns of both sides; `on` is None for those, and for a cross join."""

    how: How
    table: Table
    on: Node | None = None
    using: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Select:
    """One SELECT."""

    items: tuple[Item, ...]
    table: Table
    joins: tuple[Join, ...]
    where: Node | None
    group: tuple[Node, ...]
    having: Node | None
    distinct: bool


@dataclass(frozen=True, slots=True)
class Order:
    """`SQL` as both engines have it: `ASC NULLS FIRST`."""

    node: Node
    sql: str


@dataclass(frozen=True, slots=True)
class Query:
    """Rows of several SELECTs, one below the other; `tables` are those of WITH."""

    tables: tuple[tuple[str, "Query"], ...]
    selects: tuple[Select, ...]
    order: tuple[Order, ...]
    limit: int | None


class QueryParser(Parser):
    """Spark's grammar of queries, a method per rule. Raises NotPortable where a text leaves it."""

    def read_query(self) -> Query:
        query = self.query()
        if self.token.kind != "end":
            raise NotPortable(f"{self.token.text!r} after the query")
        return query

    def query(self) -> Query:
        tables = self.tables() if self.take("with") else ()
        selects = [self.select()]
        while self.take("union", "all"):
            selects.append(self.select())
        order = self.separated(self.order) if self.take("order", "by") else ()
        return Query(tables, tuple(selects), order, self.limit() if self.take("limit") else None)

    def tables(self) -> tuple[tuple[str, Query], ...]:
        found: list[tuple[str, Query]] = []
        while not found or self.take(","):
            name = self.name()
            self.need("as")
            found.append((name, self.bracketed()))
        return tuple(found)

    def bracketed(self) -> Query:
        self.need("(")
        self.depth += 1
        query = self.query()
        self.depth -= 1
        self.need(")")
        return query

    def select(self) -> Select:
        self.need("select")
        distinct = self.take("distinct")
        items = self.separated(self.item)
        self.need("from")
        table, joins = self.table(), []
        while join := self.join():
            joins.append(join)
        where = self.expression() if self.take("where") else None
        group = self.separated(self.expression) if self.take("group", "by") else ()
        having = self.expression() if self.take("having") else None
        return Select(items, table, tuple(joins), where, group, having, distinct)

    def separated(self, one: Callable[[], T]) -> tuple[T, ...]:
        found = [one()]
        while self.take(","):
            found.append(one())
        return tuple(found)

    def item(self) -> Item:
        if self.take("*"):
            return Item(Node("star", value=""))
        if self.token.kind == "qualified" and self.token.text.endswith(".*"):
            self.at += 1
            return Item(Node("star", value=self.tokens[self.at - 1].text[:-2]))
        node = self.expression()
        return Item(node, self.name() if self.take("as") or self.is_name() else "")

    def table(self) -> Table:
        source = self.bracketed() if self.token.word == "(" else self.name()
        name = self.name() if self.take("as") or self.is_name() else ""
        if not name and isinstance(source, Query):
            raise NotPortable("a query in brackets without a name")
        return Table(source, name or str(source))

    def join(self) -> Join | None:
        for words, how in JOINS.items():
            if self.take(*words):
                return self.joined(how)
        return None

    def joined(self, how: How) -> Join:
        table = self.table()
        if how == "CROSS":
            return Join(how, table)
        if self.take("using"):
            self.need("(")
            names = self.separated(self.name)
            self.need(")")
            return Join(how, table, using=names)
        self.need("on")
        return Join(how, table, self.expression())

    def order(self) -> Order:
        node = self.expression()
        down = self.take("desc")
        if not down:
            self.take("asc")
        first = not down
        if self.take("nulls", "first"):
            first = True
        elif self.take("nulls", "last"):
            first = False
        return Order(node, f"{'DESC' if down else 'ASC'} NULLS {'FIRST' if first else 'LAST'}")

    def limit(self) -> int:
        token = self.token
        if token.kind != "number" or not token.text.isdecimal():
            raise NotPortable("a LIMIT that is no whole number")
        self.at += 1
        return int(token.text)

    def is_name(self) -> bool:
        return self.token.kind == "quoted" or (self.token.kind == "name" and self.token.word not in CLAUSES)

    def name(self) -> str:
        if not self.is_name():
            raise NotPortable(f"{self.token.text or 'the end'!r} where a name is looked for")
        self.at += 1
        return unquote(self.tokens[self.at - 1].text)

    # what expressions of a query have, and conditions have not

    def named(self) -> Node:
        if self.token.kind != "qualified":
            return super().named()
        self.at += 1
        table, _, column = self.tokens[self.at - 1].text.partition(".")
        return Node("column", value=(table, unquote(column)))

    def call(self, word: str) -> Node:
        if word not in AGGREGATES:
            return super().call(word)
        self.at += 2
        if word == "count" and self.take("*", ")"):
            return Node("aggregate", (), "count")
        distinct = self.take("distinct")
        args = self.listed()
        if len(args) > 1 or (distinct and word != "count"):
            raise NotPortable(f"{word} of several, or of DISTINCT")
        return Node("aggregate", tuple(args), "distinct" if distinct else word)


def unquote(text: str) -> str:
    return text[1:-1].replace("``", "`") if text.startswith("`") else text


def parse_query(text: str) -> Query:
    """The tree of a query. Raises NotPortable for anything outside the part that is translated."""
    try:
        return QueryParser(split_tokens(text)).read_query()
    except RecursionError:
        raise NotPortable("a query that is nested too deeply") from None


def query_roles(text: str) -> dict[str, Role]:
    """column -> what becomes of it in the query, whatever table it is of; none where Spark alone knows the query.

    What is added up is a number, and so is what is compared with one; anything else stays as it is written.
    """
    try:
        uses = [*_uses_of_query(parse_query(text))]
    except NotPortable:
        return {}
    roles: dict[str, Role] = {}
    for name, role in uses:
        roles[name] = max(role, roles.get(name, role), key=STRICTNESS.index)
    return roles


def _uses_of_query(query: Query) -> Iterator[tuple[str, Role]]:
    for _, source in query.tables:
        yield from _uses_of_query(source)
    for select in query.selects:
        for table in (select.table, *(join.table for join in select.joins)):
            if isinstance(table.source, Query):
                yield from _uses_of_query(table.source)
        for join in select.joins:
            yield from ((name, "exact") for name in join.using)
        having = (select.having,) if select.having else ()
        where = tuple(one for one in (select.where, *(join.on for join in select.joins)) if one)
        for node in (*(item.node for item in select.items), *select.group, *having, *where):
            yield from _uses(node, "exact")


def _uses(node: Node, role: Role) -> Iterator[tuple[str, Role]]:
    """The columns of a tree, with what is done with each; `role` is what is done with the whole."""
    if node.kind == "column":
        yield (node.value if isinstance(node.value, str) else node.value[1]), role
    for arg in node.args:
        yield from _uses(arg, _role_inside(node))


def _role_inside(node: Node) -> Role:
    """What becomes of a column that is an operand."""
    if node.kind in ("arithmetic", "minus", "plus") or (node.kind == "aggregate" and node.value in MEASURES):
        return "measure"
    is_compared = node.kind in ("compare", "between", "in") and any(map(_is_number, node.args))
    return "ordered" if is_compared or (node.kind == "aggregate" and node.value in ("min", "max")) else "exact"


def _is_number(node: Node) -> bool:
    return node.kind == "literal" and isinstance(node.value.value, int | float | Decimal)
