"""The log-rank statistic of two arms as fast as arrays allow, for loops over simulated trials."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analytics.checks import NotEstimableError


def logrank_z(
    time: NDArray[np.float64], event: NDArray[np.bool_], experimental: NDArray[np.bool_]
) -> float:
    """Signed root of the log-rank chi-square of two arms, as `test_logrank` gives it.

    Nothing is checked and times are compared to the last bit: for simulated data, which are
    sound. `SurvivalCounts` and `test_logrank` are for data that people have entered.

    Parameters
    ----------
    time : array of float
        Time to event or censoring, one per subject.
    event, experimental : array of bool
        Whether the time ends in an event; whether the subject is in the experimental arm.

    Returns
    -------
    float
        Below 0 when the experimental arm had fewer events than expected.

    Raises
    ------
    NotEstimableError
        When no event leaves anything to chance.

    Examples
    --------
    >>> event, experimental = np.ones(4, bool), np.array([False, False, True, True])
    >>> round(logrank_z(np.array([1.0, 2, 3, 4]), event, experimental), 4)
    -1.6977
    """
    order = np.argsort(-time)  # from the last time on, so that those at risk accumulate
    time, event, experimental = time[order], event[order], experimental[order]
    # Without ties each event is its own row; with ties a row ends where the time changes.
    last = np.flatnonzero(np.append(time[1:] != time[:-1], True))
    at_risk = last + 1.0
    of_these = np.cumsum(experimental)[last]
    deaths = np.diff(np.cumsum(event)[last], prepend=0)
    share = of_these / at_risk
    seen = np.count_nonzero(event & experimental)
    factor = deaths * share * (1 - share)
    variance = factor @ ((at_risk - deaths) / np.maximum(at_risk - 1, 1))
    if variance <= 0:
        raise NotEstimableError("No log-rank test: no event leaves anything to chance.")
    return float((seen - deaths @ share) / np.sqrt(variance))
