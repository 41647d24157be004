"""The report that results of a page are added to, and its cards as results again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain, count

import streamlit as st

from analytics.checks import InputError
from dashboard import state
from dashboard.access.restrictions import since_then
from dashboard.cards import Card
from dashboard.reports.content import Entry, ReportContent
from queries.errors import DataError
from queries.workspace import Report, ReportCard, SubjectMark

CHOSEN = "report_chosen"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeptCard:
    """A card of a report: its place and comment, and the result itself."""

    kept: ReportCard
    card: Card


def all_of_study() -> tuple[Report, ...]:
    """The reports of the study on screen, newest first."""
    return state.workspace().reports.of_study(state.study().code)


def current() -> Report | None:
    """The report that results are added to: the chosen one, else the newest."""
    known = {report.id: report for report in all_of_study()}
    chosen: str = st.session_state.get(CHOSEN) or ""
    return known.get(chosen) or next(iter(known.values()), None)


def begin(title: str = "") -> Report:
    """Begin a report; results are added to it from now on."""
    code = state.study().code
    begun = state.workspace().reports.begin(
        study=code, title=title.strip() or _free_title(code), person=state.acting("reports")
    )
    st.session_state[CHOSEN] = begun.id
    return begun


def _free_title(code: str) -> str:
    """A title that no other report of the study has: two of one name cannot be told apart."""
    taken = {report.title for report in all_of_study()}
    first = f"Report of {code}"
    numbered = (f"{first} ({number})" for number in count(2))
    return next(title for title in chain((first,), numbered) if title not in taken)


def add(card: Card, *, section: str = "", quietly: bool = False) -> None:
    """Add a result to the current report, which is begun where there is none; for a callback."""
    try:
        report = current() or begin()
        state.workspace().reports.add(
            report.id,
            name=card.name,
            card_json=card.to_json(),
            snapshot=state.snapshot().id,
            pooled=state.store().pooled,
            person=state.acting("reports"),
            section=section,
        )
    except (DataError, InputError) as error:
        st.toast(str(error), icon=":material/error:")
        return
    if not quietly:
        st.toast(f"Added to “{report.title}”", icon=":material/note_add:")


def cards_of(report: Report) -> tuple[KeptCard, ...]:
    """The cards of a report that this reader may see, in their order."""
    kept = state.workspace().reports.cards(report.id, pooled=state.store().pooled)
    marks = state.workspace().subjects.of_study(report.study)
    return tuple(KeptCard(kept=one, card=_marked(one, marks)) for one in kept)


def _marked(one: ReportCard, marks: Sequence[SubjectMark]) -> Card:
    """The result, which says so where it was made before a subject was left out."""
    card = Card.from_json(one.card_json)
    said = since_then(marks, one.added_at)
    return replace(card, notes=(*card.notes, said)) if said else card


def content_of(report: Report, held: Sequence[KeptCard]) -> ReportContent:
    """A report as what documents and bundles are made of."""
    room = state.workspace()
    return ReportContent(
        title=report.title,
        study=report.study,
        study_title=state.study().title,
        data_cut=state.facts().get("data_cut", ""),
        cohort=state.current_cohort(),
        entries=tuple(
            Entry(
                card=one.card,
                section=one.kept.section,
                comment=one.kept.comment,
                snapshot=room.snapshot(one.kept.snapshot).content_sha256,
                pooled=one.kept.pooled,
            )
            for one in held
        ),
    )
