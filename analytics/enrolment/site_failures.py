"""Screening failures by site, shrunken: few patients say little about a site."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import betaln, expit
from scipy.stats import beta

from analytics.checks import NotEstimableError, require
from analytics.enrolment.rate_likelihood import climb
from analytics.enrolment.sites import Sites
from analytics.results import Result, registered, require_columns

Floats = NDArray[np.float64]
FAILURE_COLUMNS = ("site", "decided", "failed", "raw_share", "share", "lower", "upper")
TYPICAL_PRECISION = 20.0
"""Median of the log-normal prior of the precision; its logarithm has standard deviation 1."""


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SiteFailures(Result):
    """Posterior of each site's share of screening failures.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns `FAILURE_COLUMNS`: patients whose screening has ended, failures, their raw share
        (NaN when there are none), the posterior mean and the interval of the share.
    mean, precision : float
        Of the Beta distribution of the shares between sites: its two parameters sum to the
        precision; the larger, the more are sites alike.
    level : float
        Of the intervals, equal tails.
    """

    table: pd.DataFrame
    mean: float
    precision: float
    level: float

    def __post_init__(self) -> None:
        require_columns(self.table, FAILURE_COLUMNS, "one row per site")

    def to_frame(self) -> pd.DataFrame:
        """The table."""
        return self.table.copy()


def estimate_site_failures(sites: Sites, *, level: float = 0.9) -> SiteFailures:
    """Shares of failures by site, from a beta-binomial model of all sites.

    The mean and precision of the shares are those with the largest posterior density; the prior
    is flat for the logit of the mean and log-normal, around 20, for the precision.

    Parameters
    ----------
    sites : Sites
    level : float
        Of the intervals.

    Raises
    ------
    NotEstimableError
        When no patient has failed, or none has passed: there is no maximum.

    Examples
    --------
    >>> sites = Sites.of({"site": ["A", "B", "C"], "activated_month": [0, 0, 0],
    ...                   "failed": [10, 7, 3], "randomised": [41, 25, 2]}, now=12)
    >>> estimate_site_failures(sites).table["share"].round(2).tolist()
    [0.22, 0.24, 0.31]
    """
    require(0 < level < 1, "0 < level < 1", level=level)
    failed, passed = sites.column("failed"), sites.column("randomised")
    if not (failed.sum() > 0 and passed.sum() > 0):
        raise NotEstimableError("Shares of failures need patients who failed and who passed.")

    def density(at: Floats) -> float:
        precision, mean = float(np.exp(at[0])), float(expit(at[1]))
        a, b = precision * mean, precision * (1 - mean)
        likely = (betaln(a + failed, b + passed) - betaln(a, b)).sum()
        return float(likely - (at[0] - np.log(TYPICAL_PRECISION)) ** 2 / 2)

    start = np.array([np.log(TYPICAL_PRECISION), np.log(failed.sum() / passed.sum())])
    top, _ = climb(density, start)
    precision, mean = float(np.exp(top[0])), float(expit(top[1]))
    a, b = precision * mean + failed, precision * (1 - mean) + passed
    with np.errstate(invalid="ignore"):
        raw = failed / (failed + passed)
    table = pd.DataFrame(
        {
            "site": list(sites.names),
            "decided": (failed + passed).astype(np.int64),
            "failed": failed.astype(np.int64),
            "raw_share": raw,
            "share": a / (a + b),
            "lower": beta.ppf((1 - level) / 2, a, b),
            "upper": beta.ppf((1 + level) / 2, a, b),
        }
    )
    return SiteFailures(table=table, mean=mean, precision=precision, level=level)
