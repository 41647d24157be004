"""The love plot shows every difference, largest first, and those that could not be estimated."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from analytics.checks import InputError
from dashboard.charts.balance import draw_love
from dashboard.charts.theme import alt_text, arm_styles, themed
from tests.dashboard.charts.drawing import LayOut

COLUMNS = ["variable", "group", "reference", "difference"]
ROWS = [
    ("Age", "Low", "Placebo", 0.05),
    ("Age", "High", "Placebo", -0.12),
    ("Sex", "Low", "Placebo", np.nan),
    ("Sex", "High", "Placebo", 0.4),
    ("Race", "Low", "Placebo", np.nan),
    ("Race", "High", "Placebo", np.nan),
    ("Body mass", "Low", "Placebo", 0.12),
    ("Body mass", "High", "Placebo", 0.0),
]
TABLE = pd.DataFrame(ROWS, columns=COLUMNS)


def _marks(figure: go.Figure) -> dict[str, dict[str, float]]:
    labels = figure.layout.yaxis.ticktext
    return {
        trace.name: {labels[round(y)]: x for x, y in zip(trace.x, trace.y, strict=True)}
        for trace in figure.data
        if trace.meta["part"] == "marks"
    }


def test_every_difference_is_a_mark_in_the_row_of_its_variable() -> None:
    assert _marks(draw_love(TABLE)) == {
        "Low": {"Age": 0.05, "Body mass": 0.12},
        "High": {"Age": -0.12, "Sex": 0.4, "Body mass": 0.0},
    }


def test_rows_fall_by_absolute_difference_and_ties_by_name() -> None:
    figure = draw_love(TABLE)
    assert list(figure.layout.yaxis.ticktext) == ["Sex", "Age", "Body mass", "Race"]
    assert (
        draw_love(TABLE.iloc[::-1], styles=arm_styles(["Low", "High"])).to_json()
        == draw_love(TABLE, styles=arm_styles(["Low", "High"])).to_json()
    )


def test_what_is_not_estimable_stands_at_the_margin_with_its_reason() -> None:
    figure = draw_love(TABLE.assign(reason="No variance in <either> group."))
    notes = figure.layout.annotations
    assert [note.text for note in notes] == ["NE"] * 3
    rows = [figure.layout.yaxis.ticktext[round(note.y)] for note in notes]
    assert rows == ["Sex", "Race", "Race"]
    assert {note.x for note in notes} == {1}
    assert notes[0].hovertext.endswith("not estimable<br>No variance in &#60;either&#62; group.")


def test_lines_stand_at_zero_and_both_thresholds() -> None:
    shapes = draw_love(TABLE, threshold=0.2).layout.shapes
    upright = {shape.x0 for shape in shapes if shape.type == "line" and shape.x0 == shape.x1}
    assert upright == {-0.2, 0, 0.2}


def test_marks_and_lines_are_inside_the_axis() -> None:
    low, high = draw_love(TABLE).layout.xaxis.range
    assert low < -0.12
    assert high > 0.4
    low, high = draw_love(TABLE.assign(difference=0.001)).layout.xaxis.range
    assert low < -0.1
    assert high > 0.1


def test_hovers_and_description_say_what_is_beyond() -> None:
    figure = draw_love(TABLE)
    high = next(trace for trace in figure.data if trace.name == "High")
    assert high.hovertext[1] == (
        "<b>Age</b><br>High against Placebo<br>standardised difference -0.120, beyond ±0.1"
    )
    assert alt_text(figure) == (
        "Standardised differences of 4 baseline variables: 3 of 8 comparisons beyond ±0.1; "
        "3 not estimable (Sex, Race); largest Sex, High against Placebo, 0.400."
    )


def test_several_references_are_named() -> None:
    pairs = pd.concat([TABLE, TABLE.assign(reference="Standard of care")])
    assert set(_marks(draw_love(pairs))) == {
        f"{group} against {reference}"
        for group in ("Low", "High")
        for reference in ("Placebo", "Standard of care")
    }


def test_arms_keep_the_style_of_the_plan() -> None:
    styles = arm_styles(["High", "Low"], order=["Placebo", "Low", "High"])
    colours = {
        t.name: t.marker.color
        for t in draw_love(TABLE, styles=styles).data
        if t.meta["part"] == "marks"
    }
    assert colours == {arm: styles[arm].colour for arm in ("High", "Low")}
    assert list(colours) == ["High", "Low"]


@pytest.mark.parametrize(
    ("table", "threshold", "rule"),
    [
        (TABLE, 0, "threshold > 0"),
        (TABLE.assign(difference=np.inf), 0.1, "a difference is finite or missing"),
        (pd.concat([TABLE, TABLE]), 0.1, "one difference for a variable and comparison"),
    ],
)
def test_what_cannot_be_drawn_is_refused(table: pd.DataFrame, threshold: float, rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        draw_love(table, threshold=threshold)


def test_nothing_to_compare_is_a_sentence() -> None:
    assert alt_text(draw_love(TABLE.iloc[:0])) == "There are no groups to compare at baseline."


def _many() -> pd.DataFrame:
    rng = np.random.default_rng(2)
    rows = [
        (f"Variable {v} with a rather long name", f"Xanomeline dose {g}", "Placebo", d)
        for v in range(30)
        for g, d in enumerate(rng.normal(0, 0.4, 5))
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


FIGURES = {
    "two groups": lambda: draw_love(TABLE),
    "one variable": lambda: draw_love(TABLE.head(1)),
    "nothing estimable": lambda: draw_love(TABLE.assign(difference=np.nan)),
    "many": lambda: draw_love(_many()),
    "hostile": lambda: draw_love(
        TABLE.replace({"Age": "<a href='x'>%{y}</a>", "Sex": "W" * 90, "Placebo": "<b>" * 20})
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
    assert {trace.type for trace in figure.data} == {"scatter"}
    assert themed(figure, "dark").to_json()
