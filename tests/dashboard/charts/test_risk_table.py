"""The table under the curves counts subjects at risk, events and censorings."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import pytest

from analytics.survival import KaplanMeier, SurvivalCounts, fit_kaplan_meier
from dashboard.charts.risk_table import MEASURES, add_risk_table, risk_table
from dashboard.charts.survival.kaplan_meier import SurvivalOptions, draw_kaplan_meier
from dashboard.charts.theme import arm_styles, new_figure
from tests.dashboard.charts.drawing import LayOut

ALL = ("at_risk", "events", "censored")
TIMES = [2.0, 5.0, 5.0, 5.0, 9.0, 1.0, 4.0, 4.0, 12.0]
EVENTS = [1, 1, 0, 1, 0, 0, 1, 0, 1]
ARMS = ["A"] * 5 + ["B"] * 4


@pytest.fixture
def result() -> KaplanMeier:
    return fit_kaplan_meier(SurvivalCounts.from_subjects(TIMES, EVENTS, arms=ARMS))


def drawn(figure: go.Figure, part: str) -> dict[str, list[str]]:
    """Numbers by arm of one block."""
    rows = [trace for trace in figure.data if trace.meta and trace.meta["part"] == part]
    return {row.legendgroup: list(row.text) for row in rows}


def test_counts_are_those_by_hand(result: KaplanMeier) -> None:
    ticks = [0.0, 4.0, 5.0, 10.0]
    figure = new_figure("A table", height=300)
    add_risk_table(figure, risk_table(result, ticks, arm_styles(["A", "B"]), ALL))
    # At risk just before a tick; events and censorings up to and with it.
    assert drawn(figure, "at risk") == {"A": ["5", "4", "4", "0"], "B": ["4", "3", "1", "1"]}
    assert drawn(figure, "events so far") == {"A": ["0", "1", "3", "3"], "B": ["0", "1", "1", "1"]}
    assert drawn(figure, "censored so far") == {
        "A": ["0", "0", "1", "2"],
        "B": ["0", "2", "2", "2"],
    }


@pytest.mark.parametrize("name", ["A", "An arm whose name is far too long to stand beside"])
@pytest.mark.parametrize("measures", [ALL[:1], ALL])
def test_blocks_follow_one_another(name: str, measures: tuple[str, ...]) -> None:
    counts = SurvivalCounts.from_subjects(TIMES, EVENTS, arms=[name] * 9)
    table = risk_table(fit_kaplan_meier(counts), [0.0], arm_styles([name]), measures)
    middles = [table.middle_of(block, 0) for block in range(len(measures))]
    assert middles == sorted(middles)
    assert table.pixels == len(measures) * table.block_pixels
    for block, middle in enumerate(middles):
        assert block * table.block_pixels < middle < (block + 1) * table.block_pixels
    figure = new_figure("A table", height=300)
    add_risk_table(figure, table)
    headings = [note.text for note in figure.layout.annotations]
    assert [text for text in headings if text in MEASURES.values()] == [
        MEASURES[measure] for measure in measures
    ]


def test_everybody_is_at_risk_has_had_an_event_or_is_censored(result: KaplanMeier) -> None:
    ticks = np.array([0.5, 3.0, 7.0, 11.0])  # between the times
    table = risk_table(result, ticks.tolist(), arm_styles(["A", "B"]), ALL)
    sums = table.frame.assign(all=table.frame[list(ALL)].sum(axis=1)).groupby("arm")["all"]
    assert sums.unique().map(list).to_dict() == {"A": [5], "B": [4]}


@pytest.mark.parametrize("width", [330, 700, 1040])
@pytest.mark.parametrize("names", [("A", "B"), ("Placebo", "Lumarestat 200 mg")])
def test_three_blocks_are_readable(lay_out: LayOut, names: tuple[str, str], width: int) -> None:
    rng = np.random.default_rng(3)
    time, events = np.ceil(rng.exponential(10, 800)), rng.random(800) < 0.7
    counts = SurvivalCounts.from_subjects(time, events, arms=np.repeat(names, 400))
    options = SurvivalOptions(endpoint="OS", unit="months", numbers=ALL)
    figure = draw_kaplan_meier(fit_kaplan_meier(counts), styles=arm_styles(names), options=options)
    drawing = lay_out(figure, width)
    assert drawing.crowded() == []
    assert drawing.clipped() == []
