"""What a share holds for whom, decided once, when the view is frozen.

- An *external* audience gets counts with those from 1 to `threshold − 1` hidden, and others
  with them where these would give them away; percentages and estimates go with their counts;
  curves are coarse; figures are drawn anew from what is left; no script goes along. The rule and
  what it does not guarantee stand in `analytics.disclosure.suppression`.
- A sponsor's *safety review* gets true counts, and never a row or a mark a subject.

A result that does not say what its numbers are is refused: nothing is guessed. Results of one
share are protected together where they say that they count the same; the same fact counted in
two ways (deaths as an endpoint, as a disposition and as fatal events) is not known to be one,
so that a large count hidden in one of them for the sake of another may stand in the next. A list
cut at a percentage tells that some arm of each row reaches it. Two shares are
compared by their subjects alone: see `dashboard.sharing.differencing`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import pandas as pd

from analytics.checks import InputError, NotEstimableError, require
from analytics.disclosure import coarsen_curves
from dashboard.cards import Card
from dashboard.charts.disclosed import draw_disclosed_counts, draw_disclosed_curves
from dashboard.disclosure.counting import Entered, Ledger, enter
from dashboard.disclosure.describing import Disclosure
from dashboard.disclosure.hiding import arms_of, hide, rows_to_draw, shown_as_text
from dashboard.disclosure.notes import without_counts

Audience = Literal["external", "safety review"]
THRESHOLD = 11  # as the US Centers for Medicare & Medicaid Services publish counts

_UNSTATED = "It does not say what its numbers are."
_SUBJECTS = "It shows single subjects, which no share may."
_NOTHING = "No choice of hidden counts would protect the small ones."
_FEW = "No arm has enough events for a curve, or their sizes are hidden."
_NO_FIGURE = "The figure is left out: its counts are in the table."
_MOST_ROWS = 40  # of a figure
_CURVE = ("arm", "time", "at_risk", "events", "censored", "survival", "lower", "upper")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A result that does not go along.

    Parameters
    ----------
    name : str
        Of the result.
    reason : str
        One sentence.
    """

    name: str
    reason: str


def for_audience(
    card: Card, audience: Audience, threshold: int = THRESHOLD, *, subjects: Set[str] = frozenset()
) -> Card | Refused:
    """One result as a share for this audience holds it; see `for_share` for several.

    Examples
    --------
    >>> table = pd.DataFrame({"arm": ["A", "A"], "sex": ["F", "M"], "subjects": [4, 36]})
    >>> said = Disclosure(level="aggregate", count="subjects", keys=("sex",), adds_up=())
    >>> card = Card(name="Sex", notes=(), data=table, disclosure=said)
    >>> for_audience(card, "external").shown["A"].tolist()
    ['–', '–']
    >>> for_audience(replace(card, disclosure=None), "external")
    Refused(name='Sex', reason='It does not say what its numbers are.')
    """
    return for_share([card], audience, threshold, subjects=subjects)[0]


def for_share(
    cards: Sequence[Card],
    audience: Audience,
    threshold: int = THRESHOLD,
    *,
    subjects: Set[str] = frozenset(),
) -> tuple[Card | Refused, ...]:
    """The results of a share as this audience gets them, in their order.

    Parameters
    ----------
    cards : sequence of Card
        As they stood on the page.
    audience : str
        "external" or "safety review".
    threshold : int
        Least count, other than 0, that an external audience may read.
    subjects : set of str
        Identifiers. A result that holds one of them as a text of its own, in a cell or in its
        figure, is refused whatever it says of itself.
    """
    require(audience in get_args(Audience), "a known audience", audience=audience)
    require(threshold >= 2, "threshold >= 2", threshold=threshold)
    held = _reviews(cards) if audience == "safety review" else _externals(cards, threshold)
    return tuple(
        Refused(name=one.name, reason=_SUBJECTS) if _names_one(one, subjects) else one
        for one in held
    )


def _names_one(held: Card | Refused, subjects: Set[str]) -> bool:
    if isinstance(held, Refused) or not subjects:
        return False
    return any(text in subjects for text in _texts(json.loads(held.to_json())))


def _texts(body: object) -> Iterator[str]:
    if isinstance(body, str):
        yield body
    elif isinstance(body, list | dict):
        for one in body.values() if isinstance(body, dict) else body:
            yield from _texts(one)


def _externals(cards: Sequence[Card], threshold: int) -> tuple[Card | Refused, ...]:
    ledger, entered = Ledger(), dict[int, Entered]()
    places = [at for at, card in enumerate(cards) if _refusal(card) is None]
    try:
        # Those that state the sizes of arms first: the sums of others are held against them.
        for at in sorted(places, key=lambda at: not _said(cards[at]).of):
            entered[at] = enter(ledger, _said(cards[at]), _numbers(cards[at]))
        hidden = ~ledger.suppress(threshold).shown
    except NotEstimableError:
        return tuple(Refused(name=card.name, reason=_refusal(card) or _NOTHING) for card in cards)
    return tuple(
        _external(card, entered.get(at), hidden, threshold) for at, card in enumerate(cards)
    )


