"""Run a query of SQL over tables of CSV, JSON lines, Parquet or ORC, and publish what comes out.

tables(checked, counted)  --query-->  rows

The query is Spark's SQL, and reads: SELECT with joins, groups, WITH and an order. Tables are called as --input names
them: `--input shops=data/shops.csv`. What DuckDB has an equal of it executes, on one machine; anything else is Spark's.
An order without a place in it for every row leaves it open which of equal rows come first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Literal

from hotset import (
    CsvOptions,
    Dataset,
    Input,
    InputError,
    Output,
    Role,
    Run,
    Shows,
    TableOptions,
    Tables,
    UsageError,
    columns_of,
    ddl,
    named_tables,
    query_roles,
    split_types,
)


@dataclass(frozen=True, kw_only=True)
class Params(CsvOptions):
    input: Annotated[Tables, "a table, NAME=PATH: CSV, JSON lines, Parquet or ORC; may be repeated, also for one name"]
    output: Annotated[Output, "directory to create"]
    file: Annotated[Input, "a file with the query"] = ""
    query: Annotated[str, "the query itself, instead of --file"] = ""
    types: Annotated[tuple[str, ...], "types of single columns, not guessed: shops.id=string"] = ()
    format: Annotated[Literal["csv", "json", "parquet"], "of the output"] = "parquet"
    top: Annotated[int, Shows, "how many rows to show"] = 20

    def __post_init__(self) -> None:
        if bool(self.file) == bool(self.query):
            raise UsageError("give --file or --query, and not both; write --file report.sql")
        if not 0 <= self.top < 2**31:
            raise UsageError(f"--top is from 0 to {2**31 - 1}, got {self.top}")
        split_by_table(self.types, [*named_tables(self.input)])


def split_by_table(types: Sequence[str], tables: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """`shops.id=string` -> table: `id=string`. Raises UsageError for what is of no table."""
    found: dict[str, tuple[str, ...]] = dict.fromkeys(tables, ())
    for text in (part for given in types for part in split_types(given)):
        table, dot, rest = text.strip().partition(".")
        if not dot or table not in found:
            raise UsageError(
                f"--types is like {tables[0]}.id=string, with one of the tables before the dot, got {text!r}"
            )
        found[table] = (*found[table], rest)
    return found


def read_text(params: Params) -> str:
    """The query. Raises InputError for a file that is no text."""
    try:
        text = params.query or Path(params.file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as why:
        raise InputError(f"the query {params.file} cannot be read: {why}") from None
    return text.strip().removesuffix(";")


def look(run: Run, params: Params, roles: Mapping[str, Role]) -> dict[str, tuple[Dataset, tuple[str, ...]]]:
    """table -> what it looks like, and where it is"""
    csv = {entry.name: getattr(params, entry.name) for entry in fields(CsvOptions)}
    tables = named_tables(params.input)
    types = split_by_table(params.types, [*tables])
    return {
        name: (run.dataset(paths, TableOptions(types=types[name], **csv), roles=roles), paths)
        for name, paths in tables.items()
    }


def needs_spark(_params: Params) -> bool:
    """Not before it has looked at its input: what is wrong there is said at once."""
    return False


def main(run: Run, params: Params) -> None:
    text = read_text(params)
    names, rows = run.sql(text, look(run, params, query_roles(text)))
    result = Dataset(ddl(dict(zip(names, columns_of(rows), strict=True))), params.format)
    run.publish(result, rows, params.output)
    if params.top:
        run.show("Rows", run.head(result, params.output, params.top), params.top)
