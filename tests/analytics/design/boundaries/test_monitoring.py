"""Bounds at looks that came at other information than planned."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from analytics.checks import InputError, NotEstimableError
from analytics.design.boundaries import (
    BetaSpending,
    FixedFutility,
    GroupSequential,
    HaybittlePeto,
    HwangShihDeCani,
    LanDeMetsOBrienFleming,
    NoEfficacyStop,
    WangTsiatis,
    updated_boundaries,
)
from tests.analytics.design.boundaries.oracle_plans import numbers, oracle_rows
from tests.analytics.design.boundaries.random_plans import plans

VALUES = oracle_rows("group_sequential_monitoring")
PLAN = GroupSequential(information_fractions=(0.5, 0.75, 1.0))


def test_agrees_with_reference() -> None:
    for row in VALUES.itertuples():
        known = float(row.planned_information)
        found = updated_boundaries(PLAN, numbers(row.information), planned_information=known)
        value = getattr(found, str(row.quantity))[int(row.look) - 1]
        assert value == pytest.approx(row.expected, rel=0, abs=row.tolerance), row


@settings(max_examples=30, derandomize=True)
@given(plans(), st.integers(1, 5))
def test_planned_looks_give_the_plan(plan: GroupSequential, seen: int) -> None:
    information = tuple(330 * share for share in plan.information_fractions)[:seen]
    found = updated_boundaries(plan, information, planned_information=330)
    planned = plan.boundaries()
    assert found.upper == pytest.approx(planned.upper, abs=1e-6)
    assert found.lower == pytest.approx(planned.lower, abs=1e-6)


@settings(max_examples=30, derandomize=True)
@given(plans(), st.lists(st.floats(0.9, 1.1), min_size=5, max_size=5), st.booleans())
def test_type_one_error_stays_alpha(plan: GroupSequential, moved: list[float], end: bool) -> None:
    planned = np.array(plan.information_fractions)
    information = np.sort(planned * moved[: planned.size])
    assume((np.diff(information) > 0.01).all() and (information[:-1] < 1).all())
    assume(end or information[-1] >= 1 or not isinstance(plan.futility, FixedFutility))
    try:
        found = updated_boundaries(plan, tuple(information), planned_information=1.0, final=end)
    except NotEstimableError:
        return
    assert found.alpha_spent[-1] == pytest.approx(plan.alpha, abs=1e-9)
    extra = () if end or information[-1] >= 1 else (1.0,)
    assert found.information_fractions == (*information, *extra)


def test_bounds_do_not_depend_on_what_follows() -> None:
    futile = BetaSpending(spending=HwangShihDeCani(gamma=-2))
    plan = replace(PLAN, futility=futile, binding=True)
    first = updated_boundaries(plan, (172,), planned_information=330)
    every = updated_boundaries(plan, (172, 231, 345), planned_information=330)
    assert first.z_efficacy[0] == pytest.approx(every.z_efficacy[0], abs=1e-10)
    assert first.z_futility[0] == pytest.approx(every.z_futility[0], abs=1e-10)
    assert first.information_fractions == pytest.approx((172 / 330, 0.75, 1.0))


def test_agrees_with_normal_integral() -> None:
    information = np.array([172.0, 231.0, 345.0])
    together = np.sqrt(
        np.minimum.outer(information, information) / np.maximum.outer(information, information)
    )
    for rule in (LanDeMetsOBrienFleming(), WangTsiatis(), HaybittlePeto(), NoEfficacyStop()):
        plan = replace(PLAN, efficacy=rule)
        bounds = updated_boundaries(plan, tuple(information), planned_information=330)
        normal = multivariate_normal(cov=together, abseps=1e-8, maxpts=10**6)
        assert 1 - normal.cdf(bounds.upper) == pytest.approx(0.025, abs=1e-6)


def test_futility_spends_beta_under_the_planned_effect() -> None:
    futile = BetaSpending(spending=HwangShihDeCani(gamma=-2), beta=0.1)
    plan = replace(PLAN, futility=futile)
    found = updated_boundaries(plan, (172, 231), planned_information=330)
    assert found.drift == plan.boundaries().drift
    assert found.beta_spent is not None
    share = futile.spending.spent([172 / 330, 231 / 330], 0.1)
    assert found.beta_spent[:2] == pytest.approx(share, abs=1e-9)
    assert found.z_futility[-1] is None


def test_given_bounds_keep_their_curve() -> None:
    shape = replace(PLAN, efficacy=WangTsiatis(delta=0.1))
    level = shape.boundaries().upper[-1]
    found = updated_boundaries(shape, (172, 231), planned_information=330)
    assert found.upper[:2] == pytest.approx(level * np.array([172 / 330, 0.7]) ** -0.4)
    peto = replace(PLAN, efficacy=HaybittlePeto())
    assert updated_boundaries(peto, (100, 120), planned_information=330).z_efficacy[:2] == (3, 3)
    stated = replace(PLAN, futility=FixedFutility(z=(0.0, 0.5)))
    found = updated_boundaries(stated, (172, 345), planned_information=330)
    assert found.z_futility == (0.0, None)


def test_looks_to_come() -> None:
    late = updated_boundaries(PLAN, (260,), planned_information=330)
    assert late.information_fractions == (260 / 330, 1.0)
    given_looks = updated_boundaries(PLAN, (100,), planned_information=330, remaining=(200, 340))
    assert given_looks.information_fractions == pytest.approx((100 / 330, 200 / 330, 340 / 330))
    early_end = updated_boundaries(PLAN, (172, 231), planned_information=330, final=True)
    assert early_end.alpha_spent[-1] == pytest.approx(0.025)


@pytest.mark.parametrize(
    ("information", "more", "rule"),
    [
        ((), {}, "information rises from above 0"),
        ((100, 100), {}, "information rises from above 0"),
        ((0.0, 100), {}, "information rises from above 0"),
        ((float("nan"),), {}, "information rises from above 0"),
        ((float("inf"),), {}, "information rises from above 0"),
        ((100,), {"planned_information": 0.0}, "planned information is finite and above 0"),
        ((100,), {"final": True, "remaining": (330,)}, "no look remains after the final one"),
        ((340,), {"remaining": (400,)}, "no look remains after the final one"),
        ((335, 340), {}, "only the last look has the planned information"),
        ((100,), {"remaining": (90, 330)}, "information rises from above 0"),
        (tuple(range(10, 120, 10)), {}, "1 to 10 looks"),
    ],
)
def test_refuses(information: tuple[float, ...], more: dict[str, Any], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        updated_boundaries(PLAN, information, **{"planned_information": 330.0, **more})


def test_refuses_what_a_rule_cannot_do() -> None:
    stated = replace(PLAN, futility=FixedFutility(z=(0.0, 0.5)))
    with pytest.raises(InputError, match="stated futility bound"):
        updated_boundaries(stated, (100, 150, 200, 250), planned_information=330)
    often = replace(PLAN, efficacy=WangTsiatis(delta=0.5))
    many = tuple(range(33, 297, 33))
    with pytest.raises(NotEstimableError, match="interim bounds alone spend more"):
        updated_boundaries(often, many, planned_information=330)
