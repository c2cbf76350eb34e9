"""Whether two runs gave the same answer, whatever the order of its rows.

Columns of floats are held against each other by how many values, how many NaN, and by their sum to TOLERANCE of the
sum of their sizes, since a sum of floats depends on the order of its summands; all other columns by a sum of
hashes, one a row. Floats inside arrays, maps and structs are not compared.
"""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DataType, DoubleType, FloatType, MapType, StructType

from hotset.data.columns import by_name
from hotset.data.dataset import Dataset
from hotset.data.manifest import Manifest, load_manifest
from hotset.data.writing import read_back
from hotset.lab.records import Answer

TOLERANCE = 1e-10


def answer_at(spark: SparkSession, version: Path) -> Answer:
    """What a published version says."""
    manifest = load_manifest(version)
    assert manifest is not None, "it was just published"
    return answer_of(read_back(spark, _dataset(manifest), version))


def answer_of(rows: DataFrame) -> Answer:
    """The rows in a few numbers, counted by Spark."""
    fields = rows.schema.fields
    floats = [one.name for one in fields if isinstance(one.dataType, FloatType | DoubleType)]
    hashed = [_hashable(one.name, one.dataType) for one in fields if not _holds_floats(one.dataType)]
    row_hash = F.xxhash64(*hashed).cast("decimal(38,0)") if hashed else F.lit(0)
    figures = rows.agg(
        F.count(F.lit(1)),
        F.coalesce(F.sum(row_hash), F.lit(0)).cast("string"),
        *(figure for name in floats for figure in _figures(by_name(name))),
    ).take(1)[0]
    triples = zip(floats, zip(*[iter(figures[2:])] * 4, strict=True), strict=True)
    return Answer(
        figures[0],
        figures[1],
        {name: (values, nans, total, size) for name, (values, nans, total, size) in triples},
    )


def difference(expected: Mapping[str, Answer], got: Mapping[str, Answer]) -> str | None:
    """The first thing in which two answers differ; None when they are the same."""
    return next(_differences(expected, got), None)


def _differences(expected: Mapping[str, Answer], got: Mapping[str, Answer]) -> Iterator[str]:
    if expected.keys() != got.keys():
        yield f"outputs {', '.join(expected) or 'none'} against {', '.join(got) or 'none'}"
    for output, ours in expected.items():
        theirs = got.get(output, ours)
        if ours.rows != theirs.rows:
            yield f"{output}: {ours.rows:,} rows against {theirs.rows:,}"
        if ours.hashes != theirs.hashes or ours.floats.keys() != theirs.floats.keys():
            yield f"{output}: other rows"
        for name in ours.floats.keys() & theirs.floats.keys():
            if not _same_floats(ours.floats[name], theirs.floats[name]):
                yield f"{output}: other numbers in {name}"


def _same_floats(ours: tuple[int, int, float, float], theirs: tuple[int, int, float, float]) -> bool:
    reach = TOLERANCE * max(ours[3], theirs[3])
    return ours[:2] == theirs[:2] and (ours[2] == theirs[2] or abs(ours[2] - theirs[2]) <= reach)


def _figures(numbers: Column) -> Iterator[Column]:
    """Values, NaN among them, the sum of the finite others, and the sum of their sizes."""
    finite = F.when(~F.isnan(numbers) & (F.abs(numbers) < math.inf), numbers.cast("double"))
    yield F.count(numbers)
    yield F.count_if(F.isnan(numbers))
    yield F.coalesce(F.sum(finite), F.lit(0.0))
    yield F.coalesce(F.sum(F.abs(finite)), F.lit(0.0))


def _hashable(name: str, kind: DataType) -> Column:
    return F.to_json(by_name(name)) if _holds(kind, MapType) else by_name(name)


def _holds_floats(kind: DataType) -> bool:
    return _holds(kind, FloatType) or _holds(kind, DoubleType)


def _holds(kind: DataType, sought: type[DataType]) -> bool:
    if isinstance(kind, ArrayType):
        return _holds(kind.elementType, sought)
    if isinstance(kind, StructType):
        return any(_holds(one.dataType, sought) for one in kind.fields)
    if isinstance(kind, MapType):
        return sought is MapType or _holds(kind.keyType, sought) or _holds(kind.valueType, sought)
    return isinstance(kind, sought)


def _dataset(manifest: Manifest) -> Dataset:
    """How the version is read back: its columns and its way of writing CSV."""
    csv = dict(manifest.csv or {})
    return Dataset(manifest.columns, manifest.format, partition_by=tuple(manifest.partition_by), **csv)  # type: ignore[arg-type]
