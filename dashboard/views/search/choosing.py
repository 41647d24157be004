"""What is chosen of a front: the objectives that are drawn, and one of its designs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import pandas as pd
import streamlit as st

from dashboard import recording, results, state
from dashboard.text import file_stem
from dashboard.views.search.searched import Searched


def usual_axes(labels: list[str]) -> tuple[str, str]:
    """The objectives across and up until others are chosen.

    Examples
    --------
    >>> usual_axes(["power", "expected_events", "duration"])
    ('expected_events', 'power')
    """
    return (labels[1] if len(labels) > 1 else labels[0]), labels[0]


def choose_axes(prefix: str, names: Mapping[str, str]) -> tuple[str, str]:
    """The objectives across and up; only of three and more there is something to choose.

    Parameters
    ----------
    prefix : str
        Of the keys of the inputs.
    names : mapping
        What each objective is called, by its label.
    """
    labels = list(names)
    usual = usual_axes(labels)
    if len(labels) < 3:
        return usual
    with st.grid(2, min_column_width=180):
        across, up = (
            st.selectbox(
                label,
                labels,
                key=state.choice(f"{prefix}_{label.lower()}", labels, first),
                persist_state="session",
                format_func=names.__getitem__,
            )
            for label, first in zip(("Across", "Up"), usual, strict=True)
        )
    return str(across), str(up)


def choose_design(
    searched: Searched[Any, Any, Any, Any], *, width: int | Literal["stretch"] = "stretch"
) -> int:
    """The number of a design of the front; it shows the one that was clicked elsewhere too."""
    numbers, knee = list(searched.front.numbers), searched.front.knee()
    state.show(searched.chosen_key, searched.chosen)
    return int(
        st.selectbox(
            "Design of the front",
            numbers,
            key=state.choice(searched.chosen_key, numbers, knee),
            persist_state="session",
            format_func=lambda one: f"Design {one}" + (" (knee)" if one == knee else ""),
            width=width,
        )
    )


def choose_row(searched: Searched[Any, Any, Any, Any], rows: pd.DataFrame, *, alt: str) -> None:
    """The designs of the front as a list; the one whose row is selected is chosen."""
    numbers = searched.front.numbers
    event = st.dataframe(
        rows,
        key=f"{searched.prefix}_front {numbers[:1]} {searched.chosen}",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=320,
        alt=alt,
    )
    picked = event["selection"]["rows"]
    if picked:
        searched.choose([numbers[picked[0]]])
        st.rerun()


def show_code(text: str, *, what: str) -> None:
    """The script that searches again, to read and to take away.

    Parameters
    ----------
    what : str
        Names it in the trail and in the file: "search" or "dosing search".
    """
    with st.expander("Python that searches again", icon=":material/code:"):
        st.code(text, language="python")
    results.download(
        "Python",
        data=recording.taken(text, what=what, ending="py"),
        file_name=f"{file_stem(f'{state.study().code} {what}')}.py",
        mime="text/x-python",
        key=f"download {what} code",
        icon=":material/download:",
        on_click="ignore",
    )
