"""Which classes or terms a chart shows, and in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analytics.checks import require
from dashboard.analyses.safety.adverse_events import AdverseEventsAnswer, Level

ORDERS: Mapping[str, str] = {
    "frequency": "Most frequent first",
    "difference": "Largest difference first",
    "p": "Smallest p first",
    "name": "By name",
}
_KEYS = ["class", "term"]


def rows_of(
    answer: AdverseEventsAnswer,
    level: Level,
    *,
    least_percent: float = 0.0,
    least_difference: float = 0.0,
    classes: Sequence[str] = (),
    order: str = "frequency",
    arm: str | None = None,
) -> list[tuple[str, str]]:
    """The classes or terms that pass the cuts, in order.

    Parameters
    ----------
    least_percent, least_difference : float
        As in `AdverseEventsAnswer.table`.
    classes : sequence of str
        Only these, or terms of these; empty is all.
    order : str
        One of `ORDERS`. "difference" is in either direction, of what arms are compared by.
    arm : str, optional
        The arm whose difference or p-value orders them; without it the largest or smallest
        among all arms does.
    """
    require(order in ORDERS, f"order in {tuple(ORDERS)}", order=order)
    table = answer.table(least_percent=least_percent, least_difference=least_difference)
    if table.empty:
        return []
    kept = table[table["level"] == level]
    if classes:
        kept = kept[kept["class"].isin(list(classes))]
    if kept.empty:
        return []
    ranks = _ranks(kept, order, arm, ratio=answer.asked.measure != "risk difference")
    ranks["total"] = -kept.groupby(_KEYS)["with_event"].sum()
    ranks["name"] = [(term or class_).casefold() for class_, term in ranks.index]
    ranks = ranks.sort_values(["first", "total", "name"], kind="stable")
    return [(str(class_), str(term)) for class_, term in ranks.index]


def first_rows(found: Sequence[tuple[str, str]], most: int | None) -> tuple[tuple[str, str], ...]:
    """The rows that fit on a chart; None is all of them.

    Examples
    --------
    >>> first_rows([("S", "Itch"), ("S", "Rash")], 1)
    (('S', 'Itch'),)
    """
    return tuple(found[:most])


def of_terms(frame: pd.DataFrame, terms: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """The rows of some classes and terms, in the order of these.

    Examples
    --------
    >>> frame = pd.DataFrame({"class": ["S", "S"], "term": ["Itch", "Rash"], "n": [1, 2]})
    >>> of_terms(frame, [("S", "Rash")])["n"].tolist()
    [2]
    """
    if frame.empty:
        return frame
    places = {term: place for place, term in enumerate(terms)}
    place = [places.get(key, -1) for key in zip(frame["class"], frame["term"], strict=True)]
    kept = frame.assign(_place=place).query("_place >= 0")
    return kept.sort_values("_place", kind="stable").drop(columns="_place").reset_index(drop=True)


def of_arms(frame: pd.DataFrame, arms: Sequence[str]) -> pd.DataFrame:
    """The rows of some arms.

    Examples
    --------
    >>> of_arms(pd.DataFrame({"arm": ["A", "B"], "n": [1, 2]}), ["B"])["n"].tolist()
    [2]
    """
    return frame[frame["arm"].isin(list(arms))]


def of_classes(table: pd.DataFrame, classes: Sequence[str]) -> pd.DataFrame:
    """The rows of some classes in a table of terms, below those of all events; () is all.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"level": ["overall", "class", "class"], "class": ["", "Gut", "Skin"], "n": [3, 1, 2]}
    ... )
    >>> of_classes(table, ["Skin"])["n"].tolist()
    [3, 2]
    """
    if not classes:
        return table
    return table[(table["level"] == "overall") | table["class"].isin(list(classes))]


def of_level(table: pd.DataFrame, level: Level) -> pd.DataFrame:
    """The rows of one level in a table of terms.

    Examples
    --------
    >>> of_level(pd.DataFrame({"level": ["class", "term"], "n": [1, 2]}), "term")["n"].tolist()
    [2]
    """
    return table[table["level"] == level]


def _ranks(kept: pd.DataFrame, order: str, arm: str | None, *, ratio: bool) -> pd.DataFrame:
    """What comes first, by class and term; a difference or p that is not there comes last."""
    keys = kept[_KEYS].drop_duplicates()
    ranks = pd.DataFrame({"first": 0.0}, index=pd.MultiIndex.from_frame(keys))
    if order in ("frequency", "name") or "fisher" not in kept:
        if order == "name":
            names = [term or class_ for class_, term in ranks.index]
            ranks["first"] = pd.Series(names).str.casefold().rank(method="dense").to_numpy()
        return ranks
    own = kept if arm is None else kept[kept["arm"] == arm]
    if order == "p":
        ranks["first"] = own.groupby(_KEYS)["fisher"].min()
    else:
        with np.errstate(divide="ignore"):
            value = np.log(own["contrast_estimate"]) if ratio else own["contrast_estimate"]
        ranks["first"] = -value.abs().groupby([own["class"], own["term"]]).max()
    ranks["first"] = ranks["first"].fillna(np.inf)
    return ranks
