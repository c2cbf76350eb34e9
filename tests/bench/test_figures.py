"""What follows from single times, against figures worked out by hand."""

from bench.figures import Spread, by_speed, figures, ratios
from bench.results import Timing
from sections import section


def test_ratios_are_of_the_same_round() -> None:
    classic, ours = {1: 20.0, 2: 40.0, 3: 30.0}, {1: 10.0, 2: 10.0}

    assert ratios(classic, ours) == [2.0, 4.0]


def test_a_spread_is_the_middle_and_both_ends() -> None:
    assert Spread.of([4.0, 1.0, 2.0]) == Spread(median=2.0, least=1.0, most=4.0, count=3)
    assert Spread.of([]) is None


def test_figures_compare_with_the_baseline_and_keep_the_highest_peak() -> None:
    measured = section(
        Timing("classic", "whole", "1MB", 1, seconds=20.0, peak_pss_bytes=900),
        Timing("classic", "whole", "1MB", 2, seconds=30.0, peak_pss_bytes=800),
        Timing("ours", "whole", "1MB", 1, seconds=10.0, peak_pss_bytes=500),
        Timing("ours", "whole", "1MB", 2, seconds=10.0, peak_pss_bytes=700),
    )

    found = figures(measured, "ours", "whole", "1MB")

    assert found.times_as_fast == Spread(median=2.5, least=2.0, most=3.0, count=2)
    assert found.peak_pss_bytes == 700


def test_a_failed_round_has_no_seconds_and_is_counted() -> None:
    measured = section(
        Timing("classic", "whole", "1MB", 1, seconds=20.0),
        Timing("ours", "whole", "1MB", 1, failed="wrong answer"),
    )

    found = figures(measured, "ours", "whole", "1MB")

    assert (found.seconds, found.times_as_fast, found.failures) == (None, None, 1)


def test_programs_are_ranked_by_their_median_and_failed_ones_are_last() -> None:
    measured = section(
        Timing("classic", "whole", "1MB", 1, seconds=9.0),
        Timing("classic", "warm", "1MB", 1, failed="wrong answer"),
        Timing("ours", "whole", "1MB", 1, seconds=5.0),
    )
    measured.programs = {"lost": "lost", **measured.programs}

    assert by_speed(measured, "1MB") == ["ours", "classic", "lost"]
