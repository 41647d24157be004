"""Figures of fitted distributions: what is drawn solid, what dotted, and that nothing collides."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from analytics.survival import SurvivalCounts, fit_kaplan_meier, smooth_hazard
from analytics.survival.regression.parametric.distributions import DISTRIBUTIONS
from analytics.survival.regression.parametric.from_counts import fit_parametric_to_counts
from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.analyses.survival.parametric_answer import ParametricAnswer
from dashboard.charts.survival.fitted_panels import FittedOptions
from dashboard.charts.survival.parametric import draw_fitted_hazard, draw_fitted_survival
from dashboard.charts.theme import LIGHT, alt_text, arm_styles
from tests.dashboard.charts.drawing import LayOut

NAMES = ("weibull", "gompertz", "lognormal", "piecewise")


def answer_of(arms: tuple[str, ...] = ("Control", "Experimental")) -> ParametricAnswer:
    rng = np.random.default_rng(7)
    names = list(arms) * 90
    event, end = rng.lognormal(2.4, 0.8, len(names)), rng.uniform(4, 30, len(names))
    counts = SurvivalCounts.from_subjects(
        np.minimum(event, end), event <= end, arms=names, order=arms, time_unit="months"
    )
    cuts = (4.0, 10.0)
    return ParametricAnswer(
        analysis=SurvivalAnalysis(endpoint="OS", unit="months"),
        zero_times="",
        zeros=0,
        curves=fit_kaplan_meier(counts),
        fits={
            (arm, name): fit_parametric_to_counts(
                counts, arm, distribution=name, cuts=cuts if name == "piecewise" else ()
            )
            for arm in arms
            for name in NAMES
        },
        cuts=cuts,
        smoothed=smooth_hazard(counts),
        means="",
        cohorts=dict.fromkeys(arms, "{}"),
        refusal=None,
    )


ANSWER = answer_of()


def options(answer: ParametricAnswer, horizon: float) -> FittedOptions:
    return FittedOptions(
        endpoint="overall survival",
        names=DISTRIBUTIONS,
        unit="months",
        origin="randomisation",
        horizon=horizon,
        last_times=answer.last_times,
    )


def drawn(
    what: str, *, chosen: tuple[str, ...] = NAMES, horizon: float = 48.0, answer: Any = ANSWER
) -> go.Figure:
    fitted = answer.curve_table(chosen, horizon)
    said: dict[str, Any] = {"styles": arm_styles(answer.arms), "options": options(answer, horizon)}
    if what == "survival":
        return draw_fitted_survival(fitted, answer.curves, **said)
    return draw_fitted_hazard(fitted, answer.smoothed, **said)


def traces(figure: go.Figure, part: str, arm: str = "Control", axis: str = "y") -> list[Any]:
    return [
        trace
        for trace in figure.data
        if (trace.meta["part"], trace.legendgroup, trace.yaxis) == (part, arm, axis)
    ]


@pytest.mark.parametrize("what", ["survival", "hazard"])
def test_what_is_extrapolated_is_dotted_and_what_is_not_is_not(what: str) -> None:
    figure = drawn(what)
    for arm, last in ANSWER.last_times.items():
        (solid,), (dotted,) = (traces(figure, part, arm) for part in ("fitted", "extrapolated"))
        assert max(solid.x) == min(dotted.x) == last
        assert max(dotted.x) == 48
        assert solid.line.dash != dotted.line.dash
        fitted = ANSWER.curve_table(["weibull"], 48.0)
        own = fitted[fitted["arm"] == arm].set_index("time")[what]
        assert dotted.y == pytest.approx(own[list(dotted.x)].to_numpy())
    labels = [note.text for note in figure.layout.annotations]
    assert labels.count("extrapolated") == len(NAMES)


def test_each_distribution_has_a_panel_with_the_observed_curve() -> None:
    figure = drawn("survival")
    for axis in ("y", "y2", "y3", "y4"):
        (seen,) = traces(figure, "observed", axis=axis)
        table = ANSWER.curves.curves[0].table
        assert seen.line.shape == "hv"
        assert set(seen.y) <= set(table["survival"])
        (band,) = traces(figure, "upper", axis=axis)
        assert band.fill == "tonexty"
    titles = [note.text for note in figure.layout.annotations if note.text.startswith("<b>")]
    assert titles == [f"<b>{DISTRIBUTIONS[name]}</b>" for name in NAMES]


def test_within_the_data_nothing_is_extrapolated() -> None:
    figure = drawn("survival", horizon=12.0)
    assert not [trace for trace in figure.data if trace.meta["part"] == "extrapolated"]
    assert not figure.layout.shapes
    assert "Nothing is extrapolated." in alt_text(figure)


def test_the_description_says_the_finding() -> None:
    said = alt_text(drawn("survival", chosen=("weibull",)))
    fitted = ANSWER.curve_table(["weibull"], 48.0)
    end = fitted[(fitted["arm"] == "Control") & (fitted["time"] == 48)]["survival"].iloc[0]
    assert f"Weibull, Control: {end:.0%} at 48 months" in said
    assert "all is extrapolated" in said


def test_a_hazard_that_leaves_the_axis_is_said() -> None:
    rising = drawn("hazard", chosen=("gompertz",), horizon=400.0)
    note = "Hazards above the axis are cut off"
    fitted = ANSWER.curve_table(["gompertz"], 400.0)
    leaves = fitted["hazard"].max() > rising.layout.yaxis.range[1]
    assert (note in [one.text for one in rising.layout.annotations]) is bool(leaves)
    constant = drawn("hazard", chosen=("piecewise",))
    assert note not in [one.text for one in constant.layout.annotations]
    assert constant.layout.yaxis.range[1] < 1


def test_without_a_smoothed_hazard_the_fits_are_drawn() -> None:
    fitted = ANSWER.curve_table(["weibull"], 48.0)
    figure = draw_fitted_hazard(
        fitted, None, styles=arm_styles(ANSWER.arms), options=options(ANSWER, 48.0)
    )
    assert not traces(figure, "observed")
    assert traces(figure, "fitted")


def test_one_arm_needs_no_legend_and_an_arm_without_a_fit_is_only_observed() -> None:
    alone = answer_of(("All subjects",))
    assert drawn("survival", answer=alone).layout.showlegend is False
    fitted = ANSWER.curve_table(["weibull"], 48.0)
    figure = draw_fitted_survival(
        fitted[fitted["arm"] == "Control"],
        ANSWER.curves,
        styles=arm_styles(ANSWER.arms),
        options=options(ANSWER, 48.0),
    )
    assert traces(figure, "observed", "Experimental")
    assert not traces(figure, "fitted", "Experimental")


def test_names_are_drawn_as_they_are() -> None:
    bad = f"<a href='x'>%{{x}}</a> {LIGHT.text} $a$"
    figure = drawn("survival", chosen=("weibull",), answer=answer_of((bad, "B")))
    texts = [trace.name for trace in figure.data] + [trace.hovertemplate for trace in figure.data]
    assert not [text for text in texts if text and ("<a" in text or LIGHT.text in text)]


@pytest.mark.parametrize("width", [380, 640, 1100])
@pytest.mark.parametrize("what", ["survival", "hazard"])
@pytest.mark.parametrize("chosen", [NAMES, NAMES[:3], NAMES[:1]])
def test_nothing_collides(lay_out: LayOut, what: str, chosen: tuple[str, ...], width: int) -> None:
    drawing = lay_out(drawn(what, chosen=chosen), width)
    assert drawing.crowded() == []
    assert drawing.clipped() == []


def test_the_hover_text_says_what_is_extrapolated() -> None:
    figure = drawn("survival", chosen=("weibull",))
    (dotted,), (solid,) = (traces(figure, part) for part in ("extrapolated", "fitted"))
    assert all("extrapolated" in text for text in dotted.text[1:])
    assert not [text for text in solid.text if "extrapolated" in text]
