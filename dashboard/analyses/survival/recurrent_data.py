"""Events that recur, read from a store: who was followed until when, and what counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

import pandas as pd

from analytics.checks import NotEstimableError
from analytics.survival.recurrent import RecurrentEvents
from dashboard.analyses.survival.analysis import SurvivalAnalysis
from dashboard.analyses.survival.asked import arms_present, by_arm_or_group
from dashboard.analyses.survival.endpoint_times import time_origin
from queries import questions
from queries.store import Store

Origin = Literal["first dose", "randomisation"]
Until = Literal["last dose", "last known alive", "end of study", "data cut"]

DAYS_AFTER_LAST_DOSE = 30
_ORIGINS: Mapping[Origin, str] = MappingProxyType(
    {"first dose": "first_dose_on", "randomisation": "randomised_on"}
)
_ENDS: Mapping[Until, str] = MappingProxyType(
    {
        "last dose": "last_dose_on",
        "last known alive": "last_alive_on",
        "end of study": "ended_study_on",
    }
)


def known_origins(store: Store) -> tuple[Origin, ...]:
    """The days from which events can be counted in this study.

    Examples
    --------
    >>> known_origins(store)
    ('randomisation',)
    """
    return tuple(name for name, column in _ORIGINS.items() if store.collected(column))


def usual_origin(store: Store, endpoint: str) -> Origin:
    """First dose, from which treatment-emergent events count; else the endpoint's own start.

    Raises
    ------
    NotEstimableError
        When the study has neither dates of first dose nor of randomisation.
    """
    known, own = known_origins(store), time_origin(store, endpoint)
    if not known:
        raise NotEstimableError(
            "Events cannot be counted over time: the study has no dates of first dose (TRTSDT) "
            "and none of randomisation (RANDDT)."
        )
    if "emergent" in store.layout.adverse_events.sources:
        return known[0]
    return next((name for name in known if name == own), known[0])


def known_ends(store: Store) -> tuple[Until, ...]:
    """What can end follow-up in this study."""
    known: list[Until] = [name for name, column in _ENDS.items() if store.collected(column)]
    dated = bool(questions.snapshot_facts(store=store).get("data_cut"))
    return (*known, *(("data cut",) if dated else ()))


def usual_end(store: Store) -> Until:
    """What ends follow-up unless somebody chooses.

    Where no event starts later than 30 days after the last dose, nothing was collected after
    that, and follow-up ends there; else when the subject was last known alive, or with the study.

    Raises
    ------
    NotEstimableError
        When the study has none of these days.
    """
    known = known_ends(store)
    if not known:
        raise NotEstimableError(
            "Events cannot be counted over time: the study does not say until when subjects were "
            "followed (TRTEDT, LSTALVDT, EOSDT, or a data cut)."
        )
    if known[0] == "last dose" and len(known) > 1 and _later_than_last_dose(store):
        return known[1]
    return known[0]


def _later_than_last_dose(store: Store) -> int:
    """Events that start after follow-up would end with the last dose."""
    followed = questions.recurrent_followup(
        store=store, until="last dose", days_after=DAYS_AFTER_LAST_DOSE
    )
    happened = questions.recurrent_events(store=store)
    both = happened.merge(followed[["subject", "ended_on"]], on="subject")
    return int(both.loc[both["started_on"] > both["ended_on"], "events"].sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSource:
    """Which adverse events count, and from when until when subjects are followed for them.

    Parameters
    ----------
    kind : str
        One of `queries.adverse_events.EVENT_KINDS`.
    classes, terms : tuple of str
        The event is of one of these; empty is any.
    origin : {"first dose", "randomisation"}
        That day is day 1.
    until : {"last dose", "last known alive", "end of study", "data cut"}
        Death and the data cut end follow-up whichever it is.
    days_after : int
        With "last dose": days after it that still count.
    """

    kind: str = "any"
    classes: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    origin: Origin = "first dose"
    until: Until = "last known alive"
    days_after: int = DAYS_AFTER_LAST_DOSE


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecurrentData:
    """The events of those who were followed, and what is not among them.

    Parameters
    ----------
    events : RecurrentEvents
        With death as the terminal event.
    subjects_left_out, events_left_out : dict
        How many, by the reason why; no zeros.
    same_day : int
        Events on a day on which the subject has another of them.
    """

    events: RecurrentEvents
    subjects_left_out: dict[str, int]
    events_left_out: dict[str, int]
    same_day: int


def read_recurrent(store: Store, analysis: SurvivalAnalysis, source: EventSource) -> RecurrentData:
    """Follow-up and events of an analysis, in days: by actual arm, or by cohort.

    Raises
    ------
    NotEstimableError
        When nobody was followed.
    DataError
        When the study does not collect what the kind of event needs.
    """
    everyone = _followed(store, analysis, source)
    reasons = _why_not(everyone, analysis, source)
    followed = everyone[reasons == ""]
    if followed.empty:
        said = "; ".join(f"{why}: {n:,}" for why, n in _counted(reasons, everyone).items())
        raise NotEstimableError(f"Nobody was followed for events ({said or 'no subject'}).")
    start = analysis.landmark_day or 0
    happened = _happened(store, analysis, source).merge(followed, on="subject", how="left")
    happened = happened.assign(time=_day(happened["happened_on"], happened["started_on"]))
    missed = _why_missed(happened, start)
    kept = happened[missed == ""]
    each = kept.loc[kept.index.repeat(kept["events"])]
    return RecurrentData(
        events=RecurrentEvents(
            followup=followed[["subject", "arm", "died"]].assign(end=followed["end"] - start),
            events=pd.DataFrame({"subject": each["subject"], "time": each["time"] - start}),
            arms=arms_present(store, replace(analysis, arm="actual"), followed),
            endpoint=source.kind,
        ),
        subjects_left_out=_counted(reasons, everyone),
        events_left_out=_counted(missed, happened, happened["events"]),
        same_day=int((kept["events"] - 1).sum()),
    )


def _followed(store: Store, analysis: SurvivalAnalysis, source: EventSource) -> pd.DataFrame:
    """Everybody of the cohort by actual arm, the day of origin being day 1."""
    frame = by_arm_or_group(
        replace(analysis, arms=()),
        lambda cohort: questions.recurrent_followup(
            store=store,
            origin=source.origin,
            until=source.until,
            days_after=source.days_after,
            cohort=cohort,
            arm="actual",
        ),
    )
    return frame.assign(end=_day(frame["ended_on"], frame["started_on"]))


def _day(date: pd.Series, origin: pd.Series) -> pd.Series:
    return (pd.to_datetime(date) - pd.to_datetime(origin)).dt.days + 1.0


def _why_not(
    everyone: pd.DataFrame, analysis: SurvivalAnalysis, source: EventSource
) -> pd.Series[str]:
    """Why a subject is not followed; "" for those who are."""
    why = pd.Series("", index=everyone.index, dtype=object)
    landmark = analysis.landmark_day
    if landmark is not None:
        why[everyone["end"] <= landmark] = f"follow-up ended by day {landmark}"
    why[everyone["end"] < 1] = f"follow-up ends before {source.origin}"
    why[everyone["ended_on"].isna()] = f"no {source.until} date"
    why[everyone["started_on"].isna()] = f"no date of {source.origin}"
    if analysis.arms and not analysis.groups:
        why[~everyone["arm"].isin(analysis.arms)] = "in an arm that is not compared"
    return why


def _happened(store: Store, analysis: SurvivalAnalysis, source: EventSource) -> pd.DataFrame:
    return by_arm_or_group(
        replace(analysis, arms=()),
        lambda cohort: questions.recurrent_events(
            store=store,
            kind=source.kind,
            classes=source.classes,
            terms=source.terms,
            cohort=cohort,
        ),
    )[["subject", "started_on", "events"]].rename(columns={"started_on": "happened_on"})


def _why_missed(happened: pd.DataFrame, landmark: int) -> pd.Series[str]:
    """Why an event does not count; "" for those that do."""
    why = pd.Series("", index=happened.index, dtype=object)
    if landmark:
        why[happened["time"] <= landmark] = f"by day {landmark}"
    why[happened["time"] < 1] = "before the start"
    why[happened["time"] > happened["end"]] = "after the end of follow-up"
    why[happened["happened_on"].isna()] = "without a complete date"
    why[happened["end"].isna()] = "of subjects left out"
    return why


def _counted(
    why: pd.Series[str], of: pd.DataFrame, numbers: pd.Series[int] | None = None
) -> dict[str, int]:
    each = pd.Series(1, index=of.index) if numbers is None else numbers
    found = each.groupby(why).sum()
    return {str(reason): int(number) for reason, number in found.items() if reason and number}
