"""The subjects behind a mark of a chart or a row of a table: who they are, and on from there.

Whatever is clicked, a rule says who is meant. The list, the profiles and the cohort all come
from that one rule, so they cannot disagree with what was counted.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import cohorts, dialogs, navigation, recording, state
from dashboard.text import plain
from dashboard.views.cohorts.saved import save_cohort
from dashboard.views.subjects import listing
from queries.cohorts import Cohort
from queries.subjects import SubjectList, count_subjects, list_subjects

ROWS = 10
_SAVE = "save subjects behind"


def show(cohort: Cohort, title: str, *, key: str) -> None:
    """List the subjects of a mark, each one click from the profile, and offer them as a cohort.

    Parameters
    ----------
    cohort : Cohort
        Exactly the subjects that the mark counts.
    title : str
        What was clicked, such as "Rash, Active".
    key : str
        Tells this list from others on the page.
    """
    store = state.store()
    shown = SubjectList(columns=tuple(_columns()))
    found = count_subjects(store, cohort, shown)
    with st.container(border=True):
        st.markdown(f"**{plain(title)}**: {found:,} {'subject' if found == 1 else 'subjects'}")
        if not found:
            return
        recording.seen("subjects behind a number")
        _actions(cohort, key)
        pages = -(-found // ROWS)
        page = 1
        if pages > 1:
            st.caption("A click on an identifier opens the profile.")
            page = st.pagination(pages, key=f"{key} page {title}") or 1
        rows = list_subjects(store, cohort, shown, start=(page - 1) * ROWS, rows=ROWS)
        _table(rows["subject"].tolist(), rows, key)


def _columns() -> list[str]:
    store = state.store()
    usual = ["site", "age", "sex", "status"] + ([] if store.pooled else ["actual_arm"])
    named = [store.source_of(column) for column in usual if store.collected(column)]
    return [name for name in named if name in store.columns]


def _actions(cohort: Cohort, key: str) -> None:
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Make this the cohort",
            key=f"{key} cohort",
            icon=":material/filter_alt:",
            on_click=cohorts.open_cohort,
            args=(cohort,),
        )
        st.button(
            "Save as cohort",
            key=f"{key} save",
            icon=":material/bookmark_add:",
            on_click=dialogs.ask,
            args=(f"{_SAVE} {key}",),
        )
    if dialogs.is_asked(f"{_SAVE} {key}"):
        save_cohort(cohort)


def _table(ids: list[str], rows: pd.DataFrame, key: str) -> None:
    click_key = f"{key} subject click"

    def open_row() -> None:
        click = st.session_state[click_key]
        if click is not None and 0 <= click["row"] < len(ids):
            listing.open_subject(ids[click["row"]])
            navigation.go("subjects")

    labels = state.labels()
    st.dataframe(
        rows.rename(columns=lambda name: labels.get(name, name)),
        hide_index=True,
        height="content",
        alt="Subjects behind the mark; a click on an identifier opens the profile",
        column_config={
            "subject": st.column_config.ButtonColumn(
                "Subject", on_click=open_row, key=click_key, type="tertiary", pinned=True
            )
        },
    )
