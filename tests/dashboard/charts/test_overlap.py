"""The overlap plot counts every subject once and says what it leaves out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from analytics.checks import InputError
from dashboard.charts.overlap import draw_overlap
from dashboard.charts.theme import alt_text, arm_styles, themed
from tests.dashboard.charts.drawing import LayOut

NAMES = ["Women", "Over 65", "Europe"]
PATTERNS = pd.DataFrame(
    {"pattern": ["010", "110", "000", "111", "100"], "subjects": [7, 2, 30, 2, 0]}
)
LONG = ["Safety population", "Women aged 65 or over", "<b>ECOG</b> 0 & 1", "Stage IV", "Europe"]


def _draw(patterns: pd.DataFrame, names: list[str]) -> go.Figure:
    return draw_overlap(patterns, names=names, styles=arm_styles(names))


def _part(figure: go.Figure, part: str) -> list:
    return [trace for trace in figure.data if trace.meta["part"] == part]


def _many(sets: int, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = rng.random((5000, sets)) < rng.uniform(0.2, 0.8, sets)
    signs = pd.Series(["".join("01"[int(b)] for b in row) for row in rows])
    return signs.value_counts().rename_axis("pattern").reset_index(name="subjects")


def test_combinations_fall_and_ties_have_a_fixed_order() -> None:
    bars = _part(_draw(PATTERNS, NAMES), "intersections")[0]
    assert list(bars.y) == [30, 7, 2, 2]
    assert list(bars.text) == ["30", "7", "2", "2"]
    again = _draw(PATTERNS.iloc[::-1], NAMES)
    assert again.to_json() == _draw(PATTERNS, NAMES).to_json()


def test_dots_stand_under_their_bars_and_are_joined() -> None:
    figure = _draw(PATTERNS, NAMES)
    inside = {(x, y) for t in _part(figure, "inside") for x, y in zip(t.x, t.y, strict=True)}
    outside = {(x, y) for t in _part(figure, "outside") for x, y in zip(t.x, t.y, strict=True)}
    assert inside == {(1, 1), (2, 0), (2, 1), (3, 0), (3, 1), (3, 2)}
    assert inside | outside == {(x, y) for x in range(4) for y in range(3)}
    links = {(s.x0, s.y0, s.y1) for s in figure.layout.shapes if s.type == "line"}
    assert links == {(2, 0, 1), (3, 0, 2)}


def test_sizes_of_cohorts_add_up_their_combinations() -> None:
    assert list(_part(_draw(PATTERNS, NAMES), "sizes")[0].x) == [4, 11, 2]


def test_beyond_twenty_five_the_rest_is_folded_and_said() -> None:
    patterns = _many(6)
    figure = _draw(patterns, [f"Cohort {n}" for n in range(6)])
    shown = sum(_part(figure, "intersections")[0].y)
    said = f"{len(patterns) - 25} smaller ones with {5000 - shown:,} subjects are not"
    assert len(_part(figure, "intersections")[0].y) == 25
    assert said in alt_text(figure)
    assert any(said in note.text for note in figure.layout.annotations)
    assert sum(_part(figure, "sizes")[0].x) == sum(
        n * p.count("1") for p, n in patterns.itertuples(index=False)
    )


def test_hovers_speak_of_membership() -> None:
    hovers = _part(_draw(PATTERNS, NAMES), "intersections")[0].hovertext
    assert hovers[0] == "<b>30 subjects</b> (73.2% of 41)<br>in none of them"
    assert hovers[2].endswith("in Women<br>in Over 65<br>not in Europe")


def test_names_are_literal_but_in_the_description() -> None:
    figure = _draw(_many(5), LONG)
    said = [note.text for note in figure.layout.annotations]
    assert any("&#60;b&#62;ECOG" in text for text in said)
    assert "in &#60;b&#62;ECOG" in "".join(_part(figure, "intersections")[0].hovertext)
    assert "<b>ECOG</b> 0 & 1" in alt_text(figure)


@pytest.mark.parametrize(
    ("frame", "names", "rule"),
    [
        (PATTERNS.assign(pattern="01"), NAMES, "a pattern is 3 signs of 0 or 1"),
        (PATTERNS.assign(pattern="01x"), NAMES, "a pattern is 3 signs of 0 or 1"),
        (PATTERNS.assign(subjects=-1), NAMES, "subjects >= 0"),
        (PATTERNS, ["A", "A", "B"], "the names of cohorts differ"),
        (PATTERNS, [f"C{n}" for n in range(9)], "1 <= cohorts <= 8"),
    ],
)
def test_what_is_no_overlap_is_refused(frame: pd.DataFrame, names: list[str], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        _draw(frame, names)


def test_nobody_is_a_sentence() -> None:
    assert alt_text(_draw(PATTERNS.assign(subjects=0), NAMES)) == (
        "No subject is in any of these cohorts."
    )


FIGURES = {
    "three": lambda: _draw(PATTERNS, NAMES),
    "one": lambda: _draw(pd.DataFrame({"pattern": ["1"], "subjects": [1]}), ["Only"]),
    "five": lambda: _draw(_many(5), LONG),
    "eight": lambda: _draw(_many(8), [*LONG, *NAMES[:2], "Asia"]),
    "large": lambda: _draw(PATTERNS.assign(subjects=PATTERNS["subjects"] * 123_456), NAMES),
    "hostile": lambda: _draw(_many(4), ["<a href='x'>", "%{x}" * 30, "W" * 90, "$a$ &amp;"]),
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
    assert alt_text(figure).startswith("Overlap of ")
    assert {trace.type for trace in figure.data} <= {"bar", "scatter"}
    assert themed(figure, "dark").to_json()
