"""Columns in DDL mean what Spark's own parser makes of them, and what it refuses is refused."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql.types import DecimalType, StructField, StructType, TimestampNTZType, TimestampType

from hotset.data.schema import DDLError, parse_columns

GOOD = (
    "a int",
    "a: int",
    "a int, b: bigint NOT NULL, `c d` decimal(10,2)",
    "a tinyint, b byte, c smallint, d short, e int, f integer, g bigint, h long",
    "a float, b real, c double, d string, e binary, f date, g boolean, h void, i variant",
    "a timestamp, b timestamp_ltz, c timestamp_ntz",
    "a decimal, b dec(5), c numeric(38,38), d DECIMAL ( 12 , 3 )",
    "a varchar(10), b char(3), c character(1)",
    "a time, b time(0), c time(6)",
    "a interval, b interval day, c interval day to second, d interval year to month, e interval month",
    "a array<int>, b map<string, array<double>>, c struct<>, d struct<x: int, `y z`: string not null comment 'hi'>",
    "a array<array<struct<b:map<int,int>>>>",
    "struct<a: int, b string>",
    "STRUCT < a : int >",
    "a int comment 'it''s', b int COMMENT \"two\"",
    r"a int comment 'it\'s\n'",
    "date date, int int, not int not null, comment int comment 'c', struct int, array array<int>",
    "`a``b` int, `c.d` int, `,` int, `1` int, `한글` string, _a int, 1a int, `` int",
    "a int comment 'one' 'two'",
    "a int -- the first\n, b int /* the\nsecond */, c int",
    "a int, a string",
    "\ta\nint\r\n",
    "time time, interval int, timestamp timestamp",
    "a int --x\\\n, b int",  # a backslash goes on with the comment
    "a int --x\n, b int",
    "a int, --x\rb int",
    "a int /* /* x */ */, b int",
    "a /**/ int/***/",
    "a timestamp without time zone, b TIMESTAMP WITH LOCAL TIME ZONE, c time(3) without time zone",
    "a\u00a0int\u3000,\u2003b\vint\f",
    r"a int comment r'\n', b int comment R" + '"\\t"',
    r"a int comment '\u0041\U0001F600\101\%\_\Z\x\\'",
    "a varchar(2147483647)",
)
BAD = (
    "a",
    "a int,",
    ", a int",
    "a int b int",
    "a int, , b int",
    "int",
    "a foo",
    "a text",
    "a int64",
    "a varchar",
    "a varchar(1,2)",
    "a int(3)",
    "a float(3)",
    "a string(3)",
    "a decimal(39)",
    "a decimal(5,6)",
    "a decimal()",
    "a decimal(1,2,3)",
    "a decimal(-1)",
    "a time(10)",
    "a time(1,2)",
    "a array",
    "a array<int",
    "a array<int>>",
    "a map<int>",
    "a map<int,int,int>",
    "a struct<x>",
    "a struct<x int",
    "a int not",
    "a int null",
    "a int not null not null",
    "a int comment",
    "a int comment hi",
    "a int comment 'x' not null",
    "a interval day to year",
    "a interval second to day",
    "a interval day to day",
    "a interval year to second",
    "a int default 5",
    "n.m int",
    "a-b int",
    "1 int",
    "1e5 int",
    "1d int",
    "`a int",
    "ä int",
    "한글 int",
    "'a' int",
    "a 'int'",
    "a (int)",
    "a int; b int",
    "a int) b int",
    "struct<a int>, b int",
    "array<int>",
    "a int --x\rb int",
    "/*+ x */ a int",
    "a int /* /* */",
    "a\u0085int",
    "a\x1fint",
    "a varchar(99999999999)",
    "a timestamp with time zone",
    "a timestamp without zone",
    "a date without time zone",
    "a time with local time zone",
)


def of_spark(text: str) -> StructType | None:
    try:
        schema = StructType.fromDDL(text)
    except (PySparkException, Py4JJavaError):
        return None
    return schema if isinstance(schema, StructType) else None


def of_ours(text: str) -> StructType | None:
    try:
        return parse_columns(text)
    except DDLError:
        return None


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("text", GOOD)
def test_it_is_what_spark_makes_of_it(text: str) -> None:
    assert of_spark(text) is not None, "Spark refuses it: it belongs to the others"
    assert parse_columns(text).jsonValue() == of_spark(text).jsonValue()  # type: ignore[union-attr]


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("text", BAD)
def test_what_spark_refuses_is_refused(text: str) -> None:
    assert of_spark(text) is None, "Spark takes it: it belongs to the others"
    with pytest.raises(DDLError):
        parse_columns(text)


names = st.sampled_from(["a", "b1", "`c d`", "`e``f`", "date", "not", "말", "_", "comment", "Struct"])
simple = st.sampled_from(
    ["int", "BIGINT", "double", "string", "date", "timestamp", "decimal(9,2)", "char(3)", "interval", "void", "time"]
)
types: Any = st.recursive(
    simple,
    lambda inner: st.one_of(
        inner.map("array<{}>".format),
        st.tuples(inner, inner).map(lambda pair: f"map<{pair[0]},{pair[1]}>"),
        st.tuples(names, inner).map(lambda pair: f"struct<{pair[0]}: {pair[1]}>"),
    ),
    max_leaves=4,
)
ends = st.sampled_from(["", "", " not null", " comment 'x'", ' not null comment "y"'])
columns = st.tuples(names, st.sampled_from([" ", ": ", " : "]), types, ends).map("".join)
texts = st.lists(columns, min_size=1, max_size=4).map(", ".join)
edits = st.tuples(st.integers(0, 200), st.integers(0, 3), st.sampled_from([*"<>(),:`' \n-a1", " int", "not "]))


@pytest.mark.thorough
@pytest.mark.usefixtures("spark")
@settings(max_examples=600, deadline=None)
@given(texts, st.lists(edits, max_size=2))
def test_random_columns_and_broken_ones_are_as_spark_has_them(text: str, edited: list[tuple[int, int, str]]) -> None:
    for place, removed, added in edited:
        place %= len(text) + 1
        text = text[:place] + added + text[place + removed :]
    ours, spark = of_ours(text), of_spark(text)

    assert (ours and ours.jsonValue()) == (spark and spark.jsonValue()), text


def test_timestamp_alone_follows_the_session() -> None:
    assert parse_columns("t timestamp")["t"].dataType == TimestampType()
    assert parse_columns("t timestamp", ntz=True)["t"].dataType == TimestampNTZType()
    assert parse_columns("t timestamp_ltz", ntz=True)["t"].dataType == TimestampType()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a int,", "a column's name is missing at the end"),
        ("a", "a type is missing at the end"),
        ("temp max", "there is no type max"),
        ("a int(3)", "there is no type int(3)"),
        ("a decimal(5,6)", "a decimal has from 1 to 38 digits, and no more of them behind the point"),
        ("a varchar", "varchar needs a length, as in varchar(10)"),
        ("", "a column's name is missing at the end"),
        ("a char(0)", "char needs a length, as in char(10)"),
        ("a decimal(0)", "a decimal has from 1 to 38 digits, and no more of them behind the point"),
        ("a-b int", "unexpected '-' at character 2; put an odd name into back-ticks"),
        ("말 int", "unexpected '말' at character 1; put an odd name into back-ticks"),
        ("a int b int", "unexpected 'b' at character 7"),
        ("a array<int, b int", "unexpected ',' at character 12, '>' is expected"),
        ("a int not nul", "unexpected 'nul' at character 11, 'null' is expected"),
    ],
)
def test_a_reason_says_what_and_where(text: str, reason: str) -> None:
    with pytest.raises(DDLError) as refused:
        parse_columns(text)
    assert str(refused.value) == reason


def test_it_needs_no_session() -> None:
    field = StructField("n", DecimalType(12, 2), False, {"comment": "of what"})

    assert parse_columns("n decimal(12,2) not null comment 'of what'").fields == [field]
