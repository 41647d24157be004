"""Who a share is for, and what of a result goes along to them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from dashboard.cards import Card
from dashboard.disclosure.audience import Refused, for_share
from dashboard.sharing.subject_rows import tells_of_subjects
from queries.workspace import Audience

LABELS: Mapping[Audience, str] = {
    "external": "External",
    "safety review": "Sponsor's safety review",
}
_SUBJECTS = "It shows single subjects, which no share may."


@dataclass(frozen=True, slots=True, kw_only=True)
class NotShared:
    """A result that stays here, and why.

    Examples
    --------
    >>> NotShared(name="Deaths", reason="It shows single subjects.").name
    'Deaths'
    """

    name: str
    reason: str


def promise(audience: Audience, threshold: int) -> str:
    """What an audience is told of its share.

    Examples
    --------
    >>> promise("external", 11)
    'Counts from 1 to 10 are hidden, and others where they would give these away. No subject rows.'
    """
    if audience == "safety review":
        return "True counts, for a review under agreement. No subject rows."
    return (
        f"Counts from 1 to {threshold - 1} are hidden, and others where they would give these "
        "away. No subject rows."
    )


def fit_for(
    cards: Sequence[Card], audience: Audience, threshold: int, subjects: Collection[str]
) -> tuple[Card | NotShared, ...]:
    """The results of a share as its audience gets them, in their order; together, not singly.

    Parameters
    ----------
    cards : sequence of Card
        As they stood on the page.
    audience : {"safety review", "external"}
    threshold : int
        Least count, other than 0, that an external audience may read.
    subjects : collection of str
        Every identifier of the snapshot; a result with one of them in it goes to nobody.

    Examples
    --------
    >>> fit_for([Card(name="A", notes=("EQX-301-1",))], "safety review", 11, {"EQX-301-1"})
    (NotShared(name='A', reason='It shows single subjects, which no share may.'),)
    """
    known = set(subjects)
    open_ones = [card for card in cards if not tells_of_subjects(card, known)]
    fitted = iter(_fitted(open_ones, audience, threshold))
    kept = {id(card) for card in open_ones}
    first = [
        next(fitted) if id(card) in kept else NotShared(name=card.name, reason=_SUBJECTS)
        for card in cards
    ]
    # Once more at the end: what the rules have written anew is looked at as well.
    return tuple(
        NotShared(name=one.name, reason=_SUBJECTS)
        if isinstance(one, Card) and tells_of_subjects(one, known)
        else one
        for one in first
    )


def _fitted(
    cards: Sequence[Card], audience: Audience, threshold: int
) -> Sequence[Card | NotShared]:
    return [
        NotShared(name=one.name, reason=one.reason) if isinstance(one, Refused) else one
        for one in for_share(cards, audience, threshold)
    ]
