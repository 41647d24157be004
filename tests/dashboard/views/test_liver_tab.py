"""The Liver tab: what is counted, who stands behind it, what moves the cuts."""

from __future__ import annotations

import json
from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.views.measurements import liver_criteria
from queries.cohorts import Cohort, OneOf
from queries.workspace import open_workspace
from tests.dashboard.views import drawn
from tests.dashboard.views.drawn import TEXTS, page_script, run_script

PAGE = page_script("measurements")


def opened(study: str = "EQX-301", **inputs: object) -> AppTest:
    app = run_script(PAGE, {"study": study, **inputs})
    assert not app.exception
    return app


shown = partial(drawn.shown, kinds=(*TEXTS, "title"))


def buttons(app: AppTest) -> dict[str, str]:
    return {button.key: button.label.replace("\\", "") for button in app.button if button.key}


@pytest.mark.usefixtures("home")
def test_the_tab_counts_candidates_by_arm_and_says_what_they_are():
    app = opened()
    assert buttons(app)["liver candidate Placebo"] == "**1** (0.3%) Placebo"
    assert buttons(app)["liver candidate Lumarestat 200 mg"] == "**4** (1.1%) Lumarestat 200 mg"
    said = shown(app)
    assert "Exploratory, not confirmatory." in said
    assert "A candidate is no case" in said
    assert "31 without an upper limit (ALP 11, ALT 7, AST 7, Total bilirubin 6)" in said
    assert "8 subjects without a peak" in said


@pytest.mark.usefixtures("home")
def test_the_table_says_which_rule_excludes_whom():
    table = opened().dataframe[0].value
    assert table["Result"].value_counts().to_dict() == {"Candidate": 5, "Excluded: ALP": 1}
    excluded = table[table["Result"] == "Excluded: ALP"].iloc[0]
    assert excluded["Subject"] == "EQX-301-105-002"
    assert excluded["R"] == "1.3, cholestatic"
    assert excluded["ALP then"] == "3.4"


@pytest.mark.usefixtures("home")
def test_a_number_opens_the_subjects_behind_it():
    app = opened()
    next(b for b in app.button if b.key == "liver candidate Placebo").click().run()
    assert not app.exception
    assert "**Hy's law candidates, Placebo**: 1 subject" in shown(app)
    next(b for b in app.button if b.key == "liver cholestasis Placebo").click().run()
    assert "**Cholestasis, Placebo**: 0 subjects" in shown(app)


@pytest.mark.usefixtures("home")
def test_the_subjects_behind_an_elevation_are_those_counted():
    name = "ALT or AST ≥ 5 × ULN"
    app = opened(safety_mark_liver_elevation=[name, "Lumarestat 200 mg"])
    row = app.dataframe[-1].value
    table = row if "Highest value after baseline" in row else app.dataframe[1].value
    cell = table.set_index("Highest value after baseline").loc[name, "Lumarestat 200 mg"]
    assert cell.startswith("15/355")
    assert f"**{name}, Lumarestat 200 mg**: 15 subjects" in shown(app)


@pytest.mark.usefixtures("home")
def test_cuts_move_counts_code_and_notes():
    app = opened()
    app.number_input("liver_at_cut").set_value(5.0).run()
    assert not app.exception
    assert buttons(app)["liver temples_corollary Placebo"].startswith("**4**")
    assert "ALT or AST ≥ 5 × ULN, then total bilirubin" in shown(app)
    assert any("LiverCriteria(aminotransferase=5.0)" in code.value for code in app.code)


@pytest.mark.usefixtures("home")
def test_the_window_and_the_alp_rule_can_be_changed():
    app = opened(liver_alp_cut=20.0, liver_window=0, liver_order="either", liver_alp_taken="peak")
    assert "at most 0 days before or after, ALP < 20 × ULN at its peak" in shown(app)
    assert "liver excluded_alp Placebo" not in buttons(app)


@pytest.mark.usefixtures("home")
def test_a_line_that_was_dragged_moves_the_numbers(monkeypatch):
    app = opened()
    monkeypatch.setattr(liver_criteria.st, "session_state", app.session_state)
    liver_criteria._move(4.5, 0.2)
    monkeypatch.undo()
    app.run()
    assert not app.exception
    assert app.number_input("liver_at_cut").value == 4.5
    assert app.number_input("liver_tbl_cut").value == 1.0


@pytest.mark.usefixtures("home")
def test_a_subject_has_a_course_and_a_way_to_the_profile():
    app = opened(liver_subject="EQX-301-105-002")
    assert "Subject EQX-301-105-002, Lumarestat 200 mg." in shown(app)
    specs = [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]
    assert [trace["name"] for trace in specs[1]["data"]] == [
        "ALT",
        "AST",
        "Total bilirubin",
        "ALP",
    ]
    next(b for b in app.button if b.key == "liver_open_profile").click().run()
    assert app.session_state["subject_opened"] == "EQX-301-105-002"


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("study", ["GBSG2", "EQX-201"])
def test_a_study_without_laboratory_results_says_so(study):
    assert "This study has no laboratory results." in shown(opened(study))


@pytest.mark.usefixtures("home")
def test_a_cohort_of_nobody_says_so():
    app = opened(cohort=Cohort(OneOf(column="SITEID", values=("none",))))
    assert "No subject of this cohort is in the analysis set." in shown(app)


def test_a_blinded_reader_sees_no_arm(home):
    with open_workspace(home) as workspace:
        workspace.blind("EQX-301", person="anna", reason="A test")
    app = opened(liver_subject="EQX-301-105-002")
    sent = shown(app) + "".join(str(frame.value) for frame in app.dataframe)
    sent += "".join(button.label for button in app.button)
    sent += "".join(chart.proto.spec for chart in app.get("plotly_chart"))
    sent += "".join(code.value for code in app.code)
    assert "Arms pooled: the study is blinded." in sent
    assert "All subjects" in sent
    assert "Lumarestat" not in sent.replace("Lumarestat or placebo, added to standard care", "")
