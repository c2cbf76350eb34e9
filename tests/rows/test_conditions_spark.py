"""Conditions for DuckDB, held to Spark: every row, every value, every failure."""

import math
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from hotset.rows.condition_types import Term
from hotset.rows.conditions import translate
from rows.test_conditions import COLUMNS, PORTABLE

NAN, INF = math.nan, math.inf
FAILED = "failed"
TEXTS = (
    "", "a", "b", "abc", "aXc", "A", " a ", "\ta\n", "a\n", "a\r\n", "a\u2028", "%", "_", "a%b", "a\\b", "\\", "it's",
    "a\nb", "é", "e\u0301", "한", "서울", "İ", "ı", "ß", "Straße", "STRASSE", "ﬁ", "\u212a", "ſ", "ΑΣ", "Seoul", "SEOUL",
    "123", "-5", "2024-01-31", "\u00a0a\u00a0", "𝔘🦆", "\r", "\x0b", "a\\n", "double", "ac", "bc", "a-b", "12\n",
    "i\u0307",
)  # fmt: skip
TIMES = (
    "1969-12-31 23:59:59.500000", "1970-01-01 00:00:00", "2024-01-31 00:00:00", "2024-01-31 12:30:00.500000",
    "2024-02-29 23:59:59", "1900-01-01 01:02:03", "9999-12-31 23:59:59.999999", "0001-01-01 00:00:00",
    "1582-10-10 00:00:00", "2024-12-30 05:00:00.000001",
)  # fmt: skip
DOUBLES = (
    0.0, -0.0, NAN, INF, -INF, 1.0, 1.5, 2.5, -2.5, 0.49999999999999994, 1e308, 1.7976931348623157e308, 5e-324, 0.1,
    2.0**53, 2.0**63, -(2.0**63), 2147483647.5, -7.0, 3.25, 1e16 + 2, -0.4, -0.5,
)  # fmt: skip
VALUES: dict[str, tuple[Any, ...]] = {
    "boolean": (True, False),
    "tinyint": (0, 1, -1, 127, -128, 5),
    "smallint": (0, 1, -1, 32767, -32768, 100, 181),
    "int": (0, 1, 2, -1, 5, 7, 10, 2**31 - 1, -(2**31), -5, 46341),
    "bigint": (0, 1, -1, 5, 2**31, 2**53 + 1, 2**63 - 1, -(2**63), 10),
    "float": (0.0, -0.0, NAN, INF, 1.5, 0.10000000149011612, 3.4028234663852886e38, -1.0, 16777216.0),
    "double": DOUBLES,
    "decimal(10,2)": tuple(map(Decimal, "0 1 2.5 -0.01 99999999.99 -99999999.99 1.23 0.05 -2.55".split())),
    "decimal(20,4)": tuple(map(Decimal, ("0", "1.2345", "9999999999999999.9999", "-1.0000", "2.5"))),
    "decimal(38,10)": tuple(map(Decimal, ("0", "1.5", "9999999999999999999999999999.9999999999", "-3"))),
    "string": TEXTS,
    "date": tuple(datetime.fromisoformat(time).date() for time in TIMES),
    "timestamp": tuple(datetime.fromisoformat(time).replace(tzinfo=UTC) for time in TIMES),
    "timestamp_ntz": tuple(datetime.fromisoformat(time) for time in TIMES),
}  # fmt: skip
CALM: dict[str, tuple[Any, ...]] = VALUES | {
    "tinyint": (1, 2, 3, -2),
    "smallint": (1, 9, -7),
    "int": (1, 2, 3, 10, -4),
    "bigint": (1, 5, -11, 2**40),
    "double": (1.0, 1.5, -2.5, 1e10, 7.75, NAN),
}
ARROW = {
    "boolean": pa.bool_(),
    "tinyint": pa.int8(),
    "smallint": pa.int16(),
    "int": pa.int32(),
    "bigint": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "decimal(10,2)": pa.decimal128(10, 2),
    "decimal(20,4)": pa.decimal128(20, 4),
    "decimal(38,10)": pa.decimal128(38, 10),
    "string": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "timestamp_ntz": pa.timestamp("us"),
}


