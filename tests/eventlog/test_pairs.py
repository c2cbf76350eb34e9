"""What begins in a log ends in it, or is told."""

from hotset.eventlog.pairs import Pairs


def told(begun: list[int], ended: list[int]) -> list[str]:
    pairs = Pairs("stages")
    for number in begun:
        pairs.begin(number)
    for number in ended:
        pairs.end(number)
    return list(pairs.halves(has_end=True))


def test_an_event_that_is_missing_is_told() -> None:
    assert told([0, 2], [0, 1, 2]) == ["of its stages 1 does not begin in it"]
    assert told([0, 1, 2], [0, 2]) == ["of its stages 1 does not end in it"]
    assert told([], [0]) == ["of its stages 0 does not begin in it"]


def test_a_log_without_any_beginnings_was_written_so() -> None:
    assert told([], [0, 1, 2]) == []
