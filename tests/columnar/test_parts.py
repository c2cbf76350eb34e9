"""Parquet that the tasks write themselves: only what Spark's tasks report stays."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from hotset import Dataset, Kernel, open_run
from hotset.columnar.parts import CODEC, repetitive, write_parts

pytestmark = pytest.mark.usefixtures("spark")
ROWS = Dataset("n bigint")


def test_drafts_of_attempts_that_do_not_count_are_deleted(tmp_path: Path) -> None:
    pq.write_table(pa.table({"n": range(10)}), tmp_path / "rows.parquet")
    version = tmp_path / "version"

    def as_an_attempt_that_died(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        (version / ".part-00000-run-c000.parquet.99").write_bytes(b"half of it")
        yield from batches

    with open_run("write", report=tmp_path / "report.json") as run:
        batches = run.batches(ROWS, str(tmp_path / "rows.parquet"), Kernel(ROWS.columns, as_an_attempt_that_died))
        rows = write_parts(batches, version, "run")

    assert rows == 10
    assert [file.name for file in version.iterdir()] == ["part-00000-run-c000.parquet"]


def test_a_task_with_much_writes_several_files(tmp_path: Path) -> None:
    pq.write_table(pa.table({"n": range(100_000)}), tmp_path / "rows.parquet")

    with open_run("write", report=tmp_path / "report.json") as run:
        batches = run.batches(ROWS, str(tmp_path / "rows.parquet"))
        rows = write_parts(replace(batches, file_bytes=200_000), tmp_path / "version", "run")

    files = sorted((tmp_path / "version").iterdir())
    assert rows == sum(pq.read_metadata(file).num_rows for file in files) == 100_000
    assert len(files) == 4


@pytest.mark.parametrize(("codec", "stored"), [("zstd", "ZSTD"), ("lz4_raw", "LZ4"), ("uncompressed", "UNCOMPRESSED")])
def test_files_are_compressed_as_spark_would(spark: SparkSession, tmp_path: Path, codec: str, stored: str) -> None:
    pq.write_table(pa.table({"n": range(10)}), tmp_path / "rows.parquet")
    before = str(spark.conf.get(CODEC))
    spark.conf.set(CODEC, codec)
    try:
        with open_run("write", report=tmp_path / "report.json") as run:
            write_parts(run.batches(ROWS, str(tmp_path / "rows.parquet")), tmp_path / "version", "run")
    finally:
        spark.conf.set(CODEC, before)

    (part,) = (tmp_path / "version").iterdir()
    assert pq.ParquetFile(part).metadata.row_group(0).column(0).compression == stored


def test_columns_of_repeated_values_get_a_dictionary() -> None:
    table = pa.table({"same": ["a"] * 10, "other": range(10), "nested": [[1]] * 10})

    assert repetitive(table) == ["same"]
