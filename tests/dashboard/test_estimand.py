"""The estimand of an analysis: said by the plan or the data, or said to be unsaid."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.analyses.survival.estimand import NOT_STATED, Estimand, describe_estimand
from queries import questions
from queries.cohorts import Cohort, OneOf
from queries.store import Store, open_store
from queries.workspace import Plan, PlannedEndpoint, open_workspace
from tests.tiny_snapshot import write_tiny_snapshot

ENDS = pd.DataFrame(
    {
        "event": [True, True, False],
        "description": ["Progression", "Death", "No event at the data cut"],
        "subjects": [5, 3, 9],
    }
)
PLAN = Plan(
    study="A",
    title="A",
    status="complete",
    endpoints=(
        PlannedEndpoint(
            code="PFS",
            label="Progression-free survival",
            analysis_set="ITTFL",
            treatment="New against old, until progression",
            intercurrent_events="Stopping treatment: treatment policy.",
            censoring="Last assessment",
        ),
    ),
)
ANALYSIS = SurvivalAnalysis(endpoint="PFS", analysis_set="ITTFL", strata=("SEX",))


def described(
    analysis: SurvivalAnalysis = ANALYSIS, plan: Plan | None = PLAN, **options: Any
) -> Estimand:
    given = {"arms": ("Old", "New"), "origin": "randomisation", "ends": ENDS, **options}
    return describe_estimand(analysis, plan, **given)


def texts(estimand: Estimand) -> dict[str, tuple[str, str]]:
    rows = estimand.to_frame().itertuples(index=False)
    return {row.attribute: (row.text, row.source) for row in rows}


def test_the_plan_and_the_data_state_every_attribute() -> None:
    assert texts(described()) == {
        "Treatment": ("New against old, until progression", "plan"),
        "Population": ("subjects with ITTFL = Y", "plan"),
        "Variable (endpoint)": (
            "Progression-free survival: time from randomisation to the first of progression, death",
            "data",
        ),
        "Intercurrent events": ("Stopping treatment: treatment policy", "plan"),
        "Censoring rule": ("Last assessment", "plan"),
        "Population-level summary": ("hazard ratio, Cox model stratified by SEX", "this page"),
    }


def test_what_nobody_states_is_not_invented() -> None:
    found = texts(described(plan=None))
    assert found["Treatment"] == ("New against Old, planned arms", "data")
    assert found["Population"] == ("subjects with ITTFL = Y", "this page")
    assert found["Intercurrent events"] == (NOT_STATED, "")
    assert found["Censoring rule"] == (NOT_STATED, "")
    blank = ENDS.assign(description=None)
    assert described(plan=None, ends=blank).endpoint.text == (
        "PFS: time from randomisation to the event"
    )


def test_a_changed_analysis_is_another_estimand() -> None:
    women = Cohort(OneOf(column="SEX", values=("F",)))
    changed = described(replace(ANALYSIS, cohort=women, landmark_day=40))
    assert changed.population.source == "this page"
    assert changed.population.text == (
        "subjects with ITTFL = Y, of the cohort “SEX is F”, without event or censoring by day 40"
    )
    actual = described(replace(ANALYSIS, arm="actual"))
    assert actual.treatment.text == "New against Old, actual arms"
    two = replace(PLAN, arms=("Old", "New"))
    assert described(plan=two).treatment.source == "plan"
    against_new = described(plan=two, arms=("New", "Old"))
    assert against_new.treatment.text == "Old against New, planned arms"
    three = described(plan=replace(PLAN, arms=("Old", "New", "Newer")))
    assert three.treatment.text == "New against Old, planned arms", "the plan compares one more"
    groups = (replace(women, name="Women"), replace(women, name="Others"))
    cohorts = described(replace(ANALYSIS, groups=groups), arms=("Women", "Others"))
    assert cohorts.treatment.text == "cohorts, not treatments: Others against Women"
    assert cohorts.population.text == (
        "subjects with ITTFL = Y, in exactly one of the cohorts compared"
    )
    assert cohorts.population.source == "this page"


def test_a_blinded_reader_is_told_nothing_of_arms() -> None:
    found = described(arms=("All subjects",), pooled=True)
    assert found.treatment.text == "arms pooled: the study is blinded"
    assert "hazard ratio" not in found.sentence()
    assert "New" not in found.sentence()


def test_the_line_is_short_and_says_the_measure() -> None:
    long = replace(PLAN.endpoints[0], censoring="at the last visit " * 40)
    estimand = described(plan=replace(PLAN, endpoints=(long,)))
    line = estimand.sentence("difference of restricted means")
    assert line.startswith("Estimand: difference of restricted means; New against old")
    assert len(estimand.censoring.text) > 600
    assert len(line) < 600
    assert "…" in line


@pytest.mark.parametrize("pooled", [True, False])
def test_how_times_ended_is_counted_as_the_data_describe_it(tmp_path: Path, pooled: bool) -> None:
    path = write_tiny_snapshot(tmp_path / "tiny.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute('ALTER TABLE adtte ADD COLUMN "EVNTDESC" VARCHAR')
        connection.execute('ALTER TABLE adtte ADD COLUMN "CNSDTDSC" VARCHAR')
        connection.execute("""UPDATE adtte SET "EVNTDESC" = 'Death' WHERE "CNSR" = 0""")
        connection.execute("""UPDATE adtte SET "CNSDTDSC" = 'Alive' WHERE "CNSR" = 1""")
        connection.execute("""UPDATE adtte SET "CNSDTDSC" = ' ' WHERE "CNSR" = 2""")
    with open_store(path, pooled=pooled) as store:
        ends = questions.endpoint_descriptions(store=store, endpoint="OS")
    assert set(ends["arm"]) == ({"All subjects"} if pooled else {"Placebo", "Active"})
    counted = ends.groupby(["event", "description"], dropna=False)["subjects"].sum()
    assert counted[True, "Death"] == 4
    assert counted[False, "Alive"] == 3
    assert int(ends.loc[ends["description"].isna(), "subjects"].sum()) == 1


def test_one_description_may_serve_both(tmp_path: Path) -> None:
    path = write_tiny_snapshot(tmp_path / "tiny.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute('ALTER TABLE adtte ADD COLUMN "EVNTDESC" VARCHAR')
        connection.execute(
            """UPDATE adtte SET "EVNTDESC" = if("CNSR" = 0, 'Death', 'Study completed')"""
        )
    with open_store(path) as store:
        ends = questions.endpoint_descriptions(store=store, endpoint="OS")
    assert set(ends.loc[~ends["event"], "description"]) == {"Study completed"}


def test_a_study_without_descriptions_says_nothing(tiny_store: Store) -> None:
    assert (
        questions.endpoint_descriptions(store=tiny_store, endpoint="OS")["description"].isna().all()
    )


def test_the_demo_plan_states_the_estimand_of_each_endpoint(demo_home: Path) -> None:
    with open_workspace(demo_home) as workspace:
        plan = workspace.study("EQX-301").plan
    assert plan is not None
    for endpoint in plan.endpoints:
        assert endpoint.treatment
        assert endpoint.intercurrent_events
        assert endpoint.censoring
