"""The Regression and Subgroups tabs, as a reader uses them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from queries.cohorts import Cohort, OneOf
from queries.workspace import open_workspace
from tests.dashboard.views.drawn import charts_of, page_script, run_script, shown

PAGE = page_script("survival")


def opened(study: str, tab: str, **inputs: object) -> AppTest:
    app = run_script(PAGE, {"study": study, "survival_tab": tab, **inputs})
    assert not app.exception
    return app


def table_with(app: AppTest, column: str) -> pd.DataFrame:
    """The first table with such a column, as a reader sees it: without Markdown's backslashes."""
    tables = (
        pd.DataFrame(table.value)
        .map(lambda cell: str(cell).replace("\\", ""))
        .rename(columns=lambda name: str(name).replace("\\", ""))
        for table in app.table
    )
    return next(table for table in tables if column in table.columns)


def test_the_plans_factors_are_the_first_covariates(home: Path) -> None:
    app = opened("EQX-301", "Regression")
    assert app.session_state["survival_covariates"] == ["REGION1", "BMKGR1", "ECOGBL"]
    table = table_with(app, "Covariate")
    assert table["Hazard ratio (95% CI)"].tolist()[:2] == ["1 (reference)", "0.650 (0.511–0.826)"]
    assert table["Events / subjects"].tolist()[:2] == ["159 / 359", "115 / 361"]
    said = shown(app)
    assert "Sensitivity analysis: the plan's test is stratified by REGION1" in said
    assert "720 subjects with 274 events" in said
    assert "Adjusted by standardisation" in said


def test_a_stratum_that_is_no_covariate_stays_a_stratum(home: Path) -> None:
    app = opened("EQX-301", "Regression", survival_covariates=["SEX", "WEIGHTBL"])
    said = shown(app)
    assert "Stratified Cox regression" in said
    assert "stratified by REGION1, BMKGR1, ECOGBL" in said
    assert "6 subjects are left out of the model ('WEIGHTBL' is missing: 6)" in said
    app.selectbox("survival_interaction").select("SEX").run()
    assert "Lumarestat 200 mg × M" in table_with(app, "Covariate")["Level"].tolist()
    assert "the hazard ratio of the arm is that where Sex is F" in shown(app)
    app.selectbox("survival_variance").select("SITEID").run()
    assert "robust variance, by cluster" in shown(app)
    app.selectbox("survival_level_SEX").select("M").run()
    assert "Lumarestat 200 mg × F" in table_with(app, "Covariate")["Level"].tolist()
    app.selectbox("survival_interaction").select("WEIGHTBL").run()
    assert "the hazard ratio of the arm is that where Weight at baseline (kg) is 0" in shown(app)
    assert not app.exception


@pytest.mark.parametrize(
    ("check", "says"),
    [
        ("Adjusted curves", "Adjusted by standardisation"),
        ("Proportional hazards", "Score test that a hazard ratio does not change with time"),
        ("Residuals", "Martingale residuals: observed less expected events"),
    ],
)
def test_each_check_is_drawn(home: Path, check: str, says: str) -> None:
    app = opened(
        "GBSG2", "Regression", survival_covariates=["AGE", "TGRADE"], survival_model_check=check
    )
    assert says in shown(app)
    assert len(app.get("plotly_chart")) == 2


def test_residuals_of_each_kind(home: Path) -> None:
    inputs = {"survival_covariates": ["AGE", "TGRADE"], "survival_model_check": "Residuals"}
    app = opened("GBSG2", "Regression", **inputs)
    app.selectbox("survival_residuals").select("dfbeta").run()
    assert "the estimate less what it would be without the subject" in shown(app)
    app.selectbox("survival_residuals").select("deviance").run()
    app.selectbox("survival_against").select("AGE").run()
    assert not app.exception
    assert "Deviance residuals" in shown(app)


def test_what_cannot_be_estimated_is_a_sentence(home: Path) -> None:
    app = opened("EQX-301", "Regression", survival_covariates=["COUNTRY", "REGION1"])
    assert "is determined by" in shown(app)
    assert not app.error
    women = Cohort(OneOf(column="SEX", values=("F",)))
    app = opened("EQX-301", "Regression", cohort=women, survival_covariates=["SEX"])
    assert "'SEX': it has the same value" in shown(app)


