"""The courses that a trial may take, and the spread of cost, duration and value over them.

A course is how one trial went: how long it took, how many subjects it randomised, how many
analyses were made, whether it succeeded. Closed forms give one course per look at which the trial
may stop, with its probability; simulations give one per simulated trial, all of the same weight.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analytics.checks import require
from analytics.design.cost import Costs, ValueCurve
from analytics.results import Result, registered, require_columns

Floats = NDArray[np.float64]
COLUMNS = ("quantity", "expected", "q05", "q95", "mc_std_err", "unit")
_ROUNDING = 1e-9  # how far the sum of probabilities may be from 1, and of shares of it
_SUM = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrialCourses:
    """Courses of one trial with their probabilities; arrays of one length.

    Use `at_looks` or `simulated` to make them.

    Parameters
    ----------
    months : array
        From the first subject to the last analysis, >= 0.
    subjects : array
        Randomised, >= 0.
    analyses : array
        Made, interim and final ones together, >= 0.
    weights : array
        Probability of each course; they add up to 1.
    success : array
        1 for a course that ends with efficacy shown, 0 for one that does not; between them, the
        share that does.
    subject_months : array, optional
        Months on study added up over subjects.
    activated_sites : array, optional
        Sites opened; all planned ones when left out.
    n_sim : int
        Simulated trials; 0 for a closed form, whose figures have no Monte-Carlo error.
    """

    months: Floats
    subjects: Floats
    analyses: Floats
    weights: Floats
    success: Floats
    subject_months: Floats | None = None
    activated_sites: Floats | None = None
    n_sim: int = 0

    def __post_init__(self) -> None:
        size = self.months.shape
        require(len(size) == 1 and size[0] > 0, "there is at least one course", shape=size)
        for name in ("months", "subjects", "analyses", "weights", "success"):
            self._require_sound(name, getattr(self, name))
        for name in ("subject_months", "activated_sites"):
            if getattr(self, name) is not None:
                self._require_sound(name, getattr(self, name))
        whole = abs(float(self.weights.sum()) - 1) < _SUM
        require(whole, "the probabilities of all courses add up to 1", total=self.weights.sum())
        shares = bool((self.success <= 1 + _ROUNDING).all())
        require(shares, "success is a share from 0 to 1", largest=float(self.success.max()))

    def _require_sound(self, name: str, values: Floats) -> None:
        shape, wanted = values.shape, self.months.shape
        require(shape == wanted, "there is one value per course", name=name, shape=shape)
        sound = bool((np.isfinite(values) & (values >= 0)).all())
        require(sound, f"{name} are finite and >= 0", smallest=float(values.min()))

    @classmethod
    def at_looks(
        cls,
        *,
        months: ArrayLike,
        subjects: ArrayLike,
        efficacy: ArrayLike,
        other: ArrayLike,
        subject_months: ArrayLike | None = None,
    ) -> TrialCourses:
        """The courses of a closed form: the trial stops at one of its looks.

        Parameters
        ----------
        months, subjects : array
            When each look is made, and how many subjects are randomised if the trial stops there.
        efficacy : array
            Probability that it stops at each look with efficacy shown.
        other : array
            Probability that it stops there without: for futility, or at the end.
        subject_months : array, optional
            Months on study, added up over subjects, if the trial stops at each look.

        Examples
        --------
        >>> courses = TrialCourses.at_looks(months=[12, 20], subjects=[200, 300],
        ...                                 efficacy=[0.3, 0.5], other=[0.05, 0.15])
        >>> courses.weights.round(2).tolist(), courses.analyses.tolist()
        ([0.35, 0.65], [1.0, 2.0])
        """
        shown, not_shown = np.asarray(efficacy, dtype=float), np.asarray(other, dtype=float)
        times = np.asarray(months, dtype=float)
        same = times.ndim == 1 and times.shape == shown.shape == not_shown.shape
        require(same, "each look has its probabilities", looks=times.shape, efficacy=shown.shape)
        sound = bool((shown >= 0).all() and (not_shown >= 0).all())
        require(sound, "probabilities are >= 0", efficacy=efficacy, other=other)
        weights = shown + not_shown
        success = np.divide(shown, weights, out=np.zeros_like(shown), where=weights > 0)
        return cls(
            months=times,
            subjects=np.asarray(subjects, dtype=float),
            analyses=np.arange(1.0, times.size + 1),
            weights=weights,
            success=success,
            subject_months=_optional(subject_months),
        )

    @classmethod
    def simulated(
        cls,
        *,
        months: ArrayLike,
        subjects: ArrayLike,
        looks: ArrayLike,
        success: ArrayLike,
        subject_months: ArrayLike | None = None,
        activated_sites: ArrayLike | None = None,
    ) -> TrialCourses:
        """The courses of simulated trials, one value per trial.

        Examples
        --------
        >>> courses = TrialCourses.simulated(months=[12, 20], subjects=[200, 300], looks=[1, 2],
        ...                                  success=[True, False])
        >>> courses.n_sim, courses.weights.tolist()
        (2, [0.5, 0.5])
        """
        times = np.asarray(months, dtype=float)
        return cls(
            months=times,
            subjects=np.asarray(subjects, dtype=float),
            analyses=np.asarray(looks, dtype=float),
            weights=np.full(times.shape, 1 / max(times.size, 1)),
            success=np.asarray(success, dtype=float),
            subject_months=_optional(subject_months),
            activated_sites=_optional(activated_sites),
            n_sim=times.size,
        )

    def costs(self, costs: Costs) -> Floats:
        """What each course costs."""
        amounts = costs.amounts(
            months=self.months,
            subjects=self.subjects,
            analyses=self.analyses,
            activated_sites=self.activated_sites,
            subject_months=self.subject_months,
        )
        return np.asarray(amounts.sum(axis=0))

    def forecast(
        self, costs: Costs, value: ValueCurve | None = None, *, only_success: bool = True
    ) -> CostForecast:
        """Expected cost, duration, subjects and net value with their 5-95 % ranges.

        Parameters
        ----------
        costs : Costs
        value : ValueCurve, optional
            What finishing at a month is worth, in the same currency.
        only_success : bool
            Whether the value is earned only by courses that show efficacy. Otherwise finishing
            is worth the same however the trial ends.

        Examples
        --------
        >>> courses = TrialCourses.at_looks(months=[12, 20], subjects=[200, 300],
        ...                                 efficacy=[0.3, 0.5], other=[0.05, 0.15])
        >>> forecast = courses.forecast(Costs(per_randomised=10_000))
        >>> round(forecast.expected("cost")), forecast.interval("cost")
        (2650000, (2000000.0, 3000000.0))
        """
        spent = self.costs(costs)
        rows = [
            self._row("cost", spent, costs.currency),
            self._row("duration", self.months, "months"),
            self._row("subjects", self.subjects, "subjects"),
            self._row("analyses", self.analyses, "analyses"),
        ]
        if value is not None:
            same = value.currency == costs.currency
            rule = "value and costs are in one currency"
            require(same, rule, value=value.currency, costs=costs.currency)
            rows += self._value_rows(spent, value, only_success)
        return CostForecast(
            costs=costs,
            value=value,
            only_success=only_success,
            n_sim=self.n_sim,
            table=pd.DataFrame(rows, columns=list(COLUMNS)),
        )

    def _value_rows(
        self, spent: Floats, curve: ValueCurve, only_success: bool
    ) -> list[tuple[object, ...]]:
        """Value and net value; a course of which a share succeeds is two."""
        worth = curve.value(self.months)
        shown = self.success if only_success else np.ones_like(self.success)
        gained = np.concatenate([worth, np.zeros_like(worth)])
        weights = np.concatenate([self.weights * shown, self.weights * (1 - shown)])
        net = gained - np.tile(spent, 2)
        unit = curve.currency
        return [
            (name, *_spread(values, weights, self.n_sim), unit)
            for name, values in (("value", gained), ("net value", net))
        ]

    def _row(self, name: str, values: Floats, unit: str) -> tuple[object, ...]:
        return (name, *_spread(values, self.weights, self.n_sim), unit)


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CostForecast(Result):
    """What a trial is expected to cost and how long it takes, over the courses it may take.

    Parameters
    ----------
    costs, value, only_success
        What it rests on, as given to `TrialCourses.forecast`.
    n_sim : int
        Simulated trials; 0 for a closed form.
    table : DataFrame
        One row per quantity: "cost", "duration", "subjects", "analyses" and, with a value curve,
        "value" and "net value". `expected` is the mean; in `q05` and `q95` lie the smallest values
        that are not exceeded with probability 5 % and 95 %; `mc_std_err` is the Monte-Carlo
        standard error of the mean, NaN for a closed form.

    Examples
    --------
    >>> courses = TrialCourses.simulated(months=[12, 20], subjects=[200, 300], looks=[1, 2],
    ...                                  success=[True, False])
    >>> courses.forecast(Costs(per_randomised=10_000)).interval("duration")
    (12.0, 20.0)
    """

    costs: Costs
    value: ValueCurve | None
    only_success: bool
    n_sim: int
    table: pd.DataFrame

    def __post_init__(self) -> None:
        require_columns(self.table, COLUMNS, "one row per quantity")

    def expected(self, quantity: str) -> float:
        """The mean of one quantity."""
        return float(self._of(quantity)["expected"])

    def interval(self, quantity: str) -> tuple[float, float]:
        """The 5 % and 95 % points of one quantity."""
        row = self._of(quantity)
        return float(row["q05"]), float(row["q95"])

    def to_frame(self) -> pd.DataFrame:
        """One row per quantity, as in `table`."""
        return self.table.copy()

    def _of(self, quantity: str) -> pd.Series[object]:
        known = tuple(self.table["quantity"])
        require(quantity in known, f"quantity in {known}", quantity=quantity)
        return self.table.set_index("quantity").loc[quantity]


def _optional(values: ArrayLike | None) -> Floats | None:
    return None if values is None else np.asarray(values, dtype=float)


def _spread(values: Floats, weights: Floats, n_sim: int) -> tuple[float, float, float, float]:
    """Mean, 5 % and 95 % points, and the standard error of the mean."""
    mean = float(values @ weights)
    variance = float((values - mean) ** 2 @ weights)
    std_err = sqrt(variance / (n_sim - 1)) if n_sim > 1 else np.nan
    low, high = _quantiles(values, weights, (0.05, 0.95))
    return mean, low, high, std_err


def _quantiles(values: Floats, weights: Floats, shares: tuple[float, ...]) -> list[float]:
    """The smallest value that is not exceeded with each probability."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    found = np.searchsorted(reached, np.array(shares) * reached[-1] - _ROUNDING)
    return [float(one) for one in values[order][np.minimum(found, values.size - 1)]]
