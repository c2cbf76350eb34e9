"""What data looks like that nobody has declared: by its manifest, its footer, or a sample of its rows."""

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, cast

import pyarrow as pa
from pyspark.errors import PySparkException
from pyspark.sql.pandas.types import from_arrow_type

from hotset.columnar.dialect import recognise_dialect
from hotset.columnar.dialect_cells import Hint
from hotset.columnar.fields import header_of, orc_footer, parquet_footer, parquet_schema
from hotset.columnar.guess import MOST_DIGITS, Guessed, guess_type
from hotset.columnar.guess_json import guess_columns
from hotset.columnar.json_values import Members
from hotset.columnar.layout import Layout
from hotset.columnar.one_format import format_of_files
from hotset.columnar.partitioned import partition_names
from hotset.columnar.pieces import is_in_nanos
from hotset.columnar.spots import sample_objects, sample_rows
from hotset.columnar.whole_json import whole_json
from hotset.columnar.widen import widest
from hotset.data.columns import ddl, type_text
from hotset.data.dataset import Dataset, Format, Nanoseconds
from hotset.data.guess import Guess, Roles
from hotset.data.listing import InputFile, Listing, local_path
from hotset.data.manifest import load_manifest
from hotset.data.options import TableOptions
from hotset.data.suffixes import format_of, opened, separator_of
from hotset.errors import HotsetError, SchemaError, UsageError
from hotset.naming import listed

HEAD_BYTES = 256 * 1024  # that are looked at for a hint


@dataclass(frozen=True)
class Question:
    """What is asked of an input: its files, what was said of it, what becomes of its columns, the session's zone."""

    paths: tuple[str, ...]
    listing: Listing
    options: TableOptions = field(default_factory=TableOptions)
    format: Format | None = None
    roles: Roles = field(default_factory=Roles)
    zone: str = "UTC"
    nanoseconds: Nanoseconds = "cut"


@dataclass(frozen=True)
class Discovered:
    """The dataset, and what a person should know of how it was told."""

    dataset: Dataset
    notes: tuple[str, ...] = ()


def discover(question: Question) -> Discovered:
    """What lies at the paths. What was declared is taken, the rest guessed where the files do not say it themselves.

    Raises UsageError where the format cannot be told, InputError and SchemaError.
    """
    if (published := _published(question.paths)) is not None:
        return _as_declared(question, published, [one.name for one in published.stored_fields()])
    if not question.listing.files:
        raise UsageError(f"no file to tell the columns from, got {' '.join(question.paths)}")
    kind = question.format or format_of_files(question.listing, _first(question.listing))
    facts = _facts(question, kind)
    if question.options.columns:
        names = _stored_names(question, kind, facts)
        return _as_declared(question, Dataset(question.options.columns, kind, **facts), names)
    if kind in ("parquet", "orc"):
        return _of_footers(question, kind)
    types = _types(question, kind, facts)
    return _as_declared(question, _dataset(question, kind, types, facts), list(types))


def _of_footers(question: Question, kind: Format) -> Discovered:
    """By the footers of all files, each read once."""
    schemas = {file.path: _footer(file, kind) for file in question.listing.files}
    types = _types_of_footers(question, schemas[_first(question.listing).path], schemas.values())
    found = _as_declared(question, _dataset(question, kind, types, {}), list(types))
    return _cutting(question, found, schemas.values())


def _first(listing: Listing) -> InputFile:
    """The file that is looked at, where one is enough."""
    return max(listing.files, key=lambda file: file.size_bytes)


def _facts(question: Question, kind: Format) -> dict[str, Any]:
    """How the files are written, in the words of a Dataset."""
    options = question.options
    if kind == "csv":
        return {"separator": separator_of(_first(question.listing).path), **options.csv_facts()}
    return {"encoding": options.encoding} if options.encoding and kind in ("json", "text") else {}


def dialect_hints(question: Question) -> list[Hint] | None:
    """How a CSV seems to be written, where that is not as it was said to be; None for what is no CSV, or unreadable."""
    first = _first(question.listing) if question.listing.size_bytes else None
    if first is None or (question.format or format_of(first.path)) != "csv" or _published(question.paths) is not None:
        return None
    try:
        with opened(first.path) as content:
            head = content.read(HEAD_BYTES)
    except HotsetError:
        return None
    return recognise_dialect(head, Dataset("value string", "csv", **_facts(question, "csv")))


