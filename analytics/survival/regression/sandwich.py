"""Robust variances: from what each row, or each cluster of rows, contributes to the score.

lifelines leaves late entry out of it and takes ties in a first approximation only.
"""

from __future__ import annotations

import numpy as np

from analytics.survival.regression.columns import Floats, Ints
from analytics.survival.regression.cox_likelihood import CoxLikelihood
from analytics.survival.regression.influence import HazardProcess
from analytics.survival.regression.model_rows import ModelRows
from analytics.survival.regression.newton import Expansion


def robust_covariance(rows: ModelRows, likelihood: CoxLikelihood, top: Expansion) -> Floats:
    """Sandwich covariance of the coefficients (Lin and Wei 1989).

    The sum over clusters, or rows when there are none, of outer products of their influence on
    the estimate: the infinitesimal jackknife. No small-sample factor, as in R.
    """
    scores = HazardProcess.at(likelihood, top.estimate).score_residuals()
    influence = (top.covariance / likelihood.scale[:, None]) @ scores
    parts = cluster_sums(likelihood.weighted(influence), _clusters(rows, likelihood))
    return np.asarray(parts @ parts.T, dtype=np.float64)


def robust_score_statistic(rows: ModelRows, likelihood: CoxLikelihood, null: Expansion) -> float:
    """Score test whose variance is estimated from the clusters' scores (Lin and Wei 1989)."""
    scores = HazardProcess.at(likelihood, null.estimate).score_residuals()
    parts = cluster_sums(likelihood.weighted(scores), _clusters(rows, likelihood))
    total = parts.sum(axis=1)
    return float(total @ np.linalg.solve(parts @ parts.T, total))


def cluster_sums(values: Floats, cluster: Ints | None) -> Floats:
    """Values of rows, on the last axis, added up within clusters.

    Examples
    --------
    >>> cluster_sums(np.array([[1.0, 2.0, 4.0]]), np.array([0, 1, 0])).tolist()
    [[5.0, 2.0]]
    """
    if cluster is None or cluster.size == 0:
        return values
    order = np.argsort(cluster, kind="stable")
    starts = np.flatnonzero(np.diff(cluster[order], prepend=-1))
    return np.asarray(np.add.reduceat(values[..., order], starts, axis=-1), dtype=np.float64)


def _clusters(rows: ModelRows, likelihood: CoxLikelihood) -> Ints | None:
    return None if rows.cluster is None else rows.cluster[likelihood.grid.order]
