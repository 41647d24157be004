"""Predictors that give the outcome away: too good to have been known before."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.checks import InputError
from analytics.safety.prediction.data import RiskData
from analytics.safety.prediction.scores import area_under_curve, observed_by

TOO_GOOD = 0.97
"""AUC of a single predictor from which it is taken for a copy of the outcome."""


def require_no_giveaway(data: RiskData, *, days: float) -> None:
    """Refuse a predictor that alone tells who will have the event almost without an error.

    No rule on dates sees a column that was filled in afterwards under a name that says baseline.
    Real predictors of harm reach an AUC of 0.6 to 0.8.

    Parameters
    ----------
    data : RiskData
    days : float
        The day of the question.

    Raises
    ------
    InputError
        Names the predictor and its AUC.

    Examples
    --------
    >>> data = RiskData(
    ...     subjects=[str(n) for n in range(8)],
    ...     predictors=pd.DataFrame({"FLAGBL": [1, 1, 1, 1, 0, 0, 0, 0]}),
    ...     days=np.full(8, 9.0), cause=np.array([1, 1, 1, 1, 0, 0, 0, 0]),
    ... )
    >>> require_no_giveaway(data, days=9)
    Traceback (most recent call last):
        ...
    analytics.checks.InputError: FLAGBL cannot predict: alone it tells who has the event (AUC \
1.00), as only a column made from the outcome can.
    """
    found = observed_by(data, days)
    controls = found.weight * (1 - found.happened)
    for name in data.predictors.columns:
        for values in _readings(data.predictors[name], found.happened):
            auc = area_under_curve(values, found, controls)
            if max(auc, 1 - auc) >= TOO_GOOD:
                raise InputError(
                    f"{name} cannot predict: alone it tells who has the event (AUC "
                    f"{max(auc, 1 - auc):.2f}), as only a column made from the outcome can."
                )


def _readings(column: pd.Series, happened: np.ndarray) -> list[np.ndarray]:
    """A predictor as numbers: its values, its levels by their share of events, what is missing."""
    missing = column.isna().to_numpy(dtype=float)
    if pd.api.types.is_numeric_dtype(column):
        values = column.astype(float)
        return [values.fillna(values.median()).to_numpy(dtype=float), missing]
    levels = column.astype(object).where(column.notna(), "missing").astype(str)
    share = pd.Series(happened).groupby(levels.to_numpy()).mean()
    return [levels.map(share).to_numpy(dtype=float), missing]
