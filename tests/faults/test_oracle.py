"""The second reader itself: held to answers worked out by hand, since everything else is held to it."""

import gzip
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from faults.reading.cases.case import Case
from faults.reading.columns import Column, Type, columns_of
from faults.reading.corpus import corpus
from faults.reading.oracle import Fault, RefusedError, read
from faults.reading.ours import row_key
from faults.reading.values import nearest

from hotset import Dataset

CASES = [case for case in corpus() if case.dataset.format in ("csv", "json") and len(case.files) == 1]
READ = [case for case in CASES if case.refused is None]
REFUSED = [case for case in CASES if case.refused and case.on_empty == "ok"]


def test_columns_come_out_of_ddl() -> None:
    columns = columns_of("a int not null, `odd name` decimal(5, 2), c struct<x:int,y:array<string>>, d long")

    assert columns == (
        Column("a", Type("int"), nullable=False),
        Column("odd name", Type("decimal", 5, 2), nullable=True),
        Column(
            "c",
            Type("struct", fields=(("x", Type("int")), ("y", Type("array", element=Type("string"))))),
            nullable=True,
        ),
        Column("d", Type("bigint"), nullable=True),
    )
    assert [str(column.type) for column in columns[1:3]] == ["decimal(5,2)", "struct<x:int,y:array<string>>"]


@pytest.mark.parametrize(
    ("value", "bits", "exponent", "expected"),
    [
        (Fraction(1, 10), 53, 1023, 0.1),
        (Fraction(16777217), 24, 127, 16777216.0),  # half way between two floats: the even one
        (Fraction(16777219), 24, 127, 16777220.0),
        (Fraction(1, 2**149), 24, 127, 2.0**-149),  # the smallest float
        (Fraction(1, 2**150), 24, 127, 0.0),
        (Fraction(2**128 - 2**103), 24, 127, None),  # half way between the largest float and 2^128
        (Fraction(2**128 - 2**103 - 1), 24, 127, 3.4028234663852886e38),
    ],
)
def test_nearest_rounds_as_ieee_754_does(value: Fraction, bits: int, exponent: int, expected: float | None) -> None:
    assert nearest(value, bits, exponent) == expected


def test_csv_gives_rows_in_order_faults_with_their_places_and_counts() -> None:
    dataset = Dataset("a int not null, b decimal(5,2), day date", format="csv")
    content = b"\xef\xbb\xbfa,b,day\r\n1,2.50,2024-02-29\r\n\r\n,1000,2023-02-29\n2,,\r3,\xff,\n4"

    reading = read(dataset, "x.csv", content)

    assert reading.rows == [(1, Decimal("2.50"), date(2024, 2, 29)), (2, None, None)]
    assert reading.faults == [
        Fault(4, "a", "", "null, declared not null", ",1000,2023-02-29"),
        Fault(4, "b", "", "out of range of type decimal(5,2)", ",1000,2023-02-29"),
        Fault(4, "day", "", "not of type date", ",1000,2023-02-29"),
        Fault(6, "", "", "not valid UTF-8", r"3,\xff,"),
        Fault(7, "", "", "1 fields, expected 3", "4"),
    ]
    assert (reading.records, reading.blank) == (5, 1)


def test_multiline_sets_a_malformed_record_aside_as_its_first_line() -> None:
    dataset = Dataset("a int, b string", format="csv", header=False, multiline=True)

    reading = read(dataset, "x.csv", b'1,"one\ntwo"\nx,"\n"\n2,"never closed\n3,three\n')

    assert reading.rows == [(1, "one\ntwo"), (3, "three")]
    assert reading.faults == [
        Fault(3, "a", "", "not of type int", 'x,"\n"'),
        Fault(5, "", "", "unclosed quote", '2,"never closed'),
    ]


def test_json_lines_tell_every_fault_of_a_column() -> None:
    dataset = Dataset("a int, b array<int>", format="json")

    reading = read(dataset, "x.json", b'{"b": [1, null]}\n\n{"a": 1.5, "z": 1, "b": ["1"]}\n{"a": 1, "a": 1}\n[]\n{')

    assert reading.rows == [(None, [1, None])]
    assert [(fault.line, fault.column, fault.reason) for fault in reading.faults] == [
        (3, "a", "not of type int"),
        (3, "b", "not of type array<int>"),
        (3, "z", "undeclared key"),
        (4, "a", "key given twice"),
        (5, "", "not a JSON object"),
        (6, "", "not valid JSON"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "exit_code"),
    [
        ("x.csv", b"b,a\n", 4),
        ("x.csv", "a,b\n".encode("utf-16"), 4),
        ("x.csv", gzip.compress(b"a,b\n", mtime=0), 3),
        ("x.csv.gz", b"a,b\n", 3),
        ("x.csv.gz", gzip.compress(b"a,b\n", mtime=0)[:-1], 3),
    ],
)
def test_files_that_are_refused_as_a_whole(name: str, content: bytes, exit_code: int) -> None:
    with pytest.raises(RefusedError) as raised:
        read(Dataset("a int, b int", format="csv"), name, content)

    assert raised.value.exit_code == exit_code


@pytest.mark.parametrize("case", READ, ids=lambda case: case.name)
def test_the_second_reader_gives_the_answers_of_the_corpus(case: Case) -> None:
    ((name, content),) = case.files.items()

    reading = read(case.dataset, name, content, case.zone, case.holds)

    assert [row_key(row) for row in reading.rows] == [row_key(row) for row in case.rows]
    found = [(name, one.line, one.column, one.reason, one.rule) for one in reading.faults]
    assert sorted(found) == sorted(tuple(one) for one in case.faults)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_the_second_reader_refuses_what_the_corpus_has_as_refused(case: Case) -> None:
    ((name, content),) = case.files.items()

    with pytest.raises(RefusedError) as raised:
        read(case.dataset, name, content, case.zone, case.holds)

    assert case.refused == (raised.value.exit_code, name)
