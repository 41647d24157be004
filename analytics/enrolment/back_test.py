"""Forecasts from earlier cut-offs beside what happened."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analytics.checks import require
from analytics.enrolment.cut_off import months_of, sites_at
from analytics.enrolment.forecast import forecast_enrolment
from analytics.enrolment.model import EnrolmentModel
from analytics.enrolment.parameter_posterior import WEAK, ParameterPrior, posterior_rate_prior
from analytics.enrolment.rate_prior import Clock
from analytics.enrolment.sites import Sites
from analytics.results import Result, registered, require_columns

BACK_TEST_COLUMNS = ("cut_off", "month", "mean", "lower", "median", "upper", "happened", "inside")


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EnrolmentBackTest(Result):
    """Totals forecast from each cut-off, and the totals that came.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns `BACK_TEST_COLUMNS`, one row per cut-off and later month.
    level : float
        Of the bands.
    clock : {"none", "calendar", "age"}
        Of the trend in the forecasts.
    """

    table: pd.DataFrame
    level: float
    clock: Clock

    def __post_init__(self) -> None:
        require_columns(self.table, BACK_TEST_COLUMNS, "one row per cut-off and month")

    @property
    def coverage(self) -> float:
        """Share of the bands that hold what happened; those of one trial are not independent."""
        return float(self.table["inside"].mean())

    def to_frame(self) -> pd.DataFrame:
        """The table."""
        return self.table.copy()


def back_test_enrolment(
    sites: Sites,
    patients: pd.DataFrame,
    *,
    cut_offs: ArrayLike,
    months: ArrayLike,
    clock: Clock = "none",
    beliefs: ParameterPrior = WEAK,
    level: float = 0.9,
) -> EnrolmentBackTest:
    """Forecast the total from earlier cut-offs, each with what was known then.

    Openings after a cut-off are taken as planned, in the month in which they happened.

    Parameters
    ----------
    sites : Sites
        As known now.
    patients : pandas.DataFrame
        As of `sites_at`.
    cut_offs : array-like
        Months since the start of the study, before now.
    months : array-like
        To forecast, up to now; those after each cut-off are taken.
    clock : {"none", "calendar", "age"}
        Whether rates may change, and along what.
    beliefs : ParameterPrior
        Of the distribution of rates.
    level : float
        Of the bands.

    Raises
    ------
    NotEstimableError
        When at a cut-off nobody had been randomised.

    Examples
    --------
    >>> from analytics.enrolment import sites_of_patients
    >>> months = np.arange(24) / 2
    >>> patients = pd.DataFrame({"site": list("ABC") * 8, "screened_month": months,
    ...     "randomised_month": months, "failed": False})
    >>> sites = sites_of_patients(patients, now=12)
    >>> back_test_enrolment(sites, patients, cut_offs=[6], months=[9, 12]).coverage
    1.0
    """
    grid = np.atleast_1d(np.asarray(months, dtype=float))
    cuts = np.atleast_1d(np.asarray(cut_offs, dtype=float))
    past = bool((grid <= sites.now).all() and (cuts < sites.now).all())
    require(past, "cut-offs and months are in the past", now=sites.now)
    came = np.sort(patients["randomised_month"].dropna().to_numpy(float))
    tables = []
    for cut in cuts:
        known = sites_at(sites, patients, now=float(cut))
        seen = months_of(patients, known) if clock != "none" else None
        prior = posterior_rate_prior(known, clock=clock, patients=seen, beliefs=beliefs)
        model = EnrolmentModel(sites=known, prior=prior)
        table = forecast_enrolment(model, grid[grid > cut], level=level).table
        happened = np.searchsorted(came, table["month"], side="right")
        inside = (table["lower"] <= happened) & (happened <= table["upper"])
        tables.append(table.assign(cut_off=float(cut), happened=happened, inside=inside))
    both = pd.concat(tables, ignore_index=True)[list(BACK_TEST_COLUMNS)]
    return EnrolmentBackTest(table=both, level=level, clock=clock)
