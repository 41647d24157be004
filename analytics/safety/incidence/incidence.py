"""How many subjects of each arm have an event, and how often per patient-year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.checks import require
from analytics.results import Result, registered, require_columns
from analytics.safety.incidence.cells import NO_SUBJECTS, NO_TIME, Floats, share
from analytics.safety.incidence.counts import IncidenceCounts
from analytics.safety.incidence.single_arm import clopper_pearson, garwood, wilson

COLUMNS = ("arm", "with_event", "subjects", "proportion", "lower", "upper", "reason")
RATE_COLUMNS = ("patient_years", "rate", "rate_lower", "rate_upper", "rate_reason")
INTERVALS = {"clopper-pearson": clopper_pearson, "wilson": wilson}


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Incidence(Result):
    """Incidence of each term in each arm.

    Parameters
    ----------
    table : DataFrame
        One row per term and arm: the keys, `arm`, `with_event`, `subjects`, `proportion`, `lower`,
        `upper`, `reason` (why the proportion is NaN, not estimable; else ""); with patient-years
        also `patient_years`, `rate` of first events, `rate_lower`, `rate_upper` (Garwood) and
        `rate_reason`; with events also `events`, all of them. Strata are added up.
    keys : tuple of str
        The columns that name a term.
    interval : {"clopper-pearson", "wilson"}
        Of the proportion.
    per : float
        Patient-years that the rate refers to.
    confidence_level : float
        Two-sided coverage.
    endpoint : str
        Which events.
    """

    table: pd.DataFrame
    keys: tuple[str, ...]
    interval: str
    per: float
    confidence_level: float
    endpoint: str

    def __post_init__(self) -> None:
        given = self.table.columns
        more = [*RATE_COLUMNS] if "rate" in given else []
        more += ["events"] if "events" in given else []
        require_columns(self.table, (*self.keys, *COLUMNS, *more), "a table of incidences")

    def to_frame(self) -> pd.DataFrame:
        """One row per term and arm."""
        return self.table.copy()


def estimate_incidence(
    counts: IncidenceCounts,
    *,
    interval: str = "clopper-pearson",
    per: float = 100.0,
    confidence_level: float = 0.95,
) -> Incidence:
    """Proportion of subjects with an event and rate of first events, with intervals.

    Rates of recurrent events, whose variance must let subjects differ, are another function:
    `analytics.survival.recurrent.estimate_recurrent_rates`.

    Parameters
    ----------
    counts : IncidenceCounts
        Any number of terms and arms.
    interval : {"clopper-pearson", "wilson"}
        Of the proportion. Both exist without an event and with one in every subject.
    per : float
        Patient-years that the rate refers to.
    confidence_level : float
        Two-sided coverage.

    References
    ----------
    As in `clopper_pearson`, `wilson` and `garwood`.

    Examples
    --------
    >>> frame = pd.DataFrame(
    ...     {"term": "Rash", "arm": ["A", "B"], "with_event": [0, 13], "subjects": [132, 148]}
    ... )
    >>> table = estimate_incidence(IncidenceCounts(frame=frame, arms=("A", "B"))).table
    >>> table[["arm", "proportion", "lower", "upper"]].round(3)
      arm  proportion  lower  upper
    0   A       0.000  0.000  0.028
    1   B       0.088  0.048  0.146
    """
    require(interval in INTERVALS, f"interval in {tuple(INTERVALS)}", interval=interval)
    require(0 < per < np.inf, "0 < per < infinity", per=per)
    x, n = counts.totals("with_event").ravel(), counts.totals("subjects").ravel()
    lower, upper = INTERVALS[interval](x, n, confidence_level=confidence_level)
    terms = counts.terms
    table = terms.loc[terms.index.repeat(len(counts.arms))].reset_index(drop=True)
    table["arm"] = np.tile(np.array(counts.arms, dtype=object), len(terms))
    table["with_event"], table["subjects"] = x.astype(np.int64), n.astype(np.int64)
    table["proportion"], table["lower"], table["upper"] = share(x, n), lower, upper
    table["reason"] = np.where(n > 0, "", NO_SUBJECTS).astype(object)
    if counts.has("patient_years"):
        table = table.assign(**_rates(counts, x, per, confidence_level))
    if counts.has("events"):
        table["events"] = counts.totals("events").ravel().astype(np.int64)
    return Incidence(
        table=table,
        keys=counts.keys,
        interval=interval,
        per=float(per),
        confidence_level=confidence_level,
        endpoint=counts.endpoint,
    )


def _rates(
    counts: IncidenceCounts, events: Floats, per: float, confidence_level: float
) -> dict[str, object]:
    years = counts.totals("patient_years").ravel()
    lower, upper = garwood(events, years, per=per, confidence_level=confidence_level)
    reason = np.where(years > 0, "", NO_TIME).astype(object)
    values = (years, per * share(events, years), lower, upper, reason)
    return dict(zip(RATE_COLUMNS, values, strict=True))
