"""The sidebar: which study, whether arms are shown, and who is in the cohort."""

from __future__ import annotations

import streamlit as st

from dashboard import cohorts, dialogs, state
from dashboard.text import plain
from dashboard.views import heading


def show() -> None:
    """Draw the sidebar; a cohort that this reader's data cannot answer is given up first."""
    with st.sidebar:
        _choose_study()
        _blinding()
        cohorts.keep_answerable()
        _cohort()


def _choose_study() -> None:
    codes = [study.code for study in state.studies()]
    st.selectbox(
        "Study",
        codes,
        key=state.choice("study", codes, codes[0]),
        persist_state="session",
        on_change=_leave_study,
    )
    shown = state.snapshot()
    if shown.state == "superseded":
        st.caption(":material/history: This link shows an earlier snapshot.")
        st.button("Show the current one", on_click=_leave_snapshot, icon=":material/update:")


def _leave_study() -> None:
    _leave_snapshot()
    cohorts.forget()
    for prefix in ("survival_", "panels_", "compare_", "subject"):
        state.forget(prefix)


def _leave_snapshot() -> None:
    st.session_state["snapshot"] = None


def _blinding() -> None:
    study = state.study()
    if study.status != "ongoing":
        return
    if study.blinded:
        st.badge("Pooled: arms are not shown", icon=":material/visibility_off:", color="orange")
        if not state.person().may_unblind(study.code):
            return
        st.button(
            "Show arms",
            key="show_arms",
            icon=":material/visibility:",
            on_click=dialogs.ask,
            args=("unblinding",),
        )
    else:
        st.badge("Arms are shown", icon=":material/visibility:", color="blue")
        st.button(
            "Pool the arms", key="pool_arms", icon=":material/visibility_off:", on_click=_pool
        )
    if dialogs.is_asked("unblinding"):
        _unblinding(study.code)


def _pool() -> None:
    study = state.study().code
    state.workspace().blind(study, state.acting_by_arm(study), "pooled again from the sidebar")


@st.dialog("Show arms of an ongoing study", on_dismiss=dialogs.close)
def _unblinding(code: str) -> None:
    st.write(
        f"Study {code} is ongoing. Showing results by arm is recorded with your name, "
        "the time and the reason that you give."
    )
    reason = st.text_input("Reason", key="unblinding_reason", max_chars=300)
    if st.button("Show arms", key="unblind", type="primary", disabled=not reason.strip()):
        state.workspace().unblind(code, state.acting_by_arm(code), reason.strip())
        dialogs.close()
        st.rerun()


# The cohort ----------------------------------------------------------------------


def _cohort() -> None:
    st.header("Cohort", anchor=False)
    n, total = heading.cohort_size()
    st.markdown(f"**{n:,} of {total:,} subjects**")
    st.progress(n / total if total else 0.0)
    saved = cohorts.origin()
    if saved is not None:
        st.caption(f":material/bookmark: {plain(saved.name)}, version {saved.version}")
        if reasons := cohorts.stale_reasons(saved):
            st.badge("Stale", icon=":material/update:", color="orange", help=" ".join(reasons))
    if state.current_cohort().rule is None:
        return
    st.caption(plain(state.current_cohort().sentence(state.labels())))
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Undo",
            key="undo_aside",
            icon=":material/undo:",
            on_click=cohorts.undo,
            disabled=not cohorts.can_undo(),
        )
        st.button(
            "Clear", key="clear_filters", icon=":material/filter_alt_off:", on_click=cohorts.clear
        )
