"""Few points, same picture."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dashboard.charts.axes import time_ticks
from dashboard.charts.steps import MOST_POINTS, curve_rows, step_index, thinned


def _value_at(times: np.ndarray, values: np.ndarray, at: np.ndarray) -> np.ndarray:
    return values[step_index(times, at)]


def test_thinned_curve_is_the_same_picture_within_a_pixel() -> None:
    rng = np.random.default_rng(7)
    times = np.concatenate(([0.0], np.sort(rng.exponential(10, 50_000))))
    survival = np.concatenate(([1.0], 1 - np.arange(1, 50_001) / 50_000))
    kept = thinned(times)
    assert len(kept) <= MOST_POINTS
    pixel = times[-1] / 1000
    at = np.linspace(0, times[-1], 20_011)
    drawn = _value_at(times[kept], survival[kept], at)
    # Within one pixel to the left or right the full curve takes the drawn value.
    before = _value_at(times, survival, np.maximum(at - pixel, 0))
    after = _value_at(times, survival, at + pixel)
    assert np.all(drawn <= before + 1e-12)
    assert np.all(drawn >= after - 1e-12)


def test_short_curves_keep_every_event() -> None:
    table = pd.DataFrame({"time": [0.0, 1, 2, 3, 4], "events": [0, 0, 2, 1, 0]})
    assert curve_rows(table)["time"].tolist() == [0, 2, 3, 4]


def test_first_and_last_rows_stay() -> None:
    kept = thinned(np.linspace(0, 1, 10_000), most=50)
    assert (kept[0], kept[-1]) == (0, 9_999)
    assert len(kept) <= 50


@pytest.mark.parametrize("horizon", [0.0, 0.01, 0.5, 1, 1.9, 2, 7, 36, 61, 240, 999, 5000, 1e6])
@pytest.mark.parametrize("unit", ["months", "days"])
def test_ticks_are_few_start_at_zero_and_end_before_the_horizon(horizon: float, unit: str) -> None:
    ticks = time_ticks(horizon, unit=unit, most=9)
    assert ticks[0] == 0
    assert len(ticks) <= 9
    assert ticks[-1] <= horizon * (1 + 1e-9)
    assert horizon == 0 or len(ticks) >= 3
