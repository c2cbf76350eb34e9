"""A text of a plain CSV is read by DuckDB as our own reader reads it, or there is a doubt; never otherwise."""

from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotset import Dataset
from hotset.columnar.layout import Column, Layout
from hotset.columnar.own_text import keep_order, own_texts
from hotset.columnar.values import convert
from hotset.data.guess import Guess
from hotset.rows.csv_source import DOUBT, convert_text

KINDS = (
    *("tinyint", "smallint", "int", "bigint", "float", "double", "decimal(10,2)", "decimal(38,10)", "decimal(5,0)"),
    *("boolean", "date", "timestamp", "timestamp_ntz"),
)
GUESSES = {
    "bigint": (Guess(), Guess("ordered", "5"), Guess("measure")),
    "double": (Guess(), Guess(form=".0"), Guess("ordered"), Guess("measure")),
    "boolean": (Guess(form="true/false"), Guess(form="TRUE/FALSE")),
    "date": (Guess(),),
    "timestamp": (Guess(form="9999-99-99T99:99:99"), Guess(form="9999-99-99 99:99:99.999Z"), Guess(form="9999-99-99")),
}
TEXTS = (
    *(
        "0",
        "-0",
        "+0",
        "00",
        "7",
        "007",
        "-007",
        "+7",
        " 7",
        "7 ",
        "\t7",
        "1_000",
        "0x1A",
        "1e3",
        "1E3",
        "1e-3",
        "1e+03",
    ),
    *("7.", ".7", "7.0", "7.10", "-7.5", "+7.5", "1.5e300", "1e999", "-1e999", "nan", "NaN", "inf", "-Infinity", "1,5"),
    *("127", "128", "-128", "-129", "32767", "32768", "2147483647", "2147483648", "9223372036854775807", "00501"),
    *("9223372036854775808", "-9223372036854775808", "9007199254740993", "12345678901234567890", "99999999.99"),
    *("123456789012345678.0", "1234567890123456.7", "0.1", "0.00001", "-0.0", "20", "20.0", "3.4028236e38", "1e-46"),
    *("true", "True", "TRUE", "tRUE", "t", "1", "yes", "false", "False", "FALSE", "f", ""),
    *("2024-01-31", "2024-02-29", "2023-02-29", "2024-02-30", "2024-13-01", "0000-01-01", "0001-01-01", "9999-12-31"),
    *("2024-1-5", "20240131", "31.01.2024", "2024-01-31 10", "2024-01-31T10:11", "2024-01-31 10:11:12", "10:11:12"),
    *(
        "2024-01-31T10:11:12",
        "2024-01-31 10:11:12.123Z",
        "2024-01-31T10:11:12.123456",
        "2024-01-31T10:11:12.1234567",
        "2024-01-31T24:00:00",
        "2024-01-31T23:59:60",
    ),
    *("2024-01-31T10:11:12Z", "2024-01-31T10:11:12+02", "2024-01-31T10:11:12+0200", "2024-01-31T10:11:12+02:00"),
    *("2024-01-31T10:11:12-14:59", "2024-01-31T10:11:12 UTC", "0001-01-01T00:00:00+02:00", "9999-12-31T23:59:59-02:00"),
    *(
        "2024-01-31 10:11:12.5Z",
        "infinity",
        "epoch",
        "1.0.0",
        "--7",
        "7-",
        "½",
        "٣",
        "1 000",
        "$7",
        "7%",
        "e5",
        ".",
        "-",
    ),
)


NUMBERS = r"[-+ ]?[0-9._eE]{1,60}[ ]?|[-+]?[0-9.]{1,20}(e[-+]?[0-9]{1,3})?"


def read(kind: str, guess: Guess | None, texts: list[str]) -> tuple[list[Any], list[Any]]:
    """What DuckDB and our reader make of the texts; DOUBT where DuckDB has one, or ours finds a fault."""
    dataset = Dataset(f"x {kind}", format="csv", guesses={"x": guess} if guess else {})
    layout = Layout.of(dataset, "UTC")
    column = layout.columns[0]
    table = pa.table({"place": range(len(texts)), "text": pa.array(texts, pa.string())})
    converted = convert_text(column, layout, "text", "value")
    assert converted is not None or guess or kind == "decimal(38,38)"
    if converted is None:
        return [], []
    value, is_sure = converted
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        database.register("texts", table)
        made = f"SELECT place, text, {value} AS value FROM texts"
        rows = database.sql(f"SELECT {is_sure} AS sure, value FROM ({made}) ORDER BY place").to_arrow_table()
    ours = _ours(table["text"].combine_chunks(), column)
    theirs = [
        one.as_py() if sure and one.is_valid else DOUBT
        for sure, one in zip(rows["sure"].to_pylist(), rows["value"].cast(column.type), strict=True)
    ]
    return theirs, ours


def _ours(texts: pa.StringArray, column: Column) -> list[Any]:
    values, faults = convert(texts, column, "UTC", refuse_nan=False)
    if column.own_form is not None:
        kept = own_texts(texts, values, column.kind, column.own_form).tolist()
    elif column.code_length or column.is_ordered_double:
        kept = keep_order(texts, values, column.kind, column.code_length).tolist()
    else:
        kept = [True] * len(texts)
    return [one if kept[place] and place not in faults else DOUBT for place, one in enumerate(values.to_pylist())]


def check(kind: str, guess: Guess | None, texts: list[str]) -> int:
    """How many were read without a doubt."""
    theirs, ours = read(kind, guess, texts)
    wrong = [
        (text, one, other)
        for text, one, other in zip(texts, theirs, ours, strict=False)
        if one != DOUBT and repr(one) != repr(other)
    ]
    assert wrong == []
    return sum(one != DOUBT for one in theirs)


@pytest.mark.parametrize("kind", KINDS)
def test_texts_of_a_declared_type(kind: str) -> None:
    assert check(kind, None, list(TEXTS)) > 1


@pytest.mark.parametrize(("kind", "guess"), [(kind, guess) for kind, guesses in GUESSES.items() for guess in guesses])
def test_texts_of_a_guessed_type(kind: str, guess: Guess) -> None:
    assert check(kind, guess, list(TEXTS)) > 0


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from([(kind, None) for kind in KINDS] + [(kind, one) for kind, some in GUESSES.items() for one in some]),
    st.lists(
        st.from_regex(NUMBERS, fullmatch=True)
        | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9:.]{2,12})?Z?", fullmatch=True),
        min_size=1,
        max_size=20,
    ),
)
def test_random_texts(case: tuple[str, Guess | None], texts: list[str]) -> None:
    check(*case, texts)
