"""CSV as batches: the fast way and the exact one must not be told apart by what they give."""

from typing import Any

import pytest
from layouts import column, layout

from hotset.columnar.csv_records import CsvPart
from hotset.columnar.found import Bad, Good
from hotset.columnar.layout import Column

ID, NAME = column("id", "int"), column("name", "string")


def part(*columns: Column, placed: bool = False, **facts: Any) -> CsvPart:
    return CsvPart(layout(*columns, **facts), tuple(one.name for one in columns), placed)


def read(reader: CsvPart, piece: bytes) -> tuple[list[tuple[object, ...]], set[tuple[int, str | None, str]]]:
    found = list(reader.read(piece, None))
    rows = [tuple(row.values()) for one in found if isinstance(one, Good) for row in one.batch.to_pylist()]
    return rows, {(one.line, one.column, one.reason) for one in found if isinstance(one, Bad)}


def test_an_empty_cell_is_null_and_an_empty_quoted_one_is_not() -> None:
    assert read(part(ID, NAME), b'1,\n2,""\n,x\n') == ([(1, None), (2, ""), (None, "x")], set())


def test_quotes_only_mean_something_at_the_head_of_a_cell() -> None:
    rows, faults = read(part(ID, NAME), b'1,"a, ""b"""\n2,5" pipe\n3,"c"d\n4,"e\n5,f\n')

    assert rows == [(1, 'a, "b"'), (2, '5" pipe'), (5, "f")]
    assert faults == {(2, None, "text after a closing quote"), (3, None, "unclosed quote")}


def test_a_faulty_line_leaves_its_neighbours_alone() -> None:
    piece = b"1,a\n2\n3,a,b\n4,\xff\n5,\0\nx,f\n\n7,g\n"

    rows, faults = read(part(ID, NAME), piece)

    assert rows == [(1, "a"), (7, "g")]
    assert faults == {
        (1, None, "1 fields, expected 2"),
        (2, None, "3 fields, expected 2"),
        (3, None, "not valid UTF-8"),
        (4, None, "a NUL character"),
        (5, "id", "not of type int"),
    }


def test_every_fault_of_a_row_is_told() -> None:
    _, faults = read(part(ID, column("day", "date", nullable=False)), b"x,\ny,2023-13-01\n")

    assert faults == {
        (0, "id", "not of type int"),
        (0, "day", "null, declared not null"),
        (1, "id", "not of type int"),
        (1, "day", "not of type date"),
    }


def test_an_empty_line_is_no_record_unless_there_is_one_column() -> None:
    reader = part(ID, NAME)

    assert read(reader, b"1,a\n\n2,b\n")[0] == [(1, "a"), (2, "b")]
    assert reader.blanks == 1
    assert read(part(NAME), b"a\n\nb\n")[0] == [("a",), (None,), ("b",)]


def test_hexadecimal_numbers_are_not_taken_though_arrow_would() -> None:
    assert read(part(ID, NAME), b"0x1F,a\n2,0x1F\n") == ([(2, "0x1F")], {(0, "id", "not of type int")})


def test_separator_quote_and_null_can_be_others() -> None:
    reader = part(ID, NAME, separator=";", quote="'", null="NA")

    assert read(reader, b"1;'a;b'\n2;NA\n3;'NA'\n4;\n") == ([(1, "a;b"), (2, None), (3, "NA"), (4, "")], set())


def test_without_a_quote_nothing_is_quoted() -> None:
    assert read(part(ID, NAME, quote=""), b'1,"a"\n2,"\n') == ([(1, '"a"'), (2, '"')], set())


def test_a_line_that_is_too_long_is_set_aside() -> None:
    rows, faults = read(part(ID, NAME, longest_line_bytes=10), b"1,aaaaaaaaaaaaaaa\n2,aaaaaaaa\n")

    assert (rows, faults) == ([(2, "aaaaaaaa")], {(0, None, "longer than 10 bytes")})


@pytest.mark.parametrize("piece", [b"1,a\n2,b\n", b"1,a\nx,b\n3,c\n", b'1,"a"\n\n3,c\n'])
def test_placed_rows_know_their_line_and_text(piece: bytes) -> None:
    lines = piece.split(b"\n")

    found = [one for one in part(ID, NAME, placed=True).read(piece, None) if isinstance(one, Good)]

    for one in found:
        assert one.lines is not None
        assert one.raws is not None
        for line, raw, number in zip(
            one.lines.to_pylist(), one.raws.to_pylist(), one.batch["id"].to_pylist(), strict=True
        ):
            assert lines[line].decode() == raw
            assert raw.startswith(str(number))
