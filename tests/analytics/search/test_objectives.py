"""Figures of designs against the engine's own, over scenarios, and against simulation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.checks import InputError
from analytics.design import HazardAssumption, TreatmentEffect
from analytics.design.boundaries import GroupSequential
from analytics.design.boundaries.rules import FixedFutility
from analytics.design.cost import Costs, ValueCurve
from analytics.design.simulation import TrialSimulation
from analytics.design.survival import SurvivalDesign, assurance
from analytics.search import (
    MEASURES,
    Constraint,
    Objective,
    Scenario,
    SearchProblem,
    SearchSpace,
    textbook_designs,
)
from analytics.search.characteristics import Characteristics
from analytics.search.objectives import summary
from tests.analytics.search.problems import PRICES, own_design, three_objectives, with_effect

DESIGNS = {
    "proportional": own_design(),
    "delayed": own_design(effect=TreatmentEffect.delayed(hazard_ratio=0.6, delay=4)),
    "cure": own_design(control=HazardAssumption.cure(cured=0.2, median_uncured=10), events=250),
    "futility": replace(
        own_design(),
        monitoring=GroupSequential(
            information_fractions=(0.4, 0.7, 1.0), futility=FixedFutility(z=(0.0, 0.5))
        ),
    ),
}


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
def test_figures_are_those_of_the_whole_evaluation(design: SurvivalDesign) -> None:
    costs = replace(PRICES, per_subject_month=800)
    value = ValueCurve(months=(24, 60), values=(1e8, 4e7))
    shown = Characteristics(design=design, costs=costs, value=value)
    whole = design.evaluate()
    forecast = whole.courses().forecast(costs, value)
    wanted = {
        "power": whole.power,
        "assurance": assurance(design).probability,
        "expected_subjects": whole.expected_subjects,
        "maximum_subjects": whole.subjects[-1],
        "inferior_arm_subjects": whole.expected_subjects / 2,
        "expected_events": whole.expected_events,
        "maximum_events": design.events,
        "null_expected_events": whole.null_expected_events,
        "expected_duration": whole.expected_duration,
        "maximum_duration": whole.calendar_times[-1],
        "null_expected_duration": whole.null_expected_duration,
        "early_stop": 1 - whole.stopping.stop[-1],
        "null_early_stop": 1 - whole.null_stopping.stop[-1],
        "expected_cost": forecast.expected("cost"),
        "cost_q95": forecast.interval("cost")[1],
        "net_value": forecast.expected("net value"),
    }
    assert wanted.keys() == MEASURES.keys() - {"finished_by"}
    found = {name: MEASURES[name].read(shown, 0.0) for name in wanted}
    assert found == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
def test_the_probability_to_finish_by_a_month_is_near_simulation(share: float) -> None:
    design = own_design((1.0,))
    found = TrialSimulation(design=design, replications=20_000, seed=3).run()
    column = {0.05: "duration_q05", 0.5: "duration_median", 0.95: "duration_q95"}[share]
    month = float(found.by_test[column].iloc[0])
    assert Characteristics(design=design).finished_by(month) == pytest.approx(share, abs=0.03)


def test_the_probability_to_finish_rises_to_one() -> None:
    shown = Characteristics(design=own_design())
    found = [shown.finished_by(month) for month in range(0, 120, 4)]
    assert (np.diff(found) >= -1e-9).all()
    assert found[0] == pytest.approx(0.0, abs=1e-6)
    assert found[-1] == pytest.approx(1.0, abs=1e-3)


@settings(max_examples=30, derandomize=True)
@given(
    looks=st.integers(1, 4),
    z=st.floats(-1, 1),
    events=st.floats(100, 450),
    hazard_ratio=st.floats(0.5, 0.95),
)
def test_no_design_has_more_power_than_one_look_at_all_events(
    looks: int, z: float, events: float, hazard_ratio: float
) -> None:
    design = own_design(effect=TreatmentEffect.constant(hazard_ratio), events=events)
    plan = GroupSequential(
        information_fractions=tuple((look + 1) / looks for look in range(looks)),
        futility=FixedFutility(z=(z,) * (looks - 1)),
    )
    shown = Characteristics(design=replace(design, monitoring=plan))
    assert shown.power <= shown.most_power + 1e-9


def test_summaries_of_scenarios() -> None:
    values, weights = [0.9, 0.8, 0.6], [1.0, 2.0, 1.0]
    assert summary(values, weights, "worst", 0.9, -1.0) == 0.6
    assert summary(values, weights, "worst", 0.9, 1.0) == 0.9
    assert summary(values, weights, "mean", 0.9, -1.0) == pytest.approx(0.775)
    assert summary(values, weights, "quantile", 0.75, -1.0) == 0.8
    assert summary(values, weights, "quantile", 0.76, -1.0) == 0.6


def test_robust_power_is_that_of_the_scenarios() -> None:
    space = three_objectives().space
    own = space.design.assumptions
    ratios = (0.65, 0.7, 0.8)
    problem = SearchProblem(
        space=space,
        objectives=(
            Objective(measure="power"),
            Objective(measure="power", over="worst"),
            Objective(measure="power", over="mean"),
        ),
        scenarios=tuple(
            Scenario(name=f"{one:g}", assumptions=with_effect(own, one)) for one in ratios
        ),
    )
    point = space.point_of(
        replace(
            own_design(),
            monitoring=space.monitoring_at(
                {"look_1": 0.3, "look_2": 0.5, "efficacy_gamma": -4.0, "futility_z": 0.0}
            ),
        )
    )
    design = space.design_at(point)
    each = [design.power_at(one) for one in ratios]
    outcome = problem.judge(point)
    assert outcome.values == pytest.approx((each[1], each[2], np.mean(each)), rel=1e-9)


def test_scenarios_keep_subjects_and_sites_of_the_design() -> None:
    space = SearchSpace(design=own_design(), subjects=(400, 800), sites=(10, 80), design_sites=40)
    point = {"subjects": 800, "sites": 20}
    slow = replace(
        space.design.assumptions,
        accrual=replace(space.design.assumptions.accrual, rates=(20.0,)),
    )
    problem = SearchProblem(space=space, objectives=(Objective(measure="power"),))
    accrual = problem.under(point, slow).design.assumptions.accrual
    assert (accrual.subjects, accrual.rates) == (800, (10.0,))


def test_sites_are_paid_for() -> None:
    space = SearchSpace(design=own_design(), sites=(10, 80), design_sites=40)
    problem = SearchProblem(
        space=space,
        objectives=(Objective(measure="expected_cost"),),
        costs=Costs(per_site=1000, per_activation=500, sites=40),
    )
    assert problem.judge({"sites": 60}).values == pytest.approx((90_000,))


def test_what_cannot_be_is_not_feasible() -> None:
    space = SearchSpace(design=own_design(), subjects=(200, 600), events=(250, 400))
    problem = SearchProblem(space=space, objectives=(Objective(measure="power"),))
    for point in ({"subjects": 200, "events": 250}, {"subjects": 400, "events": 398}):
        outcome = problem.judge(point)
        assert outcome.values is None
        assert outcome.violations == {"possible": 1.0}


def test_a_hopeless_design_is_given_up_before_it_is_computed() -> None:
    problem = three_objectives()
    point = problem.space.point_of(problem.space.design_at(_few_events()))
    pruned, whole = problem.judge(point), problem.judge(point, prune=False)
    assert pruned.values is None
    assert whole.values is not None
    assert 0 < pruned.violations["power >= 0.8"] <= whole.violations["power >= 0.8"]
    assert not whole.feasible


def _few_events() -> dict[str, float]:
    looks = {"look_1": 0.3, "look_2": 0.5, "efficacy_gamma": -4.0, "futility_z": 0.0}
    return {**looks, "subjects": 500, "events": 240}


@pytest.mark.parametrize(
    ("build", "rule"),
    [
        (lambda: Objective(measure="speed"), "measure in"),
        (lambda: Objective(measure="finished_by"), "has a month"),
        (lambda: Objective(measure="power", month=12), "has a month"),
        (lambda: Objective(measure="power", over="median"), "over in"),
        (lambda: Constraint(measure="power"), "one bound"),
        (lambda: Constraint(measure="power", at_least=0.9, at_most=1.0), "one bound"),
    ],
)
def test_objectives_and_constraints_say_what_they_refuse(build: object, rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        build()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("objectives", "rule"),
    [
        ((), "1 to 4 objectives"),
        ((Objective(measure="power"),) * 2, "each objective once"),
        ((Objective(measure="expected_cost"),), "needs costs"),
        ((Objective(measure="power", over="worst"),), "needs some"),
    ],
)
def test_a_problem_says_what_it_refuses(objectives: tuple[Objective, ...], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        SearchProblem(
            space=SearchSpace(design=own_design(), events=(200, 400)), objectives=objectives
        )


def test_any_designs_can_be_compared() -> None:
    problem = three_objectives()
    designs = {"Own": own_design(), **textbook_designs(own_design())}
    found = problem.compare(designs).set_index("design")
    assert found["power"].tolist()[1:] == pytest.approx([0.9] * 3)
    own = own_design().evaluate()
    assert found.loc["Own", "expected_duration"] == pytest.approx(own.expected_duration)
    assert found.loc["Own", "value: power >= 0.8"] == pytest.approx(own.power)
    assert found["feasible"].all()
