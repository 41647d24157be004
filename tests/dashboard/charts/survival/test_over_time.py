"""Estimates over time are drawn as they are, with limits, units and words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from analytics.survival import (
    KaplanMeier,
    SurvivalCounts,
    difference_of_curves,
    fit_kaplan_meier,
    fit_nelson_aalen,
    log_minus_log,
    smooth_hazard,
)
from dashboard.charts.survival.over_time import OverTimeOptions, draw_over_time
from dashboard.charts.theme import alt_text, arm_styles
from tests.dashboard.charts.drawing import LayOut

STYLES = arm_styles(["Placebo", "Lumarestat 200 mg"])
OPTIONS = OverTimeOptions(what="Cumulative hazard of OS", estimate="Cumulative hazard")


@pytest.fixture(scope="module")
def counts() -> SurvivalCounts:
    rng = np.random.default_rng(7)
    time = np.ceil(30 * np.r_[rng.exponential(10, 150), rng.exponential(15, 150)]) / 30
    censor = rng.uniform(4, 30, 300)
    arms = ["Placebo"] * 150 + ["Lumarestat 200 mg"] * 150
    return SurvivalCounts.from_subjects(
        np.minimum(time, censor), time <= censor, arms=arms, order=tuple(STYLES)
    )


@pytest.fixture(scope="module")
def curves(counts: SurvivalCounts) -> KaplanMeier:
    return fit_kaplan_meier(counts)


def traces(figure: go.Figure, part: str) -> list[Any]:
    return [trace for trace in figure.data if trace.meta and trace.meta["part"] == part]


def valued(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    return frame.rename(columns={column: "value"})


def draw(frame: pd.DataFrame, **options: Any) -> go.Figure:
    return draw_over_time(frame, styles=STYLES, options=replace(OPTIONS, **options))


def test_lines_and_bands_carry_the_numbers(counts: SurvivalCounts) -> None:
    frame = fit_nelson_aalen(counts).to_frame()
    figure = draw(valued(frame, "cumulative_hazard"))
    lines = traces(figure, "estimate")
    assert [line.legendgroup for line in lines] == list(STYLES)
    for line, upper in zip(lines, traces(figure, "upper"), strict=True):
        own = frame[frame["arm"] == line.legendgroup]
        assert list(line.x) == own["time"].tolist()
        assert list(line.y) == own["cumulative_hazard"].tolist()
        assert line.line.shape == upper.line.shape == "hv"
        assert list(upper.y) == own["upper"].dropna().tolist()
        assert line.line.color == STYLES[line.legendgroup].colour


def test_a_difference_is_one_line_in_points_beside_0(counts: SurvivalCounts) -> None:
    frame = valued(difference_of_curves(counts).to_frame(), "difference")
    figure = draw(frame, level=0.0, format=".0%", estimate="Difference, percentage points")
    [line] = traces(figure, "estimate")
    assert line.legendgroup == "Lumarestat 200 mg"
    [level] = figure.layout.shapes
    assert (level.y0, level.y1) == (0, 0)
    assert figure.layout.yaxis.tickformat == ".0%"
    last = frame.dropna().iloc[-1]
    at = list(line.x).index(last["time"])
    assert line.text[at] == f" ({100 * last['lower']:.1f} to {100 * last['upper']:.1f})"
    assert line.text[0] == "", "no limits where nobody has had an event"


def test_a_smooth_hazard_is_no_step(counts: SurvivalCounts) -> None:
    figure = draw(valued(smooth_hazard(counts).to_frame(), "hazard"), steps=False)
    assert {line.line.shape for line in traces(figure, "estimate")} == {"linear"}


def test_log_time_has_no_numbers_at_risk(counts: SurvivalCounts, curves: KaplanMeier) -> None:
    frame = valued(log_minus_log(counts).to_frame(), "log_minus_log")
    options = replace(OPTIONS, log_time=True)
    figure = draw_over_time(frame, styles=STYLES, options=options, curves=curves)
    assert figure.layout.xaxis.type == "log"
    assert not traces(figure, "at risk"), "their ticks are linear"


def test_numbers_at_risk_stand_on_the_ticks(counts: SurvivalCounts, curves: KaplanMeier) -> None:
    frame = valued(fit_nelson_aalen(counts).to_frame(), "cumulative_hazard")
    figure = draw_over_time(frame, styles=STYLES, options=OPTIONS, curves=curves)
    ticks = list(figure.layout.xaxis.tickvals)
    for row in traces(figure, "at risk"):
        own = curves.at_risk(np.array(ticks)).query("arm == @row.legendgroup")
        assert list(row.x) == ticks
        assert list(row.text) == [f"{n:,}" for n in own["at_risk"]]
    assert len(traces(figure, "at risk")) == 2
    assert figure.layout.xaxis.title.text == "Months since randomisation"
    assert figure.layout.yaxis.title.text == "Cumulative hazard"


def test_the_description_says_the_last_value_of_each_arm(counts: SurvivalCounts) -> None:
    frame = valued(fit_nelson_aalen(counts).to_frame(), "cumulative_hazard")
    last = frame.groupby("arm", sort=False).last()
    said = alt_text(draw(frame))
    for arm, row in last.iterrows():
        assert f"{arm} {row['value']:.3g} at {row['time']:.1f} months" in said


def test_arms_are_no_markup() -> None:
    name = "<b>A</b> & <a href='x'>B</a>"
    rows = pd.DataFrame({"arm": [name] * 2, "time": [0.0, 5.0], "value": [0.0, 0.2]})
    figure = draw_over_time(rows, styles=arm_styles([name]), options=OPTIONS)
    [line] = traces(figure, "estimate")
    assert "<b>A</b>" not in line.name
    assert "<a href" not in line.hovertemplate


@pytest.mark.parametrize("values", [[], [np.nan, np.nan], [np.inf, -np.inf]])
def test_nothing_to_draw_is_a_sentence(values: list[float]) -> None:
    rows = pd.DataFrame({"arm": ["Placebo"] * len(values), "time": 1.0, "value": values})
    figure = draw(rows.astype({"time": float, "value": float}))
    assert "no arm has an estimate" in figure.layout.annotations[0].text
    assert not figure.data


@pytest.mark.parametrize("width", [330, 700, 1040])
@pytest.mark.parametrize("view", ["cumulative hazard", "difference", "hazard", "log-minus-log"])
def test_every_view_is_readable(
    lay_out: LayOut, counts: SurvivalCounts, curves: KaplanMeier, view: str, width: int
) -> None:
    frames = {
        "cumulative hazard": valued(fit_nelson_aalen(counts).to_frame(), "cumulative_hazard"),
        "difference": valued(difference_of_curves(counts).to_frame(), "difference"),
        "hazard": valued(smooth_hazard(counts).to_frame(), "hazard"),
        "log-minus-log": valued(log_minus_log(counts).to_frame(), "log_minus_log"),
    }
    options = replace(
        OPTIONS,
        estimate="Difference in survival from Placebo, percentage points",
        steps=view != "hazard",
        log_time=view == "log-minus-log",
        level=0.0 if view == "difference" else None,
        format=".0%" if view == "difference" else ".3~g",
    )
    figure = draw_over_time(frames[view], styles=STYLES, options=options, curves=curves)
    drawing = lay_out(figure, width)
    assert drawing.crowded() == []
    assert drawing.clipped() == []
