"""The Overview tab: how many subjects of each arm were harmed, and how badly."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import results, state
from dashboard.analyses.safety.adverse_events import AdverseEvents
from dashboard.analyses.safety.overview import (
    FROM_DISPOSITION,
    OverviewAnswer,
    SafetyOverview,
    kind_name,
)
from dashboard.charts.safety.overview import draw_overview
from dashboard.charts.theme import arm_styles
from dashboard.scripts import Made
from dashboard.text import interval, p_value, percent, plain
from dashboard.views import disclosing
from dashboard.views.safety import behind, marks
from dashboard.views.safety.notes import event_notes
from queries.adverse_events import selection_rule
from queries.cohorts import AnyOf, OneOf, Rule
from queries.events import EventTerms

_MARK = "overview"


def show(asked: AdverseEvents) -> None:
    """Tiles, one a kind, and the table beneath."""
    overview = SafetyOverview(
        subjects=asked.subjects,
        selection=asked.selection,
        confidence_level=asked.confidence_level,
    )
    made = state.made(overview)
    answer = made.value
    if not answer.arms:
        st.info("No subject of this cohort is in the analysis set.", icon=":material/group_off:")
        return
    _tiles(answer)
    _behind(asked, answer)
    order = state.arms(asked.subjects.arm)
    table = made.part("table")
    figure = table.then(
        draw_overview,
        arms=answer.arms,
        styles=arm_styles(list(answer.arms), order),
        names={kind: kind_name(kind) for kind in answer.kinds},
    )
    marks.figure(
        figure,
        mark=_MARK,
        name=f"{state.study().code} adverse events overview",
        notes=event_notes(asked, _said(answer)),
        data=table,
        disclosure=disclosing.event_kinds(asked.subjects.cohort, asked.selection),
    )
    if answer.refusal and not state.store().pooled:
        st.warning(plain(answer.refusal), icon=":material/do_not_disturb_on:")
    _table(asked, made)


def _tiles(answer: OverviewAnswer) -> None:
    """One tile a kind; in it one number an arm, which opens the subjects behind it."""
    with st.grid(3, min_column_width=190):
        for kind in answer.kinds:
            own = answer.table[answer.table["kind"] == kind].set_index("arm")
            with st.container(border=True, gap="xsmall"):
                st.markdown(f"**{plain(kind_name(kind))}**")
                for arm in answer.arms:
                    one = own.loc[arm]
                    share = percent(one["proportion"], 1)
                    st.button(
                        f"**{one['with_event']:,}** ({share}) {plain(arm)}",
                        key=f"overview {kind} {arm}",
                        type="tertiary",
                        on_click=marks.choose,
                        args=(_MARK, [kind, arm]),
                    )


def _said(answer: OverviewAnswer) -> list[str]:
    said = ["Subjects with at least one such event; Clopper–Pearson intervals."]
    if "difference" in answer.table.columns:
        said.append(
            "Risk differences with Miettinen–Nurminen intervals; p by Fisher's exact test, "
            "not adjusted."
        )
    if FROM_DISPOSITION in answer.kinds:
        said.append(
            "The action taken with treatment was not collected with the events: who "
            "discontinued for an adverse event is counted from the disposition."
        )
    return said


def _behind(asked: AdverseEvents, answer: OverviewAnswer) -> None:
    """The subjects of the bar that was clicked."""
    chosen = marks.chosen(_MARK)
    if chosen is None or chosen[0] not in answer.kinds or chosen[1] not in answer.arms:
        st.caption("Click a number or a bar for the subjects behind it.")
        return
    kind, arm = chosen
    title = f"{kind_name(kind)}, {arm}"
    rules = asked.subjects.in_arm(state.store(), arm)
    behind.show(asked.subjects.chosen(*rules, _rule(asked, kind)), title, key="overview_behind")


def _rule(asked: AdverseEvents, kind: str) -> Rule:
    store = state.store()
    if kind == FROM_DISPOSITION:
        column = store.source_of("discontinuation_reason")
        known = state.ask("disposition")["reason"].dropna().unique()
        fits = tuple(sorted(str(one) for one in known if "ADVERSE EVENT" in str(one).upper()))
        return OneOf(column=column, values=fits) if fits else AnyOf(())
    return selection_rule(store, marks.of_kind(asked.selection, kind), EventTerms())


def _table(asked: AdverseEvents, made: Made[OverviewAnswer]) -> None:
    """One row a kind and arm, so that many arms make it longer and not wider."""
    answer = made.value
    compared = "difference" in answer.table.columns
    rows = []
    for kind in answer.kinds:
        own = answer.table[answer.table["kind"] == kind].set_index("arm")
        for arm in answer.arms:
            one = own.loc[arm]
            row = {
                "Subjects with": kind_name(kind) if arm == answer.arms[0] else "",
                "Arm": arm,
                "n/N (%)": f"{one['with_event']:,}/{one['subjects']:,} "
                f"({percent(one['proportion'], 1)})",
                "Events": f"{one['events']:,}",
            }
            rows.append(row | (_difference(one, answer) if compared else {}))
    results.table(
        pd.DataFrame(rows),
        raw=made.part("table"),
        name=f"{state.study().code} adverse events overview table",
        notes=event_notes(asked, _said(answer)),
        disclosure=disclosing.event_kinds(asked.subjects.cohort, asked.selection),
    )


def _difference(one: pd.Series, answer: OverviewAnswer) -> dict[str, str]:
    heading = f"Difference from {answer.arms[0]}, points (95% CI)"
    if pd.isna(one["difference"]):
        return {heading: "", "p": ""}
    apart = [100 * one[f"difference{side}"] for side in ("", "_lower", "_upper")]
    return {heading: interval(*apart), "p": p_value(one["fisher"])}
