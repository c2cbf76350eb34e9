"""Store a table in the narrowest types that hold every value, and prove that no value has changed.

rows  --profiles-->  types  --narrowed-->  rows  --sort, write-->  Parquet  --found_content-->  the same content

Text becomes whole numbers, doubles, decimals, dates, times or booleans where each value, written as text again, is the
same text; whole numbers become as short as their range allows, doubles become floats where each has the same bits
after. Every value is compared when it is narrowed; a hash over all rows is taken before, and of what was written,
which is published only if it is the same. `--dry-run` proposes only. What it takes before and after is shown.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any, Literal

import narwhals as nw
from pyspark.sql.pandas.types import to_arrow_schema

from hotset import (
    Bytes,
    Codec,
    DataError,
    Dataset,
    Inputs,
    Kernel,
    Output,
    ParquetFiles,
    Run,
    TableOptions,
    UsageError,
    ddl,
    functions_of,
    listed,
    safe_names,
)
from hotset.jobs.compact.kernel import (
    CONTENT_COLUMNS,
    PROFILE_COLUMNS,
    Change,
    Changes,
    beside,
    found_content,
    narrowed,
    profiles,
    put_together,
)
from hotset.jobs.compact.measure import (
    Look,
    as_spark_reads,
    best_codec,
    in_memory,
    is_wide,
    look,
    ms_to_scan,
    show,
    sizes_by_codec,
)
from hotset.jobs.compact.narrowing import Narrow, Profile, narrowest

Compression = Literal["auto", "none", "snappy", "lz4", "zstd"]
Rows = nw.LazyFrame[Any]
HASH_DIGITS = 20  # of a whole number of 64 bits
MOST_PARTS = 10**7  # a few rows for each block
NAMES = r"\s*[^\s,`]+(\s*,\s*[^\s,`]+)*\s*"  # no types


@dataclass(frozen=True)
class Params(TableOptions):
    input: Annotated[Inputs, "files, directories or globs: CSV, JSON lines, Parquet or ORC"]
    output: Annotated[Output, "directory to create; needed unless --dry-run is given"] = ""
    sort_by: Annotated[tuple[str, ...], "columns to sort by; without, the order stays"] = ()
    compression: Annotated[Compression, "of the output; auto takes what is smallest on a sample"] = "auto"
    file_size: Annotated[Bytes, "of each file, about"] = Bytes("128MiB")
    dry_run: Annotated[bool, "propose only"] = False

    def __post_init__(self) -> None:
        if not self.output and not self.dry_run:
            raise UsageError("--output is missing; give a directory to create, or --dry-run")
        if not 64 * 1024 <= self.file_size <= 2**40:
            raise UsageError(f"--file-size is from 64KiB to 1024GiB, got {self.file_size}; write it like 128MiB")
        if twice := next((one for one in self.sort_by if self.sort_by.count(one) > 1), None):
            raise UsageError(f"--sort-by has {twice!r} twice; name it once")


@dataclass(frozen=True)
class Written:
    """How the output is written."""

    parquet: ParquetFiles
    bytes: int  # about


def planned(params: Params, seen: Look, sizes: dict[Codec, int]) -> Written:
    name = best_codec(sizes) if params.compression == "auto" else params.compression
    whole = seen.whole(sizes[name], seen.after)
    files = max(1, round(whole / params.file_size))
    return Written(ParquetFiles(name, max(1, -(-seen.rows // files))), whole)


# what is there


def dataset_of(run: Run, params: Params) -> tuple[Dataset, Dataset]:
    """The input as most would read it, and as it is read here: guessed columns of CSV as the text that they are."""
    names_alone = re.fullmatch(NAMES, params.columns)
    options = replace(params, columns="") if names_alone else params
    usual = run.dataset(params.input, options, nanoseconds="refuse")
    if usual.format == "text":
        raise UsageError(f"text has no columns, got {' '.join(params.input)}; give CSV, JSON lines, Parquet or ORC")
    if names_alone:
        names = re.split(r"\s*,\s*", params.columns.strip())
        usual = usual.select(*names)
        if len(usual.types()) > len(set(names)):
            raise UsageError(
                f"--columns names only what stands in the names of directories, got {listed(names)}; "
                f"add a column of the files"
            )
    types = usual.types()
    if unknown := next((name for name in params.sort_by if name not in types), None):
        raise UsageError(f"--sort-by {unknown!r} is no column of the output; there are {listed(list(types), unknown)}")
    if usual.format != "csv" or params.decimal_comma:  # what has a comma is a number to our readers alone
        return usual, usual
    texts = usual.declarations() | dict.fromkeys(usual.guesses, "string")
    return usual, replace(usual, columns=ddl(texts), guesses={})


def types_for(params: Params, dataset: Dataset, found: dict[str, Profile]) -> dict[str, Narrow]:
    """column -> the narrowest type that holds its values; text that somebody declared stays text"""
    declared = dataset.types()
    fixed = {name for name in declared if declared[name] == "string" and is_declared(params, name)}
    return {
        name: Narrow(kind) if name in fixed else narrowest(kind, found.get(name, Profile()))
        for name, kind in declared.items()
    }


def is_declared(params: Params, name: str) -> bool:
    """Whether the command line says the column's type."""
    return name in params.declared_types() or bool(params.columns and not re.fullmatch(NAMES, params.columns))


