"""Recurrent events as arrays of whole days say what they say by name."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.checks import InputError
from analytics.survival.recurrent import (
    DailyEvents,
    RecurrentEvents,
    estimate_recurrent_rates,
    fit_mean_cumulative_count,
)


def drawn(seed: int, subjects: int = 60) -> tuple[DailyEvents, RecurrentEvents]:
    rng = np.random.default_rng(seed)
    arm, end = rng.integers(0, 2, subjects), rng.integers(1, 40, subjects)
    died = rng.random(subjects) < 0.3
    subject = rng.integers(0, subjects, 200)
    day = (rng.random(200) * (end[subject] + 1)).astype(int)
    times = [day[subject == place].tolist() for place in range(subjects)]
    daily = DailyEvents(arm=arm, end=end, died=died, subject=subject, day=day, arms=("A", "B"))
    names = np.array(["A", "B"])[arm].tolist()
    return daily, RecurrentEvents.from_subjects(end, times, arms=names, died=died)


@pytest.mark.parametrize("seed", range(5))
def test_estimates_are_those_of_named_subjects(seed: int) -> None:
    daily, named = drawn(seed)
    found, expected = fit_mean_cumulative_count(daily), fit_mean_cumulative_count(named)
    pd.testing.assert_frame_equal(found.to_frame(), expected.to_frame(), rtol=1e-12)
    for one, other in zip(found.curves, expected.curves, strict=True):
        assert (one.subjects, one.events, one.deaths) == (
            other.subjects,
            other.events,
            other.deaths,
        )
    rates = estimate_recurrent_rates(daily).table
    pd.testing.assert_frame_equal(rates, estimate_recurrent_rates(named).table, rtol=1e-12)


def test_another_unit_moves_the_times_alone() -> None:
    found = fit_mean_cumulative_count(drawn(1)[0])
    weeks = found.in_unit("weeks")
    assert weeks.time_unit == "weeks"
    moved = weeks.to_frame().assign(time=lambda table: table["time"] * 7)
    pd.testing.assert_frame_equal(moved, found.to_frame())


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"day": np.array([9])}, "until the end of follow-up"),
        ({"day": np.array([-1])}, "from day 0"),
        ({"arms": ("A", "B")}, "at least one subject"),
        ({"died": np.zeros(2, dtype=bool)}, "one arm, end and death per subject"),
        ({"subject": np.array([0, 0])}, "one day per event"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(change: dict[str, object], rule: str) -> None:
    fields: dict[str, object] = {
        "arm": np.array([0]),
        "end": np.array([8]),
        "died": np.zeros(1, dtype=bool),
        "subject": np.array([0]),
        "day": np.array([3]),
        "arms": ("A",),
    }
    with pytest.raises(InputError, match=rule):
        DailyEvents(**(fields | change))  # type: ignore[arg-type]
