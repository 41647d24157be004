"""Events known to lie in an interval: between two visits, before the first, after the last."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.checks import require
from analytics.survival.counts import DAYS
from analytics.survival.regression.columns import Columns
from analytics.survival.regression.follow_up import require_each


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IntervalFollowUp:
    """Rows whose event happened after one time and by another.

    The same time twice: the event is observed at it. No later time: it had not happened by the
    earlier one (right-censored). No earlier time, or 0: it had happened by the later one
    (left-censored). Parametric models only.

    Parameters
    ----------
    frame : DataFrame
        One row per subject, with covariates.
    after, by : str
        Columns with the two times; after <= by; not both missing.
    weight : str, optional
        Column with case weights, > 0.
    cluster : str, optional
        Column that says which rows belong together, for robust variances.
    endpoint : str
        What the times are about.
    time_unit : {"days", "weeks", "months", "years"}
        Unit of the times.

    Examples
    --------
    >>> visits = pd.DataFrame({"clear": [3.0, None, 9.0], "seen": [6.0, 2.0, None]})
    >>> IntervalFollowUp(frame=visits, after="clear", by="seen").events
    2
    """

    frame: pd.DataFrame
    after: str
    by: str
    weight: str | None = None
    cluster: str | None = None
    endpoint: str = ""
    time_unit: str = "days"

    def __post_init__(self) -> None:
        require(self.time_unit in DAYS, f"time_unit in {tuple(DAYS)}", time_unit=self.time_unit)
        require(len(self.frame) > 0, "there is at least one row", rows=0)
        columns = Columns(frame=self.frame)
        after, by = columns.numbers(self.after), columns.numbers(self.by)
        require_each(~(np.isnan(after) & np.isnan(by)), "each row has a time", after)
        require_each(~(after > by), "after <= by", after)
        if self.weight is not None:
            weight = columns.numbers(self.weight)
            require_each(weight > 0, "weights are finite and > 0", weight)
        if self.cluster is not None:
            lacking = int((columns.labels(self.cluster)[0] < 0).sum())
            require(not lacking, "each row names its cluster", missing=lacking)

    @property
    def events(self) -> int:
        """How many rows are known to have had the event."""
        return int(np.isfinite(Columns(frame=self.frame).numbers(self.by)).sum())
