"""The corpus of bad input, read by plain Spark.

    python -m faults.programs.plain_reading RESULT.json

Columns, header, separator, quote, null and multiLine are told to Spark as each case declares them. Everything else is
as Spark has it: PERMISSIVE, which turns what it cannot read into null.
"""

import json
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyspark.sql import SparkSession

from faults.reading.cases.case import Case
from faults.reading.corpus import corpus
from faults.reading.ours import row_key
from faults.subjects.plain import SETTINGS
from hotset import Dataset


def main(result: Path) -> None:
    builder = SparkSession.builder.appName("plain reading")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    result.write_text(json.dumps({case.name: problem(spark, case) for case in corpus()}))
    spark.stop()


def problem(spark: SparkSession, case: Case) -> str:
    """'' where Spark gave the right rows, or an error for what is wrong with the input."""
    is_bad = bool(case.faults or case.refused)
    spark.conf.set("spark.sql.session.timeZone", case.zone)
    with tempfile.TemporaryDirectory() as directory:
        for name, content in case.files.items():
            path = Path(directory, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        try:
            rows = read(spark, case.dataset, directory)
        except Exception as why:  # Spark's, py4j's and Arrow's: whatever it is, the person is told
            return "" if is_bad else f"refuses good input: {type(why).__name__}: {str(why).splitlines()[0][:120]}"
    good = Counter(map(row_key, case.rows))
    if case.name.startswith(("a name", "a directory")):  # the fault in such files is another row's matter
        return "" if good <= rows else "not read, and no error"
    if is_bad:
        return f"no error; {rows.total()} rows where {len(case.rows)} are good"
    return "" if rows == good else "good input, other rows"


def read(spark: SparkSession, dataset: Dataset, directory: str) -> Counter[Any]:
    reader = spark.read.format(dataset.format).schema(dataset.columns).option("recursiveFileLookup", "true")
    if dataset.format == "csv":
        reader = reader.options(header=dataset.header, sep=dataset.separator, quote=dataset.quote)
        reader = reader.options(nullValue=dataset.nulls[0], multiLine=dataset.multiline)
    columns = [values(column) for column in reader.load(directory).toArrow().columns]
    return Counter(row_key(row) for row in zip(*columns, strict=True))


def values(column: pa.ChunkedArray) -> list[Any]:
    """As the cases have them: a moment is microseconds since 1970."""
    if pa.types.is_timestamp(column.type) and column.type.tz:
        column = column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64())
    found: list[Any] = column.to_pylist()
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