def header_names(file: InputFile, dataset: Dataset) -> list[str]:
    """The columns of a CSV; of one without a header _1, _2, … Raises InputError and SchemaError."""
    cells = header_of(file, dataset) or ()
    if not dataset.header:
        return [f"_{number}" for number in range(1, len(cells) + 1)]
    if twice := next((name for name, times in Counter(cells).items() if times > 1), None):
        raise SchemaError(f"two columns of the header are called {twice!r}; rename one")
    if not cells:
        raise SchemaError(f"cannot tell the columns of {file.path}, which is empty; name them with --columns")
    return list(cells)


def _as_declared(question: Question, found: Dataset, stored: Sequence[str]) -> Discovered:
    """What was found, with the columns and types that were said instead. `stored` are those that stand in files."""
    options, notes = question.options, []
    if options.columns:
        found = replace(found, columns=options.columns, on_new="ignore", guesses={}, partition_by=(), key=())
        there, declared = _there(question, stored), set(found.schema().names)
        in_directories = tuple(name for name in there[len(stored) :] if name in declared)
        if declared == set(in_directories):
            raise UsageError(
                f"--columns names only what stands in the names of directories, got {listed(in_directories)}; "
                f"add a column of the files"
            )
        found = replace(found, partition_by=in_directories)
        if left_out := [name for name in there if name not in declared]:
            notes.append(f"--columns leaves out {listed(left_out)}; --types NAME=TYPE changes single columns")
    if types := options.declared_types():
        fields = found.declarations()
        _check_known(types, fields)
        guesses = {name: guess for name, guess in found.guesses.items() if name not in types}
        found = replace(found, columns=ddl(fields | types), guesses=guesses)
        found.schema()
    given = [name for name in options.given() if name != "--encoding" or found.format in ("parquet", "orc")]
    if found.format != "csv" and given:
        notes.append(f"{' '.join(question.paths)} is {found.format}, for which {' '.join(given)} means nothing")
    return Discovered(found, tuple(notes))


def _there(question: Question, stored: Sequence[str]) -> list[str]:
    """The columns of the files, and behind them those that stand in the names of directories alone."""
    known = set(stored)
    partition = _first(question.listing).partition if question.listing.files else {}
    return [*stored, *(name for name in partition if name not in known)]


def _check_known(types: Mapping[str, str], fields: Mapping[str, str]) -> None:
    """Raises UsageError for a type of a column that is not there."""
    for name in types:
        if name not in fields:
            close = difflib.get_close_matches(name, fields, n=1)
            hint = f"did you mean {close[0]}?" if close else f"there are {listed(list(fields), name)}"
            raise UsageError(f"--types has {name!r}, which is no column; {hint}")


def _dataset(question: Question, kind: Format, types: Mapping[str, Guessed], facts: Mapping[str, Any]) -> Dataset:
    partition_by = tuple(name for name in partition_names(question.listing) if name not in types)
    columns = {name: kind for name, (kind, _) in types.items()} | dict.fromkeys(partition_by, "string")
    guesses = {name: guess for name, (_, guess) in types.items() if kind in ("csv", "json") or guess.empty}
    return Dataset(ddl(columns), kind, partition_by=partition_by, guesses=guesses, **facts)


def _published(paths: Sequence[str]) -> Dataset | None:
    if len(paths) != 1 or not (directory := local_path(paths[0])).is_dir():
        return None
    manifest = load_manifest(directory)
    if manifest is None:
        return None
    return Dataset(
        manifest.columns, cast(Format, manifest.format), partition_by=manifest.partition_by, **(manifest.csv or {})
    )


def _stored_names(question: Question, kind: Format, facts: Mapping[str, Any]) -> list[str]:
    """The columns that stand in the files, where nobody asks for their types."""
    first = _first(question.listing)
    if kind == "csv":
        plain = Dataset("value string", "csv", **facts)
        return header_names(first, plain) if plain.header and header_of(first, plain) is not None else []
    if kind == "json":
        return list(dict.fromkeys(name for members in _objects(question, facts) for name in members))
    return ["value"] if kind == "text" else list(_footer(first, kind).names)


