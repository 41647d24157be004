"""The panels of the Cohorts page: which are shown, and what they count."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from dashboard import results, state
from dashboard.analyses.panels import PanelLevels, levels_of_panels, panel_table
from dashboard.charts.panels import HISTOGRAM, level_height
from dashboard.scripts import answer_of
from dashboard.views import heading
from dashboard.views.cohorts.column_panel import column_panel
from dashboard.views.cohorts.event_panel import EVENT_LABELS, event_panel, owns_events
from queries.cohorts import EVERYONE, Between, OneOf, Rule
from queries.cohorts.editing import parts
from queries.panels import EVENT_PANELS, Panel, panel_of

MOST_PANELS = 12
_USUAL = 9
_FRAME = 90  # pixels of a panel around its chart


def show() -> None:
    """Draw the chosen panels; what is clicked or brushed in them becomes a criterion."""
    chosen = _chosen()
    profiles = state.profiles()
    panels = {name: panel_of(profiles[name]) for name in chosen if name not in EVENT_PANELS}
    owners = _owners(chosen)
    events = len(panels) < len(chosen)
    now = state.panel_counts(list(panels.values()), owners=owners, events=events)
    total = state.panel_counts(list(panels.values()), cohort=EVERYONE, events=events)
    known = parts(state.current_cohort().rule)
    counts = levels_of_panels(chosen, now.levels, total.levels)
    grid = st.grid(3, min_column_width=250, gap="small")
    for column in _columns(counts, panels):
        with grid.cell():
            for name in column:
                owner = owners.get(name)
                own = None if owner is None else known[owner]
                with st.container(border=True, gap="xsmall"):
                    if name in EVENT_PANELS:
                        event_panel(name, counts[name], own, owner)
                    else:
                        column_panel(panels[name], profiles[name], counts[name], own, owner)
    _offer(
        PanelLevels(
            cohort=state.current_cohort(),
            shown=tuple(chosen),
            panels=tuple(panels.values()),
            owners=owners,
        ),
        counts,
    )


def _offer(asked: PanelLevels, counts: Mapping[str, pd.DataFrame]) -> None:
    if not counts:
        return
    results.offer(
        answer_of(asked, panel_table(counts, asked.panels), name="levels"),
        name=f"{state.study().code} panels",
        notes=[
            "Subjects by level: in the snapshot (total), and now under the criteria of the other "
            "panels.",
            heading.cohort_sentence(),
            heading.provenance_line(),
        ],
    )


def _columns(counts: Mapping[str, pd.DataFrame], panels: Mapping[str, Panel]) -> list[list[str]]:
    """The panels in three columns of about the same height, each below the shortest so far."""
    columns: list[list[str]] = [[], [], []]
    heights = [0, 0, 0]
    for name, levels in counts.items():
        binned = name in panels and panels[name].kind != "levels"
        shortest = heights.index(min(heights))
        columns[shortest].append(name)
        heights[shortest] += _FRAME + (HISTOGRAM if binned else level_height(len(levels)))
    return columns


def choose() -> None:
    """Let the reader say which variables are shown."""
    options = _offered()
    labels = {**state.labels(), **EVENT_LABELS}
    st.multiselect(
        "Variables shown",
        options,
        key=state.choices("panels_shown", options, _default(options)),
        persist_state="session",
        format_func=lambda name: labels.get(name, name),
        max_selections=MOST_PANELS,
        placeholder="Choose variables to show",
    )


def _chosen() -> list[str]:
    options = _offered()
    chosen: list[str] = st.session_state[state.choices("panels_shown", options, _default(options))]
    return chosen[:MOST_PANELS]


def _offered() -> list[str]:
    columns = [p.name for p in state.profiles().values() if p.levels > 1 and not p.identifies]
    layout = state.store().layout
    if layout.event_dataset is None:
        return columns
    classes = "class" in layout.adverse_events.sources
    return [*columns, *(name for name in EVENT_PANELS if classes or name != "event classes")]


def _default(options: list[str]) -> list[str]:
    store, plan = state.store(), state.study().plan
    wanted = [
        store.source_of(column)
        for column in ("planned_arm", "sex", "age", "race")
        if store.collected(column)
    ]
    wanted += [*(plan.stratification if plan else ()), "REGION1", "COUNTRY"]
    wanted += ["event kinds", "event classes"]
    usual = [name for name in dict.fromkeys(wanted) if name in options][:_USUAL]
    others = [name for name in options if name not in usual and name not in EVENT_PANELS]
    return [*usual, *others[: max(0, 6 - len(usual))]]


def _owners(chosen: list[str]) -> dict[str, int]:
    """For each panel: which part of the rule it made, and shows as chosen."""
    found: dict[str, int] = {}
    for place, part in enumerate(parts(state.current_cohort().rule)):
        for name in chosen:
            if name not in found and _owns(name, part):
                found[name] = place
    return found


def _owns(name: str, part: Rule) -> bool:
    if name in EVENT_PANELS:
        return owns_events(name, part)
    return isinstance(part, OneOf | Between) and part.column == name
