"""The tabs for events that compete and events that recur: choices, sentences, blinding."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from queries.cohorts import Cohort, OneOf
from queries.workspace import open_workspace
from tests.dashboard.views.drawn import page_script, run_script, shown

PAGE = page_script("survival")
COMPETING, RECURRENT = "Competing risks", "Recurrent events"


def opened(tab: str, study: str = "EQX-301", **inputs: object) -> AppTest:
    return run_script(PAGE, {"study": study, "survival_tab": tab, **inputs})


def snapshot_of(home: Path, study: str) -> Path:
    with open_workspace(home) as workspace:
        snapshot = workspace.current_snapshot(study)
        assert snapshot is not None
        path = workspace.path(snapshot)
    path.chmod(0o600)
    return path


def table_with(app: AppTest, column: str) -> pd.DataFrame:
    """The first table with such a column, as a reader sees it: without Markdown's backslashes."""
    tables = (
        pd.DataFrame(table.value)
        .map(lambda cell: str(cell).replace("\\", ""))
        .rename(columns=lambda name: str(name).replace("\\", ""))
        for table in app.table
    )
    return next(table for table in tables if any(column in name for name in table.columns))


def without_notes_on_the_plan(text: str) -> str:
    """The plan speaks of the arms in its own words, blinded or not."""
    return text.replace("Lumarestat or placebo", "")


# Competing risks -------------------------------------------------------------------


def test_events_of_different_descriptions_compete_by_default(home: Path) -> None:
    app = opened(COMPETING, survival_endpoint="PFS")
    assert not app.exception
    assert not app.error
    assert app.multiselect("survival_apart_PFS").value == ["Progression", "Death"]
    assert app.multiselect("survival_competing_PFS").value == []
    assert "Sensitivity analysis: the plan's test is stratified log-rank" in shown(app)
    assert "for aetiology" in shown(app)
    assert "for prognosis" in shown(app)
    incidence = table_with(app, "Incidence at 18 months")
    assert incidence["Event"].tolist() == ["Progression"] * 2 + ["Death"] * 2
    assert incidence["Events / subjects"].tolist()[0] == "215 / 359"
    compared = table_with(app, "Subdistribution hazard ratio")
    assert compared["Event"].tolist() == ["Progression", "Death"]
    assert "overestimates" in str(table_with(app, "Kaplan–Meier").columns)
    assert len(app.get("plotly_chart")) == 3


def test_one_minus_kaplan_meier_is_nowhere_without_its_label(home: Path) -> None:
    app = opened(COMPETING, survival_endpoint="PFS")
    for text in [*(one.label for one in app.expander), *map(str, app.table)]:
        if "1 − Kaplan" in text:
            assert "overestimates" in text


def test_a_censoring_described_as_death_competes_by_default(home: Path) -> None:
    app = opened(COMPETING, survival_endpoint="TTSAE")
    assert not app.exception
    chosen = app.multiselect("survival_competing_TTSAE").value
    assert chosen == ["Death without a serious event"]
    assert "censorings described as death (CNSDTDSC) compete" in shown(app)
    assert "Exploratory analysis" in shown(app)
    app.multiselect("survival_competing_TTSAE").set_value([]).run()
    assert not app.exception
    assert "Nothing competes with 'Serious adverse event'" in shown(app)


def test_another_endpoint_competes_or_is_refused_with_a_sentence(home: Path) -> None:
    app = opened(COMPETING, survival_endpoint="OS")
    assert "Nothing competes with 'Death'" in shown(app)
    app.selectbox("survival_competing_other_OS").select("PFS").run()
    assert not app.exception
    assert not app.error
    assert "PFS competes when its event comes before" in shown(app)
    found = table_with(app, "Incidence at 18 months")
    assert set(found["Event"]) == {"Death", "Progression"}
    app.selectbox("survival_competing_other_OS").select("TTSAE").run()
    assert not app.exception
    assert "TTSAE cannot compete with OS: their times must count from the same day" in shown(app)


def test_the_chosen_event_and_time_are_shown(home: Path) -> None:
    app = opened(COMPETING, survival_endpoint="PFS")
    app.radio("survival_cause_PFS").set_value("Death").run()
    app.number_input("survival_incidence_at_months").set_value(6.0).run()
    assert not app.exception
    figures = [chart.proto.spec for chart in app.get("plotly_chart")]
    assert any("Cumulative incidence of death" in spec for spec in figures)
    assert "Incidence at 6 months, % (95% CI)" in table_with(app, "Incidence at")
    app.number_input("survival_incidence_at_months").set_value(600.0).run()
    assert not app.exception
    assert set(table_with(app, "Incidence at")["Incidence at 600 months, % (95% CI)"]) == {"NE"}


@pytest.mark.parametrize("study", ["EQX-201", "GBSG2"])
def test_studies_without_competing_events_say_what_to_choose(home: Path, study: str) -> None:
    app = opened(COMPETING, study)
    assert not app.exception
    assert "choose censorings that count as events" in shown(app)


def test_a_pooled_reader_sees_no_arm_and_no_test(home: Path) -> None:
    with open_workspace(home) as workspace:
        workspace.blind("EQX-301", person="anna", reason="A test")
    for tab in (COMPETING, RECURRENT):
        app = opened(tab, survival_endpoint="PFS")
        assert not app.exception
        assert not app.error
        specs = "\n".join(chart.proto.spec for chart in app.get("plotly_chart"))
        everything = without_notes_on_the_plan(shown(app) + specs)
        assert "Placebo" not in everything
        assert "Lumarestat 200 mg" not in everything
        assert all("Lumarestat" not in block.value for block in app.code)
        assert "The study is blinded: arms are pooled, and nothing is compared." in everything
        assert not [t for t in app.table if "ratio" in str(pd.DataFrame(t.value).columns)]
        assert not [t for t in app.table if "Difference" in str(pd.DataFrame(t.value).columns)]


