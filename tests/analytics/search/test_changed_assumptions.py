"""Scenarios of changed assumptions, and trials that leave subgroups out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analytics.checks import InputError
from analytics.design import HazardAssumption, Subgroup, TreatmentEffect
from analytics.search import Objective, SearchProblem, SearchSpace, usual_scenarios
from analytics.search.changed_assumptions import with_hazard_ratio
from analytics.search.textbook import example_design

GROUPS = tuple(
    Subgroup(
        name=name,
        prevalence=share,
        control=HazardAssumption.exponential(median=12),
        effect=TreatmentEffect.constant(ratio),
    )
    for name, share, ratio in (("High", 0.3, 0.5), ("Middle", 0.3, 0.7), ("Low", 0.4, 0.95))
)


def test_each_scenario_is_worse_than_what_is_assumed_and_all_at_once_is_the_longest():
    space = SearchSpace(design=example_design(), events=(200, 400))
    problem = SearchProblem(space=space, objectives=(Objective(measure="power"),))
    found = {
        one.name: problem.under({"events": 330}, one.assumptions)
        for one in usual_scenarios(space.design.assumptions)
    }
    assumed = found["As assumed"]
    assert found["Other effect"].power < assumed.power - 0.05
    assert found["Other accrual"].power == pytest.approx(assumed.power, abs=1e-9)
    for name in ("Other control", "Other accrual", "Other dropout"):
        assert found[name].expected_duration > assumed.expected_duration
    assert max(found, key=lambda name: found[name].expected_duration) == "All at once"


def test_factors_of_one_leave_scenarios_out():
    assumed = example_design().assumptions
    same = usual_scenarios(assumed, hazard_ratio=1, times_to_event=1, pace=1, times_to_dropout=1)
    assert [one.name for one in same] == ["As assumed"]
    only = usual_scenarios(assumed, times_to_event=1, pace=1, times_to_dropout=1)
    assert [one.name for one in only] == ["As assumed", "Other effect"]
    with pytest.raises(InputError, match="factor > 0"):
        with_hazard_ratio(assumed, 0)


def test_enrichment_trades_power_for_time():
    own = example_design()
    design = replace(own, assumptions=replace(own.assumptions, subgroups=GROUPS))
    space = SearchSpace(design=design, events=(150, 400), enrichment=(0, 2))
    problem = SearchProblem(
        space=space, objectives=(Objective(measure="power"), Objective(measure="maximum_duration"))
    )
    values = [problem.judge({"events": 200, "enrichment": n}).values for n in range(3)]
    powers, durations = zip(*(one for one in values if one is not None), strict=True)
    assert powers[0] < powers[1] < powers[2]
    assert durations[0] < durations[1] < durations[2]
    enrolled = space.design_at({"events": 200, "enrichment": 1}).assumptions
    assert [one.prevalence for one in enrolled.subgroups] == pytest.approx([0.5, 0.5])
    assert enrolled.accrual.subjects == pytest.approx(design.assumptions.accrual.subjects)


def test_somebody_is_enrolled():
    with pytest.raises(InputError, match="one is left"):
        SearchSpace(design=example_design(), enrichment=(0, 1))
