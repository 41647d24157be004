"""One look: arms keep their colours, everything can be read, figures agree with the pages."""

from __future__ import annotations

import tomllib
from dataclasses import asdict
from importlib.resources import files
from itertools import combinations

import numpy as np
import plotly.graph_objects as go
import pytest

from dashboard.charts.contrast import contrast
from dashboard.charts.theme import (
    ARM_PALETTE,
    DARK,
    LIGHT,
    NEUTRAL,
    Mode,
    Tones,
    alt_text,
    arm_colours,
    arm_styles,
    empty_figure,
    new_figure,
    themed,
)
from tests.dashboard.charts.colour_vision import DEUTERANOPIA, NORMAL, PROTANOPIA, lab


@pytest.mark.parametrize("background", [LIGHT.background, DARK.background])
@pytest.mark.parametrize("colour", [*ARM_PALETTE, NEUTRAL])
def test_arm_colours_stand_out_from_both_backgrounds(colour: str, background: str) -> None:
    assert contrast(colour, background) >= 3


@pytest.mark.parametrize("vision", [NORMAL, DEUTERANOPIA, PROTANOPIA], ids=["all", "deut", "prot"])
def test_arm_colours_stay_apart_for_colour_blind_readers(vision: np.ndarray) -> None:
    labs = [lab(colour, vision) for colour in ARM_PALETTE]
    distances = [float(np.linalg.norm(a - b)) for a, b in combinations(labs, 2)]
    first_four = [float(np.linalg.norm(a - b)) for a, b in combinations(labs[:4], 2)]
    assert min(distances) > 8
    assert min(first_four) > 18


@pytest.mark.parametrize("tones", [LIGHT, DARK], ids=["light", "dark"])
def test_text_can_be_read(tones: Tones) -> None:
    for ink in (tones.text, tones.muted):
        assert contrast(ink, tones.background) >= 4.5
        assert contrast(ink, tones.surface) >= 4.5


@pytest.mark.parametrize(("mode", "tones"), [("light", LIGHT), ("dark", DARK)])
def test_arm_names_can_be_read_as_text(mode: Mode, tones: Tones) -> None:
    for arm, style in arm_styles([f"Arm {n}" for n in range(8)] + ["All subjects"]).items():
        figure = new_figure(arm, height=100)
        figure.add_annotation(text=arm, font={"color": style.ink})
        ink = themed(figure, mode).layout.annotations[0].font.color
        assert contrast(ink, tones.background) >= 4.5
        assert contrast(ink, tones.surface) >= 4.5


def test_an_arm_has_the_same_style_whichever_others_are_shown() -> None:
    order = ["Placebo", "Low", "High"]
    alone = arm_styles(["High"], order)
    together = arm_styles(["High", "Placebo", "Low"], order)
    assert alone["High"] == together["High"]
    assert len({style.colour for style in together.values()}) == 3


def test_arms_differ_without_colour() -> None:
    styles = list(arm_styles([f"Arm {n}" for n in range(6)]).values())
    assert len({style.dash for style in styles}) == 6
    assert len({style.symbol for style in styles}) == 6


def test_more_arms_than_colours_still_differ() -> None:
    styles = arm_styles([f"Arm {n}" for n in range(16)]).values()
    assert len({(s.colour, s.dash) for s in styles}) == 16


def test_pooled_arm_is_neutral_and_takes_no_colour_away() -> None:
    colours = arm_colours(["All subjects", "Placebo"])
    assert colours == {"All subjects": NEUTRAL, "Placebo": ARM_PALETTE[0]}


def test_every_role_has_a_colour_of_its_own() -> None:
    # `themed` swaps colours by value: two roles with one colour could not be told apart.
    for tones in (LIGHT, DARK):
        colours = [*asdict(tones).values(), *ARM_PALETTE, NEUTRAL]
        assert len(set(colours)) == len(colours)


def test_themed_changes_roles_and_keeps_arms() -> None:
    figure = new_figure("", height=100)
    figure.add_scatter(x=[0], y=[0], line={"color": ARM_PALETTE[0]}, fillcolor="rgba(0, 0, 0, 0.1)")
    figure.add_annotation(text=f'<b style="color:{LIGHT.muted}">x</b>', font={"color": LIGHT.text})
    dark = themed(figure, "dark")
    assert dark.data[0].line.color == ARM_PALETTE[0]
    assert dark.layout.annotations[0].font.color == DARK.text
    assert DARK.muted in dark.layout.annotations[0].text
    assert figure.layout.annotations[0].font.color == LIGHT.text
    back = themed(dark, "light")
    assert back.layout.annotations[0].font.color == LIGHT.text


def test_themed_leaves_data_alone() -> None:
    figure = go.Figure(new_figure("what it shows", height=100))
    figure.add_scatter(x=np.arange(5.0), y=np.arange(5) ** 2)
    dark = themed(figure, "dark")
    assert dark.data[0].x.tolist() == [0, 1, 2, 3, 4]
    assert dark.layout.meta["alt"] == "what it shows"
    assert dark.layout.height == 100


def test_themed_leaves_words_about_a_figure_alone() -> None:
    said = f"Arm {LIGHT.accent} against {LIGHT.background}: 12 events"
    figure = go.Figure(new_figure(said, height=100))
    figure.add_scatter(x=[0], y=[0], meta={"part": LIGHT.muted}, line={"color": LIGHT.muted})
    dark = themed(figure, "dark")
    assert alt_text(dark) == said
    assert dark.data[0].meta["part"] == LIGHT.muted
    assert dark.data[0].line.color == DARK.muted


def test_empty_figure_says_why() -> None:
    figure = empty_figure("No subject has an age.")
    assert (
        figure.layout.annotations[0].text == figure.layout.meta["alt"] == "No subject has an age."
    )


def _settings() -> dict[str, dict[str, object]]:
    text = (files("dashboard") / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    theme: dict[str, dict[str, object]] = tomllib.loads(text)["theme"]
    return theme


@pytest.mark.parametrize(("mode", "tones"), [("light", LIGHT), ("dark", DARK)])
def test_figures_agree_with_the_pages(mode: str, tones: Tones) -> None:
    theme = _settings()[mode]
    assert theme["backgroundColor"] == tones.background
    assert theme["secondaryBackgroundColor"] == tones.surface
    assert theme["textColor"] == tones.text
    assert theme["linkColor"] == tones.accent
    assert _settings()["chartCategoricalColors"] == list(ARM_PALETTE)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_pages_can_be_read(mode: str) -> None:
    theme = _settings()[mode]
    assert contrast("#FFFFFF", str(theme["primaryColor"])) >= 4.5
    for surface in ("backgroundColor", "secondaryBackgroundColor"):
        assert contrast(str(theme["textColor"]), str(theme[surface])) >= 7
        assert contrast(str(theme["linkColor"]), str(theme[surface])) >= 4.5


def test_settings_ask_nothing_of_the_internet() -> None:
    assert "://" not in (files("dashboard") / ".streamlit" / "config.toml").read_text("utf-8")
