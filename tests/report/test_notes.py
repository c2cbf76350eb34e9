"""What a person is told of what was kept: only what is worth the line."""

import pytest

from hotset.report.keeps import keep_warnings
from hotset.report.model import Keep


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
