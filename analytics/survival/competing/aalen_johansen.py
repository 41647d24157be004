"""Aalen–Johansen estimates from counts.

Computed from the counts themselves: lifelines moves tied times apart at random, so that its answer
changes from run to run. Ties need no such thing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.checks import require
from analytics.survival.competing.counts import CENSORED, CompetingCounts
from analytics.survival.competing.incidence import INCIDENCE_COLUMNS, AalenJohansen, IncidenceCurve
from analytics.survival.competing.variance import incidence_variance
from analytics.survival.intervals import survival_limits
from analytics.survival.kaplan_meier import product_limit

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def fit_aalen_johansen(
    counts: CompetingCounts,
    *,
    variance: str = "greenwood",
    interval: str = "log-log",
    confidence_level: float = 0.95,
) -> AalenJohansen:
    """Estimate the cumulative incidence of each cause in each arm.

    Strata in the counts are pooled: they belong to the test and the hazard ratios.

    Parameters
    ----------
    counts : CompetingCounts
        One arm or several.
    variance : {"greenwood", "aalen"}
        "greenwood" takes those who have an event at one time as a multinomial draw from those at
        risk. It is the variance of R's prodlim and, for counts, also that of `survfit` (the
        infinitesimal jackknife): the two are equal, with ties or without. It is the default
        because with nobody censored it is the binomial F (1 - F) / n. "aalen" (R's cmprsk) draws
        without replacement, separately for the cause and for all others together: a little larger.
    interval : {"log-log", "log", "plain"}
        Scale on which the interval is symmetric, as in `survfit`: log(-log F), log F, or F.
    confidence_level : float
        Two-sided coverage.

    References
    ----------
    Aalen and Johansen (1978), Scandinavian Journal of Statistics 5:141-150; Aalen (1978), Annals
    of Statistics 6:534-545; Andersen, Borgan, Gill and Keiding (1993), section IV.4; Braun and
    Yuan (2007), Statistics in Medicine 26:1170-1180.

    Examples
    --------
    >>> counts = CompetingCounts.from_subjects([1, 2, 3, 4], ["rash", "death", "", "rash"])
    >>> fit_aalen_johansen(counts).curve("All subjects", "rash").table["incidence"].tolist()
    [0.0, 0.25, 0.25, 0.25, 0.75]
    """
    scales = ("log-log", "log", "plain")
    require(interval in scales, f"interval in {scales}", interval=interval)
    require(0 < confidence_level < 1, "0 < confidence_level < 1", confidence_level=confidence_level)
    curves = (
        _with_limits(curve, interval, confidence_level)
        for arm in counts.arms
        for curve in _arm(counts, arm, variance)
    )
    return AalenJohansen(
        curves=tuple(curves),
        arms=counts.arms,
        causes=counts.causes,
        variance=variance,
        interval=interval,
        confidence_level=confidence_level,
        endpoint=counts.endpoint,
        time_unit=counts.time_unit,
    )


def _arm(counts: CompetingCounts, arm: str, variance: str) -> Iterator[IncidenceCurve]:
    """The curves of one arm, still without limits."""
    time, ends = _steps(counts, arm)
    events, censored = ends[:, :-1], ends[:, -1]
    any_cause = events.sum(axis=1)
    at_risk = np.cumsum(ends.sum(axis=1)[::-1])[::-1]
    event_free, _ = product_limit(any_cause, at_risk)
    before = np.concatenate(([1.0], event_free[:-1]))
    for place, cause in enumerate(counts.causes):
        own = events[:, place]
        competing = any_cause - own
        incidence = np.cumsum(before * own / at_risk)
        certain = (event_free == 0) & (competing.sum() == 0)
        incidence[certain] = 1.0  # and not almost 1, by rounding
        numbers = (one.astype(np.float64) for one in (own, competing, at_risk))
        spread = incidence_variance(*numbers, variance=variance)
        std_err = np.where(certain, np.nan, np.sqrt(np.maximum(spread, 0.0)))
        columns = (
            time, at_risk, own, competing, censored,
            incidence, std_err, np.nan, np.nan, event_free,
        )  # fmt: skip
        table = pd.DataFrame(dict(zip(INCIDENCE_COLUMNS, columns, strict=True)))
        yield IncidenceCurve(
            arm=arm, cause=cause, subjects=int(at_risk[0]), events=int(own.sum()), table=table
        )


def _steps(counts: CompetingCounts, arm: str) -> tuple[Floats, Integers]:
    """Distinct times from 0 on, all strata together, and who leaves at them: by cause, censored."""
    rows = counts.frame[counts.frame["arm"] == arm]
    time, place = np.unique(np.append(rows["time"].to_numpy(), 0.0), return_inverse=True)
    order = pd.Index([*counts.causes, CENSORED], dtype=object)
    ends = np.zeros((time.size, order.size), dtype=np.int64)
    np.add.at(ends, (place[:-1], order.get_indexer(rows["cause"])), rows["subjects"].to_numpy())
    return time, ends


def _with_limits(curve: IncidenceCurve, interval: str, confidence_level: float) -> IncidenceCurve:
    incidence, std_err = (curve.table[name].to_numpy() for name in ("incidence", "std_err"))
    lower, upper = np.full_like(incidence, np.nan), np.full_like(incidence, np.nan)
    known = (std_err > 0) & (incidence < 1)
    lower[known], upper[known] = survival_limits(
        incidence[known],
        (std_err[known] / incidence[known]) ** 2,
        interval=interval,
        confidence_level=confidence_level,
    )
    first = curve.table.iloc[0]
    if first["at_risk"] > 0 and not first[["events", "competing", "censored"]].any():
        lower[0] = upper[0] = 0.0  # nobody has left: nothing has happened, by definition
    return replace(curve, table=curve.table.assign(lower=lower, upper=upper))
