"""The Survival page as a whole: every tab and view of every study, and what a reader may change."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.views.survival.curves import VIEWS
from dashboard.views.survival.page import TABS
from queries.cohorts import Cohort, OneOf
from queries.workspace import open_workspace
from tests.dashboard.views.test_pages import drawn, shown, tiles

SECONDS = 180
PAGE = """
from dashboard import state
from dashboard.results import explained
from dashboard.views import sidebar
from dashboard.views.survival import page

state.begin_run()
sidebar.show()
page.show()
with explained():
    state.save_link("survival")
"""
ARMS = ("Lumarestat 200 mg", "Placebo")
WOMEN = Cohort(OneOf(column="SEX", values=("F",)))


def opened(study: str, **inputs: object) -> AppTest:
    app = AppTest.from_string(PAGE, default_timeout=SECONDS)
    for key, value in {"study": study, **inputs}.items():
        app.session_state[key] = value
    return app.run()


@pytest.mark.parametrize("study", ["EQX-301", "EQX-201", "GBSG2"])
@pytest.mark.parametrize("tab", TABS)
def test_every_tab_of_every_study_stands(home: Path, study: str, tab: str) -> None:
    app = opened(study, survival_tab=tab)
    assert not app.exception
    assert not app.error


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_of_the_curves_is_drawn(home: Path, view: str) -> None:
    app = opened("EQX-301", survival_view=view)
    assert not app.exception
    said = drawn(app)
    assert VIEWS[view].estimate.capitalize() in said or "Cumulative hazard" in said
    assert not app.warning


def test_what_the_reader_changes_is_said(home: Path) -> None:
    app = opened("EQX-301")
    assert ("Stratified log-rank p", "pre-specified, nominal, interim data") in tiles(app)
    app.selectbox("survival_endpoint").select("PFS").run()
    app.selectbox("survival_test_PFS").select("FH(0, 1)").run()
    assert ("Stratified FH(0, 1) p", "sensitivity, nominal, interim data") in tiles(app)
    app.multiselect("survival_strata_PFS").set_value([]).run()
    assert ("FH(0, 1) p", "sensitivity, nominal, interim data") in tiles(app)
    assert "EVERY" not in shown(app)


def test_cohorts_are_groups(home: Path) -> None:
    app = opened("EQX-301", cohort=WOMEN, survival_compared="cohorts")
    assert not app.exception
    assert ("Hazard ratio (95% CI)", "Cohort on screen / Everyone else") in tiles(app)
    said = shown(app)
    assert "Groups are cohorts of all subjects" in said
    assert "Exploratory" in said
    app.multiselect("survival_cohorts").set_value(["screen", "all"]).run()
    assert "in more than one of the groups: 316" in shown(app)


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("view", ["Survival", "Hazard"])
def test_a_pooled_study_shows_no_arm_in_any_tab(home: Path, tab: str, view: str) -> None:
    with open_workspace(home) as workspace:
        workspace.blind("EQX-301", reason="a test", person="somebody")
    app = opened("EQX-301", survival_tab=tab, survival_view=view)
    assert not app.exception
    everything = shown(app) + drawn(app) + str(tiles(app)) + "".join(c.value for c in app.code)
    everything = everything.replace("Lumarestat or placebo", "")
    plan = "Lumarestat 200 mg against Placebo"
    assert "Lumarestat 200 mg" not in everything.replace(plan, "")
