"""Plans against reference values, and what holds for every plan."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from analytics.checks import InputError, NotEstimableError
from analytics.design import boundaries
from analytics.design.boundaries import (
    BetaSpending,
    FixedFutility,
    GroupSequential,
    HaybittlePeto,
    KimDeMets,
    NoEfficacyStop,
)
from analytics.results import Result
from tests.analytics.design.boundaries.oracle_plans import PLANS, oracle_plan, oracle_rows
from tests.analytics.design.boundaries.random_plans import plans

VALUES = oracle_rows("group_sequential")


def found_of(case: str) -> dict[str, Any]:
    """Everything that the table has values of."""
    plan, power = oracle_plan(case), float(PLANS.loc[case].power)
    bounds, drift = plan.boundaries(), plan.drift(power)
    under = {"h1": drift, "midpoint": drift / 2, "h0": 0.0}
    stops = {name: plan.stopping(one) for name, one in under.items()}
    inflation = plan.inflation_factor(power)
    found = {
        "z_efficacy": bounds.z_efficacy,
        "z_futility": bounds.z_futility,
        "p_efficacy": bounds.p_efficacy,
        "alpha_spent": bounds.alpha_spent,
        "beta_spent": bounds.beta_spent,
        "drift": drift,
        "inflation_factor": inflation,
        "power": stops["h1"].power,
        "type_one_error": plan.type_one_error(),
    }
    for name, stop in stops.items():
        found[f"efficacy_{name}"] = stop.efficacy
        found[f"futility_{name}"] = stop.futility
        found[f"expected_fraction_{name}"] = stop.expected_information_fraction
        found[f"expected_ratio_{name}"] = stop.expected_information_fraction * inflation
    return found


@pytest.mark.parametrize("case", list(PLANS.index))
def test_agrees_with_reference(case: str) -> None:
    found, rows = found_of(case), VALUES[VALUES["case"] == case]
    assert len(rows) > 0
    for row in rows.itertuples():
        value = found[row.quantity]
        one = value[row.look - 1] if row.look else value
        assert one == pytest.approx(row.expected, rel=0, abs=row.tolerance), row


@settings(max_examples=40, derandomize=True)
@given(plans())
def test_type_one_error_is_alpha(plan: GroupSequential) -> None:
    bounds = plan.boundaries()
    assert bounds.alpha_spent[-1] == pytest.approx(plan.alpha, abs=1e-9)
    if plan.binding or plan.futility is None:
        assert plan.type_one_error() == pytest.approx(plan.alpha, abs=1e-9)
    else:
        assert plan.type_one_error() <= plan.alpha + 1e-9
    if isinstance(plan.futility, BetaSpending):
        assert bounds.beta_spent is not None
        assert bounds.beta_spent[-1] == pytest.approx(plan.futility.beta, abs=1e-9)
        assert plan.drift(1 - plan.futility.beta) == pytest.approx(bounds.drift, abs=1e-8)


@settings(max_examples=25, derandomize=True)
@given(plans(), st.floats(0.5, 0.95))
def test_laws_of_stopping(plan: GroupSequential, power: float) -> None:
    drift = plan.drift(power)
    stops = plan.stopping(drift)
    assert stops.power == pytest.approx(power, abs=1e-9)
    assert sum(stops.stop) == pytest.approx(1.0)
    assert min(stops.efficacy + stops.futility + stops.harm) >= -1e-12
    assert plan.stopping(drift + 0.5).power > power > plan.stopping(drift - 0.2).power
    assert plan.inflation_factor(power) >= 1 - 1e-6


@pytest.mark.parametrize("case", ["gs-hsdm2-k3-40-70-100", "gs-haybittle-peto-k3"])
def test_agrees_with_normal_integral(case: str) -> None:
    plan = oracle_plan(case)
    t = np.array(plan.information_fractions)
    together = np.sqrt(np.minimum.outer(t, t) / np.maximum.outer(t, t))
    normal = multivariate_normal(mean=3 * np.sqrt(t), cov=together, abseps=1e-8, maxpts=10**6)
    below = normal.cdf(plan.boundaries().upper)
    assert plan.stopping(3.0).power == pytest.approx(1 - below, abs=1e-6)


def test_comes_back() -> None:
    for case in PLANS.index:
        plan = oracle_plan(case)
        for value in (plan, plan.boundaries(), plan.stopping(1.0)):
            assert Result.from_json(value.to_json()) == value
        assert eval(repr(plan), vars(boundaries)) == plan


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"information_fractions": ()}, "1 to 10 looks"),
        ({"information_fractions": (0.5, 0.9)}, "the last information fraction is 1"),
        ({"information_fractions": (0.5, 0.5, 1.0)}, "information fractions rise"),
        ({"information_fractions": (0.0, 1.0)}, "above 0"),
        ({"alpha": 0.0}, "0 < alpha < 1"),
        ({"sides": 3}, "sides are 1 or 2"),
        ({"sides": 2, "futility": FixedFutility(z=(0.0,))}, "two-sided plan has no futility"),
        ({"futility": FixedFutility(z=(0.0, 1.0))}, "each look but the last"),
        ({"futility": BetaSpending(spending=KimDeMets(), beta=0.99)}, "beta < 1 - alpha"),
        ({"binding": True}, "binding needs futility bounds"),
    ],
)
def test_refuses(changed: dict[str, Any], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        GroupSequential(**{"information_fractions": (0.5, 1.0), **changed})


def test_refuses_what_has_no_answer() -> None:
    early = GroupSequential(information_fractions=(0.5, 1.0), efficacy=HaybittlePeto(z=1.5))
    with pytest.raises(NotEstimableError, match="interim bounds alone spend more"):
        early.boundaries()
    high = FixedFutility(z=(25.0,))
    plan = GroupSequential(
        information_fractions=(0.5, 1.0), efficacy=NoEfficacyStop(), futility=high
    )
    with pytest.raises(NotEstimableError, match=r"no effect gives a power of 0\.9"):
        plan.drift(0.9)
    hard = GroupSequential(information_fractions=(0.5, 1.0), futility=high, binding=True)
    with pytest.raises(NotEstimableError, match="leave less than the type I error"):
        hard.boundaries()
    with pytest.raises(InputError, match="alpha < power < 1"):
        plan.drift(1.0)
    with pytest.raises(InputError, match="drift is finite"):
        plan.stopping(float("nan"))
