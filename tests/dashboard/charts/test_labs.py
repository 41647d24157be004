"""Laboratory panels show each value against its own normal range."""

from __future__ import annotations

import itertools
from datetime import date

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from analytics.checks import InputError
from dashboard.charts.contrast import contrast
from dashboard.charts.theme import DARK, LIGHT, alt_text, themed
from dashboard.charts.timeline import draw_labs, draw_timeline
from dashboard.charts.timeline.labs import _MARKS
from tests.dashboard.charts.drawing import LayOut

NONE = np.nan
COLUMNS = ["test", "unit", "day", "value", "low", "high"]
LABS = pd.DataFrame(
    [
        ("ALT", "U/L", 15, 120, 7, 55),
        ("ALT", "U/L", -3, 30, 7, 55),
        ("ALT", "U/L", 29, 5, 7, 50),
        ("ALT", "U/L", NONE, 60, 7, 55),
        ("Bilirubin", "µmol/L", 1, 42, NONE, 21),
        ("Bilirubin", "µmol/L", 8, NONE, NONE, 21),
        ("Ferritin", None, 1, 300, NONE, NONE),
        ("Base excess", "mmol/L", 1, -3, -2, 2),
    ],
    columns=COLUMNS,
)


def _values(figure: go.Figure, panel: int) -> dict[str, list[tuple[float, float]]]:
    return {
        trace.name: list(zip(trace.x, trace.y, strict=True))
        for trace in figure.data
        if trace.meta["part"] == "values" and trace.meta["panel"] == panel
    }


def _headings(figure: go.Figure) -> list[str]:
    return [note.text for note in figure.layout.annotations if note.text.startswith("<b>")]


def test_each_test_has_a_panel_on_the_shared_days() -> None:
    figure = draw_labs(LABS)
    assert _headings(figure) == [
        "<b>ALT (U/L)</b>",
        "<b>Bilirubin (µmol/L)</b>",
        "<b>Ferritin</b>",
        "<b>Base excess (mmol/L)</b>",
    ]
    assert {trace.xaxis for trace in figure.data} == {None}
    axes = [figure.layout[name] for name in ("yaxis", "yaxis2", "yaxis3", "yaxis4")]
    domains = [axis.domain for axis in axes]
    assert all(upper[0] > lower[1] for upper, lower in itertools.pairwise(domains))
    assert domains[-1][0] == pytest.approx(0)


def test_values_outside_their_range_have_another_mark() -> None:
    figure = draw_labs(LABS)
    assert _values(figure, 0) == {
        "Within the normal range": [(-2.5, 30)],
        "Above the normal range": [(14.5, 120)],
        "Below the normal range": [(28.5, 5)],
    }
    assert _values(figure, 2) == {"No normal range": [(0.5, 300)]}
    symbols = {mark["symbol"] for mark in _MARKS.values()}
    assert len(symbols) == len(_MARKS)


@pytest.mark.parametrize(("value", "state"), [(7, "Within"), (55, "Within"), (55.1, "Above")])
def test_the_limits_belong_to_the_range(value: float, state: str) -> None:
    figure = draw_labs(LABS.head(1).assign(value=value))
    assert list(_values(figure, 0)) == [f"{state} the normal range"]


def _band(figure: go.Figure, panel: int) -> list[tuple]:
    band = next(t for t in figure.data if t.meta["part"] == "band" and t.meta["panel"] == panel)
    return list(zip(band.x, band.y, strict=True))


def test_the_band_steps_with_the_limits_and_is_open_where_one_is_missing() -> None:
    figure = draw_labs(LABS)
    low, high = figure.layout.xaxis.range
    corners = _band(figure, 0)
    assert corners[0] == (low, 7)
    assert (28.5, 50) in corners
    assert (high, 50) in corners
    assert (high, 55) not in corners
    floor = figure.layout.yaxis2.range[0]
    assert (low, floor) in _band(figure, 1)
    assert _band(figure, 2) == []


