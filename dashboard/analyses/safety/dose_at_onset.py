"""Adverse events by the dose that was in force when they began."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analytics.checks import NotEstimableError
from analytics.safety.exposure import EventsByDose, count_events_by_dose
from dashboard.analyses.safety.dose_records import DoseRecords, read_doses
from dashboard.analyses.safety.subjects import SafetySubjects
from queries import questions
from queries.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseAtOnset:
    """Which events, of whom.

    Parameters
    ----------
    subjects : SafetySubjects
    kind : str
        One of `queries.adverse_events.EVENT_KINDS`.
    classes, terms : tuple of str
        The event is of one of these; empty is any.
    treatment : str, optional
        Where subjects are given several: whose doses count.
    per : float
        Patient-years that rates refer to.

    Examples
    --------
    >>> DoseAtOnset(subjects=SafetySubjects(), kind="serious").per
    100.0
    """

    subjects: SafetySubjects
    kind: str = "any"
    classes: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    treatment: str | None = None
    per: float = 100.0

    def run(self, store: Store) -> DoseAtOnsetAnswer:
        """Ask the store and count.

        Raises
        ------
        NotEstimableError
            When the study is blinded, has no doses or no adverse events.
        """
        doses = read_doses(store, self.subjects, self.treatment)
        if store.layout.event_dataset is None:
            raise NotEstimableError("This study has no adverse events (ADAE, AE).")
        events = questions.recurrent_events(
            store=store,
            kind=self.kind,
            classes=self.classes,
            terms=self.terms,
            cohort=self.subjects.chosen(),
        )
        counted = count_events_by_dose(doses.dosing, _by_day(events, doses), per=self.per)
        return DoseAtOnsetAnswer(asked=self, doses=doses, counted=counted)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DoseAtOnsetAnswer:
    """The events by dose.

    Parameters
    ----------
    asked : DoseAtOnset
    doses : DoseRecords
    counted : EventsByDose
    """

    asked: DoseAtOnset
    doses: DoseRecords
    counted: EventsByDose


def _by_day(events: pd.DataFrame, doses: DoseRecords) -> pd.DataFrame:
    first = events["subject"].map(doses.first_days)
    days = (pd.to_datetime(events["started_on"]) - first).dt.days + 1
    return pd.DataFrame({"subject": events["subject"], "day": days, "events": events["events"]})
