"""Recruitment of a study in months since its first day, as a model of enrolment takes it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from math import ceil, isfinite

import numpy as np
import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.enrolment import Sites, sites_at
from analytics.results import Result, registered
from analytics.survival.counts import DAYS
from queries import questions
from queries.cohorts import EVERYONE, Cohort, late_parts
from queries.site_plan import PlannedSite, SitePlan
from queries.store import Store

MONTH = DAYS["months"]
NOT_RECORDED = "Not recorded"
_OF_THE_FUTURE = (
    "The cohort uses what happened after baseline: who enrolled last has had no time for it, and "
    "enrolment would seem to slow. Choose a cohort that is known at randomisation."
)
_FAILED = (
    "Who was screened and not enrolled counts as a screening failure, also where screening may "
    "still go on."
)
_FIRST_SEEN = (
    "A site counts as open from its first screened or enrolled subject on, since its activation "
    "is not known: rates are then a little too high, most of all at small sites. A site plan with "
    "actual activations mends it."
)


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recruitment(Result):
    """Who was recruited where and when.

    Parameters
    ----------
    patients : DataFrame
        One row per patient: `site`, `country`, `screened_month`, `randomised_month` (NaN for those
        who were not) and `failed`; months since the origin, at the middle of the day.
    sites : Sites
        As known at the data cut.
    origin : date
        The beginning of this day is month 0.
    cut_on : date
        The day of the data cut; `sites.now` is its end.
    screening : bool
        Whether screening was collected.
    notes : tuple of str
        What is missing, and what was done about it.
    """

    patients: pd.DataFrame
    sites: Sites
    origin: datetime.date
    cut_on: datetime.date
    screening: bool
    notes: tuple[str, ...]

    def month_of(self, day: datetime.date) -> float:
        """The month at which a day ends."""
        return ((day - self.origin).days + 1) / MONTH

    def day_of(self, month: float) -> datetime.date | None:
        """The day in which a month is; None when it is never, or after the year 2200."""
        if not isfinite(month):
            return None
        days = max(ceil(round(month * MONTH, 6)) - 1, 0)
        last = (datetime.date(2200, 12, 31) - self.origin).days
        return self.origin + datetime.timedelta(days=days) if days <= last else None

    @property
    def enrolled_days(self) -> list[datetime.date]:
        """The day of each enrolment, in order."""
        months = np.sort(self.patients["randomised_month"].dropna().to_numpy(float))
        whole = np.floor(months * MONTH).astype(int)
        return [self.origin + datetime.timedelta(days=int(day)) for day in whole]

    def sites_on(self, day: datetime.date) -> Sites:
        """The sites as they were known at the end of a day; planned closures stay at the cut."""
        require(
            self.enrolled_days[0] <= day <= self.cut_on,
            f"the day is from {self.enrolled_days[0]}, the first enrolment, to {self.cut_on}, "
            "the data cut",
            day=str(day),
        )
        if day == self.cut_on:
            return self.sites
        return sites_at(self.sites, self.patients, now=self.month_of(day))

    def enrolled_on(self, day: datetime.date) -> int:
        """Subjects enrolled by the end of a day."""
        return sum(one <= day for one in self.enrolled_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecruitedSubjects:
    """Whose recruitment to ask for, as `recruitment` takes it.

    Examples
    --------
    >>> RecruitedSubjects().run(store).sites.randomised
    8
    """

    cohort: Cohort = EVERYONE
    plan: SitePlan | None = None

    def run(self, store: Store) -> Recruitment:
        """Ask the store."""
        return recruitment(store, cohort=self.cohort, plan=self.plan)


def recruitment(
    store: Store, *, cohort: Cohort = EVERYONE, plan: SitePlan | None = None
) -> Recruitment:
    """Ask the store for patients and sites, and join the plan of the sites.

    Parameters
    ----------
    cohort : Cohort
        Known at baseline. Screening is that of the whole study, and left out for a part of it.
    plan : SitePlan, optional
        Adds activation, closure, costs, and sites that have not enrolled yet.

    Raises
    ------
    NotEstimableError
        When the cohort uses what happened after baseline, or nobody has a day of enrolment.

    Examples
    --------
    >>> found = recruitment(store)
    >>> found.origin, found.sites.names, found.sites.randomised
    (datetime.date(2024, 1, 3), ('01', '02'), 8)
    """
    if late_parts(cohort.rule, store.schema):
        raise NotEstimableError(_OF_THE_FUTURE)
    if not store.collected("site"):
        raise NotEstimableError("No forecast: sites were not collected in this study (SITEID).")
    rows = questions.recruited_patients(store=store, cohort=cohort)
    if cohort.rule is not None:
        rows = rows[rows["enrolled"]]
    if not rows["enrolled"].any():
        raise NotEstimableError("No forecast: nobody of this cohort is enrolled.")
    cut_on, notes = _data_cut(store, rows)
    dated, left_out = _dated(rows, cut_on)
    screening = bool(cohort.rule is None and (~rows["enrolled"]).any())
    origin = _origin(dated, plan, cut_on)
    patients = _patients(dated, origin)
    now = ((cut_on - origin).days + 1) / MONTH
    sites, of_plan = _sites(patients, plan, origin, now)
    said = (*notes, *left_out, *([_FAILED] if screening else []), *of_plan)
    return Recruitment(
        patients=patients.drop(columns=["first_month", "last_month"]),
        sites=sites,
        origin=origin,
        cut_on=cut_on,
        screening=screening,
        notes=said,
    )


def _data_cut(store: Store, rows: pd.DataFrame) -> tuple[datetime.date, tuple[str, ...]]:
    stated = questions.snapshot_facts(store=store).get("data_cut")
    if stated:
        return datetime.date.fromisoformat(stated), ()
    last = pd.to_datetime(rows[["screened_on", "enrolled_on"]].stack()).max()
    if pd.isna(last):
        raise NotEstimableError("No forecast: the study has neither a data cut nor dates.")
    said = f"The study states no data cut; it is taken as {last:%Y-%m-%d}, the last day in the data"
    return last.date(), (f"{said}.",)


def _dated(rows: pd.DataFrame, cut_on: datetime.date) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """With a first day of each patient, and what was left out for the lack of one."""
    days = {name: pd.to_datetime(rows[name]) for name in ("screened_on", "enrolled_on")}
    table = rows.assign(**days)
    cut = pd.Timestamp(cut_on)
    undated = table["enrolled"] & table["enrolled_on"].isna()
    failed_undated = ~table["enrolled"] & table["screened_on"].isna()
    after = (table["enrolled_on"] > cut) | (~table["enrolled"] & (table["screened_on"] > cut))
    counts = {
        "Left out, without a day of enrolment": undated,
        "Left out, not enrolled and without a day of screening": failed_undated,
        "Left out, after the data cut": after,
        "Site not recorded, they count as one site": table["site"].isna(),
    }
    kept = table[~(undated | failed_undated | after)]
    if not kept["enrolled"].any():
        raise NotEstimableError("No forecast: no subject has a day of enrolment by the data cut.")
    notes = tuple(f"{what}: {int(n.sum()):,} patients." for what, n in counts.items() if n.any())
    first = kept["screened_on"].fillna(kept["enrolled_on"])
    first = first.where(kept["enrolled_on"].isna(), np.minimum(first, kept["enrolled_on"]))
    return kept.assign(first_on=first), notes


def _origin(dated: pd.DataFrame, plan: SitePlan | None, cut_on: datetime.date) -> datetime.date:
    """The first day on which anybody was screened or, as the plan says, a site was open."""
    opened = [one.actual_activation for one in plan.sites] if plan else []
    first: datetime.date = dated["first_on"].min().date()
    return min([first, *(day for day in opened if day and day <= cut_on)])


def _patients(dated: pd.DataFrame, origin: datetime.date) -> pd.DataFrame:
    since = pd.Timestamp(origin)
    first = ((dated["first_on"] - since).dt.days + 0.5) / MONTH
    # A study without its screening knows no more than the day of enrolment.
    table = pd.DataFrame(
        {
            "site": dated["site"].fillna(NOT_RECORDED).astype(str),
            "country": dated["country"].astype(object),
            "screened_month": first,
            "randomised_month": ((dated["enrolled_on"] - since).dt.days + 0.5) / MONTH,
            "failed": ~dated["enrolled"].astype(bool),
            "first_month": first,
        }
    ).reset_index(drop=True)
    return table.assign(last_month=table[["first_month", "randomised_month"]].max(axis=1))


def _sites(
    patients: pd.DataFrame, plan: SitePlan | None, origin: datetime.date, now: float
) -> tuple[Sites, tuple[str, ...]]:
    seen = patients.groupby("site", sort=True).agg(
        first=("first_month", "min"), last=("last_month", "max"), country=("country", "first")
    )
    planned = {one.site: one for one in plan.sites} if plan else {}
    idle = [name for name, one in planned.items() if name not in seen.index and one.activation]
    names = [*seen.index, *idle]
    rows = [_site(name, seen, planned.get(name), origin, now) for name in names]
    base = Sites.of(pd.DataFrame(rows), now=now)
    counted = sites_at(base, patients, now=now)
    table = counted.table.assign(closed_month=base.table["closed_month"])
    return Sites(table=table, now=now), _of_plan(planned, seen, origin)


def _site(
    name: str,
    seen: pd.DataFrame,
    planned: PlannedSite | None,
    origin: datetime.date,
    now: float,
) -> dict[str, object]:
    found = seen.loc[name] if name in seen.index else None
    actual = _middle(planned.actual_activation if planned else None, origin)
    if actual is not None and actual > now:  # to come, whatever it is called
        actual = None
    first = None if found is None else float(found["first"])
    opened = min((one for one in (actual, first) if one is not None), default=None)
    closed = None
    if planned and planned.closed:
        closed = _middle(planned.closed, origin)
        last = 0.0 if found is None else float(found["last"])
        closed = max(closed or 0.0, last, opened or 0.0)
    return {
        "site": name,
        "country": (planned.country if planned else None)
        or (None if found is None else found["country"]),
        "planned_month": _middle(planned.activation if planned else None, origin),
        "activated_month": opened,
        "closed_month": closed,
        "cost_per_site": (planned.activation_cost if planned else None) or 0.0,
        "cost_per_patient": (planned.cost_per_subject if planned else None) or 0.0,
    }


def _middle(day: datetime.date | None, origin: datetime.date) -> float | None:
    """The month at the middle of a day."""
    return None if day is None else ((day - origin).days + 0.5) / MONTH


def _of_plan(
    planned: dict[str, PlannedSite], seen: pd.DataFrame, origin: datetime.date
) -> tuple[str, ...]:
    """What the plan and the data do not agree on, or leave open."""
    unknown = [name for name, one in planned.items() if name not in seen.index]
    undated = [name for name in unknown if planned[name].activation is None]
    late = [
        name
        for name, one in planned.items()
        if name in seen.index
        and one.actual_activation is not None
        and (_middle(one.actual_activation, origin) or 0.0) > float(seen.loc[name, "first"])
    ]
    guessed = [
        name for name in seen.index if name not in planned or not planned[name].actual_activation
    ]
    counts = {
        "In the site plan without a day of activation and without subjects, left out": undated,
        "Activated, by the site plan, after the first subject, who counts": late,
    }
    notes = tuple(f"{what}: {len(who):,} sites." for what, who in counts.items() if who)
    return (*notes, *([_FIRST_SEEN] if guessed else []))
