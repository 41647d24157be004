"""The tabs for exposure and for listings: from a mark to subjects and cohorts; blinding."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from queries.cohorts import Cohort, OneOf, Rule
from queries.workspace import open_workspace
from tests.dashboard.views.drawn import charts_of, run_script, shown, unescaped

SCRIPT = """
import streamlit as st
from dashboard import state
from dashboard.results import explained
from dashboard.views import sidebar
from dashboard.views.safety import {tab} as tab
from dashboard.views.safety.subjects import choose_subjects

state.begin_run()
sidebar.show()
with explained():
    tab.show(choose_subjects())
"""


def opened(tab: str, study: str = "EQX-301", rule: Rule | None = None, **more: object) -> AppTest:
    cohort = {} if rule is None else {"cohort": Cohort(rule)}
    return run_script(SCRIPT.format(tab=tab), {"study": study, **cohort, **more})


def blinded(home: Path, study: str = "EQX-301") -> None:
    with open_workspace(home) as workspace:
        workspace.blind(study, person="anna", reason="A test")


def table_with(app: AppTest, column: str) -> pd.DataFrame:
    found = [
        pd.DataFrame(t.value).map(lambda cell: unescaped(str(cell))).rename(columns=unescaped)
        for t in app.table
    ]
    return next(table for table in found if column in table.columns)


# Exposure ------------------------------------------------------------------------------


def test_exposure_is_shown_with_what_it_rests_on(home: Path) -> None:
    app = opened("exposure")
    assert not app.exception
    assert not app.error
    assert len(app.get("plotly_chart")) == 4
    text = shown(app)
    assert text.count("Exploratory, not confirmatory.") >= 5
    assert "The planned dose is the first dose given to each subject." in text
    assert "rates at different doses do not show what a dose causes" in text
    summary = table_with(app, "Statistic")
    row = summary[summary["Statistic"] == "≥100%, n (%)"].iloc[0]
    assert row["Lumarestat 200 mg"] == "178 (49.4%)"
    median = summary[summary["Statistic"] == "Median (Q1–Q3)"].iloc[0]
    assert median["Placebo"] == "171 (69–302.5)"
    assert table_with(app, "Reason")["Placebo"].tolist() == ["43 (63)", "96 (116)"]


def test_a_planned_dose_that_is_stated_counts(home: Path) -> None:
    app = opened("exposure", safety_exposure_planned="stated")
    app.number_input("safety_exposure_planned Placebo").set_value(250.0).run()
    assert not app.exception
    assert "The planned dose is 250 mg a day in Placebo, else the first dose given." in shown(app)
    summary = table_with(app, "Statistic")
    assert summary[summary["Statistic"] == "≥100%, n (%)"]["Placebo"].item() == "0 (0.0%)"


@pytest.mark.parametrize(
    ("key", "mark", "subjects"),
    [
        ("safety_exposure_band_mark", "<70%, Placebo", 9),
        ("safety_exposure_summary_mark", "Dose reduced, Lumarestat 200 mg", 68),
        ("safety_onset_mark", "100 mg, Lumarestat 200 mg", 9),
    ],
)
def test_a_mark_leads_to_its_subjects(home: Path, key: str, mark: str, subjects: int) -> None:
    app = opened("exposure")
    app.selectbox(key).set_value(mark).run()
    assert not app.exception
    assert f"**{mark}**: {subjects} subjects" in shown(app)
    app.button(f"{key} cohort").click().run()
    assert not app.exception
    assert app.session_state["cohort"].rule is not None
    text = shown(app)
    assert f"{subjects} of 720 subjects" in text
    assert "The cohort is chosen by what happened after baseline." in text


def test_events_of_a_kind_that_nobody_had_are_said(home: Path) -> None:
    app = opened("exposure", rule=OneOf(column="DTHFL", values=("Y",)), safety_onset_kind="fatal")
    assert not app.exception
    lived = OneOf(column="EOTSTT", values=("ONGOING",))
    app = opened("exposure", rule=lived, safety_onset_kind="fatal")
    assert not app.exception
    assert "Nobody in this cohort had such an event." in shown(app)


def test_doses_that_are_arms_are_shown_by_arm(home: Path) -> None:
    app = opened("exposure", "EQX-201")
    assert not app.exception
    assert "0 mg (placebo)" in shown(app)
    assert "40 subjects on placebo of dose 0 have no relative dose intensity." in shown(app)


def test_a_study_without_exposure_says_so(home: Path) -> None:
    app = opened("exposure", "GBSG2")
    assert not app.exception
    assert "Exposure cannot be shown" in shown(app)
    assert not app.get("plotly_chart")


def test_nobody_treated_is_said(home: Path) -> None:
    app = opened("exposure", rule=OneOf(column="SEX", values=("nobody",)))
    assert not app.exception
    assert "Nobody in this cohort has a first and a last dose on record." in shown(app)


def test_a_blinded_reader_sees_nothing_of_exposure(home: Path) -> None:
    blinded(home)
    app = opened("exposure")
    assert not app.exception
    assert "Exposure is not shown: the study is blinded." in shown(app)
    assert not app.get("plotly_chart")
    assert not app.table


# Listings ------------------------------------------------------------------------------


def test_listings_show_deaths_and_serious_events(home: Path) -> None:
    app = opened("listings")
    assert not app.exception
    assert not app.error
    deaths, events = (frame.value for frame in app.dataframe)
    assert len(deaths) == len(events) == 25
    assert set(events["Serious"]) == {"Y"}
    text = shown(app)
    assert "1 to 25 of 273" in text
    assert "1 to 25 of 325" in text
    assert "1 fatal event is not marked serious." in text
    assert text.count("Exploratory, not confirmatory.") == 2


def test_a_listing_is_searched_sorted_and_narrowed(home: Path) -> None:
    app = opened("listings")
    app.selectbox("safety_events_kind").set_value("unmarked").run()
    events = app.dataframe[1].value
    assert events["subject"].tolist() == ["EQX-301-109-020"]
    assert events["Note"].tolist() == ["Fatal, not marked serious"]
    app.text_input("safety_deaths_search").set_value("fatal event").run()
    app.selectbox("safety_deaths_order").set_value("study_day").run()
    deaths = app.dataframe[0].value
    assert not app.exception
    assert len(deaths) == 7
    assert deaths["Study day"].is_monotonic_increasing
    app.text_input("safety_deaths_search").set_value("no such thing").run()
    assert "Nothing is found." in shown(app)


def test_pages_of_a_listing_are_turned(home: Path) -> None:
    app = opened("listings", safety_events_page=14)
    assert not app.exception
    assert "301 to 325 of 325" in shown(app)  # there are no more than 13 pages


def test_the_subjects_of_a_listing_become_a_cohort(home: Path) -> None:
    app = opened("listings", safety_deaths_behind=True, safety_events_behind=True)
    text = shown(app)
    assert not app.exception
    assert "**Deaths**: 273 subjects" in text
    assert "**Adverse events: serious or fatal**: 224 subjects" in text
    app.button("safety_events cohort").click().run()
    assert not app.exception
    assert "224 of 720 subjects" in shown(app)


def test_the_arms_that_were_chosen_are_listed(home: Path) -> None:
    app = opened("listings", "EQX-201", **{"safety_arms_EQX-201": ["Placebo", "60 mg"]})
    assert not app.exception
    listed = [set(frame.value["Arm"]) for frame in app.dataframe if "Arm" in frame.value]
    assert all(one <= {"Placebo", "60 mg"} for one in listed)
    assert any(listed)


def test_a_study_without_events_says_so(home: Path) -> None:
    app = opened("listings", "GBSG2")
    assert not app.exception
    assert "No record of this cohort says that anybody died." in shown(app)
    assert "This study has no adverse events" in shown(app)


def test_a_blinded_reader_sees_listings_without_arms(home: Path) -> None:
    blinded(home)
    app = opened("listings", safety_deaths_behind=True)
    assert not app.exception
    assert not app.error
    everything = shown(app) + charts_of(app) + str([frame.value for frame in app.dataframe])
    everything = everything.replace("Lumarestat or placebo", "")
    assert "Lumarestat" not in everything
    assert "Placebo" not in everything
    assert all("Arm" not in frame.value.columns for frame in app.dataframe)
    assert "Listings show neither arms nor doses: the study is blinded." in everything
