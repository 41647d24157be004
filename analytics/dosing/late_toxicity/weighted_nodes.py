"""The posterior of a one-parameter model when some patients count in part, and its dose."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numba import njit
from scipy.special import logit

from analytics.dosing.escalation.counts import Counts, Floats, Whole
from analytics.dosing.escalation.crm import Crm
from analytics.dosing.escalation.posteriors.indicators import below
from analytics.dosing.escalation.posteriors.one_parameter import OneParameterGrid

_TIED = 1e-12
_SMALL = 1e-100


class WeightedNodes(NamedTuple):
    """Values of b with all that a decision needs; a tuple, so that compiled code takes it.

    Parameters
    ----------
    b, weight : array
        Points and their prior weight, at most 1.
    toxic, free : array
        Probability of a toxicity and of none: one row per dose, one column per b.
    over : array
        What each b counts in Pr(toxicity > target): one row per dose; no rows where nobody asks.
    guess : array
        By dose log(skeleton), or logit(skeleton) - intercept.
    logistic, plug_in : bool
        Which curve, and which estimate.
    intercept, target, limit : float
        Of the method.
    """

    b: Floats
    weight: Floats
    toxic: Floats
    free: Floats
    over: Floats
    guess: Floats
    logistic: bool
    plug_in: bool
    intercept: float
    target: float
    limit: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NodesOfMethod:
    """The nodes for decisions, and the grid they are points of, for intervals."""

    nodes: WeightedNodes
    grid: OneParameterGrid


@lru_cache(maxsize=32)
def nodes_of(method: Crm, patients: int, *, every: bool = False) -> NodesOfMethod:
    """Points that are close enough for so many patients.

    Parameters
    ----------
    method : Crm
    patients : int
    every : bool
        Whether integrals up to a limit are wanted, which need all points.

    Examples
    --------
    >>> found = nodes_of(Crm(skeleton=(0.1, 0.3), target=0.3), 12)
    >>> found.nodes.toxic.shape == (2, len(found.nodes.b))
    True
    """
    model = method.model
    grid = model.grid(Counts.of([[patients]], [[0]]))
    limited = method.overdose is not None
    whole = limited or every
    if not whole:
        grid = grid.every_other
    over = below(model.reaches(method.target)[:, None], grid.b[None, :], grid.step)
    guess = np.array(method.skeleton)
    logistic = method.curve == "logistic"
    nodes = WeightedNodes(
        b=np.ascontiguousarray(grid.b),
        weight=np.exp(np.ascontiguousarray(grid.nodes.log_weight)),
        toxic=np.exp(np.ascontiguousarray(grid.nodes.log_toxic)),
        free=np.exp(np.ascontiguousarray(grid.nodes.log_free)),
        over=over if whole else np.empty((0, len(grid.b))),
        guess=logit(guess) - method.intercept if logistic else np.log(guess),
        logistic=logistic,
        plug_in=method.estimate == "plug-in",
        intercept=float(method.intercept),
        target=float(method.target),
        limit=np.inf if method.overdose is None else float(method.overdose),
    )
    return NodesOfMethod(nodes=nodes, grid=grid)


@njit(cache=True, nogil=True)
def settle(settled: Floats, likelihood: Floats) -> None:
    """Count a patient whose outcome is known; the largest weight stays 1, so that none vanish.

    Examples
    --------
    >>> weights = np.array([1.0, 1.0])
    >>> settle(weights, np.array([0.1, 0.2]))
    >>> weights
    array([0.5, 1. ])
    """
    settled *= likelihood
    settled /= settled.max()


@njit(cache=True, nogil=True)
def node_weights(nodes: WeightedNodes, settled: Floats, doses: Whole, weights: Floats) -> Floats:
    """Posterior probability of each node.

    Parameters
    ----------
    nodes : WeightedNodes
    settled : array
        Prior times likelihood of patients with a toxicity or the whole window, at most 1.
    doses, weights : array
        Of patients without toxicity who are still followed: their likelihood is 1 - weight x p.

    Examples
    --------
    >>> nodes = nodes_of(Crm(skeleton=(0.1, 0.3), target=0.3), 12).nodes
    >>> found = node_weights(nodes, nodes.weight, np.array([2]), np.array([0.5]))
    >>> bool(found @ nodes.b > 0)
    True
    """
    found = settled.copy()
    for i in range(len(doses)):
        weight, toxic = weights[i], nodes.toxic[doses[i] - 1]
        most = 0.0
        for k in range(len(found)):
            found[k] *= 1.0 - weight * toxic[k]
            most = max(most, found[k])
        if most < _SMALL:
            found /= most
    return np.asarray(found / found.sum())


@njit(cache=True, nogil=True)
def estimates_at(nodes: WeightedNodes, posterior: Floats) -> Floats:
    """Toxicity probability of each dose: the curve at the mean, or the mean of the curve."""
    if not nodes.plug_in:
        return np.array([(row * posterior).sum() for row in nodes.toxic])
    slope = np.exp((nodes.b * posterior).sum())
    if nodes.logistic:
        return np.asarray(1 / (1 + np.exp(-nodes.intercept - slope * nodes.guess)))
    return np.asarray(np.exp(slope * nodes.guess))


@njit(cache=True, nogil=True)
def nearest_dose(nodes: WeightedNodes, posterior: Floats) -> int:
    """The dose nearest to the target, the lowest of equally near ones; 0 if all are too toxic."""
    far = np.abs(estimates_at(nodes, posterior) - nodes.target)
    least, dose = np.inf, 0
    for d in range(len(far)):
        if len(nodes.over) > 0 and (nodes.over[d] * posterior).sum() > nodes.limit:
            continue
        if far[d] < least - _TIED:
            least, dose = far[d], d + 1
    return dose
