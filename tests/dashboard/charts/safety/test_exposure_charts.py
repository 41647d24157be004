"""Charts of exposure: every value drawn once, its place carried along, names taken literally."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.safety.exposure import (
    DoseOverTime,
    Dosing,
    EventsByDose,
    count_events_by_dose,
    follow_doses,
    measure_exposure,
)
from dashboard.charts.safety.dose_intensity import draw_dose_intensity
from dashboard.charts.safety.dose_over_time import draw_dose_over_time, level_colours
from dashboard.charts.safety.events_by_dose import draw_events_by_dose
from dashboard.charts.theme import alt_text, arm_styles, themed

ARMS = ("<b>A</b>", "B")
HOSTILE = "&#60;b&#62;A&#60;/b&#62;"


@pytest.fixture
def dosing() -> Dosing:
    subjects = pd.DataFrame(
        {
            "subject": ["1", "2", "3"],
            "arm": [ARMS[0], ARMS[0], ARMS[1]],
            "days": [40, 30, 20],
            "ongoing": False,
            "followed": 60.0,
        }
    )
    periods = pd.DataFrame(
        {
            "subject": ["1", "1", "2", "3"],
            "start": [1, 21, 1, 1],
            "end": [20, 40, 25, 20],
            "dose": [100, 50, 100, 100],
        }
    )
    return Dosing.of(subjects, periods, arms=ARMS, unit="mg")


@pytest.fixture
def over_time(dosing: Dosing) -> DoseOverTime:
    return follow_doses(dosing)


@pytest.fixture
def by_dose(dosing: Dosing) -> EventsByDose:
    events = pd.DataFrame(
        {"subject": ["1", "1", "2", "2", "3"], "day": [3, 30, 9, 28, 50], "events": 1}
    )
    return count_events_by_dose(dosing, events)


def test_each_bar_carries_the_place_of_its_row(dosing: Dosing) -> None:
    bands = measure_exposure(dosing).bands()
    figure = draw_dose_intensity(bands, arm_styles(ARMS))
    for arm, bars in zip(ARMS, figure.data, strict=True):
        own = bands[bands["arm"] == arm]
        assert list(bars.customdata) == own.index.tolist()
        assert list(bars.y) == own["share"].tolist()
    assert figure.data[0].name == HOSTILE
    assert "B: 100.0% of 1 subject" in alt_text(figure)


def test_without_a_relative_dose_intensity_the_figure_says_so(dosing: Dosing) -> None:
    nobody = measure_exposure(dosing).bands().assign(of=0)
    figure = draw_dose_intensity(nobody, arm_styles(ARMS))
    assert alt_text(figure) == "No subject has a relative dose intensity."
    assert figure.layout.annotations[0].showarrow is False


def test_areas_of_an_arm_add_up_to_all_of_it(over_time: DoseOverTime) -> None:
    figure = draw_dose_over_time(over_time, unit="days")
    for place in range(len(ARMS)):
        areas = [trace for trace in figure.data if trace.meta["arm"] == place]
        assert len(areas) == len(over_time.levels)
        assert np.sum([area.y for area in areas], axis=0) == pytest.approx(1)
    assert figure.data[0].x[0] == 0
    assert [note.text for note in figure.layout.annotations] == [f"<b>{HOSTILE}</b>", "<b>B</b>"]
    assert "B: 100.0% off treatment on day 40." in alt_text(figure)


def test_panels_do_not_overlap(over_time: DoseOverTime) -> None:
    layout = draw_dose_over_time(over_time).layout
    assert layout.yaxis.domain[0] > layout.yaxis2.domain[1]
    assert layout.yaxis2.domain[0] >= 0


def test_doses_have_colours_of_their_own_in_both_modes(over_time: DoseOverTime) -> None:
    colours = level_colours(over_time.levels)
    assert len(set(colours.values())) == len(over_time.levels)
    dark = themed(draw_dose_over_time(over_time), "dark")
    drawn = {trace.legendgroup: trace.fillcolor for trace in dark.data}
    assert drawn["100 mg"] == colours["100 mg"]
    assert drawn["Off treatment"] != colours["Off treatment"]  # a tone of the page


def test_dots_stand_at_their_rates_and_carry_their_rows(by_dose: EventsByDose) -> None:
    figure = draw_events_by_dose(by_dose, arm_styles(ARMS))
    table = by_dose.table
    for dots in figure.data:
        rows = table.loc[list(dots.customdata)]
        assert list(dots.x) == rows["rate"].tolist()
        wide = (rows["upper"] - rows["rate"]).fillna(0)
        assert list(dots.error_x.array) == pytest.approx(wide.tolist())
    places = [place for dots in figure.data for place in dots.y]
    assert len(set(places)) == len(places) == table["rate"].notna().sum()
    assert "After treatment" not in figure.layout.yaxis.ticktext
    assert "50 mg" in alt_text(figure)


def test_hover_says_what_the_rate_rests_on(by_dose: EventsByDose) -> None:
    figure = draw_events_by_dose(by_dose, arm_styles(ARMS))
    [text] = [text for text in figure.data[0].text if text.startswith("50 mg")]
    assert "1 event of 1 subject" in text
    assert "patient-years of 1 subject" in text


def test_nobody_at_a_dose_is_said(by_dose: EventsByDose) -> None:
    empty = count_events_by_dose_without_time(by_dose)
    assert alt_text(draw_events_by_dose(empty, {})) == "Nobody was followed at a dose."


def count_events_by_dose_without_time(counted: EventsByDose) -> EventsByDose:
    return EventsByDose(
        table=counted.table[counted.table["rate"].isna()],
        onsets=counted.onsets,
        per=counted.per,
        confidence_level=counted.confidence_level,
        levels=counted.levels,
        undosed_events=0,
        undated_events=0,
    )
