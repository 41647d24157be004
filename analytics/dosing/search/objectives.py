"""What a search for dose-escalation designs wants, and what it does not accept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.checks import require
from analytics.dosing.search.measures import dose_measure
from analytics.results import Result, registered
from analytics.search.bound import Bound
from analytics.search.objectives import DIRECTIONS, MEAN, QUANTILE, WORST, summary
from analytics.search.protocol import Direction

OVER = (MEAN, WORST, QUANTILE)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class DoseObjective(Result):
    """A figure to make as small, or as large, as is good.

    Parameters
    ----------
    measure : str
        A name in `DOSE_MEASURES`.
    over : {"mean", "worst", "quantile"}
        Over the scenarios: mean, worst, or what a share `quantile` of them is at least as good as.
    quantile : float
        0 < quantile < 1.

    Examples
    --------
    >>> DoseObjective(measure="correct", over="worst").label
    'correct worst'
    """

    measure: str
    over: str = MEAN
    quantile: float = 0.9

    def __post_init__(self) -> None:
        _require_sound(self.measure, self.over, self.quantile)

    @property
    def direction(self) -> Direction:
        """As the measure is wanted."""
        return DIRECTIONS[int(dose_measure(self.measure).larger_is_better)]

    @property
    def sign(self) -> float:
        """-1 for what is made large: sign x value is made small."""
        return -1.0 if self.direction == "maximize" else 1.0

    @property
    def label(self) -> str:
        """Short and unique within a search."""
        return _label(self.measure, self.over, self.quantile)

    def over_scenarios(self, values: Sequence[float]) -> float:
        """One value from those of the scenarios."""
        return summary(values, [1.0] * len(values), self.over, self.quantile, self.sign)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class DoseConstraint(Bound, Result):
    """A figure that must not be too small, or too large.

    Parameters
    ----------
    measure, over, quantile
        As in `DoseObjective`.
    at_least, at_most : float, optional
        One of them.

    Examples
    --------
    >>> constraint = DoseConstraint(measure="overdosed", at_most=0.25)
    >>> constraint.label, round(constraint.violation(0.3), 3)
    ('overdosed mean <= 0.25', 0.2)
    """

    measure: str
    at_least: float | None = None
    at_most: float | None = None
    over: str = MEAN
    quantile: float = 0.9

    def __post_init__(self) -> None:
        _require_sound(self.measure, self.over, self.quantile)
        self._require_one_bound()

    @property
    def label(self) -> str:
        """Short and unique within a search."""
        return f"{_label(self.measure, self.over, self.quantile)} {self.relation} {self.bound:g}"

    def over_scenarios(self, values: Sequence[float]) -> float:
        """One value from those of the scenarios."""
        return summary(values, [1.0] * len(values), self.over, self.quantile, self.sign)


def _require_sound(measure: str, over: str, quantile: float) -> None:
    dose_measure(measure)
    require(over in OVER, f"over in {OVER}", over=over)
    require(0 < quantile < 1, "0 < quantile < 1", quantile=quantile)


def _label(measure: str, over: str, quantile: float) -> str:
    return f"{measure} {over}" if over != QUANTILE else f"{measure} quantile {quantile:g}"
