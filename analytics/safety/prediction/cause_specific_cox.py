"""Penalised cause-specific Cox models turned into cumulative incidence."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from optuna.distributions import FloatDistribution

from analytics.checks import require
from analytics.safety.prediction.data import COMPETING, EVENT, Floats, RiskData
from analytics.safety.prediction.encoding import FEWEST, Encoding
from analytics.safety.prediction.periods import require_events, require_horizon
from analytics.survival.regression.cox_likelihood import CoxLikelihood
from analytics.survival.regression.model_rows import Design, ModelRows
from analytics.survival.regression.newton import Expansion, maximised

# Standard deviations of log ratios, per two of a number, from 0.32 down to 0.14: a few hundred
# subjects cannot tell a smaller one from 0, and where they seem to, risks are drawn together.
SPACE = {"penalty": FloatDistribution(10.0, 50.0, log=True)}
_ROWS_AT_ONCE = 4000  # subjects x days in memory


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseSpecificCox:
    """Cox models of the event and of the competing event, each with a ridge penalty.

    The subject's two hazards, with Breslow's baselines, give the cumulative incidence as in
    Aalen and Johansen's estimate. The likelihood is that of `analytics.survival.regression`
    (ties as Breslow has them) with the penalty taken off: lifelines takes thirty times as
    long, too long for nested cross-validation. Predictors are coded as in `DiscreteHazards`.

    Parameters
    ----------
    penalty : float
        Above 0. Precision of each coefficient, for numbers per two standard deviations.
    fewest : int
        Subjects that a level, or being missing, takes to have a column of its own.

    References
    ----------
    Benichou and Gail (1990), Biometrics 46:813-826; Verweij and van Houwelingen (1994),
    Statistics in Medicine 13:2427-2436.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> age, late = rng.normal(60, 10, 400), rng.exponential(200, 400)
    >>> soon = rng.exponential(100 * np.exp(-(age - 60) / 10))
    >>> data = RiskData(
    ...     subjects=[f"S{n}" for n in range(400)], predictors=pd.DataFrame({"AGE": age}),
    ...     days=np.minimum(soon, late), cause=np.where(soon < late, 1, 2),
    ... )
    >>> fitted = CauseSpecificCox(penalty=1.0).fit(data, days=90, seed=0)
    >>> fitted.risk(pd.DataFrame({"AGE": [50, 70]}), 90).round(1).tolist()
    [0.2, 0.8]
    """

    penalty: float = 25.0
    fewest: int = FEWEST

    def __post_init__(self) -> None:
        require(self.penalty > 0, "penalty > 0", penalty=self.penalty)
        require(self.fewest >= 1, "fewest >= 1", fewest=self.fewest)

    @property
    def name(self) -> str:
        """What it is called on screen."""
        return "Cause-specific Cox"

    def fit(self, data: RiskData, *, days: float, seed: int) -> FittedCox:  # noqa: ARG002
        """Fit for the risk by a day; there is no randomness in it.

        Raises
        ------
        NotEstimableError
            Without an event by the day.
        """
        require_events(data, days)
        encoding = Encoding.of(data.predictors, fewest=self.fewest)
        rows = encoding.matrix(data.predictors)
        time = np.minimum(data.days, days)
        seen = data.days <= days
        return FittedCox(
            horizon=float(days),
            encoding=encoding,
            event=_hazard(rows, time, seen & (data.cause == EVENT), self.penalty),
            competing=_hazard(rows, time, seen & (data.cause == COMPETING), self.penalty),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hazard:
    """One cause's hazard.

    Parameters
    ----------
    slopes : array
        Log hazard ratios per unit of the encoding.
    days, steps : array
        Days on which the cause struck, and the baseline hazard on them.
    """

    slopes: Floats
    days: Floats
    steps: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedCox:
    """Two fitted Cox models.

    Parameters
    ----------
    horizon : float
        Latest day for which risks can be told.
    encoding : Encoding
        Of the predictors.
    event, competing : Hazard
        The models.
    """

    horizon: float
    encoding: Encoding
    event: Hazard
    competing: Hazard

    @property
    def parameters(self) -> int:
        """Coefficients of predictors for the event; baselines do not count."""
        return len(self.encoding.columns)

    @property
    def coefficients(self) -> pd.Series:
        """Log hazard ratios of the event, by column, per unit of the encoding."""
        return pd.Series(self.event.slopes, index=list(self.encoding.columns), dtype=np.float64)

    def risk(self, predictors: pd.DataFrame, days: float) -> Floats:
        """Risk of the event by a day, one value per row."""
        require_horizon(days, self.horizon)
        rows = self.encoding.matrix(predictors)
        starts = range(0, len(rows), _ROWS_AT_ONCE)
        parts = [self._risk(rows[start : start + _ROWS_AT_ONCE], days) for start in starts]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _risk(self, rows: Floats, days: float) -> Floats:
        when = np.union1d(self.event.days, self.competing.days)
        when = when[when <= days]
        own = _steps(self.event, rows, when)
        both = own + _steps(self.competing, rows, when)
        before = np.exp(-(np.cumsum(both, axis=1) - both))
        share = np.divide(own, both, out=np.zeros_like(own), where=both > 0)
        return np.asarray((before * -np.expm1(-both) * share).sum(axis=1))


def _steps(hazard: Hazard, rows: Floats, when: Floats) -> Floats:
    """The hazard of each row on each day."""
    baseline = np.zeros(when.size)
    inside = np.isin(hazard.days, when)
    baseline[np.searchsorted(when, hazard.days[inside])] = hazard.steps[inside]
    return np.outer(np.exp(rows @ hazard.slopes), baseline)


def _hazard(rows: Floats, time: Floats, event: np.ndarray, penalty: float) -> Hazard:
    """Fit one cause; without events its hazard is 0."""
    if not event.any():
        return Hazard(slopes=np.zeros(rows.shape[1]), days=np.zeros(0), steps=np.zeros(0))
    slopes = _slopes(_model_rows(rows, time, event), penalty)
    days, at = np.unique(time[event], return_inverse=True)
    order = np.argsort(time, kind="stable")
    ratio = np.exp(rows[order] @ slopes)
    at_risk = np.cumsum(ratio[::-1])[::-1][np.searchsorted(time[order], days)]
    return Hazard(slopes=slopes, days=days, steps=np.bincount(at) / at_risk)


def _model_rows(rows: Floats, time: Floats, event: np.ndarray) -> ModelRows:
    design = Design(
        terms=(),
        labels=(),
        term_of=np.zeros(rows.shape[1], dtype=np.int64),
        matrix=rows,
        row=np.arange(len(rows)),
        dropped=pd.DataFrame(),
    )
    return ModelRows(
        design=design,
        time=time,
        entry=None,
        event=event,
        stratum=np.zeros(len(rows), dtype=np.int64),
        strata=("",),
        weight=None,
        cluster=None,
    )


def _slopes(rows: ModelRows, penalty: float) -> Floats:
    """Log hazard ratios where likelihood less penalty is highest."""
    if not rows.design.matrix.shape[1]:
        return np.zeros(0)
    likelihood = CoxLikelihood.of(rows, "breslow")
    precision = penalty / likelihood.scale**2  # the likelihood is of standardised columns
    penalised = partial(_penalised, likelihood, precision)
    top = maximised(penalised, penalised(np.zeros_like(precision)), what="Cox model", stuck=_free)
    return top.top.estimate / likelihood.scale


def _penalised(likelihood: CoxLikelihood, precision: Floats, estimate: Floats) -> Expansion:
    free = likelihood.at(estimate)
    return Expansion(
        estimate=estimate,
        value=free.value - float(precision @ estimate**2) / 2,
        score=free.score - precision * estimate,
        information=free.information + np.diag(precision),
    )


def _free(here: Expansion, move: Floats) -> None:
    """With a penalty there is always a top; nothing needs to be explained."""
