"""Credible limits by search, for models in which they have no closed form."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit

from analytics.dosing.escalation.counts import Counts, Floats
from analytics.dosing.escalation.posteriors.nodes import Nodes

Below = Callable[[int, float], float]
"""Pr(logit of the toxicity probability <= height) of a dose, counted from 0."""

_OUTERMOST = 36.0  # on the logit scale


def limits(
    nodes: Nodes, counts: Counts, shares: tuple[float, ...], below: Callable[[Floats], Below]
) -> Floats:
    """Posterior quantiles of the toxicity probability: share by outcome by dose.

    Parameters
    ----------
    below : callable
        From the posterior probabilities of the nodes.
    """
    found = np.empty((len(shares), counts.rows, counts.doses))
    for row in range(counts.rows):
        own = below(nodes.weights(counts.take(np.array([row])))[0])
        for dose in range(counts.doses):
            for i, share in enumerate(shares):
                found[i, row, dose] = _quantile(own, dose, share)
    return found


def _quantile(below: Below, dose: int, share: float) -> float:
    def missing(height: float) -> float:
        return below(dose, height) - share

    if missing(-_OUTERMOST) >= 0:
        return 0.0
    if missing(_OUTERMOST) <= 0:
        return 1.0
    return float(expit(brentq(missing, -_OUTERMOST, _OUTERMOST, xtol=1e-8)))
