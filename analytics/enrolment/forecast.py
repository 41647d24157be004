"""Forecast of enrolment in closed form: patients by a month, in total, by country and by site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analytics.checks import require
from analytics.enrolment.model import EnrolmentModel, Marks, SitePosteriors
from analytics.results import Result, registered, require_columns

Floats = NDArray[np.float64]
Scope = Literal["total", "country", "site"]
SCOPES = ("total", "country", "site")
FORECAST_COLUMNS = ("scope", "name", "month", "mean", "std_dev", "lower", "median", "upper")


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CountDistribution(Result):
    """How many patients are enrolled by a month, with those so far.

    Parameters
    ----------
    month : float
        Months since the start of the study.
    so_far : int
        Patients randomised by now; nobody is taken away again.
    mean, variance : float
        Of the distribution.
    probabilities : numpy.ndarray
        Of `so_far`, `so_far` + 1, ... patients.
    """

    month: float
    so_far: int
    mean: float
    variance: float
    probabilities: Floats

    def quantile(self, probability: float) -> int:
        """The smallest count that is not exceeded with the probability.

        Examples
        --------
        >>> spread = CountDistribution(month=1.0, so_far=10, mean=10.5, variance=0.25,
        ...                            probabilities=np.array([0.5, 0.5]))
        >>> spread.quantile(0.25), spread.quantile(0.75)
        (10, 11)
        """
        require(0 < probability < 1, "0 < probability < 1", probability=probability)
        reached = np.cumsum(self.probabilities)
        place = int(np.searchsorted(reached, probability * (1 - 1e-12)))
        return self.so_far + min(place, reached.size - 1)

    def probability_of(self, target: int) -> float:
        """That at least so many patients are enrolled.

        Examples
        --------
        >>> CountDistribution(month=1.0, so_far=10, mean=10.5, variance=0.25,
        ...                   probabilities=np.array([0.5, 0.5])).probability_of(11)
        0.5
        """
        return float(min(self.probabilities[max(target - self.so_far, 0) :].sum(), 1.0))

    def to_frame(self) -> pd.DataFrame:
        """One row per count: `patients`, `probability`."""
        counts = self.so_far + np.arange(self.probabilities.size)
        return pd.DataFrame({"patients": counts, "probability": self.probabilities})


def enrolled_by(
    model: EnrolmentModel,
    month: float,
    *,
    country: str | None = None,
    sites: tuple[str, ...] | None = None,
) -> CountDistribution:
    """Distribution of the patients randomised by a month: sums of negative binomials, exact.

    Caps of sites are not taken into account; `simulate_enrolment` does.

    Parameters
    ----------
    model : EnrolmentModel
    month : float
        Not before now.
    country, sites : str, tuple of str, optional
        Only there.

    References
    ----------
    Anisimov and Fedorov (2007), Statistics in Medicine 26:4958-4975.

    Examples
    --------
    >>> from analytics.enrolment import RatePrior, Sites
    >>> model = EnrolmentModel(sites=Sites.planned([0] * 10 + [3] * 15 + [7] * 25),
    ...                        prior=RatePrior.gamma(shape=1.2, rate=2.4))
    >>> total = enrolled_by(model, 12)
    >>> round(total.mean, 6), total.quantile(0.025), total.quantile(0.975)
    (190.0, 136, 252)
    """
    chosen = model.sites.chosen(sites=sites, country=country)
    return _distribution(SitePosteriors.of(model), month, chosen)


def _distribution(posteriors: SitePosteriors, month: float, chosen: Marks) -> CountDistribution:
    counts = posteriors.count_until(month, chosen)
    so_far = int(posteriors.model.sites.table["randomised"].to_numpy()[chosen].sum())
    mean, variance = counts.mean_and_variance()
    return CountDistribution(
        month=float(month),
        so_far=so_far,
        mean=so_far + mean,
        variance=variance,
        probabilities=counts.probabilities(),
    )


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EnrolmentForecast(Result):
    """Bands of the patients enrolled, over a grid of months.

    Parameters
    ----------
    model : EnrolmentModel
        What it rests on.
    table : pandas.DataFrame
        Columns `FORECAST_COLUMNS`: `scope` is total, country or site and `name` which one;
        patients enrolled by each `month`: expected, standard deviation, band and median.
    level : float
        Probability of a band at each month.
    method : str
        "closed form", or "simulation".
    replications : int
        Of the simulation; 0 for the closed form.
    seed : int or None
        Of the simulation.
    """

    model: EnrolmentModel
    table: pd.DataFrame
    level: float
    method: str = "closed form"
    replications: int = 0
    seed: int | None = None

    def __post_init__(self) -> None:
        require_columns(self.table, FORECAST_COLUMNS, "one row per name and month")

    def of(self, scope: Scope, name: str | None = None) -> pd.DataFrame:
        """The rows of a scope, or of one name in it.

        Examples
        --------
        >>> from analytics.enrolment import RatePrior, Sites
        >>> model = EnrolmentModel(sites=Sites.planned([0, 1]),
        ...                        prior=RatePrior.gamma(shape=2, mean=1))
        >>> len(forecast_enrolment(model, [1, 2, 3], scopes=("site",)).of("site", "Site 2"))
        3
        """
        rows = self.table["scope"] == scope
        if name is not None:
            rows &= self.table["name"] == name
        return self.table[rows].reset_index(drop=True)

    def to_frame(self) -> pd.DataFrame:
        """The table."""
        return self.table.copy()


def forecast_enrolment(
    model: EnrolmentModel,
    months: ArrayLike,
    *,
    level: float = 0.9,
    scopes: tuple[Scope, ...] = ("total",),
) -> EnrolmentForecast:
    """Bands of the patients enrolled by each month, in closed form.

    Enrolment goes on beyond any target, and caps of sites are not taken into account.

    Parameters
    ----------
    model : EnrolmentModel
    months : array-like
        Months since the start of the study, rising, not before now.
    level : float
        Probability of the band at each month, equal tails.
    scopes : tuple
        Of "total", "country" and "site".

    Examples
    --------
    >>> from analytics.enrolment import RatePrior, Sites
    >>> model = EnrolmentModel(sites=Sites.planned([0] * 10 + [3] * 15 + [7] * 25),
    ...                        prior=RatePrior.gamma(shape=1.2, rate=2.4))
    >>> table = forecast_enrolment(model, [6, 12]).table
    >>> table[["month", "lower", "median", "upper"]].to_numpy().tolist()
    [[6.0, 34.0, 52.0, 74.0], [12.0, 144.0, 189.0, 241.0]]
    """
    grid = checked_months(model, months)
    require(0 < level < 1, "0 < level < 1", level=level)
    posteriors = SitePosteriors.of(model)
    rows = [
        _row(scope, name, _distribution(posteriors, month, chosen), level)
        for scope, name, chosen in parts_of(model, scopes)
        for month in grid
    ]
    table = pd.DataFrame(rows, columns=list(FORECAST_COLUMNS))
    return EnrolmentForecast(model=model, table=table, level=level)


def checked_months(model: EnrolmentModel, months: ArrayLike) -> list[float]:
    """A rising grid from now on, or `InputError`.

    Examples
    --------
    >>> from analytics.enrolment import RatePrior, Sites
    >>> prior = RatePrior.gamma(shape=2, mean=1)
    >>> checked_months(EnrolmentModel(sites=Sites.planned([0]), prior=prior), [1, 2])
    [1.0, 2.0]
    """
    grid = np.atleast_1d(np.asarray(months, dtype=float))
    now = model.sites.now
    sound = grid.size > 0 and bool(np.isfinite(grid).all()) and bool((np.diff(grid) > 0).all())
    require(sound and grid[0] >= now, "months rise from now on", months=grid.tolist(), now=now)
    return [float(one) for one in grid]


def parts_of(
    model: EnrolmentModel, scopes: tuple[Scope, ...]
) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
    """What bands are asked for: scope, name, and which sites."""
    require(set(scopes) <= set(SCOPES), f"scopes among {SCOPES}", scopes=scopes)
    sites = model.sites
    if "total" in scopes:
        yield "total", "", sites.chosen()
    if "country" in scopes:
        for country in sites.countries:
            yield "country", country, sites.chosen(country=country)
    if "site" in scopes:
        for place, name in enumerate(sites.names):
            yield "site", name, np.arange(len(sites.names)) == place


def _row(scope: str, name: str, counts: CountDistribution, level: float) -> tuple[Any, ...]:
    tail = (1 - level) / 2
    bands = (counts.quantile(one) for one in (tail, 0.5, 1 - tail))
    return (scope, name, counts.month, counts.mean, float(np.sqrt(counts.variance)), *bands)
