import pytest
from bench.advice.score import holds, is_close, judged, savings


def test_the_fastest_choice_is_right() -> None:
    times = {"NONE": {1: 2.0, 2: 2.0}, "DISK_ONLY": {1: 1.0, 2: 1.0}}

    found = judged("DISK_ONLY", "NONE", times)

    assert (found.best, found.to_best, found.to_none) == ("DISK_ONLY", 1.0, 0.5)
    assert found.right
    assert not found.harmful


def test_a_choice_that_is_slower_beyond_noise_is_wrong_and_one_slower_than_nothing_harmful() -> None:
    times = {"NONE": {1: 1.0, 2: 1.01, 3: 0.99}, "DISK_ONLY": {1: 1.3, 2: 1.31, 3: 1.29}}

    found = judged("DISK_ONLY", "NONE", times)

    assert not found.right
    assert found.harmful


def test_a_choice_within_the_noise_of_the_rounds_is_right() -> None:
    times = {"NONE": {1: 1.0, 2: 1.4, 3: 0.9}, "DISK_ONLY": {1: 1.2, 2: 1.1, 3: 1.3}}

    found = judged("DISK_ONLY", "NONE", times)

    assert found.to_best > 1.05
    assert found.right


@pytest.mark.parametrize(("low", "high", "expected"), [(0.5, 1.5, True), (1.2, 2.0, False), (-1.0, 0.8, False)])
def test_an_interval_holds_the_middle_saving(low: float, high: float, expected: bool) -> None:
    assert holds(low, high, [1.0, 1.0, 1.0]) is expected


def test_what_the_rounds_leave_open_is_allowed_for() -> None:
    # middle 1.0, standard deviation 0.3, so that two standard errors of three rounds are 0.346
    assert holds(1.3, 2.0, [0.7, 1.0, 1.3])
    assert not holds(1.4, 2.0, [0.7, 1.0, 1.3])


@pytest.mark.parametrize(("figure", "expected"), [(3.0, True), (5.0, True), (5.1, False), (2.9, False)])
def test_a_figure_is_close_within_a_quarter(figure: float, expected: bool) -> None:
    assert is_close(figure, [4.0, 4.0], 0.05) is expected


def test_a_saving_too_small_to_notice_is_close_to_none() -> None:
    assert is_close(0.03, [0.0, 0.0], 0.05)


def test_savings_are_those_of_rounds_that_both_have() -> None:
    assert savings({1: 3.0, 2: 4.0, 3: 9.0}, {1: 1.0, 2: 1.0}) == [2.0, 3.0]
