"""The overview of harm: subjects with any, serious, severe, related, … events, by arm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from analytics.safety.incidence import (
    IncidenceCounts,
    compare_incidence,
    estimate_incidence,
    test_incidence,
)
from dashboard.analyses.safety.subjects import SafetySubjects, comparison_refusal
from queries import questions
from queries.adverse_events import EVENT_KINDS, collected_kinds
from queries.events import EventSelection
from queries.store import Store

FROM_DISPOSITION = "discontinued"
"""The kind that takes the place of "withdrawn" where no action taken was collected."""
_NAMES: Mapping[str, str] = {**EVENT_KINDS, FROM_DISPOSITION: "Discontinued for an adverse event"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyOverview:
    """How many subjects of each arm had an event of each kind.

    Where the action taken with the treatment was not collected, those who discontinued for an
    adverse event are counted from the disposition instead, whatever events are selected.

    Parameters
    ----------
    subjects : SafetySubjects
    selection : EventSelection
        Which records count.
    confidence_level : float
        Two-sided coverage.
    """

    subjects: SafetySubjects = field(default_factory=SafetySubjects)
    selection: EventSelection = field(default_factory=EventSelection)
    confidence_level: float = 0.95

    def run(self, store: Store) -> OverviewAnswer:
        """Ask the store and estimate."""
        subjects, cohort = self.subjects, self.subjects.chosen()
        found = store.event_sets.by_kind(self.selection, cohort=cohort, arm=subjects.arm)
        known = collected_kinds(store)
        found = found[found["kind"].isin(known)]
        if "withdrawn" not in known:
            found = pd.concat([found, _discontinued(store, subjects)], ignore_index=True)
        sizes = questions.subjects_by_arm(store=store, cohort=cohort, arm=subjects.arm)
        arms = tuple(arm for arm in subjects.arms_of(store) if arm in set(sizes["arm"]))
        refusal = comparison_refusal(store, subjects)
        frame = found.merge(sizes[["arm", "subjects"]], on="arm")
        counts = IncidenceCounts(
            frame=frame[frame["arm"].isin(arms)].rename(columns={"kind": "term"}),
            arms=arms,
            endpoint="adverse events",
        )
        return OverviewAnswer(
            asked=self,
            arms=arms,
            refusal=refusal,
            table=_estimated(counts, refusal, self.confidence_level),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OverviewAnswer:
    """The overview by kind and arm.

    Parameters
    ----------
    asked : SafetyOverview
    arms : tuple of str
        Those with subjects, reference first.
    refusal : str or None
        Why arms are not compared.
    table : DataFrame
        `kind`, `arm`, `with_event`, `subjects`, `proportion`, `lower`, `upper`, `events`, and
        where arms are compared `difference`, `difference_lower`, `difference_upper` (risk
        difference from the reference) and `fisher`, missing for the reference.
    """

    asked: SafetyOverview
    arms: tuple[str, ...]
    refusal: str | None
    table: pd.DataFrame

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that this study can tell apart."""
        return tuple(dict.fromkeys(self.table["kind"]))


def kind_name(kind: str) -> str:
    """What a kind is called on screen.

    Examples
    --------
    >>> kind_name("severe")
    'Grade 3 or higher'
    """
    return _NAMES[kind]


def _discontinued(store: Store, subjects: SafetySubjects) -> pd.DataFrame:
    """Subjects whose reason for discontinuation is an adverse event."""
    if not store.collected("discontinuation_reason"):
        return pd.DataFrame()
    found = questions.disposition(store=store, cohort=subjects.chosen(), arm=subjects.arm)
    by_event = found["reason"].fillna("").str.upper().str.contains("ADVERSE EVENT")
    counts = found[by_event].groupby("arm")["subjects"].sum()
    arms = store.arms(subjects.arm)
    n = [int(counts.get(arm, 0)) for arm in arms]
    return pd.DataFrame({"kind": FROM_DISPOSITION, "arm": arms, "with_event": n, "events": n})


def _estimated(counts: IncidenceCounts, refusal: str | None, level: float) -> pd.DataFrame:
    table = estimate_incidence(counts, confidence_level=level).table
    if refusal is None and len(counts.arms) > 1:
        names = {"estimate": "difference"}
        names |= {side: f"difference_{side}" for side in ("lower", "upper")}
        columns = ["term", "arm", *names]
        apart = compare_incidence(counts, confidence_level=level).table[columns]
        tests = test_incidence(counts).table[["term", "arm", "fisher"]]
        more = apart.rename(columns=names).merge(tests, on=["term", "arm"])
        table = table.merge(more, on=["term", "arm"], how="left")
    return table.drop(columns="reason").rename(columns={"term": "kind"})
