"""Rows of a chart of terms: their names in the left margin, and what is said at the pointer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from dashboard.charts.axes import percent
from dashboard.charts.lettering import fitted, literal
from dashboard.charts.safety.effects import EffectAxis
from dashboard.charts.theme import LIGHT
from dashboard.text import p_value

NAMES = 150  # pixels of the left margin for the names of the rows
SIZE = 12.0
_FEWEST, _LINE = 25, 15.5  # pixels of a row, and of a line of its name
_MOST_LINES = 4

Term = tuple[str, str]
"""A class and a term of it; the term is "" for the class as a whole."""


def name_of(term: Term) -> str:
    """What a row is called.

    Examples
    --------
    >>> name_of(("Skin", "Rash")), name_of(("Skin", "")), name_of(("", ""))
    ('Rash', 'Skin', 'Any adverse event')
    """
    return term[1] or term[0] or "Any adverse event"


def full_name(term: Term) -> str:
    """The name of a row with its class, for the pointer; safe for a figure."""
    class_, name = term
    return f"<b>{literal(name_of(term))}</b>" + (
        f"<br>{literal(class_)}" if class_ and name else ""
    )


def _name(term: Term) -> str:
    return fitted(name_of(term), NAMES, size=SIZE, most=_MOST_LINES)


def row_pixels(terms: Sequence[Term]) -> int:
    """How high the rows are so that each name has room.

    Examples
    --------
    >>> row_pixels([("Skin", "Rash")])
    25
    """
    lines = max(_name(term).count("<br>") + 1 for term in terms)
    return max(_FEWEST, round(lines * _LINE + 4))


def row_axis(terms: Sequence[Term], **more: Any) -> dict[str, Any]:
    """The axis of the rows, the first on top; a row stands at its place in the sequence."""
    return {
        "range": [len(terms) - 0.5, -0.5],
        "tickmode": "array",
        "tickvals": list(range(len(terms))),
        "ticktext": [_name(term) for term in terms],
        "tickfont": {"size": SIZE, "color": LIGHT.text},
        "ticklabelstandoff": 6,
        "automargin": False,
        **more,
    }


def places_of(frame: pd.DataFrame, terms: Sequence[Term]) -> list[int]:
    """The place of each row of a frame with `class` and `term`."""
    places = {term: place for place, term in enumerate(terms)}
    return [places[key] for key in zip(frame["class"], frame["term"], strict=True)]


def said_of_arm(row: Mapping[str, Any]) -> str:
    """One arm of a row at the pointer."""
    n, of = int(row["with_event"]), int(row["subjects"])
    return f"{literal(row['arm'])}: {n:,} of {of:,} ({percent(row['proportion'])})"


def said_of_pair(row: Mapping[str, Any], axis: EffectAxis, level: float) -> str:
    """A comparison at the pointer: both arms, the measure with its interval, and p-values.

    Parameters
    ----------
    row : mapping
        A row of the contrasts: `class`, `term`, both arms' counts, estimate, limits, `fisher`
        and, where there is one, `adjusted`.
    """
    lines = [full_name((row["class"], row["term"]))]
    for arm, n, of in (
        (row["arm"], row["with_event"], row["subjects"]),
        (row["reference"], row["reference_with_event"], row["reference_subjects"]),
    ):
        share = n / of if of else float("nan")
        lines.append(f"{literal(arm)}: {int(n):,} of {int(of):,} ({percent(share)})")
    lines.append(axis.said(row["estimate"], row["lower"], row["upper"], level))
    lines.append(_p_said(row))
    return "<br>".join(lines)


def _p_said(row: Mapping[str, Any]) -> str:
    said = f"p {_p(row['fisher'])} (Fisher, unadjusted)"
    if "adjusted" in row and row["adjusted"] == row["adjusted"]:
        said += f"; adjusted {_p(row['adjusted'])}"
    return said


def _p(value: float) -> str:
    """Figures read `<` as markup."""
    return p_value(value).replace("<", "&#60;")
