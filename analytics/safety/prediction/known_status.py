"""Whether a subject has had the event by a day, weighted for those of whom nobody knows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analytics.safety.prediction.data import CENSORED, EVENT, Floats, RiskData
from analytics.survival.competing.censoring import censoring_of


class KnownStatus(NamedTuple):
    """Who has had the event, and how many subjects each one stands for.

    Parameters
    ----------
    happened : array of 0 and 1
        The event by the day; 0 after a competing event, and for those censored before the day.
    weight : array
        0 for those censored before the day; for the others 1 / the chance of having been
        followed for as long as was needed to know.
    """

    happened: Floats
    weight: Floats


def known_status(data: RiskData, days: float, numbers: Floats | None = None) -> KnownStatus:
    """Status by a day, with inverse-probability-of-censoring weights.

    Censoring is estimated by Kaplan and Meier from all subjects together: it must not depend on
    what the risk depends on. Events at a time come before censorings at it.

    Parameters
    ----------
    numbers : array, optional
        How often each subject counts, such as a bootstrap drew them; once by default.

    References
    ----------
    Graf, Schmoor, Sauerbrei and Schumacher (1999), Statistics in Medicine 18:2529-2545.

    Examples
    --------
    >>> import pandas as pd
    >>> data = RiskData(subjects=["1", "2", "3", "4"], predictors=pd.DataFrame(index=range(4)),
    ...                 days=[10, 20, 30, 40], cause=[EVENT, CENSORED, EVENT, CENSORED])
    >>> known_status(data, 35)
    KnownStatus(happened=array([1., 0., 1., 0.]), weight=array([1. , 0. , 1.5, 1.5]))
    """
    censored = (data.cause == CENSORED).astype(np.float64)
    counted = np.ones(len(data)) if numbers is None else numbers
    followed = censoring_of(data.days, censored, counted, "after events")
    known = (data.days >= days) | (data.cause != CENSORED)
    chance = followed.uncensored_before(np.minimum(data.days, days))
    weight = np.divide(counted, chance, out=np.zeros(len(data)), where=known & (chance > 0))
    happened = (data.cause == EVENT) & (data.days <= days)
    return KnownStatus(happened=happened.astype(np.float64), weight=weight)
