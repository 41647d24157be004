"""What a search wants, and what it does not accept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.checks import require
from analytics.design.assumptions.survival import SurvivalAssumptions
from analytics.results import Result, registered
from analytics.search.bound import Bound
from analytics.search.measures import measure_of
from analytics.search.protocol import Direction

ASSUMED, MEAN, WORST, QUANTILE = "assumed", "mean", "worst", "quantile"
OVER = (ASSUMED, MEAN, WORST, QUANTILE)
DIRECTIONS: tuple[Direction, Direction] = ("minimize", "maximize")
_ROUNDING = 1e-12


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario(Result):
    """Other assumptions under which a design should hold.

    Parameters
    ----------
    name : str
    assumptions : SurvivalAssumptions
        Its hazards, effects, dropout and rates of accrual count; subjects, sites and allocation
        are those of the design that is tried.
    weight : float
        > 0, relative to the other scenarios.

    Examples
    --------
    >>> from analytics.design import Accrual, HazardAssumption, TreatmentEffect
    >>> Scenario(name="Small effect", weight=0.5, assumptions=SurvivalAssumptions.of(
    ...     control=HazardAssumption.exponential(median=12),
    ...     effect=TreatmentEffect.constant(0.8),
    ...     accrual=Accrual.uniform(subjects=500, duration=18))).weight
    0.5
    """

    name: str
    assumptions: SurvivalAssumptions
    weight: float = 1.0

    def __post_init__(self) -> None:
        require(bool(self.name.strip()), "a scenario has a name", name=self.name)
        require(0 < self.weight < np.inf, "weight > 0", weight=self.weight)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Objective(Result):
    """A figure to make as small, or as large, as possible.

    Parameters
    ----------
    measure : str
        A name in `MEASURES`.
    direction : {"minimize", "maximize"}, optional
        Otherwise the natural one of the measure.
    over : {"assumed", "mean", "worst", "quantile"}
        Under the assumptions of the design, or over the scenarios: weighted mean, worst, or what
        a share `quantile` of the scenarios, by weight, is at least as good as.
    quantile : float
        0 < quantile < 1.
    month : float, optional
        For "finished_by".

    Examples
    --------
    >>> Objective(measure="expected_duration").direction_or_natural
    'minimize'
    >>> Objective(measure="power", over="worst").label
    'power worst'
    """

    measure: str
    direction: str | None = None
    over: str = ASSUMED
    quantile: float = 0.9
    month: float | None = None

    def __post_init__(self) -> None:
        _require_sound(self.measure, self.over, self.quantile, self.month)
        known = self.direction is None or self.direction in DIRECTIONS
        require(known, f"direction in {DIRECTIONS}", direction=self.direction)

    @property
    def direction_or_natural(self) -> Direction:
        """As stated, or as the measure is usually wanted."""
        larger = measure_of(self.measure).larger_is_better
        if self.direction is not None:
            larger = self.direction == "maximize"
        return DIRECTIONS[int(larger)]

    @property
    def sign(self) -> float:
        """-1 for what is made large: sign x value is made small."""
        return 1.0 if self.direction_or_natural == "minimize" else -1.0

    @property
    def label(self) -> str:
        """Short and unique within a search."""
        return _label(self.measure, self.over, self.quantile, self.month)

    def over_scenarios(self, values: Sequence[float], weights: Sequence[float]) -> float:
        """One value from those of the scenarios."""
        return summary(values, weights, self.over, self.quantile, self.sign)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint(Bound, Result):
    """A figure that must not be too small, or too large.

    Parameters
    ----------
    measure, over, quantile, month
        As in `Objective`.
    at_least, at_most : float, optional
        One of them.

    Examples
    --------
    >>> constraint = Constraint(measure="power", at_least=0.9)
    >>> constraint.label, round(constraint.violation(0.81), 3)
    ('power >= 0.9', 0.1)
    """

    measure: str
    at_least: float | None = None
    at_most: float | None = None
    over: str = ASSUMED
    quantile: float = 0.9
    month: float | None = None

    def __post_init__(self) -> None:
        _require_sound(self.measure, self.over, self.quantile, self.month)
        self._require_one_bound()

    @property
    def label(self) -> str:
        """Short and unique within a search."""
        named = _label(self.measure, self.over, self.quantile, self.month)
        return f"{named} {self.relation} {self.bound:g}"

    def over_scenarios(self, values: Sequence[float], weights: Sequence[float]) -> float:
        """One value from those of the scenarios."""
        return summary(values, weights, self.over, self.quantile, self.sign)


def summary(
    values: Sequence[float], weights: Sequence[float], over: str, quantile: float, sign: float
) -> float:
    """One value from those of scenarios; sign x value is what should be small.

    Examples
    --------
    >>> summary([10, 20, 30], [1, 1, 2], "mean", 0.9, 1.0)
    22.5
    >>> summary([0.9, 0.8, 0.7], [2, 1, 1], "quantile", 0.75, -1.0)
    0.8
    """
    loss, share = sign * np.asarray(values, dtype=float), np.asarray(weights, dtype=float)
    if over == WORST:
        return float(sign * loss.max())
    if over == MEAN:
        return float(sign * (loss @ share) / share.sum())
    order = np.argsort(loss, kind="stable")
    reached = np.cumsum(share[order]) / share.sum()
    place = int(np.searchsorted(reached, quantile - _ROUNDING))
    return float(sign * loss[order][min(place, loss.size - 1)])


def _require_sound(measure: str, over: str, quantile: float, month: float | None) -> None:
    needs = measure_of(measure).needs == "month"
    require(needs == (month is not None), "finished_by, and nothing else, has a month", month=month)
    require(month is None or 0 <= month < np.inf, "month >= 0", month=month)
    require(over in OVER, f"over in {OVER}", over=over)
    require(0 < quantile < 1, "0 < quantile < 1", quantile=quantile)


def _label(measure: str, over: str, quantile: float, month: float | None) -> str:
    when = "" if month is None else f" {month:g}"
    how = {ASSUMED: "", QUANTILE: f" quantile {quantile:g}"}.get(over, f" {over}")
    return f"{measure}{when}{how}"
