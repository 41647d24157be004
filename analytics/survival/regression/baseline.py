"""Baseline hazard of a Cox model, and survival predicted from it.

lifelines takes Breslow's baseline on an Efron fit, draws straight lines between event times, and
has no limits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.checks import require
from analytics.results import Result, registered, require_columns
from analytics.survival.counts import TIE
from analytics.survival.intervals import survival_limits
from analytics.survival.regression.columns import Columns, Floats, Ints
from analytics.survival.regression.cox import CoxRegression
from analytics.survival.regression.fitted import FittedCox, fitted_cox
from analytics.survival.regression.follow_up import FollowUp

BASELINE_COLUMNS = ("stratum", "time", "at_risk", "events", "cumulative_hazard", "variance")
SURVIVAL_COLUMNS = (
    "profile", "stratum", "time", "survival", "std_err", "lower", "upper", "cumulative_hazard",
)  # fmt: skip


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoxBaseline(Result):
    """A Cox model with its baseline: all that a prediction needs, and no subject's data.

    Parameters
    ----------
    fit : CoxRegression
        The model.
    table : DataFrame
        One row per stratum and event time: `stratum`, `time`, `at_risk` (rows) just before it,
        `events` at it, `cumulative_hazard` of a subject with covariates `centre`, and its
        `variance` if the coefficients were known.
    drift : array, rows of the table x coefficients
        Integral of (mean covariates at risk - centre) over the baseline hazard.
    centre : array
        Mean covariates of the rows.
    ends : DataFrame
        `stratum`, `time`: the last time under observation; nothing is known beyond.
    """

    fit: CoxRegression
    table: pd.DataFrame
    drift: np.ndarray
    centre: np.ndarray
    ends: pd.DataFrame

    def __post_init__(self) -> None:
        require_columns(self.table, BASELINE_COLUMNS, "the table of a baseline hazard")

    def at_zero(self) -> pd.DataFrame:
        """Cumulative hazard and survival when all covariates are 0 or the reference.

        Returns
        -------
        DataFrame
            `stratum`, `time`, `cumulative_hazard`, `survival`. Zero may be far from any subject.
        """
        factor = float(np.exp(-self.centre @ self.fit.coefficients))
        hazard = self.table["cumulative_hazard"].to_numpy() * factor
        table = self.table[["stratum", "time"]].copy()
        return table.assign(cumulative_hazard=hazard, survival=np.exp(-hazard))

    def to_frame(self) -> pd.DataFrame:
        """The table."""
        return self.table.copy()


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PredictedSurvival(Result):
    """Survival of given subjects.

    Parameters
    ----------
    table : DataFrame
        `profile` (row of the profiles, from 0), `stratum`, `time`, `survival` (from the time on,
        until the next event time), `std_err`, `lower`, `upper`, `cumulative_hazard`. NaN beyond
        the last time under observation.
    interval, confidence_level : str, float
        Scale and coverage of the pointwise limits.
    """

    table: pd.DataFrame
    interval: str
    confidence_level: float

    def __post_init__(self) -> None:
        require_columns(self.table, SURVIVAL_COLUMNS, "a table of predicted survival")

    def to_frame(self) -> pd.DataFrame:
        """One row per profile, stratum and time."""
        return self.table.copy()


def estimate_baseline(fit: CoxRegression, follow_up: FollowUp) -> CoxBaseline:
    """Cumulative baseline hazard of each stratum, with the ties of the fit.

    Parameters
    ----------
    fit, follow_up : CoxRegression, FollowUp
        The model and what it was fitted to.

    References
    ----------
    Breslow (1972), JRSS B 34:216-217; Efron (1977), JASA 72:557-565; Tsiatis (1981), Annals of
    Statistics 9:93-108; Link (1984), Biometrics 40:601-610.

    Examples
    --------
    >>> from analytics.survival.regression import Numeric, fit_cox
    >>> frame = pd.DataFrame({"days": [1, 2, 3, 4], "died": [1, 1, 1, 0], "age": [6, 9, 5, 7]})
    >>> follow_up = FollowUp(frame=frame, time="days", event="died")
    >>> baseline = estimate_baseline(fit_cox(follow_up, [Numeric("age")]), follow_up)
    >>> baseline.table["cumulative_hazard"].round(3).tolist()
    [0.25, 0.579, 1.094]
    """
    model = fitted_cox(fit, follow_up)
    grid, passage = model.likelihood.grid, model.process.passage
    square = passage.hazard * passage.inverse
    steps = np.vstack((passage.hazard, square, passage.hazard * model.process.mean))
    sums = running(passage.sum(steps), grid.stratum)
    table = pd.DataFrame(
        {
            "stratum": np.array(fit.strata, dtype=object)[grid.stratum],
            "time": grid.time,
            "at_risk": grid.at_risk(np.ones(grid.order.size)).round().astype(np.int64),
            "events": grid.deaths,
            "cumulative_hazard": sums[0],
            "variance": sums[1],
        }
    )
    return CoxBaseline(
        fit=fit,
        table=table,
        drift=(sums[2:] * model.likelihood.scale[:, None]).T,
        centre=model.likelihood.centre,
        ends=_ends(model),
    )


def predict_survival(
    baseline: CoxBaseline,
    profiles: pd.DataFrame,
    *,
    times: Sequence[float] | None = None,
    interval: str = "log-log",
    confidence_level: float = 0.95,
) -> PredictedSurvival:
    """Survival of subjects with given covariates, as step functions.

    S(t) = exp(-H(t)), as R's `survfit`. The standard error allows for the estimated coefficients
    and baseline; the covariates are fixed in time.

    Parameters
    ----------
    baseline : CoxBaseline
        The model.
    profiles : DataFrame
        One row per subject, with the columns of the model's terms. Has it the columns of the
        strata too, each subject is taken in its stratum; otherwise in all of them in turn.
    times : sequence of float, optional
        Where to read the curves; the event times of the stratum unless given.
    interval : {"log-log", "log", "plain", "arcsin", "logit"}
        Scale of the limits, see `survival_limits`.
    confidence_level : float
        Their two-sided coverage.

    Examples
    --------
    >>> from analytics.survival.regression import Numeric, fit_cox
    >>> frame = pd.DataFrame({"days": [1, 2, 3, 4], "died": [1, 1, 1, 0], "age": [6, 9, 5, 7]})
    >>> follow_up = FollowUp(frame=frame, time="days", event="died")
    >>> baseline = estimate_baseline(fit_cox(follow_up, [Numeric("age")]), follow_up)
    >>> older = predict_survival(baseline, pd.DataFrame({"age": [8]}), times=[2.5])
    >>> older.table[["time", "survival"]].round(3)
       time  survival
    0   2.5     0.543
    """
    covariates, stratum = coded_profiles(baseline, profiles)
    pieces = [
        _curve(baseline, number, one, label, times)
        for number, one in enumerate(covariates)
        for label in (baseline.fit.strata if stratum is None else (stratum[number],))
    ]
    table = pd.concat(pieces, ignore_index=True)
    survival = np.exp(-table["cumulative_hazard"].to_numpy())
    variance = table["variance"].to_numpy()
    lower, upper = survival_limits(
        survival, variance, interval=interval, confidence_level=confidence_level
    )
    std_err = np.where(survival > 0, survival * np.sqrt(variance), np.nan)
    found = table.assign(survival=survival, std_err=std_err, lower=lower, upper=upper)
    return PredictedSurvival(
        table=found[list(SURVIVAL_COLUMNS)], interval=interval, confidence_level=confidence_level
    )


def running(steps: Floats, stratum: Ints) -> Floats:
    """Running sums of steps at points, on the last axis, that restart in each stratum.

    Examples
    --------
    >>> running(np.array([1.0, 2.0, 4.0]), np.array([0, 0, 1])).tolist()
    [1.0, 3.0, 4.0]
    """
    total: Floats = np.cumsum(steps, axis=-1)
    starts = np.flatnonzero(np.diff(stratum, prepend=-1))
    if starts.size == 1:
        return total
    before = np.concatenate((np.zeros((*total.shape[:-1], 1)), total), axis=-1)[..., starts]
    lengths = np.diff(starts, append=stratum.size)
    return np.asarray(total - np.repeat(before, lengths, axis=-1))


def coded_profiles(
    baseline: CoxBaseline, profiles: pd.DataFrame
) -> tuple[Floats, tuple[str, ...] | None]:
    """Covariates of given subjects, and their strata if they have any."""
    fit = baseline.fit
    require(len(profiles) > 0, "there is at least one profile", profiles=0)
    columns = Columns(frame=profiles)
    for term in fit.terms:
        for name, missing in term.missing(columns).items():
            require(not missing.any(), f"each profile has {name!r}", missing=int(missing.sum()))
    covariates = np.hstack([term.coded(columns) for term in fit.terms])
    names = set(map(str, profiles.columns))
    if not fit.strata_columns or not names.issuperset(fit.strata_columns):
        return covariates, None if fit.strata != ("",) else ("",) * len(profiles)
    parts = [columns.labels(name) for name in fit.strata_columns]
    strata = tuple(
        ", ".join(found[codes[row]] if codes[row] >= 0 else "" for codes, found in parts)
        for row in range(len(profiles))
    )
    unknown = [one for one in strata if one not in fit.strata]
    require(not unknown, f"the strata are {fit.strata[:20]}", unknown=tuple(unknown[:3]))
    return covariates, strata


def _curve(
    baseline: CoxBaseline,
    number: int,
    covariates: Floats,
    stratum: str,
    times: Sequence[float] | None,
) -> pd.DataFrame:
    own = np.flatnonzero(baseline.table["stratum"] == stratum)
    steps = baseline.table["time"].to_numpy()[own]
    when = steps if times is None else np.asarray(times, dtype=np.float64)
    require(bool(np.isfinite(when).all()), "times are finite", times="missing or infinite")
    slack = TIE * np.maximum(np.abs(when), 1.0)  # times that differ by rounding are one time
    place = np.searchsorted(steps, when + slack, side="right")
    hazard, variance = (
        np.concatenate(([0.0], baseline.table[name].to_numpy()[own]))[place]
        for name in ("cumulative_hazard", "variance")
    )
    drift = np.vstack((np.zeros(covariates.size), baseline.drift[own]))[place]
    away = hazard[:, None] * (covariates - baseline.centre) - drift
    ratio = float(np.exp((covariates - baseline.centre) @ baseline.fit.coefficients))
    shaky = np.einsum("ij,jk,ik->i", away, baseline.fit.covariance, away)
    end = float(baseline.ends.set_index("stratum").loc[stratum, "time"])
    known = np.where(when <= end + slack, 1.0, np.nan)
    return pd.DataFrame(
        {
            "profile": number,
            "stratum": stratum,
            "time": when,
            "cumulative_hazard": ratio * hazard * known,
            "variance": ratio**2 * (variance + shaky) * known,
        }
    )


def _ends(model: FittedCox) -> pd.DataFrame:
    rows = model.rows
    last = np.zeros(len(rows.strata))
    np.maximum.at(last, rows.stratum, rows.time)
    return pd.DataFrame({"stratum": np.array(rows.strata, dtype=object), "time": last})
