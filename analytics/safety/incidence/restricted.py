"""Most likely proportions of two arms when their difference, ratio or odds ratio is given.

All take arrays of one shape: events and subjects of the arm (x1, n1) and of the reference
(x2, n2), subjects above 0, and the value that the contrast is held at.
"""

from __future__ import annotations

import numpy as np

from analytics.safety.incidence.cells import Floats

Proportions = tuple[Floats, Floats]
"""Of the arm and of the reference."""


def given_difference(
    x1: Floats, n1: Floats, x2: Floats, n2: Floats, difference: Floats
) -> Proportions:
    """The proportions whose difference is given: the middle root of a cubic.

    References
    ----------
    Miettinen and Nurminen (1985), Statistics in Medicine 4:213-226, appendix I.

    Examples
    --------
    >>> one, other = given_difference(*np.array([9.0, 10.0, 3.0, 10.0]), np.array(0.0))
    >>> float(one.round(6)), float(other.round(6))
    (0.6, 0.6)
    """
    whole = n1 + n2
    square = (((n1 + 2 * n2) * difference - whole - x1 - x2) / whole) / 3
    linear = ((n2 * difference - whole - 2 * x2) * difference + x1 + x2) / whole
    constant = x2 * difference * (1 - difference) / whole
    q = square**3 - square * linear / 2 + constant / 2
    size = np.sqrt(np.maximum(square**2 - linear / 3, 0.0))
    p = np.where(q < 0, -size, size)
    cosine = np.divide(q, p**3, out=np.ones_like(q), where=np.abs(p) > 1e-100)
    angle = (np.pi + np.arccos(np.clip(cosine, -1.0, 1.0))) / 3
    other = 2 * p * np.cos(angle) - square
    other = np.clip(other, np.maximum(0.0, -difference), np.minimum(1.0, 1.0 - difference))
    return np.clip(other + difference, 0.0, 1.0), other


def given_ratio(x1: Floats, n1: Floats, x2: Floats, n2: Floats, ratio: Floats) -> Proportions:
    """The proportions whose ratio is given: the smaller root of a quadratic.

    References
    ----------
    Miettinen and Nurminen (1985), Statistics in Medicine 4:213-226, appendix I.

    Examples
    --------
    >>> one, other = given_ratio(*np.array([9.0, 10.0, 3.0, 10.0]), np.array(1.0))
    >>> float(one.round(6)), float(other.round(6))
    (0.6, 0.6)
    """
    events = x1 + x2
    for_arm, for_reference = (n1 + x2) * ratio, n2 + x1
    linear = for_arm + for_reference
    # linear**2 - 4 * (n1 + n2) * ratio * events, as a sum in which nothing cancels.
    root = np.hypot(for_arm - for_reference, 2 * np.sqrt(ratio * (n1 - x1) * (n2 - x2)))
    other = np.minimum(2 * events / (linear + root), 1.0)
    return np.minimum(ratio * other, 1.0), other


def given_odds_ratio(
    x1: Floats, n1: Floats, x2: Floats, n2: Floats, odds_ratio: Floats
) -> Proportions:
    """The proportions whose odds ratio is given and that add up to the events there are.

    References
    ----------
    Miettinen and Nurminen (1985), Statistics in Medicine 4:213-226, appendix I; Cornfield (1956),
    Proceedings of the Third Berkeley Symposium 4:135-148.

    Examples
    --------
    >>> one, other = given_odds_ratio(*np.array([9.0, 10.0, 3.0, 10.0]), np.array(1.0))
    >>> float(one.round(6)), float(other.round(6))
    (0.6, 0.6)
    """
    events = x1 + x2
    return _with_odds(events, n1, n2, 1 / odds_ratio), _with_odds(events, n2, n1, odds_ratio)


def _with_odds(events: Floats, own: Floats, others: Floats, odds_ratio: Floats) -> Floats:
    """The proportion in an arm when the other has so many times its odds."""
    square = own * (odds_ratio - 1)
    linear = own + events + odds_ratio * (others - events)
    # linear**2 + 4 * square * events, as a sum in which nothing cancels.
    root = np.hypot(
        own - events + odds_ratio * (events - others), 2 * np.sqrt(own * others * odds_ratio)
    )
    # Two ways to write one root; each loses digits where the other does not.
    forward = np.divide(2 * events, linear + root, out=np.zeros_like(root), where=linear >= 0)
    backward = np.divide(root - linear, 2 * square, out=np.zeros_like(root), where=linear < 0)
    proportion: Floats = np.clip(np.where(linear >= 0, forward, backward), 0.0, 1.0)
    return proportion
