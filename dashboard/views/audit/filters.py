"""Which acts are listed: by person, act, study and days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import streamlit as st

from dashboard import state
from dashboard.views.audit.wording import visible
from queries.workspace import ActFilter

_NO_STUDY = "No study"


def choose() -> ActFilter | None:
    """The filter that is set; None where the trail is empty, which is said."""
    known = state.workspace().audit.choices()
    if not known.acts:
        st.info("Nothing was done in this workspace yet.", icon=":material/history:")
        return None
    with st.grid(4, min_column_width=200, gap="small"):
        people = _several("People", known.people, "audit_people")
        acts = _several("Acts", known.acts, "audit_acts")
        studies = _several("Studies", known.studies, "audit_studies")
        days = st.date_input("Days, in UTC", value=[], key="audit_days", format="YYYY-MM-DD")
    since, until = _moments(days)
    return ActFilter(people=people, acts=acts, studies=studies, since=since, until=until)


def _several(label: str, options: tuple[str, ...], key: str) -> tuple[str, ...]:
    kept = [one for one in st.session_state.get(key, []) if one in options]
    if key in st.session_state:
        st.session_state[key] = kept
    chosen = st.multiselect(
        label,
        options,
        key=key,
        placeholder="All",
        format_func=lambda one: visible(one) if one else _NO_STUDY,
    )
    return tuple(chosen)


def _moments(days: object) -> tuple[datetime | None, datetime | None]:
    """From the beginning of the first day to the end of the last one."""
    chosen = [one for one in days if isinstance(one, date)] if isinstance(days, tuple) else []
    if not chosen:
        return None, None
    first = datetime.combine(chosen[0], time(), tzinfo=UTC)
    last = datetime.combine(chosen[-1], time(), tzinfo=UTC)
    return first, last + timedelta(days=1)
