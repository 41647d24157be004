"""Where the measure of a comparison stands on an axis, and how it is said.

Differences stand in percentage points; ratios in powers of two, so that a doubling and a halving
are equally far from 1. Whatever lies beyond the axis, infinity included, stands at its end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import floor, inf, isfinite, isnan, log2
from typing import Any

from dashboard.charts.lettering import fitted
from dashboard.text import interval

DIFFERENCE = "risk difference"
_FARTHEST = 5.0  # powers of two: ratios from 1/32 to 32
_MOST_TICKS = 5
_LEAST_SPAN = {True: 1.0, False: 5.0}  # ratio or not: on either side of no effect


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectAxis:
    """The axis of a measure.

    Parameters
    ----------
    measure : str
        As in the analysis of adverse events.
    low, high : float
        The ends of the axis, in its own positions.

    Examples
    --------
    >>> axis = EffectAxis.holding([0.25, 2.0, float("inf")], measure="risk ratio")
    >>> axis.at(0.25), axis.at(float("inf")) == axis.high, axis.beyond(float("inf"))
    (-2.0, True, 'right')
    """

    measure: str
    low: float
    high: float

    @classmethod
    def holding(cls, values: Iterable[float], *, measure: str) -> EffectAxis:
        """The axis that has room for values, the farthest ratios apart."""
        ratio = measure != DIFFERENCE
        places = [place for value in values if isfinite(place := _place(value, ratio))]
        if ratio:
            places = [min(max(place, -_FARTHEST), _FARTHEST) for place in places]
        least = _LEAST_SPAN[ratio]
        low, high = min([*places, -least]), max([*places, least])
        room = 0.06 * (high - low)
        return cls(measure=measure, low=low - room, high=high + room)

    @property
    def is_ratio(self) -> bool:
        """Whether no effect is 1, not 0."""
        return self.measure != DIFFERENCE

    def at(self, value: float) -> float:
        """The position of a value; the end of the axis for what lies beyond; NaN for NaN."""
        place = _place(value, self.is_ratio)
        return place if isnan(place) else min(max(place, self.low), self.high)

    def beyond(self, value: float) -> str | None:
        """Past which end of the axis a value lies; None when it lies on it."""
        place = _place(value, self.is_ratio)
        return "left" if place < self.low else "right" if place > self.high else None

    def layout(self, **more: Any) -> dict[str, Any]:
        """The axis for Plotly."""
        axis: dict[str, Any] = {"range": [self.low, self.high], "tickangle": 0, **more}
        if not self.is_ratio:
            return {**axis, "nticks": _MOST_TICKS + 1}
        step = max(1, -(-int(self.high - self.low) // _MOST_TICKS))
        most = floor(max(self.high, -self.low) / step) * step
        powers = [p for p in range(-most, most + 1, step) if self.low <= p <= self.high]
        return {
            **axis,
            "tickmode": "array",
            "tickvals": powers,
            "ticktext": [f"{2.0**power:.3g}" for power in powers],
        }

    def title(self, reference: str, *, pixels: float, size: float) -> str:
        """What the axis shows, in lines that fit."""
        said = (
            f"{self.measure.capitalize()} from {reference} (log scale)"
            if self.is_ratio
            else f"Difference from {reference}, percentage points"
        )
        return fitted(said, pixels, size=size, most=3)

    def said(self, estimate: float, lower: float, upper: float, level: float) -> str:
        """An estimate with its interval, as texts at the pointer have it."""
        if isnan(estimate):
            return f"{self.measure} not estimable"
        factor, digits = (1, 2) if self.is_ratio else (100, 1)
        values = (factor * estimate, factor * lower, factor * upper)
        first, limits = interval(*values, digits).replace("inf", "∞").split(" (", 1)
        said = f"{self.measure} {first}" if self.is_ratio else f"difference {first} points"
        return f"{said} ({level:.0%} CI {limits}".replace("-", "−")


def _place(value: float, ratio: bool) -> float:
    if not ratio:
        return 100 * value
    if isnan(value) or value == inf:
        return value
    return log2(value) if value > 0 else -inf
