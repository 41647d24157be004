"""Concordance: how often the subject at higher risk has the event first.

lifelines gives Harrell's estimate without a variance, and has no weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered
from analytics.survival.regression.columns import Floats, Ints
from analytics.survival.regression.comparable_pairs import count_pairs
from analytics.survival.regression.cox import CoxRegression
from analytics.survival.regression.fitted import fitted_cox
from analytics.survival.regression.follow_up import FollowUp
from analytics.survival.regression.model_rows import ModelRows, model_rows
from analytics.survival.regression.sandwich import cluster_sums

WEIGHTINGS = ("harrell", "uno")


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Concordance(Result):
    """Share of comparable pairs that are concordant, ties in the score counting half.

    Parameters
    ----------
    concordance : float
        1/2: no better than chance; 1: perfect.
    std_err : float
        Infinitesimal jackknife.
    lower, upper : float
        concordance +- reach x std_err, within 0 and 1.
    concordant, discordant, tied_score, tied_time, tied_both : float
        (Weighted) pairs. Pairs tied in time are two events at the same time; they and those tied
        in both are not comparable.
    weighting : {"harrell", "uno"}
        As in `concordance_of_scores`.
    until : float or None
        Events after it start no pair; None for no limit.
    rows, events : int
        That it rests on.
    confidence_level : float
        Coverage of the limits.
    """

    concordance: float
    std_err: float
    lower: float
    upper: float
    concordant: float
    discordant: float
    tied_score: float
    tied_time: float
    tied_both: float
    weighting: str
    until: float | None
    rows: int
    events: int
    confidence_level: float


def concordance(
    fit: CoxRegression,
    follow_up: FollowUp,
    *,
    weighting: str = "harrell",
    until: float | None = None,
    confidence_level: float = 0.95,
) -> Concordance:
    """Concordance of a Cox model with the data it was fitted to.

    The model has seen the data: on new subjects it does less well.

    Parameters
    ----------
    fit, follow_up : CoxRegression, FollowUp
        Model and data.
    weighting, until, confidence_level
        As in `concordance_of_scores`.

    Examples
    --------
    >>> import pandas as pd
    >>> from analytics.survival.regression import Numeric, fit_cox
    >>> frame = pd.DataFrame({"days": [1, 2, 3, 4], "died": [1, 1, 1, 0], "age": [6, 9, 5, 7]})
    >>> follow_up = FollowUp(frame=frame, time="days", event="died")
    >>> fit = fit_cox(follow_up, [Numeric("age")])
    >>> round(concordance(fit, follow_up).concordance, 3)
    0.5
    """
    model = fitted_cox(fit, follow_up)
    # Equal covariates must give equal scores: a matrix product may differ in the last bit.
    scores = (model.rows.design.matrix * fit.coefficients).sum(axis=1)
    return _concordance(model.rows, scores, weighting, until, confidence_level)


def concordance_of_scores(
    follow_up: FollowUp,
    scores: ArrayLike,
    *,
    weighting: str = "harrell",
    until: float | None = None,
    confidence_level: float = 0.95,
) -> Concordance:
    """Concordance of any risk score, higher meaning earlier events.

    A pair is comparable when one subject has the event while the other is known to be free of it
    and under observation; censoring at the time of an event counts as later. Pairs are formed
    within strata.

    Parameters
    ----------
    follow_up : FollowUp
        Times and events; entries, strata, weights and clusters count if it has them.
    scores : array
        One per row.
    weighting : {"harrell", "uno"}
        Each pair once; or 1 / G(t-)^2, G being the Kaplan-Meier estimate of remaining uncensored,
        which makes the answer free of the censoring distribution (Uno). The standard error takes
        G as known.
    until : float, optional
        Only events up to this time start a pair; Uno's estimate needs it where G comes near 0.
    confidence_level : float
        Coverage of the limits.

    Raises
    ------
    NotEstimableError
        When no pair is comparable.

    References
    ----------
    Harrell, Lee and Mark (1996), Statistics in Medicine 15:361-387; Uno, Cai, Pencina, D'Agostino
    and Wei (2011), Statistics in Medicine 30:1105-1117; Therneau and Atkinson (2024), vignette
    "Concordance" of R's survival.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"days": [1, 2, 3, 4], "died": [1, 1, 1, 0]})
    >>> follow_up = FollowUp(frame=frame, time="days", event="died")
    >>> concordance_of_scores(follow_up, [9, 7, 8, 1]).concordance.__round__(4)
    0.8333
    """
    rows = model_rows(follow_up, [])
    given = np.asarray(scores, dtype=np.float64).ravel()
    size = len(follow_up.frame)
    require(given.size == size, "one score per row", rows=size, scores=given.size)
    require(bool(np.isfinite(given).all()), "scores are finite", scores="missing or infinite")
    return _concordance(rows, given[rows.design.row], weighting, until, confidence_level)


def _concordance(
    rows: ModelRows,
    scores: Floats,
    weighting: str,
    until: float | None,
    confidence_level: float,
) -> Concordance:
    require(weighting in WEIGHTINGS, f"weighting in {WEIGHTINGS}", weighting=weighting)
    require(until is None or until > 0, "until > 0", until=until)
    require(0 < confidence_level < 1, "0 < confidence_level < 1", confidence_level=confidence_level)
    parts = [
        (own, count_pairs(rows, own, scores, weighting, until))
        for own in _strata(rows)
        if rows.event[own].any()
    ]
    concordant, discordant, tied_score = (
        sum(getattr(part, kind) for _, part in parts)
        for kind in ("concordant", "discordant", "tied_score")
    )
    pairs = concordant + discordant + tied_score
    if not pairs > 0:
        raise NotEstimableError("No concordance: no two subjects can be compared.")
    share = (concordant + tied_score / 2) / pairs
    change = np.zeros(scores.size)
    for own, part in parts:
        change[own] = np.array([1 - share, -share, 0.5 - share]) @ part.influence / pairs
    weight = np.ones(scores.size) if rows.weight is None else rows.weight
    std_err = float(np.sqrt((cluster_sums(change * weight, rows.cluster) ** 2).sum()))
    reach = float(ndtri(0.5 + confidence_level / 2)) * std_err
    return Concordance(
        concordance=share,
        std_err=std_err,
        lower=max(share - reach, 0.0),
        upper=min(share + reach, 1.0),
        concordant=concordant,
        discordant=discordant,
        tied_score=tied_score,
        tied_time=sum(part.tied_time for _, part in parts),
        tied_both=sum(part.tied_both for _, part in parts),
        weighting=weighting,
        until=until,
        rows=scores.size,
        events=int(rows.event.sum()),
        confidence_level=confidence_level,
    )


def _strata(rows: ModelRows) -> list[Ints]:
    order = np.argsort(rows.stratum, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(rows.stratum[order])) + 1)
