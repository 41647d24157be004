"""Money: what a trial costs by what it spends money on, and what finishing it is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analytics.checks import require
from analytics.results import Result, registered

Floats = NDArray[np.float64]
PRICES = (
    "per_site",
    "per_activation",
    "per_screened",
    "per_randomised",
    "per_subject_month",
    "per_trial_month",
    "per_analysis",
)
ITEMS = (
    "sites",
    "activated sites",
    "screened subjects",
    "randomised subjects",
    "subject months",
    "trial months",
    "analyses",
)
"""What each price is paid for, in the order of the prices."""


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Costs(Result):
    """What a trial pays, each price in units of the currency and >= 0.

    Parameters
    ----------
    currency : str
        How amounts are labelled; nothing is converted.
    per_site : float
        For each planned site, opened or not: selection and contract.
    per_activation : float
        For each site that is opened: initiation visit, training, pharmacy.
    per_screened : float
        For each subject who is screened, randomised or not.
    per_randomised : float
        For each subject who is randomised, once, in addition to the screening.
    per_subject_month : float
        For each month that a subject is on study: visits, drug.
    per_trial_month : float
        For each month from the first subject to the last analysis, however many subjects there
        are: staff, data management.
    per_analysis : float
        For each analysis, interim or final: data cleaning, monitoring committee, report.
    screening_failure_share : float
        Share of screened subjects who are not randomised, 0 <= share < 1.
    sites : int
        Planned sites.

    Examples
    --------
    >>> costs = Costs(per_screened=500, per_randomised=9000, per_trial_month=80_000,
    ...               per_analysis=50_000, screening_failure_share=0.2)
    >>> costs.total(months=24, subjects=400, analyses=2)
    5870000.0
    """

    currency: str = "EUR"
    per_site: float = 0.0
    per_activation: float = 0.0
    per_screened: float = 0.0
    per_randomised: float = 0.0
    per_subject_month: float = 0.0
    per_trial_month: float = 0.0
    per_analysis: float = 0.0
    screening_failure_share: float = 0.0
    sites: int = 0

    def __post_init__(self) -> None:
        require(bool(self.currency.strip()), "the currency has a name", currency=self.currency)
        for price in PRICES:
            amount = getattr(self, price)
            require(0 <= amount < np.inf, "costs are finite and >= 0", **{price: amount})
        share = self.screening_failure_share
        require(0 <= share < 1, "0 <= screening_failure_share < 1", screening_failure_share=share)
        whole = self.sites >= 0 and self.sites == int(self.sites)
        require(whole, "sites is a whole number >= 0", sites=self.sites)

    @property
    def prices(self) -> tuple[float, ...]:
        """The seven prices, in the order of `ITEMS`."""
        return tuple(float(getattr(self, price)) for price in PRICES)

    def total(
        self,
        *,
        months: float,
        subjects: float,
        analyses: float,
        activated_sites: float | None = None,
        subject_months: float | None = None,
    ) -> float:
        """What one course of the trial costs.

        Parameters
        ----------
        months : float
            From the first subject to the last analysis, >= 0.
        subjects : float
            Randomised, >= 0.
        analyses : float
            Made, interim and final ones together, >= 0.
        activated_sites : float, optional
            Sites opened; all planned ones when left out.
        subject_months : float, optional
            Months on study added up over subjects; needed when they are paid for.
        """
        amounts = self.amounts(
            months=months,
            subjects=subjects,
            analyses=analyses,
            activated_sites=activated_sites,
            subject_months=subject_months,
        )
        return float(amounts.sum())

    def amounts(
        self,
        *,
        months: ArrayLike,
        subjects: ArrayLike,
        analyses: ArrayLike,
        activated_sites: ArrayLike | None = None,
        subject_months: ArrayLike | None = None,
    ) -> Floats:
        """What is paid for each item, one row per item of `ITEMS`, one column per course.

        Examples
        --------
        >>> costs = Costs(per_randomised=9000, per_trial_month=80_000)
        >>> costs.amounts(months=[12, 24], subjects=[200, 400], analyses=1).sum(axis=0).tolist()
        [2760000.0, 5520000.0]
        """
        opened = self.sites if activated_sites is None else activated_sites
        unpaid = self.per_subject_month == 0
        rule = "subject months are given where they are paid for"
        require(
            unpaid or subject_months is not None, rule, per_subject_month=self.per_subject_month
        )
        randomised = np.asarray(subjects, dtype=float)
        screened = randomised / (1 - self.screening_failure_share)
        on_study = 0.0 if subject_months is None else subject_months
        given = (self.sites, opened, screened, randomised, on_study, months, analyses)
        counts = np.stack(np.broadcast_arrays(*(np.asarray(one, dtype=float) for one in given)))
        sound = bool((np.isfinite(counts) & (counts >= 0)).all())
        rule = "months, subjects, analyses and sites are finite and >= 0"
        require(sound, rule, months=months, subjects=subjects, analyses=analyses, sites=opened)
        prices = np.array(self.prices).reshape(-1, *[1] * (counts.ndim - 1))
        return np.asarray(counts * prices)

    def to_frame(self) -> pd.DataFrame:
        """One row per price: `item`, `price`, `currency`."""
        return pd.DataFrame({"item": ITEMS, "price": self.prices, "currency": self.currency})


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class ValueCurve(Result):
    """What it is worth to finish the trial at a month: straight lines between drawn points.

    Before the first point and after the last one the value stays as it is there.

    Parameters
    ----------
    months : tuple of float
        Ascending, >= 0, from the first subject on; at least one.
    values : tuple of float
        One per month, in units of the currency; negative ones are losses.
    currency : str
        That of the costs it is compared with.

    Examples
    --------
    >>> curve = ValueCurve(months=(24, 48), values=(100e6, 40e6))
    >>> curve.value([12, 24, 36, 60]).tolist()
    [100000000.0, 100000000.0, 70000000.0, 40000000.0]
    """

    months: tuple[float, ...]
    values: tuple[float, ...]
    currency: str = "EUR"

    def __post_init__(self) -> None:
        finite = all(0 <= month < np.inf for month in self.months)
        rising = all(low < high for low, high in pairwise(self.months))
        rule = "the months of a value curve are ascending, finite and >= 0"
        require(bool(self.months) and finite and rising, rule, months=self.months)
        each = len(self.values) == len(self.months)
        require(each, "each month has a value", months=self.months, values=self.values)
        known = bool(np.isfinite(self.values).all())
        require(known, "values are finite", values=self.values)

    @classmethod
    def drawn(cls, points: Sequence[tuple[float, float]], *, currency: str = "EUR") -> ValueCurve:
        """The curve through points (month, value), in any order.

        Examples
        --------
        >>> ValueCurve.drawn([(48, 40e6), (24, 100e6)]).months
        (24.0, 48.0)
        """
        ordered = sorted((float(month), float(value)) for month, value in points)
        return cls(
            months=tuple(month for month, _ in ordered),
            values=tuple(value for _, value in ordered),
            currency=currency,
        )

    def value(self, months: ArrayLike) -> Floats:
        """What finishing at each month >= 0 is worth."""
        times = np.asarray(months, dtype=float)
        require(bool((times >= 0).all()), "months >= 0", months=months)
        return np.asarray(np.interp(times, self.months, self.values))

    def to_frame(self) -> pd.DataFrame:
        """One row per point: `month`, `value`."""
        return pd.DataFrame({"month": self.months, "value": self.values})
