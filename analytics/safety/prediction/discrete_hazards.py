"""Penalised discrete-time hazards of the event and the competing event."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from optuna.distributions import FloatDistribution

from analytics.checks import require
from analytics.safety.prediction.data import Floats, RiskData
from analytics.safety.prediction.encoding import FEWEST, Encoding
from analytics.safety.prediction.multinomial import Multinomial, maximise
from analytics.safety.prediction.periods import Periods, cumulative_incidence

# Standard deviations of log ratios, per two of a number, from 0.32 down to 0.14: a few hundred
# subjects cannot tell a smaller one from 0, and where they seem to, risks are drawn together.
SPACE = {"penalty": FloatDistribution(10.0, 50.0, log=True)}


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscreteHazards:
    """Multinomial logistic regression of what happens in each period, with a ridge penalty.

    In each period a subject at risk has the event, the competing event, or neither. The log odds
    of either against neither are a baseline for the period plus the subject's predictors, which
    count alike in all periods; the chances of the periods add up to the cumulative incidence.
    Fitted by our own Newton steps. Missing numbers take the median and a column that says so;
    rare levels are pooled; all of it is learned from the subjects of the fit.

    Parameters
    ----------
    penalty : float
        Above 0. Precision of each coefficient (a prior normal distribution with variance 1 /
        penalty), for numbers per two standard deviations. Period effects are not penalised but
        lightly smoothed.
    periods : int
        At most so many, ending at quantiles of the days of events.
    smoothing : float
        Precision of differences between neighbouring periods' log hazards.
    fewest : int
        Subjects that a level, or being missing, takes to have a column of its own.

    References
    ----------
    Tutz and Schmid (2016), Modeling Discrete Time-to-Event Data, chapters 3 and 8; le Cessie and
    van Houwelingen (1992), Applied Statistics 41:191-201 (the penalty).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> age, late = rng.normal(60, 10, 400), rng.exponential(200, 400)
    >>> soon = rng.exponential(100 * np.exp(-(age - 60) / 10))
    >>> data = RiskData(
    ...     subjects=[f"S{n}" for n in range(400)], predictors=pd.DataFrame({"AGE": age}),
    ...     days=np.minimum(soon, late), cause=np.where(soon < late, 1, 2),
    ... )
    >>> fitted = DiscreteHazards(penalty=1.0).fit(data, days=90, seed=0)
    >>> fitted.risk(pd.DataFrame({"AGE": [50, 70]}), 90).round(1).tolist()
    [0.2, 0.8]
    """

    penalty: float = 25.0
    periods: int = 8
    smoothing: float = 1.0
    fewest: int = FEWEST

    def __post_init__(self) -> None:
        require(self.penalty > 0, "penalty > 0", penalty=self.penalty)
        require(self.periods >= 1, "periods >= 1", periods=self.periods)
        require(self.smoothing >= 0, "smoothing >= 0", smoothing=self.smoothing)
        require(self.fewest >= 1, "fewest >= 1", fewest=self.fewest)

    @property
    def name(self) -> str:
        """What it is called on screen."""
        return "Discrete-time hazards"

    def fit(self, data: RiskData, *, days: float, seed: int) -> FittedHazards:  # noqa: ARG002
        """Fit for the risk by a day; there is no randomness in it.

        Raises
        ------
        NotEstimableError
            Without an event by the day.
        """
        cut = Periods.of(data, days=days, number=self.periods)
        encoding = Encoding.of(data.predictors, fewest=self.fewest)
        causes = [cut.event, *([cut.competing] if cut.competing.any() else [])]
        length = np.diff(cut.edges)
        likelihood = Multinomial(
            covariates=encoding.matrix(data.predictors),
            lived=cut.lived,
            happened=np.stack(causes),
            width=length / length.mean(),
            penalty=self.penalty,
            smoothing=self.smoothing,
        )
        return FittedHazards(
            edges=cut.edges,
            encoding=encoding,
            likelihood=likelihood,
            estimate=maximise(likelihood),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedHazards:
    """Fitted discrete-time hazards.

    Parameters
    ----------
    edges : array
        Days at which the periods end, from 0.
    encoding : Encoding
        Of the predictors.
    likelihood : Multinomial
        That was maximised.
    estimate : array
        At its top.
    """

    edges: Floats
    encoding: Encoding
    likelihood: Multinomial
    estimate: Floats

    @property
    def parameters(self) -> int:
        """Coefficients of predictors for the event; baselines do not count."""
        return len(self.encoding.columns)

    @property
    def coefficients(self) -> pd.Series:
        """Log odds ratios of the event against nothing, by column, per unit of the encoding."""
        _, slopes = self.likelihood.parts(self.estimate)
        return pd.Series(slopes[0], index=list(self.encoding.columns), dtype=np.float64)

    def risk(self, predictors: pd.DataFrame, days: float) -> Floats:
        """Risk of the event by a day, one value per row."""
        rows = self.encoding.matrix(predictors)
        chances = self.likelihood.chances(self.estimate, rows)
        competing = chances[1] if len(chances) > 1 else np.zeros_like(chances[0])
        return cumulative_incidence(self.edges, chances[0], competing, days)

    def contributions(self, predictors: pd.DataFrame) -> pd.DataFrame:
        """What each predictor adds to the log odds of the event in a period: exact.

        The sum over predictors is the subject's distance from the average subject of the fit.
        An association in these data, not what would happen if the predictor were changed.
        """
        parts = self.encoding.matrix(predictors) * self.coefficients.to_numpy()
        sources = np.array(self.encoding.sources, dtype=object)
        named = {name: parts[:, sources == name].sum(axis=1) for name in dict.fromkeys(sources)}
        return pd.DataFrame(named, index=predictors.index)
