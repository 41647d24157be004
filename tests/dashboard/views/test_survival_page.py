"""The Survival page as a whole: every tab and view of every study; cohorts as groups."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.views.survival.curves import VIEWS
from dashboard.views.survival.page import TABS
from queries.cohorts import Cohort, OneOf
from tests.dashboard.views.drawn import charts_of, page_script, run_script, shown
from tests.dashboard.views.test_pages import tiles

PAGE = page_script("survival", opens=False, saves="survival")
WOMEN = Cohort(OneOf(column="SEX", values=("F",)))


def opened(study: str, **inputs: object) -> AppTest:
    return run_script(PAGE, {"study": study, **inputs})


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
    said = charts_of(app)
    assert VIEWS[view].estimate.capitalize() in said or "Cumulative hazard" in said
    assert not app.warning


def test_cohorts_are_groups(home: Path) -> None:
    app = opened("EQX-301", cohort=WOMEN, survival_compared="cohorts")
    assert not app.exception
    assert ("Hazard ratio (95% CI)", "Cohort on screen / Everyone else") in tiles(app)
    said = shown(app)
    assert "Groups are cohorts of all subjects" in said
    assert "Exploratory" in said
    app.multiselect("survival_cohorts").set_value(["screen", "all"]).run()
    assert "in more than one of the groups: 316" in shown(app)
