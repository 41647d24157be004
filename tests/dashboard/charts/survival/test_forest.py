"""The forest plot: its rows, its axis, what it says, and that its columns never collide."""

from __future__ import annotations

from math import log

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from analytics.survival.regression import (
    Factor,
    FollowUp,
    SubgroupHazardRatios,
    subgroup_hazard_ratios,
)
from dashboard.charts.survival.forest import draw_forest
from dashboard.charts.survival.forest_rows import ForestOptions
from dashboard.charts.theme import alt_text, arm_styles
from tests.dashboard.charts.drawing import LayOut

ARMS = ("Placebo", "Lumarestat 200 mg")
OPTIONS = ForestOptions(
    arm=ARMS[1],
    reference=ARMS[0],
    endpoint="Overall survival",
    labels={"race": "Race of the subject as reported at screening", "sex": "Sex"},
    planned=("race",),
)


def follow_up(subjects: int = 400) -> FollowUp:
    rng = np.random.default_rng(7)
    frame = pd.DataFrame(
        {
            "time": rng.exponential(10, subjects).round(2) + 0.01,
            "event": rng.random(subjects) < 0.6,
            "arm": pd.Categorical(rng.choice(ARMS, subjects), categories=ARMS),
            "sex": rng.choice(["F", "M"], subjects),
            "race": rng.choice(
                ["BLACK OR AFRICAN AMERICAN", "WHITE", "NATIVE"], subjects, p=[0.3, 0.68, 0.02]
            ),
        }
    )
    frame.loc[frame["race"] == "NATIVE", "event"] = False
    return FollowUp(frame=frame, time="time", event="event")


def found(**kwargs: object) -> SubgroupHazardRatios:
    subgroups = kwargs.pop("subgroups", ["race", "sex"])
    return subgroup_hazard_ratios(
        follow_up(**kwargs),  # type: ignore[arg-type]
        arm=Factor("arm"),
        subgroups=subgroups,  # type: ignore[arg-type]
    )


def drawn(result: SubgroupHazardRatios) -> go.Figure:
    return draw_forest(result, options=OPTIONS, styles=arm_styles(ARMS))


def texts(figure: go.Figure) -> list[str]:
    return [note.text for note in figure.layout.annotations]


def part(figure: go.Figure, name: str) -> go.Scatter:
    return next(trace for trace in figure.data if trace.meta["part"] == name)


def test_every_estimate_stands_at_its_logarithm() -> None:
    result = found()
    marks = part(drawn(result), "hazard ratio")
    known = result.table["hazard_ratio"].dropna()
    np.testing.assert_allclose(marks.x, np.log(known))
    assert sorted(marks.y) == list(marks.y)


def test_the_columns_carry_events_subjects_and_ratios() -> None:
    result = found()
    shown = texts(drawn(result))
    for row in result.table.itertuples():
        assert f"{row.events:,}/{row.subjects:,}" in shown
        assert f"{row.events_reference:,}/{row.subjects_reference:,}" in shown
    first = result.table.iloc[0]
    ratio = f"{first.hazard_ratio:.2f} ({first.lower:.2f}–{first.upper:.2f})"
    assert ratio in shown
    assert any("pre-specified" in text for text in shown)
    assert not [text for text in shown if text.startswith("<b>Sex</b>") and "pre-spec" in text]


def test_only_factors_have_a_p_value() -> None:
    shown = [text for text in texts(drawn(found())) if text.startswith("p ")]
    assert len(shown) == 1, "race has a level without events: NE"


def test_what_is_not_estimable_says_why() -> None:
    figure = drawn(found())
    notes = [note for note in figure.layout.annotations if note.text == "NE"]
    assert notes
    assert all(note.hovertext for note in notes)
    assert any("no events" in note.hovertext for note in notes)


def test_an_interval_that_leaves_the_axis_ends_in_an_arrow() -> None:
    result = found(subgroups=["sex"])
    table = result.table.copy()
    table.loc[2, ["hazard_ratio", "lower", "upper"]] = [0.5, 0.001, 400.0]
    wide = SubgroupHazardRatios(
        table=table, interactions=result.interactions, method="", confidence_level=0.95
    )
    figure = drawn(wide)
    assert part(figure, "beyond").marker.symbol == ("triangle-left", "triangle-right")
    low, high = figure.layout.xaxis.range
    assert log(0.05) < low < high < log(20)
    ends = [x for x in part(figure, "interval").x if x is not None]
    assert min(ends) >= low
    assert max(ends) <= high
    assert "0.50 (&#60;0.01–400)" in texts(figure)


def test_what_is_off_the_axis_is_an_arrow_and_no_square() -> None:
    result = found(subgroups=["sex"])
    table = result.table.copy()
    table.loc[0, "upper"] = 300.0
    table.loc[1, ["hazard_ratio", "lower", "upper"]] = [90.0, 20.0, 400.0]
    wide = SubgroupHazardRatios(
        table=table, interactions=result.interactions, method="", confidence_level=0.95
    )
    figure = drawn(wide)
    low, high = figure.layout.xaxis.range
    marks, beyond = part(figure, "hazard ratio"), part(figure, "beyond")
    assert marks.marker.symbol == ("square", "triangle-right", "square")
    assert marks.x[1] == high
    assert list(beyond.x) == [high, high], "all subjects and the first level"
    ends = [x for x in part(figure, "interval").x if x is not None]
    assert low <= min(ends) <= max(ends) <= high
    diamond = next(shape for shape in figure.layout.shapes if shape.type == "path")
    corners = [tuple(map(float, at.split(","))) for at in diamond.path.split()[1:-1:2]]
    tip = max(y for _, y in corners) - corners[1][1]
    cut = corners[3][1] - corners[2][1]
    assert corners[2][0] == high
    assert 0 < cut < tip, "a diamond that is cut has an edge there"
    assert corners[0] == corners[5], "and a point where it ends"


def test_all_subjects_alone_can_be_drawn() -> None:
    figure = drawn(found(subgroups=[]))
    assert len(part(figure, "hazard ratio").x) == 1
    assert "by 0 factors" in alt_text(figure)


def test_the_description_tells_the_finding() -> None:
    result = found(subgroups=["sex"])
    said = alt_text(drawn(result))
    p = result.interactions["p_value"].iloc[0]
    assert f"smallest interaction p {p:.3f}, for Sex" in said
    assert "Lumarestat 200 mg against Placebo" in said


@pytest.mark.browser
@pytest.mark.parametrize("width", [469, 1000])
@pytest.mark.parametrize("ends", [(0.62, 1.9), (0.3, 2), (0.15, 2.2), (0.12, 9)])
def test_no_column_runs_into_another(
    lay_out: LayOut, width: int, ends: tuple[float, float]
) -> None:
    result = found()
    table = result.table.copy()
    table.loc[0, ["lower", "upper"]] = ends
    shown = SubgroupHazardRatios(
        table=table, interactions=result.interactions, method="", confidence_level=0.95
    )
    drawing = lay_out(drawn(shown), width)
    assert drawing.crowded() == []
    assert drawing.clipped() == []
