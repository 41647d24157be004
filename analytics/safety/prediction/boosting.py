"""Gradient boosting of what happens in each period."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from optuna.distributions import FloatDistribution, IntDistribution
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from analytics.checks import require
from analytics.safety.prediction.data import Floats, RiskData
from analytics.safety.prediction.encoding import (
    FEWEST,
    CategoryCoding,
    Encoding,
    NumberCoding,
    as_numbers,
    require_predictors,
)
from analytics.safety.prediction.periods import Periods, cumulative_incidence

SPACE = {
    "rounds": IntDistribution(15, 60, log=True),
    "learning_rate": FloatDistribution(0.05, 0.15, log=True),
    "leaves": IntDistribution(2, 4),
}
_EVENT, _COMPETING = 1, 2  # kinds of ending; 0 is none
_BINS = 32  # of a number
_MOST_LEVELS = 200  # of a category; the others are taken as missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Boosting:
    """Small trees, one after the other, on a row per subject and period (scikit-learn).

    The rows, their weights and the way back to cumulative incidence are those of
    `DiscreteHazards`; the period is a predictor like the others, so that hazards need not be
    proportional. Missing numbers go to the better side of each split. It finds what is not
    linear, and needs more subjects for it.

    Parameters
    ----------
    rounds : int
        Trees for each kind of ending; all of them are grown, there is no early stopping.
    learning_rate : float
        Above 0, at most 1: how much of each tree counts.
    leaves : int
        Of a tree, 2 or more; with 2 there are no interactions, not even with time.
    smallest_leaf : int
        Rows in a leaf.
    ridge : float
        Penalty on the leaves' squares.
    periods : int
        At most so many.
    fewest : int
        Subjects that a level takes not to be pooled.

    References
    ----------
    Friedman (2001), Annals of Statistics 29:1189-1232; Ke and others (2017), NeurIPS 30
    (histograms).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> age, late = rng.normal(60, 10, 400), rng.exponential(200, 400)
    >>> soon = rng.exponential(100 * np.exp(-(age - 60) / 10))
    >>> data = RiskData(
    ...     subjects=[f"S{n}" for n in range(400)], predictors=pd.DataFrame({"AGE": age}),
    ...     days=np.minimum(soon, late), cause=np.where(soon < late, 1, 2),
    ... )
    >>> young, old = Boosting().fit(data, days=90, seed=0).risk(pd.DataFrame({"AGE": [50, 70]}), 90)
    >>> bool(young < 0.4 < 0.6 < old)
    True
    """

    rounds: int = 25
    learning_rate: float = 0.07
    leaves: int = 3
    smallest_leaf: int = 40
    ridge: float = 1.0
    periods: int = 4
    fewest: int = FEWEST

    def __post_init__(self) -> None:
        for field in ("rounds", "smallest_leaf", "periods", "fewest"):
            require(getattr(self, field) >= 1, f"{field} >= 1", **{field: getattr(self, field)})
        right = 0 < self.learning_rate <= 1
        require(right, "0 < learning_rate <= 1", learning_rate=self.learning_rate)
        require(self.leaves >= 2, "leaves >= 2", leaves=self.leaves)
        require(self.ridge >= 0, "ridge >= 0", ridge=self.ridge)

    @property
    def name(self) -> str:
        """What it is called on screen."""
        return "Gradient boosting"

    def fit(self, data: RiskData, *, days: float, seed: int) -> FittedBoosting:
        """Fit for the risk by a day; the same seed gives the same trees.

        Raises
        ------
        NotEstimableError
            Without an event by the day.
        """
        cut = Periods.of(data, days=days, number=self.periods)
        features = Features.of(data.predictors, fewest=self.fewest)
        place, period = np.nonzero(cut.lived > 0)
        rows = np.column_stack([features.matrix(data.predictors)[place], period])
        ending = _EVENT * cut.event + _COMPETING * cut.competing
        trees = HistGradientBoostingClassifier(
            max_iter=self.rounds,
            learning_rate=self.learning_rate,
            max_leaf_nodes=self.leaves,
            min_samples_leaf=self.smallest_leaf,
            l2_regularization=self.ridge,
            categorical_features=[*features.categorical, False],
            early_stopping=False,
            random_state=seed,
        )
        kind = ending[place, period].astype(np.int64)
        with threadpool_limits(limits=1):  # so few rows only wait for each other's threads
            trees.fit(rows, kind, sample_weight=cut.lived[place, period])
        return FittedBoosting(edges=cut.edges, features=features, trees=trees)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Features:
    """Predictors as trees read them: numbers as they are, categories as places of levels.

    Parameters
    ----------
    encoding : Encoding
        Which predictors vary, and the levels.
    cuts : dict
        Quantiles of each number: trees read which two a value lies between.
    """

    encoding: Encoding
    cuts: dict[str, Floats]

    @classmethod
    def of(cls, predictors: pd.DataFrame, *, fewest: int) -> Features:
        """Learn them."""
        encoding = Encoding.of(predictors, fewest=fewest)
        numbers = (one.name for one in encoding.codings if isinstance(one, NumberCoding))
        return cls(encoding=encoding, cuts={name: _cuts(predictors[name]) for name in numbers})

    @property
    def categorical(self) -> list[bool]:
        """Which columns are categories."""
        return [isinstance(one, CategoryCoding) for one in self.encoding.codings]

    def matrix(self, predictors: pd.DataFrame) -> Floats:
        """One column per predictor that varies; NaN where it is missing."""
        require_predictors(predictors, [one.name for one in self.encoding.codings])
        columns = []
        for one in self.encoding.codings:
            values = predictors[one.name]
            if isinstance(one, CategoryCoding):
                codes = one.codes(values).astype(np.float64)
                columns.append(np.where((codes < 0) | (codes > _MOST_LEVELS), np.nan, codes))
            else:
                columns.append(_binned(as_numbers(values), self.cuts[one.name]))
        return np.column_stack([np.zeros((len(predictors), 0)), *columns])


def _cuts(column: pd.Series) -> Floats:
    values = as_numbers(column)
    return np.unique(np.nanquantile(values, np.linspace(0, 1, _BINS + 1)[1:-1]))


def _binned(values: Floats, cuts: Floats) -> Floats:
    # scikit-learn's own quantiles of weighted rows take longer than all the trees.
    return np.where(np.isnan(values), np.nan, np.searchsorted(cuts, values).astype(np.float64))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedBoosting:
    """Fitted trees.

    Parameters
    ----------
    edges : array
        Days at which the periods end, from 0.
    features : Features
        Of the predictors.
    trees : HistGradientBoostingClassifier
        Fitted.
    """

    edges: Floats
    features: Features
    trees: HistGradientBoostingClassifier

    @property
    def parameters(self) -> int:
        """Predictors that vary: trees have no coefficients to count."""
        return len(self.features.encoding.codings)

    def risk(self, predictors: pd.DataFrame, days: float) -> Floats:
        """Risk of the event by a day, one value per row."""
        rows, periods = self.features.matrix(predictors), self.edges.size - 1
        if not len(rows):
            return np.zeros(0)
        many = np.column_stack(
            [np.repeat(rows, periods, axis=0), np.tile(range(periods), len(rows))]
        )
        with threadpool_limits(limits=1):
            told = self.trees.predict_proba(many).reshape(len(rows), periods, -1)
        chance = {int(kind): told[:, :, place] for place, kind in enumerate(self.trees.classes_)}
        competing = chance.get(_COMPETING, np.zeros(told.shape[:2]))
        return cumulative_incidence(self.edges, chance[_EVENT], competing, days)
