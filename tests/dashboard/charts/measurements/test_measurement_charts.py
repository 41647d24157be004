"""Charts of laboratory tests: every count drawn once, its place carried along."""

from __future__ import annotations

import pandas as pd
import pytest

from analytics.safety.measurements import count_shifts, summarise_visits
from dashboard.charts.measurements.shifts import draw_scatter, draw_shifts
from dashboard.charts.measurements.values import draw_values
from dashboard.charts.theme import alt_text, arm_styles

ARMS = ("<b>A</b>", "B", "C")
NAMES = {"low": "Low", "normal": "Normal", "high": "High"}
PEOPLE = pd.DataFrame(
    {
        "subject": ["1", "2", "3"],
        "arm": [ARMS[0], ARMS[0], "B"],
        "baseline": ["normal", "normal", "low"],
        "worst": ["high", "normal", "normal"],
    }
)


def test_a_cell_carries_its_place_and_its_count():
    shifts = count_shifts(PEOPLE, arms=ARMS, categories=tuple(NAMES))
    figure = draw_shifts(shifts, names=NAMES, worse="high", after="Worst")
    assert len(figure.data) == len(ARMS)
    for trace in figure.data:
        for place, text in zip(trace.customdata, trace.text, strict=True):
            n = shifts.table.loc[place[0], "subjects"]
            assert text.split("<br>")[0] == f"{n:,}"
    assert "Normal to High 1 of 2" in alt_text(figure)
    assert figure.layout.annotations[0].text.startswith("&#60;b&#62;A")


@pytest.mark.parametrize(("worse", "orange"), [("high", True), ("low", False)])
def test_a_shift_is_orange_only_towards_the_worse_end(worse, orange):
    shifts = count_shifts(PEOPLE, arms=ARMS, categories=tuple(NAMES))
    figure = draw_shifts(shifts, names=NAMES, worse=worse, after="Worst")
    trace = figure.data[0]
    rose = next(i for i, text in enumerate(trace.hovertext) if "Normal at baseline, High" in text)
    assert trace.marker.color[rose].startswith("rgba(213, 94, 0") == orange


def test_without_anybody_the_figure_says_so():
    nobody = count_shifts(PEOPLE.iloc[:0], arms=ARMS, categories=tuple(NAMES))
    figure = draw_shifts(nobody, names=NAMES, worse="high", after="Worst")
    assert "Nobody has both" in alt_text(figure)


def test_dots_beyond_the_whiskers_name_their_subject():
    values = pd.DataFrame(
        {
            "subject": [str(n) for n in range(9)],
            "arm": "B",
            "visit": "Week 2",
            "value": [1.0, 2, 3, 4, 5, 6, 7, 8, 90],
            "change": float("nan"),
        }
    )
    summary = summarise_visits(values, arms=["B"], visits=["Week 2"])
    figure = draw_values(
        summary, quantity="value", styles=arm_styles(["B"]), title="ALT", logarithmic=True
    )
    dots = next(trace for trace in figure.data if trace.customdata is not None)
    assert [list(one) for one in dots.customdata] == [["8", "Week 2"]]
    assert figure.layout.yaxis.type == "log"
    lined = draw_values(
        summary, quantity="value", styles=arm_styles(["B"]), title="ALT", lines=values
    )
    assert len(lined.data) == len(figure.data) + 1


def test_a_scatter_draws_the_limits_on_both_axes():
    values = pd.DataFrame({"subject": ["1"], "arm": ["B"], "baseline": [20.0], "worst": [90.0]})
    figure = draw_scatter(
        values, styles=arm_styles(["B"]), title="ALT", worst="Highest", limits=[7.0, 35.0]
    )
    levels = [shape.y0 for shape in figure.layout.shapes if shape.xref == "paper"]
    assert levels == [7.0, 35.0]
