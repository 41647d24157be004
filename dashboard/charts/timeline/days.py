"""The day axis that all figures of one subject share.

Study day 1 is the day of the first dose and the day before it is −1: there is no day 0.
On the axis a day takes the place from its position to one more, so that day −1 ends where
day 1 begins.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from analytics.checks import require

LEFT, RIGHT = 126, 18  # margins, the same in every figure, so that their days stand in line
PLOT_PIXELS = 236  # between them on the narrowest screen
_MOST_TICKS = 6
_STEPS = (1, 2, 7, 14, 28, 56, 84, 168, 336, 672, 1344, 2688)
_PADDING = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class DayAxis:
    """The days from `first` to `last`, and the date of day 1 where it is known.

    Examples
    --------
    >>> axis = DayAxis(first=-7, last=60)
    >>> axis.starts(-1), axis.starts(1), axis.ends(1)
    (-1.0, 0.0, 1.0)
    >>> axis.ticks
    [1, 15, 29, 43, 57]
    >>> DayAxis(first=1, last=60, first_dose=date(2024, 2, 27)).say(3)
    'day 3 (29 February 2024)'
    """

    first: int
    last: int
    first_dose: date | None = None

    @classmethod
    def around(
        cls, days: Iterable[float], *, span: tuple[int, int] | None, first_dose: date | None
    ) -> DayAxis:
        """The axis from the first to the last known day, and at least over `span`."""
        known = [int(day) for day in [*days, *(span or ())] if pd.notna(day)]
        first, last = min(known, default=1), max(known, default=1)
        require(first != 0 and last != 0, "there is no study day 0", first=first, last=last)
        return cls(first=first, last=last, first_dose=first_dose)

    def starts(self, day: float) -> float:
        """Where a day begins on the axis."""
        return float(day - 1 if day > 0 else day)

    def ends(self, day: float) -> float:
        """Where a day ends; the end of the axis for a missing day."""
        return self.starts(self.last if pd.isna(day) else day) + 1

    def middle(self, day: float) -> float:
        """Where a mark for a day stands."""
        return self.starts(day) + 0.5

    @property
    def length(self) -> float:
        return self.ends(self.last) - self.starts(self.first)

    @property
    def range(self) -> tuple[float, float]:
        room = _PADDING * self.length
        return self.starts(self.first) - room, self.ends(self.last) + room

    def pixels(self, place: float) -> float:
        """Pixels from the left end of the axis on the narrowest screen."""
        low, high = self.range
        return (place - low) / (high - low) * PLOT_PIXELS

    @property
    def ticks(self) -> list[int]:
        """Days that stand a round number of days from day 1."""
        step = next((s for s in _STEPS if self.length / s <= _MOST_TICKS - 1), _STEPS[-1])
        low, high = self.starts(self.first), self.starts(self.last)
        places = range(int(low // step) * step, int(high) + 1, step)
        return [place + 1 if place >= 0 else place for place in places if place >= low]

    def say(self, day: float) -> str:
        """A day in words, with its date where the date of the first dose is known."""
        said = f"day {int(day):,}".replace("-", "\N{MINUS SIGN}")
        if self.first_dose is None:
            return said
        on = self.first_dose + timedelta(days=int(self.starts(day)))
        return f"{said} ({on.day} {on:%B %Y})"

    def layout(self) -> dict[str, Any]:
        """Settings of the horizontal axis."""
        return {
            "range": list(self.range),
            "tickmode": "array",
            "tickvals": [self.middle(day) for day in self.ticks],
            "ticktext": [f"{day:,}".replace("-", "\N{MINUS SIGN}") for day in self.ticks],
            "title": {"text": "Study day (1 = first dose)"},
            "showgrid": True,
        }


def checked_days(frame: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """A frame with an index of its own whose days are whole, not 0, or missing.

    Examples
    --------
    >>> checked_days(pd.DataFrame({"day": [1, None]}), ["day"])["day"].tolist()
    [1.0, nan]
    """
    columns = list(columns)
    days = frame[columns].astype(float)
    for column in columns:
        known = days[column].dropna()
        require(not (known == 0).any(), "there is no study day 0", column=column)
        broken = known[known % 1 != 0].tolist()
        require(not broken, "study days are whole numbers", column=column, received=broken[:3])
    return frame.assign(**{column: days[column] for column in columns}).reset_index(drop=True)
