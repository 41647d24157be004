"""Identifiers in an import: what was found, and what is done to each before it is accepted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from dashboard.text import plain
from queries.importers import CheckReport, ColumnAction, DeidentificationPlan, IdentifierFound
from queries.importers.identifiers.plan import ACTIONS
from queries.importers.identifiers.suggesting import UNSEEN, suggested_actions

_DATES = {
    "study": "One secret offset for the study",
    "subject": "One secret offset for each subject",
    "keep": "Leave dates as they are",
}
_SIGNS = {
    "name": "column name",
    "label": "column label",
    "type": "column type",
    "values": "values",
    "length": "long text",
}


def names_people(report: CheckReport) -> bool:
    """Whether a column looks as if it named people, or told where they live.

    Codes of subjects and dates are in every trial; what is meant here is beyond them.
    """
    return any(
        one.suggestion in {"drop", "zip3"} and one.sign != "length" for one in report.identifiers
    )


def show(report: CheckReport, *, can_change: bool) -> DeidentificationPlan | None:
    """The signs of identifiers in a candidate; the plan, once somebody asks for it to be done."""
    st.header("Identifiers", anchor=False)
    if report.deidentified:
        st.success(
            "De-identified as chosen: what was taken out is nowhere in this snapshot. The signs "
            "below are what is left.",
            icon=":material/shield_person:",
        )
    if report.anonymity is not None:
        st.caption(plain(report.anonymity.sentence))
    if not report.identifiers:
        st.caption(f"No column shows a sign of an identifier. {UNSEEN}")
        return None
    if report.deidentified or not can_change:
        st.dataframe(
            _table(report.identifiers, {}).drop(columns="Action"),
            hide_index=True,
            alt="Columns with signs of identifiers",
        )
        st.caption(UNSEEN)
        return None
    return _chosen(report)


def _chosen(report: CheckReport) -> DeidentificationPlan | None:
    suggested = suggested_actions(report.identifiers)
    edited = st.data_editor(
        _table(report.identifiers, suggested),
        hide_index=True,
        height="content",
        disabled=["Column", "Datasets", "Class", "Sign", "Records"],
        column_config={
            "Action": st.column_config.SelectboxColumn(
                options=list(ACTIONS.values()), required=True, width="medium"
            ),
            "Records": st.column_config.NumberColumn(format="localized"),
        },
        key="identifier_actions",
        alt="Columns with signs of identifiers, and what is done to each",
    )
    dates = st.segmented_control(
        "Dates",
        options=list(_DATES),
        format_func=lambda choice: _DATES[choice],
        default="study",
        required=True,
        key="identifier_dates",
        help="Intervals within a subject are kept exactly by both offsets.",
    )
    if dates == "subject":
        st.warning(
            "With an offset for each subject, enrolment and forecasts in calendar time mean "
            "nothing any more.",
            icon=":material/event_busy:",
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        go = st.button(
            "De-identify and check again",
            icon=":material/shield_person:",
            type="primary" if names_people(report) else "secondary",
        )
    st.caption(UNSEEN)
    words = {said: action for action, said in ACTIONS.items()}
    actions = {row.Column: words[row.Action] for row in edited.itertuples()}
    return _plan(actions, str(dates)) if go else None


def _plan(actions: Mapping[str, str], dates: str) -> DeidentificationPlan:
    # Dates are shifted by the choice for all; one that is to be kept beside them is refused.
    return DeidentificationPlan(
        dates=dates,
        actions=tuple(
            ColumnAction(column=column, action=action)
            for column, action in actions.items()
            if action != "shift"
        ),
    )


def _table(found: Sequence[IdentifierFound], suggested: Mapping[str, str]) -> pd.DataFrame:
    """A row for each column, whatever datasets have it: one action is for all of them."""
    rows: dict[str, list[IdentifierFound]] = {}
    for one in found:
        rows.setdefault(one.column.upper(), []).append(one)
    return pd.DataFrame(
        [
            {
                "Column": column,
                "Action": ACTIONS[suggested.get(column, "keep")],
                "Class": ", ".join(dict.fromkeys(one.kind for one in signs)),
                "Sign": ", ".join(dict.fromkeys(_SIGNS[one.sign] for one in signs)),
                "Records": max(one.records for one in signs),
                "Datasets": ", ".join(dict.fromkeys(one.dataset.upper() for one in signs)),
            }
            for column, signs in rows.items()
        ]
    )
