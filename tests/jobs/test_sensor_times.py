"""How times are written, by a sample: known, or refused with what to do."""

import re

import pyarrow as pa
import pytest

from hotset import Form, IsoTime, UnitTime, UsageError
from hotset.jobs.sensor_report.times import by_sample, of_unit

SECOND = 1_709_251_200


def test_times_that_a_zone_repeats_are_of_a_known_form() -> None:
    texts = pa.array(["2024-10-27 02:10:00", "2024-10-27 02:20:00"])

    assert by_sample("at", texts, "Europe/Berlin") == IsoTime("Europe/Berlin")


@pytest.mark.parametrize(
    ("texts", "form"),
    [
        (["2024-03-01 10:00"], IsoTime("Asia/Tokyo")),
        (["2024-03-01T10:00:00.123456789Z", "x"] * 2 + ["2024-03-01"], IsoTime("Asia/Tokyo")),
        ([], IsoTime("Asia/Tokyo")),
        ([str(SECOND), str(SECOND + 60)], UnitTime("s", "guessed")),
        ([f"{SECOND}.25", f"{SECOND}"], UnitTime("s", "guessed")),
        (["1.709251200e9"], UnitTime("s", "guessed")),
        ([str(SECOND * 1000), str(SECOND * 1000 + 5)], UnitTime("ms", "guessed")),
        ([str(SECOND * 10**6 + 5)], UnitTime("us", "guessed")),
        ([str(SECOND * 10**9 + 5)], UnitTime("ns", "guessed")),
        (["1.709251200000000123e18"], UnitTime("ns", "guessed")),
        ([str(SECOND)] * 9 + [str(SECOND * 1000), "0"], UnitTime("s", "guessed")),
        ([str(SECOND)] * 9 + ["2024-03-01"], UnitTime("s", "guessed")),
        (["100000000", "9999999999"], UnitTime("s", "guessed")),
    ],
)
def test_a_form_that_most_of_a_sample_has(texts: list[str], form: Form) -> None:
    assert by_sample("at", pa.array(texts, pa.string()), "Asia/Tokyo") == form


@pytest.mark.parametrize(
    ("texts", "messages"),
    [
        (["13/02/2024", "02/03/2024"], ["'13/02/2024' and '02/03/2024'", "--time-format '%d/%m/%Y' would"]),
        (["02/13/2024", "02/03/2024"], ["--time-format '%m/%d/%Y' would"]),
        (["02/03/2024", "04/05/2024"], ["'%d/%m/%Y' or --time-format '%m/%d/%Y' would"]),
        (["01.03.2024 10:00", "31.03.2024 10:00"], ["--time-format '%d.%m.%Y %H:%M' would"]),
        (["3/1/24 1:05 PM", "3/31/24 1:05 PM"], ["--time-format '%m/%d/%y %I:%M %p' would"]),
        (["20240301", "20240302"], ["--time-format '%Y%m%d' would"]),
        (["2024/03/01 10:00:00"], ["--time-format '%Y/%m/%d %H:%M:%S' would"]),
        (["Mar 1, 2024"], ["--time-format '%b %d, %Y' would"]),
        (["0", "60", "120"], ["'0' and '120'", "--time-unit s, ms, us or ns"]),
        (["45352.5", "45353.0"], ["'45352.5' and '45353.0'", "--time-unit"]),
        (["20000000000"], ["--time-unit"]),
        ([str(SECOND), str(SECOND * 1000)], [f"'{SECOND}' and '{SECOND * 1000}'", "--time-unit"]),
        (["2024-W10-5", "2024-W10-6"], ["'2024-W10-5'", "--time-format"]),
        (["2024-061"], ["'2024-061'", "--time-format"]),
        (["yesterday", "today"], ["'yesterday' and 'today'", "--time-format, as in"]),
        (
            ["2024030110", "2030123123"],
            ["seconds since 1970 or a time like %Y%m%d%H", "--time-unit s or --time-format"],
        ),
        (["202403011030", "202312312359"], ["milliseconds since 1970 or a time like %Y%m%d%H%M"]),
        (["240301103000", "231231235959"], ["milliseconds since 1970 or a time like %y%m%d%H%M%S"]),
    ],
)
def test_what_is_not_clear_is_never_guessed(texts: list[str], messages: list[str]) -> None:
    with pytest.raises(UsageError, match="column 'at'") as raised:
        by_sample("at", pa.array(texts), "UTC")

    assert [part for part in messages if not re.search(re.escape(part), str(raised.value))] == []


def test_a_named_unit_watches_over_others_where_times_are_of_our_days() -> None:
    ours, small = pa.array([str(SECOND)]), pa.array(["0", "86400"])

    assert [of_unit(ours, "s").unlike, of_unit(small, "s").unlike, of_unit(ours, "ms").unlike] == [
        "others",
        "none",
        "none",
    ]
