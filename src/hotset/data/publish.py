"""Publish a frame: all of it or nothing.

Written beside the destination, described in a manifest, synced, and given its name in one step that refuses an
existing one. A kill at any moment leaves nothing, or the whole version.
"""

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pyspark import RDD
from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as F

from hotset.data.dataset import Dataset
from hotset.data.destination import check_free, give_modes, make_parents, records_beside
from hotset.data.manifest import MANIFEST_NAME, Maker, Manifest, describe_files
from hotset.data.observed import observed
from hotset.data.rename import rename_new, sync
from hotset.data.rendering import frame_as_lines, rdd_as_lines
from hotset.errors import OutputError, SchemaError

# Spark's CSV writer trims cells and escapes quotes by a backslash; other readers expect what RFC 4180 says.
CSV_OPTIONS = {"header": "true", "escape": '"', "ignoreLeadingWhiteSpace": "false", "ignoreTrailingWhiteSpace": "false"}


def publish(
    spark: SparkSession,
    data: DataFrame | RDD[Any],
    dataset: Dataset,
    destination: Path,
    maker: Maker,
    last_check: Callable[[], None],
) -> Manifest:
    """The manifest of what is now at `destination`. `last_check` may still raise: then nothing is published.

    Raises OutputError when the destination exists or cannot be written, SchemaError when the frame's columns are not
    the dataset's.
    """
    check_free(destination)
    frame = _rows_to_write(spark, data, dataset)
    staging = _staging(destination, maker.run_id)
    try:
        rows = _write(frame, dataset, staging)
        manifest = Manifest(dataset.columns, dataset.format, rows, describe_files(staging), (maker,))
        (staging / MANIFEST_NAME).write_text(manifest.as_json(), encoding="utf-8")
        give_modes(staging, like=destination.parent)
        _sync_tree(staging)
        last_check()
        rename_new(staging, destination)
        sync(destination.parent)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return manifest


def _rows_to_write(spark: SparkSession, data: DataFrame | RDD[Any], dataset: Dataset) -> DataFrame:
    """What the file format takes: the columns as declared, or lines of text."""
    if isinstance(data, RDD):
        if dataset.format == "text":
            return rdd_as_lines(spark, data)
        return spark.createDataFrame(data, dataset.columns, verifySchema=False)
    check_columns(data, dataset)
    return frame_as_lines(data) if dataset.format == "text" else data


def check_columns(frame: DataFrame, dataset: Dataset) -> None:
    """Raises SchemaError when names or types differ from the declared ones."""
    declared = frame.sparkSession.createDataFrame([], dataset.columns).dtypes
    if frame.dtypes != declared:
        raise SchemaError(f"the columns differ: declared {_ddl(declared)}, got {_ddl(frame.dtypes)}")


def _ddl(dtypes: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in dtypes)


def _staging(destination: Path, run_id: str) -> Path:
    staging = records_beside(destination) / f"{run_id}.staging"
    try:
        make_parents(destination)
        records_beside(destination).mkdir(exist_ok=True)
    except OSError as why:
        raise OutputError(f"cannot write beside {destination}: {why.strerror}") from None
    return staging


def _write(frame: DataFrame, dataset: Dataset, staging: Path) -> int:
    """rows written, counted by the plan that wrote them."""
    observation = Observation()
    counted = frame.observe(observation, F.count(F.lit(1)).alias("rows"))
    options = CSV_OPTIONS if dataset.format == "csv" else {}
    counted.write.mode("errorifexists").format(dataset.format).options(**options).save(str(staging))
    for mark in ("_SUCCESS", "._SUCCESS.crc"):  # the manifest says it, and more
        (staging / mark).unlink(missing_ok=True)
    metrics = observed(frame.sparkSession.sparkContext, observation)
    if not metrics:
        return frame.sparkSession.read.format(dataset.format).options(**options).load(str(staging)).count()
    return int(metrics["rows"])


def _sync_tree(tree: Path) -> None:
    for path in tree.rglob("*"):
        sync(path)
    sync(tree)
