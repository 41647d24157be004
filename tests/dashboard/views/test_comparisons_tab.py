"""The Comparisons tab and the estimand panel, as a reader sees them."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pandas as pd
from streamlit.testing.v1 import AppTest

from queries.cohorts import Cohort, OneOf
from queries.workspace import Plan, open_workspace
from tests.dashboard.views import drawn
from tests.dashboard.views.drawn import TEXTS, page_script, run_script, unescaped

PAGE = page_script("survival")
FAMILY = "Stresses"


def opened(study: str, **inputs: object) -> AppTest:
    return run_script(PAGE, {"study": study, "survival_tab": "Comparisons", **inputs})


shown = partial(drawn.shown, kinds=(*TEXTS, "subheader", "table"))


def tables_with(app: AppTest, column: str) -> list[pd.DataFrame]:
    read = [table.value.rename(columns=unescaped).map(unescaped) for table in app.table]
    return [table for table in read if column in table.columns]


def titles(app: AppTest) -> list[str]:
    return [unescaped(title.value) for title in app.subheader]


def tiles(app: AppTest) -> dict[str, str]:
    return {unescaped(metric.label): metric.value for metric in app.metric}


def test_the_plans_own_analysis_comes_first_and_alone(home: Path) -> None:
    app = opened("EQX-301")
    assert not app.exception
    assert titles(app) == ["Pre-specified analysis", "Sensitivity analyses"]
    said = shown(app)
    assert "Stratified log-rank test by REGION1, BMKGR1, ECOGBL; analysis set ITTFL" in said
    assert "Interim data: p-values are nominal" in said
    assert "one-sided alpha of 0.02 over looks at 60%, 80%, 100% of the events" in said
    assert tiles(app)["Stratified log-rank p, two-sided"] == "0.0008"
    assert tiles(app)["One-sided p"] == "0.0004"
    [family] = tables_with(app, FAMILY)
    assert family["Standing"].tolist() == ["Pre-specified", *["Sensitivity"] * 10]
    assert family["Test"].tolist()[-1] == "MaxCombo"
    assert "No sign of non-proportional hazards" in said


def test_what_the_reader_chose_stands_next_to_it(home: Path) -> None:
    app = opened("EQX-301")
    app.selectbox("survival_test_OS").select("FH(0, 1)").run()
    app.multiselect("survival_strata_OS").set_value([]).run()
    assert not app.exception
    assert titles(app)[:2] == ["Pre-specified analysis", "Sensitivity analysis, as chosen above"]
    said = shown(app)
    assert "Not the plan's own: the plan's test is stratified by REGION1, BMKGR1, ECOGBL" in said
    assert "FH(0, 1) test; analysis set ITTFL" in said
    assert tiles(app)["Stratified log-rank p, two-sided"] == "0.0008", "as planned, whatever else"
    [family] = tables_with(app, FAMILY)
    assert family.loc[0, ["Stratified", "Standing"]].tolist() == ["No", "Sensitivity"]
    assert family.loc[1, ["Stratified", "Standing"]].tolist() == ["Yes", "Pre-specified"]
    assert "Stratified: by REGION1, BMKGR1, ECOGBL." in said


def test_a_banner_warns_where_hazards_look_non_proportional(home: Path) -> None:
    app = opened("EQX-301", survival_endpoint="PFS")
    [banner] = [unescaped(w.value) for w in app.warning]
    assert "Hazards look non-proportional" in banner
    assert "Grambsch–Therneau score test p 0.0006" in banner
    assert "RMST difference up to 22.7 months" in banner
    assert "MaxCombo p < 0.0001" in banner
    assert "A test chosen after seeing the curves proves nothing" in banner


def test_horizon_and_milestone_are_the_readers(home: Path) -> None:
    app = opened("GBSG2")
    assert "the smallest of the arms' last observed times" in shown(app)
    assert "Kaplan–Meier estimates at 60 months" in shown(app)
    app.number_input("survival_horizon_RFS_months").set_value(48.0).run()
    app.number_input("survival_milestone_RFS_months").set_value(24.0).run()
    assert not app.exception
    assert "Horizon 48.0 months, as stated." in shown(app)
    assert "Kaplan–Meier estimates at 24 months" in shown(app)
    app.number_input("survival_horizon_RFS_months").set_value(400.0).run()
    app.number_input("survival_milestone_RFS_months").set_value(400.0).run()
    assert not app.exception
    assert "The restricted mean up to 400 is not estimable" in shown(app)
    assert "Survival at 400 is not estimable" in shown(app)
    assert tables_with(app, FAMILY), "the rest of the tab stands"


def test_without_a_planned_test_everything_is_exploratory(home: Path) -> None:
    app = opened("GBSG2")
    assert titles(app) == ["Exploratory analysis, as chosen above", "Exploratory analyses"]
    assert "The plan names no test of RFS" in shown(app)
    [family] = tables_with(app, FAMILY)
    assert set(family["Standing"]) == {"Exploratory"}
    assert "One-sided p" not in tiles(app)


def test_a_filtered_cohort_has_no_pre_specified_analysis(home: Path) -> None:
    women = Cohort(OneOf(column="SEX", values=("F",)))
    app = opened("EQX-301", cohort=women)
    assert "Pre-specified analysis" not in titles(app)
    assert "not of these subjects: the cohort is filtered" in shown(app)
    [family] = tables_with(app, FAMILY)
    assert set(family["Standing"]) == {"Exploratory"}


def test_cohorts_are_compared_as_exploration(home: Path) -> None:
    women = Cohort(OneOf(column="SEX", values=("F",)))
    app = opened("EQX-301", cohort=women, survival_compared="cohorts")
    assert not app.exception
    assert "cohorts are compared, not arms" in shown(app)
    assert titles(app)[0] == "Exploratory analysis, as chosen above"
    [estimand] = tables_with(app, "What it is")
    assert estimand["What it is"].tolist()[0].startswith("Cohorts, not treatments")


def test_several_arms_are_compared_in_pairs_and_for_a_trend(home: Path) -> None:
    app = opened("EQX-201")
    assert not app.exception
    [pairs] = tables_with(app, "Adjusted p")
    assert len(pairs) == 10
    assert pairs.loc[3, ["Arm", "Against", "Adjusted p"]].tolist() == ["100 mg", "Placebo", "0.002"]
    [trend] = tables_with(app, "Scores")
    assert trend["Scores"].item() == "Placebo: 0; 10 mg: 10; 30 mg: 30; 60 mg: 60; 100 mg: 100"
    app.selectbox("survival_scores").select("Order of the arms").run()
    app.selectbox("survival_adjustment").select("none").run()
    [pairs], [trend] = tables_with(app, "Adjusted p"), tables_with(app, "Scores")
    assert pairs["Adjusted p"].tolist() == pairs["p"].tolist()
    assert trend["z"].item() == "4.44"
    assert "MaxCombo compares two arms, and there are 5" in shown(app)


def test_a_blinded_study_compares_nothing_and_names_no_arm(home: Path) -> None:
    opened("EQX-301").button("pool_arms").click().run()
    app = opened("EQX-301")
    assert not app.exception
    said = shown(app)
    assert "The study is blinded: arms are pooled, and nothing is compared." in said
    assert "Lumarestat 200 mg" not in said
    assert titles(app) == []
    assert not tables_with(app, FAMILY)
    [estimand] = tables_with(app, "What it is")
    assert estimand["What it is"].tolist()[0] == "Arms pooled: the study is blinded"
    [ends] = tables_with(app, "How times ended")
    assert "All subjects" in ends.columns


def test_a_test_that_nobody_here_knows_is_not_called_pre_specified(home: Path) -> None:
    with open_workspace(home) as workspace:
        plan = workspace.study("EQX-301").plan
        assert plan is not None
        plain = plan.to_plain()
        plain["endpoints"][0]["test"] = "MaxCombo"
        changed = Plan.from_plain(plain | {"accrual": [*plain["accrual"]]})
        workspace.register_study(code="EQX-301", plan=changed, person="tester")
    app = opened("EQX-301")
    assert not app.exception
    assert "The plan's test of OS (MaxCombo) is none of the log-rank family" in shown(app)
    assert "Pre-specified analysis" not in titles(app)
    [family] = tables_with(app, FAMILY)
    assert "Pre-specified" not in set(family["Standing"])


def test_the_estimand_stands_on_the_page_and_under_results(home: Path) -> None:
    app = opened("EQX-301", survival_tab="Endpoint table")
    [estimand] = tables_with(app, "What it is")
    assert estimand["Stated by"].tolist().count("The plan") == 4
    assert "Overall survival: time from randomisation to death" in shown(app)
    assert "Estimand: distribution of the time to event; Lumarestat 200 mg against" in shown(app)
    [ends] = tables_with(app, "How times ended")
    assert ends.loc[0].tolist() == ["Event", "Death", "159 (44%)", "115 (32%)"]
    silent = opened("GBSG2", survival_tab="Endpoint table")
    assert "Intercurrent events and Censoring rule: not stated in the plan." in shown(silent)
