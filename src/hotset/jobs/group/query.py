"""What is asked of the groups: `value:count,mean`, or a name and a formula as in `range=max(v1)-min(v2)`.

A formula has +, -, *, / and brackets, numbers, and functions of columns; a column of any name stands in back-ticks.
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import add, mul, sub, truediv
from typing import Any

from hotset import Functions, Role, UsageError

SIMPLE = ("count", "sum", "mean", "min", "max", "std", "median", "distinct")
OPERATORS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: add,
    ast.Sub: sub,
    ast.Mult: mul,
    ast.Div: truediv,
}
# function -> how many columns it takes, and how many numbers behind them
TAKES = dict.fromkeys(SIMPLE, (1, 0)) | {"quantile": (1, 1), "first": (2, 0), "last": (2, 0), "corr": (2, 0)}
MEASURES = {"sum", "mean", "std", "median", "quantile", "corr"}
ROWS = "rows"
NAMED = re.compile(r"\s*(?:`(?P<quoted>(?:[^`]|``)+)`|(?P<plain>[^=`:()<>!]+?))\s*=(?P<formula>[^=].*)", re.DOTALL)
QUOTED = re.compile(r"`((?:[^`]|``)+)`")
MARK = "__quoted_"  # and a number, in the place of a name in back-ticks


@dataclass(frozen=True)
class Call:
    """A function of columns, and of a number where it takes one; `rows` without any is the number of rows."""

    function: str
    columns: tuple[str, ...] = ()
    numbers: tuple[float, ...] = ()

    @property
    def calls(self) -> tuple["Call", ...]:
        return (self,)

    def evaluate(self, functions: Functions, safe: Mapping[str, str]) -> Any:
        """What it is for an engine; `safe` are the names that this one knows columns by."""
        if self.function == ROWS:
            return functions.length()
        return getattr(functions, self.function)(*(safe[name] for name in self.columns), *self.numbers)


@dataclass(frozen=True)
class Constant:
    """A number in a formula."""

    value: int | float
    calls = ()

    def evaluate(self, _functions: Functions, _safe: Mapping[str, str]) -> Any:
        return self.value


@dataclass(frozen=True)
class Operation:
    """Two parts of a formula, and what is done with them."""

    operator: Callable[[Any, Any], Any]
    left: "Formula"
    right: "Formula"

    @property
    def calls(self) -> tuple[Call, ...]:
        return (*self.left.calls, *self.right.calls)

    def evaluate(self, functions: Functions, safe: Mapping[str, str]) -> Any:
        return self.operator(self.left.evaluate(functions, safe), self.right.evaluate(functions, safe))


Formula = Call | Constant | Operation


@dataclass(frozen=True)
class Aggregate:
    """One column of the answer."""

    name: str
    formula: Formula


@dataclass(frozen=True)
class Query:
    """What is asked of which columns, for each combination of the keys."""

    by: tuple[str, ...]
    aggregates: tuple[Aggregate, ...]

    @property
    def calls(self) -> tuple[Call, ...]:
        return tuple(call for one in self.aggregates for call in one.formula.calls)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are aggregated, each once."""
        return tuple(dict.fromkeys(name for call in self.calls for name in call.columns))

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of the answer."""
        return (*self.by, *(one.name for one in self.aggregates))

    def functions_of(self, column: str) -> set[str]:
        """Those that take the column as their value."""
        return {call.function for call in self.calls if column in call.columns}

    def roles(self) -> dict[str, Role]:
        """What becomes of each column: what is a key, or counted by its values, is not parsed as numbers are."""
        roles: dict[str, Role] = {}
        for column in (*self.by, *self.columns):
            functions = self.functions_of(column)
            if column in self.by or functions & {"distinct", "first", "last"}:
                roles[column] = "exact"
            elif functions & MEASURES:
                roles[column] = "measure"
            elif functions & {"min", "max"}:
                roles[column] = "ordered"
        return roles


def parse_query(by: tuple[str, ...], agg: tuple[str, ...]) -> Query:
    """Raises UsageError for what is no aggregate, and for two columns of one name."""
    query = Query(by, tuple(one for text in agg for one in _aggregates(text)))
    names = query.names
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise UsageError(f"two columns of the output are called {twice!r}; ask for it once")
    return query


def _aggregates(text: str) -> Iterator[Aggregate]:
    column, separator, functions = text.rpartition(":")
    is_simple = column and all(one in SIMPLE for one in functions.split(","))  # of a column whose name may hold a =
    if not is_simple and (named := NAMED.fullmatch(text)):
        name = named["plain"] or named["quoted"].replace("``", "`")
        yield _formula(name, named["formula"])
        return
    if not separator or not column:
        raise UsageError(f"an aggregate is COLUMN:KIND, or NAME=FORMULA, got {text!r}; write --agg value:count")
    for function in functions.split(","):
        if function not in SIMPLE or (column == "*" and function != "count"):
            raise UsageError(
                f"no such aggregate as {function!r}, got {text!r}; there are {', '.join(SIMPLE)}, and *:count"
            )
        rows = column == "*"
        yield Aggregate(ROWS if rows else f"{column}_{function}", Call(ROWS) if rows else Call(function, (column,)))


def _formula(name: str, text: str) -> Aggregate:
    quoted: list[str] = []

    def keep(found: re.Match[str]) -> str:
        quoted.append(found[1].replace("``", "`"))
        return f"{MARK}{len(quoted) - 1}"

    try:
        node = ast.parse(QUOTED.sub(keep, text).strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise UsageError(f"--agg {name!r} is no formula, got {text!r}; write it as range=max(v1)-min(v2)") from None
    formula = _Reader(name, quoted).read(node)
    if not formula.calls:
        raise UsageError(f"--agg {name!r} has no column, got {text!r}; write it as range=max(v1)-min(v2)")
    return Aggregate(name, formula)


@dataclass(frozen=True)
class _Reader:
    """Of Python's tree of a formula; `quoted` are the names that stood in back-ticks."""

    name: str
    quoted: list[str]

    def read(self, node: ast.expr) -> Formula:
        """Raises UsageError for what is no formula."""
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
            return Operation(OPERATORS[type(node.op)], self.read(node.left), self.read(node.right))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return Operation(sub, Constant(0), self.read(node.operand))
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            return Constant(ast.literal_eval(node))
        raise self._wrong(f"{ast.unparse(node)!r} is neither a number nor a function of columns")

    def _call(self, node: ast.Call) -> Call:
        name = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
        if name == ROWS and not node.args:
            return Call(ROWS)
        if name not in TAKES or node.keywords:
            raise self._wrong(f"no such function as {name!r}; there are {', '.join(TAKES)}, and rows()")
        columns, numbers = TAKES[name]
        names = [self._column(one.id) for one in node.args[:columns] if isinstance(one, ast.Name)]
        if len(names) != columns or len(node.args) != columns + numbers:
            takes = ", ".join(["COLUMN"] * columns + ["NUMBER"] * numbers)
            raise self._wrong(f"write {name}({takes}), with back-ticks around odd names")
        given = [self.read(one) for one in node.args[columns:] if not isinstance(one, ast.Name)]
        values = tuple(float(one.value) for one in given if isinstance(one, Constant))
        if len(values) != numbers:
            raise self._wrong(f"the last of {name} is a number")
        return Call(name, tuple(names), values)

    def _column(self, name: str) -> str:
        return self.quoted[int(name.removeprefix(MARK))] if name.startswith(MARK) else name

    def _wrong(self, why: str) -> UsageError:
        return UsageError(f"--agg {self.name!r} is no formula: {why}")
