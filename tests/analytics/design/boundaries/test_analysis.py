"""Analyses at looks against reference values, simulation, and what must hold for all of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from analytics.checks import InputError
from analytics.design import boundaries
from analytics.design.boundaries import (
    BetaSpending,
    Efficacy,
    FixedFutility,
    GroupSequential,
    HaybittlePeto,
    HwangShihDeCani,
    InterimAnalysis,
    NoEfficacyStop,
    NormalPrior,
    WangTsiatis,
    analyse,
    updated_boundaries,
)
from analytics.design.boundaries.conditional import (
    conditional_power,
    conditional_rejection_probability,
    predictive_power,
)
from analytics.design.boundaries.course import Course
from analytics.design.boundaries.recursion import grid
from analytics.design.boundaries.repeated import repeated_intervals
from analytics.design.boundaries.stagewise import more_in_favour, stagewise_estimate
from analytics.results import Result
from tests.analytics.design.boundaries.oracle_plans import numbers, oracle_efficacy, oracle_rows
from tests.analytics.design.boundaries.random_plans import plans, spending

VALUES = pd.concat([oracle_rows("interim_analyses"), oracle_rows("interim_analyses_rpact")])
DRAWS = 20_000
CASES = list(dict.fromkeys(VALUES["case"]))


def analysed(row: Any) -> InterimAnalysis:
    """The analysis of a row of the reference tables."""
    looks = numbers(row.information_fractions)
    efficacy = oracle_efficacy(row.efficacy, numbers(row.efficacy_parameter), looks)
    assumed, futility = numbers(row.assumed_theta), numbers(row.futility_z)
    plan = GroupSequential(
        information_fractions=looks,
        alpha=float(row.alpha),
        sides=int(row.sides),
        efficacy=efficacy,
        futility=FixedFutility(z=futility) if futility else None,
        binding=bool(futility),
    )
    return analyse(
        plan,
        information=numbers(row.information),
        z=numbers(row.z),
        planned_information=float(row.planned_information),
        as_planned=row.as_planned == "yes",
        assumed_theta=assumed[0] if assumed else None,
    )


def found_of(seen: InterimAnalysis) -> dict[str, Any]:
    """Everything that the tables have values of; a tuple has one value per look."""
    found: dict[str, Any] = {
        "sequential_p_value": seen.sequential_p_value,
        "predictive_power": seen.predictive_power,
    }
    for name in ("repeated_p_value", "repeated_lower", "repeated_upper", "estimate"):
        found[name] = [getattr(look, name) for look in seen.looks]
    found["conditional_rejection"] = [look.conditional_rejection for look in seen.looks]
    short = {"null": "null", "current trend": "trend", "assumed": "assumed"}
    for ahead in seen.conditional:
        found[f"conditional_power_{short[ahead.effect]}"] = ahead.end
    if seen.stopped is not None:
        for name in ("p_value", "lower", "upper", "median_unbiased"):
            found[f"stopped_{name}"] = getattr(seen.stopped, name)
    return found


def value_of(found: dict[str, Any], quantity: str, look: int) -> float:
    """One value; effects of survival trials as hazard ratios of control over treatment."""
    ratio = quantity.startswith("exp_")
    value = found[quantity.removeprefix("exp_")]
    one = value[look - 1] if look else value
    return float(np.exp(one)) if ratio else one


@pytest.mark.parametrize("case", CASES)
def test_agrees_with_reference(case: str) -> None:
    rows = VALUES[VALUES["case"] == case]
    found = found_of(analysed(rows.iloc[0]))
    for row in rows.itertuples():
        value = value_of(found, str(row.quantity), int(row.look))
        assert value == pytest.approx(row.expected, rel=0, abs=row.tolerance), row


# Repeated inference ------------------------------------------------------------


FUTILE = BetaSpending(spending=HwangShihDeCani(gamma=-2))
statistics = st.lists(st.floats(-3, 4), min_size=5, max_size=5)


def course_of(plan: GroupSequential, seen: int, *, full: float = 25.0) -> Course:
    """A trial that runs as planned."""
    information = tuple(full * share for share in plan.information_fractions)[:seen]
    return Course.of(plan, information, full, final=False, remaining=None, as_planned=False)


def seen_of(plan: GroupSequential, z: list[float], **more: Any) -> InterimAnalysis:
    """An analysis at the planned looks; as many as there are values of z."""
    looks = plan.information_fractions[: len(z)]
    shown = tuple(z[: len(looks)])
    return analyse(plan, information=looks, z=shown, planned_information=1.0, **more)


@settings(max_examples=40, derandomize=True)
@given(plans(), statistics)
def test_repeated_p_value_is_below_alpha_where_efficacy_is_shown(
    plan: GroupSequential, z: list[float]
) -> None:
    seen = seen_of(plan, z)
    for look in seen.looks:
        shown = look.decision in ("efficacy", "harm")
        if look.repeated_p_value is not None:
            assert (look.repeated_p_value <= plan.alpha) == shown
            assert 0 < look.repeated_p_value <= 1
        if look.repeated_lower is not None and not plan.binding:
            assert look.repeated_upper is not None
            assert (look.repeated_lower >= 0 or look.repeated_upper <= 0) >= shown
            assert look.repeated_lower < look.estimate < look.repeated_upper


@settings(max_examples=15, derandomize=True)
@given(plans(spending()), statistics, st.floats(0.1, 1.0))
def test_more_effect_gives_more_evidence(
    plan: GroupSequential, z: list[float], more: float
) -> None:
    plan = replace(plan, sides=1)
    seen, beyond = seen_of(plan, z), seen_of(plan, [one + more for one in z])
    for low, high in zip(seen.looks, beyond.looks, strict=True):
        assert low.repeated_p_value is not None
        assert high.repeated_p_value is not None
        assert low.repeated_p_value >= high.repeated_p_value - 1e-9
        assert low.p_value > high.p_value
        if low.conditional_rejection is not None:
            assert high.conditional_rejection is not None
            assert low.conditional_rejection <= high.conditional_rejection


def test_sequential_p_value_is_the_least() -> None:
    seen = seen_of(GroupSequential(information_fractions=(0.3, 0.6, 1.0)), [1.0, 2.3, 1.0])
    every = [look.repeated_p_value for look in seen.looks]
    assert seen.sequential_p_value == every[1] == min(p for p in every if p is not None)


def test_bounds_that_ignore_alpha_have_no_repeated_p_value_before_the_end() -> None:
    peto = GroupSequential(information_fractions=(0.5, 1.0), efficacy=HaybittlePeto())
    assert seen_of(peto, [2.0]).looks[0].repeated_p_value is None
    assert seen_of(peto, [2.0]).sequential_p_value is None
    last = seen_of(peto, [2.0, peto.boundaries().upper[-1]]).looks[1].repeated_p_value
    assert last == pytest.approx(0.025, abs=1e-9)
    silent = GroupSequential(information_fractions=(0.5, 1.0), efficacy=NoEfficacyStop())
    first, last_look = seen_of(silent, [2.0, 2.0]).looks
    assert (first.repeated_p_value, first.repeated_lower, first.z_efficacy) == (None, None, None)
    assert last_look.repeated_p_value == pytest.approx(float(norm.sf(2.0)), abs=1e-12)


@pytest.mark.parametrize("rule", [HwangShihDeCani(gamma=-2), WangTsiatis(delta=0.2)])
@pytest.mark.parametrize("binding", [False, True])
@pytest.mark.parametrize("sides", [1, 2])
def test_repeated_p_value_at_other_looks(rule: Efficacy, binding: bool, sides: int) -> None:
    """At the bound it is alpha, whatever the number of looks and their information."""
    futility = FUTILE if sides == 1 else None
    plan = GroupSequential(
        information_fractions=(0.3, 0.6, 1.0), efficacy=rule, sides=sides, futility=futility
    )
    plan = replace(plan, binding=binding and sides == 1)
    for information in ((20.0, 50.0), (20.0, 50.0, 70.0, 107.0), (104.0,)):
        bounds = updated_boundaries(plan, information, planned_information=100)
        z = tuple(bounds.upper[: len(information)].tolist())
        seen = analyse(plan, information=information, z=z, planned_information=100)
        for look in seen.looks:
            assert look.repeated_p_value == pytest.approx(plan.alpha, abs=1e-8)


# Conditional and predictive power ----------------------------------------------


@settings(max_examples=15, derandomize=True)
@given(plans(), st.floats(-1, 4))
def test_conditional_error_adds_up_to_alpha(plan: GroupSequential, beyond: float) -> None:
    """Over what the first look may show, the error left to later looks has alpha as its mean."""
    if len(plan.information_fractions) == 1:
        return
    course, bounds = course_of(plan, 1), plan.boundaries()
    low = bounds.lower[0] if plan.binding or plan.sides == 2 else -9.0
    points, weights = grid(0.0, max(low, -9.0), min(bounds.upper[0], 9.0), 0.3)
    left = [conditional_rejection_probability(course, 1, z) for z in points]
    total = bounds.alpha_spent[0] / plan.sides + np.dot(weights * norm.pdf(points), left)
    assert total == pytest.approx(plan.alpha / plan.sides, abs=1e-8)
    power = conditional_power(course, 1, beyond, theta=0.5)
    assert power.next_look <= power.end <= 1


@pytest.mark.parametrize("prior", [None, NormalPrior(mean=0.3, std_dev=0.2)])
@pytest.mark.parametrize("seen", [1, 2, 3])
def test_predictive_power_is_mean_conditional_power(seen: int, prior: NormalPrior | None) -> None:
    futility = FixedFutility(z=(-1.0, 0.0, 0.3))
    plan = GroupSequential(information_fractions=(0.3, 0.5, 0.8, 1.0), futility=futility)
    course, z = course_of(plan, seen), 1.4
    information = course.information[seen - 1]
    mean, variance = z / information**0.5, 1 / information
    if prior is not None:
        mean, variance = prior.given(z, information)
    points, weights = grid(0.0, -9.0, 9.0, 0.1)
    thetas = mean + points * np.sqrt(variance)
    ends = [conditional_power(course, seen, z, theta=theta).end for theta in thetas]
    expected = np.dot(weights * norm.pdf(points), ends)
    assert predictive_power(course, seen, z, prior) == pytest.approx(expected, abs=1e-9)


def test_conditional_power_agrees_with_simulation() -> None:
    futility = FixedFutility(z=(0.0, 0.5, 0.9))
    plan = GroupSequential(information_fractions=(0.3, 0.5, 0.8, 1.0), futility=futility)
    course, z, theta = course_of(plan, 1), 1.2, 0.45
    rng = np.random.default_rng(7)
    information = np.array(course.information)
    gained = np.diff(information)
    steps = rng.normal(theta * gained, np.sqrt(gained), (DRAWS, 3))
    path = (z * np.sqrt(information[0]) + steps.cumsum(axis=1)) / np.sqrt(information[1:])
    bounds = course.bounds
    crossed, failed = path >= bounds.upper[1:], path < bounds.lower[1:]
    at = np.where(crossed.any(axis=1), crossed.argmax(axis=1), 9)
    out = np.where(failed.any(axis=1), failed.argmax(axis=1), 9)
    power = conditional_power(course, 1, z, theta=theta)
    assert abs((at < out).mean() - power.end) < 4 * np.sqrt(0.25 / DRAWS)
    assert abs((at == 0).mean() - power.next_look) < 4 * np.sqrt(0.25 / DRAWS)


# After the stop ----------------------------------------------------------------


def outcomes(plan: GroupSequential, theta: float, draws: int) -> tuple[Course, Any, Any]:
    """Looks, counted from 1, and z at which simulated trials stop."""
    course = course_of(plan, len(plan.information_fractions))
    information = np.array(course.information)
    steps = np.diff(information, prepend=0.0)
    rng = np.random.default_rng(11)
    moves = rng.normal(theta * steps, np.sqrt(steps), (draws, steps.size))
    z = moves.cumsum(axis=1) / np.sqrt(information)
    ends = z >= course.bounds.upper
    if plan.sides == 2 or plan.binding:
        ends |= z < course.bounds.lower
    ends[:, -1] = True
    stop = ends.argmax(axis=1)
    return course, stop + 1, z[np.arange(draws), stop]


STOPPING = [
    GroupSequential(information_fractions=(0.4, 0.7, 1.0)),
    GroupSequential(information_fractions=(0.4, 0.7, 1.0), sides=2, efficacy=WangTsiatis()),
    GroupSequential(information_fractions=(0.4, 0.7, 1.0), futility=FUTILE, binding=True),
]


@pytest.mark.parametrize("plan", STOPPING)
@pytest.mark.parametrize("theta", [0.0, 0.5])
def test_outcomes_are_uniform_in_their_order(plan: GroupSequential, theta: float) -> None:
    """So the p-value is uniform under no effect, and the interval covers every theta."""
    course, looks, z = outcomes(plan, theta, DRAWS)
    pairs = zip(looks.tolist(), z.tolist(), strict=True)
    order = np.array([more_in_favour(course, look, one, theta) for look, one in pairs])
    for level in (0.0125, 0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975):
        error = np.sqrt(level * (1 - level) / DRAWS)
        assert abs((order <= level).mean() - level) < 4 * error


@pytest.mark.parametrize("plan", STOPPING)
def test_interval_covers_where_the_outcome_is_not_extreme(plan: GroupSequential) -> None:
    theta, side = 0.5, plan.alpha / plan.sides
    course, looks, z = outcomes(plan, theta, 150)
    for look, one in zip(looks.tolist(), z.tolist(), strict=True):
        found = stagewise_estimate(course, look, one)
        order = more_in_favour(course, look, one, theta)
        assert (found.lower <= theta <= found.upper) == (side <= order <= 1 - side)
        assert (found.median_unbiased <= theta) == (order >= 0.5)
        assert found.lower < found.median_unbiased < found.upper
        crossed = one >= course.bounds.upper[look - 1] or (
            plan.sides == 2 and one <= course.bounds.lower[look - 1]
        )
        assert (found.p_value <= plan.alpha) == crossed


def test_repeated_intervals_hold_together() -> None:
    plan, theta = STOPPING[2], 0.4
    course = course_of(plan, 3)
    information = np.array(course.information)
    steps = np.diff(information, prepend=0.0)
    rng = np.random.default_rng(3)
    z = rng.normal(theta * steps, np.sqrt(steps), (DRAWS, 3)).cumsum(axis=1) / np.sqrt(information)
    limits = np.array(repeated_intervals(course, (0.0, 0.0, 0.0)))
    estimates = z / np.sqrt(information)
    missed = (estimates + limits[:, 0] > theta).any(axis=1)
    assert abs(missed.mean() - 0.025) < 4 * np.sqrt(0.025 * 0.975 / DRAWS)


# What the analysis says --------------------------------------------------------


def test_decisions() -> None:
    plan = GroupSequential(information_fractions=(0.4, 0.7, 1.0), futility=FUTILE)
    assert seen_of(plan, [1.5]).decision == "continue"
    assert seen_of(plan, [4.0]).decision == "efficacy"
    assert seen_of(plan, [-1.0]).decision == "futility"
    assert seen_of(plan, [1.5, 1.9, 1.0]).decision == "not shown"
    two = GroupSequential(information_fractions=(0.4, 1.0), sides=2)
    assert seen_of(two, [-4.0]).decision == "harm"


def test_what_is_ahead_ends_with_the_trial() -> None:
    plan = GroupSequential(information_fractions=(0.4, 0.7, 1.0), futility=FUTILE)
    goes_on = seen_of(plan, [1.5], assumed_theta=3.0)
    assert [one.effect for one in goes_on.conditional] == ["null", "current trend", "assumed"]
    assert goes_on.stopped is None
    assert goes_on.predictive_power is not None
    for z in ([4.0], [1.5, 1.9, 1.0]):
        ended = seen_of(plan, z)
        assert (ended.conditional, ended.predictive_power) == ((), None)
        assert ended.stopped is not None
    futile = seen_of(plan, [-1.0])
    assert futile.stopped is not None
    assert len(futile.conditional) == 2
    bound = seen_of(replace(plan, binding=True), [-1.0])
    assert bound.stopped is not None
    assert bound.conditional == ()


def test_looks_after_the_stop_do_not_change_it() -> None:
    plan = GroupSequential(information_fractions=(0.4, 0.7, 1.0))
    stopped, went_on = seen_of(plan, [1.0, 2.9]), seen_of(plan, [1.0, 2.9, 1.0])
    assert went_on.decision == "efficacy"
    assert went_on.stopped == stopped.stopped


def test_goes_on_after_futility_that_is_not_binding() -> None:
    plan = GroupSequential(information_fractions=(0.4, 0.7, 1.0), futility=FUTILE)
    seen = seen_of(plan, [-1.0, 3.0])
    assert [look.decision for look in seen.looks] == ["futility", "efficacy"]
    assert seen.stopped is not None
    assert seen.stopped.look == 2


def test_bounds_as_planned() -> None:
    plan = GroupSequential(information_fractions=(0.4, 0.7, 1.0))
    shown: dict[str, Any] = {"information": (45, 66), "z": (1.0, 1.5), "planned_information": 100}
    kept, moved = analyse(plan, as_planned=True, **shown), analyse(plan, **shown)
    assert kept.bounds == plan.boundaries()
    assert kept.information == (45, 66, 100)
    assert kept.looks[0].z_efficacy != moved.looks[0].z_efficacy
    assert kept.looks[0].estimate == moved.looks[0].estimate


def test_tables_and_the_way_back() -> None:
    plan = GroupSequential(information_fractions=(0.4, 0.7, 1.0), futility=FUTILE)
    prior = NormalPrior(mean=0.0, std_dev=1.0)
    for z in ([1.5], [1.5, 3.0], [1.5, 1.9, 1.0]):
        seen = seen_of(plan, z, assumed_theta=3.0, prior=prior)
        assert Result.from_json(seen.to_json()) == seen
        assert eval(repr(seen), vars(boundaries)) == seen
        table = seen.to_frame()
        assert table["look"].tolist() == list(range(1, len(z) + 1))
        assert table["z"].tolist() == z
    assert np.isnan(table["conditional_rejection"].iloc[-1])


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"z": (1.0, 2.0)}, "each look has a finite z"),
        ({"z": (float("nan"),)}, "each look has a finite z"),
        ({"information": (), "z": ()}, "information rises from above 0"),
        ({"assumed_theta": float("inf")}, "assumed_theta is finite"),
        ({"as_planned": True, "final": True}, "the final look is the planned last one"),
        ({"as_planned": True, "remaining": (5.0,)}, "as many looks as planned"),
        (
            {"as_planned": True, "information": (1, 2, 3, 4), "z": (1.0,) * 4},
            "no more looks than planned",
        ),
    ],
)
def test_refuses(changed: dict[str, Any], rule: str) -> None:
    plan = GroupSequential(information_fractions=(0.4, 0.7, 1.0))
    given: dict[str, Any] = {"information": (4.0,), "z": (1.0,), "planned_information": 10.0}
    with pytest.raises(InputError, match=rule):
        analyse(plan, **{**given, **changed})


def test_refuses_priors_without_spread() -> None:
    with pytest.raises(InputError, match="std_dev is finite and > 0"):
        NormalPrior(mean=0.0, std_dev=0.0)
    with pytest.raises(InputError, match="mean is finite"):
        NormalPrior(mean=float("nan"), std_dev=1.0)
