import random
from math import exp, inf

import pytest

from hotset.lab.statistics import median, ratio, spread, student_quantile

# Two-sided 95 % and 99 % points as printed in every table of Student's t.
TABLE = [(0.975, 1, 12.706), (0.975, 2, 4.303), (0.975, 5, 2.571), (0.975, 30, 2.042), (0.995, 4, 4.604)]


@pytest.mark.parametrize(("probability", "degrees", "printed"), TABLE)
def test_the_quantile_is_the_one_that_tables_print(probability: float, degrees: int, printed: float) -> None:
    quantile = student_quantile(probability, degrees)

    assert quantile == pytest.approx(printed, abs=0.002)
    assert student_quantile(1 - probability, degrees) == pytest.approx(-printed, abs=0.002)


def test_a_ratio_is_the_geometric_mean_over_the_rounds_that_both_have() -> None:
    ours, theirs = {1: 2.0, 2: 8.0, 4: 99.0}, {1: 1.0, 2: 1.0, 3: 5.0}

    found = ratio(ours, theirs, 0.95)

    assert found is not None
    assert found.value == pytest.approx(4.0)
    assert found.rounds == 2


def test_the_interval_is_the_one_worked_out_by_hand() -> None:
    # logs of the ratios 0.1, 0.2, 0.3: mean 0.2, deviation 0.1, so 0.2 ± 4.303 * 0.1 / sqrt(3)
    ours = {1: exp(0.1), 2: exp(0.2), 3: exp(0.3)}

    found = ratio(ours, {1: 1.0, 2: 1.0, 3: 1.0}, 0.95)

    assert found is not None
    assert found.low == pytest.approx(exp(0.2 - 0.24842), rel=1e-4)
    assert found.high == pytest.approx(exp(0.2 + 0.24842), rel=1e-4)


def test_what_both_have_in_common_of_a_round_does_not_widen_the_interval() -> None:
    load = {1: 1.0, 2: 7.0, 3: 0.2, 4: 3.0}

    found = ratio({one: 2 * times for one, times in load.items()}, load, 0.95)

    assert found is not None
    assert found.low == pytest.approx(2.0)
    assert found.high == pytest.approx(2.0)


def test_one_round_alone_bounds_nothing_and_none_says_nothing() -> None:
    alone = ratio({1: 3.0}, {1: 2.0}, 0.95)
    none = ratio({1: 3.0}, {2: 2.0}, 0.95)

    assert alone is not None
    assert alone.value == pytest.approx(1.5)
    assert (alone.low, alone.high) == (0.0, inf)
    assert none is None


def test_the_interval_covers_the_true_ratio_as_often_as_it_says() -> None:
    chance = random.Random(7)

    def times(mean: float) -> dict[int, float]:
        return {one: chance.lognormvariate(mean, 0.1) for one in range(6)}

    trials = [ratio(times(0.3), times(0.0), 0.95) for _ in range(1000)]

    covered = sum(found is not None and found.low <= exp(0.3) <= found.high for found in trials)

    assert 930 <= covered <= 970


def test_median_and_spread_are_of_the_values_and_not_of_none() -> None:
    values = [1.0, 2.0, 3.0, 4.0, 100.0]

    assert (median(values), spread(values)) == (3.0, 1.0)
    assert (median([]), spread([1.0])) == (None, None)
