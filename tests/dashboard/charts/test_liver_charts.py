"""The eDISH plot and the course of a subject say what they were given, and stay legible."""

from __future__ import annotations

from datetime import date
from math import log10
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from analytics.safety.liver import LiverCriteria
from dashboard.charts.measurements.edish import EdishAxes, draw_edish
from dashboard.charts.measurements.liver_course import draw_liver_course
from dashboard.charts.theme import alt_text, arm_styles, themed
from tests.dashboard.charts.drawing import LayOut

ARMS = ["Placebo", "Xanomeline <Low> Dose", "Xanomeline High Dose"]
COLUMNS = ["subject", "arm", "at", "tbl", "at_day", "tbl_day", "quadrant", "status"]
PEAKS = pd.DataFrame(
    [
        ("S1", ARMS[0], 8.0, 3.1, 8, 9, "hys_law_range", "candidate"),
        ("S2", ARMS[1], 4.0, 4.1, 8, 9, "hys_law_range", "excluded_alp"),
        ("S3", ARMS[1], 14.0, 0.4, 8, 9, "temples_corollary", ""),
        ("S<4>", ARMS[2], 0.0, 2.4, 8, 9, "cholestasis", ""),
        ("S5", ARMS[2], 1.0, 0.5, 8, 9, "normal", ""),
    ],
    columns=COLUMNS,
)
COURSE = pd.DataFrame(
    [
        ("alt", -3, 0.5, 20, "U/L", 40),
        ("alt", 15, 6.0, 240, "U/L", 40),
        ("tbl", 15, 2.5, 52.5, "umol/L", 21),
        ("alp", 15, 0.0, 0, None, 115),
    ],
    columns=["test", "day", "multiple", "value", "unit", "high"],
)


def edish(peaks: pd.DataFrame = PEAKS, arms: list[str] = ARMS, **cuts: Any) -> go.Figure:
    return draw_edish(
        peaks,
        criteria=LiverCriteria(**cuts),
        arms=arms,
        styles=arm_styles(arms),
        axes=EdishAxes.around(peaks),
    )


def test_every_subject_is_a_point_that_a_click_can_name() -> None:
    figure = edish()
    points = [trace for trace in figure.data if trace.name != "Candidate"]
    assert [one for trace in points for [one] in trace.customdata] == PEAKS["subject"].tolist()
    assert len({(trace.marker.color, trace.marker.symbol) for trace in points}) == 3
    [ring] = [trace for trace in figure.data if trace.name == "Candidate"]
    assert (list(ring.x), list(ring.y)) == ([8.0], [3.1])


def test_quadrants_are_named_and_counted_by_arm() -> None:
    labels = [note.text for note in edish().layout.annotations[:4]]
    assert [label.split("<br>")[0] for label in labels] == [
        "<b>Hy's law range: 2</b>",
        "<b>Temple's corollary: 1</b>",
        "<b>Cholestasis: 1</b>",
        "<b>Normal range: 1</b>",
    ]
    assert labels[0].count("</span> 1") == 2
    assert "Xanomeline <Low> Dose 1" in alt_text(edish())
    assert "1 candidate for Hy's law" in alt_text(edish())


def test_lines_stand_at_the_cuts() -> None:
    across, along = edish(aminotransferase=5, bilirubin=1.5).layout.shapes
    assert (across.x0, across.x1) == (5, 5)
    assert (along.y0, along.y1) == (1.5, 1.5)


def test_a_peak_of_zero_stands_at_the_lower_end_of_a_logarithmic_axis() -> None:
    figure = edish()
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"
    drawn = [x for trace in figure.data for x in trace.x]
    assert log10(min(drawn)) == figure.layout.xaxis.range[0]


def test_axes_reach_every_peak() -> None:
    axes = EdishAxes.around(pd.DataFrame({"at": [0.07, 62.0], "tbl": [0.02, 21.0]}))
    assert axes.x[0] < 0.07
    assert axes.x[1] > 62
    assert axes.y[0] < 0.02
    assert axes.y[1] > 21
    assert EdishAxes.around(PEAKS.iloc[:0]).x == (0.2, 20.0)


def test_of_very_many_subjects_only_points_of_the_normal_range_are_thinned() -> None:
    many = pd.concat([PEAKS] * 1000, ignore_index=True)
    figure = edish(many)
    points = sum(len(trace.x) for trace in figure.data if trace.name != "Candidate")
    assert points == 4 * 1000 + 1
    assert figure.layout.annotations[3].text.startswith("<b>Normal range: 1,000</b>")


def test_one_arm_has_no_counts_by_arm() -> None:
    pooled = PEAKS.assign(arm="All subjects")
    figure = edish(pooled, ["All subjects"])
    assert "<span" not in figure.layout.annotations[0].text
    assert "Placebo" not in str(figure.to_dict())


def test_without_subjects_it_says_so() -> None:
    assert "No subject has a peak" in alt_text(edish(PEAKS.iloc[:0]))


@pytest.mark.parametrize("width", [390, 900, 1440])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_plot_is_legible(lay_out: LayOut, width: int, mode: Any) -> None:
    drawing = lay_out(themed(edish(), mode), width)
    assert drawing.crowded() == []
    assert drawing.clipped() == []


def test_a_course_has_a_line_for_each_test_and_shades_the_doses() -> None:
    figure = draw_liver_course(
        COURSE,
        criteria=LiverCriteria(),
        subject="S<1>",
        dosed=(1, 20),
        first_dose=date(2024, 1, 1),
    )
    assert [trace.name for trace in figure.data] == ["ALT", "Total bilirubin", "ALP"]
    assert list(figure.data[2].y) == [None]  # 0 has no logarithm
    assert "limit 40" in figure.data[0].hovertext[1]
    assert "day 15 (15 January 2024)" in figure.data[0].hovertext[1]
    [shade] = [shape for shape in figure.layout.shapes if shape.type == "rect"]
    assert (shade.x0, shade.x1) == (0, 20)
    heights = {shape.y0 for shape in figure.layout.shapes if shape.type == "line"}
    assert heights == {1, 2, 3}
    assert figure.layout.yaxis.range[1] > log10(6)


def test_a_course_without_results_says_so() -> None:
    figure = draw_liver_course(COURSE.iloc[:0], criteria=LiverCriteria(), subject="S1")
    assert "No liver test" in alt_text(figure)


@pytest.mark.parametrize("width", [390, 1440])
def test_the_course_is_legible(lay_out: LayOut, width: int) -> None:
    figure = draw_liver_course(COURSE, criteria=LiverCriteria(), subject="S1", dosed=(1, 20))
    drawing = lay_out(figure, width)
    assert drawing.crowded() == []
    assert drawing.clipped() == []
