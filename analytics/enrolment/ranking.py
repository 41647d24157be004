"""Which sites enrol fastest, with how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.checks import NotEstimableError, require
from analytics.enrolment.model import EnrolmentModel, SitePosteriors
from analytics.enrolment.site_rates import rate_scales
from analytics.results import Result, registered, require_columns

Floats = NDArray[np.float64]
RANK_COLUMNS = (
    "site",
    "country",
    "rate",
    "expected_rank",
    "lower_rank",
    "upper_rank",
    "best",
    "in_top",
    "mc_std_err",
)


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SiteRanking(Result):
    """Ranks of the sites by their rates, 1 for the fastest.

    Parameters
    ----------
    model : EnrolmentModel
        What it rests on.
    table : pandas.DataFrame
        Columns `RANK_COLUMNS`, the smallest expected rank first. `rate` is the posterior mean;
        `best` the probability of being the fastest, `in_top` of being among the `top` fastest, and
        `mc_std_err` the Monte-Carlo error of the latter.
    top : int
        How many are at the top.
    level : float
        Of the intervals of ranks, equal tails.
    draws, seed : int
        Of the simulation.
    """

    model: EnrolmentModel
    table: pd.DataFrame
    top: int
    level: float
    draws: int
    seed: int

    def __post_init__(self) -> None:
        require_columns(self.table, RANK_COLUMNS, "one row per site that is or was open")

    def to_frame(self) -> pd.DataFrame:
        """The table."""
        return self.table.copy()


def rank_sites(
    model: EnrolmentModel,
    *,
    top: int = 3,
    level: float = 0.9,
    draws: int = 10_000,
    seed: int = 1,
) -> SiteRanking:
    """Rank sites that have opened by draws from the joint posterior of their rates.

    Never by raw rates: a site with three patients in its first month is not the best of all.

    Parameters
    ----------
    model : EnrolmentModel
    top : int
        Of the probability to be among the fastest.
    level : float
        Of the intervals of ranks.
    draws : int
        100 to 1,000,000.
    seed : int
        From 0 to 2^32 - 1; the same seed gives the same ranks.

    Raises
    ------
    NotEstimableError
        When no site has opened.

    References
    ----------
    Goldstein and Spiegelhalter (1996), Journal of the Royal Statistical Society A 159:385-409.

    Examples
    --------
    >>> from analytics.enrolment import RatePrior, Sites
    >>> sites = Sites.of({"site": ["A", "B", "C"], "activated_month": [0, 0, 5],
    ...                   "randomised": [12, 2, 2]}, now=6)
    >>> model = EnrolmentModel(sites=sites, prior=RatePrior.gamma(shape=1.2, rate=1.5))
    >>> rank_sites(model, top=1, draws=1000).table["site"].tolist()
    ['A', 'C', 'B']
    """
    require(100 <= draws <= 1_000_000, "100 <= draws <= 1,000,000", draws=draws)
    require(0 <= seed < 2**32, "0 <= seed < 2^32", seed=seed)
    require(0 < level < 1, "0 < level < 1", level=level)
    opened = model.sites.table["activated_month"].notna().to_numpy()
    if not opened.any():
        raise NotEstimableError("No site has opened yet: there is nothing to rank.")
    require(1 <= top <= opened.sum(), "1 <= top <= sites opened", top=top, opened=opened.sum())
    posteriors = SitePosteriors.of(model)
    scales = rate_scales(posteriors)[:, opened]
    drawn = _drawn(posteriors.weights, posteriors.sizes[:, opened], scales, draws, seed)
    ranks = drawn.argsort(axis=1)[:, ::-1].argsort(axis=1) + 1
    table = _table(model, opened, ranks, top, level)
    table["rate"] = (posteriors.weights[:, None] * posteriors.sizes[:, opened] * scales).sum(axis=0)
    table = table.sort_values(["expected_rank", "site"], ignore_index=True)
    return SiteRanking(
        model=model,
        table=table[list(RANK_COLUMNS)],
        top=top,
        level=level,
        draws=draws,
        seed=seed,
    )


def _drawn(weights: Floats, sizes: Floats, scales: Floats, draws: int, seed: int) -> Floats:
    """Rates: a row per draw; nodes take their shares of the draws."""
    rng = np.random.default_rng(seed)
    reached = np.cumsum(weights) / weights.sum()
    node = np.fmin(np.searchsorted(reached, (np.arange(draws) + 0.5) / draws), weights.size - 1)
    return np.asarray(rng.standard_gamma(sizes[node]) * scales[node])


def _table(
    model: EnrolmentModel,
    opened: NDArray[np.bool_],
    ranks: NDArray[np.intp],
    top: int,
    level: float,
) -> pd.DataFrame:
    tails = (1 - level) / 2, (1 + level) / 2
    low, high = np.quantile(ranks, tails, axis=0, method="inverted_cdf")
    inside = (ranks <= top).mean(axis=0)
    return pd.DataFrame(
        {
            "site": model.sites.table["site"][opened].tolist(),
            "country": model.sites.table["country"][opened].tolist(),
            "expected_rank": ranks.mean(axis=0),
            "lower_rank": low.astype(np.int64),
            "upper_rank": high.astype(np.int64),
            "best": (ranks == 1).mean(axis=0),
            "in_top": inside,
            "mc_std_err": np.sqrt(inside * (1 - inside) / ranks.shape[0]),
        }
    )
