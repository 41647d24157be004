"""The Chosen design tab: beside the own design and textbook ones, why not better, sensitivity."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from analytics.checks import NotEstimableError
from analytics.design.survival import SurvivalDesign
from analytics.search import (
    textbook_designs,
    tornado,
    why_not_better,
)
from analytics.search.space import Point
from dashboard import navigation, results, state
from dashboard.analyses.designs import DesignProposal
from dashboard.analyses.search import searching_code
from dashboard.analyses.search.shown import titled
from dashboard.charts.search.front import draw_tornado
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made
from dashboard.text import number, percent, plain
from dashboard.views.designs import current
from dashboard.views.designs.answer import DesignAnswer
from dashboard.views.designs.compared import compared, marked
from dashboard.views.search.choosing import choose_design, show_code
from dashboard.views.search.found import is_share, spoken
from dashboard.views.search.searched import SearchedDesigns
from dashboard.views.search.varied import FUTILITIES

_STEPS = (
    "Each variable is moved by 2 % of its range or a whole number, and each choice is changed, all "
    "else being the same: steps that would improve {objective}, and what stops them."
)


def show(searched: SearchedDesigns) -> None:
    """Comparison, what binds, tornado."""
    picked = choose_design(searched)
    point = searched.made_front.call("point", picked).named("point")
    found = replace(
        proposal_with(searched.proposal, searched.front.design(picked)),
        costs=searched.problem.costs_at(point.value) or searched.proposal.costs,
    )
    st.button(
        "Open on the Designs page",
        type="primary",
        icon=":material/architecture:",
        on_click=_open,
        args=(found,),
    )
    _compare(searched, found, picked)
    _why_not_better(searched, point)
    _sensitivity(searched, point)
    show_code(searching_code(searched.asked, chosen=picked), what="search")


def proposal_with(proposal: DesignProposal, design: SurvivalDesign) -> DesignProposal:
    """The proposal with another design, and all else as it is."""
    return replace(
        proposal,
        assumptions=design.assumptions,
        monitoring=design.monitoring,
        sizing="events",
        events=design.events,
        margin=design.margin,
    )


def _open(found: DesignProposal) -> None:
    current.SURVIVAL.put(found)
    navigation.go("designs")


def _compare(searched: SearchedDesigns, found: DesignProposal, picked: int) -> None:
    proposal, own = searched.proposal, searched.made_own
    chosen = searched.made_front.call("design", picked).named("chosen")
    columns = {
        f"Design {picked}": DesignAnswer.of(found).made_from(chosen),
        "Own design": DesignAnswer.of(proposal).made_from(own),
    }
    try:
        power = columns["Own design"].made_evaluation.part("power")
        textbook = own.then(textbook_designs, power=power).named("textbook")
        for name, one in textbook.value.items():
            answer = DesignAnswer.of(proposal_with(proposal, one))
            columns[name] = answer.made_from(textbook.call("get", name))
    except NotEstimableError as error:
        st.caption(plain(f"Textbook designs are left out: {error}"))
    table = compared(columns)
    results.table(
        searched.told(table),
        drawn=marked(table.value),
        name=f"{state.study().code} chosen design beside others",
        notes=["Textbook designs have the power of the own design.", *_found_by(searched)],
        disclosure=AGGREGATE,
    )
    st.caption(
        "Bold: not as in the chosen design. Textbook designs have the power of the own design."
    )


def _why_not_better(searched: SearchedDesigns, point: Made[Point]) -> None:
    problem = searched.problem
    st.subheader("Why not better?", anchor=False)
    labels = list(problem.labels)
    label = st.selectbox(
        "Objective",
        labels,
        key=state.choice("search_why", labels, labels[-1]),
        persist_state="session",
        format_func=lambda one: titled(problem, one),
    )
    made = searched.made_problem.then(why_not_better, point, label)
    found = made.value
    if found.table.empty:
        st.info("No small step would improve it.", icon=":material/check_circle:")
        return
    st.markdown(plain(_said(found.constraints)))
    share = is_share(problem, label)
    rows = found.table.head(12)
    shown = pd.DataFrame(
        {
            "Change": [spoken(one) for one in rows["variable"]],
            "From": [_value(one) for one in rows["from_value"]],
            "To": [_value(one) for one in rows["to_value"]],
            "Gain": [
                "–" if pd.isna(one) else (percent(one, 2) if share else number(one, 2))
                for one in rows["gain"]
            ],
            "Stopped by": rows["stopped_by"],
        }
    )
    results.table(
        shown,
        raw=searched.told(made.part("table")),
        name=f"{state.study().code} why not better: {titled(problem, label)}",
        notes=[_STEPS.format(objective=titled(problem, label)), *_found_by(searched)],
        disclosure=AGGREGATE,
    )


def _said(constraints: tuple[str, ...]) -> str:
    if not constraints:
        return "No limit binds: what stands against it are the other objectives."
    return f"What binds: {', '.join(constraints)}."


def _value(value: object) -> str:
    if isinstance(value, int | float):
        return f"{value:.4g}"
    return FUTILITIES.get(str(value), str(value)).removeprefix("β: ")


def _sensitivity(searched: SearchedDesigns, point: Made[Point]) -> None:
    st.subheader("Sensitivity to the assumptions", anchor=False)
    problem = searched.problem
    found = searched.made_problem.then(tornado, point)
    for label in problem.labels:
        bars = found.call("bars", label).named("bars")
        drawn = bars.then(
            draw_tornado, objective=titled(problem, label), percent=is_share(problem, label)
        )
        results.figure(
            searched.told(drawn),
            name=f"{state.study().code} sensitivity of {titled(problem, label)}",
            notes=[
                "One assumption 10 % lower or higher at a time, the design kept as it is.",
                *_found_by(searched),
            ],
            data=searched.told(bars),
            disclosure=AGGREGATE,
        )


def _found_by(searched: SearchedDesigns) -> list[str]:
    asked = searched.asked
    return [f"A design of the front of {asked.title}, {asked.policy}, seed {asked.seed}."]
