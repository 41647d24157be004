"""Questions about events that compete, and about events that recur; one typed function each."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from queries.adverse_events import collected_kinds
from queries.cohorts import EVERYONE, Cohort
from queries.errors import DataError
from queries.prepared import RELATED
from queries.store import ArmRole, Store


def competing_counts(
    *,
    store: Store,
    endpoint: str,
    apart: Sequence[str] = (),
    rest: str = "Event",
    competing: Sequence[str] = (),
    other: str | None = None,
    cohort: Cohort = EVERYONE,
    arm: ArmRole = "planned",
    stratum: tuple[str, ...] = (),
) -> pd.DataFrame:
    """Distinct times to the first of several events, by what came first.

    Parameters
    ----------
    endpoint : str
        A PARAMCD of ADTTE.
    apart : sequence of str
        Descriptions of its events that are causes of their own.
    rest : str
        The cause of its other events.
    competing : sequence of str
        Descriptions of its censorings that count as events.
    other : str, optional
        Another PARAMCD: its event competes when it comes before the end of the endpoint's time,
        or at it when nothing else has happened then. Both must count from the same day.

    Returns
    -------
    DataFrame
        `arm`, `stratum`, `time`, `cause` ("" for those censored), `subjects`.

    Examples
    --------
    >>> found = competing_counts(store=store, endpoint="OS", rest="Death")
    >>> found.groupby("cause")["subjects"].sum().to_dict()
    {'': 4, 'Death': 4}
    """
    return store.ask(
        "competing_counts",
        cohort=cohort,
        arm=arm,
        stratum=stratum,
        endpoint=endpoint,
        apart=list(apart),
        rest=rest,
        competing=list(competing),
        other=other or "",
    )


def endpoint_pairs(
    *,
    store: Store,
    endpoint: str,
    other: str,
    cohort: Cohort = EVERYONE,
    arm: ArmRole = "planned",
) -> pd.DataFrame:
    """Whether two endpoints of a subject count from the same day, over subjects of the first.

    Examples
    --------
    >>> endpoint_pairs(store=store, endpoint="OS", other="PFS")["without_other"].tolist()
    [4, 4]
    """
    return store.ask("endpoint_pairs", cohort=cohort, arm=arm, endpoint=endpoint, other=other)


def recurrent_followup(
    *,
    store: Store,
    origin: str = "first dose",
    until: str = "last known alive",
    days_after: int = 30,
    cohort: Cohort = EVERYONE,
    arm: ArmRole = "actual",
) -> pd.DataFrame:
    """From when until when each subject was followed for events that can recur.

    Parameters
    ----------
    origin : {"first dose", "randomisation"}
    until : {"last known alive", "end of study", "data cut", "last dose"}
        Death ends follow-up whichever it is, and so does the data cut. Treatment that has not
        ended lasts until the data cut.
    days_after : int
        With "last dose": days after it that still count.

    Returns
    -------
    DataFrame
        One row per subject: `subject`, `arm`, `started_on`, `ended_on` (None where the data give
        no such day) and `died`, whether follow-up ended in death.

    Examples
    --------
    >>> found = recurrent_followup(store=store, origin="randomisation", until="data cut")
    >>> found[["subject", "arm", "died"]].head(1).values.tolist()
    [['S1', 'Placebo', False]]
    """
    return store.ask(
        "recurrent_followup",
        cohort=cohort,
        arm=arm,
        origin=origin,
        until=until,
        days_after=days_after,
    )


def recurrent_events(
    *,
    store: Store,
    kind: str = "any",
    classes: Sequence[str] = (),
    terms: Sequence[str] = (),
    related: Sequence[str] = RELATED,
    cohort: Cohort = EVERYONE,
) -> pd.DataFrame:
    """The adverse events of a kind, class or term by subject and day.

    Treatment-emergent ones where the study flags them, else all; the same as
    `queries.adverse_events.event_criterion` finds subjects by.

    Parameters
    ----------
    kind : str
        One of `queries.adverse_events.EVENT_KINDS`.
    classes, terms : sequence of str
        The event is of one of these; empty is any.
    related : sequence of str
        What is written, in capitals, of an event that is related to treatment.

    Returns
    -------
    DataFrame
        `subject`, `started_on` (missing where there is no complete date) and `events` on that
        day.

    Raises
    ------
    DataError
        When the study does not collect what the kind needs.

    Examples
    --------
    >>> found = recurrent_events(store=store, terms=["Cramp"])
    >>> found[["subject", "events"]].values.tolist()
    [['S1', 1], ['S5', 1]]
    """
    if kind not in collected_kinds(store):
        raise DataError("this study collects what the kind of adverse event needs", got=kind)
    return store.ask(
        "recurrent_events",
        cohort=cohort,
        kind=kind,
        classes=list(classes),
        terms=list(terms),
        related=list(related),
    )
