"""Charts of forecasts: every mark stands where its number says, and a miss is seen."""

from __future__ import annotations

from datetime import date, timedelta
from math import nan
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from dashboard.charts.forecast.back_test import draw_enrolment_back_test, draw_milestone_back_test
from dashboard.charts.forecast.fan import Forecast, draw_fan, draw_forecasts
from dashboard.charts.forecast.milestones import draw_milestones
from dashboard.charts.forecast.site_rates import MOST, draw_site_rates
from dashboard.charts.theme import alt_text, themed

FIRST, KNOWN, LAST = date(2026, 1, 1), date(2026, 3, 1), date(2026, 9, 1)
COURSE = pd.DataFrame(
    {
        "day": [FIRST, KNOWN, date(2026, 5, 1)],
        "subjects": [1, 8, 11],
        "known": [True, True, False],
    }
)
NAMES = ("lower_90", "lower_80", "lower_50", "median", "upper_50", "upper_80", "upper_90")
BANDS = pd.DataFrame(
    {"day": [KNOWN, LAST], **{name: [8, 20 + place] for place, name in enumerate(NAMES)}}
)


def part(figure: go.Figure, name: str) -> Any:
    [found] = [one for one in figure.data if (one.meta or {}).get("part") == name]
    return found


def test_the_fan_begins_where_enrolment_is_and_holds_its_bands() -> None:
    figure = draw_fan(COURSE, BANDS, known_on=KNOWN, target=25)
    assert part(figure, "enrolled").y == (0, 1, 8, 8)
    assert part(figure, "happened").y == (8, 11)
    assert part(figure, "median").y == (8, 23)
    for level, low, high in ((50, 22, 24), (80, 21, 25), (90, 20, 26)):
        upper = part(figure, f"band {level}")
        assert (upper.y[-1], upper.customdata[-1][0]) == (high, low)
        assert upper.fill == "tonexty"
    assert [note.text for note in figure.layout.annotations] == [
        "Known on 1 Mar 2026 ",
        "Target 25",
    ]
    assert alt_text(figure) == (
        "8 subjects enrolled by 2026-03-01, 11 by 2026-05-01. Forecast by 2026-09-01: median 23, "
        "90% band 20 to 26. Target 25."
    )


def test_a_forecast_of_now_has_nothing_that_came() -> None:
    figure = draw_fan(COURSE[COURSE["known"]], BANDS, known_on=KNOWN)
    assert not [one for one in figure.data if (one.meta or {}).get("part") == "happened"]


def test_nobody_is_a_sentence() -> None:
    nobody = COURSE.head(0)
    assert alt_text(draw_fan(nobody, BANDS, known_on=KNOWN)) == "Nobody is enrolled."
    both = [Forecast(name=name, bands=BANDS) for name in ("Before", "After")]
    assert alt_text(draw_forecasts(nobody, both, known_on=KNOWN)) == "Nobody is enrolled."


def test_two_forecasts_stand_beside_each_other_in_both_modes() -> None:
    later = BANDS.assign(median=[8, 30], upper_90=[8, 40])
    both = [Forecast(name="Before", bands=BANDS), Forecast(name="After", bands=later)]
    figure = draw_forecasts(COURSE, both, known_on=KNOWN, target=25)
    medians = [one.y[-1] for one in figure.data if (one.meta or {}).get("part") == "median"]
    assert medians == [23, 30]
    assert figure.layout.yaxis.range[1] == pytest.approx(44)
    assert "Before 23 by 2026-09-01; After 30" in alt_text(figure)
    assert themed(figure, "dark").data[2].line.color != figure.data[2].line.color


def sites(number: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "site": [f"<b>{place}</b>" for place in range(number)],
            "country": "",
            "randomised": range(number),
            "exposure_months": 6.0,
            "rate": 1.0,
            "lower": 0.5,
            "upper": 2.0,
            "raw_rate": [nan if place < 5 else 1.2 for place in range(number)],
        }
    )


