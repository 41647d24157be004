"""Questions whose answers become assumptions of a design; one typed function each."""

from __future__ import annotations

import pandas as pd

from queries.cohorts import EVERYONE, Cohort
from queries.store import ArmRole, Store


def endings_without_event(
    *,
    store: Store,
    endpoint: str,
    allowance_days: int,
    cohort: Cohort = EVERYONE,
    arm: ArmRole = "planned",
) -> pd.DataFrame:
    """Why follow-up for an endpoint ended without the event.

    Parameters
    ----------
    endpoint : str
        A PARAMCD of ADTTE.
    allowance_days : int
        Of a subject whose end-of-study status does not say it: how many days before the data cut
        follow-up may end and still count as having reached it.

    Returns
    -------
    DataFrame
        `arm`, `ending`, `subjects`, and `deaths`: whose end of study was their death. The ending
        is "completed the study" or "left the study" by the end-of-study status, unless the subject
        left after the data cut; else "reached the data cut" or "ended before the data cut" by the
        date at which the time ends; else "not dated".

    Examples
    --------
    >>> endings_without_event(store=store, endpoint="OS", allowance_days=30)
           arm               ending  subjects  deaths
    0   Active  completed the study         3       0
    1  Placebo  completed the study         1       0
    """
    return store.ask(
        "endings_without_event",
        cohort=cohort,
        arm=arm,
        endpoint=endpoint,
        allowance_days=allowance_days,
    )
