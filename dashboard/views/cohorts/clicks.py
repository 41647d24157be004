"""From a click to a criterion: charts whose selection is handed on once, then forgotten.

The cohort owns what was chosen, not the chart: a selection would be lost on reload, and it could
not be undone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import plotly.graph_objects as go
import streamlit as st

from dashboard import cohorts, results, state
from dashboard.charts.theme import CONFIG, alt_text, for_page
from queries.cohorts import Rule
from queries.cohorts.editing import with_part, without_part
from queries.errors import DataError

Selection = Mapping[str, Any]
Mode = Literal["points", "box"]


def chart(
    figure: go.Figure, name: str, modes: tuple[Mode, ...], chosen: Callable[[Selection], None]
) -> None:
    """A chart that hands every selection to `chosen` before the page runs again."""
    turn = st.session_state.get(f"turn {name}", 0)
    key = f"panel {name} {turn}"

    def take() -> None:
        selection = st.session_state[key].get("selection", {})
        if selection.get("points") or selection.get("box"):
            st.session_state[f"turn {name}"] = turn + 1  # the next chart knows of no selection
            chosen(selection)

    st.plotly_chart(
        for_page(figure, results.mode()),
        theme=None,
        config=dict(CONFIG),
        alt=alt_text(figure),
        key=key,
        on_select=said(take),
        selection_mode=modes,
    )


def places(selection: Selection) -> list[int]:
    """The places of the bars that were clicked, from the first."""
    found = (point["customdata"] for point in selection.get("points", []))
    return sorted({int(one[0] if isinstance(one, list) else one) for one in found})


def said(take: Callable[[], None]) -> Callable[[], None]:
    """A callback whose refusals the next run shows."""

    def explained() -> None:
        try:
            take()
        except DataError as error:
            cohorts.say(error)

    return explained


def replace(owner: int | None, part: Rule | None) -> None:
    """Put a part in the place of a panel's own one; None takes it away."""
    rule = state.current_cohort().rule
    if part is not None:
        cohorts.change(with_part(rule, part, place=owner))
    elif owner is not None:
        cohorts.change(without_part(rule, owner))
