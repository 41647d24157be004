"""The sites as they were at an earlier cut-off, from the dates of the patients."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.checks import require
from analytics.enrolment.sites import Sites

PATIENT_COLUMNS = ("site", "screened_month", "randomised_month", "failed")


def sites_of_patients(patients: pd.DataFrame, *, now: float) -> Sites:
    """Sites that opened when their first patient was screened, with their counts by a month.

    Activation is rarely in the data of a trial. The first screening is later than it, and so rates
    are estimated too high, most of all at sites with few patients, and sites that never screened
    anybody are missing: state the real activation where it is known.

    Parameters
    ----------
    patients : pandas.DataFrame
        One row per patient: `site`, `screened_month` (since the start of the study),
        `randomised_month` (NaN for those who were not), `failed` (bool); and `country`, if known.
    now : float
        Cut-off. Sites whose first patient came later are not open yet, and planned for then.

    Examples
    --------
    >>> patients = pd.DataFrame({"site": ["A", "A", "B"], "screened_month": [0.5, 2.0, 7.0],
    ...     "randomised_month": [1.0, None, 7.5], "failed": [False, True, False]})
    >>> sites = sites_of_patients(patients, now=6)
    >>> sites.table[["site", "activated_month", "screened", "randomised"]].to_numpy().tolist()
    [['A', 0.5, 2, 1], ['B', nan, 0, 0]]
    """
    _require_patients(patients)
    first = patients.groupby("site", sort=True)["screened_month"].min()
    columns: dict[str, object] = {"site": list(first.index), "planned_month": first.to_numpy()}
    columns["activated_month"] = np.where(first <= now, first, np.nan)
    if "country" in patients:
        columns["country"] = patients.groupby("site", sort=True)["country"].first().to_list()
    return sites_at(Sites.of(columns, now=now), patients, now=now)


def sites_at(sites: Sites, patients: pd.DataFrame, *, now: float) -> Sites:
    """Sites as they were known at a cut-off: who was screened, failed and randomised by then.

    Sites that were activated later count as planned for that month; closures after the cut-off,
    which were not known, are taken away.

    Parameters
    ----------
    sites : Sites
        As they are known now, or planned.
    patients : pandas.DataFrame
        As of `sites_of_patients`; a failure counts from the screening on.
    now : float
        The cut-off, months since the start of the study.

    Examples
    --------
    >>> patients = pd.DataFrame({"site": ["A", "A"], "screened_month": [0.5, 7.0],
    ...     "randomised_month": [1.0, 7.5], "failed": [False, False]})
    >>> sites = Sites.of({"site": ["A"], "activated_month": [0.0], "randomised": [2]}, now=12)
    >>> sites_at(sites, patients, now=6).randomised
    1
    """
    _require_patients(patients)
    unknown = sorted(set(patients["site"]) - set(sites.names))
    require(not unknown, "patients are of known sites", unknown=unknown)
    actual, closed = sites.column("activated_month"), sites.column("closed_month")
    late = actual > now
    table = sites.table.assign(
        planned_month=np.where(late, actual, sites.column("planned_month")),
        activated_month=np.where(late, np.nan, actual),
        closed_month=np.where(closed > now, np.nan, closed),
    )
    screened = patients[patients["screened_month"] <= now]
    table["screened"] = _count(screened, sites)
    table["failed"] = _count(screened[screened["failed"].astype(bool)], sites)
    table["randomised"] = _count(patients[patients["randomised_month"] <= now], sites)
    return Sites(table=table, now=float(now))


def months_of(patients: pd.DataFrame, sites: Sites, counted: str = "randomised") -> pd.DataFrame:
    """Site and month of those who were randomised, or screened, by now: what a trend is fitted to.

    Examples
    --------
    >>> patients = pd.DataFrame({"site": ["A", "A"], "screened_month": [0.5, 7.0],
    ...     "randomised_month": [1.0, 7.5], "failed": [False, False]})
    >>> months_of(patients, sites_of_patients(patients, now=6)).to_numpy().tolist()
    [['A', 1.0]]
    """
    known = counted in ("randomised", "screened")
    require(known, "counted is randomised or screened", counted=counted)
    _require_patients(patients)
    months = patients[f"{counted}_month"]
    came = months <= sites.now
    table = pd.DataFrame({"site": patients["site"], "month": months})[came]
    return table.reset_index(drop=True)


def _count(patients: pd.DataFrame, sites: Sites) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    places = pd.Index(sites.names).get_indexer(patients["site"])
    return np.bincount(places, minlength=len(sites.names)).astype(np.int64)


def _require_patients(patients: pd.DataFrame) -> None:
    all_there = set(PATIENT_COLUMNS) <= set(patients)
    rule = f"patients have columns {', '.join(PATIENT_COLUMNS)}"
    require(all_there, rule, columns=tuple(patients))
    screened = patients["screened_month"].to_numpy(float)
    later = patients["randomised_month"].to_numpy(float)
    require(bool(np.isfinite(screened).all()), "each patient was screened in some month")
    after = bool((np.isnan(later) | (later >= screened)).all())
    require(after, "patients are randomised after they are screened")
    failed = patients["failed"].to_numpy(bool)
    require(not (failed & ~np.isnan(later)).any(), "failed patients are not randomised")