def test_multiples_of_the_upper_limit_are_on_a_log_scale() -> None:
    figure = draw_labs(LABS, multiples=True)
    assert _values(figure, 0)["Above the normal range"] == [(14.5, pytest.approx(120 / 55))]
    assert figure.layout.yaxis.type == "log"
    assert "1" in figure.layout.yaxis.ticktext
    assert _headings(figure) == ["<b>ALT, × upper limit</b>", "<b>Bilirubin, × upper limit</b>"]
    said = " ".join(note.text.replace("<br>", " ") for note in figure.layout.annotations)
    assert "Ferritin: 1 with no upper limit" in said
    assert "Base excess (mmol/L): 1 with not above 0" not in said
    assert "Base excess (mmol/L): 1 with a value not above 0" in said


def test_what_has_no_day_or_value_is_counted() -> None:
    said = [n.text.replace("<br>", " ") for n in draw_labs(LABS).layout.annotations][-1]
    assert said == "Not drawn: ALT (U/L): 1 with no day; Bilirubin (µmol/L): 1 with no value."
    assert said in alt_text(draw_labs(LABS))
    assert "ALT (U/L) 3 values from 5 to 120, 1 above and 1 below the range" in alt_text(
        draw_labs(LABS)
    )


def test_hovers_say_value_range_and_date() -> None:
    figure = draw_labs(LABS, first_dose=date(2024, 3, 1))
    above = next(t for t in figure.data if t.name == "Above the normal range")
    assert above.hovertext[0] == (
        "<b>ALT</b>, day 15 (15 March 2024)<br>120 U/L, above the normal range from 7 to 55"
        "<br>2.18 × the upper limit"
    )


def test_days_stand_in_line_with_the_profile() -> None:
    labs, profile = (
        draw_labs(LABS, span=(-14, 90)),
        draw_timeline(visits=pd.DataFrame({"day": [1], "name": ["C1"]}), span=(-14, 90)),
    )
    assert labs.layout.xaxis.range == profile.layout.xaxis.range
    assert (labs.layout.margin.l, labs.layout.margin.r) == (
        profile.layout.margin.l,
        profile.layout.margin.r,
    )


def test_more_than_six_tests_and_infinite_values_are_refused() -> None:
    seven = pd.concat([LABS.head(1).assign(test=f"T{n}") for n in range(7)])
    with pytest.raises(InputError, match="at most 6 tests"):
        draw_labs(seven)
    with pytest.raises(InputError, match="values and limits are finite"):
        draw_labs(LABS.assign(value=np.inf))


def test_nothing_to_draw_is_a_sentence() -> None:
    for labs in (LABS.iloc[:0], LABS.assign(day=NONE)):
        assert alt_text(draw_labs(labs)) == "No laboratory value of this subject can be drawn."


@pytest.mark.parametrize(("mode", "tones"), [("light", LIGHT), ("dark", DARK)])
def test_marks_stand_out_from_the_band(mode, tones) -> None:
    figure = themed(draw_labs(LABS), mode)
    for trace in figure.data:
        if trace.meta["part"] == "values":
            assert contrast(trace.marker.color, tones.grid) >= 3
            assert contrast(trace.marker.color, tones.background) >= 3


BAD = "<a href='x'>%{x}</a> & " + "W" * 60
FIGURES = {
    "four": lambda: draw_labs(LABS),
    "multiples": lambda: draw_labs(LABS, multiples=True),
    "one": lambda: draw_labs(LABS.head(1)),
    "six": lambda: draw_labs(
        pd.concat([LABS.head(4).assign(test=f"T{n}", value=10.0**n) for n in range(6)])
    ),
    "hostile": lambda: draw_labs(LABS.assign(test=BAD, unit=BAD)),
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
    assert alt_text(figure).startswith("Laboratory values of one subject, day ")
    assert {trace.type for trace in figure.data} == {"scatter"}
    assert figure.to_json() == FIGURES[name]().to_json()
    assert themed(figure, "dark").to_json()
