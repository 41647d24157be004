"""What becomes of a page when it is shared: its results, fitted to the audience, frozen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import streamlit as st

from dashboard import results, state
from dashboard.access.pseudonym_key import pseudonym_key
from dashboard.cards import Card
from dashboard.reports import current
from dashboard.sharing.audiences import NotShared, fit_for
from dashboard.sharing.differencing import too_alike
from dashboard.sharing.freezing import freeze
from dashboard.sharing.subject_rows import tells_of_subjects
from dashboard.views import heading
from dashboard.views.disclosing import population_of
from queries.cohorts import EVERYONE
from queries.errors import DataError
from queries.pseudonyms import subject_hash
from queries.workspace import Audience, NewVersion, Share

_OTHERS = (
    "It counts others than the cohort on screen: another rule, another snapshot, or subjects who "
    "are left out now. What differs by a few subjects would tell of them."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody asks for in the dialog; with `renews`, a new version of that share."""

    title: str
    recipient: str
    audience: Audience
    threshold: int
    note: str
    days: int
    passcode: str
    downloads: bool
    renews: Share | None = None


def on_screen(page: str) -> tuple[Card, ...]:
    """The results of the page as it was drawn last; of the Report page, those of its report."""
    if page == "report":
        report = current.current()
        return () if report is None else tuple(one.card for one in current.cards_of(report))
    kept: list[Card] = state.once_a_run(results.CARDS, list)
    return tuple(kept)


def fitted(
    cards: Sequence[Card], audience: Audience, threshold: int
) -> tuple[Card | NotShared, ...]:
    """The results as their audience gets them, or why they stay here."""
    if audience != "external":
        return fit_for(cards, audience, threshold, _subjects())
    kept = [card for card in cards if not _is_of_others(card)]
    fit = iter(fit_for(kept, audience, threshold, _subjects()))
    return tuple(
        NotShared(name=card.name, reason=_OTHERS) if _is_of_others(card) else next(fit)
        for card in cards
    )


def _is_of_others(card: Card) -> bool:
    """Whether a result counts others than the cohort on screen, as one in a report may.

    Two of them side by side would tell of the few between them, and `refusal` compares the cohort
    on screen alone.
    """
    said = card.disclosure
    if said is None or not (said.level == "curve" or said.count):
        return False  # which goes to nobody outside, and says why by itself
    return said.population != population_of(state.current_cohort())


def _subjects() -> set[str]:
    return set(state.ask("subjects", cohort=EVERYONE)["subject"])


def refusal(audience: Audience, threshold: int) -> str:
    """Why the cohort on screen must not be shown to an audience now; "" when it may.

    A reader of two external shares could take one from the other. Earlier versions of a share
    that gets a new one count as well: its reader has seen them.
    """
    if audience != "external":
        return ""
    known = state.workspace().shares.shown_outside(state.study().code)
    return too_alike(_counted(), threshold, known) if known else ""


def _counted() -> tuple[str, ...]:
    """Keyed hashes of the subjects in the cohort on screen."""
    code, key = state.study().code, pseudonym_key(state.workspace().home)
    return tuple(subject_hash(key, code, one) for one in state.ask("subjects")["subject"])


def share(page: str, cards: Sequence[Card], wish: Wish) -> str | None:
    """Freeze and share; the link, which cannot be asked again, or None for a new version."""
    kept = [one for one in fitted(cards, wish.audience, wish.threshold) if isinstance(one, Card)]
    if not kept:
        raise DataError("a share has a result that its audience may see")
    if said := refusal(wish.audience, wish.threshold):
        raise DataError(said)
    version = NewVersion(
        page=page,
        view=st.session_state.get("opened_view"),
        snapshot=state.snapshot().id,
        pooled=state.store().pooled,
        cohort=_cohort(wish),
        data_cut=state.facts().get("data_cut", "not stated"),
        note=wish.note,
        cards=freeze(kept),
        subjects=_counted(),
    )
    room = state.workspace().shares
    if wish.renews is not None:
        room.renew(wish.renews.id, version, person=state.acting("shares"))
        return None
    _, token = room.make(
        version,
        study=state.study().code,
        title=wish.title,
        recipient=wish.recipient,
        audience=wish.audience,
        threshold=wish.threshold,
        downloads=wish.downloads,
        passcode=wish.passcode or None,
        days=wish.days,
        person=state.acting("shares"),
    )
    return f"{_origin()}/share/{token}"


def _cohort(wish: Wish) -> str:
    """The cohort as a sentence; an external audience gets its rule and not its size."""
    sentence = heading.cohort_sentence()
    if tells_of_subjects(Card(name="cohort", notes=(sentence,)), _subjects()):
        raise DataError("a cohort that is shared names no subject")
    if wish.audience == "external":
        return f"Subjects: {state.current_cohort().sentence(state.labels())}."
    return sentence


def _origin() -> str:
    here = urlsplit(st.context.url or "")
    return f"{here.scheme}://{here.netloc}" if here.netloc else ""
