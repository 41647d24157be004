"""Treatment and doses as a store has them, made into study days; what cannot be used is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from analytics.checks import NotEstimableError
from analytics.safety.exposure import Dosing
from dashboard.analyses.safety.subjects import SafetySubjects
from queries import questions
from queries.exposure_questions import BLINDED
from queries.record_views import collected_records
from queries.store import Store

NOTHING = (
    "Exposure cannot be shown: the study has neither dates of first and last dose (TRTSDT, "
    "TRTEDT) nor records of exposure (ADEX, EX)."
)
TIMES_A_DAY: Mapping[str, float] = MappingProxyType(
    {"QD": 1, "ONCE": 1, "DAILY": 1, "QHS": 1, "QAM": 1, "QPM": 1, "BID": 2, "TID": 3, "QID": 4}
)
_MOST_SINGLE = 0.9  # share of records of one day, above which doses are given at intervals


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DoseRecords:
    """The doses of some subjects, and what is not among them.

    Parameters
    ----------
    dosing : Dosing
    first_days : Series
        Date of the first dose, by subject.
    records : DataFrame
        The records of doses that were used: subject, treatment, dose, unit, reason, arm, ...
    treatments : tuple of str
        Treatments to choose from; empty where each subject has one only.
    said : tuple of str
        What a reader has to know of the data.
    """

    dosing: Dosing
    first_days: pd.Series
    records: pd.DataFrame
    treatments: tuple[str, ...]
    said: tuple[str, ...]


def read_doses(store: Store, subjects: SafetySubjects, treatment: str | None = None) -> DoseRecords:
    """The treatment of some subjects.

    Parameters
    ----------
    treatment : str, optional
        Where subjects are given several treatments: whose doses count. Unless given, the first
        of them by name.

    Raises
    ------
    NotEstimableError
        When the study is blinded, has no exposure, or nobody was treated; when doses are in
        several units.
    """
    if store.pooled:
        raise NotEstimableError(BLINDED)
    dated = store.collected("first_dose_on") and store.collected("last_dose_on")
    if not dated and not collected_records(store.layout, "exposures"):
        raise NotEstimableError(NOTHING)
    cohort, arms = subjects.chosen(), subjects.arms_of(store)
    days = questions.treatment_days(store=store, cohort=cohort, arm=subjects.arm)
    days = days[days["arm"].isin(arms)]
    found = questions.dose_periods(store=store, cohort=cohort, arm=subjects.arm)
    found = found[found["subject"].isin(days["subject"])]
    treatments = _several(found)
    if treatments:
        chosen = treatment if treatment in treatments else treatments[0]
        found = found[found["treatment"] == chosen]
    treated, said_days = _treated(days, found)
    if treated.empty:
        raise NotEstimableError("Nobody in this cohort has a first and a last dose on record.")
    arms = tuple(arm for arm in arms if (treated["arm"] == arm).any())
    records, said_records = _dated(found, treated)
    daily, said_daily = _daily(records)
    dosing = Dosing.of(treated, records, arms=arms, unit=_unit(records), daily=daily)
    cut = dosing.cut_periods
    return DoseRecords(
        dosing=dosing,
        first_days=treated.set_index("subject")["first"],
        records=records.merge(treated[["subject", "arm"]], on="subject"),
        treatments=treatments,
        said=(*said_days, *said_records, *said_daily, *([_cut(cut)] if cut else [])),
    )


def _several(records: pd.DataFrame) -> tuple[str, ...]:
    """The treatments, if a subject is given more than one."""
    if records.groupby("subject")["treatment"].nunique().max() > 1:
        return tuple(sorted(records["treatment"].dropna().unique()))
    return ()


def _treated(days: pd.DataFrame, records: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Those with a first and a last dose, as `Dosing` takes them."""
    dates = days.assign(
        **{n: pd.to_datetime(days[n]) for n in ("started_on", "ended_on", "cut_on")}
    )
    own = records.groupby("subject")
    start = pd.to_datetime(own["started_on"].min())
    end = pd.to_datetime(own[["started_on", "ended_on"]].max().max(axis=1))
    first = dates["started_on"].fillna(dates["subject"].map(start))
    last = dates["ended_on"].fillna(dates["cut_on"].where(dates["ongoing"]))
    last = last.fillna(dates["subject"].map(end))
    treated = pd.DataFrame(
        {
            "subject": dates["subject"],
            "arm": dates["arm"],
            "first": first,
            "days": (last - first).dt.days + 1,
            "ongoing": dates["ongoing"],
            "followed": (dates["cut_on"] - first).dt.days + 1.0,
        }
    )
    reasons = {
        "without a first dose": first.isna(),
        "without a last dose": first.notna() & last.isna(),
        "whose last dose is before the first": treated["days"] < 1,
    }
    said = [
        f"{_subjects(int(which.sum()))} {reason} {_are(int(which.sum()))} left out."
        for reason, which in reasons.items()
        if which.any()
    ]
    return treated[treated["days"] >= 1].reset_index(drop=True), said


