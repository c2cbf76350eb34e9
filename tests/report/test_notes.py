"""What a person is told of what was kept, read and exchanged: only what is worth the line."""

import pytest

from hotset.report.keeps import keep_warnings
from hotset.report.model import Exchange, Keep
from hotset.report.warned import skew_warnings


@pytest.mark.parametrize(
    ("largest", "rows", "partitions", "told"),
    [
        (900_000, 1_000_000, 8, ["skewed: one of 8 partitions by key has 90% of 1,000,000 rows"]),
        (100_000, 110_000, 8, ["skewed: one of 8 partitions by key has 91% of 110,000 rows"]),
        (900, 1_000, 8, []),  # nobody would notice
        (1, 1, 8, []),
        (200_000, 1_000_000, 8, []),  # not much more than an even share
        (1_000_000, 1_000_000, 1, []),
        (0, 0, 8, []),
    ],
)
def test_skew_is_told_where_it_costs_time(largest: int, rows: int, partitions: int, told: list[str]) -> None:
    exchange = Exchange(("key",), partitions, rows, largest)

    assert list(skew_warnings([exchange])) == told


@pytest.mark.parametrize(
    ("reads", "build_seconds", "told"),
    [
        (0, None, ["'days' was kept and never read"]),
        (0, 0.1, ["'days' was kept and never read"]),
        (1, 5.8, ["'days' was kept and read once: that took 5.8 s to build, and saved nothing"]),
        (1, 1.0, ["'days' was kept and read once: that took 1.0 s to build, and saved nothing"]),
        (1, 0.9, []),  # nobody would notice
        (1, None, []),
        (2, 5.8, []),
    ],
)
def test_keeping_that_saved_nothing_is_told_where_it_cost_time(
    reads: int, build_seconds: float | None, told: list[str]
) -> None:
    keep = Keep("days", "DataFrame", "DISK_ONLY", 2, 2, 3, 0, 9, 1.0, build_seconds=build_seconds, reads=reads)

    assert list(keep_warnings(keep)) == told
