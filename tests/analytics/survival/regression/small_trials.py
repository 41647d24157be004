"""Small made-up follow-ups for tests that need no particular data."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from analytics.checks import NotEstimableError
from analytics.survival.regression import CoxRegression, Factor, FollowUp, Numeric, fit_cox

TERMS = [Factor("arm"), Numeric("age")]


def trial(**columns: object) -> pd.DataFrame:
    """Twelve subjects, ten events; columns replaced or added as told."""
    usual = {
        "days": [6, 7, 10, 15, 19, 25, 1, 2, 3, 8, 12, 20],
        "died": [1, 0, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1],
        "arm": list("AAAAAABBBBBB"),
        "age": [60, 71, 64, 50, 58, 49, 70, 66, 61, 57, 63, 52],
    }
    return pd.DataFrame(usual | columns)


def trial_follow_up(rows: pd.DataFrame | None = None, **names: object) -> FollowUp:
    """Its follow-up."""
    usual = {"frame": trial() if rows is None else rows, "time": "days", "event": "died"}
    return FollowUp(**(usual | names))


@st.composite
def follow_ups(draw: st.DrawFn, *, late: bool = True) -> FollowUp:
    """Small, tied, perhaps stratified, perhaps weighted, perhaps entered late."""
    size = draw(st.integers(8, 40))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    days = rng.integers(1, draw(st.integers(3, 40)), size).astype(float)
    start = np.floor(days * rng.uniform(0, 1, size)) * (late and draw(st.booleans()))
    rows = pd.DataFrame(
        {
            "days": days,
            "start": np.minimum(start, days - 1),
            "died": rng.integers(0, 2, size),
            "age": rng.normal(60, 10, size),
            "arm": rng.choice(["A", "B", "C"], size),
            "site": rng.choice(["x", "y"], size),
            "w": rng.uniform(0.5, 2, size),
        }
    )
    strata = ("site",) if draw(st.booleans()) else ()
    weight = "w" if draw(st.booleans()) else None
    return trial_follow_up(rows, entry="start", strata=strata, weight=weight)


def fit_or_none(data: FollowUp, **options: object) -> CoxRegression | None:
    """The fit of arm and age, or None where there is none."""
    try:
        return fit_cox(data, TERMS, **options)
    except NotEstimableError:
        return None
