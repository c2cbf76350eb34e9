"""Conditions for DuckDB, held to Spark: every row, every value, every failure."""

import math
import re
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

from hotset.rows import condition_functions
from hotset.rows.condition_types import STRING, Term
from hotset.rows.conditions import NotPortable, translate
from rows.test_conditions import COLUMNS, PORTABLE

NAN, INF = math.nan, math.inf
FAILED = "failed"
TEXTS = (
    "", "a", "b", "abc", "aXc", "A", " a ", "\ta\n", "a\n", "a\r\n", "a\u2028", "%", "_", "a%b", "a\\b", "\\", "it's",
    "a\nb", "é", "e\u0301", "한", "서울", "İ", "ß", "Straße", "STRASSE", "ﬁ", "\u212a", "ſ", "ΑΣ", "Seoul", "SEOUL",
    "123", "-5", "2024-01-31", "\u00a0a\u00a0", "𝔘🦆", "\r", "\x0b", "a\\n", "double", "ac", "bc", "a-b", "12\n",
    "i\u0307", "ı",
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
    "decimal(10,2)": tuple(map(Decimal, ["0", "1", "2.5", "-0.01", "99999999.99", "-99999999.99", "1.23", "-2.55"])),
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


def test_some_texts_give_the_same_value_in_both(frames: dict[str, DataFrame]) -> None:
    assert differences(frames, PORTABLE[::25], most_failures=2) == []


@pytest.mark.thorough
def test_every_text_gives_the_same_value_in_both(frames: dict[str, DataFrame]) -> None:
    assert differences(frames, PORTABLE, most_failures=1000) == []


@pytest.mark.parametrize(
    ("seed", "count"), [(1, 10), *(pytest.param(seed, 100, marks=pytest.mark.thorough) for seed in range(2, 6))]
)
def test_random_expressions_give_the_same_value_in_both(frames: dict[str, DataFrame], seed: int, count: int) -> None:
    random = Random(seed)
    texts = [make_text(random, random.choice(["boolean", "boolean", *LEAVES]), 3) for _ in range(count)]

    portable = [text for text in texts if is_portable(text)]

    assert len(portable) > count / 3
    assert differences(frames, portable, most_failures=count // 20) == []


LEAVES = {
    "boolean": ("t", "u", "true", "i IS NULL", "s IS NOT NULL", "t IS NOT TRUE", "isnan(d)", "NULL"),
    "int": ("i", "j", "y", "sm", "b", "0", "1", "-3", "127", "2147483647", "5L", "length(s)", "year(day)", "NULL"),
    "double": ("d", "e", "f", "0D", "1.5D", "-2.5D", "1e3", "dc * 1D"),
    "decimal": ("dc", "dw", "1.5", "-0.05", "100.00"),
    "string": ("s", "p", "'a'", "''", "'%'", r"'it\'s'", "'한'", "substring(s, -2, 2)", "NULL"),
    "date": ("day", "day2", "DATE '2024-01-31'", "cast(ts as date)"),
    "timestamp": ("ts", "ts2", "TIMESTAMP '2024-01-31 12:30:00'", "date_trunc('month', ts)"),
}
FORMS = {   # what an expression of a type is made of; a word in braces is an expression of that type
    "boolean": (
        "{same}", "{same}", "{same}", "({boolean} AND {boolean})", "({boolean} OR {boolean})", "NOT ({boolean})",
        "({boolean}) IS TRUE", "({any}) IS NULL", "{int} IN ({int}, 1, NULL)", "{double} BETWEEN {int} AND {double}",
        "{string} LIKE '%a_'", "contains({string}, {string})", "{int} > {double}", "{decimal} <= {int}",
        "{int} <> {decimal}", "CASE WHEN {boolean} THEN {boolean} ELSE {boolean} END",
        "{int} <> 0 AND {int} / i > {double}", "{date} < {timestamp}", "{int} NOT IN (0, 2.5)",
        "{string} RLIKE '^[a-c]+$'", "lower({string}) = 'a'", "{decimal} IN (1, {decimal})",
    ),
    "int": (
        "({int} + {int})", "({int} - {int})", "({int} * {int})", "({int} % {int})", "-({int})", "abs({int})",
        "if({boolean}, {int}, {int})", "coalesce({int}, {int})", "greatest({int}, {int})", "length({string})",
        "cast({int} as bigint)", "cast({boolean} as int)", "day({date})", "hour({timestamp})", "nullif({int}, {int})",
        "try_cast({int} as smallint)", "{int} div {int}", "datediff({date}, {date})",
    ),
    "double": (
        "({double} + {double})", "({double} - {int})", "({double} * {double})", "({double} / {int})",
        "({int} / {int})", "({double} % {double})", "-({double})", "if({boolean}, {double}, {int})",
        "coalesce({double}, {int})", "least({double}, {double})", "cast({int} as double)", "round({double})",
        "abs({double})", "nvl({double}, 0)",
    ),
    "decimal": (
        "({decimal} + {decimal})", "({decimal} - {int})", "({decimal} * {decimal})", "round({decimal}, 1)",
        "abs({decimal})", "coalesce({decimal}, 0)", "if({boolean}, {decimal}, {decimal})", "-({decimal})",
        "floor({decimal})",
    ),
    "string": (
        "({string} || {string})", "concat({string}, '-', {string})", "trim({string})", "substring({string}, 2, 3)",
        "if({boolean}, {string}, {string})", "coalesce({string}, '')", "nullif({string}, {string})",
        "cast({int} as string)",
    ),
    "date": (
        "coalesce({date}, {date})", "if({boolean}, {date}, {date})", "least({date}, {date})",
    ),
    "timestamp": (
        "coalesce({timestamp}, {timestamp})", "if({boolean}, {timestamp}, {timestamp})", "date_trunc('week', ts)",
    ),
}  # fmt: skip


def make_text(random: Random, kind: str, depth: int) -> str:
    """A random expression of a type."""
    if depth == 0 or random.random() < 0.15:
        return random.choice(LEAVES[kind])
    form = random.choice(FORMS[kind])
    other = random.choice(list(LEAVES))
    if form == "{same}":
        form = "{any} " + random.choice(["=", "<>", "<", ">=", "<=>", "!=", "IS DISTINCT FROM"]) + " {any}"
    return re.sub(r"\{(\w+)\}", lambda word: make_text(random, other if word[1] == "any" else word[1], depth - 1), form)


def is_portable(text: str) -> bool:
    try:
        return translate(text, COLUMNS) is not None
    except NotPortable:
        return False


TOKENS = (
    "i t i t j d s 1 -2 2.5 'a' NULL true NOT NOT ! AND OR = <> < <=> + - * / % || - ( ) IS IS NULL TRUE IN LIKE "
    "BETWEEN AND , CASE WHEN THEN END"
)


@pytest.mark.thorough
def test_words_in_any_order_are_read_as_spark_reads_them(frames: dict[str, DataFrame]) -> None:
    random, words = Random(7), TOKENS.split()
    soups = {" ".join(random.choices(words, k=random.randint(3, 9))) for _ in range(200_000)}

    texts = sorted(filter(is_portable, soups), key=lambda text: (-len(text.split()), text))[:250]

    assert len(texts) == 250
    assert differences(frames, texts, most_failures=5) == []


@pytest.mark.thorough
def test_lower_and_upper_case_are_the_same_as_far_as_ascii_goes(spark: SparkSession, tmp_path: Path) -> None:
    letters = pa.table({"s": [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]})
    pq.write_table(letters, tmp_path / "letters.parquet")
    cases = [condition_functions.call(name, [Term("s", STRING, "")], "UTC").sql for name in ("lower", "upper")]

    spark_says = spark.read.parquet(str(tmp_path / "letters.parquet")).selectExpr("lower(s)", "upper(s)").toArrow()
    with duckdb.connect() as connection:
        connection.register("letters", letters)
        duckdb_says = connection.sql(f"SELECT {', '.join(cases)} FROM letters").to_arrow_table()

    for expected, found in zip(spark_says.columns, duckdb_says.columns, strict=True):
        pairs = set(zip(expected.to_pylist(), found.to_pylist(), strict=True))
        differ = [(one, other) for one, other in pairs if one != other]
        assert [pair for pair in differ if any(letter.isascii() for letter in "".join(pair))] == []


@pytest.mark.thorough
def test_types_are_those_of_spark(frames: dict[str, DataFrame]) -> None:
    rows = frames["calm"].select(*[F.expr(text).alias(f"c{at}") for at, text in enumerate(PORTABLE)])

    kinds = {text: field.dataType.simpleString() for text, field in zip(PORTABLE, rows.schema.fields, strict=True)}

    assert kinds == {text: str(translate(text, COLUMNS).type) for text in PORTABLE}
