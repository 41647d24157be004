"""Scores of weighted log-rank tests in simulated trials, written apart from what they check."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
WeightFunction = Callable[[Floats, Floats], Floats]  # of times, and of the curve just before them


def simulated_scores(
    *,
    trials: int,
    subjects: int,
    rate: float,
    ratios: tuple[float, float],
    change: float,
    dropout: float,
    accrual: float,
    looks: Sequence[float],
    weights: Sequence[WeightFunction],
    rng: np.random.Generator,
) -> tuple[Floats, Floats]:
    """Scores, above 0 when the treatment is better, and their estimated variances.

    Trials x (all weights of the first look, of the second, ...). Subjects alternate between arms.
    """
    shape = (trials, subjects)
    arm = np.broadcast_to(np.arange(subjects) % 2, shape)
    entry = rng.uniform(0, accrual, shape)
    spent = rng.exponential(size=shape)  # cumulative hazard at the event
    early = np.where(arm == 1, ratios[0], 1.0) * rate
    late = np.where(arm == 1, ratios[1], 1.0) * rate
    event_at = np.where(
        spent < early * change, spent / early, change + (spent - early * change) / late
    )
    left_at = rng.exponential(1 / dropout, shape)
    found = [_scores(arm, entry, event_at, left_at, look, weights) for look in looks]
    scores, variances = (np.concatenate([one[part] for one in found], axis=1) for part in (0, 1))
    return scores, variances


def _scores(
    arm: NDArray[np.int64],
    entry: Floats,
    event_at: Floats,
    left_at: Floats,
    look: float,
    weights: Sequence[WeightFunction],
) -> tuple[Floats, Floats]:
    censored_at = np.minimum(left_at, look - entry)  # below 0 for those who have not entered
    time = np.minimum(event_at, censored_at)
    order = np.argsort(time, axis=1)
    time = np.take_along_axis(time, order, axis=1)
    event = np.take_along_axis(event_at <= censored_at, order, axis=1) & (time > 0)
    treated = np.take_along_axis(arm, order, axis=1)
    at_risk = np.arange(time.shape[1], 0, -1)
    on_treatment = np.cumsum(treated[:, ::-1], axis=1)[:, ::-1]
    share = on_treatment / at_risk
    after = np.cumprod(1 - event / at_risk, axis=1)
    before = np.concatenate([np.ones((len(time), 1)), after[:, :-1]], axis=1)
    each = [weight(time, before) for weight in weights]
    scores = [np.sum(one * event * (share - treated), axis=1) for one in each]
    variances = [np.sum(one**2 * event * share * (1 - share), axis=1) for one in each]
    return np.column_stack(scores), np.column_stack(variances)
