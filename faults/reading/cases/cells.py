"""Single cells of CSV, each in a line of its own: every type at its limits, and one step beyond them."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from faults.reading.cases.case import Case, one_file, utc
from hotset import Dataset

COLUMNS = {
    "ti": "tinyint",
    "si": "smallint",
    "i": "int",
    "l": "bigint",
    "f": "float",
    "d": "double",
    "e": "decimal(5,2)",
    "w": "decimal(38,0)",
    "o": "boolean",
    "day": "date",
    "at": "timestamp",
    "clock": "timestamp_ntz",
    "s": "string",
}
EVERY = Dataset(", ".join(f"{name} {kind}" for name, kind in COLUMNS.items()), format="csv", header=False)

OUT, NOT = "out of range of type", "not of type"
INFINITE, NAN = float("inf"), float("nan")

# column, cell -> its value, or the reason why it has none
WHOLE: tuple[tuple[str, str, Any], ...] = (
    ("ti", "127", 127),
    ("ti", "128", OUT),
    ("ti", "-128", -128),
    ("ti", "-129", OUT),
    ("si", "32767", 32767),
    ("si", "32768", OUT),
    ("si", "-32768", -32768),
    ("si", "-32769", OUT),
    ("i", "2147483647", 2147483647),
    ("i", "2147483648", OUT),
    ("i", "-2147483648", -2147483648),
    ("i", "-2147483649", OUT),
    ("l", "9223372036854775807", 9223372036854775807),
    ("l", "9223372036854775808", OUT),
    ("l", "-9223372036854775808", -9223372036854775808),
    ("l", "-9223372036854775809", OUT),
    ("l", "18446744073709551616", OUT),  # 2^64, which a wrapping reader takes for 0
    ("l", "9" * 400, OUT),
    ("l", "0" * 400 + "7", 7),
    ("i", "-0", 0),
    ("i", "007", 7),
    ("i", " \t7 ", 7),
    ("i", '"7"', 7),
    ("i", '""', NOT),
    ("i", " ", NOT),
    ("i", "+7", NOT),
    ("i", "7.0", NOT),
    ("i", "1e3", NOT),
    ("i", "1_000", NOT),
    ("i", "0x10", NOT),
    ("i", "--7", NOT),
    ("i", "- 7", NOT),
    ("i", "-", NOT),
    ("i", "seven", NOT),
    ("i", "٧", NOT),  # a digit of another script
    ("i", "\u00a07", NOT),  # a no-break space is no blank
    ("i", "NULL", NOT),
)
NUMBERS: tuple[tuple[str, str, Any], ...] = (
    ("d", "1.7976931348623157e308", 1.7976931348623157e308),
    ("d", "1.7976931348623159e308", OUT),
    ("d", "-1e309", OUT),
    ("d", "1e999999999999", OUT),
    ("d", "1e-400", 0.0),
    ("d", "-1e-400", -0.0),
    ("d", "4.9e-324", 5e-324),
    ("d", "0e999999", 0.0),
    ("d", ".5", 0.5),
    ("d", "5.", 5.0),
    ("d", "+5E+1", 50.0),
    ("d", " 5 ", 5.0),
    ("d", "-0", -0.0),
    ("d", ".", NOT),
    ("d", "1e", NOT),
    ("d", "e5", NOT),
    ("d", "1.2.3", NOT),
    ("d", "5d", NOT),
    ("d", "5f", NOT),
    ("d", "0x1p3", NOT),
    ("d", "1;5", NOT),
    ("d", "NaN", NAN),
    ("d", "-nan", NAN),
    ("d", "inf", INFINITE),
    ("d", "-Infinity", -INFINITE),
    ("d", "+INF", INFINITE),
    ("d", "infin", NOT),
    ("d", "ınf", NOT),  # a dotless i, which some folding of case makes an i
    ("f", "3.4028235e38", 3.4028234663852886e38),
    ("f", "3.4028236e38", OUT),
    ("f", "-3.5e38", OUT),
    ("f", "1e-50", 0.0),
    ("f", "0.1", 0.10000000149011612),
    ("f", "16777217", 16777216.0),
    ("e", "999.99", Decimal("999.99")),
    ("e", "1000", OUT),
    ("e", "-999.99", Decimal("-999.99")),
    ("e", "-1000.00", OUT),
    ("e", "1.230", Decimal("1.23")),
    ("e", "1.234", OUT),
    ("e", "999.995", OUT),
    ("e", "12e1", Decimal("120.00")),
    ("e", "1e3", OUT),
    ("e", "1e-2", Decimal("0.01")),
    ("e", "1e-3", OUT),
    ("e", "0.00000", Decimal("0.00")),
    ("e", "1e99900000000000000000", OUT),
    ("e", "-1e-99900000000000000000", OUT),
    ("e", "0e99900000000000000000", Decimal("0.00")),
    ("e", "1.50e+00000000000000000001", Decimal("15.00")),
    ("f", "1.000000178813934326171499", 1.0000001192092896),  # as a double it lies half way between two floats
    ("e", "NaN", NOT),
    ("e", "inf", NOT),
    ("w", "9" * 38, Decimal("9" * 38)),
    ("w", "1" + "0" * 38, OUT),
    ("w", "-" + "9" * 38, Decimal("-" + "9" * 38)),
    ("w", "0.5", OUT),
)
OTHERS: tuple[tuple[str, str, Any], ...] = (
    ("o", "true", True),
    ("o", "FALSE", False),
    ("o", "True", True),
    ("o", "tRUE", NOT),
    ("o", "1", NOT),
    ("o", "yes", NOT),
    ("o", "t", NOT),
    ("o", " true", NOT),
    ("o", '""', NOT),
    ("day", "2024-02-29", date(2024, 2, 29)),
    ("day", "2023-02-29", NOT),
    ("day", "0001-01-01", date(1, 1, 1)),
    ("day", "0000-12-31", NOT),
    ("day", "9999-12-31", date(9999, 12, 31)),
    ("day", "10000-01-01", NOT),
    ("day", "2024-1-1", NOT),
    ("day", "2024-13-01", NOT),
    ("day", "2024-04-31", NOT),
    ("day", "31.12.2024", NOT),
    ("day", "20240101", NOT),
    ("day", "2024-W01-1", NOT),
    ("day", "2024-01-01T00:00", NOT),
    ("day", " 2024-01-01\t", date(2024, 1, 1)),
    ("day", "today", NOT),
    ("day", "２０２４-01-01", NOT),
    ("at", "2024-01-01", utc("2024-01-01T00:00:00")),
    ("at", "2024-01-01T05", utc("2024-01-01T05:00:00")),
    ("at", "2024-01-01 05:06", utc("2024-01-01T05:06:00")),
    ("at", "2024-01-01T05:06:07", utc("2024-01-01T05:06:07")),
    ("at", "2024-01-01T05:06:07.1", utc("2024-01-01T05:06:07.100000")),
    ("at", "2024-01-01T05:06:07.123456", utc("2024-01-01T05:06:07.123456")),
    ("at", "2024-01-01T05:06:07.1234567", NOT),
    ("at", "2024-01-01T05:06:07.", NOT),
    ("at", "2024-01-01T05:06:07Z", utc("2024-01-01T05:06:07")),
    ("at", "2024-01-01T05:06:07z", NOT),
    ("at", "2024-01-01T05:06+02", utc("2024-01-01T03:06:00")),
    ("at", "2024-01-01T05:06-0230", utc("2024-01-01T07:36:00")),
    ("at", "2024-01-01T05:06+02:30", utc("2024-01-01T02:36:00")),
    ("at", "2024-01-01T05:06+2", NOT),
    ("at", "2024-01-01T05:06 +02:00", NOT),
    ("at", "2024-01-01Z", NOT),
    ("at", "2024-01-01T24:00", NOT),
    ("at", "2024-01-01T23:60", NOT),
    ("at", "2016-12-31T23:59:60", NOT),  # a leap second, which no clock of Spark has
    ("at", "2024-01-01T5:06", NOT),
    ("at", "2024-01-01t05:06", NOT),
    ("at", "2024-01-01  05:06", NOT),
    ("at", "1704067200", NOT),
    ("at", "now", NOT),
    ("at", "0001-01-01T00:00:00", utc("0001-01-01T00:00:00")),
    ("at", "9999-12-31T23:59:59.999999", utc("9999-12-31T23:59:59.999999")),
    ("at", "0001-01-01T00:00+00:01", OUT),
    ("at", "9999-12-31T23:59:59.999999-00:01", OUT),
    ("at", "0001-01-01T00:00-00:01", utc("0001-01-01T00:01:00")),
    ("clock", "2024-03-10T02:30", datetime(2024, 3, 10, 2, 30)),
    ("clock", "2024-03-10T02:30Z", NOT),
    ("clock", "2024-03-10T02:30+01:00", NOT),
    ("s", " padded ", " padded "),
    ("s", '""', ""),
    ("s", "NULL", "NULL"),
    ("s", '"say ""hi"""', 'say "hi"'),
    ("s", 'in "the" middle', 'in "the" middle'),
    ("s", "\\N", "\\N"),
    ("s", "\u2028\u0085\x0b\x0c", "\u2028\u0085\x0b\x0c"),  # no line ends here
    ("s", "e\u0301\U0001f600\ufeff", "e\u0301\U0001f600\ufeff"),
)


def cases() -> Iterator[Case]:
    for column, text, meaning in WHOLE + NUMBERS + OTHERS:
        yield _case(column, text, meaning)


def _case(column: str, text: str, meaning: Any) -> Case:
    """The cell in the second of three lines, whose neighbours must stay what they are."""
    at = list(COLUMNS).index(column)
    cells = [""] * len(COLUMNS)
    cells[at] = text
    line = ",".join(cells)
    beside = ",".join([""] * (len(COLUMNS) - 1) + ["beside"])
    neighbour = (*[None] * (len(COLUMNS) - 1), "beside")
    content = f"{beside}\n{line}\n{beside}".encode()
    name = f"{column} {text[:40]!a}"
    if meaning in (OUT, NOT):
        return one_file(name, EVERY, content, (neighbour, neighbour), ((2, column, f"{meaning} {COLUMNS[column]}"),))
    row = tuple(meaning if index == at else None for index in range(len(COLUMNS)))
    return one_file(name, EVERY, content, (neighbour, row, neighbour))
