"""Names out of the data are drawn as they are, and fit where they stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.charts.lettering import (
    fitted,
    legend_pixels,
    lines_within,
    literal,
    text_width,
)
from dashboard.charts.theme import DARK, FONT, LIGHT, new_figure, themed
from tests.dashboard.charts.drawing import LayOut

HOSTILE = (
    "<b>bold</b>",
    '<a href="https://example.org">link</a>',
    "<br>",
    "%{x} and %{customdata[0]}",
    "$\\alpha$ and $2",
    LIGHT.text,
    "&lt;i&gt;",
    "Grade <3 & >1",
    "12% of #5",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_sign_that_plotly_reads_is_left(text: str) -> None:
    drawn = literal(text)
    assert not set(drawn) & set("<>%$")
    assert "<br>" not in drawn
    figure = new_figure("", height=100).add_annotation(text=drawn)
    assert themed(figure, "dark").layout.annotations[0].text == drawn
    assert DARK.text not in drawn


@pytest.mark.parametrize("text", [None, "", " \t\n"])
def test_a_name_without_letters_can_still_be_seen(text: object) -> None:
    assert literal("" if text is None else text) == "(blank)"


def test_signs_that_would_break_a_file_or_turn_the_text_are_left_out() -> None:
    assert literal("a\x00b\x07c\nd\u202ee\ud800") == "abc de\N{REPLACEMENT CHARACTER}"


@given(st.text(max_size=80), st.floats(40, 300), st.sampled_from([10.0, 12.0, 14.0]))
def test_lines_fit_and_lose_nothing(text: str, pixels: float, size: float) -> None:
    lines = lines_within(text, pixels, size=size)
    assert all(text_width(line, size) <= pixels for line in lines)
    assert "".join(lines).replace(" ", "") == "".join(lines_within(text, 1e9, size=size)).replace(
        " ", ""
    )


@given(st.text(min_size=1, max_size=200), st.integers(1, 3))
def test_no_more_lines_than_asked_for(text: str, most: int) -> None:
    lines = lines_within(text, 90, size=12, most=most)
    assert 1 <= len(lines) <= most
    assert all(text_width(line, 12) <= 90 for line in lines)


def test_a_word_that_is_too_long_is_broken() -> None:
    lines = lines_within("Hydroxychloroquinephosphate", 80, size=12)
    assert len(lines) > 1
    assert "".join(lines) == "Hydroxychloroquinephosphate"


def test_breaks_are_the_only_markup_of_fitted_text() -> None:
    assert fitted("<b>A</b> <i>B</i>", 60, size=12).count("<br>") == 1


def test_longer_legends_are_higher() -> None:
    assert legend_pixels([]) == 0
    assert legend_pixels(["A"]) < legend_pixels(["Rather long name"] * 4)


@pytest.mark.browser
def test_text_is_drawn_as_it_is_and_no_wider_than_measured(lay_out: LayOut) -> None:
    texts = [*HOSTILE, "WITHDRAWAL BY SUBJECT", "minimum illicit fjord", "0123456789 (n = 12,345)"]
    for family in (FONT, "Liberation Sans, Arial, sans-serif"):
        figure = new_figure("", height=60 * len(texts))
        figure.update_layout(font={"family": family})
        for place, text in enumerate(texts):
            where = {"x": 0, "y": place / len(texts), "xref": "paper", "yref": "paper"}
            figure.add_annotation(
                text=literal(text), showarrow=False, xanchor="left", yanchor="bottom", **where
            )
        drawing = lay_out(figure, 1400)
        drawn = {box.text: box.right - box.left for box in drawing.texts}
        assert drawing.links == 0
        for text in texts:
            assert drawn[text] <= text_width(text, 14) + 1
