"""Saved cohorts: kept under a name, with versions, built from one another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import pandas as pd
import streamlit as st

from dashboard import cohorts, dialogs, results, state
from dashboard.text import plain
from queries.cohorts import Cohort, check_rule, difference, intersection, union
from queries.errors import DataError
from queries.workspace import SavedCohort

Operation = Literal["union", "intersection", "difference"]
_SIGNS = {"union": "or", "intersection": "and", "difference": "without"}


def show() -> None:
    """The list of saved cohorts, and what can be done with them."""
    known = _readable(state.workspace().cohorts(state.study().code))
    if not known:
        st.info(
            "No cohort of this study is saved yet. Choose subjects under Explore, then Save.",
            icon=":material/bookmark:",
        )
        return
    event = st.dataframe(
        _table(known),
        key=f"saved {[(one.id, one.version) for one in known]}",
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        alt="Saved cohorts with their sizes, versions and authors",
        column_config={
            "Rule": st.column_config.TextColumn(width="large"),
            "Saved": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm"),
        },
    )
    picked = [known[place] for place in event["selection"]["rows"] if place < len(known)]
    if not picked:
        st.caption("Select one cohort to open it or see its versions, or several to combine them.")
    elif len(picked) == 1:
        _one(picked[0])
    else:
        _several(picked)


def _readable(found: Sequence[SavedCohort]) -> list[SavedCohort]:
    """Those that pooled data can answer, for who sees no arms.

    The size of one that names an arm would count what became of that arm.
    """
    if not state.store().pooled:
        return list(found)
    return [one for one in found if _size(one) is not None]


def _table(known: Sequence[SavedCohort]) -> pd.DataFrame:
    labels = state.labels()
    return pd.DataFrame(
        {
            "Name": [one.name for one in known],
            "Subjects now": [_size(one) for one in known],
            "When saved": [one.subjects for one in known],
            "State": ["Stale" if _stale(one) else "Current" for one in known],
            "Version": [one.version for one in known],
            "Comment": [one.comment for one in known],
            "By": [one.saved_by for one in known],
            "Saved": [one.saved_at for one in known],
            "Rule": [one.cohort.sentence(labels) for one in known],
        }
    )


def _size(saved: SavedCohort) -> int | None:
    try:
        return int(state.ask("cohort_size", cohort=saved.cohort)["subjects"].iloc[0])
    except DataError:
        return None  # it uses what this reader's data do not have


def _stale(saved: SavedCohort) -> tuple[str, ...]:
    return state.workspace().stale_reasons(saved.id, saved.version)


# One ------------------------------------------------------------------------------------


def _one(saved: SavedCohort) -> None:
    for reason in _stale(saved):
        st.warning(plain(reason), icon=":material/update:")
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Open", key="open_saved", icon=":material/folder_open:", type="primary",
            on_click=cohorts.open_cohort, args=(saved.cohort, saved),
        )  # fmt: skip
        if state.may("cohorts"):
            st.button(
                "Retire",
                key="retire",
                icon=":material/archive:",
                on_click=dialogs.ask,
                args=("retire cohort",),
            )
    if dialogs.is_asked("retire cohort"):
        _retire(saved.id, saved.name)
    history = _readable(state.workspace().cohort_history(saved.id))
    if len(history) > 1 or saved.sources:
        _history(history)


def _history(history: Sequence[SavedCohort]) -> None:
    labels = state.labels()
    st.markdown("**Versions**")
    for version in history:
        built = f"Built by {version.operation}. " if version.operation else ""
        st.caption(
            f"Version {version.version}, {version.saved_at:%Y-%m-%d %H:%M} UTC by "
            f"{plain(version.saved_by)}: {version.subjects:,} subjects. {built}"
            f"{plain(version.cohort.sentence(labels))}. {plain(version.comment)}"
        )
        if version.version != version.latest:
            st.button(
                f"Open version {version.version}",
                key=f"open {version.id} {version.version}",
                type="tertiary",
                icon=":material/history:",
                on_click=cohorts.open_cohort,
                args=(version.cohort, version),
            )


@st.dialog("Retire a saved cohort", on_dismiss=dialogs.close)
def _retire(cohort_id: str, name: str) -> None:
    st.write(
        f"{plain(name)} leaves the list for good. Its versions stay readable for whatever was "
        "computed from them."
    )
    if st.button("Retire", key="retire_now", type="primary"):
        with results.explained():
            state.workspace().retire_cohort(cohort_id, state.acting("cohorts"))
            dialogs.close()
            st.rerun()


# Several --------------------------------------------------------------------------------


def _several(picked: Sequence[SavedCohort]) -> None:
    if not state.may("cohorts"):
        return
    operations: list[Operation] = ["union", "intersection"]
    if len(picked) == 2:
        operations.append("difference")
    with st.container(horizontal=True, gap="small"):
        for operation in operations:
            st.button(
                operation.capitalize(),
                key=f"combine {operation}",
                on_click=dialogs.ask,
                args=(operation,),
            )
    for operation in operations:
        if dialogs.is_asked(operation):
            _combine(operation, [one.id for one in picked])


@st.dialog("Build a cohort from others", width="large", on_dismiss=dialogs.close)
def _combine(operation: Operation, ids: Sequence[str]) -> None:
    picked = [state.workspace().cohort(one) for one in ids]
    if operation == "difference":
        first = st.selectbox("All subjects of", picked, format_func=lambda one: one.name)
        picked = [first, *(one for one in picked if one.id != first.id)]
    built = combined(operation, picked)
    name = st.text_input(
        "Name", value=f" {_SIGNS[operation]} ".join(one.name for one in picked)[:200]
    )
    comment = st.text_input("Comment", max_chars=500)
    with results.explained():
        check_rule(built.rule, state.store().schema)
        n = int(state.ask("cohort_size", cohort=built)["subjects"].iloc[0])
        st.markdown(f"{plain(built.sentence(state.labels()))}: **{n:,} subjects**.")
        if st.button("Save and open", type="primary", icon=":material/save:"):
            saved = state.workspace().save_cohort(
                study=state.study().code,
                name=name,
                cohort_json=built.to_json(),
                snapshot=state.snapshot().id,
                subjects=n,
                person=state.acting("cohorts"),
                comment=comment,
                operation=operation,
                sources=[one.as_source for one in picked],
            )
            cohorts.open_cohort(saved.cohort, saved)
            dialogs.close()
            st.rerun()


def combined(operation: Operation, picked: Sequence[SavedCohort]) -> Cohort:
    """The cohort that an operation on saved cohorts gives."""
    values = [one.cohort for one in picked]
    match operation:
        case "union":
            return union(*values)
        case "intersection":
            return intersection(*values)
        case "difference":
            return difference(*values)


# Saving ---------------------------------------------------------------------------------


@st.dialog("Save this cohort", on_dismiss=dialogs.close)
def save_cohort(other: Cohort | None = None) -> None:
    """Ask for a name, and save a cohort as a new one or as a new version.

    Parameters
    ----------
    other : Cohort, optional
        Which one, when not the one on screen; what is on screen then stays as it is.
    """
    cohort, here = other or state.current_cohort(), state.workspace()
    n = int(state.ask("cohort_size", cohort=cohort)["subjects"].iloc[0])
    st.markdown(f"**{n:,} subjects**: {plain(cohort.sentence(state.labels()))}")
    known = _readable(here.cohorts(state.study().code))
    base = None if other else cohorts.started_from()
    versions = [one for one in known if base is not None and one.id == base.id]
    target = st.selectbox(
        "Save as",
        [None, *versions, *(one for one in known if one not in versions)],
        index=1 if versions else 0,
        format_func=lambda one: "A new cohort" if one is None else f"New version of {one.name}",
    )
    name = st.text_input(
        "Name", value="" if target is None else target.name, max_chars=200, key=f"name {target}"
    )
    comment = st.text_input("Comment", max_chars=500)
    if st.button(
        "Save", key="save_now", type="primary", icon=":material/save:", disabled=not name.strip()
    ):
        with results.explained():
            # A version saved meanwhile by somebody else is refused, with the sentence why.
            seen = base.version if base and target and base.id == target.id else None
            saved = _save(target, seen, cohort, n, name, comment)
            if other is None:
                cohorts.now_saved_as(saved)
            dialogs.close()
            st.rerun()


def _save(
    target: SavedCohort | None, seen: int | None, cohort: Cohort, n: int, name: str, comment: str
) -> SavedCohort:
    common: dict[str, Any] = {
        "cohort_json": cohort.to_json(),
        "snapshot": state.snapshot().id,
        "subjects": n,
        "person": state.acting("cohorts"),
        "comment": comment,
        "name": name,
    }
    here = state.workspace()
    if target is None:
        return here.save_cohort(study=state.study().code, **common)
    return here.save_cohort_version(target.id, based_on=seen or target.version, **common)
