"""In which variables groups are compared: those of a trial's Table 1, unless others are chosen."""

from __future__ import annotations

import re
from collections.abc import Sequence

import streamlit as st

from dashboard import state
from dashboard.analyses.comparison import ComparedVariable
from dashboard.views.compare.names import different
from queries.blinding import reveals_by_name
from queries.cohorts import EVERYONE
from queries.cohorts.checking import column_kind
from queries.panels import Panel
from queries.profile import ColumnProfile

AFTER_BASELINE = "After baseline"
_CHOSEN, _AS_LEVELS = "compare_variables", "compare_as_levels"
_MOST_LEVELS, _FEW_LEVELS, _FEW_NUMBERS = 100, 12, 12
_ENOUGH, _MOST = 10, 14  # variables to start with
_USUAL = ("ETHNIC", "REGION1", "HEIGHTBL", "WEIGHTBL", "BMIBL")
_BASELINE = re.compile(r"\w+BL", re.IGNORECASE)
_FLAG_OR_GROUPING = re.compile(r"\w+FL|\w+GR\d+|STUDYID|\w*SUBJID|SITE\w*|RANDSTR|\w+DTC?|AGEU")
_TOPICS = (
    (re.compile(r"AGE\w*|SEX\w*|RACE\w*|ETHNIC\w*|COUNTRY|REGION\d*N?|SITE\w*"), "Demographics"),
    (re.compile(r"(HEIGHT|WEIGHT|BMI|BSA)\w*"), "Body measures"),
)


def choose_variables(without: str) -> None:
    """Let the reader choose the variables, and which numbers are counted by level."""
    labels, offered = state.labels(), offered_columns()
    late = state.store().schema.after_baseline
    marks = {name: f" · {AFTER_BASELINE.lower()}" if name in late else "" for name in offered}
    st.multiselect(
        "Variables compared",
        offered,
        key=state.choices(_CHOSEN, offered, usual_columns(without)),
        persist_state="session",
        format_func=lambda name: f"{labels.get(name, name)}{marks[name]}",
        placeholder="Choose variables to compare",
        select_all=False,
        help="In the order in which they are chosen. Identifiers, dates and texts with more than "
        f"{_MOST_LEVELS} levels are not offered.",
    )
    numeric = [name for name in offered if _is_numeric(name)]
    st.multiselect(
        "Numbers counted by level",
        numeric,
        key=state.choices(_AS_LEVELS, numeric, [n for n in numeric if _is_code(n)]),
        persist_state="session",
        format_func=lambda name: labels.get(name, name),
        placeholder="None",
        select_all=False,
    )


def chosen_variables(*, sections: bool) -> tuple[ComparedVariable, ...]:
    """The variables that are chosen, named and sorted under headings."""
    columns = list(st.session_state[_CHOSEN])
    as_levels = set(st.session_state[_AS_LEVELS])
    labels, late = state.labels(), state.store().schema.after_baseline
    texts = [
        labels.get(name, name) + (f" ({AFTER_BASELINE.lower()})" if name in late else "")
        for name in columns
    ]
    return tuple(
        ComparedVariable(
            column=name,
            kind="numbers" if _is_numeric(name) and name not in as_levels else "levels",
            label=label,
            unit=_unit(name),
            section=topic(name) if sections else "",
        )
        for name, label in zip(columns, different(texts), strict=True)
    )


def after_baseline(variables: Sequence[ComparedVariable]) -> list[str]:
    """The labels of those that tell what happened after baseline."""
    late = state.store().schema.after_baseline
    return [one.label for one in variables if one.column in late]


def offered_columns() -> list[str]:
    """The columns that can be described: those that tell subjects apart, but do not name them."""
    return [name for name, profile in state.profiles().items() if _is_offered(profile)]


def _is_offered(profile: ColumnProfile) -> bool:
    if profile.kind == "days" or _is_code_of_text(profile.name):
        return False
    if profile.identifies and not _is_numeric(profile.name):
        return False
    tells_apart = profile.levels > 1 or (profile.levels == 1 and profile.missing > 0)
    return tells_apart and (_is_numeric(profile.name) or profile.levels <= _MOST_LEVELS)


def usual_columns(without: str) -> list[str]:
    """The variables of a trial's Table 1: demographics, stratification, baseline measurements.

    Parameters
    ----------
    without : str
        The column that makes the groups.
    """
    offered, wanted = offered_columns(), _wanted()
    late = state.store().schema.after_baseline
    fitting = [
        name
        for name in offered
        if name not in late and name != without and not reveals_by_name(name)
    ]
    usual = [name for name in dict.fromkeys(wanted) if name in fitting]
    usual += [name for name in fitting if _BASELINE.fullmatch(name) and name not in usual]
    others = [name for name in fitting if name not in usual and _is_measurement(name)]
    return [*usual, *others[: max(0, _ENOUGH - len(usual))]][:_MOST]


def _wanted() -> list[str]:
    store, plan = state.store(), state.study().plan
    standard = [store.source_of(n) for n in ("age", "sex", "race") if store.collected(n)]
    return [*standard, *(plan.stratification if plan else ()), *_USUAL]


def _is_measurement(name: str) -> bool:
    """Whether a column is neither a flag nor a grouping of another."""
    few = _is_numeric(name) or state.profiles()[name].levels <= _FEW_LEVELS
    return few and not _FLAG_OR_GROUPING.fullmatch(name.upper())


def _is_code_of_text(name: str) -> bool:
    """Whether a column of numbers stands for the text beside it, as AGEGR1N does for AGEGR1."""
    beside = column_kind(state.store().columns.get(name[:-1], ""))
    return name.endswith("N") and beside == "text" and _is_numeric(name)


def _is_numeric(name: str) -> bool:
    return column_kind(state.store().columns[name]) in ("number", "whole number")


def _is_code(name: str) -> bool:
    """Whether numbers are few and shared, as grades and codes are."""
    profile = state.profiles()[name]
    store = state.store()
    if store.collected("age") and store.source_of("age") == name:
        return False
    # In a small study every measurement has few values; each then belongs to one or two subjects.
    with_value = state.panel_counts([]).total - profile.missing
    return profile.levels <= _FEW_NUMBERS and 2 * profile.levels <= with_value


def _unit(name: str) -> str:
    """The unit of age where the data state one; other units stand in the labels."""
    store = state.store()
    if not (store.collected("age") and store.source_of("age") == name and "AGEU" in store.columns):
        return ""
    units = state.panel_counts([Panel(column="AGEU")], cohort=EVERYONE).levels["level"].dropna()
    return str(units.iloc[0]).lower() if len(units) == 1 else ""


def topic(name: str) -> str:
    """The heading of a table under which a variable stands."""
    if name in state.store().schema.after_baseline:
        return AFTER_BASELINE
    plan = state.study().plan
    if plan and name in plan.stratification:
        return "Stratification factors"
    known = (heading for pattern, heading in _TOPICS if pattern.fullmatch(name.upper()))
    return next(known, "Other characteristics")
