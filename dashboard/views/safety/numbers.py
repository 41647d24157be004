"""The numbers under a chart of terms: what every point stands for, as the Terms tab has them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.analyses.safety.adverse_events import AdverseEventsAnswer
from dashboard.views.safety.shown import Shown
from dashboard.views.safety.terms import shown_table


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


def show_numbers(answer: AdverseEventsAnswer, shown: Shown) -> None:
    """n and N, differences with intervals and p-values of the rows on screen."""
    with st.expander("Numbers", icon=":material/table_rows:"):
        every = answer.table()
        table = of_terms(every[every["level"] == shown.level], shown.terms)
        texts, _ = shown_table(table, answer)
        st.dataframe(
            texts,
            hide_index=True,
            height="content",
            alt="Adverse events on the chart: subjects, differences and p-values by arm",
            column_config={"Class and term": st.column_config.TextColumn(width=280, pinned=True)},
        )
