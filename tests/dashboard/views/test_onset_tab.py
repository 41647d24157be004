"""The Onset tab: choices, sentences, subjects behind, blinding."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from queries.cohorts import AnyRecord, Cohort, OneOf
from queries.workspace import open_workspace
from tests.dashboard.views.test_safety_page import opened, shown

BETWEEN = "\x1f"
DIP = f"Blood count changes{BETWEEN}Red-cell dip"


def onset(**inputs: object) -> AppTest:
    return opened("Onset", **inputs)


def table_with(app: AppTest, column: str) -> pd.DataFrame:
    """The first table with such a column, without Markdown's backslashes."""
    tables = (
        pd.DataFrame(table.value)
        .map(lambda cell: str(cell).replace("\\", ""))
        .rename(columns=lambda name: str(name).replace("\\", ""))
        for table in app.table
    )
    return next(table for table in tables if any(column in name for name in table.columns))


@pytest.mark.usefixtures("home")
def test_any_event_by_default_with_everything_that_competes() -> None:
    app = onset()
    assert app.selectbox("safety_onset_of").value == BETWEEN
    assert app.selectbox("safety_onset_competing").value == "death or discontinuation"
    text = shown(app)
    assert "Exploratory, not confirmatory." in text
    assert "Death and discontinuation compete with the event." in text
    assert "No subject is left out." in text
    assert "At day 56" in "\n".join(one.value for one in app.subheader)
    incidence = table_with(app, "Incidence, %")
    assert incidence["Arm"].tolist() == ["Placebo", "Lumarestat 200 mg"]
    assert incidence["Incidence, % (95% CI)"].tolist() == ["89.0 (85.3–91.9)", "93.6 (90.5–95.7)"]
    assert incidence["At risk"].tolist() == ["27 of 355", "11 of 360"]
    compared = table_with(app, "Hazard ratio")
    assert compared["Hazard ratio (95% CI)"].tolist() == ["1.45 (1.25–1.69), p < 0.0001"]
    assert compared["Ratio (95% CI)"].tolist() == ["1.05 (1.00–1.10), p = 0.030"]
    assert "read them together" in text
    assert len(app.get("plotly_chart")) == 1


@pytest.mark.usefixtures("home")
def test_one_minus_kaplan_meier_is_nowhere_without_its_label() -> None:
    app = onset(safety_onset_of=DIP)
    over = table_with(app, "1 − Kaplan–Meier (overestimates)")
    high = over["Too high by, points"].astype(float)
    assert (high > 0).all()
    texts = [*(one.value for one in app.subheader), *(str(one.value) for one in app.table)]
    for text in texts:
        if "Kaplan" in text:
            assert "overestimates" in text


@pytest.mark.usefixtures("home")
def test_death_alone_may_compete() -> None:
    app = onset(safety_onset_of=DIP, safety_onset_day=182)
    both = table_with(app, "Incidence, %")
    app.selectbox("safety_onset_competing").select("death").run()
    assert not app.exception
    assert "Death competes with the event; discontinuation censors." in shown(app)
    death = table_with(app, "Incidence, %")
    assert "Discontinued, censored" in death.columns
    column = "Incidence, % (95% CI)"
    before, after = (table[column].str.split().str[0].astype(float) for table in (both, death))
    assert (after > before).all()


@pytest.mark.usefixtures("home")
def test_a_term_that_was_clicked_is_offered_first_and_shown() -> None:
    clicked = ["Blood count changes", "Red-cell dip"]
    app = onset(safety_mark_term=clicked)
    event = app.selectbox("safety_onset_of")
    assert event.options[0] == "Red-cell dip (Blood count changes)"
    assert event.value == DIP
    event.select(BETWEEN).run()
    assert app.selectbox("safety_onset_of").value == BETWEEN
    app.session_state["safety_mark_term"] = ["Blood count changes", ""]
    app.run()
    assert app.selectbox("safety_onset_of").value == f"Blood count changes{BETWEEN}"
    assert not app.exception


@pytest.mark.usefixtures("home")
def test_an_event_that_a_link_names_stays_whatever_was_clicked() -> None:
    app = onset(safety_mark_term=["Blood count changes", "Platelet dip"], safety_onset_of=DIP)
    assert app.selectbox("safety_onset_of").value == DIP


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("view", ["First event", "Repeated events"])
def test_the_subjects_behind_an_arm_are_listed(view: str) -> None:
    app = onset(safety_onset_of=DIP, safety_onset_view=view)
    button = app.button("onset Lumarestat 200 mg")
    assert button.label.replace("\\", "") == "**106** Lumarestat 200 mg"
    button.click().run()
    assert not app.exception
    assert "**Red-cell dip (Blood count changes), Lumarestat 200 mg**: 106 subjects" in shown(app)


@pytest.mark.usefixtures("home")
def test_repeated_events_have_a_mean_count_and_rates() -> None:
    app = onset(safety_onset_view="Repeated events", safety_onset_day=182)
    text = shown(app)
    assert "Exploratory, not confirmatory." in text
    assert "Death ends all events; discontinuation ends follow-up." in text
    means, rates = table_with(app, "Mean count"), table_with(app, "Rate per 100")
    assert means["Arm"].tolist() == rates["Arm"].tolist() == ["Placebo", "Lumarestat 200 mg"]
    assert not [one for one in app.selectbox if one.key == "safety_onset_competing"]
    assert len(app.get("plotly_chart")) == 1


def test_very_many_records_are_counted_on_demand(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert home.is_dir()
    monkeypatch.setattr("dashboard.views.safety.mean_count.MOST_AT_ONCE", 1_000)
    app = onset(safety_onset_view="Repeated events")
    assert "records of these events" in shown(app)
    assert not app.table
    next(one for one in app.button if one.label == "Count them all").click().run()
    assert not app.exception
    assert not table_with(app, "Mean count").empty


@pytest.mark.usefixtures("home")
def test_an_event_that_nobody_has_is_a_sentence() -> None:
    one = Cohort(OneOf(column="USUBJID", values=("EQX-301-101-001",)))
    for view in ("First event", "Repeated events"):
        app = onset(cohort=one, safety_onset_of=DIP, safety_onset_view=view)
        assert "Nobody in this cohort has such an event" in shown(app)
        assert not app.table
    app = onset(cohort=one)
    assert "Only one arm has subjects in this cohort." in shown(app)
    assert table_with(app, "Incidence, %")["At risk"].str.endswith("of 1").all()


@pytest.mark.usefixtures("home")
def test_a_cohort_chosen_by_the_future_is_not_compared() -> None:
    late = Cohort(AnyRecord(dataset="adae", where=OneOf(column="AESER", values=("Y",))))
    app = onset(cohort=late)
    assert "immortal time" in shown(app)
    columns = [str(name) for table in app.table for name in pd.DataFrame(table.value).columns]
    assert not any("Ratio" in name or "Hazard" in name for name in columns)


def test_a_blinded_reader_sees_no_arm(home: Path) -> None:
    with open_workspace(home) as workspace:
        workspace.blind("EQX-301", person="anna", reason="A test")
    for view in ("First event", "Repeated events"):
        app = onset(safety_onset_view=view)
        figures = json.dumps([chart.proto.spec for chart in app.get("plotly_chart")])
        tables = "\n".join(str(table.value) for table in app.table)
        text = shown(app).replace("Lumarestat or placebo", "")
        for arm in ("Lumarestat", "Placebo"):
            assert arm not in text + tables + figures
        assert "Arms pooled: the study is blinded." in text
        assert "All subjects" in tables
