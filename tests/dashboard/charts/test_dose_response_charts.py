"""Charts of the response to dose: every mark stands where its number says."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from dashboard.charts.dose_response.contrasts import draw_contrasts
from dashboard.charts.dose_response.parts import dose_axis
from dashboard.charts.dose_response.power import draw_power
from dashboard.charts.dose_response.response import AVERAGE, draw_curves, draw_response
from dashboard.charts.dose_response.targets import draw_targets
from dashboard.charts.dose_response.utility import draw_utility
from dashboard.charts.theme import alt_text, themed

DOSES = (0.0, 10.0, 100.0)
TABLE = pd.DataFrame(
    {
        "dose": DOSES,
        "estimate": [-1.0, -3.0, -6.0],
        "lower": [-2.0, -4.0, -8.0],
        "upper": [0.0, -2.0, -4.0],
        "analysed": [40, 1, 38],
    }
)
CURVES = pd.DataFrame(
    {
        "family": ["Emax", "Emax", "<b>Beta</b>", "<b>Beta</b>"],
        "dose": [0.0, 100.0, 0.0, 100.0],
        "estimate": [-1.0, -6.0, -2.0, -5.0],
        "lower": [-2.0, -8.0, nan, nan],
        "upper": [0.0, -4.0, nan, nan],
    }
)
UTILITY = pd.DataFrame(
    {
        "dose": [0.0, 50.0, 100.0],
        "benefit": [0.0, 6.0, 8.0],
        "harm": [0.0, 0.1, 0.4],
        "utility": [0.0, 4.0, 0.0],
        "lower": [0.0, 1.0, -3.0],
        "upper": [0.0, 7.0, 3.0],
    }
)


def part(figure: go.Figure, name: str) -> Any:
    return next(one for one in figure.data if (one.meta or {}).get("part") == name)


def curves(**more: Any) -> go.Figure:
    asked = {"title": "Change", "unit": "mg", "share": False, "banded": "Emax", **more}
    return draw_curves(CURVES, TABLE, **asked)


def utility(**more: Any) -> go.Figure:
    asked = {"best": (50.0, 40.0, 100.0), "harm_weight": 20.0, "unit": "mg", "doses": DOSES,
             "response_unit": "points", "share": False, **more}  # fmt: skip
    return draw_utility(UTILITY, **asked)


def test_observed_means_have_their_intervals() -> None:
    figure = draw_response(TABLE, title="Change, points", unit="mg", share=False)
    points = part(figure, "observed")
    assert list(points.y) == [-1.0, -3.0, -6.0]
    assert list(points.error_y.array) == [1.0, 1.0, 2.0]
    assert list(points.error_y.arrayminus) == [1.0, 1.0, 2.0]
    assert points.hovertext[1] == "dose 10: -3 (95&#37; CI -4 to -2), 1 subject"
    assert alt_text(figure) == "Change, points by dose: 0: -1, 10: -3, 100: -6."


def test_shares_are_drawn_in_percent_from_zero() -> None:
    shares = TABLE.assign(estimate=[0.1, 0.2, 0.5], lower=[0.05, 0.1, 0.3], upper=[0.2, 0.4, 0.7])
    figure = draw_response(shares, title="Cramp, %", unit="", share=True)
    assert list(part(figure, "observed").y) == pytest.approx([10, 20, 50])
    assert figure.layout.yaxis.rangemode == "tozero"
    assert figure.layout.xaxis.title.text == "Dose"


def test_a_dose_without_a_value_is_no_point() -> None:
    some = TABLE.assign(estimate=[-1.0, nan, -6.0])
    figure = draw_response(some, title="Change", unit="mg", share=False)
    assert list(part(figure, "observed").x) == [0.0, 100.0]
    none = draw_response(TABLE.assign(estimate=nan), title="Change", unit="mg", share=False)
    assert alt_text(none) == "No dose has a value."


def test_the_band_is_that_of_the_chosen_curve() -> None:
    band = part(curves(), "band")
    assert list(band.x) == [0.0, 100.0, 100.0, 0.0]
    assert list(band.y) == [0.0, -4.0, -8.0, -2.0]
    average = CURVES[CURVES["family"] == "Emax"].assign(upper=[1.0, 2.0])
    assert list(part(curves(average=average, banded=AVERAGE), "band").y)[:2] == [1.0, 2.0]
    assert not list(part(curves(banded="<b>Beta</b>"), "band").y)


def test_names_are_text_and_doses_far_enough_apart_for_their_ticks() -> None:
    assert "&#60;b&#62;Beta" in [one.name for one in curves().data][2]
    axis = dose_axis("<i>mg</i>", [0.0, 1.0, 2.0, 100.0])
    assert axis["tickvals"] == [0.0, 100.0]
    assert axis["title"]["text"] == "Dose, &#60;i&#62;mg&#60;/i&#62;"


def test_contrasts_have_a_line_each() -> None:
    table = pd.DataFrame(
        {"shape": ["linear", "emax"], "dose 0": [-0.7, -0.8], "dose 10": [0.0, 0.3],
         "dose 100": [0.7, 0.5]}
    )  # fmt: skip
    figure = draw_contrasts(table, DOSES, unit="mg")
    assert [list(one.y) for one in figure.data] == [[-0.7, 0.0, 0.7], [-0.8, 0.3, 0.5]]


def test_target_doses_end_at_the_highest_dose_and_say_when_not_reached() -> None:
    targets = pd.DataFrame(
        {
            "family": ["Emax", "Linear", "Beta", "Logistic"],
            "estimate": [40.0, 60.0, nan, 30.0],
            "lower": [20.0, 50.0, nan, nan],
            "upper": [inf, 80.0, nan, nan],
        }
    )
    figure = draw_targets(targets, DOSES, unit="mg")
    assert list(figure.data[0].x) == [40.0, 60.0, 30.0]
    assert list(figure.data[0].error_x.array) == [60.0, 20.0, 0.0]
    assert "Emax 40 (20 to not reached)" in alt_text(figure)
    assert "Logistic 30, interval not estimable" in alt_text(figure)
    nothing = draw_targets(targets[targets["family"] == "Beta"], DOSES, unit="mg")
    assert "No curve reaches" in alt_text(nothing)


def test_utility_stars_its_best_dose_and_weighs_harm() -> None:
    figure = utility()
    best = part(figure, "best")
    assert (list(best.x), list(best.y)) == ([50.0], [4.0])
    assert (list(best.error_x.array), list(best.error_x.arrayminus)) == ([50.0], [10.0])
    harm = next(one for one in figure.data if one.name == "Harm, weighed")
    assert list(harm.y) == [0.0, 2.0, 8.0]
    shares = utility(share=True)
    assert list(part(shares, "best").y) == [400.0]
    assert shares.layout.yaxis.title.text == "Utility over placebo, percentage points"


def test_power_has_a_bar_each_and_the_goal() -> None:
    table = pd.DataFrame({"truth": ["linear", "emax"], "power": [0.81, 0.9]})
    figure = draw_power(table, goal=0.8)
    assert list(figure.data[0].x) == pytest.approx([81, 90])
    assert figure.layout.shapes[0].x0 == 80
    assert not draw_power(table).layout.shapes


@pytest.mark.parametrize("figure", [curves(), utility()])
def test_figures_are_drawn_in_the_dark_too(figure: go.Figure) -> None:
    assert themed(figure, "dark").layout.template.layout.paper_bgcolor == "#0F171C"
