"""Accrual in stretches: how many by when, when how many, and refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.checks import InputError
from analytics.design import Accrual
from analytics.results import Result

STEPS = Accrual(ends=(6, 18), rates=(10, 25), log_std_err=0.1)


def test_counts_subjects() -> None:
    assert STEPS.subjects == 360
    assert STEPS.duration == 18
    assert STEPS.entered([0, 6, 7, 18, 99]).tolist() == [0, 60, 85, 360, 360]
    assert STEPS.to_frame()["subjects"].tolist() == [60, 300]


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(st.floats(0, 50), min_size=1, max_size=5).filter(any), st.floats(0.001, 1))
def test_entry_times_lead_back(rates: list[float], share: float) -> None:
    accrual = Accrual(ends=tuple(3.0 * k for k in range(1, len(rates) + 1)), rates=tuple(rates))
    times = accrual.entry_times([share, 1.0])
    reached = accrual.entered(times)
    assert reached == pytest.approx(accrual.subjects * np.array([share, 1.0]), rel=1e-9)


def test_a_pause_is_waited_out() -> None:
    paused = Accrual(ends=(2, 5, 7), rates=(10, 0, 10))
    assert paused.entry_times([0.5, 0.75]).tolist() == [2.0, 6.0]
    assert paused.entered([2, 4, 5]).tolist() == [20, 20, 20]


def test_other_sizes_and_paces() -> None:
    assert STEPS.scaled(720).rates == (20, 50)
    assert STEPS.scaled(720).log_std_err == 0.1
    faster = STEPS.at_pace(2)
    assert faster.duration == 9
    assert faster.subjects == STEPS.subjects
    assert faster.log_std_err == 0
    assert Accrual.uniform(subjects=100, duration=4) == Accrual(ends=(4.0,), rates=(25.0,))


def test_comes_back() -> None:
    assert Result.from_json(STEPS.to_json()) == STEPS
    assert eval(repr(STEPS), {"Accrual": Accrual}) == STEPS


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"ends": ()}, "ends are ascending"),
        ({"ends": (6, 6)}, "ends are ascending"),
        ({"ends": (0, 6)}, "ends are ascending"),
        ({"ends": (6, float("inf"))}, "ends are ascending"),
        ({"rates": (10,)}, "each stretch of accrual has a rate"),
        ({"rates": (0, 0)}, "rates are >= 0 and not all 0"),
        ({"rates": (-1, 5)}, "rates are >= 0 and not all 0"),
        ({"rates": (10, 1e9)}, "subjects <= 1,000,000"),
        ({"log_std_err": -1}, "log_std_err >= 0"),
    ],
)
def test_refuses(changed: dict[str, Any], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        Accrual(**{"ends": (6, 18), "rates": (10, 25), **changed})


def test_refuses_to_scale_to_nothing() -> None:
    with pytest.raises(InputError, match="subjects > 0"):
        STEPS.scaled(0)
    with pytest.raises(InputError, match="factor > 0"):
        STEPS.at_pace(0)
    with pytest.raises(InputError, match="duration > 0"):
        Accrual.uniform(subjects=10, duration=0)