def _types(question: Question, kind: Format, facts: dict[str, Any]) -> dict[str, Guessed]:
    first = _first(question.listing)
    if kind == "json":
        return _types_of_json(question, facts)
    if kind == "text":
        return {"value": ("string", Guess())}
    names = header_names(first, Dataset("value string", "csv", **facts))
    texts = _dataset(question, kind, dict.fromkeys(names, ("string", Guess())), facts)
    return _types_of_texts(question, replace(texts, guesses={}), names)


def _types_of_texts(question: Question, texts: Dataset, names: Sequence[str]) -> dict[str, Guessed]:
    rows = sample_rows(question.listing, Layout.of(texts, question.zone))
    comma = texts.decimal_comma
    return {
        name: ("string", Guess())
        if question.roles.of(name) == "unused"
        else guess_type(name, rows[name].combine_chunks(), question.roles.of(name), question.zone, comma=comma)
        for name in names
    }


def _types_of_json(question: Question, facts: dict[str, Any]) -> dict[str, Guessed]:
    objects = _objects(question, facts)
    if not objects:
        raise SchemaError(
            f"cannot tell the columns of {' '.join(question.paths)}: no line looked at is a JSON object; "
            f"name them with --columns"
        )
    return guess_columns(objects, question.roles, question.zone)


def _objects(question: Question, facts: Mapping[str, Any]) -> list[Members]:
    """Some of its lines. Raises SchemaError for a file that is no JSON lines, but one value as a whole."""
    objects = sample_objects(question.listing, Dataset("value string", "json", **facts))
    may_be_whole = len(objects) < 2 and question.listing.size_bytes  # the last line of an array may be an object
    if may_be_whole and (told := whole_json(_first(question.listing), has_objects=bool(objects))):
        raise SchemaError(told)
    return objects


def _types_of_footers(question: Question, first: pa.Schema, schemas: Iterable[pa.Schema]) -> dict[str, Guessed]:
    """Of the columns of the first file, as wide as in the one where they are widest."""
    used = [one for one in first if question.roles.of(one.name) != "unused"]
    types = {one.name: _spark_type(one.name, one.type) for one in used}
    empty = {one.name for one in used if pa.types.is_null(one.type)}
    for one in chain.from_iterable(schemas):
        if one.name in types and not pa.types.is_null(one.type):
            found = _spark_type(one.name, one.type)
            types[one.name] = found if one.name in empty else widest(types[one.name], found)
            empty.discard(one.name)
    return {name: (found, Guess(empty=name in empty)) for name, found in types.items()}


def _cutting(question: Question, found: Discovered, schemas: Iterable[pa.Schema]) -> Discovered:
    """Where times are stored finer than Spark has them, they are cut off, if that is wanted, and the person is told."""
    columns = set(found.dataset.schema().names)
    stored = (one for one in chain.from_iterable(schemas) if one.name in columns)
    fine = dict.fromkeys(one.name for one in stored if is_in_nanos(one.type))
    if not fine or question.nanoseconds == "refuse":
        return found
    note = f"times of {listed(list(fine))} are stored in nanoseconds: what is finer than a microsecond is cut off"
    return Discovered(replace(found.dataset, nanoseconds="cut"), (*found.notes, note))


def _footer(file: InputFile, kind: Format) -> pa.Schema:
    return parquet_schema(parquet_footer(file)) if kind == "parquet" else orc_footer(file).schema


def _spark_type(name: str, kind: pa.DataType) -> str:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_null(kind):
        return "string"
    if pa.types.is_timestamp(kind):
        return "timestamp_ntz" if kind.tz is None else "timestamp"
    if pa.types.is_unsigned_integer(kind):  # in the next wider one, which Spark has
        return {8: "smallint", 16: "int", 32: "bigint", 64: "decimal(20,0)"}[kind.bit_width]
    try:
        if not (pa.types.is_decimal(kind) and kind.precision > MOST_DIGITS):
            return type_text(from_arrow_type(kind))
    except PySparkException:
        pass
    raise SchemaError(f"column {name!r} is {kind}, which Spark has no type for; name others by --columns")
