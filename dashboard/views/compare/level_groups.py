"""Groups that are the levels of a variable, within the cohort on screen."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.views.cohorts.levels import named as level_name
from dashboard.views.cohorts.levels import value_of
from dashboard.views.compare.groups import CHIPS, INPUT, Group, Groups, most, named
from queries.cohorts import EVERYONE, OneOf
from queries.groups import MOST_GROUPS
from queries.level_order import numbers_beside, ordered_levels
from queries.panels import Panel
from queries.store import NO_ARM

_MOST_LEVELS = 500  # that a list to choose from holds
ARMS = {"planned_arm": "planned", "actual_arm": "actual"}


def choose_levels() -> Groups | None:
    """Let the reader choose a variable, its levels and the reference; None without any level."""
    column = _choose_variable()
    if column is None:
        st.info("This study has no variable whose levels could be compared.")
        return None
    known = named(_groups(column))
    chosen, remarks = _choose_levels(column, known)
    if not chosen:
        st.info("Choose at least one level.", icon=":material/compare_arrows:")
        return None
    role = arm_role(column)
    return Groups(
        by="levels",
        chosen=tuple(chosen),
        within=state.current_cohort(),
        sentence=f"Groups: {_said(column)} ({column}).",
        whole="arm" if role else "group",
        column=column,
        remarks=remarks,
        known=tuple(known),
    )


def grouping_columns() -> list[str]:
    """The columns whose levels can be groups, arms first."""
    store, profiles = state.store(), state.profiles()
    arms = [store.source_of(arm) for arm in ARMS if store.collected(arm)]
    plan = state.study().plan
    first = [*arms, *(plan.stratification if plan else ())]
    offered = [
        name
        for name, profile in profiles.items()
        if profile.kind == "levels"
        and 1 < profile.levels <= _MOST_LEVELS
        and not profile.identifies
    ]
    return list(dict.fromkeys([*(name for name in first if name in offered), *offered]))


def arm_role(column: str) -> str:
    """Whether a column is that of the planned or the actual arms; "" for any other."""
    store = state.store()
    for standard, role in ARMS.items():
        if store.collected(standard) and store.source_of(standard) == column:
            return role
    return ""


def _choose_variable() -> str | None:
    columns = grouping_columns()
    if not columns:
        return None
    usual = [*columns[:1], *(name for name in ("SEX",) if name in columns)]
    by_arm = bool(arm_role(columns[0]))
    # A study that has been pooled in the meantime starts with a variable of its own.
    key = "compare_variable" if by_arm else "compare_pooled_variable"
    return st.selectbox(
        "Variable",
        columns,
        key=state.choice(key, columns, usual[0] if by_arm else usual[-1]),
        persist_state="session",
        format_func=_said,
        width=INPUT,
    )


def _said(column: str) -> str:
    """What a column is called as a maker of groups."""
    role = arm_role(column)
    return f"{role.capitalize()} arm" if role else state.labels().get(column, column)


def _groups(column: str) -> list[Group]:
    """Every level of the snapshot as a group, in the order of a table, missing last."""
    panel = Panel(column=column)
    counts = state.panel_counts([panel], cohort=EVERYONE).levels
    role = arm_role(column)
    missing = NO_ARM if role else level_name(panel, None)
    groups = []
    for level in _ordered(column, counts["level"]):
        value = value_of(panel, level)
        rule = OneOf(
            column=column,
            values=() if value is None else (value,),
            keep_missing=value is None,
        )
        name = missing if value is None else level_name(panel, level)
        groups.append(Group(key=level, name=name, rule=rule))
    return groups


def _ordered(column: str, levels: pd.Series) -> list[str | None]:
    held = list(levels.dropna())
    role = arm_role(column)
    if role:
        arms = [arm for arm in state.arms(role) if arm in held]  # type: ignore[arg-type]
        ordered = [*arms, *(level for level in held if level not in arms)]
    else:
        beside = numbers_beside(state.store(), [column])
        ordered = list(ordered_levels(held, beside.get(column, {})))
    return [*ordered, None] if levels.isna().any() else ordered


def _choose_levels(column: str, known: list[Group]) -> tuple[list[Group], tuple[str, ...]]:
    usual, remarks = _most_frequent(column, known)
    names = {group.key: group.name for group in known}
    keys = st.multiselect(
        "Levels",
        list(names),
        key=state.choices(f"compare_levels_{column}", list(names), usual),
        persist_state="session",
        format_func=lambda key: names[key],
        placeholder="Choose levels to compare",
        select_all=False,
        wrap=True,
        width=CHIPS,
    )
    chosen, too_many = most([group for group in known if group.key in keys])
    return chosen, (*(remarks if keys == usual else ()), *too_many)


def _most_frequent(column: str, known: list[Group]) -> tuple[list[object], tuple[str, ...]]:
    """The levels to start with, in order: at most eight, the most frequent; none for missing."""
    keys = [group.key for group in known if group.key is not None]
    if len(keys) <= MOST_GROUPS:
        return keys, ()
    counts = state.panel_counts([Panel(column=column)], cohort=EVERYONE).levels
    sizes = dict(counts[["level", "subjects"]].itertuples(index=False))
    largest = sorted(keys, key=lambda key: -sizes[key])[:MOST_GROUPS]
    said = f"Of {len(keys):,} levels, the {MOST_GROUPS} most frequent in the snapshot are compared."
    return [key for key in keys if key in largest], (said,)
