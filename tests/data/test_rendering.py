import random
import sys

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from hotset.data.rendering import PLAIN, _is_plain, line_of

ROWS: dict[str, list[tuple[str | None, int | None]]] = {
    "plain": [("the", 3), ("“나라”…", -1), ('a"b (c)', 0), ("", 2**62), (None, None), ("Ωя、か漢é"[0:2], 7)],
    "odd": [("it's", 1), ("back\\slash", 2), ("nul\0", 3), ("e\u0301\u200b", 4), ("\U0001f600", 5), ("both'\"", 6)],
}


@pytest.mark.parametrize("kind", ROWS)
@pytest.mark.parametrize("kept", [True, False])
def test_a_row_reads_as_python_shows_the_tuple(spark: SparkSession, kind: str, kept: bool) -> None:
    frame = spark.createDataFrame(ROWS[kind], "word string, `odd ``name` bigint")
    frame = frame.persist() if kept else frame

    lines = [row.value for row in frame.select(line_of(frame).alias("value")).collect()]

    assert lines == [str(row) for row in ROWS[kind]]
    assert _is_plain(frame) == (kind == "plain")
    frame.unpersist()


def test_other_types_read_as_python_shows_them(spark: SparkSession) -> None:
    rows = [(1.5, [1, None], True), (float("nan"), [], None)]
    frame = spark.createDataFrame(rows, "x double, a array<int>, b boolean").persist()

    lines = [row.value for row in frame.select(line_of(frame).alias("value")).collect()]

    assert lines == [str(row) for row in rows]
    frame.unpersist()


def test_one_string_column_is_written_as_it_is(spark: SparkSession) -> None:
    frame = spark.createDataFrame([("it's",), ("x",)], "value string")

    assert [row.value for row in frame.select(line_of(frame).alias("value")).collect()] == ["it's", "x"]


@pytest.mark.thorough
def test_every_character_called_plain_is_shown_by_python_as_it_is(spark: SparkSession) -> None:
    characters = [(chr(code),) for code in range(sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF]
    random.Random(1).shuffle(characters)

    plain = spark.createDataFrame(characters, "c string").filter(F.col("c").rlike(PLAIN))

    shown = [row.c for row in plain.collect()]
    assert len(shown) > 30_000
    assert [char for char in shown if repr(char) != f"'{char}'"] == []
