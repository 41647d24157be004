"""Charts of adverse events: every mark stands where its number says, and means its subjects."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, log2, log10, nan, pi
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from dashboard.charts.contrast import contrast, luminance
from dashboard.charts.safety.butterfly import ButterflyOptions, draw_butterfly, shade
from dashboard.charts.safety.dots import DotOptions, draw_dots
from dashboard.charts.safety.effects import EffectAxis
from dashboard.charts.safety.heat import HeatOptions, draw_heat
from dashboard.charts.safety.volcano import VolcanoOptions, draw_volcano
from dashboard.charts.theme import (
    ARM_PALETTE,
    DARK,
    LIGHT,
    RAMPS,
    alt_text,
    arm_styles,
    themed,
)
from tests.dashboard.charts.drawing import LayOut
from tests.dashboard.charts.test_hostile_names import BAD, _drawn

RASH, ITCH, FLU = ("Skin", "Rash"), ("Skin", "Itch"), ("Infections", "Flu")
TERMS = (RASH, ITCH, FLU)
ARMS = ("Placebo", "Active")
STYLES = arm_styles(list(ARMS))


def incidence(arms: tuple[str, ...] = ARMS, terms: tuple = TERMS) -> pd.DataFrame:
    rows = [
        (*term, arm, n, 20, n / 20)
        for place, term in enumerate(terms)
        for n, arm in zip((place, 2 * place + 3, 5, 1, 2), arms, strict=False)
    ]
    names = ["class", "term", "arm", "with_event", "subjects", "proportion"]
    return pd.DataFrame(rows, columns=names)


def contrasts(*effects: tuple[float, float, float, float], arm: str = "Active") -> pd.DataFrame:
    """One row a term of (estimate, lower, upper, p)."""
    rows = [
        (*term, arm, "Placebo", 2 * place + 3, 20, place, 20, *effect, effect[-1], "")
        for place, (term, effect) in enumerate(zip(TERMS, effects, strict=False))
    ]
    names = (
        "class term arm reference with_event subjects reference_with_event reference_subjects "
        "estimate lower upper fisher p reason"
    )
    return pd.DataFrame(rows, columns=names.split())


def part(figure: go.Figure, name: str) -> list[Any]:
    return [trace for trace in figure.data if (trace.meta or {}).get("part") == name]


# Effects -------------------------------------------------------------------------------


def test_a_difference_stands_in_points_and_a_ratio_in_powers_of_two() -> None:
    difference = EffectAxis.holding([-0.1, 0.2], measure="risk difference")
    assert difference.at(0.2) == pytest.approx(20)
    ratio = EffectAxis.holding([0.5, 8.0], measure="odds ratio")
    assert ratio.at(8.0) - ratio.at(1.0) == pytest.approx(3 * (ratio.at(1.0) - ratio.at(0.5)))
    ticks = ratio.layout()
    assert [float(text) for text in ticks["ticktext"]] == [2.0**x for x in ticks["tickvals"]]
    assert 0 in ticks["tickvals"]


def test_what_lies_beyond_an_axis_stands_at_its_end() -> None:
    axis = EffectAxis.holding([0.0, 0.9, 1.2, inf], measure="risk ratio")
    assert (axis.at(0.0), axis.beyond(0.0)) == (axis.low, "left")
    assert (axis.at(inf), axis.beyond(inf)) == (axis.high, "right")
    assert axis.beyond(1.2) is None
    assert "∞" in axis.said(inf, 1.2, inf, 0.95)
    assert "not estimable" in axis.said(nan, nan, nan, 0.95)
    far = EffectAxis.holding([1e-9, 1e9], measure="risk ratio")
    assert far.high < 6


# Dot plot ------------------------------------------------------------------------------


def dots(pairs: pd.DataFrame, **more: Any) -> go.Figure:
    options = {"terms": TERMS, "arms": ARMS, "compared": ("Active",), **more}
    return draw_dots(incidence(), pairs, options=DotOptions(**options), styles=STYLES)


def test_dots_stand_at_their_percentages_in_the_order_of_the_rows() -> None:
    figure = dots(contrasts((0.15, 0.0, 0.3, 0.1), (0.2, 0.0, 0.4, 0.05), (0.25, 0.0, 0.5, 0.01)))
    placebo, active = part(figure, "incidence")
    assert list(placebo.x) == pytest.approx([0, 5, 10])
    assert list(active.x) == pytest.approx([15, 25, 35])
    assert [round(y) for y in active.y] == [0, 1, 2]
    assert list(active.customdata[2]) == [*FLU, "Active"]
    assert (placebo.marker.color, placebo.marker.symbol) == (
        STYLES["Placebo"].colour,
        STYLES["Placebo"].symbol,
    )
    assert figure.layout.yaxis.ticktext == ("Rash", "Itch", "Flu")
    assert figure.layout.yaxis.range == (2.5, -0.5)


def test_intervals_stand_beside_the_dots() -> None:
    figure = dots(contrasts((0.15, -0.02, 0.3, 0.1), (0.2, 0.05, 0.4, 0.05)), terms=TERMS)
    (estimate,) = part(figure, "estimate")
    (line,) = part(figure, "interval")
    assert list(estimate.x) == pytest.approx([15, 20])
    assert list(line.x) == pytest.approx([-2, 30, None, 5, 40, None])
    assert estimate.xaxis == "x2"
    said = estimate.hovertext[0]
    assert "Active: 3 of 20 (15.0%)" in said
    assert "Placebo: 0 of 20 (0.0%)" in said
    assert "difference 15.0 points (95% CI −2.0 to 30.0)" in said
    assert "p 0.10 (Fisher, unadjusted)" in said


def test_infinite_ratios_are_arrows_and_those_that_do_not_exist_are_named() -> None:
    pairs = contrasts((inf, 1.1, inf, 0.1), (2.0, 0.9, 4.0, 0.05), (nan, nan, nan, 1.0))
    figure = dots(pairs, measure="risk ratio")
    (estimate,) = part(figure, "estimate")
    assert list(estimate.marker.symbol) == ["triangle-right", STYLES["Active"].symbol]
    assert estimate.x[0] == figure.layout.xaxis2.range[1]
    assert estimate.x[1] == pytest.approx(log2(2.0))
    assert list(part(figure, "beyond")[0].marker.symbol) == ["triangle-right"]
    (none,) = part(figure, "not estimable")
    assert (list(none.y), list(none.text)) == ([2], ["NE"])


def test_two_comparisons_stand_apart_in_a_row() -> None:
    arms = ("Placebo", "Active", "High")
    both = [contrasts((0.1, 0.0, 0.2, 0.1), arm=arm) for arm in arms[1:]]
    figure = draw_dots(
        incidence(arms),
        pd.concat(both),
        options=DotOptions(terms=TERMS, arms=arms, compared=arms[1:]),
        styles=arm_styles(list(arms)),
    )
    one, two = part(figure, "estimate")
    assert one.y[0] < 0 < two.y[0]
    assert len({trace.y[0] for trace in part(figure, "incidence")}) == 3


def test_without_a_comparison_the_right_panel_is_left_out() -> None:
    figure = draw_dots(
        incidence(("All subjects",)),
        pd.DataFrame(),
        options=DotOptions(terms=TERMS, arms=("All subjects",), compared=()),
        styles=arm_styles(["All subjects"]),
    )
    assert not part(figure, "estimate")
    assert figure.layout.xaxis.domain == (0.0, 1.0)


# Volcano -------------------------------------------------------------------------------


def volcano(pairs: pd.DataFrame, **more: Any) -> go.Figure:
    options = VolcanoOptions(arm="Active", reference="Placebo", **more)
    return draw_volcano(pairs, options=options, styles=STYLES)


def test_bubbles_stand_at_difference_and_p_and_are_as_large_as_their_subjects() -> None:
    figure = volcano(contrasts((0.15, 0.0, 0.3, 0.2), (-0.2, -0.4, 0.0, 0.01), (0.0, -0.1, 0.1, 1)))
    (less,), (more,), (same,) = (part(figure, side) for side in ("reference", "arm", "neither"))
    assert (list(more.x), list(more.y)) == ([pytest.approx(15)], [pytest.approx(-log10(0.2))])
    assert (list(less.x), list(less.y)) == ([pytest.approx(-20)], [pytest.approx(2)])
    assert (list(same.x), list(same.y)) == ([0], [0])
    areas = [pi * trace.marker.size[0] ** 2 / 4 for trace in (more, less, same)]
    assert areas[0] / areas[2] == pytest.approx(3 / 9)
    assert areas[1] / areas[2] == pytest.approx(6 / 9)
    assert less.marker.color == STYLES["Placebo"].colour
    assert more.marker.color == STYLES["Active"].colour
    assert list(less.customdata[0]) == list(ITCH)
    lines = [shape.y0 for shape in figure.layout.shapes if shape.y0 == shape.y1]
    assert lines == [pytest.approx(-log10(0.05))]
    assert [note.text for note in figure.layout.annotations] == ["p = 0.05", "Itch"]


def test_terms_in_one_place_are_all_named_at_the_pointer() -> None:
    pairs = contrasts((0.1, 0.0, 0.2, 0.3), (0.1, 0.0, 0.2, 0.3))
    texts = part(volcano(pairs), "arm")[0].hovertext
    assert all("2 terms here:<br>" in text and "Rash" in text and "Itch" in text for text in texts)


def test_terms_without_a_place_are_left_out_and_infinite_ratios_stand_at_the_end() -> None:
    pairs = contrasts((inf, 1.1, inf, 0.02), (nan, nan, nan, 1.0), (2.0, 1.0, 4.0, nan))
    figure = volcano(pairs, measure="risk ratio")
    (more,) = part(figure, "arm")
    assert list(more.x) == [figure.layout.xaxis.range[1]]
    assert list(more.marker.symbol) == ["triangle-right"]
    assert sum(len(trace.x) for trace in figure.data) == 1
    nothing = pairs.assign(with_event=0, reference_with_event=0)
    assert "No term has both" in alt_text(volcano(nothing))


def crowd() -> pd.DataFrame:
    """Forty terms, most of them near one another, with long names."""
    rows = [
        (
            "Skin", f"Application site irritation {n}", "Active", "Placebo", 3 + n % 7, 80,
            1 + n % 3, 80, 0.004 * n - 0.01 * (n % 5), 0.0, 0.2,
            10 ** -(n / 9), 10 ** -(n / 9), "",
        )
        for n in range(40)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=contrasts((0.1, 0, 0, 1)).columns)


@pytest.mark.browser
@pytest.mark.parametrize("width", [470, 700, 1080])
def test_names_of_terms_do_not_lie_on_one_another(lay_out: LayOut, width: int) -> None:
    figure = volcano(crowd())
    assert len(figure.layout.annotations) > 4
    drawing = lay_out(figure, width)
    assert drawing.crowded() == []
    assert drawing.clipped() == []


# Butterfly -----------------------------------------------------------------------------


GRADES = {1: "Grade 1", 3: "Grade 3"}


def grades() -> pd.DataFrame:
    rows = [
        (*row[:2], row[2], grade, n)
        for row in incidence().itertuples(index=False)
        for grade, n in ((1, row[3] - row[3] // 3), (3, row[3] // 3))
        if n
    ]
    return pd.DataFrame(rows, columns=["class", "term", "arm", "grade", "subjects"])


def test_the_reference_is_on_the_left_and_the_arm_on_the_right() -> None:
    options = ButterflyOptions(terms=TERMS, reference="Placebo", arm="Active")
    figure = draw_butterfly(incidence(), pd.DataFrame(), options=options, styles=STYLES)
    left, right = part(figure, "bars")
    assert list(left.x) == pytest.approx([0, -5, -10])
    assert list(right.x) == pytest.approx([15, 25, 35])
    assert list(right.customdata[0]) == [*RASH, "Active"]
    low, high = figure.layout.xaxis.range
    assert low == -high
    assert all(float(text) >= 0 for text in figure.layout.xaxis.ticktext)


def test_stacked_bars_add_up_and_darken_with_the_grade() -> None:
    options = ButterflyOptions(terms=TERMS, reference="Placebo", arm="Active", grades=GRADES)
    figure = draw_butterfly(incidence(), grades(), options=options, styles=STYLES)
    added: dict[tuple[str, ...], float] = {}
    for trace in part(figure, "bars"):
        for key, x in zip(trace.customdata, trace.x, strict=True):
            added[tuple(key)] = added.get(tuple(key), 0.0) + abs(x)
    for row in incidence().itertuples(index=False):
        assert added.get(tuple(row[:3]), 0.0) == pytest.approx(100 * row.proportion)
    assert [trace.name for trace in part(figure, "legend")] == list(GRADES.values())


@pytest.mark.parametrize("colour", ARM_PALETTE)
def test_shades_of_grades_are_told_apart_by_lightness(colour: str) -> None:
    lights = [luminance(shade(colour, grade)) for grade in range(6)]
    assert lights == sorted(lights, reverse=True)
    assert min(contrast(shade(colour, g), shade(colour, g + 1)) for g in range(1, 5)) > 1.15


# Over time -----------------------------------------------------------------------------


def heat(
    arms: tuple[str, ...] = ARMS, terms: tuple = TERMS, periods: int = 3, size: int = 20
) -> go.Figure:
    table = pd.DataFrame(
        [
            (*term, arm, period, 2, size - 5 * period, 2 / (size - 5 * period))
            for term in terms
            for arm in arms
            for period in range(periods)
        ],
        columns=["class", "term", "arm", "period", "with_event", "at_risk", "share"],
    )
    followed = table[["arm", "period", "at_risk"]].drop_duplicates()
    options = HeatOptions(
        terms=terms,
        arms=arms,
        starts=tuple(4.0 * n for n in range(periods + 1)),
        unit="weeks",
        periods=tuple(f"period {n}" for n in range(periods)),
    )
    return draw_heat(table, followed, options=options, styles=arm_styles(list(arms)))


def test_cells_stand_at_their_term_and_period_with_one_scale_for_all_arms() -> None:
    figure = heat()
    placebo, active = part(figure, "cells")
    assert list(placebo.x[:3]) == [2, 6, 10]
    assert list(placebo.base[:4]) == [-0.5, -0.5, -0.5, 0.5]
    assert list(active.marker.color[:3]) == pytest.approx([10, 100 * 2 / 15, 20])
    assert placebo.marker.coloraxis == active.marker.coloraxis == "coloraxis"
    assert figure.layout.coloraxis.cmax == pytest.approx(20)
    assert list(active.customdata[1]) == [*RASH, "Active", "1"]
    assert "2 of 15 still followed (13.3%)" in active.hovertext[1]
    assert [text.strip("<br>") for text in part(figure, "followed")[0].text] == ["20", "15", "10"]


def test_many_arms_stand_in_bands() -> None:
    figure = heat(tuple(f"Dose {n}" for n in range(5)))
    ends = [figure.layout[f"yaxis{n}"].domain for n in ("", 2, 3, 4, 5)]
    assert ends[0] == ends[1] == ends[2]
    assert ends[3] == ends[4]
    assert ends[3][1] < ends[0][0]


@pytest.mark.browser
@pytest.mark.parametrize("width", [470, 1080])
@pytest.mark.parametrize("arms", [2, 3, 5])
def test_texts_of_a_heat_map_do_not_lie_on_one_another(
    lay_out: LayOut, arms: int, width: int
) -> None:
    terms = tuple(("SKIN AND SUBCUTANEOUS TISSUE", f"APPLICATION SITE WARMTH {n}") for n in "AB")
    names = tuple(f"Xanomeline dose {n}" for n in range(arms))
    drawing = lay_out(heat(names, terms, periods=12, size=1200), width)
    assert drawing.crowded() == []
    assert drawing.clipped() == []


@pytest.mark.parametrize("ramp", RAMPS.values(), ids=list(RAMPS))
def test_ramps_change_lightness_in_one_direction(ramp: tuple[str, ...]) -> None:
    lights = [luminance(tone) for tone in ramp]
    assert lights in (sorted(lights), sorted(lights, reverse=True))
    assert not set(ramp) & {
        getattr(tones, name) for tones in (LIGHT, DARK) for name in LIGHT.__slots__
    }


def test_the_ramp_follows_the_mode() -> None:
    scale = themed(heat(), "dark").layout.coloraxis.colorscale
    assert [tone for _, tone in scale] == list(RAMPS["dark"])


# All of them ---------------------------------------------------------------------------


def _bad(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.replace({"Active": BAD, "Rash": BAD, "Skin": BAD})


BAD_TERMS = ((BAD, BAD), (BAD, "Itch"), FLU)
BAD_STYLES = arm_styles(["Placebo", BAD])
PAIRS = _bad(contrasts((0.15, 0.0, 0.3, 0.01), (0.2, 0.0, 0.4, 0.05)))
FIGURES: dict[str, Callable[[], go.Figure]] = {
    "dots": lambda: draw_dots(
        _bad(incidence()),
        PAIRS,
        options=DotOptions(terms=BAD_TERMS, arms=("Placebo", BAD), compared=(BAD,)),
        styles=BAD_STYLES,
    ),
    "volcano": lambda: draw_volcano(
        PAIRS, options=VolcanoOptions(arm=BAD, reference="Placebo"), styles=BAD_STYLES
    ),
    "butterfly": lambda: draw_butterfly(
        _bad(incidence()),
        _bad(grades()),
        options=ButterflyOptions(terms=BAD_TERMS, reference="Placebo", arm=BAD, grades={1: BAD}),
        styles=BAD_STYLES,
    ),
    "heat": lambda: heat((BAD, "Placebo"), BAD_TERMS),
}


@pytest.mark.parametrize("name", FIGURES)
def test_names_are_drawn_as_they_are(name: str) -> None:
    figure = FIGURES[name]()
    drawn = figure.to_plotly_json()
    for trace in drawn["data"]:
        trace.pop("customdata", None)  # what a click means: never drawn
    texts = list(_drawn(drawn))
    assert any("&#60;" in text for text in texts), "the name is nowhere"
    for sign in ("<a", "%{x}</a", f" {LIGHT.text} ", "$a", "&lt;"):
        assert not [text for text in texts if sign in text]
    assert BAD in alt_text(figure)


@pytest.mark.parametrize("name", FIGURES)
def test_texts_at_the_pointer_are_there_for_each_point(name: str) -> None:
    for trace in FIGURES[name]().data:
        if "hovertext" in (trace.hovertemplate or ""):
            assert len(trace.hovertext) == len(trace.x) == len(trace.customdata)


@pytest.mark.browser
@pytest.mark.parametrize("name", FIGURES)
def test_texts_do_not_lie_on_one_another(name: str, lay_out: LayOut) -> None:
    for width in (470, 1080):
        drawing = lay_out(FIGURES[name](), width)
        assert drawing.crowded() == []
        assert drawing.clipped() == []


@pytest.mark.parametrize("draw", [draw_dots, draw_butterfly, draw_heat])
def test_nothing_to_draw_is_said(draw: Callable[..., go.Figure]) -> None:
    options = {
        draw_dots: DotOptions(terms=(), arms=ARMS, compared=()),
        draw_butterfly: ButterflyOptions(terms=(), reference="Placebo", arm="Active"),
        draw_heat: HeatOptions(terms=(), arms=ARMS, starts=(0.0,), unit="weeks", periods=()),
    }[draw]
    figure = draw(incidence(), pd.DataFrame(), options=options, styles=STYLES)
    assert "No term is left" in alt_text(figure) or "no term is left" in alt_text(figure)
