"""Hazard ratios by time: their value at each time, moved, and refused."""

from __future__ import annotations

from math import log
from typing import Any

import pytest

from analytics.checks import InputError
from analytics.design import NO_EFFECT, TreatmentEffect
from analytics.results import Result

CROSSING = TreatmentEffect.crossing(early=1.4, late=0.5, change=4, log_std_err=0.2)


def test_holds_from_its_cut_on() -> None:
    assert CROSSING.at([0, 3.9, 4, 90]).tolist() == [1.4, 1.4, 0.5, 0.5]
    assert TreatmentEffect.delayed(hazard_ratio=0.6, delay=3).at([2.9, 3]).tolist() == [1, 0.6]
    assert NO_EFFECT.at([5]).tolist() == [1]


def test_says_what_it_is() -> None:
    assert NO_EFFECT.proportional
    assert NO_EFFECT.certain
    assert not CROSSING.proportional
    assert not CROSSING.certain
    assert TreatmentEffect(hazard_ratios=(0.7, 0.7), cuts=(3.0,)).proportional


def test_a_shift_moves_all_log_ratios() -> None:
    moved = CROSSING.shifted(log(2))
    assert moved.hazard_ratios == pytest.approx((2.8, 1.0))
    assert moved.certain
    assert moved.cuts == CROSSING.cuts


def test_comes_back() -> None:
    assert Result.from_json(CROSSING.to_json()) == CROSSING
    assert eval(repr(CROSSING), {"TreatmentEffect": TreatmentEffect}) == CROSSING
    assert CROSSING.to_frame()["to_time"].tolist() == [4.0, float("inf")]


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"hazard_ratios": (0.7, 0.0)}, "hazard ratios are > 0"),
        ({"hazard_ratios": (0.7, float("nan"))}, "hazard ratios are > 0"),
        ({"hazard_ratios": (0.7,)}, "one hazard ratio more"),
        ({"hazard_ratios": (1, 1, 1), "cuts": (4, 3)}, "cuts are ascending"),
        ({"cuts": (0.0,)}, "cuts are ascending"),
        ({"log_std_err": -0.1}, "log_std_err >= 0"),
    ],
)
def test_refuses(changed: dict[str, Any], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        TreatmentEffect(**{"hazard_ratios": (1.0, 0.7), "cuts": (4.0,), **changed})
