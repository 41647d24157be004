"""The Safety page: what is counted, what is refused, what a blinded reader sees."""

from __future__ import annotations

from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from queries.cohorts import AnyRecord, Cohort, OneOf
from queries.workspace import open_workspace
from tests.dashboard.views import drawn
from tests.dashboard.views.drawn import TEXTS, page_script, run_script

PAGE = page_script("safety")


def opened(tab: str, study: str = "EQX-301", **inputs: object) -> AppTest:
    app = run_script(PAGE, {"study": study, "safety_tab": tab, **inputs})
    assert not app.exception
    return app


shown = partial(drawn.shown, kinds=(*TEXTS, "title"))


@pytest.mark.usefixtures("home")
def test_the_overview_counts_subjects_by_arm_and_says_it_is_exploratory():
    app = opened("Overview")
    assert "Exploratory, not confirmatory." in shown(app)
    labels = [button.label.replace("\\", "") for button in app.button]
    assert any(label.startswith("**334** (94.1%) Placebo") for label in labels)
    assert any("Lumarestat 200 mg" in label for label in labels)


@pytest.mark.usefixtures("home")
def test_a_number_of_the_overview_opens_the_subjects_behind_it():
    app = opened("Overview")
    button = next(b for b in app.button if b.key == "overview serious Lumarestat 200 mg")
    said = button.label.split("**")[1]
    button.click().run()
    assert not app.exception
    assert f"**Serious, Lumarestat 200 mg**: {said} subjects" in shown(app)


@pytest.mark.usefixtures("home")
def test_the_table_of_terms_is_cut_by_percentage_and_difference():
    app = opened("Terms")
    everything = len(app.dataframe[0].value)
    app.number_input("safety_least_percent").set_value(10.0).run()
    frequent = len(app.dataframe[0].value)
    app.number_input("safety_least_difference").set_value(5.0).run()
    different = len(app.dataframe[0].value)
    assert everything > frequent > different > 1
    assert "Not shown: terms and classes in fewer than 10% of every arm, or less than 5" in shown(
        app
    )


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("measure", "heading"),
    [("risk ratio", "risk ratio (95% CI)"), ("rate ratio", "rate ratio (95% CI)")],
)
def test_the_measure_can_be_chosen(measure, heading):
    app = opened("Terms", safety_measure=measure)
    assert any(heading in column for column in app.dataframe[0].value.columns)
    assert f"{measure.capitalize()} from Placebo" in shown(app)


@pytest.mark.usefixtures("home")
def test_records_are_filtered_by_kind_grade_and_window():
    every = opened("Terms").dataframe[0].value
    for inputs in (
        {"safety_kinds": ["serious"]},
        {"safety_grade": 3},
        {"safety_emergence": "window", "safety_days_after": 0},
    ):
        fewer = opened("Terms", **inputs).dataframe[0].value
        assert len(fewer) <= len(every)
        assert fewer.iloc[0].tolist() != every.iloc[0].tolist()


@pytest.mark.usefixtures("home")
def test_terms_can_be_grouped_by_another_column():
    app = opened("Terms", safety_column="AEOUT")
    names = app.dataframe[0].value["Class and term"].tolist()
    assert "RECOVERED/RESOLVED" in names


@pytest.mark.usefixtures("home")
def test_arms_of_a_late_cohort_are_described_and_not_compared():
    late = Cohort(AnyRecord(dataset="adae", where=OneOf(column="AESER", values=("Y",))))
    app = opened("Terms", cohort=late)
    assert "immortal time" in shown(app)
    assert not any("difference" in column for column in app.dataframe[0].value.columns)


@pytest.mark.usefixtures("home")
def test_a_study_without_adverse_events_says_so():
    assert "This study has no adverse events." in shown(opened("Overview", study="GBSG2"))


@pytest.mark.usefixtures("home")
def test_a_selection_without_records_says_so():
    app = opened("Terms", study="EQX-201", safety_kinds=["fatal"])
    assert "No adverse event of this kind is recorded in this cohort." in shown(app)


@pytest.mark.parametrize("tab", ["Overview", "Terms"])
def test_a_blinded_reader_sees_no_arm(home, tab):
    with open_workspace(home) as workspace:
        workspace.blind("EQX-301", person="anna", reason="A test")
    app = opened(tab)
    sent = shown(app) + "".join(str(frame.value) for frame in app.dataframe)
    sent += "".join(button.label for button in app.button)
    sent += "".join(str(table.value) for table in app.table)
    assert "Arms pooled: the study is blinded." in sent.replace("\\", "")
    assert "All subjects" in sent
    assert "Lumarestat" not in sent.replace("Lumarestat or placebo, added to standard care", "")
