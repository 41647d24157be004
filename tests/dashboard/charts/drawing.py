"""What a browser made of a figure: where each text and shape stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import plotly.graph_objects as go

_LEADING = 3  # pixels of a line that no letter reaches, on either side of it


@dataclass(frozen=True, slots=True)
class Box:
    """A text or a shape, in pixels from the upper left corner of the figure."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    turned: bool = False

    def meets(self, other: Box) -> bool:
        one, two = self._letters(), other._letters()
        across = min(one.right, two.right) - max(one.left, two.left)
        down = min(one.bottom, two.bottom) - max(one.top, two.top)
        return across > 1 and down > 1

    def _letters(self) -> Box:
        x, y = (_LEADING, 0) if self.turned else (0, _LEADING)
        return Box(self.text, self.left + x, self.top + y, self.right - x, self.bottom - y)

    def inside(self, other: Box, by: float = 0) -> bool:
        return (
            self.left >= other.left - by
            and self.right <= other.right + by
            and self.top >= other.top - by
            and self.bottom <= other.bottom + by
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What a browser made of a figure."""

    texts: tuple[Box, ...]
    shapes: tuple[Box, ...]
    links: int
    frame: Box

    def crowded(self) -> list[str]:
        """Texts that lie on one another."""
        pairs = combinations(self.texts, 2)
        return [f"{one.text!r} on {other.text!r}" for one, other in pairs if one.meets(other)]

    def clipped(self) -> list[str]:
        """Texts that leave the figure."""
        return [text.text for text in self.texts if not text.inside(self.frame, by=1)]


LayOut = Callable[[go.Figure, int], Drawing]
