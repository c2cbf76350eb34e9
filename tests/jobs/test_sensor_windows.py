import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotset.jobs.sensor_windows import STATISTICS, summaries

values = st.floats(-1e6, 1e6) | st.sampled_from([np.nan, 0.0, 1.0])


@given(st.lists(st.lists(values, min_size=1, max_size=70), min_size=1, max_size=12))
@settings(max_examples=100, deadline=None)
def test_summaries_are_those_of_pandas(segments: list[list[float]]) -> None:
    first = np.cumsum([0, *map(len, segments)])[:-1]

    count, *statistics = summaries(np.array([one for segment in segments for one in segment]), first)

    series = [pd.Series(segment).dropna() for segment in segments]
    assert count.tolist() == [len(one) for one in series]
    expected = {
        "mean": [one.mean() for one in series],
        "min": [one.min() for one in series],
        "max": [one.max() for one in series],
        "std": [one.std() for one in series],
        "p50": [one.quantile(0.5) for one in series],
        "p95": [one.quantile(0.95) for one in series],
    }
    for name, found in zip(STATISTICS, statistics, strict=True):
        np.testing.assert_allclose(
            found, expected[name], rtol=1e-12, atol=1e-6 if name == "std" else 1e-9, err_msg=name
        )


@pytest.mark.parametrize("length", [1, 2, 37, 70_000])
def test_summaries_of_large_values_keep_their_digits(length: int) -> None:
    segment = 1e9 + np.random.default_rng(3).random(length)

    _, mean, *_, std, _, _ = summaries(segment, np.array([0]))

    exact = segment - 1e9
    assert mean[0] == pytest.approx(1e9 + exact.mean(), rel=1e-15)
    np.testing.assert_allclose(std[0], exact.std(ddof=1) if length > 1 else np.nan, rtol=1e-7)
