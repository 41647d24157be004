"""What each predictor adds to one subject's risk, as the model sees it; not causal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from analytics.checks import require
from analytics.results import Result, registered
from analytics.safety.prediction.data import Floats
from analytics.safety.prediction.encoding import as_numbers
from analytics.safety.prediction.explanation import NOT_CAUSAL
from analytics.safety.prediction.model import FittedRisk


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contributions(Result):
    """How each subject's risk differs from a reference, split among the predictors; not causal.

    Parameters
    ----------
    table : DataFrame
        One row per subject, one column per predictor; above 0 raises the risk.
    risk : array
        Of each subject.
    reference : array
        What the split starts from: the sum of a row and this is the subject's risk when `exact`.
    exact : bool
        Whether the parts add up.
    note : str
        What it does not say.
    """

    table: pd.DataFrame
    risk: np.ndarray
    reference: np.ndarray
    exact: bool
    note: str = NOT_CAUSAL

    def to_frame(self) -> pd.DataFrame:
        """The table with risk and reference."""
        return self.table.assign(risk=self.risk, reference=self.reference)


def reference_subject(predictors: pd.DataFrame) -> dict[str, Any]:
    """The median of each number and the most frequent level of each category.

    Examples
    --------
    >>> reference_subject(pd.DataFrame({"arm": ["A", "B", "B"], "AGE": [50, 60, 80]}))
    {'arm': 'B', 'AGE': 60.0}
    """
    return {str(name): _typical(predictors[name]) for name in predictors}


def replacement_contributions(
    fitted: FittedRisk, predictors: pd.DataFrame, *, days: float, reference: dict[str, Any]
) -> Contributions:
    """Risk less the risk with one predictor replaced by the reference's, for any model.

    Quick and simple; parts need not add up, since each is taken with the others as they are.

    Parameters
    ----------
    fitted : FittedRisk
        Any model.
    predictors : DataFrame
        Of the subjects to explain.
    reference : dict
        A value for each predictor that is to be explained (`reference_subject`).

    Examples
    --------
    >>> class ByAge:
    ...     parameters = 1
    ...     def risk(self, predictors, days):
    ...         return predictors["AGE"].to_numpy() / 100
    >>> people = pd.DataFrame({"AGE": [40.0, 80.0]})
    >>> found = replacement_contributions(ByAge(), people, days=90, reference={"AGE": 60.0})
    >>> found.table["AGE"].round(2).tolist()
    [-0.2, 0.2]
    """
    _require_known(reference, predictors)
    risk = fitted.risk(predictors, days)
    parts = {
        name: risk - fitted.risk(_with(predictors, {name: value}), days)
        for name, value in reference.items()
    }
    return Contributions(
        table=pd.DataFrame(parts, index=predictors.index),
        risk=risk,
        reference=fitted.risk(_with(predictors, reference), days),
        exact=False,
    )


def shapley_contributions(
    fitted: FittedRisk,
    predictors: pd.DataFrame,
    *,
    days: float,
    background: pd.DataFrame,
    rng: np.random.Generator,
    orders: int = 50,
) -> Contributions:
    """Shapley values on the scale of risk, by sampling, for any model; not causal.

    Predictors are turned from those of a subject drawn from the background into the subject's own,
    one after the other in random order; each is credited with the change it makes. Every order
    is also gone through backwards. What the `shap` package estimates for any model, without it.

    Parameters
    ----------
    fitted : FittedRisk
        Any model.
    predictors : DataFrame
        Of the subjects to explain.
    background : DataFrame
        Of the subjects to compare with, such as those of the fit.
    orders : int
        Random orders, each with another background subject.

    References
    ----------
    Štrumbelj and Kononenko (2014), Knowledge and Information Systems 41:647-665; Lundberg and Lee
    (2017), NeurIPS 30.

    Examples
    --------
    >>> class BySum:
    ...     parameters = 2
    ...     def risk(self, predictors, days):
    ...         return (predictors["AGE"] + predictors["BMI"]).to_numpy() / 200
    >>> people = pd.DataFrame({"AGE": [80.0], "BMI": [30.0]})
    >>> found = shapley_contributions(
    ...     BySum(), people, days=90, background=pd.DataFrame({"AGE": [60.0], "BMI": [20.0]}),
    ...     rng=np.random.default_rng(1), orders=2,
    ... )
    >>> found.table.round(3).to_dict("records"), found.reference.round(3).tolist()
    ([{'AGE': 0.1, 'BMI': 0.05}], [0.4])
    """
    require(orders >= 1, "orders >= 1", orders=orders)
    require(len(background) > 0, "the background has subjects", subjects=len(background))
    names = [str(name) for name in predictors]
    _require_known(dict.fromkeys(names), background)
    total = {name: np.zeros(len(predictors)) for name in names}
    start = np.zeros(len(predictors))
    for _ in range(orders):
        other = background.iloc[int(rng.integers(len(background)))]
        order = rng.permutation(len(names))
        for path in (order, order[::-1]):
            start += _walk(fitted, predictors, other, [names[k] for k in path], days, total)
    turns = 2 * orders
    return Contributions(
        table=pd.DataFrame(
            {name: part / turns for name, part in total.items()}, index=predictors.index
        ),
        risk=fitted.risk(predictors, days),
        reference=start / turns,
        exact=True,
    )


def _walk(
    fitted: FittedRisk,
    predictors: pd.DataFrame,
    other: pd.Series,
    names: list[str],
    days: float,
    total: dict[str, Floats],
) -> Floats:
    """Credit each predictor on the way from the other subject; the risk the way starts from."""
    here = _with(predictors, {name: other[name] for name in names})
    first = before = fitted.risk(here, days)
    for name in names:
        here[name] = predictors[name]
        after = fitted.risk(here, days)
        total[name] += after - before
        before = after
    return first


def _with(predictors: pd.DataFrame, values: dict[str, Any]) -> pd.DataFrame:
    """Everybody with these values; columns keep their kinds."""
    columns = {name: _filled(predictors[name], value) for name, value in values.items()}
    return predictors.assign(**columns)


def _filled(column: pd.Series, value: Any) -> pd.Series:
    kind = np.float64 if is_numeric_dtype(column) else object
    return pd.Series(np.full(len(column), value, dtype=kind), index=column.index)


def _typical(column: pd.Series) -> Any:
    if is_numeric_dtype(column):
        values = as_numbers(column)
        return float(np.nanmedian(values)) if np.isfinite(values).any() else float("nan")
    counts = column.value_counts().sort_index()
    return None if counts.empty else counts.index[int(counts.to_numpy().argmax())]


def _require_known(reference: dict[str, Any], predictors: pd.DataFrame) -> None:
    lacking = [name for name in reference if name not in predictors.columns]
    require(not lacking, "each predictor is among the columns", missing=lacking)
