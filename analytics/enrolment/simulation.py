"""Simulate enrolment with caps of sites and countries and an end at the target."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.checks import require
from analytics.enrolment.arrivals import simulate_arrivals
from analytics.enrolment.forecast import (
    FORECAST_COLUMNS,
    EnrolmentForecast,
    Scope,
    checked_months,
    parts_of,
)
from analytics.enrolment.model import EnrolmentModel, SitePosteriors
from analytics.progress import Progress, unheard
from analytics.results import Result, registered

Floats = NDArray[np.float64]
Counts = NDArray[np.int32]
_BLOCK = 500
_MOST_CELLS = 50_000_000
_NO_LIMIT = 1 << 40


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SimulatedEnrolment(Result):
    """What simulated trials enrolled.

    Parameters
    ----------
    forecast : EnrolmentForecast
        Bands as of the closed form, with the simulation's replications and seed.
    target : int or None
        Patients, with those so far, at which enrolment ends.
    times : numpy.ndarray
        Month in which each simulated trial reached it; infinite if not by the last month of the
        forecast. Empty without a target.
    """

    forecast: EnrolmentForecast
    target: int | None
    times: Floats

    def quantile(self, probability: float) -> float:
        """Month by which the target is reached with a probability; infinite if that is later.

        Examples
        --------
        >>> from analytics.enrolment import RatePrior, Sites
        >>> model = EnrolmentModel(sites=Sites.planned([0] * 20),
        ...                        prior=RatePrior.gamma(shape=1.2, rate=2.0))
        >>> found = simulate_enrolment(model, [60], target=300, replications=1000)
        >>> 24 < found.quantile(0.5) < 27
        True
        """
        require(self.times.size > 0, "a target was simulated", target=self.target)
        require(0 < probability < 1, "0 < probability < 1", probability=probability)
        return float(np.quantile(self.times, probability, method="inverted_cdf"))

    def probability_by(self, month: float) -> tuple[float, float]:
        """Probability that the target is reached by a month, with its Monte-Carlo error.

        Examples
        --------
        >>> from analytics.enrolment import RatePrior, Sites
        >>> model = EnrolmentModel(sites=Sites.planned([0] * 20),
        ...                        prior=RatePrior.gamma(shape=1.2, rate=2.0))
        >>> found = simulate_enrolment(model, [60], target=300, replications=1000)
        >>> 0.4 < found.probability_by(25)[0] < 0.55
        True
        """
        require(self.times.size > 0, "a target was simulated", target=self.target)
        last = float(self.forecast.table["month"].max())
        require(month <= last, "month is within the forecast", month=month, last=last)
        share = float((self.times <= month).mean())
        return share, float(np.sqrt(share * (1 - share) / self.times.size))

    def to_frame(self) -> pd.DataFrame:
        """The bands."""
        return self.forecast.to_frame()


def simulate_enrolment(
    model: EnrolmentModel,
    months: Any,
    *,
    target: int | None = None,
    country_caps: dict[str, int] | None = None,
    level: float = 0.9,
    scopes: tuple[Scope, ...] = ("total",),
    replications: int = 10_000,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress = unheard,
) -> SimulatedEnrolment:
    """Bands of the patients enrolled by each month, with caps, by simulation.

    Without caps and target it has the distribution of `forecast_enrolment`.

    Parameters
    ----------
    model : EnrolmentModel
        Its sites may have caps.
    months : array-like
        Months since the start of the study, rising, not before now; the last one is the horizon.
    target : int, optional
        Patients, with those so far, at which enrolment ends everywhere.
    country_caps : dict, optional
        Most patients of a country, with those so far.
    level : float
        Probability of the band at each month, equal tails.
    scopes : tuple
        Of "total", "country" and "site".
    replications : int
        100 to 1,000,000; times months and parts at most 50 million.
    seed : int
        From 0 to 2^32 - 1. The same seed gives the same trials on any number of threads.
    threads : int, optional
        As many as there are processors.
    progress : callable
        Is told after each block of trials; may raise to stop.

    References
    ----------
    Anisimov and Fedorov (2007), Statistics in Medicine 26:4958-4975.

    Examples
    --------
    >>> from analytics.enrolment import RatePrior, Sites, cap_sites
    >>> model = EnrolmentModel(sites=cap_sites(Sites.planned([0] * 10), 5),
    ...                        prior=RatePrior.gamma(shape=1.2, rate=2.4))
    >>> float(simulate_enrolment(model, [12, 600], replications=500).to_frame()["upper"].max())
    50.0
    """
    grid = checked_months(model, months)
    require(0 < level < 1, "0 < level < 1", level=level)
    require(0 <= seed < 2**32, "0 <= seed < 2^32", seed=seed)
    sound = 100 <= replications <= 1_000_000
    require(sound, "100 <= replications <= 1,000,000", replications=replications)
    missing = _missing(model, target)
    parts = list(parts_of(model, scopes))
    cells = replications * len(grid) * len(parts)
    rule = "replications times months and parts <= 50,000,000"
    require(cells <= _MOST_CELLS, rule, replications=replications, cells=cells)
    counts = np.zeros((replications, len(parts), len(grid)), dtype=np.int32)
    times = np.empty(replications)
    inputs = (*_inputs(model, country_caps), missing, np.array(grid), _places(model, parts))
    _run(inputs, counts, times, seed, threads, progress)
    for place, (_, _, chosen) in enumerate(parts):
        counts[:, place] += int(model.sites.table["randomised"].to_numpy()[chosen].sum())
    forecast = EnrolmentForecast(
        model=model,
        table=_table(parts, grid, counts, level),
        level=level,
        method="simulation",
        replications=replications,
        seed=seed,
    )
    kept = times if target is not None else np.empty(0)
    return SimulatedEnrolment(forecast=forecast, target=target, times=kept)


def _missing(model: EnrolmentModel, target: int | None) -> int:
    if target is None:
        return 0
    so_far = model.sites.randomised
    require(target > so_far, "target > patients so far", target=target, so_far=so_far)
    return int(target) - so_far


def _inputs(model: EnrolmentModel, country_caps: dict[str, int] | None) -> tuple[Any, ...]:
    """The arguments that are the same for every block, up to the room of countries."""
    posteriors, sites, prior = SitePosteriors.of(model), model.sites, model.prior
    again = posteriors.weights.size // len(prior.weights)
    caps, randomised = sites.column("cap"), sites.column("randomised")
    room = np.where(np.isnan(caps), _NO_LIMIT, caps - randomised).astype(np.int64)
    waiting = sites.in_screening if model.failure is not None else np.zeros_like(room)
    countries, limits = sites.countries, country_caps or {}
    unknown = sorted(set(limits) - set(countries))
    require(not unknown, "caps are of known countries", unknown=unknown)
    by_country = pd.Series(randomised).groupby(sites.table["country"]).sum()
    free = [limits.get(one, _NO_LIMIT) - int(by_country[one]) for one in countries]
    enough = all(one >= 0 for one in free)
    require(enough, "a country's cap is not below its patients so far", country_caps=limits)
    return (
        np.cumsum(posteriors.weights),
        posteriors.sizes,
        posteriors.rates,
        posteriors.kept,
        np.repeat(np.array(prior.log_changes), again),
        prior.clock == "age",
        sites.now,
        sites.opening_months,
        sites.closing_months,
        sites.column("pace"),
        waiting,
        room,
        pd.Index(countries).get_indexer(sites.table["country"]).astype(np.int64),
        np.array(free, dtype=np.int64),
    )


def _places(model: EnrolmentModel, parts: list[tuple[str, str, Any]]) -> NDArray[np.int64]:
    """Of each site, where its patients are counted: at most once in every scope."""
    places = np.full((len(model.sites.names), 3), -1, dtype=np.int64)
    order = {"total": 0, "country": 1, "site": 2}
    for place, (scope, _, chosen) in enumerate(parts):
        places[chosen, order[scope]] = place
    return places


def _run(
    inputs: tuple[Any, ...],
    counts: Counts,
    times: Floats,
    seed: int,
    threads: int | None,
    progress: Progress,
) -> None:
    """Blocks of replications side by side; each writes its own rows."""
    require(threads is None or threads >= 1, "threads >= 1", threads=threads)
    firsts = range(0, len(counts), _BLOCK)

    def simulated(first: int) -> None:
        rows = slice(first, first + _BLOCK)
        block = (np.uint64(seed), first, *inputs, counts[rows], times[rows])
        simulate_arrivals(*block)

    pool = ThreadPoolExecutor(threads or _processors())
    try:
        for done, _ in enumerate(pool.map(simulated, firsts), start=1):
            share = done / len(firsts)
            progress(share, f"Simulated {round(share * len(counts)):,} trials.")
    finally:
        pool.shutdown(cancel_futures=True)


def _processors() -> int:
    """That this process may use; not every system says."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _table(
    parts: list[tuple[str, str, Any]], grid: list[float], counts: Counts, level: float
) -> pd.DataFrame:
    tail = (1 - level) / 2
    bands = np.quantile(counts, [tail, 0.5, 1 - tail], axis=0, method="inverted_cdf")
    mean, spread = counts.mean(axis=0), counts.std(axis=0)
    rows = [
        (scope, name, month, mean[i, j], spread[i, j], *(int(one) for one in bands[:, i, j]))
        for i, (scope, name, _) in enumerate(parts)
        for j, month in enumerate(grid)
    ]
    return pd.DataFrame(rows, columns=list(FORECAST_COLUMNS))
