"""Bounds on every scale."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from analytics.checks import InputError
from analytics.design.boundaries import (
    BetaSpending,
    GroupSequential,
    HwangShihDeCani,
    NoEfficacyStop,
    bound_scales,
)

FUTILE = BetaSpending(spending=HwangShihDeCani(gamma=-2))
PLAN = GroupSequential(information_fractions=(0.5, 0.75, 1.0), futility=FUTILE)


def test_scales_are_those_of_the_same_bound() -> None:
    table = bound_scales(PLAN, planned_information=80.0, assumed_theta=0.36)
    bounds = PLAN.boundaries()
    assert table["bound"].tolist() == ["efficacy", "futility"] * 2 + ["efficacy"]
    assert table["z"].tolist()[::2] == list(bounds.z_efficacy)
    assert table["z"].tolist()[1::2] == list(bounds.z_futility[:-1])
    assert table["p_value"].to_numpy() == pytest.approx(norm.sf(table["z"]))
    assert table["information"].tolist() == [40, 40, 60, 60, 80]
    assert table["effect"].to_numpy() == pytest.approx(table["z"] / np.sqrt(table["information"]))
    root = np.sqrt(table["information_fraction"])
    assert table["b_value"].to_numpy() == pytest.approx(table["z"] * root)


def test_hazard_ratios_at_bounds() -> None:
    """rpact 4.5.0.9315: getSampleSizeSurvival, criticalValuesEffectScale."""
    plan = GroupSequential(information_fractions=(0.5, 0.75, 1.0))
    table = bound_scales(plan, planned_information=336.4158250375 / 4)
    known = [0.6332723788, 0.74302576589, 0.80282486472]
    assert np.exp(-table["effect"]).to_numpy() == pytest.approx(known, abs=1e-7)


def test_conditional_power_at_bounds() -> None:
    plan = GroupSequential(information_fractions=(0.5, 1.0))
    table = bound_scales(plan, assumed_theta=3.0)
    first, last = plan.boundaries().upper
    to_go = (first * np.sqrt(0.5) + 3.0 * 0.5 - last) / np.sqrt(0.5)
    assert table["conditional_power_assumed"][0] == pytest.approx(norm.cdf(to_go), abs=1e-10)
    assert table[["conditional_power_trend", "conditional_power_assumed"]].iloc[-1].isna().all()
    assert bound_scales(plan)["conditional_power_assumed"].isna().all()
    both = bound_scales(PLAN, assumed_theta=3.0).set_index(["look", "bound"])
    for name in ("conditional_power_trend", "conditional_power_assumed"):
        for look in (1, 2):
            assert both.loc[(look, "efficacy"), name] > both.loc[(look, "futility"), name]


def test_bounds_at_other_looks_and_without_some() -> None:
    moved = bound_scales(PLAN, planned_information=330, information=(172, 231, 345))
    assert moved["information_fraction"].iloc[-1] == pytest.approx(345 / 330)
    silent = GroupSequential(information_fractions=(0.5, 1.0), efficacy=NoEfficacyStop())
    assert bound_scales(silent)["look"].tolist() == [2]


def test_refuses() -> None:
    with pytest.raises(InputError, match="assumed_theta is finite"):
        bound_scales(PLAN, assumed_theta=float("nan"))
    with pytest.raises(InputError, match="planned information is finite and above 0"):
        bound_scales(PLAN, planned_information=-1.0)
