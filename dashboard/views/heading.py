"""What stands above and below every page: the study, its data cut, the cohort."""

from __future__ import annotations

import streamlit as st

from dashboard import cohorts, dialogs, state
from dashboard.text import plain
from dashboard.views.shares import renewing
from queries.cohorts import EVERYONE


def show(title: str, *, shared: bool = True) -> None:
    """The title of a page, the study it is about and the subjects it counts.

    Parameters
    ----------
    title : str
    shared : bool
        Whether the page has results that can be shared.
    """
    study = state.study()
    st.title(title, anchor=False)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        title = "" if study.title == study.code else f" {plain(study.title)}"
        st.markdown(f"**{plain(study.code)}**{title}", width="content")
        st.badge(study.status.capitalize(), color="blue" if study.status == "ongoing" else "gray")
        if state.store().pooled:
            st.badge("Pooled: arms are not shown", icon=":material/visibility_off:", color="orange")
        if shared and state.may("shares"):
            _offer_to_share()
    st.caption(cohort_line())
    if (said := cohorts.said()) is not None:
        st.error(plain(said), icon=":material/error:")


def _offer_to_share() -> None:
    renews = renewing.wanted()
    st.button(
        "Share" if renews is None else "Share a new version",
        key="share_page",
        icon=":material/share:",
        type="tertiary",
        help="Make a link to a frozen copy of what is on screen."
        if renews is None
        else f"Of “{plain(renews.title)}”, for {plain(renews.recipient)}: the same link shows it.",
        on_click=dialogs.ask,
        args=("share",),
    )


def cohort_line() -> str:
    """How many subjects are counted, and by which rule."""
    n, total = cohort_size()
    sentence = state.current_cohort().sentence(state.labels())
    return f"**{n:,} of {total:,} subjects**: {plain(sentence)}"


def cohort_sentence() -> str:
    """The cohort as a plain sentence, for footnotes and exports."""
    n, total = cohort_size()
    sentence = state.current_cohort().sentence(state.labels())
    return f"{n:,} of {total:,} subjects: {sentence}."


def provenance_line() -> str:
    """Study, data cut and the hash of the snapshot, for footnotes and exports."""
    facts = state.facts()
    cut = facts.get("data_cut", "not stated")
    return f"{state.study().code}, data cut {cut}, snapshot {state.snapshot().content_sha256[:12]}."


def cohort_size() -> tuple[int, int]:
    """Subjects in the cohort, and subjects in the snapshot."""
    n = state.ask("cohort_size")["subjects"].iloc[0]
    total = state.ask("cohort_size", cohort=EVERYONE)["subjects"].iloc[0]
    return int(n), int(total)