@pytest.mark.parametrize("tab", [COMPETING, RECURRENT])
def test_a_cohort_of_the_future_is_shown_but_not_compared(home: Path, tab: str) -> None:
    dead = Cohort(OneOf(column="DTHFL", values=("Y",)))
    app = opened(tab, cohort=dead, survival_endpoint="PFS")
    assert not app.exception
    assert "immortal time" in shown(app)
    assert "The cohort is chosen by what happened after baseline." in shown(app)
    assert not [t for t in app.table if "ratio" in str(pd.DataFrame(t.value).columns)]


@pytest.mark.parametrize("tab", [COMPETING, RECURRENT])
def test_a_landmark_is_said(home: Path, tab: str) -> None:
    app = opened(tab, survival_endpoint="PFS", survival_landmark=30)
    assert not app.exception
    assert not app.error
    specs = "\n".join(chart.proto.spec for chart in app.get("plotly_chart"))
    assert specs.count("(landmark)") >= 2
    assert "by day 30" in shown(app)


@pytest.mark.parametrize("tab", [COMPETING, RECURRENT])
def test_cohorts_take_the_place_of_arms(home: Path, tab: str) -> None:
    women = Cohort(OneOf(column="SEX", values=("F",)))
    app = opened(tab, cohort=women, survival_endpoint="PFS", survival_compared="cohorts")
    assert not app.exception
    assert not app.error
    assert "Groups are cohorts of all subjects" in shown(app)
    table = table_with(app, "At risk at")
    assert "Placebo" not in set(table["Arm"])
    assert table["Arm"].nunique() == 2


# Recurrent events ------------------------------------------------------------------


def test_adverse_events_are_counted_by_actual_arm_in_the_safety_set(home: Path) -> None:
    app = opened(RECURRENT)
    assert not app.exception
    assert not app.error
    said = shown(app)
    assert "Actual arms (TRT01A)." in said
    assert "Analysis set: SAFFL." in said
    assert "Exploratory analysis: the plan names no analysis of events that recur" in said
    assert "Day 1 is the day of first dose" in said
    assert "followed until 30 days after the last dose" in said
    assert "Death is a terminal event" in said
    assert "Subjects left out: outside SAFFL: 5" in said
    assert "has another one" in said
    rates = table_with(app, "Patient-years")
    assert rates["Events"].tolist() == ["2,633", "4,290"]
    models = table_with(app, "Model")["Model"].tolist()
    assert [name.split(",")[0] for name in models] == [
        "Andersen–Gill",
        "Prentice–Williams–Peterson",
        "Prentice–Williams–Peterson",
    ]


def test_choices_change_what_is_counted(home: Path) -> None:
    app = opened(RECURRENT)
    before = table_with(app, "Patient-years")
    app.selectbox("survival_recurrent_kind").select("serious").run()
    assert not app.exception
    serious = table_with(app, "Patient-years")
    assert (serious["Patient-years"] == before["Patient-years"]).all()
    numbers = [frame["Events"].str.replace(",", "").astype(int) for frame in (serious, before)]
    assert (numbers[0] < numbers[1]).all()
    app.selectbox("survival_recurrent_until").select("last known alive").run()
    assert not app.exception
    longer = table_with(app, "Patient-years")["Patient-years"].astype(float)
    assert (longer > before["Patient-years"].astype(float)).all()
    assert "followed until the last day known alive" in shown(app)
    assert "adverse events (serious)" in shown(app)


def test_events_that_nobody_had_are_no_error(home: Path) -> None:
    with duckdb.connect(str(snapshot_of(home, "EQX-201"))) as connection:
        connection.execute("UPDATE adae SET \"AESER\" = 'N'")
    app = opened(RECURRENT, "EQX-201", survival_recurrent_kind="serious")
    assert not app.exception
    assert "Nobody in this cohort had such an event" in shown(app)


def test_what_a_study_does_not_have_is_said(home: Path) -> None:
    app = opened(RECURRENT, "GBSG2")
    assert not app.exception
    assert "This study has no adverse events" in shown(app)
    app = opened(RECURRENT, "EQX-201")
    assert not app.exception
    assert "No date of death is collected" in shown(app)
    assert "Deaths" not in table_with(app, "Patient-years").columns


def test_events_left_out_are_counted_by_their_reason(home: Path) -> None:
    with duckdb.connect(str(snapshot_of(home, "EQX-201"))) as connection:
        [(one, two)] = connection.execute(
            'SELECT min("USUBJID"), max("USUBJID") FROM adae'
        ).fetchall()
        connection.execute('UPDATE adae SET "ASTDT" = NULL WHERE "USUBJID" = ?', [one])
        connection.execute(
            'UPDATE adae SET "ASTDT" = DATE \'2019-01-01\' WHERE "USUBJID" = ?', [two]
        )
    app = opened(RECURRENT, "EQX-201")
    assert not app.exception
    assert "without a complete date: " in shown(app)
    assert "before the start: " in shown(app)


def test_without_a_common_landmark_the_last_common_time_is_taken(home: Path) -> None:
    stopped = ["Treatment stopped early"]
    app = opened(COMPETING, "EQX-201", survival_competing_TTQUEAS=stopped)
    assert not app.exception
    assert not app.warning
    table = table_with(app, "Incidence at 2.76 months")
    assert table["Event"].nunique() == 2
    assert table["Arm"].nunique() == 5
    assert "NE" not in set(table["At risk at 2.76 months"])
