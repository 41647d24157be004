"""The dose nearest to the target among those allowed, which several methods look for."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from analytics.checks import require
from analytics.dosing.escalation.counts import Flags, Floats, Whole
from analytics.dosing.escalation.outcomes import MOST_DOSES

_TIED = 1e-12


def nearest_allowed(estimates: Floats, target: float, allowed: Flags) -> Whole:
    """Of each row the dose nearest to the target, of equally near ones the lowest; 0 for none.

    Examples
    --------
    >>> nearest_allowed(np.array([[0.2, 0.4]]), 0.3, np.array([[True, True]]))
    array([1])
    """
    far = np.where(allowed, np.abs(estimates - target), np.inf)
    least = far.min(axis=1, keepdims=True)
    return np.where(np.isfinite(least[:, 0]), (far <= least + _TIED).argmax(axis=1) + 1, 0)


def check_skeleton(skeleton: tuple[float, ...], target: float) -> None:
    """Raise `InputError` unless guesses rise between 0 and 1 and the target is between them too.

    Examples
    --------
    >>> check_skeleton((0.3, 0.2), 0.25)
    Traceback (most recent call last):
        ...
    analytics.checks.InputError: `the skeleton rises` must hold, but got skeleton=(0.3, 0.2).
    """
    require(0 < target < 1, "0 < target < 1", target=target)
    many = 1 <= len(skeleton) <= MOST_DOSES
    require(many, f"1 to {MOST_DOSES} doses in the skeleton", skeleton=skeleton)
    inside = all(0 < one < 1 for one in skeleton)
    require(inside, "0 < skeleton < 1", skeleton=skeleton)
    rising = all(low < high for low, high in pairwise(skeleton))
    require(rising, "the skeleton rises", skeleton=skeleton)


def nearest_sentences(
    estimates: Floats, chosen: int, target: float, overdose: float | None
) -> tuple[str, ...]:
    """Why a dose was chosen, in words.

    Examples
    --------
    >>> nearest_sentences(np.array([0.1, 0.28]), 2, 0.3, None)
    ('Dose 2 is nearest to the target of 0.3: its toxicity probability is estimated as 0.280.',)
    """
    limit = "" if overdose is None else f" with a probability of at most {overdose} to be above it"
    if chosen == 0:
        return (f"Every dose is above the target of {target} with a probability over {overdose}.",)
    found = f"its toxicity probability is estimated as {estimates[chosen - 1]:.3f}"
    return (f"Dose {chosen} is nearest to the target of {target}{limit}: {found}.",)
