"""What a report holds, wherever its results come from: a page or the command line."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.cards import Card
from queries.cohorts import EVERYONE, Cohort


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Entry:
    """One result of a report.

    Parameters
    ----------
    card : Card
    section : str
        The heading above it; "" when it goes on in the section before.
    comment : str
    snapshot : str
        SHA-256 of the content of the snapshot that it was computed on.
    pooled : bool
        Whether it was made for a reader who sees no arms.
    """

    card: Card
    section: str = ""
    comment: str = ""
    snapshot: str = ""
    pooled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReportContent:
    """Title, study and results of a report.

    Parameters
    ----------
    title : str
    study, study_title, data_cut : str
    cohort : Cohort
        The one on screen when it was put together; each result names its own.
    entries : tuple of Entry
    """

    title: str
    study: str
    study_title: str = ""
    data_cut: str = ""
    cohort: Cohort = EVERYONE
    entries: tuple[Entry, ...] = ()