def test_sites_have_intervals_and_raw_rates_only_where_given() -> None:
    figure = draw_site_rates(sites(7))
    rates, raw = figure.data
    assert (rates.error_x.array[0], rates.error_x.arrayminus[0]) == (1.0, 0.5)
    assert [value for value in raw.x if value is not None and value == value] == [1.2, 1.2]
    assert "<b>" not in "".join(figure.layout.yaxis.ticktext)
    assert len(draw_site_rates(sites(50)).data[0].x) == MOST
    assert alt_text(draw_site_rates(sites(0))) == "No site is known."


def test_milestones_stand_on_their_days_with_their_bands() -> None:
    course = pd.DataFrame({"day": [FIRST, KNOWN], "events": [1, 9]})
    days = [KNOWN, LAST, LAST + timedelta(days=300)]
    curve = pd.DataFrame(
        {"day": days, "lower": [9, 11, 12], "median": [9, 13, 15], "upper": [9, 16, 19]}
    )
    table = pd.DataFrame(
        {
            "milestone": [5, 12, 40],
            "reached": [True, False, False],
            "lower": [FIRST, date(2026, 6, 1), None],
            "median": [FIRST, date(2026, 7, 1), None],
            "upper": [FIRST, None, None],
        }
    )
    figure = draw_milestones(course, curve, table, cut_on=KNOWN, level=0.9)
    marks = figure.data[-1]
    assert marks.x == (FIRST, date(2026, 7, 1))
    assert marks.marker.symbol == ("circle", "diamond")
    [span] = [one for one in figure.data if one.showlegend is False and len(set(one.y)) == 1]
    assert span.x[0] == date(2026, 6, 1)
    assert alt_text(figure) == (
        "5 events were reached on 2026-01-01; 12 events expected on 2026-07-01 (2026-06-01 to "
        "never); 40 events may never be reached."
    )
    nothing = draw_milestones(course.head(0), curve.head(0), table, cut_on=KNOWN, level=0.9)
    assert alt_text(nothing) == "There are no events."


def test_a_miss_is_an_empty_mark() -> None:
    table = pd.DataFrame(
        {
            "rates": ["constant", "slowing", "constant"],
            "cut_off": [KNOWN, KNOWN, KNOWN],
            "day": [LAST, LAST, date(2026, 6, 1)],
            "lower": [90, 70, 1],
            "median": [99, 85, 2],
            "upper": [108, 101, 3],
            "happened": [88, 88, 2],
            "inside": [False, True, True],
        }
    )
    constant, slowing, came = draw_enrolment_back_test(table).data
    assert (came.name, came.y) == ("88 came", (88, 88))
    assert (constant.marker.symbol, slowing.marker.symbol) == (("square-open",), ("circle",))
    assert (constant.y, slowing.y) == ((99,), (85,))
    assert constant.x[0] < slowing.x[0]
    assert "constant rates: 0 of 1 bands" in alt_text(draw_enrolment_back_test(table)).lower()
    assert "no forecast" in alt_text(draw_enrolment_back_test(table.head(0)))


def test_milestones_that_never_came_are_not_judged() -> None:
    table = pd.DataFrame(
        {
            "milestone": [50, 50, 90],
            "cut_off": [FIRST, KNOWN, KNOWN],
            "actual": [LAST, LAST, None],
            "lower": [date(2026, 7, 1), date(2026, 7, 1), LAST],
            "median": [date(2026, 8, 1), date(2026, 8, 1), LAST],
            "upper": [None, date(2026, 8, 9), LAST],
            "inside": [True, False, None],
        }
    )
    figure = draw_milestone_back_test(table)
    assert figure.data[1].marker.symbol == ("circle", "circle-open")
    assert len(figure.data) == 2
    assert "1 of 2 bands held" in alt_text(figure)
    assert "None of the milestones" in alt_text(draw_milestone_back_test(table.tail(1)))
