"""Questions to the store on screen, whose answers are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.scripts import Made, answer_to
from dashboard.state.cohort import current_cohort
from dashboard.state.on_screen import content, store, study
from dashboard.state.open_files import open_content
from dashboard.state.run import once_a_run
from queries.cohorts import EVERYONE, Cohort
from queries.panels import Panel, PanelCounts, count_events, count_panels
from queries.profile import ColumnProfile, profile_columns
from queries.record_choices import record_levels
from queries.store import ArmRole


@st.cache_data(show_spinner=False, max_entries=1000)
def _answer(
    file: str,
    pooled: bool,
    question: str,
    cohort: str,
    arm: ArmRole,
    stratum: tuple[str, ...],
    values: tuple[tuple[str, Any], ...],
) -> pd.DataFrame:
    store = open_content(file, pooled)
    return store.ask(
        question,
        cohort=Cohort.from_json(cohort),
        arm=arm,
        stratum=stratum,
        **dict(values),
    )


@st.cache_data(show_spinner=False, max_entries=16)
def _profiles(file: str, pooled: bool) -> tuple[ColumnProfile, ...]:
    return profile_columns(open_content(file, pooled))


@st.cache_data(show_spinner=False, max_entries=200)
def _record_levels(file: str, pooled: bool, dataset: str, column: str) -> pd.DataFrame:
    return record_levels(open_content(file, pooled), dataset=dataset, column=column)


@st.cache_data(show_spinner=False, max_entries=500)
def _panel_counts(
    file: str,
    pooled: bool,
    cohort: str,
    panels: tuple[Panel, ...],
    owners: tuple[tuple[str, int], ...],
    events: bool,
) -> PanelCounts:
    store, asked, owned = open_content(file, pooled), Cohort.from_json(cohort), dict(owners)
    counted = count_panels(store, asked, panels, owners=owned)
    if not events:
        return counted
    levels = [counted.levels, count_events(store, asked, owners=owned)]
    return replace(counted, levels=pd.concat(levels, ignore_index=True))


def ask(
    question: str,
    *,
    cohort: Cohort | None = None,
    arm: ArmRole = "planned",
    stratum: tuple[str, ...] = (),
    **values: Any,
) -> pd.DataFrame:
    """The answer to a question about the cohort on screen, or about another one."""
    asked = cohort if cohort is not None else current_cohort()
    return _answer(
        *content(),
        question,
        asked.to_json(),
        arm,
        stratum,
        tuple(sorted(values.items())),
    )


def asked(
    question: str,
    *,
    cohort: Cohort | None = None,
    arm: ArmRole = "planned",
    stratum: tuple[str, ...] = (),
    **values: Any,
) -> Made[pd.DataFrame]:
    """As `ask`, with the step that asks it in a script."""
    about = cohort if cohort is not None else current_cohort()
    answer = ask(question, cohort=about, arm=arm, stratum=stratum, **values)
    return answer_to(answer, question, cohort=about, arm=arm, stratum=stratum, **values)


def facts() -> dict[str, str]:
    """What the snapshot says of itself: data cut, import time, importer version."""
    return once_a_run(("facts", *content()), _facts)


def _facts() -> dict[str, str]:
    answer = ask("snapshot_facts", cohort=EVERYONE)
    return dict(zip(answer["item"], answer["value"], strict=True))


def arms(arm: ArmRole = "planned") -> tuple[str, ...]:
    """The arms of the study in their order, reference first; pooled: one for all subjects."""
    return once_a_run(("arms", arm, *content()), lambda: _arms(arm))


def _arms(arm: ArmRole) -> tuple[str, ...]:
    recorded = tuple(ask("subjects_by_arm", cohort=EVERYONE, arm=arm)["arm"])
    plan = study().plan
    planned = tuple(a for a in plan.arms if a in recorded) if plan else ()
    return (*planned, *(a for a in recorded if a not in planned))


def labels() -> dict[str, str]:
    """Labels of the variables: of subjects by name, of records by "dataset.name"."""
    return once_a_run(("labels", *content()), _labels)


def _labels() -> dict[str, str]:
    described, base = ask("variables", cohort=EVERYONE), store().base
    rows = described[["dataset", "name", "label"]].itertuples(index=False)
    return {
        (name if dataset == base else f"{dataset}.{name}"): label or name
        for dataset, name, label in rows
    }


def profiles() -> dict[str, ColumnProfile]:
    """What the columns of the subjects hold, by name."""
    shown = content()
    found = once_a_run(("profiles", *shown), lambda: _profiles(*shown))
    return {profile.name: profile for profile in found}


def record_levels_of(dataset: str, column: str) -> pd.DataFrame:
    """The distinct values of a column of records, most frequent first."""
    return _record_levels(*content(), dataset, column)


def panel_counts(
    panels: Sequence[Panel],
    *,
    cohort: Cohort | None = None,
    owners: Mapping[str, int] | None = None,
    events: bool = False,
) -> PanelCounts:
    """Counts of the panels under the cohort on screen, or under another one."""
    asked = cohort if cohort is not None else current_cohort()
    return _panel_counts(
        *content(),
        asked.to_json(),
        tuple(panels),
        tuple(sorted((owners or {}).items())),
        events,
    )