def _reviews(cards: Sequence[Card]) -> tuple[Card | Refused, ...]:
    return tuple(map(_reviewed, cards))


def _reviewed(card: Card) -> Card | Refused:
    if card.disclosure is None:
        return Refused(name=card.name, reason=_UNSTATED)
    if card.disclosure.level == "subjects":
        return Refused(name=card.name, reason=_SUBJECTS)
    return replace(card, script=None, disclosure=None)


def _said(card: Card) -> Disclosure:
    assert card.disclosure is not None
    said = card.disclosure
    if said.level != "curve":
        return said
    # The size of each arm is what a curve prints besides its own.
    return Disclosure(
        level="aggregate",
        count="events",
        of="subjects",
        population=said.population,
        about=said.about,
    )


def _numbers(card: Card) -> pd.DataFrame:
    assert card.disclosure is not None
    table = card.table if card.disclosure.table is None else card.disclosure.table
    assert table is not None
    if card.disclosure.level != "curve":
        return table
    sums = table.groupby("arm", sort=False)[["events", "censored"]].sum()
    subjects = sums["events"] + sums["censored"]
    return sums.assign(subjects=subjects).reset_index()


def _refusal(card: Card) -> str | None:
    """Why a result does not go to an external audience."""
    said = card.disclosure
    if said is not None and said.level == "subjects":
        return _SUBJECTS
    if said is None or (said.level == "aggregate" and not said.count):
        return _UNSTATED
    table = card.table if said.table is None else said.table
    if table is None or table.empty:
        return _UNSTATED
    needed = {said.count, said.of, said.arm, *said.keys} if said.level == "aggregate" else set()
    missing = needed - {""} - set(table.columns)
    return _UNSTATED if missing or not _sound(table, said) else None


def _sound(table: pd.DataFrame, said: Disclosure) -> bool:
    """Whether the counts are counts, and no more than the arm that they are of."""
    if said.level == "curve":
        return set(_CURVE) <= set(table.columns)
    counts = pd.to_numeric(table[said.count], errors="coerce")
    of = pd.to_numeric(table[said.of], errors="coerce") if said.of else counts
    return bool(((counts >= 0) & (counts <= of) & (counts == counts.round())).all())


def _external(
    card: Card, entered: Entered | None, hidden: np.ndarray, threshold: int
) -> Card | Refused:
    if entered is None:
        return Refused(name=card.name, reason=_refusal(card) or _UNSTATED)
    said = card.disclosure
    assert said is not None
    try:
        if said.level == "curve":
            return _curves(card, entered, hidden, threshold)
        return _counts(card, entered, hidden, threshold)
    except InputError as error:
        return Refused(name=card.name, reason=str(error))


def _counts(card: Card, entered: Entered, hidden: np.ndarray, threshold: int) -> Card:
    table = hide(entered, hidden)
    rows = rows_to_draw(entered.said, table)
    drawn = card.figure is not None and rows["row"].nunique() <= _MOST_ROWS
    more = [] if drawn or card.figure is None else [_NO_FIGURE]
    return Card(
        name=card.name,
        notes=_notes(card, [_hidden_said(threshold), *more]),
        figure=draw_disclosed_counts(rows, arms=arms_of(entered.said, table)) if drawn else None,
        shown=shown_as_text(entered.said, table),
        data=table,
    )


def _curves(card: Card, entered: Entered, hidden: np.ndarray, threshold: int) -> Card | Refused:
    table = card.table
    assert table is not None
    coarse = coarsen_curves(table, threshold=threshold)
    gone = hide(entered, hidden)
    sizes = gone.loc[gone["subjects"].isna(), "arm"]
    coarse = coarse[~coarse["arm"].isin(set(sizes))].reset_index(drop=True)
    if len(coarse) == coarse["arm"].nunique():
        return Refused(name=card.name, reason=_FEW)
    unit = str(table["unit"].iloc[0]) if "unit" in table.columns else ""
    said = (
        f"Curves are coarse: each step stands for at least {threshold} events, survival is "
        "rounded to whole percent, and the end is cut where fewer would be left."
    )
    return Card(
        name=card.name,
        notes=_notes(card, [said]),
        figure=draw_disclosed_curves(coarse, unit=unit),
        data=coarse,
    )


def _notes(card: Card, said: Sequence[str]) -> tuple[str, ...]:
    assert card.disclosure is not None
    return (*without_counts(card.notes, cohort=card.disclosure.cohort), *said)


def _hidden_said(threshold: int) -> str:
    return (
        f"–, or an empty cell: a count from 1 to {threshold - 1}, or one that would give such a "
        "count away. What is worked out from it is left out too."
    )
