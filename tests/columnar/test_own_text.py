"""Own texts: of one form no two texts are one value, and writing a value gives its text again."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotset import own_text

KINDS = {
    "boolean": pa.bool_(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", "UTC"),
}


@pytest.mark.parametrize(
    ("text", "form", "own"),
    [
        ("1.5", "", True),
        ("1.5", ".0", True),
        ("20", "", True),
        ("20", ".0", False),
        ("20.0", ".0", True),
        ("20.0", "", False),
        ("1.50", "", False),
        ("01.5", "", False),
        ("+1.5", "", False),
        (".5", "", False),
        ("5.", "", False),
        ("-0", "", False),
        ("-0.0", ".0", False),
        ("0", "", True),
        ("1e3", "", False),
        ("1e-05", "", True),
        ("0.00001", "", False),
        ("1e+16", "", True),
        ("12345678901.5", "", True),
        ("12345678901", "", True),
        ("0.30000000000000004", "", True),
        ("0.300000000000000044", "", False),
        ("12345678901234567891", "", False),
        ("nan", "", True),
        ("NaN", "", False),
        ("inf", ".0", True),
    ],
)
def test_a_double_has_one_text_of_each_form(text: str, form: str, own: bool) -> None:
    texts = pa.array([text, None])

    found = own_text.own_texts(texts, texts.cast(pa.float64()), "double", form)

    assert found.tolist() == [own, True]


@given(st.floats(), st.sampled_from(["", ".0"]))
def test_what_is_written_is_read_as_the_same_double(value: float, form: str) -> None:
    values = pa.array([value])

    (text,) = own_text.write(values, "double", form).to_pylist()

    again = float(text)
    assert again == value or (again != again and value != value)


@pytest.mark.parametrize(
    "texts",
    [
        ["2026-01-31"],
        ["2026-01-31 10:00"],
        ["2026-01-31T10:00:59"],
        ["2026-01-31 10:00:59.5"],
        ["2026-01-31T10:00:59.123456"],
        ["2026-01-31T10:00:59.120Z", "1969-12-31T23:59:59.999Z"],
        ["0001-01-01 00:00:00Z"],
    ],
)
def test_times_are_written_in_their_pattern(texts: list[str]) -> None:
    given_ = pa.array(texts)
    (form,) = own_text.forms_of(given_, "timestamp")
    kind = pa.timestamp("us", "UTC" if texts[0].endswith("Z") else None)

    assert own_text.write(given_.cast(kind), "timestamp", form).to_pylist() == texts


def test_offsets_are_no_form_of_a_time() -> None:
    assert own_text.forms_of(pa.array(["2026-01-31T10:00:00+02:00"]), "timestamp") == ()
    assert own_text.forms_of(pa.array(["2026-01-31 10-05"]), "timestamp") == ()
