"""JSON lines as batches."""

import json
import random
from typing import Any

from layouts import column, layout

from hotset.columnar.found import Bad, Good
from hotset.columnar.json_records import JsonPart
from hotset.columnar.layout import Column

ID, DAY, X = column("id", "bigint"), column("day", "date"), column("x", "double")


def read(
    *columns: Column, piece: bytes, **facts: Any
) -> tuple[list[dict[str, object]], set[tuple[int, str | None, str]]]:
    found = list(JsonPart(layout(*columns, format="json", **facts)).read(piece))
    rows = [row for one in found if isinstance(one, Good) for row in one.batch.to_pylist()]
    return rows, {(one.line, one.column, one.reason) for one in found if isinstance(one, Bad)}


def test_each_line_is_an_object_or_told_what_it_is() -> None:
    piece = (
        b'{"id":1}\n[1]\n{"id":2\n{"id":3,"id":4}\n{"id":5,"z":1}\n'
        b'{"id":6.0}\n{"id":"7"}\n{"id":8}{"id":9}\n\n{"id":10}\n'
    )

    rows, faults = read(ID, piece=piece)

    assert [row["id"] for row in rows] == [1, 10]
    assert faults == {
        (1, None, "not a JSON object"),
        (2, None, "not valid JSON"),
        (3, "id", "key given twice"),
        (4, "z", "undeclared key"),
        (5, "id", "not of type bigint"),
        (6, "id", "not of type bigint"),
        (7, None, "not valid JSON"),
    }


def test_numbers_that_json_does_not_have_are_refused_though_arrow_takes_them() -> None:
    assert read(X, piece=b'{"x":NaN}\n{"x":1e999}\n{"x":2}\n') == (
        [{"x": 2.0}],
        {(0, None, "not valid JSON"), (1, "x", "out of range of type double")},
    )


def test_half_a_character_is_no_text() -> None:
    assert read(column("s", "string"), piece=b'{"s":"\\ud800"}\n')[1] == {(0, None, "not valid JSON")}


def test_a_missing_key_is_null_or_the_default() -> None:
    optional = column("x", "double", optional=True, default=0.5)

    assert read(ID, optional, piece=b'{"id":1}\n{"id":2,"x":null}\n')[0] == [{"id": 1, "x": 0.5}, {"id": 2, "x": None}]


def test_few_faults_among_many_lines_are_all_found() -> None:
    chance = random.Random(3)
    bad = sorted(chance.sample(range(2_000), 20))
    lines = [json.dumps({"id": n, "day": "2023-02-29" if n in bad else "2024-02-29"}) for n in range(2_000)]

    rows, faults = read(ID, DAY, piece=("\n".join(lines) + "\n").encode())

    assert [row["id"] for row in rows] == [n for n in range(2_000) if n not in bad]
    assert faults == {(n, "day", "not of type date") for n in bad}