def _dated(records: pd.DataFrame, treated: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Records with study days and the dose per day."""
    rows = records.merge(treated[["subject", "first", "days"]], on="subject")
    start = (pd.to_datetime(rows["started_on"]) - rows["first"]).dt.days + 1
    end = (pd.to_datetime(rows["ended_on"]) - rows["first"]).dt.days + 1
    open_end = start.notna() & end.isna()
    end = end.where(~open_end, np.maximum(rows["days"], start))
    reasons = {
        "without a start date": start.isna(),
        "with an end before the start": end < start,
        "with a dose below 0": rows["dose"] < 0,
    }
    said = [
        f"{_records(int(which.sum()))} of exposure {reason} {_are(int(which.sum()))} left out."
        for reason, which in reasons.items()
        if which.any()
    ]
    kept = ~np.logical_or.reduce(list(reasons.values()))
    if n := int((open_end & kept).sum()):
        runs = "runs" if n == 1 else "run"
        said.append(f"{_records(n)} of exposure without an end {runs} to the subject's last dose.")
    rows = rows.drop(columns=["first", "days"]).assign(start=start, end=end)
    return rows[kept].astype({"start": np.int64, "end": np.int64}), said


def _daily(records: pd.DataFrame) -> tuple[bool, list[str]]:
    """Whether doses are daily; the dose per day is put in place where they are not once a day."""
    given = records["frequency"].str.upper()
    if given.notna().any():
        times = given.map(TIMES_A_DAY)
        if times[given.notna()].isna().any():
            return False, [_at_intervals("their frequency (EXDOSFRQ) says so")]
        if (times > 1).any():
            records["dose"] *= times.fillna(1.0)
            return True, ["Doses are per day: the dose times its frequency (EXDOSFRQ)."]
        return True, []
    single = (records["start"] == records["end"]).mean() if len(records) else 0.0
    if single >= _MOST_SINGLE and records["subject"].duplicated().any():
        return False, [_at_intervals("almost every record is of a single day")]
    return True, []


def _at_intervals(why: str) -> str:
    return (
        f"Doses are given at intervals ({why}): the last one given is the dose in force, days in "
        "between are no interruptions, and a relative dose intensity needs a planned dose per day."
    )


def _unit(records: pd.DataFrame) -> str:
    units = sorted(records["unit"].dropna().unique())
    if len(units) > 1:
        raise NotEstimableError(
            f"Doses of this treatment are in several units ({', '.join(units)}), and cannot be "
            "added up."
        )
    return str(units[0]) if units else ""


def _cut(periods: int) -> str:
    overlap, were = ("overlaps", "was") if periods == 1 else ("overlap", "were")
    return (
        f"{_records(periods)} of exposure {overlap} the next one or the end of treatment and "
        f"{were} shortened: each day counts once."
    )


def _subjects(n: int) -> str:
    return f"{n:,} {'subject' if n == 1 else 'subjects'}"


def _records(n: int) -> str:
    return f"{n:,} {'record' if n == 1 else 'records'}"


def _are(n: int) -> str:
    return "is" if n == 1 else "are"
