"""The Labs and vitals page: counts, the subjects behind them, what a blinded reader sees."""

from __future__ import annotations

from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from queries.workspace import open_workspace
from tests.dashboard.views import drawn
from tests.dashboard.views.drawn import TEXTS, page_script, run_script

PAGE = page_script("measurements")


def opened(tab: str, study: str = "EQX-301", **inputs: object) -> AppTest:
    app = run_script(PAGE, {"study": study, "measurements_tab": tab, **inputs})
    assert not app.exception
    return app


shown = partial(drawn.shown, kinds=(*TEXTS, "title"))


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("tab", ["Shifts", "Values"])
def test_a_tab_says_that_it_is_exploratory_and_what_it_counts(tab):
    said = shown(opened(tab))
    assert "Exploratory, not confirmatory." in said
    assert "rows of ALT" in said
    assert "Analysis set: SAFFL." in said


@pytest.mark.usefixtures("home")
def test_a_cell_opens_exactly_its_subjects():
    cell = "Lumarestat 200 mg: Normal to high"
    app = opened("Shifts", measurements_shift_cell=cell)
    assert f"**{cell}**: 71 subjects" in shown(app)
    assert any(button.label == "Save as cohort" for button in app.button)


@pytest.mark.usefixtures("home")
def test_grades_have_their_own_changes():
    app = opened("Shifts", measurements_kind="grade", measurements_grade_change="")
    tables = " ".join(str(table.value) for table in app.table)
    assert "Increase to grade 3 or higher" in tables


@pytest.mark.usefixtures("home")
def test_lines_are_of_at_most_a_hundred_subjects_and_outliers_open():
    app = opened("Values", measurements_lines=True)
    assert "Lines: 100 of 715 subjects" in shown(app)
    box = next(box for box in app.selectbox if box.label == "Subjects behind")
    mark = next(option for option in box.options if option.startswith("Beyond the whiskers"))
    box.set_value(mark).run()
    assert not app.exception
    assert f"**{mark}**: " in shown(app)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("tab", ["Shifts", "Values"])
def test_a_study_without_laboratory_results_says_what_to_import(tab):
    assert "no laboratory results (ADLB, LB). Import them" in shown(opened(tab, study="GBSG2"))


@pytest.mark.parametrize("tab", ["Shifts", "Values"])
def test_a_blinded_reader_sees_one_arm(home, tab):
    with open_workspace(home) as workspace:
        workspace.blind("EQX-301", person="anna", reason="A test")
    app = opened(tab)
    sent = shown(app) + "".join(str(table.value) for table in app.table)
    sent += "".join(str(option) for box in app.selectbox for option in box.options)
    assert "Arms pooled: the study is blinded." in sent
    assert "Lumarestat" not in sent.replace("Lumarestat or placebo, added to standard care", "")
