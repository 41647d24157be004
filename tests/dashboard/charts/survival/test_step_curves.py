"""Figures of cumulative incidences and mean counts: what they draw, and that nothing collides."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from analytics.survival.competing import AalenJohansen, CompetingCounts, fit_aalen_johansen
from analytics.survival.recurrent import (
    MeanCumulativeCount,
    RecurrentEvents,
    fit_mean_cumulative_count,
)
from dashboard.charts.survival.incidence import (
    IncidenceOptions,
    draw_incidence,
    draw_stacked_incidence,
)
from dashboard.charts.survival.mean_count import MeanCountOptions, draw_mean_count
from dashboard.charts.theme import LIGHT, alt_text, arm_styles
from tests.dashboard.charts.drawing import LayOut

ARMS = ("Placebo", "Lumarestat 200 mg")
CAUSES = ("Progression", "Death without progression of the disease")
BAD = f"<a href='x'>%{{x}}</a> {LIGHT.text} $a$"


def incidence_of(arms: tuple[str, ...] = ARMS, causes: tuple[str, ...] = CAUSES) -> AalenJohansen:
    rng = np.random.default_rng(5)
    names = list(arms) * 60
    times = np.round(rng.exponential(9, len(names)) + 0.1, 1)
    ends = rng.choice([*causes, ""], size=len(names))
    return fit_aalen_johansen(
        CompetingCounts.from_subjects(
            times, ends.tolist(), arms=names, order=arms, cause_order=causes, time_unit="months"
        )
    )


def counts_of(arms: tuple[str, ...] = ARMS, *, deaths: bool = True) -> MeanCumulativeCount:
    rng = np.random.default_rng(6)
    names = list(arms) * 40
    ends = np.round(rng.uniform(3, 20, len(names)), 1)
    events = [sorted(np.round(rng.uniform(0.1, end, rng.poisson(2)), 1)) for end in ends]
    died = rng.integers(0, 2, len(names)) if deaths else np.zeros(len(names))
    data = RecurrentEvents.from_subjects(
        ends, events, arms=names, died=died, order=arms, time_unit="months"
    )
    return fit_mean_cumulative_count(data)


def drawn(what: str, arms: tuple[str, ...] = ARMS, causes: tuple[str, ...] = CAUSES) -> go.Figure:
    styles = arm_styles(arms)
    if what == "mean count":
        options = MeanCountOptions(events="adverse events")
        return draw_mean_count(counts_of(arms), styles=styles, options=options)
    shown = IncidenceOptions(endpoint="progression-free survival")
    result = incidence_of(arms, causes)
    if what == "incidence":
        return draw_incidence(result, causes[0], styles=styles, options=shown)
    return draw_stacked_incidence(result, styles=styles, options=shown)


def parts(figure: go.Figure, part: str) -> list[Any]:
    return [trace for trace in figure.data if trace.meta["part"] == part]


def test_the_curves_are_those_of_the_estimate() -> None:
    result, figure = incidence_of(), drawn("incidence")
    for arm, curve in zip(ARMS, parts(figure, "curve"), strict=True):
        table = result.curve(arm, CAUSES[0]).table
        assert curve.line.shape == "hv"
        assert (curve.x[0], curve.y[0]) == (0, 0)
        assert curve.x[-1] == table["time"].iloc[-1]
        moved = table[table["events"] > 0]
        assert set(moved["incidence"]) <= set(curve.y)
        assert moved["time"].isin(curve.x).all()
    assert figure.layout.yaxis.range[1] <= 1.02
    assert figure.layout.yaxis.title.text == "Cumulative incidence of progression"


def test_numbers_at_risk_stand_under_their_ticks() -> None:
    result, figure = incidence_of(), drawn("incidence")
    ticks = list(figure.layout.xaxis.tickvals)
    table = result.at_risk(ticks)
    for arm, row in zip(ARMS, parts(figure, "at risk"), strict=True):
        assert list(row.x) == ticks
        own = table.loc[table["arm"] == arm, "at_risk"]
        assert list(row.text) == [f"{number:,}" for number in own]


def test_the_hover_text_says_estimate_interval_and_subjects() -> None:
    result, figure = incidence_of(), drawn("incidence")
    hover = parts(figure, "hover")[0]
    place = 100
    at = result.curve(ARMS[0], CAUSES[0]).at([hover.x[place]]).iloc[0]
    limits = f"{100 * at['lower']:.1f}–{100 * at['upper']:.1f}"
    expected = f"{100 * at['incidence']:.1f}% ({limits}) · {at['at_risk']:,.0f} at risk"
    assert hover.text[place] == expected


def test_stacked_bands_add_up() -> None:
    result, figure = incidence_of(), drawn("stacked")
    bands = parts(figure, "band")
    assert len(bands) == len(ARMS) * len(CAUSES)
    for place, arm in enumerate(ARMS):
        first, second = bands[2 * place : 2 * place + 2]
        tables = [result.curve(arm, cause).table for cause in CAUSES]
        assert first.y[-1] == pytest.approx(tables[0]["incidence"].iloc[-1])
        assert second.y[-1] == pytest.approx(1 - tables[1]["event_free"].iloc[-1])
        assert (first.fill, second.fill) == ("tozeroy", "tonexty")
        assert first.fillcolor != second.fillcolor
    assert [band.showlegend for band in bands] == [True, True, False, False]


def test_causes_beyond_the_tones_get_a_pattern() -> None:
    causes = tuple(f"Cause {number}" for number in range(7))
    bands = parts(drawn("stacked", ("All subjects",), causes), "band")
    looks = [(band.fillcolor, band.fillpattern.shape) for band in bands]
    assert len(set(looks)) == len(causes)


def test_the_mean_count_is_the_estimate_with_numbers_under_observation() -> None:
    result, figure = counts_of(), drawn("mean count")
    ticks = np.asarray(figure.layout.xaxis.tickvals, dtype=float)
    for curve, line, row in zip(
        result.curves, parts(figure, "curve"), parts(figure, "at risk"), strict=True
    ):
        assert line.y[-1] == pytest.approx(curve.table["mean"].iloc[-1])
        expected = [
            f"{int(result.landmark(tick).set_index('arm')['at_risk'][curve.arm]):,}"
            for tick in ticks
        ]
        assert list(row.text) == expected
    assert figure.layout.yaxis.title.text == "Mean events per subject"


@pytest.mark.parametrize("what", ["incidence", "mean count"])
def test_five_arms_have_no_bands_and_one_has_no_legend(what: str) -> None:
    many = drawn(what, tuple(f"Dose {dose}" for dose in range(5)))
    assert not parts(many, "upper")
    assert len(parts(many, "curve")) == 5
    alone = drawn(what, ("All subjects",))
    assert alone.layout.showlegend is False
    assert parts(alone, "upper")


def test_descriptions_say_the_finding() -> None:
    result = incidence_of()
    curve = result.curve(ARMS[0], CAUSES[0])
    share = f"{curve.table['incidence'].iloc[-1]:.1%}"
    said = alt_text(drawn("incidence"))
    assert f"Placebo {curve.events} events in 60 subjects, {share} at" in said
    assert f"competing with {CAUSES[1]}" in said
    assert f"Progression {share}" in alt_text(drawn("stacked"))
    mean = counts_of().curves[1]
    text = alt_text(drawn("mean count"))
    assert f"Lumarestat 200 mg {mean.events} events in 40 subjects" in text


@pytest.mark.parametrize("what", ["incidence", "stacked", "mean count"])
def test_names_are_drawn_as_they_are(what: str) -> None:
    figure = drawn(what, (BAD, "B"), (BAD, "Other"))
    notes = [note.text for note in figure.layout.annotations]
    titles = [figure.layout.yaxis.title.text]
    names = [text for one in figure.data for text in (one.name, one.hovertemplate)]
    texts = [text for text in (*names, *notes, *titles) if text]
    assert any("&#60;a" in text for text in texts)
    assert not [text for text in texts if "<a" in text or LIGHT.text in text or "$a" in text]
    assert BAD in alt_text(figure)


@pytest.mark.browser
@pytest.mark.parametrize("width", [380, 640, 1100])
@pytest.mark.parametrize("what", ["incidence", "stacked", "mean count"])
def test_nothing_collides(lay_out: LayOut, what: str, width: int) -> None:
    drawing = lay_out(drawn(what), width)
    assert drawing.crowded() == []
    assert drawing.clipped() == []


@pytest.mark.browser
@pytest.mark.parametrize("width", [380, 1100])
def test_five_panels_do_not_collide(lay_out: LayOut, width: int) -> None:
    drawing = lay_out(drawn("stacked", tuple(f"Dose {dose}0 mg" for dose in range(5))), width)
    assert drawing.crowded() == []
    assert drawing.clipped() == []
