"""The sidebar: which study, whether arms are shown, and who is in the cohort."""

from __future__ import annotations

import math

import streamlit as st

from dashboard import state
from dashboard.home import PERSON
from queries.cohorts import EVERYONE, AllOf, Between, Cohort, OneOf, Rule

_LEVELS = (("sex", "Sex"), ("country", "Country"))
_MISSING = "not recorded"


def show() -> None:
    """Draw the sidebar, and set the cohort from its filters."""
    with st.sidebar:
        _choose_study()
        _blinding()
        st.subheader("Cohort", anchor=False)
        state.set_cohort(_filtered())
        _size()


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
    state.forget("filter_")
    state.forget("survival_")


def _leave_snapshot() -> None:
    st.session_state["snapshot"] = None


def _blinding() -> None:
    study = state.study()
    if study.status != "ongoing":
        return
    if study.blinded:
        st.badge("Pooled: arms are not shown", icon=":material/visibility_off:", color="orange")
        st.button(
            "Show arms", key="show_arms", icon=":material/visibility:", on_click=_ask_to_unblind
        )
    else:
        st.badge("Arms are shown", icon=":material/visibility:", color="blue")
        st.button(
            "Pool the arms", key="pool_arms", icon=":material/visibility_off:", on_click=_pool
        )
    if st.session_state.get("unblinding"):
        _unblinding(study.code)


def _ask_to_unblind() -> None:
    st.session_state["unblinding"] = True


def _pool() -> None:
    state.workspace().blind(state.study().code, PERSON, "pooled again from the sidebar")


def _keep_pooled() -> None:
    st.session_state["unblinding"] = False


@st.dialog("Show arms of an ongoing study", on_dismiss=_keep_pooled)
def _unblinding(code: str) -> None:
    st.write(
        f"Study {code} is ongoing. Showing results by arm is recorded with your name, "
        "the time and the reason that you give."
    )
    reason = st.text_input("Reason", key="unblinding_reason", max_chars=300)
    if st.button("Show arms", key="unblind", type="primary", disabled=not reason.strip()):
        state.workspace().unblind(code, PERSON, reason.strip())
        st.session_state["unblinding"] = False
        st.rerun()


# Filters -------------------------------------------------------------------------


def _filtered() -> Cohort:
    store = state.store()
    criteria: list[Rule] = []
    if not store.pooled and store.collected("planned_arm"):
        criteria += _arm_filter(store.source_of("planned_arm"))
    levels = state.ask("baseline_levels", cohort=EVERYONE)
    for variable, title in _LEVELS:
        if store.collected(variable):
            of_variable = levels[levels["variable"] == variable]
            counts = of_variable.groupby("level", dropna=False)["subjects"].sum()
            criteria += _level_filter(title, store.source_of(variable), counts.to_dict())
    if store.collected("age"):
        criteria += _age_filter(store.source_of("age"))
    if not criteria:
        return EVERYONE
    return Cohort(AllOf(tuple(criteria)), name="Filtered subjects")


def _arm_filter(column: str) -> list[Rule]:
    arms = state.store().arms("planned")
    chosen = st.multiselect(
        "Planned arm",
        arms,
        key=state.choices("filter_arm", arms, ()),
        persist_state="session",
        placeholder="All arms",
    )
    return [OneOf(column=column, values=tuple(chosen))] if chosen else []


def _level_filter(title: str, column: str, counts: dict[object, int]) -> list[Rule]:
    shown = {str(level) if level is not None else _MISSING: n for level, n in counts.items()}
    ranked = sorted(shown, key=lambda level: -shown[level])
    chosen = st.multiselect(
        title,
        ranked,
        key=state.choices(f"filter_{column}", ranked, ()),
        persist_state="session",
        format_func=lambda level: f"{level} ({shown[level]})",
        placeholder="All",
    )
    if not chosen:
        return []
    named = tuple(level for level in chosen if level != _MISSING)
    return [OneOf(column=column, values=named, keep_missing=_MISSING in chosen)]


def _age_filter(column: str) -> list[Rule]:
    ages = state.ask("age_by_arm", cohort=EVERYONE)
    if ages["collected"].sum() == 0:
        return []
    low, high = math.floor(ages["minimum"].min()), math.ceil(ages["maximum"].max())
    if low == high:
        return []
    key = state.remember(f"filter_{column}", (low, high))
    st.session_state[key] = _within(st.session_state[key], low, high)
    chosen = st.slider("Age in years", low, high, key=key, persist_state="session")
    if chosen == (low, high):
        return []
    return [Between(column=column, low=chosen[0], high=chosen[1])]


def _within(chosen: object, low: int, high: int) -> tuple[int, int]:
    match chosen:
        case (int() as first, int() as last) if low <= first <= last <= high:
            return first, last
    return low, high


def _size() -> None:
    n = int(state.ask("cohort_size")["subjects"].iloc[0])
    total = int(state.ask("cohort_size", cohort=EVERYONE)["subjects"].iloc[0])
    st.markdown(f"**{n:,} of {total:,} subjects**")
    if n < total:
        st.button(
            "Clear filters", key="clear_filters", icon=":material/filter_alt_off:", on_click=_clear
        )


def _clear() -> None:
    state.forget("filter_")
