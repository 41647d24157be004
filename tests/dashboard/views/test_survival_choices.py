"""What a reader may choose on the Survival page changes it, is said and breaks nothing."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from analytics.survival.logrank import LogRank
from analytics.survival.logrank_weights import fleming_harrington
from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.views.survival.curves import VIEWS
from dashboard.views.survival.page import TABS
from queries.cohorts import AnyRecord, Between, Cohort, OneOf, Window
from queries.store import open_store
from queries.workspace import Plan, open_workspace
from tests.dashboard.views import drawn
from tests.dashboard.views.drawn import TEXTS, page_script, run_script, unescaped

PAGE = page_script("survival")
STUDIES = ("EQX-301", "GBSG2", "EQX-201")
CURVES = ["Survival", *VIEWS]
WOMEN = Cohort(OneOf(column="SEX", values=("F",)))
ARMS = ("Lumarestat 200 mg", "Placebo", "30 mg", "60 mg", "100 mg")


def opened(study: str, **inputs: object) -> AppTest:
    return run_script(PAGE, {"study": study, **inputs})


shown = partial(drawn.shown, kinds=(*TEXTS, "subheader", "table"))


def tiles(app: AppTest) -> dict[tuple[str, str], str]:
    return {(unescaped(m.label), unescaped(m.delta)): m.value for m in app.metric}


def whole_tree(app: AppTest) -> str:
    """Everything that is sent to the browser: texts, choices, tables, charts, names of files."""
    found = []
    waiting: list[Any] = [app._tree]
    while waiting:
        node = waiting.pop()
        proto = getattr(node, "proto", None)
        if proto is not None:
            found.append(unescaped(proto))
        waiting += list(getattr(node, "children", {}).values())
    texts = [shown(app), *(chart.proto.spec for chart in app.get("plotly_chart"))]
    return "\n".join([*found, *texts, *(block.value for block in app.code)])


def unlocked(home: Path, study: str) -> Path:
    """A snapshot file of a copied home that a test may change."""
    with open_workspace(home) as workspace:
        snapshot = workspace.current_snapshot(study)
        assert snapshot is not None
        path = workspace.path(snapshot)
    path.chmod(0o600)
    return path


# Everything runs ----------------------------------------------------------------------


@pytest.mark.parametrize("study", STUDIES)
def test_every_curve_of_every_demo_study_runs(home: Path, study: str) -> None:
    app = opened(study)
    for view in CURVES:
        app.radio("survival_view").set_value(view).run()
        assert not app.exception, view
        assert not app.error, view
        assert app.get("plotly_chart"), view
        said = shown(app)
        assert (VIEWS[view].method.split("{")[0] in said) if view in VIEWS else "Kaplan" in said
    app.radio("survival_view").set_value("Survival").run()
    app.toggle("survival_numbers").set_value(True).run()
    assert not app.exception
    assert "Censored so far" in app.get("plotly_chart")[0].proto.spec


@pytest.mark.parametrize("tab", TABS)
def test_choices_change_the_page_and_break_no_tab(home: Path, tab: str) -> None:
    app = opened("EQX-301", survival_tab=tab)
    steps = [
        lambda: app.selectbox("survival_endpoint").select("PFS"),
        lambda: app.selectbox("survival_test_PFS").select("FH(0, 1)"),
        lambda: app.multiselect("survival_strata_PFS").set_value(["REGION1"]),
        lambda: app.selectbox("survival_set_PFS").select(""),
        lambda: app.selectbox("survival_reference").select("Lumarestat 200 mg"),
        lambda: app.radio("survival_unit").set_value("days"),
        lambda: app.number_input("survival_landmark").set_value(60),
    ]
    for number, step in enumerate(steps):
        step().run()
        assert not app.exception, number
        assert not app.error, number
    assert "from day 60 after randomisation (landmark)" in shown(app)
    assert ("Stratified FH(0, 1) p", "exploratory, nominal, interim") in tiles(app)


@pytest.mark.parametrize("tab", TABS)
def test_cohorts_as_groups_break_no_tab_and_are_exploratory(home: Path, tab: str) -> None:
    app = opened("EQX-301", cohort=WOMEN, survival_compared="cohorts", survival_tab=tab)
    assert not app.exception
    assert not app.error
    assert "Groups are cohorts of all subjects" in shown(app)
    about = [said for label, said in tiles(app) if label.endswith(" p")]
    assert about
    assert about[0].startswith("exploratory")
    assert not [label for label, _ in tiles(app) if "One-sided" in label]
    for view in VIEWS:
        app.radio("survival_view").set_value(view).run()
        assert not app.exception, view
        assert "Everyone else" in app.get("plotly_chart")[0].proto.spec, view


@pytest.mark.parametrize(
    "cohort",
    [
        Cohort(Between(column="AGE", high=19)),
        Cohort(Between(column="AGE", high=30)),
        Cohort(OneOf(column="DTHFL", values=("Y",))),
        Cohort(AnyRecord(dataset="adae", within=Window(low=0, high=30))),
    ],
    ids=["nobody", "a handful", "the dead", "early events"],
)
def test_small_and_forbidden_cohorts_get_sentences(home: Path, cohort: Cohort) -> None:
    for tab in TABS:
        app = opened("EQX-301", cohort=cohort, survival_tab=tab)
        assert not app.exception, tab
    assert shown(app)


# One arm and several ------------------------------------------------------------------


def test_arms_left_out_are_counted_and_change_the_standing(home: Path) -> None:
    app = opened("EQX-201", survival_tab="Comparisons")
    app.multiselect("survival_arms_EQX-201").set_value(["Placebo", "100 mg"]).run()
    assert not app.exception
    said = shown(app)
    assert "Not compared: 10 mg, 30 mg, 60 mg." in said
    assert "in an arm that is not compared" in said
    assert "Difference" in app.radio("survival_view").options
    app.multiselect("survival_arms_EQX-201").set_value(["100 mg"]).run()
    assert not app.exception
    assert "All subjects of this cohort are in one arm, 100 mg" in shown(app)
    assert "Difference" not in app.radio("survival_view").options


def test_arms_of_another_plan_leave_nothing_pre_specified(home: Path) -> None:
    with open_workspace(home) as workspace:
        plan = workspace.study("EQX-301").plan
        assert plan is not None
        plain = plan.to_plain()
        plain["arms"] = [*plain["arms"], "Lumarestat 400 mg"]
        plain["allocation"] = [1, 1, 1]
        changed = Plan.from_plain(plain | {"accrual": [*plain["accrual"]]})
        workspace.register_study(code="EQX-301", plan=changed, person="tester")
    app = opened("EQX-301", survival_tab="Comparisons")
    assert not app.exception
    assert "does not have the planned arm Lumarestat 400 mg" in shown(app)
    assert "Pre-specified" not in shown(app)
    assert ("Stratified log-rank p", "sensitivity, nominal, interim") in tiles(app)


def test_the_plans_alpha_is_only_that_of_the_plans_own_analysis(home: Path) -> None:
    app = opened("EQX-301", survival_tab="Comparisons")
    assert shown(app).count("The plan spends") == 1
    app.multiselect("survival_strata_OS").set_value([]).run()
    assert shown(app).count("The plan spends") == 1, "not below the analysis as chosen above"
    filtered = opened("EQX-301", survival_tab="Comparisons", cohort=WOMEN)
    assert "The plan spends" not in shown(filtered)


def test_a_filter_makes_no_data_interim(home: Path) -> None:
    with open_workspace(home) as workspace:
        plan = workspace.study("EQX-301").plan
        assert plan is not None
        plain = plan.to_plain()
        plain["endpoints"][0]["events"] = 200  # of the 274 that there are
        changed = Plan.from_plain(plain | {"accrual": [*plain["accrual"]]})
        workspace.register_study(code="EQX-301", plan=changed, person="tester")
    assert "Interim data" not in shown(opened("EQX-301"))
    app = opened("EQX-301", cohort=WOMEN)
    assert "Interim data" not in shown(app), "women alone have had fewer than 200 events"
    assert ("Stratified log-rank p", "exploratory, two-sided") in tiles(app)


def test_a_difference_of_curves_has_its_standing(home: Path) -> None:
    app = opened("EQX-301", survival_view="Difference")
    said = shown(app)
    assert (
        "Sensitivity analysis: the plan's test is stratified log-rank, not the difference" in said
    )
    assert "Estimand: difference in survival at each time" in said
    filtered = opened("EQX-301", survival_view="Difference", cohort=WOMEN)
    assert "Exploratory analysis: the cohort is filtered" in shown(filtered)


def test_the_tiles_and_the_tab_show_the_same_test(home: Path) -> None:
    app = opened("EQX-301", survival_tab="Comparisons", survival_endpoint="PFS")
    app.selectbox("survival_test_PFS").select("FH(0, 1)").run()
    [headline] = [v for (label, _), v in tiles(app).items() if label == "Stratified FH(0, 1) p"]
    in_tab = [
        v for (label, _), v in tiles(app).items() if label.startswith("Stratified FH(0, 1) p,")
    ]
    assert in_tab == [headline]
    path = unlocked(home, "EQX-301")
    strata = tuple(app.multiselect("survival_strata_PFS").value)
    analysis = SurvivalAnalysis(
        endpoint="PFS", analysis_set="ITTFL", strata=strata, weight=fleming_harrington(0, 1)
    )
    with open_store(path) as store:
        direct = analysis.run(store).comparison
    assert isinstance(direct, LogRank)
    assert headline == (f"{direct.p_value:.4f}" if direct.p_value >= 1e-4 else "< 0.0001")


# Proportional hazards ------------------------------------------------------------------

BANNER = "Hazards look non-proportional"


@pytest.mark.parametrize(
    ("study", "endpoint", "stands"),
    [
        ("EQX-301", "PFS", True),
        ("EQX-301", "OS", False),
        ("EQX-301", "TTSAE", False),
        ("GBSG2", "RFS", False),
        ("EQX-201", "TTQUEAS", True),
    ],
)
def test_the_banner_stands_where_r_doubts_proportional_hazards(
    home: Path, study: str, endpoint: str, stands: bool
) -> None:
    app = opened(study, survival_tab="Comparisons", survival_endpoint=endpoint)
    assert not app.exception
    assert (BANNER in shown(app)) == stands
    assert ("No sign of non-proportional hazards" in shown(app)) != stands


def test_crossing_hazards_are_warned_of(home: Path) -> None:
    """One arm of GBSG2 is given its events early, the other late; the times stay."""
    with duckdb.connect(str(unlocked(home, "GBSG2"))) as connection:
        connection.execute(
            """
            UPDATE adtte SET "CNSR" = CASE
                WHEN (t."TRT01P" = (SELECT min("TRT01P") FROM adsl)) = (adtte."AVAL" < 1000)
                THEN 0 ELSE 1 END
            FROM adsl AS t WHERE t."USUBJID" = adtte."USUBJID"
            """
        )
    app = opened("GBSG2", survival_tab="Comparisons")
    assert not app.exception
    said = shown(app)
    assert BANNER in said
    assert "cross (apart one way at" in said
    assert "A test chosen after seeing the curves proves nothing" in said


# Blinded ------------------------------------------------------------------------------


@pytest.mark.parametrize("study", ["EQX-301", "EQX-201"])
def test_a_pooled_study_shows_no_arm_in_any_tab_or_curve(home: Path, study: str) -> None:
    before = whole_tree(opened(study))
    assert [arm for arm in ARMS if arm in before], "where arms would be found"
    with open_workspace(home) as workspace:
        workspace.blind(study, "tester", "To see what a blinded reader sees")
    pages = {tab: {"survival_tab": tab} for tab in TABS}
    pages |= {view: {"survival_view": view} for view in CURVES if view != "Difference"}
    for name, inputs in pages.items():
        app = opened(study, **inputs)
        assert not app.exception, name
        everything = whole_tree(app)
        assert "All subjects" in everything
        for arm in ARMS:
            assert arm not in everything, (name, arm)
        # A model of covariates has hazard ratios, but none of arms.
        assert "Hazard ratio (95% CI)" not in {label for label, _ in tiles(app)}, name


def test_a_difference_asked_for_before_blinding_is_not_drawn(home: Path) -> None:
    opened("EQX-301").button("pool_arms").click().run()
    app = opened("EQX-301", survival_view="Difference")
    assert not app.exception
    assert app.session_state["survival_view"] == "Survival"


def test_cohorts_of_a_blinded_study_are_marked_as_exploration(home: Path) -> None:
    opened("EQX-301").button("pool_arms").click().run()
    app = opened("EQX-301", cohort=WOMEN, survival_compared="cohorts", survival_tab="Comparisons")
    assert not app.exception
    assert "Hazard ratio (95% CI)" in str(tiles(app))
    assert all(word not in whole_tree(app) for word in ARMS)
    late = Cohort(AnyRecord(dataset="adae", within=Window(low=0, high=30)))
    refused = opened("EQX-301", cohort=late, survival_compared="cohorts")
    assert "immortal time" in "".join(warning.value for warning in refused.warning)


def save(home: Path, cohort: Cohort) -> None:
    with open_workspace(home) as workspace:
        snapshot = workspace.current_snapshot("EQX-301")
        assert snapshot is not None
        workspace.save_cohort(
            study="EQX-301",
            name=cohort.name,
            cohort_json=cohort.to_json(),
            snapshot=snapshot.id,
            subjects=1,
            person="tester",
        )


ALONE = (
    "Only one of the groups has subjects of its own, All subjects: there is nothing to compare it "
    "with. Whoever belongs to more than one group is left out."
)


def test_one_group_alone_is_said_once(home: Path) -> None:
    app = opened("EQX-301", survival_compared="cohorts", survival_tab="Endpoint table")
    assert not app.exception
    assert [unescaped(warning.value) for warning in app.warning] == [ALONE]


def test_everyone_is_no_usual_group_beside_others(home: Path) -> None:
    save(home, Cohort(WOMEN.rule, name="Women"))
    save(home, Cohort(OneOf(column="SEX", values=("M",)), name="Men"))
    app = opened("EQX-301", survival_compared="cohorts", survival_tab="Comparisons")
    assert not app.exception
    said = {about for label, about in tiles(app) if label == "Hazard ratio (95% CI)"}
    assert said in ({"Men / Women"}, {"Women / Men"})
    keys = [*app.multiselect("survival_cohorts").value, "all"]
    app.multiselect("survival_cohorts").set_value(keys).run()
    assert "No subject of this cohort has a time for OS" in shown(app), "everybody is in two"
