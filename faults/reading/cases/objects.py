"""JSON lines: malformed, no object, wrong types, keys that are new or given twice."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from faults.reading.cases.case import Case, one_file, utc
from hotset import Dataset

COLUMNS = {
    "i": "int",
    "l": "bigint",
    "d": "double",
    "f": "float",
    "e": "decimal(5,2)",
    "o": "boolean",
    "day": "date",
    "at": "timestamp",
    "clock": "timestamp_ntz",
    "s": "string",
    "list": "array<int>",
    "pair": "struct<x:int,y:string>",
}
EVERY = Dataset(", ".join(f"{name} {kind}" for name, kind in COLUMNS.items()), format="json")
SMALL = Dataset("a int not null, b string", format="json")
IGNORING = replace(SMALL, on_new="ignore")

NOT, OUT = "not of type", "out of range of type"
BAD_JSON, NO_OBJECT = "not valid JSON", "not a JSON object"

# key, JSON -> its value, or the reason why it has none
MEMBERS: tuple[tuple[str, str, Any], ...] = (
    ("i", "2147483647", 2147483647),
    ("i", "2147483648", OUT),
    ("i", "-2147483648", -2147483648),
    ("i", "-2147483649", OUT),
    ("i", "1.0", NOT),
    ("i", "1e2", NOT),
    ("i", '"1"', NOT),
    ("i", "true", NOT),
    ("i", "[1]", NOT),
    ("i", "{}", NOT),
    ("i", "-0", 0),
    ("l", "9223372036854775807", 9223372036854775807),
    ("l", "9223372036854775808", OUT),
    ("l", "123456789012345678901234567890", OUT),
    ("d", "1", 1.0),
    ("d", "1e308", 1e308),
    ("d", "1e309", OUT),
    ("d", "1e-400", 0.0),
    ("d", "9007199254740993", 9007199254740992.0),
    ("d", '"1.5"', NOT),
    ("d", '"NaN"', NOT),
    ("f", "3.5e38", OUT),
    ("f", "0.1", 0.10000000149011612),
    ("e", "999.99", Decimal("999.99")),
    ("e", '"999.99"', Decimal("999.99")),
    ("e", "1000", OUT),
    ("e", '"0.001"', OUT),
    ("e", '"many"', NOT),
    ("e", "false", NOT),
    ("o", "true", True),
    ("o", '"true"', NOT),
    ("o", "0", NOT),
    ("day", '"2024-02-29"', date(2024, 2, 29)),
    ("day", '"2023-02-29"', NOT),
    ("day", "20240229", NOT),
    ("at", '"2024-01-01T05:06:07+01:00"', utc("2024-01-01T04:06:07")),
    ("at", "1704067200", NOT),
    ("at", '"01.01.2024"', NOT),
    ("clock", '"2024-01-01 05:06"', datetime(2024, 1, 1, 5, 6)),
    ("clock", '"2024-01-01T05:06Z"', NOT),
    ("s", "5", NOT),
    ("s", "true", NOT),
    ("s", "{}", NOT),
    ("s", '["x"]', NOT),
    ("s", r'"\ud83d\ude00 \u00e9 \/ \" \\ \b\f\n\r\t"', '\U0001f600 é / " \\ \b\f\n\r\t'),
    ("s", "null", None),
    ("list", "[1, null, 3]", [1, None, 3]),
    ("list", "[]", []),
    ("list", "1", NOT),
    ("list", '{"0": 1}', NOT),
    ("list", '["1"]', NOT),
    ("pair", '{"y": "z", "x": 1}', {"x": 1, "y": "z"}),
    ("pair", '{"x": 1}', {"x": 1, "y": None}),
    ("pair", "[1]", NOT),
    ("pair", '{"x": "1"}', NOT),
)
MALFORMED = (
    '{"a": 1',
    '{"a": 1}}',
    '{"a": 1} {"a": 2}',
    '{"a": 1},',
    '{"a": 1,}',
    "{'a': 1}",
    "{a: 1}",
    '{"a": 01}',
    '{"a": +1}',
    '{"a": .5}',
    '{"a": 5.}',
    '{"a": 0x10}',
    '{"a": NaN}',
    '{"a": -Infinity}',
    '{"a": Infinity}',
    '{"a": nan}',
    '{"a": True}',
    '{"a": None}',
    '{"a": 1 /* one */}',
    '{"a" 1}',
    '{"a": }',
    '{"b": "x',
    '{"b": "x\ty"}',
    '{"b": "\\x41"}',
    '{"b": "\\u12"}',
    '{"b": "\\ud800"}',
    '{"b": "\\ude00\\ud83d"}',
    '{"\\ud800": 1}',
    '{"z": ["\\udfff"]}',
    '{"a": [1}',
    '{"a": [1,]}',
    "{,}",
    "tru",
    "a,b",
    "{",
    "[",
    '"',
    "\ufeff{}",
    '\u00a0{"a": 1}',
    '{"a": 1}\x0c',
    "{}{}",
    '{"a": 1}#',
    '{"a": --1}',
    '{"a": 1e}',
    '{"a": ١}',
    "[" * 50_000,
)
NO_OBJECTS = ("[]", '[{"a": 1}, {"a": 2}]', "1", '"x"', "null", "true", '""', "[[1]]")


def cases() -> Iterator[Case]:
    for key, text, meaning in MEMBERS:
        yield _member(key, text, meaning)
    for line in MALFORMED:
        yield _line(line, BAD_JSON)
    for line in NO_OBJECTS:
        yield _line(line, NO_OBJECT)
    yield from _keys()


def _member(key: str, text: str, meaning: Any) -> Case:
    content = f'{{}}\n{{"{key}": {text}}}\n{{}}'.encode()
    nothing = (None,) * len(COLUMNS)
    name = f"JSON {key} {text}"
    if meaning in (OUT, NOT):
        return one_file(name, EVERY, content, (nothing, nothing), ((2, key, f"{meaning} {COLUMNS[key]}"),))
    row = tuple(meaning if column == key else None for column in COLUMNS)
    return one_file(name, EVERY, content, (nothing, row, nothing))


def _line(line: str, reason: str) -> Case:
    content = b'{"a": 1}\n' + line.encode() + b'\n{"a": 2}\n'
    return one_file(f"JSON {line[:40]!a}", SMALL, content, ((1, None), (2, None)), ((2, "", reason),))


def _keys() -> Iterator[Case]:
    null, twice, new = "null, declared not null", "key given twice", "undeclared key"
    yield one_file("a key missing", SMALL, b'{"b": "x"}\n{"a": 1}', ((1, None),), ((1, "a", null),))
    yield one_file("null where none may be", SMALL, b'{"a": null, "b": null}', (), ((1, "a", null),))
    yield one_file("a key in another case", SMALL, b'{"a": 1, "B": "x"}', (), ((1, "B", new),))
    yield one_file("a key twice", SMALL, b'{"a": 1, "a": 1}\n{"a": 2}', ((2, None),), ((1, "a", twice),))
    yield one_file("a key twice, once escaped", SMALL, rb'{"a": 1, "\u0061": 2}', (), ((1, "a", twice),))
    yield one_file(
        "a key twice, with other faults",
        SMALL,
        b'{"b": 1, "a": 1, "a": null}',
        (),
        ((1, "a", twice), (1, "b", "not of type string")),
    )
    yield one_file("an undeclared key", SMALL, b'{"a": 1, "c": 2}\n{"a": 2}', ((2, None),), ((1, "c", new),))
    yield one_file(
        "two undeclared keys and a fault",
        SMALL,
        b'{"d": 1, "a": "x", "c": 2}',
        (),
        ((1, "a", "not of type int"), (1, "d", new), (1, "c", new)),
    )
    yield one_file("an empty key", SMALL, b'{"a": 1, "": 2}', (), ((1, "", new),))
    yield one_file(
        "undeclared keys ignored",
        IGNORING,
        b'{"a": 1, "c": {"d": [1, {}]}, "e": 2}\n{"c": 1}',
        ((1, None),),
        ((2, "a", null),),
    )
    yield one_file(
        "ignored keys are JSON all the same",
        IGNORING,
        b'{"a": 1, "c": NaN}\n{"a": 2, "c": [}',
        (),
        ((1, "", BAD_JSON), (2, "", BAD_JSON)),
    )
    yield one_file("Latin-1 in a struct", EVERY, b'{"pair":{"x":1,"y":"\xe9"}}', (), ((1, "", "not valid UTF-8"),))
    yield one_file(
        "Latin-1 in a list in an ignored key", IGNORING, b'{"a":1,"c":["\xe9"]}', (), ((1, "", "not valid UTF-8"),)
    )
    yield one_file("NaN in an ignored key", IGNORING, b'{"a":1,"c":NaN}', (), ((1, "", BAD_JSON),))
    yield one_file("a surrogate in an ignored key", IGNORING, b'{"a":1,"c":"\\ud800"}', (), ((1, "", BAD_JSON),))
    yield one_file("a key twice, and all else is well", SMALL, b'{"a":1,"a":2}', (), ((1, "a", twice),))
    yield one_file("a key twice in an ignored object", IGNORING, b'{"a":1,"c":{"d":1,"d":2}}', ((1, None),))
    yield one_file(
        "a number with a leading zero in an ignored key", IGNORING, b'{"a":1,"c":01}', (), ((1, "", BAD_JSON),)
    )
    yield one_file("something behind an object", SMALL, b'{"a":1}x', (), ((1, "", BAD_JSON),))
    yield one_file("a comma behind the last member", SMALL, b'{"a":1,}', (), ((1, "", BAD_JSON),))
    yield one_file("a control character in a string", SMALL, b'{"a":1,"b":"\x01"}', (), ((1, "", BAD_JSON),))
    yield one_file("a comment behind an object", SMALL, b'{"a":1}//', (), ((1, "", BAD_JSON),))
    yield one_file("an invalid escape", SMALL, b'{"a":1,"b":"\\x"}', (), ((1, "", BAD_JSON),))
    yield one_file("blanks around JSON", SMALL, b' \t{ "a" :\t1 } \r\n{"a":2}\t', ((1, None), (2, None)))
    yield one_file("an object over lines", SMALL, b'{"a":\n1}\n', (), ((1, "", BAD_JSON), (2, "", BAD_JSON)))
    yield one_file(
        "an array over lines",
        SMALL,
        b'[\n{"a": 1},\n{"a": 2}\n]\n',
        ((2, None),),
        ((1, "", BAD_JSON), (2, "", BAD_JSON), (4, "", BAD_JSON)),
    )