def test_future_and_treatment_are_not_offered(home: Path) -> None:
    app = opened("EQX-301", "Regression")
    offered = app.multiselect("survival_covariates").options
    labels = " ".join(map(str, offered))
    assert "Sex" in labels
    for hidden in ("death", "Death", "Planned", "Actual", "End of", "arm"):
        assert hidden not in labels


def test_the_plans_subgroups_are_marked(home: Path) -> None:
    app = opened("EQX-301", "Subgroups")
    chosen = app.session_state["survival_subgroups"]
    assert chosen == ["BMKGR1", "SEX", "AGEGR1", "REGION1"]
    said = shown(app)
    assert "Pre-specified analysis of the plan" in said
    assert "Every subject is in a level of each factor" in said
    assert "pre-specified" in charts_of(app)
    table = table_with(app, "Interaction")
    assert table["Hazard ratio (95% CI)"].iloc[0] == "0.662 (0.520–0.843)"
    assert "p 0.24 (chi-square 1.37, df 1)" in table["Interaction"].tolist()
    app.multiselect("survival_subgroups").set_value(["SEX", "RACE"]).run()
    said = shown(app)
    assert "Exploratory analysis: the plan names no subgroups by RACE" in said
    assert "Pre-specified subgroups that are not shown: BMKGR1, AGEGR1, REGION1" in said
    assert "the likelihood keeps rising" in said, "why a level has no hazard ratio"


def test_what_the_plan_names_and_the_data_cannot_give_is_said(home: Path) -> None:
    columns = ["SEX", "NOSUCH", "DTHFL", "SITEID", "AGE", "RANDSTR", "COUNTRY", "RACE"]
    more = ["ETHNIC", "STAGEBL", "PRIORLN", "ECOGBL", "BMKGR1", "REGION1", "AGEGR1", "EGFRGR1"]
    with open_workspace(home) as workspace:
        plan = workspace.study("EQX-301").plan
        assert plan is not None
        changed = replace(plan, subgroups=(*columns, *more))
        workspace.register_study(code="EQX-301", plan=changed, person="tester")
    app = opened("EQX-301", "Subgroups")
    chosen = app.session_state["survival_subgroups"]
    assert chosen == ["SEX", *columns[5:], *more], "more than twelve"
    assert (
        "Pre-specified subgroups that are not shown: NOSUCH (not in the data), DTHFL (known only "
        "after baseline), SITEID (62 levels), AGE (no factor)."
    ) in shown(app)


def test_one_of_several_arms_is_compared(home: Path) -> None:
    app = opened("EQX-201", "Subgroups")
    assert app.session_state["survival_versus"] == "100 mg"
    app.selectbox("survival_versus").select("30 mg").run()
    assert not app.exception
    assert "30 mg against Placebo" in shown(app)


def test_a_blinded_study_has_covariates_and_no_arm(home: Path) -> None:
    with open_workspace(home) as workspace:
        workspace.blind("EQX-301", "owner", "Interim look")
    app = opened("EQX-301", "Regression")
    everything = shown(app) + charts_of(app)
    assert "Lumarestat 200 mg" not in everything.replace("Lumarestat or placebo", "")
    assert "Geographic region" in everything
    assert "Arm" not in table_with(app, "Covariate")["Covariate"].tolist()
    assert not [box for box in app.selectbox if box.label == "Interaction of the arm with"]
    app = opened("EQX-301", "Subgroups")
    assert "The study is blinded: arms are pooled, and nothing is compared" in shown(app)
    assert "Lumarestat 200 mg" not in charts_of(app)


@pytest.mark.parametrize("tab", ["Regression", "Subgroups"])
def test_a_cohort_chosen_by_the_future_is_not_compared(home: Path, tab: str) -> None:
    dead = Cohort(OneOf(column="DTHFL", values=("Y",)))
    app = opened("EQX-301", tab, cohort=dead)
    assert any("immortal time" in info.value for info in app.info)
