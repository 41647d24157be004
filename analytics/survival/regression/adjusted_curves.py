"""Survival curves adjusted by standardisation: the g-formula over a Cox model.

Everybody is given each arm in turn, keeping the own covariates and stratum, and the predicted
curves are averaged. The curve of a subject with average covariates is something else, and
nobody's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from analytics.checks import require
from analytics.results import Result, registered, require_columns
from analytics.survival.counts import TIE
from analytics.survival.intervals import survival_limits
from analytics.survival.regression.baseline import running
from analytics.survival.regression.columns import Columns, Floats, Ints
from analytics.survival.regression.cox import CoxRegression
from analytics.survival.regression.fitted import FittedCox, fitted_cox
from analytics.survival.regression.follow_up import FollowUp
from analytics.survival.regression.sandwich import cluster_sums
from analytics.survival.regression.terms import Factor

ADJUSTED_COLUMNS = ("arm", "time", "survival", "std_err", "lower", "upper")
DIFFERENCE_COLUMNS = ("arm", "reference", "time", "difference", "std_err", "lower", "upper")


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AdjustedCurves(Result):
    """Mean predicted survival of all subjects under each arm.

    Parameters
    ----------
    table : DataFrame
        `arm`, `time`, `survival`, `std_err`, `lower`, `upper`.
    differences : DataFrame
        Each arm less the reference: `arm`, `reference`, `time`, `difference` (above 0 favours
        the arm), `std_err`, `lower`, `upper`.
    column : str
        The column that holds the arm.
    method : str
        How it was computed, for footnotes.
    interval : str
        Scale of the limits of `table`; those of `differences` are plain.
    confidence_level : float
        Their two-sided coverage.
    """

    table: pd.DataFrame
    differences: pd.DataFrame
    column: str
    method: str
    interval: str
    confidence_level: float

    def __post_init__(self) -> None:
        require_columns(self.table, ADJUSTED_COLUMNS, "a table of adjusted curves")

    def to_frame(self) -> pd.DataFrame:
        """One row per arm and time."""
        return self.table.copy()


def adjust_curves(
    fit: CoxRegression,
    follow_up: FollowUp,
    *,
    arm: str,
    times: Sequence[float] | None = None,
    interval: str = "log-log",
    confidence_level: float = 0.95,
) -> AdjustedCurves:
    """Standardised survival curves of each arm.

    The standard error is the infinitesimal jackknife of the whole calculation: coefficients,
    baseline hazard and the sample that is averaged over. It is robust, and by cluster if the
    follow-up names clusters.

    Parameters
    ----------
    fit, follow_up : CoxRegression, FollowUp
        A model with one row per subject, and what it was fitted to.
    arm : str
        Column of a factor of the model, or of a number that is 0 or 1.
    times : sequence of float, optional
        Where to read the curves, up to the last time under observation; the event times unless
        given. The work grows with rows x times.
    interval : {"log-log", "log", "plain", "arcsin", "logit"}
        Scale of the limits, see `survival_limits`.
    confidence_level : float
        Their two-sided coverage.

    References
    ----------
    Makuch (1982), Journal of Chronic Diseases 35:437-443; Gail and Byar (1986), Biometrical
    Journal 28:587-599; Ozenne, Scheike, Staerk and Gerds (2020), Biometrical Journal 62:751-763.

    Examples
    --------
    >>> from analytics.survival.regression import Numeric, fit_cox
    >>> frame = pd.DataFrame({
    ...     "days": [6, 7, 10, 15, 19, 25, 1, 2, 3, 8, 12, 20], "died": [1] * 12,
    ...     "arm": ["A"] * 6 + ["B"] * 6, "age": [60, 71, 64, 50, 58, 49, 70, 66, 61, 57, 63, 52],
    ... })
    >>> follow_up = FollowUp(frame=frame, time="days", event="died")
    >>> fit = fit_cox(follow_up, [Factor("arm"), Numeric("age")])
    >>> curves = adjust_curves(fit, follow_up, arm="arm", times=[10])
    >>> curves.table[["arm", "time", "survival"]].round(3)
      arm  time  survival
    0   A  10.0     0.552
    1   B  10.0     0.372
    """
    require(0 < confidence_level < 1, "0 < confidence_level < 1", confidence_level=confidence_level)
    model = fitted_cox(fit, follow_up)
    rule = "everybody is at risk from 0: adjusted curves are about whole subjects"
    require(model.rows.entry is None, rule, entry="late")
    arms, covariates = _everybody_given(model, follow_up.frame, arm)
    when = _times(model, times)
    jackknife = _Jackknife.of(model)
    survival, spread = np.empty((2, len(arms), when.size)), np.empty((2, len(arms), when.size))
    for place, time in enumerate(when.tolist()):
        means, influences = jackknife.means(time, covariates)
        survival[:, :, place] = means, means - means[0]
        spread[0, :, place] = np.sqrt((influences**2).sum(axis=1))
        spread[1, :, place] = np.sqrt(((influences - influences[0]) ** 2).sum(axis=1))
    return AdjustedCurves(
        table=_table(arms, when, survival[0], spread[0], interval, confidence_level),
        differences=_differences(arms, when, survival[1], spread[1], confidence_level),
        column=arm,
        method=f"Mean of the predictions for {fit.rows} rows under each arm; {fit.method}; "
        "infinitesimal-jackknife standard errors",
        interval=interval,
        confidence_level=confidence_level,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Jackknife:
    """Mean survival, and how it changes with the weight of each row.

    Parameters
    ----------
    risk : array, per complete row
        Relative risk under the covariates it has.
    died : array, per complete row
        What its own event adds to the baseline hazard, per unit of weight; 0 without one.
    lost : array, per point and one more
        Running sum of the hazard steps' derivatives by the risk of those at risk.
    last : array of int, per complete row
        One past the last point it is at risk at.
    steps : array, (1 + covariates) x points
        Steps of the baseline hazard, and of its integral of mean covariates.
    influence : array, covariates x complete rows
        On the (standardised) coefficients.
    """

    model: FittedCox
    weight: Floats
    risk: Floats
    died: Floats
    lost: Floats
    last: Ints
    steps: Floats
    influence: Floats

    @classmethod
    def of(cls, model: FittedCox) -> _Jackknife:
        """At the estimate."""
        grid, process, rows = model.likelihood.grid, model.process, model.rows
        passage = process.passage
        square = passage.hazard * passage.inverse
        ties = model.likelihood.ties
        died = np.zeros(grid.order.size)
        died[grid.death] = (passage.sum(passage.inverse) / grid.deaths)[grid.point]
        tied = grid.death[ties.event]
        died[tied] += process.risk[tied] * ties.left(square)[ties.place]
        size = rows.time.size
        last = np.zeros(size, dtype=np.int64)
        last[grid.order] = grid.last
        return cls(
            model=model,
            weight=np.ones(size) if rows.weight is None else rows.weight,
            risk=model.per_row(process.risk),
            died=model.per_row(died),
            lost=np.concatenate(([0.0], np.cumsum(passage.sum(square)))),
            last=last,
            steps=running(
                passage.sum(np.vstack((passage.hazard, passage.hazard * process.mean))),
                grid.stratum,
            ),
            influence=model.per_row(model.top.covariance @ process.score_residuals()),
        )

    def means(self, time: float, covariates: list[Floats]) -> tuple[Floats, Floats]:
        """For each arm, mean survival at a time and the clusters' influences on it."""
        grid, stratum = self.model.likelihood.grid, self.model.rows.stratum
        number = len(self.model.rows.strata)
        opens = np.searchsorted(grid.stratum, np.arange(number + 1))
        upto = opens[:-1] + np.bincount(
            grid.stratum, weights=grid.time <= time + TIE * max(time, 1.0), minlength=number
        ).astype(np.int64)
        none = np.zeros((self.steps.shape[0], 1))
        so_far = np.concatenate((none, self.steps), axis=1)[:, np.where(upto > opens[:-1], upto, 0)]
        reached = np.minimum(self.last, upto[stratum])
        past = np.maximum(reached, opens[stratum])
        own = np.where(self.last <= upto[stratum], self.died, 0.0)
        own -= self.risk * (self.lost[past] - self.lost[opens[stratum]])
        pairs = [self._mean(so_far, own, one) for one in covariates]
        return np.array([mean for mean, _ in pairs]), np.array([change for _, change in pairs])

    def _mean(self, so_far: Floats, own: Floats, covariates: Floats) -> tuple[float, Floats]:
        stratum, total = self.model.rows.stratum, self.weight.sum()
        risk = np.exp(self.model.top.estimate @ covariates)
        hazard, drift = so_far[0][stratum], so_far[1:][:, stratum]
        survival = np.exp(-hazard * risk)
        mean = float(self.weight @ survival / total)
        slope = self.weight * survival * risk / total
        by_stratum = np.bincount(stratum, weights=slope, minlength=len(self.model.rows.strata))
        by_coefficient = (covariates * hazard - drift) @ slope
        change = (survival - mean) / total - by_stratum[stratum] * own
        change -= by_coefficient @ self.influence
        return mean, cluster_sums(change * self.weight, self.model.rows.cluster)


