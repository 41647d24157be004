"""Freezing results: what a reader will see, rendered once, with pictures for any screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from dashboard.cards import Card
from dashboard.charts.theme import Mode, themed
from dashboard.exports.browser import Picture as Drawing
from dashboard.exports.browser import PictureUnavailable, draw_all
from queries.workspace import NewCard, Picture

_USUAL_HEIGHT = 450


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """A width that figures are drawn for, and pixels of the picture for each of its own."""

    name: Literal["wide", "narrow"]
    width: int
    scale: float


# PNG: half the bytes of an SVG with its typeface in it, and nothing but dots to be read out.
SCREENS = (
    Screen(name="wide", width=840, scale=2),
    Screen(name="narrow", width=358, scale=3),
)
MODES: tuple[Mode, ...] = ("light", "dark")


def freeze(cards: Sequence[Card]) -> tuple[NewCard, ...]:
    """Results as they are kept in a share.

    Every figure is drawn for a wide and a narrow screen, light and dark, by the installed
    Chromium. Without one a share has tables alone.

    Parameters
    ----------
    cards : sequence of Card
        As their audience gets them; of two with one name the second is numbered.

    Examples
    --------
    >>> [one.name for one in freeze([Card(name="A", notes=()), Card(name="A", notes=())])]
    ['A', 'A (2)']
    """
    named = _with_own_names(cards)
    pictures = _pictures(named)
    return tuple(
        NewCard(name=card.name, card_json=card.to_json(), pictures=pictures.get(place, ()))
        for place, card in enumerate(named)
    )


def _with_own_names(cards: Sequence[Card]) -> list[Card]:
    seen: Counter[str] = Counter()
    named = []
    for card in cards:
        seen[card.name] += 1
        number = seen[card.name]
        named.append(card if number == 1 else replace(card, name=f"{card.name} ({number})"))
    return named


def _pictures(cards: Sequence[Card]) -> dict[int, tuple[Picture, ...]]:
    asked = [
        (place, screen, mode, _drawing(card, screen, mode))
        for place, card in enumerate(cards)
        if card.figure is not None
        for screen in SCREENS
        for mode in MODES
    ]
    try:
        drawn = draw_all([drawing for *_, drawing in asked])
    except PictureUnavailable:
        return {}
    found: dict[int, tuple[Picture, ...]] = {}
    for (place, screen, mode, drawing), png in zip(asked, drawn, strict=True):
        height = int(drawing.figure.layout.height)
        variant = f"{screen.name}-{mode}"
        one = Picture(variant=variant, width=screen.width, height=height, png=png)
        found[place] = (*found.get(place, ()), one)
    return found


def _drawing(card: Card, screen: Screen, mode: Mode) -> Drawing:
    figure = themed(card.figure, mode)
    height = figure.layout.height or _USUAL_HEIGHT
    figure.update_layout(width=screen.width, height=height, autosize=False)
    return Drawing(figure=figure, format="png", scale=screen.scale)
