"""A criterion on records, put together in a dialog: which records, when, how many."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from dashboard import cohorts, dialogs, results, state
from dashboard.text import plain
from queries.cohorts import (
    AllOf,
    AnyRecord,
    Between,
    Cohort,
    MultipleOf,
    OneOf,
    Rule,
    Window,
    check_rule,
)
from queries.cohorts.checking import column_kind
from queries.cohorts.editing import with_part
from queries.cohorts.rule import ANCHORS
from queries.record_choices import ready_criteria

_OWN = "A criterion of my own"
_MOST_CONDITIONS = 4
_COMPARISONS = {
    "between": "is from … to …",
    "above": "is above a multiple of",
    "at_least": "is at least a multiple of",
    "below": "is below a multiple of",
    "at_most": "is at most a multiple of",
}
_FIRST = "its first value"
_WHEN = {
    "any": "At any time",
    "before": "On or before that day",
    "after": "After that day",
    "within": "Within days of it",
}
_ANCHOR_NAMES = {
    "first_dose": "First dose",
    "randomisation": "Randomisation",
    "last_dose": "Last dose",
}


@st.dialog("Criterion on records", width="large", on_dismiss=dialogs.close)
def ask_for_records() -> None:
    """Ask for subjects by their records, show how many that keeps, and add it."""
    ready = ready_criteria(state.store())
    start = st.selectbox("Subjects with at least one …", [*ready, _OWN], key="record_start")
    with results.explained():
        part = _own() if start == _OWN else _timed(ready[start])
        check_rule(part, state.store().schema)
        _preview(part)
        if st.button("Add criterion", type="primary", icon=":material/add:", key="record_add"):
            cohorts.change(with_part(state.current_cohort().rule, part))
            dialogs.close()
            st.rerun()


def _preview(part: AnyRecord) -> None:
    sentence = Cohort(part).sentence(state.labels())
    both = Cohort(with_part(state.current_cohort().rule, part))
    kept = int(state.ask("cohort_size", cohort=both)["subjects"].iloc[0])
    size = int(state.ask("cohort_size")["subjects"].iloc[0])
    st.markdown(f"{plain(sentence)}: **{kept:,} of {size:,} subjects** of the cohort.")


def _timed(part: AnyRecord) -> AnyRecord:
    """A ready criterion; its timing and number can be changed."""
    table = state.store().schema.records[part.dataset]
    within = _when(part.within) if table.starts_on else None
    return replace(part, within=within, at_least=_at_least())


def _own() -> AnyRecord:
    records = state.store().schema.records
    described = state.ask("files")[["dataset", "label"]].itertuples(index=False)
    labels = {name: label for name, label in described if label}
    dataset = st.selectbox(
        "Dataset",
        list(records),
        key="record_dataset",
        format_func=lambda name: f"{labels.get(name, name)} ({name.upper()})",
    )
    columns = [n for n, kind in records[dataset].columns.items() if column_kind(kind)]
    chosen = st.multiselect(
        "Columns that a record must meet something on",
        columns,
        key=f"record_columns {dataset}",
        format_func=lambda name: _label(dataset, name),
        max_selections=_MOST_CONDITIONS,
        placeholder="Any record",
    )
    parts: list[Rule] = [_condition(dataset, column) for column in chosen]
    where = None if not parts else parts[0] if len(parts) == 1 else AllOf(tuple(parts))
    within = _when(None) if records[dataset].starts_on else None
    return AnyRecord(dataset=dataset, where=where, within=within, at_least=_at_least())


def _label(dataset: str, column: str) -> str:
    label = state.labels().get(f"{dataset}.{column}", column)
    return column if label == column else f"{label} ({column})"


def _condition(dataset: str, column: str) -> Rule:
    kind = column_kind(state.store().schema.records[dataset].columns[column])
    key = f"record {dataset} {column}"
    title = _label(dataset, column)
    if kind in {"text", "truth"}:
        levels = state.record_levels_of(dataset, column)
        shown = {row.level: f"{row.level} ({row.records:,} records)" for row in levels.itertuples()}
        values = st.multiselect(title, list(shown), key=key, format_func=shown.__getitem__)
        return OneOf(column=column, values=tuple(values)) if values else Between(column=column)
    if kind in {"day", "moment"}:
        with st.container(horizontal=True):
            first = st.date_input(f"{title}, from", value=None, key=f"{key} from")
            last = st.date_input(f"{title}, to", value=None, key=f"{key} to")
        return Between(column=column, low=first, high=last)
    return _number(dataset, column, title, key)


def _number(dataset: str, column: str, title: str, key: str) -> Rule:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        how: Any = st.selectbox(
            title, list(_COMPARISONS), key=f"{key} how", format_func=_COMPARISONS.__getitem__
        )
        if how == "between":
            low = st.number_input("From", value=None, format="%g", key=f"{key} from")
            high = st.number_input("To", value=None, format="%g", key=f"{key} to")
            return Between(column=column, low=low, high=high)
        factor = st.number_input("Times", value=1.0, format="%g", key=f"{key} factor")
        others = [name for name in _numbers(dataset) if name != column]
        limits = sorted(others, key=lambda name: "HI" not in name and "BASE" not in name)
        of = st.selectbox(
            "Of",
            [_FIRST, *limits],
            key=f"{key} of",
            format_func=lambda name: name if name == _FIRST else _label(dataset, name),
        )
    return MultipleOf(column=column, comparison=how, factor=factor, of=None if of == _FIRST else of)


def _numbers(dataset: str) -> list[str]:
    columns = state.store().schema.records[dataset].columns
    return [n for n, kind in columns.items() if column_kind(kind) in {"number", "whole number"}]


def _when(given: Window | None) -> Window | None:
    anchors = [anchor for anchor in ANCHORS if anchor in state.store().schema.anchors]
    if not anchors:
        return None
    given_mode = _mode(given)
    key = f"{given!r}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        mode = st.selectbox(
            "When",
            list(_WHEN),
            index=list(_WHEN).index(given_mode),
            key=f"record_when {key}",
            format_func=_WHEN.__getitem__,
        )
        if mode == "any":
            return None
        anchor = st.selectbox(
            "Counted from",
            anchors,
            index=anchors.index(given.anchor) if given and given.anchor in anchors else 0,
            key=f"record_anchor {key}",
            format_func=_ANCHOR_NAMES.__getitem__,
        )
        if mode == "before":
            return Window(high=0, anchor=anchor)
        if mode == "after":
            return Window(low=1, anchor=anchor)
        low, high = (given.low or 0, given.high) if given else (0, 30)
        low = st.number_input("From day", value=low, step=1, key=f"record_low {key}")
        high = st.number_input("To day", value=high or 30, step=1, key=f"record_high {key}")
    return Window(low=int(low), high=int(high), anchor=anchor)


def _mode(given: Window | None) -> str:
    match given:
        case None:
            return "any"
        case Window(low=None, high=0):
            return "before"
        case Window(low=1, high=None):
            return "after"
        case _:
            return "within"


def _at_least() -> int:
    number = st.number_input(
        "At least this many such records", 1, 1_000, 1, key="record_at_least", width=260
    )
    return int(number)