def made_rows(values: dict[str, tuple[Any, ...]], count: int, seed: int) -> pa.Table:
    """Rows in which every value of every type stands at least once, next to others by chance, and a tenth is null."""
    random = Random(seed)
    columns = {}
    for name, kind in COLUMNS.items():
        cells = [*values[kind], *random.choices(values[kind], k=max(count - len(values[kind]), 0))][:count]
        random.shuffle(cells)
        columns[name] = pa.array([None if random.random() < 0.1 else cell for cell in cells], ARROW[kind])
    return pa.table(columns)


TABLES = {"nasty": made_rows(VALUES, 80, 1), "calm": made_rows(CALM, 60, 2)}


@pytest.fixture(scope="module")
def frames(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> dict[str, DataFrame]:
    folder: Path = tmp_path_factory.mktemp("rows")
    for name, table in TABLES.items():
        pq.write_table(table, folder / f"{name}.parquet")
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    return {name: spark.read.parquet(str(folder / f"{name}.parquet")).coalesce(1) for name in TABLES}


def values_of(column: pa.ChunkedArray) -> list[Any]:
    """The values as Python has them; instants as microseconds, because some lie before the year 1."""
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", tz=column.type.tz)).cast(pa.int64())
    return list(column.to_pylist())


def ask_spark(rows: DataFrame, texts: list[str]) -> list[Any]:
    """The column that each text gives, or FAILED; halves are asked where one of many fails."""
    if not texts:
        return []
    try:
        table = rows.select(*[F.expr(text).alias(f"c{at}") for at, text in enumerate(texts)]).toArrow()
    except PySparkException:
        if len(texts) == 1:
            return [FAILED]
        half = len(texts) // 2
        return ask_spark(rows, texts[:half]) + ask_spark(rows, texts[half:])
    return [values_of(column) for column in table.columns]


def ask_duckdb(table: pa.Table, terms: list[Term]) -> list[Any]:
    found: list[Any] = []
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'Asia/Seoul'")  # nothing may depend on it
        connection.register("stream", table)
        connection.execute("CREATE TABLE rows AS SELECT * FROM stream")
        for term in terms:
            try:
                found.append(values_of(connection.sql(f"SELECT {term.sql} FROM rows").to_arrow_table().column(0)))
            except (duckdb.OutOfRangeException, duckdb.InvalidInputException, duckdb.ConversionException):
                found.append(FAILED)
    return found


def is_same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (math.isnan(one) and math.isnan(other))
    return type(one) is type(other) and bool(one == other)


def differences(frames: dict[str, DataFrame], texts: list[str], most_failures: int = 8) -> list[str]:
    """What Spark and DuckDB do not agree on; of what fails in DuckDB, so many texts are asked of Spark, one by one."""
    terms = [translate(text, COLUMNS) for text in texts]
    wrong = []
    for name, rows in frames.items():
        found = ask_duckdb(TABLES[name], terms)
        fine = [at for at, answer in enumerate(found) if answer != FAILED]
        failed = [at for at, answer in enumerate(found) if answer == FAILED]
        wrong += [
            f"{texts[at]}: DuckDB fails on {name} rows, Spark does not, {terms[at].sql}"
            for at in Random(len(failed)).sample(failed, min(most_failures, len(failed)))
            if ask_spark(rows, [texts[at]]) != [FAILED]
        ]
        wrong += [f"{texts[at]}: fails, and is not known to" for at in failed if not terms[at].raises]
        for at, expected in zip(fine, ask_spark(rows, [texts[at] for at in fine]), strict=True):
            wrong += compare(TABLES[name], f"{texts[at]}, {terms[at].sql}", expected, found[at])
    return wrong


def compare(table: pa.Table, text: str, expected: Any, found: Any) -> list[str]:
    """The first row in which two columns differ."""
    if expected == FAILED:
        return [f"{text}: fails in Spark only"]
    for row, (one, other) in enumerate(zip(expected, found, strict=True)):
        if not is_same(one, other):
            return [f"{text}: Spark {one!r}, DuckDB {other!r}, {table.slice(row, 1).to_pylist()[0]}"]
    return []


def test_every_text_gives_the_same_value_in_both(frames: dict[str, DataFrame]) -> None:
    assert differences(frames, PORTABLE) == []


def test_types_are_those_of_spark(frames: dict[str, DataFrame]) -> None:
    rows = frames["calm"].select(*[F.expr(text).alias(f"c{at}") for at, text in enumerate(PORTABLE)])

    kinds = {text: field.dataType.simpleString() for text, field in zip(PORTABLE, rows.schema.fields, strict=True)}

    assert kinds == {text: str(translate(text, COLUMNS).type) for text in PORTABLE}
