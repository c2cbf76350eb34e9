"""Rows that share a key, of which one is taken: the least, whatever order they come in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from narwhals.dtypes import DType
from pyspark.sql import functions as F

from hotset.data.columns import unlike
from hotset.errors import UsageError
from hotset.rows.dialects import Dialect
from hotset.rows.expressions import Expression
from hotset.rows.groups import Rows, check_names, framed, one_zero
from hotset.rows.types import is_ordered


def drop_duplicates(
    rows: Rows, schema: Mapping[str, DType], keys: Sequence[Expression], copies: str, dialect: Dialect
) -> Rows:
    """rows -> rows(…, copies): one for each key, and how many others there were

    Raises UsageError for a column without an order, and for two columns of one name.
    """
    check_names([*schema, copies])
    names = [key.name for key in keys]
    strange = [name for name, dtype in schema.items() if not is_ordered(dtype)]
    if strange or not names:
        why = f"{strange[0]!r} has no order; select the others first" if strange else "there is no key; name a column"
        raise UsageError(f"duplicates cannot be told apart: {why}")
    native: Any = one_zero(rows, schema, schema, dialect).to_native()
    choose = _choose_in_spark if dialect.name == "Spark" else _choose_in_duckdb
    return framed(choose(native, Choice(tuple(schema), tuple(names), copies, dialect)))


@dataclass(frozen=True)
class Choice:
    """SQL of the row that is taken of each key, in terms of what the engines write differently."""

    columns: tuple[str, ...]
    keys: tuple[str, ...]
    copies: str
    dialect: Dialect

    @property
    def others(self) -> list[str]:
        return [name for name in self.columns if name not in self.keys]

    @property
    def quoted_keys(self) -> list[str]:
        return [*map(self.dialect.quoted, self.keys)]

    @property
    def best(self) -> str:
        return self.dialect.quoted(unlike("best", [*self.keys, self.copies]))

    @property
    def aggregates(self) -> list[str]:
        """The least of the other columns, as a struct in which a null comes after every value; and the number."""
        quote = self.dialect.quoted
        fields = [
            field
            for place, name in enumerate(self.others)
            for field in ((f"n{place}", f"{quote(name)} IS NULL"), (f"v{place}", quote(name)))
        ]
        least = f"min({self.dialect.struct(fields)})" if fields else "1"
        return [f"{least} AS {self.best}", f"count(*) - 1 AS {quote(self.copies)}"]

    @property
    def cells(self) -> list[str]:
        """The columns out of the aggregates, in their order."""
        quote, fields = self.dialect.quoted, {name: f"{self.best}.v{place}" for place, name in enumerate(self.others)}
        return [*(f"{fields.get(name, quote(name))} AS {quote(name)}" for name in self.columns), quote(self.copies)]


def _choose_in_spark(rows: Any, choice: Choice) -> Any:
    """One aggregate over all."""
    chosen = rows.groupBy(*choice.quoted_keys).agg(*map(F.expr, choice.aggregates))
    return chosen.selectExpr(*choice.cells)


def _choose_in_duckdb(rows: Any, choice: Choice) -> Any:
    """The keys are counted first, which takes a fifth of the time; only rows that share one are compared."""
    quote, keys = choice.dialect.quoted, ", ".join(choice.quoted_keys)
    times = quote(unlike("times", choice.keys))
    shared = rows.aggregate(f"{keys}, count(*) AS {times}", keys).filter(f"{times} > 1").set_alias("r")
    same = " AND ".join(f"l.{key} IS NOT DISTINCT FROM r.{key}" for key in choice.quoted_keys)
    single, several = (rows.set_alias("l").join(shared, same, how) for how in ("anti", "semi"))
    chosen = several.aggregate(", ".join([keys, *choice.aggregates]), keys)
    cells = [*map(quote, choice.columns), f"CAST(0 AS BIGINT) AS {quote(choice.copies)}"]
    return single.project(", ".join(cells)).union(chosen.project(", ".join(choice.cells)))
