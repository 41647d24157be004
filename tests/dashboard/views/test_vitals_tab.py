"""The Vitals and QT tab: what it shows, own thresholds, the subjects behind a bar, blinding."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from queries.cohorts import Cohort, OneOf, Rule
from queries.workspace import open_workspace
from tests.dashboard.views.drawn import page_script, run_script, shown, unescaped

SCRIPT = page_script("measurements", opens=False)
MARK = "measurements_vitals_mark"
OWN = "measurements_own"


def opened(study: str = "EQX-301", rule: Rule | None = None, **more: object) -> AppTest:
    cohort = {} if rule is None else {"cohort": Cohort(rule)}
    return run_script(
        SCRIPT, {"study": study, "measurements_tab": "Vitals and QT", **cohort, **more}
    )


def table(app: AppTest) -> pd.DataFrame:
    drawn = pd.DataFrame(app.table[0].value)
    return drawn.map(lambda cell: unescaped(str(cell))).rename(columns=unescaped)


def test_thresholds_are_shown_with_what_they_rest_on(home: Path) -> None:
    app = opened()
    assert not app.exception
    assert not app.error
    assert len(app.get("plotly_chart")) == 1
    rows = table(app).set_index("Threshold")
    assert len(rows) == 24
    first = rows.loc["QTcF > 450 ms"].tolist()
    assert first == ["31/353 (8.8%)", "65/354 (18.4%)", "9.6 (4.6–14.7)"]
    text = shown(app)
    assert "Exploratory, not confirmatory." in text
    assert "ICH E14 (QTcF)" in text


def test_a_mark_leads_to_its_subjects_and_to_a_cohort(home: Path) -> None:
    app = opened()
    mark = "QTcF > 500 ms, Lumarestat 200 mg"
    app.selectbox(MARK).set_value(mark).run()
    assert not app.exception
    assert f"**{mark}**: 6 subjects" in unescaped(shown(app))
    assert len(app.dataframe[0].value) == 6
    app.button(f"{MARK} cohort").click().run()
    assert not app.exception
    assert "6 of 720 subjects" in shown(app)
    assert "The cohort is chosen by what happened after baseline." in shown(app)
    assert not any("Difference" in column for column in table(app).columns)


def test_an_own_threshold_is_added_and_taken_away(home: Path) -> None:
    app = opened(measurements_vitals_test="QTCF")
    assert len(table(app)) == 5
    app.selectbox(f"{OWN}_test").set_value("QTCF").run()
    app.selectbox(f"{OWN}_direction").set_value("above").run()
    app.number_input(f"{OWN}_cut").set_value(470.0).run()
    app.button(f"{OWN}_add").click().run()
    assert not app.exception
    assert table(app)["Threshold"].tolist()[-1] == "QTCF > 470 ms"
    assert "Added by the reader: QTCF > 470 ms." in unescaped(shown(app))
    assert app.button(f"{OWN}_add").disabled
    app.button(f"{OWN}_remove QTCF > 470 ms").click().run()
    assert not app.exception
    assert len(table(app)) == 5


def test_what_a_link_brings_that_is_no_threshold_is_passed_over(home: Path) -> None:
    wrong = [["QTCF", "value", "over", 1], ["NONE", "value", "above", 1], ["QTCF"]]
    app = opened(**{f"{OWN}_EQX-301": wrong})
    assert not app.exception
    assert len(table(app)) == 24


@pytest.mark.parametrize("study", ["GBSG2", "EQX-201"])
def test_a_study_without_vital_signs_says_so(home: Path, study: str) -> None:
    app = opened(study)
    assert not app.exception
    assert "no vital signs and no electrocardiograms" in shown(app)
    assert not app.get("plotly_chart")


def test_nobody_measured_is_said(home: Path) -> None:
    app = opened(rule=OneOf(column="SEX", values=("nobody",)))
    assert not app.exception
    assert "Nobody in this cohort has vital signs" in shown(app)


def test_a_blinded_reader_sees_one_arm(home: Path) -> None:
    with open_workspace(home) as workspace:
        workspace.blind("EQX-301", person="anna", reason="A test")
    app = opened()
    assert not app.exception
    assert table(app).columns.tolist() == ["Threshold", "All subjects, n/N (%)"]
    assert table(app).iloc[0].tolist() == ["QTcF > 450 ms", "96/707 (13.6%)"]
    text = shown(app)
    assert "Lumarestat 200 mg," not in text
    assert "Arms pooled: the study is blinded." in text
    app.selectbox(MARK).set_value("QTcF > 500 ms, All subjects").run()
    assert not app.exception
    assert len(app.dataframe[0].value) == 6