def _everybody_given(
    model: FittedCox, frame: pd.DataFrame, arm: str
) -> tuple[tuple[str, ...], list[Floats]]:
    """The arms, reference first, and the standardised covariates of all rows under each."""
    terms = [term for term in model.fit.terms if term.columns == (arm,)]
    rule = "the arm is a factor of the model, or a number in it"
    require(len(terms) == 1, rule, arm=arm, terms=tuple(term.name for term in model.fit.terms))
    rows = frame.iloc[model.rows.design.row]
    term = terms[0]
    values: dict[str, object] = {"0": 0.0, "1": 1.0}
    if isinstance(term, Factor):
        others = tuple(level for level in term.levels or () if level != term.reference)
        values = {level: level for level in (term.reference or "", *others)}
    else:
        found = np.unique(Columns(frame=rows).numbers(arm))
        require(set(found) <= {0.0, 1.0}, f"{arm!r} is 0 or 1", values=tuple(found[:5].tolist()))
    centre, scale = model.likelihood.centre, model.likelihood.scale
    coded = []
    for value in values.values():
        given = rows.copy()
        given[arm] = value
        columns = Columns(frame=given)
        matrix = np.hstack([term.coded(columns) for term in model.fit.terms])
        coded.append(((matrix - centre) / scale).T)
    return tuple(values), coded


