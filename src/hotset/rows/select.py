"""A query in Spark's SQL, said in DuckDB's: with the same rows, or refused with the reason.

    SELECT … FROM a JOIN b ON … WHERE … GROUP BY … HAVING … UNION ALL … ORDER BY … LIMIT …

with WITH, and with queries in FROM. Expressions are those of `conditions`. Every SELECT becomes at most two: one that
joins, filters and groups, and gives each key and aggregate a name, and one over those names. Within a query each column
has a name that no other has.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from hotset.rows.condition_text import Node
from hotset.rows.condition_types import BIGINT, BOOLEAN, DOUBLE, FLOAT, INTEGERS, WIDEST, NotPortable, Term, Type
from hotset.rows.conditions import Translation, checked
from hotset.rows.duckdb_types import identifier
from hotset.rows.select_text import Item, Join, Query, Select, Table, parse_query

FLOATS = (FLOAT, DOUBLE)


@dataclass(frozen=True, slots=True)
class Column:
    """`name` is the one that is written, `known` the one that DuckDB knows it by."""

    name: str
    known: str
    type: Type | None  # None: one whose values are not compared

    def typed(self) -> Type:
        if self.type is None:
            raise NotPortable(f"the column {self.name}, of its type")
        return self.type


@dataclass(frozen=True, slots=True)
class Relation:
    """A query in brackets, or a table, as DuckDB reads it."""

    sql: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """What the expressions of a SELECT can name: tables by their names, and what is the same in several of them."""

    sql: str
    tables: tuple[tuple[str, tuple[Column, ...]], ...]
    shared: tuple[Column, ...] = ()  # of USING, which stand once, before all others

    @property
    def columns(self) -> tuple[Column, ...]:
        return tuple(column for _, columns in self.tables for column in columns) + self.shared

    def starred(self, table: str) -> list[Column]:
        """The columns of `*`, or of `table.*`."""
        if table:
            return [*self._table(table)]
        names = {column.name.lower() for column in self.shared}
        rest = [one for _, columns in self.tables for one in columns if one.name.lower() not in names]
        return [*self.shared, *rest]

    def names(self) -> list[str]:
        """Those that can be named, with their tables where there are several."""
        several = len(self.tables) > 1
        return [shown((table, one.name)) if several else one.name for table, columns in self.tables for one in columns]

    def find(self, name: str | tuple[str, str]) -> Column | None:
        """None where there is no such column. Raises NotPortable for several."""
        if isinstance(name, tuple):
            return only(name[1], self._table(name[0]))
        return only(name, self.shared) or only(name, self.columns)

    def _table(self, name: str) -> tuple[Column, ...]:
        found = [columns for table, columns in self.tables if table.lower() == name.lower()]
        if len(found) != 1:
            raise NotPortable(f"{name} is {len(found)} tables")
        return found[0]


def shown(name: str | tuple[str, str]) -> str:
    return name if isinstance(name, str) else ".".join(name)


def only(name: str, columns: Sequence[Column]) -> Column | None:
    """The column of that name, in whatever case."""
    found = [one for one in columns if name.lower() == one.name.lower() or name.upper() == one.name.upper()]
    if len(found) > 1:
        raise NotPortable(f"{name} is {len(found)} columns")
    if found and found[0].name != name and not name.isascii():
        raise NotPortable(f"the column {found[0].name} in another case")
    return found[0] if found else None


def translate_query(text: str, tables: Mapping[str, Relation], zone: str) -> Relation:
    """What DuckDB runs for `text`, over tables by their names. Raises NotPortable where there is nothing equal."""
    folded = {name.lower(): table for name, table in tables.items()}
    try:
        relation = Queries(zone).query(parse_query(text), folded)
    except RecursionError:
        raise NotPortable("a query that is nested too deeply") from None
    names = [column.name.lower() for column in relation.columns]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise NotPortable(f"two columns of the name {twice}")
    return relation


class Queries:
    """Translates queries, and gives names to what is in them."""

    def __init__(self, zone: str) -> None:
        self.zone = zone
        self._numbers = count()

    def query(self, query: Query, tables: Mapping[str, Relation]) -> Relation:
        tables = dict(tables)
        for name, source in query.tables:
            tables[name.lower()] = self.query(source, tables)
        parts = [self.select(one, tables) for one in query.selects]
        rows = parts[0] if len(parts) == 1 else self.united(parts)
        if query.limit is not None and not query.order:
            raise NotPortable("LIMIT without ORDER BY, which any rows would do for")
        return self.ordered(rows, query) if query.order else rows

    def united(self, parts: Sequence[Relation]) -> Relation:
        first = [column.typed() for column in parts[0].columns]
        if any([column.typed() for column in part.columns] != first for part in parts):
            raise NotPortable("UNION ALL of other types")
        return replace(parts[0], sql=" UNION ALL ".join(f"({part.sql})" for part in parts))

    def ordered(self, rows: Relation, query: Query) -> Relation:
        """In an order of what comes out: by its name, by its place, or by what was selected."""
        scope, keys = Scope("", (("", rows.columns),)), []
        columns = [Node("column", value=column.known) for column in rows.columns]
        selected = [item.node for item in query.selects[0].items]
        for one in query.order:
            place = self.place(one.node, len(columns))
            if place is None and len(selected) == len(columns) and is_of_source(one.node) and one.node in selected:
                place = selected.index(one.node)
            node = resolve(one.node, scope) if place is None else columns[place]
            keys.append(f"{one_zero(self.term(node, rows.columns))} {one.sql}")
        limit = "" if query.limit is None else f" LIMIT {query.limit}"
        return replace(rows, sql=f"SELECT * FROM ({rows.sql}) ORDER BY {', '.join(keys)}{limit}")

    def select(self, select: Select, tables: Mapping[str, Relation]) -> Relation:
        scope = self.scope(select, tables)
        items = [one for item in select.items for one in expand(item, scope)]
        sql = f"FROM {scope.sql}"
        if select.where is not None:
            condition = self.condition(resolve(select.where, scope), scope.columns)
            if condition.raises and select.joins:
                raise NotPortable("a condition that can fail, of rows that are joined first")
            sql += f" WHERE {condition.sql}"
        having = select.having and resolve(select.having, scope, items)
        parts = [item.node for item in items] + ([having] if having else [])
        columns = scope.columns
        if select.group or having or any(map(has_aggregate, parts)):
            keys = self.keys(select, scope, items)
            sql, columns, parts = self.grouped(sql, columns, keys, parts)
        if having:
            sql += f" WHERE {self.condition(parts[len(items)], columns).sql}"
        return self.projected(sql, columns, items, parts, distinct=select.distinct)

    def projected(
        self, sql: str, columns: Sequence[Column], items: Sequence[Item], parts: Sequence[Node], *, distinct: bool
    ) -> Relation:
        """The items, each under a name of its own; `parts` are their expressions over `columns`."""
        made, texts = [], []
        for item, node in zip(items, parts, strict=False):
            known = self.new_name()
            if node.kind == "column" and not distinct:  # of any type, and just as it is
                column = next(one for one in columns if one.known == node.value)
                made.append(Column(item.name, known, column.type))
                texts.append(f"{identifier(column.known)} AS {identifier(known)}")
                continue
            term = self.term(node, columns)
            made.append(Column(item.name, known, term.type))
            texts.append(f"{one_zero(term) if distinct else term.sql} AS {identifier(known)}")
        return Relation(f"SELECT {'DISTINCT ' * distinct}{', '.join(texts)} {sql}", tuple(made))

    def keys(self, select: Select, scope: Scope, items: Sequence[Item]) -> list[Node]:
        places = [self.place(node, len(items)) for node in select.group]
        keys = [
            resolve(node, scope, items) if place is None else items[place].node
            for node, place in zip(select.group, places, strict=True)
        ]
        if any(map(has_aggregate, keys)):
            raise NotPortable("an aggregate as a key")
        return list(dict.fromkeys(keys))

    def grouped(
        self, sql: str, columns: Sequence[Column], keys: Sequence[Node], parts: Sequence[Node]
    ) -> tuple[str, tuple[Column, ...], list[Node]]:
        """FROM the groups, their columns, and the parts over those."""
        aggregates = list(dict.fromkeys(one for part in parts for one in aggregates_of(part)))
        made, texts, places = [], [], {}
        for node in (*keys, *aggregates):
            is_key, known = node.kind != "aggregate", self.new_name()
            term = self.term(node, columns) if is_key else self.aggregate(node, columns)
            texts.append(f"{one_zero(term)} AS {identifier(known)}")
            made.append(Column(known, known, term.type))
            places[node] = Node("column", value=known)
        by = f" GROUP BY {', '.join(str(place) for place in range(1, len(keys) + 1))}" if keys else ""
        # where nothing is asked of the groups but that they are there
        texts = texts or [f"count(*) AS {identifier(self.new_name())}"]
        rest = [put(part, places) for part in parts]
        known_now = {column.known for column in made}
        if lost := [name for part in rest for name in names_of(part) if name not in known_now]:
            written = next(column.name for column in columns if column.known == lost[0])
            raise NotPortable(f"{written} is neither a key nor in an aggregate")
        return f"FROM (SELECT {', '.join(texts)} {sql}{by})", tuple(made), rest

    def aggregate(self, node: Node, columns: Sequence[Column]) -> Term:
        """Of values that are not null; of none of them a count is 0, and all else null."""
        if not node.args:
            return Term("count(*)", BIGINT, "")
        value = self.term(node.args[0], columns)
        kind, text = value.type, value.sql
        if node.value in ("count", "distinct"):
            inside = f"DISTINCT {text}" if node.value == "distinct" else text
            return Term(f"count({inside})", BIGINT, "")
        if node.value in ("min", "max"):
            return Term(f"{node.value}({one_zero(value)})", kind, "")
        if kind in FLOATS:
            name = "sum" if node.value == "sum" else "avg"
            return Term(f"{name}(CAST({text} AS DOUBLE))", DOUBLE, "")
        if kind.name in INTEGERS:
            is_sum = node.value == "sum"
            return Term(f"CAST(sum({text}) AS BIGINT)", BIGINT, "") if is_sum else Term(f"avg({text})", DOUBLE, "")
        if kind.name == "decimal" and node.value == "sum" and kind.precision + 10 <= WIDEST:
            wide = replace(kind, precision=kind.precision + 10)
            return Term(f"CAST(sum({text}) AS {wide.duckdb})", wide, "")
        raise NotPortable(f"{node.value} of {kind}")

    # tables

    def scope(self, select: Select, tables: Mapping[str, Relation]) -> Scope:
        scope = self.table(select.table, tables)
        for join in select.joins:
            scope = self.joined(scope, join, self.table(join.table, tables))
        return scope

    def table(self, table: Table, tables: Mapping[str, Relation]) -> Scope:
        """The table, its columns under names that nothing else here has."""
        if isinstance(table.source, Query):
            relation = self.query(table.source, tables)
        elif table.source.lower() in tables:
            relation = tables[table.source.lower()]
        else:
            raise NotPortable(f"there is no table {table.source}")
        columns = tuple(replace(column, known=self.new_name()) for column in relation.columns)
        texts = (
            f"{identifier(one.known)} AS {identifier(two.known)}"
            for one, two in zip(relation.columns, columns, strict=True)
        )
        return Scope(f"(SELECT {', '.join(texts)} FROM ({relation.sql}))", ((table.alias, columns),))

    def joined(self, left: Scope, join: Join, right: Scope) -> Scope:
        tables = (*left.tables, *right.tables)
        if join.how == "CROSS":
            return Scope(f"{left.sql} CROSS JOIN {right.sql}", tables, left.shared)
        pairs = [(left.find(name), right.find(name)) for name in join.using]
        both = Scope("", tables, left.shared)
        on = [resolve(join.on, both)] if join.on else []
        for one, other in pairs:
            if one is None or other is None or one.typed() != other.typed():
                raise NotPortable("USING of columns that are not of one type on both sides")
            on.append(Node("compare", (Node("column", value=one.known), Node("column", value=other.known)), "="))
        term = self.condition(Node("and", tuple(on)) if len(on) > 1 else on[0], both.columns)
        if term.raises or (join.how == "FULL" and not all(map(is_equality, on))):
            raise NotPortable("ON with what can fail, or FULL JOIN on anything but what is equal")
        sql = f"{left.sql} {join.how} JOIN {right.sql} ON {term.sql}"
        if join.how in ("SEMI", "ANTI"):
            return Scope(sql, left.tables, left.shared)
        if not pairs:
            return Scope(sql, tables, left.shared)
        if left.shared or join.how == "FULL":
            raise NotPortable("USING in more than one join, or in a FULL JOIN")
        sides = [other if join.how == "RIGHT" else one for one, other in pairs]
        return Scope(sql, tables, tuple(side for side in sides if side))

    # expressions

    @staticmethod
    def place(node: Node, columns: int) -> int | None:
        """Which of so many columns a whole number stands for; None for anything else."""
        if node.kind != "literal" or node.value.type.name != "int":
            return None
        if not 1 <= node.value.value <= columns:
            raise NotPortable(f"there is no column {node.value.value}")
        return int(node.value.value) - 1

    def term(self, node: Node, columns: Sequence[Column]) -> Term:
        if has_aggregate(node):
            raise NotPortable("an aggregate where there are no groups")
        types = {column.known: str(column.type or "binary") for column in columns}
        return checked(Translation(types, self.zone, {}).translate(node))

    def condition(self, node: Node, columns: Sequence[Column]) -> Term:
        term = self.term(node, columns)
        if term.type != BOOLEAN:
            raise NotPortable(f"{term.type} where a condition is looked for")
        return term

    def new_name(self) -> str:
        return f"x{next(self._numbers)}"


def expand(item: Item, scope: Scope) -> Iterator[Item]:
    """The items that a star stands for, or the item itself, with its name and with columns by their known names."""
    if item.node.kind == "star":
        for column in scope.starred(item.node.value):
            yield Item(Node("column", value=column.known), column.name)
        return
    name = item.name
    if not name:
        if item.node.kind != "column":
            raise NotPortable("an expression without a name; give it one by AS")
        name = item.node.value if isinstance(item.node.value, str) else item.node.value[1]
    yield Item(resolve(item.node, scope), name)


def resolve(node: Node, scope: Scope, items: Sequence[Item] = ()) -> Node:
    """The tree with every column by its known name; what is no column may be the name of an item."""
    if node.kind == "column":
        if found := scope.find(node.value):
            return Node("column", value=found.known)
        for item in items:
            if item.name == node.value:
                return item.node
        raise NotPortable(f"there is no column {shown(node.value)}; there are {', '.join(scope.names())}")
    return replace(node, args=tuple(resolve(arg, scope, items) for arg in node.args))


def put(node: Node, places: Mapping[Node, Node]) -> Node:
    """The tree with what has a place there by it."""
    if node in places:
        return places[node]
    return replace(node, args=tuple(put(arg, places) for arg in node.args))


def aggregates_of(node: Node) -> Iterator[Node]:
    if node.kind == "aggregate":
        if any(map(has_aggregate, node.args)):
            raise NotPortable("an aggregate of an aggregate")
        yield node
    else:
        for arg in node.args:
            yield from aggregates_of(arg)


def has_aggregate(node: Node) -> bool:
    return node.kind == "aggregate" or any(map(has_aggregate, node.args))


def is_of_source(node: Node) -> bool:
    """Whether it can only be said of what is selected from, and not of what comes out."""
    return has_aggregate(node) or isinstance(node.value, tuple) or any(map(is_of_source, node.args))


def names_of(node: Node) -> Iterator[str]:
    if node.kind == "column":
        yield node.value
    for arg in node.args:
        yield from names_of(arg)


def is_equality(node: Node) -> bool:
    """Whether it says that columns are equal, and nothing else."""
    if node.kind == "and":
        return all(map(is_equality, node.args))
    return node.kind == "compare" and node.value == "=" and all(arg.kind == "column" for arg in node.args)


def one_zero(term: Term) -> str:
    """0.0 for -0.0, which are one value to groups and to an order."""
    return f"({term.sql} + CAST(0 AS {term.type.duckdb}))" if term.type in FLOATS else term.sql
