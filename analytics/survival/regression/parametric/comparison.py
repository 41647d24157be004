"""Which distribution fits: log-likelihood, AIC and BIC side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered, require_columns
from analytics.survival.regression.follow_up import FollowUp
from analytics.survival.regression.interval_follow_up import IntervalFollowUp
from analytics.survival.regression.parametric.fit import fit_parametric
from analytics.survival.regression.terms import Term

COMPARISON_COLUMNS = (
    "group", "distribution", "parameters", "rows", "events", "log_likelihood", "aic", "bic",
    "note",
)  # fmt: skip
USUAL = ("exponential", "weibull", "gompertz", "lognormal", "loglogistic", "gengamma")


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DistributionComparison(Result):
    """Fits of several distributions to the same data.

    Parameters
    ----------
    table : DataFrame
        `group` ("" for all rows), `distribution`, `parameters` (how many), `rows`, `events`,
        `log_likelihood`, `aic`, `bic` (see `ParametricFit`), `note` (why there is no fit). In
        the order of AIC within each group.
    """

    table: pd.DataFrame

    def __post_init__(self) -> None:
        require_columns(self.table, COMPARISON_COLUMNS, "a comparison of distributions")

    def to_frame(self) -> pd.DataFrame:
        """One row per group and distribution."""
        return self.table.copy()


def compare_distributions(
    follow_up: FollowUp | IntervalFollowUp,
    terms: Sequence[Term] = (),
    *,
    by: str | None = None,
    distributions: Sequence[str] = USUAL,
    cuts: Sequence[float] = (),
) -> DistributionComparison:
    """Fit several distributions and rank them.

    All log-likelihoods are those of the times themselves, so they may be compared across
    distributions. A good AIC speaks for the fit within the data, not beyond.

    Parameters
    ----------
    follow_up, terms
        As in `fit_parametric`.
    by : str, optional
        Column of the arm, to fit each arm on its own.
    distributions : sequence of str
        Which.
    cuts : sequence of float
        For "piecewise".

    Examples
    --------
    >>> rows = pd.DataFrame({"days": [5.0, 8, 13, 21, 34], "died": [1, 1, 1, 1, 0]})
    >>> follow_up = FollowUp(frame=rows, time="days", event="died")
    >>> compare = compare_distributions(follow_up, distributions=["weibull", "exponential"])
    >>> compare.table[["distribution", "parameters", "aic"]].round(2)
      distribution  parameters    aic
    0  exponential           1  34.07
    1      weibull           2  35.67
    """
    groups = {"": follow_up}
    if by is not None:
        whole = isinstance(follow_up, FollowUp)
        require(whole, "groups are parts of a FollowUp", follow_up=type(follow_up).__name__)
        groups = dict(follow_up.split(by))  # type: ignore[union-attr]
    rows = []
    for group, part in groups.items():
        found = [_row(group, part, terms, one, cuts) for one in distributions]
        rows += sorted(found, key=lambda row: (row[-1] != "", row[-3]))
    return DistributionComparison(table=pd.DataFrame(rows, columns=list(COMPARISON_COLUMNS)))


def _row(
    group: str,
    part: FollowUp | IntervalFollowUp,
    terms: Sequence[Term],
    distribution: str,
    cuts: Sequence[float],
) -> tuple[object, ...]:
    own = cuts if distribution == "piecewise" else ()
    try:
        fit = fit_parametric(part, terms, distribution=distribution, cuts=own)
    except NotEstimableError as error:
        none = (float("nan"),) * 3
        return (group, distribution, 0, len(part.frame), part.events, *none, str(error))
    numbers = (fit.log_likelihood, fit.aic, fit.bic)
    return (group, distribution, len(fit.table), fit.rows, fit.events, *numbers, "")