def _times(model: FittedCox, times: Sequence[float] | None) -> Floats:
    rows = model.rows
    ends = np.zeros(len(rows.strata))
    np.maximum.at(ends, rows.stratum, rows.time)
    if times is None:
        found: Floats = np.unique(model.likelihood.grid.time)
        return np.asarray(found[found <= ends.min()])
    when: Floats = np.asarray(times, dtype=np.float64).ravel()
    last = ends.min() + TIE * max(ends.min(), 1.0)
    good = bool((np.isfinite(when) & (when >= 0) & (when <= last)).all())
    require(
        good, f"times are from 0 to {ends.min():g}, where follow-up of a stratum ends", times=times
    )
    return when


def _table(
    arms: tuple[str, ...],
    when: Floats,
    survival: Floats,
    spread: Floats,
    interval: str,
    confidence_level: float,
) -> pd.DataFrame:
    flat = survival.ravel()
    with np.errstate(divide="ignore", invalid="ignore"):  # NaN once nobody is left
        relative = np.where(flat > 0, (spread.ravel() / flat) ** 2, np.nan)
    lower, upper = survival_limits(
        flat, relative, interval=interval, confidence_level=confidence_level
    )
    columns = (
        np.repeat(np.array(arms, dtype=object), when.size),
        np.tile(when, len(arms)),
        flat,
        spread.ravel(),
        lower,
        upper,
    )
    return pd.DataFrame(dict(zip(ADJUSTED_COLUMNS, columns, strict=True)))


def _differences(
    arms: tuple[str, ...], when: Floats, difference: Floats, spread: Floats, confidence_level: float
) -> pd.DataFrame:
    reach = float(ndtri(0.5 + confidence_level / 2)) * spread[1:].ravel()
    middle = difference[1:].ravel()
    others = len(arms) - 1
    columns = (
        np.repeat(np.array(arms[1:], dtype=object), when.size),
        np.full(others * when.size, arms[0], dtype=object),
        np.tile(when, others),
        middle,
        spread[1:].ravel(),
        middle - reach,
        middle + reach,
    )
    return pd.DataFrame(dict(zip(DIFFERENCE_COLUMNS, columns, strict=True)))
