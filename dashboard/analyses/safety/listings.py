"""Listings of adverse events and of deaths, of some subjects and arms."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from dashboard.analyses.safety.subjects import SafetySubjects
from queries.cohorts import Cohort, OneOf, Rule
from queries.listings import (
    DeathListing,
    EventListing,
    count_deaths,
    count_events,
    list_deaths,
    list_events,
)
from queries.store import NO_ARM, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedEvents:
    """Adverse events of some subjects, as records.

    Parameters
    ----------
    subjects : SafetySubjects
        Arms that are not among theirs are left out.
    listing : EventListing

    Examples
    --------
    >>> ListedEvents(listing=EventListing(kind="any")).listing.kind
    'any'
    """

    subjects: SafetySubjects = field(default_factory=SafetySubjects)
    listing: EventListing = field(default_factory=EventListing)

    def run(self, store: Store) -> pd.DataFrame:
        """All of the listing, as `queries.listings.list_events`."""
        return self.page(store)

    def page(self, store: Store, start: int = 0, rows: int | None = None) -> pd.DataFrame:
        """Some rows of it."""
        cohort, arm = listed_cohort(self.subjects, store), self.subjects.arm
        return list_events(store, cohort, self.listing, arm=arm, start=start, rows=rows)

    def count(self, store: Store) -> int:
        """How many rows it has."""
        cohort = listed_cohort(self.subjects, store)
        return count_events(store, cohort, self.listing, arm=self.subjects.arm)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDeaths:
    """Those of some subjects who died, as far as any record says so; as `ListedEvents`.

    Examples
    --------
    >>> ListedDeaths().listing.order
    ''
    """

    subjects: SafetySubjects = field(default_factory=SafetySubjects)
    listing: DeathListing = field(default_factory=DeathListing)

    def run(self, store: Store) -> pd.DataFrame:
        """All of the listing, as `queries.listings.list_deaths`."""
        return self.page(store)

    def page(self, store: Store, start: int = 0, rows: int | None = None) -> pd.DataFrame:
        """Some rows of it."""
        cohort, arm = listed_cohort(self.subjects, store), self.subjects.arm
        return list_deaths(store, cohort, self.listing, arm=arm, start=start, rows=rows)

    def count(self, store: Store) -> int:
        """How many rows it has."""
        cohort = listed_cohort(self.subjects, store)
        return count_deaths(store, cohort, self.listing, arm=self.subjects.arm)


def listed_cohort(subjects: SafetySubjects, store: Store, *more: Rule) -> Cohort:
    """The subjects of the arms that were chosen; with further rules, those who meet these too."""
    if store.pooled or set(subjects.arms_of(store)) == set(store.arms(subjects.arm)):
        return subjects.chosen(*more)
    named = tuple(arm for arm in subjects.arms if arm != NO_ARM)
    column = store.source_of(f"{subjects.arm}_arm")
    only = OneOf(column=column, values=named, keep_missing=NO_ARM in subjects.arms)
    return subjects.chosen(only, *more)
