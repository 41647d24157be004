"""Rates of the sites, each shrunken to what it has shown among all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammainc, gammaincinv

from analytics.checks import require
from analytics.enrolment.model import EnrolmentModel, SitePosteriors
from analytics.results import Result, registered, require_columns

Floats = NDArray[np.float64]
RATE_COLUMNS = (
    "site",
    "country",
    "exposure_months",
    "randomised",
    "raw_rate",
    "rate",
    "std_dev",
    "lower",
    "upper",
    "shrinkage",
)
_HALVINGS = 50


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SiteRates(Result):
    """Posterior of each site's rate: patients randomised per month from now on.

    Parameters
    ----------
    model : EnrolmentModel
        What it rests on.
    table : pandas.DataFrame
        Columns `RATE_COLUMNS`. `raw_rate` is patients per month so far, NaN before a site opens;
        `rate` the posterior mean; `shrinkage` the weight of the prior in it, from 0 to 1.
    level : float
        Of the intervals, equal tails.
    """

    model: EnrolmentModel
    table: pd.DataFrame
    level: float

    def __post_init__(self) -> None:
        require_columns(self.table, RATE_COLUMNS, "one row per site")

    def to_frame(self) -> pd.DataFrame:
        """The table."""
        return self.table.copy()


def estimate_site_rates(model: EnrolmentModel, *, level: float = 0.9) -> SiteRates:
    """Posterior means and intervals of the rates of sites.

    Rates are of patients randomised, at the pace and trend of now, or of its opening for a site
    that is not open yet; of one that has closed, what it would be.

    Parameters
    ----------
    model : EnrolmentModel
    level : float
        Of the intervals.

    References
    ----------
    Anisimov and Fedorov (2007), Statistics in Medicine 26:4958-4975.

    Examples
    --------
    >>> from analytics.enrolment import RatePrior, Sites
    >>> sites = Sites.of({"site": ["A", "B"], "activated_month": [0, 3],
    ...                   "randomised": [9, 0]}, now=6)
    >>> model = EnrolmentModel(sites=sites, prior=RatePrior.gamma(shape=1.2, rate=1.5))
    >>> estimate_site_rates(model).table[["raw_rate", "rate"]].round(3).to_numpy().tolist()
    [[1.5, 1.36], [0.0, 0.267]]
    """
    require(0 < level < 1, "0 < level < 1", level=level)
    posteriors, sites = SitePosteriors.of(model), model.sites
    sizes, scales = posteriors.sizes, rate_scales(posteriors)
    weights = posteriors.weights[:, None]
    mean = (weights * sizes * scales).sum(axis=0)
    square = (weights * sizes * (sizes + 1) * scales**2).sum(axis=0)
    tail, exposure = (1 - level) / 2, sites.exposure_months
    randomised = sites.column("randomised")
    with np.errstate(invalid="ignore", divide="ignore"):
        raw = np.where(exposure > 0, randomised / exposure, np.nan)
    prior = np.array(model.prior.shapes)[:, None] / np.array(model.prior.means)[:, None]
    again = posteriors.weights.size // prior.shape[0]
    shrinkage = (weights * np.repeat(prior, again, axis=0) / posteriors.rates).sum(axis=0)
    table = pd.DataFrame(
        {
            "site": list(sites.names),
            "country": list(sites.table["country"]),
            "exposure_months": exposure,
            "randomised": sites.table["randomised"],
            "raw_rate": raw,
            "rate": mean,
            "std_dev": np.sqrt(np.fmax(square - mean**2, 0.0)),
            "lower": gamma_mixture_quantile(posteriors.weights, sizes, scales, tail),
            "upper": gamma_mixture_quantile(posteriors.weights, sizes, scales, 1 - tail),
            "shrinkage": shrinkage,
        }
    )
    return SiteRates(model=model, table=table, level=level)


def rate_scales(posteriors: SitePosteriors) -> Floats:
    """What a Gamma variable of the posterior's size is multiplied by to be a rate from now on."""
    model = posteriors.model
    opens = model.sites.opening_months
    pace = model.prior.pace_at(opens, np.fmax(opens, model.sites.now))
    again = posteriors.weights.size // pace.shape[0]
    pace = np.repeat(pace * model.sites.column("pace"), again, axis=0)
    return np.asarray(pace * posteriors.kept[:, None] / posteriors.rates)


def gamma_mixture_quantile(
    weights: Floats, sizes: Floats, scales: Floats, probability: float
) -> Floats:
    """Quantile of a weighted mixture (rows) of Gamma distributions, for each column.

    Examples
    --------
    >>> one = np.ones((2, 1))
    >>> gamma_mixture_quantile(np.array([0.5, 0.5]), one, one, 0.5).round(6).tolist()
    [0.693147]
    """
    single = gammaincinv(sizes, probability) * scales
    low, high = single.min(axis=0), single.max(axis=0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        below = (weights[:, None] * gammainc(sizes, middle / scales)).sum(axis=0) < probability
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray((low + high) / 2)