def changes_for(dataset: Dataset, types: dict[str, Narrow]) -> dict[str, Change]:
    """column -> what becomes of it"""
    before = to_arrow_schema(dataset.schema(), timezone="UTC")
    after = to_arrow_schema(Dataset(ddl_of(types)).schema(), timezone="UTC")
    return {name: Change.of(before.field(name).type, after.field(name).type, types[name]) for name in types}


def ddl_of(types: dict[str, Narrow]) -> str:
    """The columns in DDL."""
    return ddl({name: narrow.kind for name, narrow in types.items()})


# writing


def noted(run: Run, narrow: Rows, name: str) -> tuple[int, int]:
    """rows(…, hash) -> how many there are, and the content of what they were"""
    f = functions_of(narrow)
    hashes = f.cast(name, nw.Decimal(HASH_DIGITS, 0))
    (row,) = run.take(f.group_by().agg(f.length().alias("rows"), f.sum(hashes).alias("hash")), 1).to_pylist()
    return row["rows"], int(row["hash"] or 0) % 2**64


def found(run: Run, written: Dataset, directory: str, changes: Changes) -> tuple[int, int]:
    """The same of what was written."""
    kernel = Kernel(CONTENT_COLUMNS, partial(found_content, changes=changes))
    parts = run.take(run.scan(written, directory, kernel, look=True), MOST_PARTS)
    return sum(parts["rows"].to_pylist()), sum(parts["hash"].to_pylist()) % 2**64


def in_order(run: Run, narrow: Rows, sort_by: Sequence[str], columns: Sequence[str]) -> Rows:
    """rows -> rows(columns), sorted, or in the order in which they are"""
    place = beside("place", narrow.collect_schema().names())
    numbered = run.number(narrow, place)
    return numbered.sort(*sort_by, place, nulls_last=False).select(*columns)


# all together


def propose(run: Run, params: Params, usual: Dataset, stored: Dataset) -> dict[str, Narrow]:
    """column -> type; shown as a table"""
    with run.step("look at every value"):
        profiled = run.scan(stored, params.input, Kernel(PROFILE_COLUMNS, profiles))
        found = put_together(run.take(profiled, MOST_PARTS))
    types = types_for(params, stored, found)
    before = usual.types()
    lines = [(name, before[name], one.kind, found.get(name, Profile()).values) for name, one in types.items()]
    show(run, "Types", ("column", "usual", "narrowest", "values"), lines)
    return types


def publish(
    run: Run, params: Params, stored: Dataset, changes: Changes, types: dict[str, Narrow], parquet: ParquetFiles
) -> None:
    """Narrower, sorted, compressed, and proved. Raises DataError when the content is another one."""
    result, hash_name = Dataset(ddl_of(types)), beside("hash", types)
    kernel = Kernel(f"{result.columns}, {ddl({hash_name: 'bigint'})}", partial(narrowed, changes=changes))
    narrow = run.keep("narrow", run.scan(stored, params.input, kernel, look=True))
    with run.step("take the content"):
        before = noted(run, narrow, hash_name)

    def check(written: str) -> None:
        with run.step("compare the content"):
            after = found(run, result, written, changes)
        if before != after:
            raise DataError(
                f"what was written is not what was read, got rows and content {after} instead of {before}; "
                f"nothing was published, please report it"
            )

    known = safe_names((*types, hash_name))
    rows = in_order(run, narrow, [known[name] for name in params.sort_by], [known[name] for name in types])
    run.publish(result, rows, params.output, check=check, parquet=parquet)
    run.note(content=f"{before[1]:016x}")


def time_both(run: Run, params: Params, usual: Dataset, result: Dataset) -> list[tuple[str, int, int]]:
    """what, ms before, ms after; nothing of wide tables, and nothing where there is no Spark"""
    if is_wide(usual.types()) or run.report.plan == "local":
        return []
    with run.step("time both"):
        before = ms_to_scan(lambda: as_spark_reads(run, usual, params.input))
        after = ms_to_scan(lambda: run.published(result, params.output))
    return [] if before is None or after is None else [("ms to scan, by Spark", before, after)]


def needs_spark(_params: Params) -> bool:
    """Not before it has looked at its input: what is wrong there is said at once."""
    return False


def main(run: Run, params: Params) -> None:
    usual, stored = dataset_of(run, params)
    types = propose(run, params, usual, stored)
    changes = changes_for(stored, types)
    seen = look(run, params.input, usual, stored, changes)
    sizes = sizes_by_codec(seen.after)
    show(run, "Parquet of a sample", ("compression", "bytes"), [*sizes.items()])
    plan = planned(params, seen, sizes)
    figures = in_memory(run, seen)
    disk = run.report.reads[0].bytes
    if params.dry_run:
        figures.insert(0, ("on disk, about", disk, plan.bytes))
    else:
        publish(run, params, stored, changes, types, plan.parquet)
        figures.insert(0, ("on disk", disk, run.report.publishes[-1].bytes))
        figures += time_both(run, params, usual, Dataset(ddl_of(types)))
    lines = [(what, f"{one:,}", f"{other:,}", f"{other / max(one, 1):.0%}") for what, one, other in figures]
    show(run, "Bytes, and time", ("what", "before", "after", "share"), lines)
