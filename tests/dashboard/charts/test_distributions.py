"""Side-by-side distributions show the numbers they were given, as shares of their own group."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from analytics.checks import InputError
from dashboard.charts.distributions import draw_boxes, draw_densities, draw_shares
from dashboard.charts.theme import alt_text, arm_styles, themed
from tests.dashboard.charts.drawing import LayOut

STYLES = arm_styles(["A", "B"])
SUMMARY = pd.DataFrame(
    [("B", 40, 60, 70, 80, 95, 68.25, 84, 0), ("A", 51, 69, 76, 81, 89, 74.7, 86, 3)],
    columns=["group", "minimum", "q1", "median", "q3", "maximum", "mean", "n", "missing"],
)
NOBODY = SUMMARY.assign(**dict.fromkeys(SUMMARY.columns[1:7], np.nan), n=0, missing=5)
BINS = pd.DataFrame(
    {
        "group": ["A", "A", "B"],
        "low": [0.1, 0.3, 0.3],
        "high": [0.2, 0.4, 0.4],
        "subjects": [1, 3, 8],
    }
)
LEVELS = pd.DataFrame(
    {
        "group": ["A", "A", "B", "B", "A"],
        "level": ["F", "M", "M", "F", None],
        "subjects": [2, 7, 5, 5, 1],
    }
)


def _part(figure: go.Figure, part: str) -> list:
    return [trace for trace in figure.data if trace.meta["part"] == part]


def _boxes(summary: pd.DataFrame, label: str = "Age (years)") -> go.Figure:
    return draw_boxes(summary, styles=STYLES, label=label)


def test_boxes_carry_five_numbers_and_the_mean_in_the_order_of_arms() -> None:
    figure = _boxes(SUMMARY)
    boxes, means = _part(figure, "box"), _part(figure, "mean")
    drawn = [(b.lowerfence[0], b.q1[0], b.median[0], b.q3[0], b.upperfence[0]) for b in boxes]
    assert drawn == [(51, 69, 76, 81, 89), (40, 60, 70, 80, 95)]
    assert [trace.x[-1] for trace in means] == [74.7, 68.25]
    assert boxes[0].y[0] < boxes[1].y[0]
    assert [note.text for note in figure.layout.annotations] == [
        "A",
        "n = 86, 3 missing",
        "B",
        "n = 84",
    ]


def test_boxes_say_where_their_whiskers_end() -> None:
    figure = _boxes(SUMMARY)
    assert "whiskers from minimum to maximum" in alt_text(figure)
    assert "Whiskers: minimum and maximum" in figure.layout.xaxis.title.text
    assert "A median 76, quartiles 69 and 81, minimum 51, maximum 89, mean 74.7" in alt_text(figure)
    assert _part(figure, "mean")[1].hovertext[0] == (
        "<b>B</b><br>median 70, quartiles 60 and 80<br>minimum 40, maximum 95, mean 68.2<br>"
        "84 subjects, 0 missing"
    )


def test_a_group_without_values_is_named_and_not_drawn() -> None:
    figure = _boxes(pd.concat([SUMMARY.head(1), NOBODY.tail(1)]))
    assert len(_part(figure, "box")) == 1
    assert "no values, 5 missing" in [note.text for note in figure.layout.annotations]
    assert alt_text(_boxes(NOBODY)) == "No subject has a value of Age (years)."


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("q1", 99, "minimum <= q1 <= median <= q3 <= maximum"),
        ("median", np.nan, "minimum <= q1 <= median <= q3 <= maximum"),
        ("mean", 10, "minimum <= mean <= maximum"),
        ("mean", np.nan, "minimum <= mean <= maximum"),
    ],
)
def test_numbers_that_no_sample_has_are_refused(column: str, value: float, rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        _boxes(SUMMARY.assign(**{column: value}))


def test_one_value_is_a_box_without_length() -> None:
    one = SUMMARY.head(1).assign(**dict.fromkeys(SUMMARY.columns[1:7], 0.1 + 0.2), n=1)
    assert _part(_boxes(one), "box")[0].q1 == (0.1 + 0.2,)


def _densities(bins: pd.DataFrame, label: str = "Weight (kg)") -> go.Figure:
    return draw_densities(bins, styles=STYLES, label=label)


def test_outlines_are_shares_of_their_own_group_on_one_grid() -> None:
    outlines = {trace.name: trace for trace in _densities(BINS).data}
    np.testing.assert_allclose(outlines["A"].y, [0, 0.25, 0, 0.75, 0])
    np.testing.assert_allclose(outlines["B"].y, [0, 0, 0, 1, 0])
    np.testing.assert_allclose(outlines["A"].x, [0.05, 0.15, 0.25, 0.35, 0.45])
    assert list(outlines["A"].customdata) == [0, 1, 0, 3, 0]
    assert {trace.line.dash for trace in outlines.values()} == {STYLES[g].dash for g in "AB"}


def test_hovers_say_counts_and_the_width_of_a_bin() -> None:
    figure = _densities(BINS)
    assert figure.data[0].hovertemplate == "%{customdata:,} of 4 (%{y:.1%})"
    assert figure.layout.xaxis.unifiedhovertitle.text == "Weight (kg), 0.1 wide around %{x:.6~r}"


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"high": [0.2, 0.5, 0.4]}, "bins have one width above 0"),
        ({"high": [0.1, 0.3, 0.3]}, "bins have one width above 0"),
        ({"low": [0.1, 0.35, 0.3], "high": [0.2, 0.45, 0.4]}, "bins lie on one grid"),
    ],
)
def test_bins_that_cannot_be_compared_are_refused(change: dict, rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        _densities(BINS.assign(**change))


def _shares(levels: pd.DataFrame, label: str = "Sex") -> go.Figure:
    return draw_shares(levels, styles=STYLES, label=label)


def test_bars_are_shares_of_their_own_group_with_counts_in_the_hover() -> None:
    figure = _shares(LEVELS)
    bars = {trace.legendgroup: trace for trace in _part(figure, "bars")}
    assert list(figure.layout.yaxis.ticktext) == ["M", "F", "Not collected"]
    assert list(bars["A"].x) == pytest.approx([0.7, 0.2, 0.1])
    assert list(bars["B"].x) == pytest.approx([0.5, 0.5, 0])
    assert bars["A"].hovertext[0] == "<b>M</b><br>A: 7 of 10 (70.0%)"
    assert list(_part(figure, "marks")[0].x) == list(bars["A"].x)
    assert {trace.marker.symbol for trace in _part(figure, "marks")} == {"circle", "square"}


def test_ordered_levels_keep_their_order() -> None:
    grades = pd.Categorical(["1", "3", "2"], categories=["1", "2", "3"], ordered=True)
    levels = pd.DataFrame({"group": "A", "level": grades, "subjects": [1, 9, 5]})
    assert list(_shares(levels).layout.yaxis.ticktext) == ["1", "2", "3"]


def test_levels_beyond_twelve_are_folded_and_nobody_is_lost() -> None:
    rows = [("A", f"C{n:02}", 40 - n) for n in range(15)] + [("A", None, 99)]
    levels = pd.DataFrame(rows, columns=["group", "level", "subjects"])
    figure = _shares(levels)
    assert list(figure.layout.yaxis.ticktext[-2:]) == ["3 others", "Not collected"]
    assert sum(_part(figure, "bars")[0].x) == pytest.approx(1)
    assert "99 of " in _part(figure, "bars")[0].hovertext[-1]


def test_nobody_is_a_sentence() -> None:
    assert alt_text(_shares(LEVELS.assign(subjects=0))) == "Sex was not collected."
    assert alt_text(_densities(BINS.assign(subjects=0))) == "No subject has a value of Weight (kg)."
    assert alt_text(_boxes(SUMMARY.iloc[:0])) == "No subject has a value of Age (years)."


BAD = "<a href='x'>%{x}</a> " + "Wide" * 15
RENAMED = {"A": BAD}
LONG_STYLES = arm_styles([BAD, "B", *[f"Xanomeline dose level {n}" for n in range(6)]])


def _eight(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([frame.assign(group=group) for group in LONG_STYLES])


FIGURES = {
    "boxes": lambda: _boxes(SUMMARY),
    "boxes of one": lambda: _boxes(SUMMARY.head(1)),
    "hostile boxes": lambda: draw_boxes(SUMMARY.replace(RENAMED), styles=LONG_STYLES, label=BAD),
    "densities": lambda: _densities(BINS),
    "hostile densities": lambda: draw_densities(
        _eight(BINS[BINS["group"] == "A"]), styles=LONG_STYLES, label=BAD
    ),
    "shares": lambda: _shares(LEVELS),
    "hostile shares": lambda: draw_shares(
        _eight(LEVELS.replace({"M": BAD, "F": "%{y} " * 40})), styles=LONG_STYLES, label=BAD
    ),
}


@pytest.mark.browser
@pytest.mark.parametrize("width", [380, 1400])
@pytest.mark.parametrize("name", FIGURES)
def test_texts_can_be_read(name: str, width: int, lay_out: LayOut) -> None:
    drawing = lay_out(FIGURES[name](), width)
    assert drawing.crowded() == []
    assert drawing.clipped() == []
    assert drawing.links == 0


@pytest.mark.parametrize("name", FIGURES)
def test_figures_are_described_and_drawn_as_svg_in_both_modes(name: str) -> None:
    figure = FIGURES[name]()
    assert alt_text(figure).endswith(".")
    assert {trace.type for trace in figure.data} <= {"bar", "box", "scatter"}
    assert figure.layout.xaxis.title.text
    assert themed(figure, "dark").to_json()
