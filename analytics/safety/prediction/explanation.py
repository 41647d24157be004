"""What a model's risks rest on: associations in these data, never causes.

None of this says what would happen to a subject if a predictor were changed: predictors stand in
for each other and for what was not measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from analytics.checks import require
from analytics.results import Result, registered, require_columns
from analytics.safety.prediction.data import Floats, Ints, RiskData
from analytics.safety.prediction.encoding import as_numbers, as_texts
from analytics.safety.prediction.model import FittedRisk

Score = Callable[[Floats, RiskData], float]
"""How good risks are for these subjects, one risk per subject; higher is better."""

NOT_CAUSAL = (
    "Associations in these data: they do not say what would happen if a predictor were changed."
)
IMPORTANCE_COLUMNS = ("predictor", "importance", "lower", "upper")
DEPENDENCE_COLUMNS = ("value", "risk", "lower", "upper")


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PermutationImportance(Result):
    """How much worse risks become when a predictor is shuffled; not causal.

    Parameters
    ----------
    table : DataFrame
        `predictor`, `importance` (score lost; above 0: the model uses it and is right to),
        `lower`, `upper` (bootstrap of subjects, percentiles), the most important first.
    score : float
        Of the risks as they are.
    repeats, resamples : int
        Shuffles per predictor, bootstrap samples.
    confidence_level : float
        Coverage of `lower` and `upper`.
    note : str
        What it does not say.
    """

    table: pd.DataFrame
    score: float
    repeats: int
    resamples: int
    confidence_level: float
    note: str = NOT_CAUSAL

    def __post_init__(self) -> None:
        require_columns(self.table, IMPORTANCE_COLUMNS, "the table of importance")

    def to_frame(self) -> pd.DataFrame:
        """The table."""
        return self.table


def permutation_importance(
    parts: Sequence[tuple[FittedRisk, RiskData]],
    *,
    days: float,
    score: Score,
    rng: np.random.Generator,
    repeats: int = 5,
    resamples: int = 200,
    confidence_level: float = 0.95,
) -> PermutationImportance:
    """Shuffle each predictor among subjects that the model was not fitted to; not causal.

    Of two predictors that say the same, neither may seem to matter. The interval is that of the
    subjects and of the shuffles, with the fitted models as they are.

    Parameters
    ----------
    parts : sequence of (fitted model, data)
        Each model with its held-out subjects: one pair, or the folds of a cross-validation, whose
        subjects are taken together. Predictors are shuffled within a part.
    days : float
        The day of the question.
    score : callable
        Of risks and the data they are about; higher is better (the negative of a Brier score).
    rng : Generator
        For shuffles and bootstrap samples.
    repeats : int
        Shuffles per predictor.
    resamples : int
        Bootstrap samples.

    References
    ----------
    Breiman (2001), Machine Learning 45:5-32; Fisher, Rudin and Dominici (2019), Journal of
    Machine Learning Research 20(177).

    Examples
    --------
    >>> from analytics.safety.prediction.discrete_hazards import DiscreteHazards
    >>> rng = np.random.default_rng(1)
    >>> age = rng.normal(60, 10, 400)
    >>> data = RiskData(
    ...     subjects=[f"S{n}" for n in range(400)],
    ...     predictors=pd.DataFrame({"NOISE": rng.normal(size=400), "AGE": age}),
    ...     days=rng.exponential(100 * np.exp(-(age - 60) / 10)), cause=np.ones(400, int),
    ... )
    >>> half = np.arange(200)
    >>> fitted = DiscreteHazards().fit(data.at(half), days=90, seed=0)
    >>> found = permutation_importance(
    ...     [(fitted, data.at(half + 200))], days=90, rng=rng, resamples=50,
    ...     score=lambda risk, of: -float(((of.days <= 90) - risk).__pow__(2).mean()),
    ... )
    >>> found.table["predictor"].tolist(), bool(found.table["lower"][0] > 0)
    (['AGE', 'NOISE'], True)
    """
    require(len(parts) > 0, "there is at least one part", parts=len(parts))
    require(repeats >= 1, "repeats >= 1", repeats=repeats)
    require(resamples >= 1, "resamples >= 1", resamples=resamples)
    require(0 < confidence_level < 1, "0 < confidence_level < 1", confidence_level=confidence_level)
    whole = _together([data for _, data in parts])
    risk = _risks(parts, days)
    base = score(risk, whole)
    samples = [_sample(whole, risk, score, rng) for _ in range(resamples)]
    tail = 100 * (1 - confidence_level) / 2
    rows = []
    for name in map(str, whole.predictors):
        shuffled = [_risks(_shuffled(parts, name, rng), days) for _ in range(repeats)]
        importance = base - float(np.mean([score(one, whole) for one in shuffled]))
        drawn = [
            one.score - score(shuffled[turn % repeats][one.places], one.data)
            for turn, one in enumerate(samples)
        ]
        known = [value for value in drawn if np.isfinite(value)]
        lower, upper = np.percentile(known, [tail, 100 - tail]) if known else (np.nan, np.nan)
        rows.append((name, importance, float(lower), float(upper)))
    table = pd.DataFrame(rows, columns=list(IMPORTANCE_COLUMNS))
    table = table.sort_values("importance", ascending=False, kind="stable", ignore_index=True)
    return PermutationImportance(
        table=table,
        score=base,
        repeats=repeats,
        resamples=resamples,
        confidence_level=confidence_level,
    )


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PartialDependence(Result):
    """Mean risk when everybody is given one value of a predictor; not causal.

    Parameters
    ----------
    predictor : str
        Which.
    table : DataFrame
        `value` (number, or text of a level), `risk` (mean over subjects), `lower`, `upper` (10th
        and 90th percentile of the subjects' risks: how much the others matter; no confidence
        interval).
    note : str
        What it does not say.
    """

    predictor: str
    table: pd.DataFrame
    note: str = NOT_CAUSAL

    def __post_init__(self) -> None:
        require_columns(self.table, DEPENDENCE_COLUMNS, "the table of partial dependence")

    def to_frame(self) -> pd.DataFrame:
        """The table."""
        return self.table


def partial_dependence(
    fitted: FittedRisk,
    predictors: pd.DataFrame,
    *,
    name: str,
    days: float,
    points: int = 20,
) -> PartialDependence:
    """Mean risk over subjects as one predictor goes through its values; not causal.

    Others stay as they are, even where no subject could have both: an old subject with the
    kidneys of a child.

    Parameters
    ----------
    fitted : FittedRisk
        Any model.
    predictors : DataFrame
        Of the subjects to average over.
    name : str
        The predictor. A number goes through `points` quantiles from the 2nd to the 98th
        percentile, a category through its levels.

    References
    ----------
    Friedman (2001), Annals of Statistics 29:1189-1232.

    Examples
    --------
    >>> class ByAge:
    ...     parameters = 1
    ...     def risk(self, predictors, days):
    ...         return predictors["AGE"].to_numpy() / 100
    >>> people = pd.DataFrame({"AGE": [40.0, 60.0, 80.0]})
    >>> found = partial_dependence(ByAge(), people, name="AGE", days=90, points=3)
    >>> found.table["risk"].round(3).tolist()
    [0.408, 0.6, 0.792]
    """
    require(name in predictors.columns, "the predictor is among the columns", name=name)
    require(points >= 2, "points >= 2", points=points)
    rows = []
    for value in _values(predictors[name], points):
        risk = fitted.risk(predictors.assign(**{name: value}), days)
        rows.append((value, float(risk.mean()), *map(float, np.percentile(risk, [10, 90]))))
    return PartialDependence(
        predictor=name, table=pd.DataFrame(rows, columns=list(DEPENDENCE_COLUMNS))
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sample:
    places: Ints
    data: RiskData
    score: float


def _sample(data: RiskData, risk: Floats, score: Score, rng: np.random.Generator) -> _Sample:
    places = rng.integers(0, len(data), len(data))
    drawn = data.at(places)
    return _Sample(places=places, data=drawn, score=score(risk[places], drawn))


def _risks(parts: Sequence[tuple[FittedRisk, RiskData]], days: float) -> Floats:
    return np.concatenate([fitted.risk(data.predictors, days) for fitted, data in parts])


def _shuffled(
    parts: Sequence[tuple[FittedRisk, RiskData]], name: str, rng: np.random.Generator
) -> list[tuple[FittedRisk, RiskData]]:
    """The same parts with one predictor dealt out anew."""
    return [(fitted, _dealt(data, name, rng)) for fitted, data in parts]


def _dealt(data: RiskData, name: str, rng: np.random.Generator) -> RiskData:
    column = data.predictors[name].iloc[rng.permutation(len(data))].reset_index(drop=True)
    return RiskData(
        subjects=data.subjects,
        predictors=data.predictors.assign(**{name: column}),
        days=data.days,
        cause=data.cause,
        sites=data.sites,
    )


def _together(datas: Sequence[RiskData]) -> RiskData:
    """Subjects of all parts; one that is in several is told apart by its part."""
    if len(datas) == 1:
        return datas[0]
    sites = [data.sites for data in datas]
    known = [site for one in sites if one is not None for site in one]
    return RiskData(
        subjects=[f"{turn}: {name}" for turn, data in enumerate(datas) for name in data.subjects],
        predictors=pd.concat([data.predictors for data in datas], ignore_index=True),
        days=np.concatenate([data.days for data in datas]),
        cause=np.concatenate([data.cause for data in datas]),
        sites=None if any(one is None for one in sites) else known,
    )


def _values(column: pd.Series, points: int) -> Iterator[float | str]:
    if is_numeric_dtype(column):
        values = as_numbers(column)
        values = values[~np.isnan(values)]
        require(values.size > 0, "the predictor has a value in somebody", name=column.name)
        yield from np.unique(np.quantile(values, np.linspace(0.02, 0.98, points))).tolist()
    else:
        yield from sorted(set(as_texts(column[column.notna()]).tolist()))
