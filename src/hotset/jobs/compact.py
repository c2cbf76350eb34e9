"""Store a table in the narrowest types that hold every value, and prove that no value has changed.

rows  --profiles-->  types  --narrowed-->  rows  --sort, write-->  Parquet  --found_content-->  the same content

Text becomes whole numbers, doubles, decimals, dates, times or booleans where each value, written as text again, is the
same text; whole numbers become as short as their range allows, doubles become floats where each has the same bits
after. Every value is compared when it is narrowed; a hash over all rows is taken before, and of what was written,
which is published only if it is the same. `--dry-run` proposes only. What it takes before and after is shown.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Literal

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import to_arrow_schema

from hotset import (
    Batches,
    Bytes,
    DataError,
    Dataset,
    Inputs,
    Kernel,
    Output,
    Run,
    TableOptions,
    UsageError,
    by_name,
    ddl,
    listed,
)
from hotset.jobs.compact_kernel import (
    CONTENT_COLUMNS,
    PROFILE_COLUMNS,
    Change,
    Changes,
    beside,
    found_content,
    narrowed,
    noted_content,
    profiles,
    put_together,
    without,
)
from hotset.jobs.compact_measure import (
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
from hotset.jobs.compact_types import Narrow, Profile, narrowest

Compression = Literal["auto", "none", "snappy", "lz4", "zstd"]
SPARK_CODECS = {"none": "uncompressed", "lz4": "lz4_raw"}
CODEC = "spark.sql.parquet.compression.codec"
TIMES = "spark.sql.parquet.outputTimestampType"
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

    codec: str
    files: int
    bytes: int  # about
    arrow_bytes: int  # of a file, about, in memory


def planned(params: Params, seen: Look, sizes: dict[str, int]) -> Written:
    name = best_codec(sizes) if params.compression == "auto" else params.compression
    whole = seen.whole(sizes[name], seen.after)
    files = max(1, round(whole / params.file_size))
    return Written(name, files, whole, seen.whole(seen.after.nbytes, seen.after) // files + 1)


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


def _sum(parts: pa.Table) -> tuple[int, int]:
    """rows, and their hashes added up"""
    return sum(parts["rows"].to_pylist()), sum(parts["hash"].to_pylist()) % 2**64


# writing


def in_order(narrow: Batches, plan: Written) -> Batches:
    """rows -> rows, in the order in which they are; in tasks for about so many files. Spark sees chunks only."""
    chunks = in_files(narrow.chunks(), (), plan.files)
    return replace(narrow.read_from(chunks), file_bytes=plan.arrow_bytes)


def in_files(rows: DataFrame, sort_by: tuple[str, ...], files: int) -> DataFrame:
    """rows -> rows, sorted, or in the order in which they are; so many files of equal rows"""
    place = beside("place", rows.columns)
    placed = rows.withColumn(place, F.monotonically_increasing_id())
    order = [*(by_name(name) for name in sort_by), by_name(place)]
    return placed.repartitionByRange(files, *order).sortWithinPartitions(*order).drop(by_name(place))


@contextmanager
def writing(run: Run, compression: str) -> Iterator[None]:
    """Spark's writer compresses so meanwhile, and writes times in eight bytes, as other programs do."""
    wanted = {CODEC: SPARK_CODECS.get(compression, compression), TIMES: "TIMESTAMP_MICROS"}
    before = {key: run.spark.conf.get(key) for key in wanted}
    for key, value in wanted.items():
        run.spark.conf.set(key, value)
    try:
        yield
    finally:
        for key, old in before.items():
            run.spark.conf.set(key, str(old))


# all together


def propose(run: Run, params: Params, usual: Dataset, stored: Dataset, rows: Batches) -> dict[str, Narrow]:
    """column -> type; shown as a table"""
    with run.step("look at every value"):
        found = put_together(rows.map(Kernel(PROFILE_COLUMNS, profiles)).table())
    types = types_for(params, stored, found)
    before = usual.types()
    lines = [(name, before[name], one.kind, found.get(name, Profile()).values) for name, one in types.items()]
    show(run, "Types", ("column", "usual", "narrowest", "values"), lines)
    return types


def publish(run: Run, params: Params, rows: Batches, changes: Changes, types: dict[str, Narrow], plan: Written) -> None:
    """Narrower, sorted, compressed, and proved. Raises DataError when the content is another one."""
    noted = beside("hash", types)
    kernel = Kernel(f"{ddl_of(types)}, {ddl({noted: 'bigint'})}", partial(narrowed, changes=changes))
    narrow = run.keep("narrow", rows.map(kernel))
    with run.step("take the content"):
        before = _sum(narrow.map(Kernel(CONTENT_COLUMNS, noted_content)).table())
    run.release("rows")
    result = Dataset(ddl_of(types))
    plain = narrow.map(Kernel(result.columns, partial(without, name=noted)))

    def check(written: str) -> None:
        with run.step("compare the content"):
            compare = Kernel(CONTENT_COLUMNS, partial(found_content, changes=changes))
            after = _sum(run.batches(result, written, compare, look=True).table())
        if before != after:
            raise DataError(
                f"what was written is not what was read, got rows and content {after} instead of {before}; "
                f"nothing was published, please report it"
            )

    with writing(run, plan.codec):
        sort_by = params.sort_by
        run.publish(
            result,
            in_files(plain.frame(), sort_by, plan.files) if sort_by else in_order(plain, plan),
            params.output,
            check=check,
        )
    run.note(content=f"{before[1]:016x}")


def time_both(run: Run, params: Params, usual: Dataset, result: Dataset) -> list[tuple[str, int, int]]:
    """what, ms before, ms after; nothing of wide tables"""
    if is_wide(usual.types()):
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
    rows = run.keep("rows", run.batches(stored, params.input))
    types = propose(run, params, usual, stored, rows)
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
        publish(run, params, rows, changes, types, plan)
        figures.insert(0, ("on disk", disk, run.report.publishes[-1].bytes))
        figures += time_both(run, params, usual, Dataset(ddl_of(types)))
    lines = [(what, f"{one:,}", f"{other:,}", f"{other / max(one, 1):.0%}") for what, one, other in figures]
    show(run, "Bytes, and time", ("what", "before", "after", "share"), lines)
