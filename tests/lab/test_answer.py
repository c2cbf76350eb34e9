from collections.abc import Sequence

from hotset import Run
from hotset.lab.answer import answer_of, difference
from hotset.lab.records import Answer

COLUMNS = "k string, n int, x double, list array<int>, facts map<string, int>"
ROWS = [("a", 1, 0.1, [1, 2], {"p": 1}), ("b", None, 0.2, [], {}), (None, 3, float("nan"), None, None)]


def answer(run: Run, rows: Sequence[tuple[object, ...]], columns: str = COLUMNS) -> dict[str, Answer]:
    return {"out": answer_of(run.spark.createDataFrame(list(rows), columns))}


def test_the_order_of_rows_does_not_matter(run: Run) -> None:
    forwards, backwards = answer(run, ROWS), answer(run, ROWS[::-1])

    found = difference(forwards, backwards)

    assert found is None
    assert forwards["out"].rows == 3


def test_a_sum_in_another_order_is_the_same_number(run: Run) -> None:
    one, other = answer(run, [(0.1 + 0.2 + 0.3,)], "x double"), answer(run, [(0.3 + 0.2 + 0.1,)], "x double")

    assert difference(one, other) is None
    assert 0.1 + 0.2 + 0.3 != 0.3 + 0.2 + 0.1


def test_other_rows_numbers_and_outputs_are_told(run: Run) -> None:
    expected = answer(run, ROWS)

    fewer = difference(expected, answer(run, ROWS[:2]))
    twice = difference(answer(run, ROWS[:1] * 2), answer(run, ROWS[:2]))
    key = difference(expected, answer(run, [("c", *ROWS[0][1:]), *ROWS[1:]]))
    number = difference(expected, answer(run, [("a", 1, 0.1000001, [1, 2], {"p": 1}), *ROWS[1:]]))
    gone = difference(expected, {})

    assert fewer == "out: 3 rows against 2"
    assert twice == key == "out: other rows"
    assert number == "out: other numbers in x"
    assert gone == "outputs out against none"


def test_text_and_empty_results_have_an_answer_too(run: Run) -> None:
    empty, lines = answer(run, [], "x double"), answer(run, [("a",), ("b",)], "value string")

    assert empty["out"].rows == 0
    assert difference(empty, empty) is None
    assert difference(lines, answer(run, [("b",), ("a",)], "value string")) is None
