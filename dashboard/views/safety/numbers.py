"""The numbers under a chart of terms: what every point stands for, as the Terms tab has them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import results
from dashboard.analyses.safety.adverse_events import AdverseEventsAnswer
from dashboard.analyses.safety.rows import of_level, of_terms
from dashboard.scripts import Made
from dashboard.views import disclosing
from dashboard.views.safety.shown import Shown
from dashboard.views.safety.terms import shown_table


def show_numbers(
    made: Made[AdverseEventsAnswer], shown: Shown, *, name: str, notes: Sequence[str]
) -> None:
    """n and N, differences with intervals and p-values of the rows on screen.

    Parameters
    ----------
    name : str
        Of the chart.
    notes : sequence of str
        Those of the chart.
    """
    with st.expander("Numbers", icon=":material/table_rows:"):
        table = made.call("table").then(of_level, shown.level).then(of_terms, shown.chosen)
        texts, _ = shown_table(table.value, made.value)
        st.dataframe(
            texts,
            hide_index=True,
            height="content",
            alt="Adverse events on the chart: subjects, differences and p-values by arm",
            column_config={"Class and term": st.column_config.TextColumn(width=280, pinned=True)},
        )
        asked = made.value.asked
        results.offer(
            texts,
            raw=table,
            name=f"{name} as a table",
            notes=notes,
            disclosure=disclosing.event_terms(asked.subjects.cohort, asked.selection),
        )
