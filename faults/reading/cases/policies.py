"""What a dataset asks for beyond types: not null, finite numbers, rules, local times of a zone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from faults.reading.cases.case import Case, Expected, one_file, utc
from hotset import Dataset

REQUIRED = Dataset("a int not null, b string not null, c double", format="csv", header=False)
ONE_REQUIRED = Dataset("b string not null", format="csv", header=False)
FINITE = Dataset("d double, f float, n int", format="csv", header=False, nan="refuse")
RULES = {"a is small": "a < 10", "b is no secret": "b <> 'secret'"}
RULED = Dataset("a int, b string", format="csv", header=False, rules=RULES)
TIMES = Dataset("at timestamp, clock timestamp_ntz", format="csv", header=False)
TIMES_JSON = replace(TIMES, format="json")

NEW_YORK, SAO_PAULO, LORD_HOWE = "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe"
NULL, INFINITE = "null, declared not null", "not finite"

# zone, local time -> microseconds, or the reason why there are none
LOCAL: tuple[tuple[str, str, Any], ...] = (
    (NEW_YORK, "2024-03-10T01:59:59.999999", utc("2024-03-10T06:59:59.999999")),
    (NEW_YORK, "2024-03-10T02:00", "no such time in"),
    (NEW_YORK, "2024-03-10T02:59:59.999999", "no such time in"),
    (NEW_YORK, "2024-03-10T03:00", utc("2024-03-10T07:00:00")),
    (NEW_YORK, "2024-11-03T00:59:59.999999", utc("2024-11-03T04:59:59.999999")),
    (NEW_YORK, "2024-11-03T01:00", "two such times in"),
    (NEW_YORK, "2024-11-03T01:59:59.999999", "two such times in"),
    (NEW_YORK, "2024-11-03T02:00", utc("2024-11-03T07:00:00")),
    (NEW_YORK, "2024-11-03T01:30-05:00", utc("2024-11-03T06:30:00")),
    (NEW_YORK, "2024-03-10T02:30Z", utc("2024-03-10T02:30:00")),
    (NEW_YORK, "2024-07-01", utc("2024-07-01T04:00:00")),
    (NEW_YORK, "2024-01-01 12", utc("2024-01-01T17:00:00")),
    (NEW_YORK, "2050-07-01T00:00", utc("2050-07-01T04:00:00")),
    (NEW_YORK, "2050-03-13T02:30", "no such time in"),
    (SAO_PAULO, "2018-11-04", "no such time in"),  # a day that began at one o'clock
    (SAO_PAULO, "2018-11-04T00:59", "no such time in"),
    (SAO_PAULO, "2018-11-04T01:00", utc("2018-11-04T03:00:00")),
    (LORD_HOWE, "2024-04-07T01:29:59", utc("2024-04-06T14:29:59")),
    (LORD_HOWE, "2024-04-07T01:30", "two such times in"),  # clocks go back by half an hour
    (LORD_HOWE, "2024-04-07T02:00", utc("2024-04-06T15:30:00")),
    ("Asia/Kolkata", "2024-01-01T00:00", utc("2023-12-31T18:30:00")),
    ("Asia/Kolkata", "0001-01-01T05:00", "out of range of type timestamp"),
    ("+05:45", "2024-01-01T00:00", utc("2023-12-31T18:15:00")),
)


def cases() -> Iterator[Case]:
    yield one_file(
        "nulls where none may be",
        REQUIRED,
        b'1,x,\n,y,1\n2,,\n,,\n3,"",\n',
        ((1, "x", None), (3, "", None)),
        ((2, "a", NULL), (3, "b", NULL), (4, "a", NULL), (4, "b", NULL)),
    )
    yield one_file(
        "every fault of a row is told",
        REQUIRED,
        b"x,,y\n",
        (),
        ((1, "a", "not of type int"), (1, "b", NULL), (1, "c", "not of type double")),
    )
    yield one_file(
        "a line of nothing, one column, not null", ONE_REQUIRED, b'x\n\n""\n', (("x",), ("",)), ((2, "b", NULL),)
    )
    yield one_file(
        "infinities refused",
        FINITE,
        b"1,2,3\nnan,2,3\n1,-inf,3\nInfinity,NAN,x\n1,,\n",
        ((1.0, 2.0, 3), (1.0, None, None)),
        ((2, "d", INFINITE), (3, "f", INFINITE), (4, "d", INFINITE), (4, "f", INFINITE), (4, "n", "not of type int")),
    )
    yield one_file(
        "too large is out of range, not infinite",
        FINITE,
        b"1e309,1e39,\n",
        (),
        ((1, "d", "out of range of type double"), (1, "f", "out of range of type float")),
    )
    yield _rules()
    for zone, text, meaning in LOCAL:
        yield _local(TIMES, zone, text, meaning, f"{text},{text.rstrip('Z').removesuffix('-05:00')}")
        if isinstance(meaning, str):
            yield _local(TIMES_JSON, zone, text, meaning, f'{{"at": "{text}", "clock": "{text}"}}')


def _rules() -> Case:
    content = b"1,x\n10,x\n2,secret\n10,secret\n,\n,secret\nz,secret\n1,x,y\n"
    faults = {
        Expected("input.csv", 2, "", "a < 10", "a is small"),
        Expected("input.csv", 3, "", "b <> 'secret'", "b is no secret"),
        Expected("input.csv", 4, "", "a < 10", "a is small"),
        Expected("input.csv", 4, "", "b <> 'secret'", "b is no secret"),
        Expected("input.csv", 6, "", "b <> 'secret'", "b is no secret"),
        Expected("input.csv", 7, "a", "not of type int"),
        Expected("input.csv", 8, "", "3 fields, expected 2"),
    }
    holds = {
        "a is small": lambda row: None if row["a"] is None else row["a"] < 10,
        "b is no secret": lambda row: None if row["b"] is None else row["b"] != "secret",
    }
    rows = ((1, "x"), (None, None))
    return Case("rules", RULED, {"input.csv": content}, rows, frozenset(faults), holds=holds)


def _local(dataset: Dataset, zone: str, text: str, meaning: Any, line: str) -> Case:
    """A local time as a timestamp; beside it as one without a zone, which is never at fault."""
    name = f"{dataset.format} {text} in {zone}"
    content = line.encode() + b"\n"
    if isinstance(meaning, str):
        return one_file(
            name,
            dataset,
            content,
            (),
            ((1, "at", meaning if meaning.endswith("timestamp") else f"{meaning} {zone}"),),
            zone=zone,
        )
    clock = datetime.fromisoformat(text.rstrip("Z").removesuffix("-05:00"))
    return one_file(name, dataset, content, ((meaning, clock),), zone=zone)
