"""Enrolment from the sites of countries: how many there are, and how fast they are activated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray
from optuna.distributions import BaseDistribution, FloatDistribution, IntDistribution

from analytics.checks import NotEstimableError, require
from analytics.design.assumptions.accrual import Accrual
from analytics.results import Result, registered
from analytics.search.enrolling import at_pace, enrolled_until

Floats = NDArray[np.float64]
_MOST_STRETCHES = 12


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class CountrySites(Result):
    """The sites that a country may have, and what is expected of them.

    Parameters
    ----------
    name : str
    sites : (int, int)
        Fewest and most, >= 0.
    rate : float
        Subjects randomised per site and unit of time, >= 0; shrunken, not that of a few patients.
    opens : float
        Time of the first activation, >= 0.
    activated_per_time : (float, float)
        Fewest and most sites activated per unit of time, > 0; twice the same is given.

    Examples
    --------
    >>> CountrySites(name="Spain", sites=(0, 12), rate=0.4, activated_per_time=(2, 2)).name
    'Spain'
    """

    name: str
    sites: tuple[int, int]
    rate: float
    opens: float = 0.0
    activated_per_time: tuple[float, float] = (2.0, 2.0)

    def __post_init__(self) -> None:
        require(bool(self.name.strip()), "a country has a name", name=self.name)
        few, many = self.sites
        require(0 <= few <= many, "0 <= fewest <= most sites", sites=self.sites)
        require(0 <= self.rate < np.inf, "rate >= 0", rate=self.rate)
        require(0 <= self.opens < np.inf, "opens >= 0", opens=self.opens)
        slow, quick = self.activated_per_time
        rule = "0 < slowest <= quickest activation"
        require(0 < slow <= quick < np.inf, rule, activated_per_time=self.activated_per_time)

    def distributions(self) -> dict[str, BaseDistribution]:
        """The free ones of its two variables."""
        found: dict[str, BaseDistribution] = {}
        if self.sites[0] < self.sites[1]:
            found[self._sites] = IntDistribution(*self.sites)
        if self.activated_per_time[0] < self.activated_per_time[1]:
            found[self._activation] = FloatDistribution(*self.activated_per_time)
        return found

    @property
    def _sites(self) -> str:
        return f"sites in {self.name}"

    @property
    def _activation(self) -> str:
        return f"activations in {self.name}"

    def sites_at(self, point: Mapping[str, Any]) -> int:
        """Sites of a point."""
        return int(point.get(self._sites, self.sites[0]))

    def activations_at(self, point: Mapping[str, Any]) -> Floats:
        """The times at which its sites are activated, ascending."""
        pace = float(point.get(self._activation, self.activated_per_time[0]))
        return np.asarray(self.opens + np.arange(self.sites_at(point)) / pace)


def accrual_from_sites(
    countries: Sequence[CountrySites],
    point: Mapping[str, Any],
    *,
    subjects: float,
    pace: float = 1.0,
    log_std_err: float = 0.0,
) -> Accrual:
    """Expected accrual while sites are activated one after the other.

    Each site enrols at the rate of its country from its activation on. The rate in all is given
    as its mean over at most 12 stretches of equal length until the last activation.

    Parameters
    ----------
    countries : sequence of CountrySites
    point : mapping
        A value for each free variable.
    subjects : float
        Enrolment is over when they are in.
    pace : float
        A factor on all rates.
    log_std_err : float
        Of a further factor on them.

    Raises
    ------
    NotEstimableError
        When no site enrols.

    Examples
    --------
    >>> spain = CountrySites(name="Spain", sites=(4, 4), rate=1.5, activated_per_time=(1, 1))
    >>> accrual_from_sites([spain], {}, subjects=60).ends
    (1.0, 2.0, 3.0, 11.5)
    """
    opened = [one.activations_at(point) for one in countries]
    rates = np.repeat([one.rate for one in countries], [one.size for one in opened])
    times = np.concatenate(opened)[rates > 0] if opened else np.empty(0)
    rates = rates[rates > 0]
    if not rates.size:
        raise NotEstimableError("No site enrols: nobody is randomised.")
    last = float(times.max())
    stretches = min(ceil(last), _MOST_STRETCHES)
    ends = np.linspace(0.0, last, stretches + 1)[1:] if stretches else np.empty(0)
    reached = np.maximum(np.subtract.outer(np.append(0.0, ends), times), 0.0) @ rates
    means = np.diff(reached) / (last / stretches) if stretches else np.empty(0)
    whole = Accrual(
        ends=(*ends.tolist(), last + 1.0),
        rates=(*means.tolist(), float(rates.sum())),
        log_std_err=log_std_err,
    )
    return enrolled_until(at_pace(whole, pace), subjects)
