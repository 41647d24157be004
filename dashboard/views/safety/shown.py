"""What the charts of the Safety page show: level, classes, cuts, order and how many rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from dashboard import state
from dashboard.analyses.safety.adverse_events import AdverseEventsAnswer, Level
from dashboard.analyses.safety.rows import ORDERS, first_rows, rows_of
from dashboard.scripts import Made
from dashboard.text import plain
from dashboard.views.safety.cuts import Cuts, choose_cuts

MOST_ROWS = 40
_USUAL_ROWS = 25
_LEVELS: Mapping[Level, str] = {"term": "Terms", "class": "Classes"}
_EMPTY = ":material/health_and_safety:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The rows of a chart.

    Parameters
    ----------
    level : {"term", "class"}
    chosen : Made of tuple of (class, term)
        Those shown, in order.
    found : int
        How many pass the cuts.
    cuts : Cuts
    classes : tuple of str
        Only of these; empty is all.
    """

    level: Level
    chosen: Made[tuple[tuple[str, str], ...]]
    found: int
    cuts: Cuts
    classes: tuple[str, ...]

    @property
    def terms(self) -> tuple[tuple[str, str], ...]:
        """The classes and terms that are shown, in order."""
        return self.chosen.value

    def said(self) -> list[str]:
        """What is left out, for notes."""
        said = self.cuts.said()
        if self.classes:
            said.append(f"Only of {', '.join(self.classes)}.")
        if len(self.terms) < self.found:
            said.append(f"The first {len(self.terms):,} of {self.found:,} are shown.")
        return said

    def counted(self) -> str:
        """How many of how many are shown, for the screen."""
        return f"{len(self.terms):,} of {self.found:,} {self.noun()} shown."

    def noun(self) -> str:
        """What the rows are, such as "terms"."""
        return _LEVELS[self.level].lower()


def choose_shown(
    made: Made[AdverseEventsAnswer],
    *,
    arm: str | None = None,
    orders: bool = True,
    most: int | None = MOST_ROWS,
) -> Shown | None:
    """The inputs, and the rows they leave; None, with a sentence, when none is left.

    The inputs are the same in every chart of the page.

    Parameters
    ----------
    arm : str, optional
        The arm that an order by difference or p goes by.
    orders : bool
        Whether rows stand in an order.
    most : int, optional
        The most rows that fit; None for all of them.
    """
    cuts, answer = choose_cuts(), made.value
    with st.container(horizontal=True, vertical_alignment="bottom"):
        level = _level()
        classes = choose_classes(answer)
        order = _order(answer) if orders else "frequency"
        rows = _rows(most) if most is not None else None
    found = made.then(
        rows_of,
        level,
        least_percent=cuts.percent,
        least_difference=cuts.difference,
        classes=classes,
        order=order,
        arm=arm,
    )
    if not found.value:
        _nothing(answer, level)
        return None
    return Shown(
        level=level,
        chosen=found.then(first_rows, rows).named("terms"),
        found=len(found.value),
        cuts=cuts,
        classes=classes,
    )


def _nothing(answer: AdverseEventsAnswer, level: Level) -> None:
    if answer.levels[level] is None:
        said = "No adverse event of this kind is recorded in this cohort."
    else:
        said = "Everything is cut away. Lower the cuts, or choose more classes."
    st.info(said, icon=_EMPTY)


def _level() -> Level:
    levels = list(_LEVELS)
    return st.selectbox(
        "Level",
        levels,
        key=state.choice("safety_level", levels, "term"),
        persist_state="session",
        format_func=_LEVELS.__getitem__,
        width=130,
    )


def choose_classes(answer: AdverseEventsAnswer) -> tuple[str, ...]:
    """The classes that are looked at; empty is all."""
    known = sorted(dict.fromkeys(map(str, answer.incidence("class").get("class", ()))))
    chosen = st.multiselect(
        "Only of class",
        known,
        key=state.choices("safety_classes", known, []),
        persist_state="session",
        placeholder="All classes",
        width=300,
    )
    return tuple(chosen)


def _order(answer: AdverseEventsAnswer) -> str:
    orders = list(ORDERS) if answer.compared else ["frequency", "name"]
    return st.selectbox(
        "Order",
        orders,
        key=state.choice("safety_order", orders, "frequency"),
        persist_state="session",
        format_func=ORDERS.__getitem__,
        width=220,
    )


def _rows(most: int) -> int:
    key = state.remember("safety_rows", min(_USUAL_ROWS, most))
    state.show(key, min(int(st.session_state[key]), most))
    return int(
        st.number_input(
            "Rows, at most",
            min_value=1,
            max_value=most,
            step=5,
            key=key,
            persist_state="session",
            width=150,
        )
    )


def choose_arm(answer: AdverseEventsAnswer, *, key: str = "safety_compared_arm") -> str:
    """The arm that stands against the reference; asked only where there are several."""
    arms = list(answer.arms[1:])
    if len(arms) == 1:
        return arms[0]
    chosen = st.radio(
        f"Against {plain(answer.arms[0])}",
        arms,
        key=state.choice(key, arms, arms[0]),
        persist_state="session",
        format_func=plain,
        horizontal=True,
    )
    return chosen or arms[0]
