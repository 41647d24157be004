"""From a study's data to a better design than its plan: forecast, assumptions, search, proof."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from analytics.design.cost import Costs
from analytics.search import (
    Constraint,
    Objective,
    SearchProblem,
    SearchResult,
    SearchSpace,
    confirm,
)
from dashboard.analyses.designs import (
    AssumptionsFit,
    DesignProposal,
    planned_design,
    proposal_of_plan,
    taken_over,
)
from dashboard.analyses.enrolment import RecruitmentAnalysis, with_forecast
from dashboard.analyses.search import CountryAnalysis, DesignSearch, searching_code
from queries.store import Store, open_store
from queries.workspace import open_workspace
from tests.dashboard.eqx301 import snapshot_path

PRICES = Costs(
    sites=60,
    per_site=15_000,
    per_activation=20_000,
    per_randomised=30_000,
    per_trial_month=150_000,
    per_analysis=200_000,
)
ENDPOINT = "OS"


@pytest.fixture(scope="module")
def store(demo_home: Path) -> Iterator[Store]:
    with open_store(snapshot_path(demo_home)) as opened:
        yield opened


@pytest.fixture(scope="module")
def proposal(demo_home: Path, store: Store) -> DesignProposal:
    """The study's plan, with hazards of its cohort and accrual as forecast half-way."""
    with open_workspace(demo_home) as workspace:
        plan = workspace.study("EQX-301").plan
        snapshot = workspace.current_snapshot("EQX-301")
    assert plan is not None
    assert snapshot is not None
    own = replace(proposal_of_plan(planned_design(plan)), costs=PRICES)
    fitted = AssumptionsFit(endpoint=ENDPOINT).run(store)
    taken = taken_over(own, fitted, snapshot=snapshot.id, effect=None, accrual_of_cohort=False)
    return with_forecast(taken, RecruitmentAnalysis(target=900).run(store))


def search_of(proposal: DesignProposal, budget: int, **space: Any) -> DesignSearch:
    design = proposal.design()
    return DesignSearch(
        problem=SearchProblem(
            space=SearchSpace(
                design=design,
                looks=(2, 4),
                fractions=(0.3, 0.85),
                efficacy=("obrien_fleming", "hwang_shih_decani"),
                futility=("none", "hwang_shih_decani"),
                events=(int(0.7 * design.events), int(1.2 * design.events)),
                **space,
            ),
            objectives=(
                Objective(measure="expected_duration"),
                Objective(measure="expected_cost"),
            ),
            constraints=(Constraint(measure="power", at_least=design.evaluate().power),),
            costs=proposal.costs,
        ),
        budget=budget,
        policy="nsga2",
        seed=1,
    )


@pytest.mark.slow
def test_the_plan_is_beaten_on_duration_and_cost_at_its_power_and_type_one_error(
    proposal: DesignProposal,
) -> None:
    own = proposal.design()
    asked = search_of(proposal, 400)
    found = SearchResult.of_parts([part.run() for part in asked.divided()])
    front = found.front()
    planned = asked.problem.compare({"plan": own}).iloc[0]
    better = front.table[
        (front.table["expected_duration"] < planned["expected_duration"] - 0.5)
        & (front.table["expected_cost"] < 0.98 * planned["expected_cost"])
    ]
    assert len(better) > 0
    number = int(better["number"].iloc[0])
    chosen = front.design(number)
    assert chosen.evaluate().power >= own.evaluate().power

    proof = confirm({"chosen": chosen}, replications=10_000, seed=7)
    assert not proof.type_one_error_exceeded
    assert proof.null_replications >= 100_000

    said = StringIO()
    made: dict[str, Any] = {}
    with redirect_stdout(said):
        exec(searching_code(asked, chosen=number), made)  # our own script
    assert made["chosen"] == chosen
    assert made["front"].table.equals(front.table)


def test_sites_are_opened_by_country_as_the_study_has_shown(
    store: Store, proposal: DesignProposal
) -> None:
    countries = CountryAnalysis(recruitment=RecruitmentAnalysis()).run(store)
    opened = countries.searched(share=(0.5, 1.5), hastened=2.0)
    asked = search_of(proposal, 60, countries=opened, design_sites=60)
    front = asked.run().front()
    sites = [asked.problem.space.sites_at(front.point(number)) for number in front.numbers]
    assert min(sites) >= sum(one.sites[0] for one in opened)
    assert max(sites) <= sum(one.sites[1] for one in opened)
    for number in front.numbers:
        accrual = front.design(number).assumptions.accrual
        assert accrual.subjects == pytest.approx(proposal.design().assumptions.accrual.subjects)
