"""The Front tab: two objectives at a time, all of them side by side, and the table."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from analytics.checks import NotEstimableError
from analytics.search import MEASURES, SearchProblem, SearchResult
from analytics.search.characteristics import Characteristics
from dashboard import results, state
from dashboard.analyses.designs import DesignProposal
from dashboard.charts.search.front import draw_front, draw_parallel
from dashboard.exports import tables
from dashboard.text import number, percent

CHOSEN = "search_chosen"


def chosen_number(answer: SearchResult) -> int:
    """The design on the front that is chosen; the knee until one is."""
    numbers = answer.front().numbers
    kept = st.session_state.get(CHOSEN)
    return int(kept) if kept in numbers else answer.front().knee()


def choose(clicked: Sequence[object]) -> None:
    """A point of the front was clicked."""
    st.session_state[CHOSEN] = int(str(clicked[0]))
    state.remember(CHOSEN, None)


def show(proposal: DesignProposal, answer: SearchResult) -> None:
    """Pictures and table."""
    problem, front = answer.problem, answer.front()
    labels = list(problem.labels)
    across, up = _axes(labels)
    tried = answer.trials.assign(across=answer.trials[across], up=answer.trials[up])
    tried = tried[tried["evaluated"]][["across", "up", "feasible"]]
    shown = front.table.assign(across=front.table[across], up=front.table[up])
    results.figure(
        draw_front(
            tried.astype({"feasible": bool}),
            shown[["number", "across", "up"]].sort_values("across"),
            marked=_own(proposal, problem, across, up),
            across=titled(problem, across),
            up=titled(problem, up),
            percent=(is_share(problem, across), is_share(problem, up)),
        ),
        name=f"{state.study().code} front {across} {up}",
        notes=["Click a design on the front to choose it.", *_said(answer)],
        data=front.table.drop(columns="design"),
        clicked=choose,
    )
    numeric = front.table[["number", *_numeric(front.table)]]
    results.figure(
        draw_parallel(numeric.reset_index(drop=True), chosen=chosen_number(answer)),
        name=f"{state.study().code} front parallel",
        notes=["Each line is a design of the front; the chosen one is thick.", *_said(answer)],
        data=numeric,
    )
    _listed(answer)


def _listed(answer: SearchResult) -> None:
    """The designs of the front; a row that is selected is chosen."""
    table = table_of(answer)
    event = st.dataframe(
        table,
        key=f"search_front {answer.front().numbers[:1]} {chosen_number(answer)}",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=320,
        alt="Designs on the front with their objectives, events and looks",
    )
    picked = event["selection"]["rows"]
    if picked:
        choose([answer.front().numbers[picked[0]]])
        st.rerun()
    st.download_button(
        "Front as CSV",
        data=lambda: tables.to_csv(answer.front().table, _said(answer)),
        file_name=f"{results.file_stem(f'{state.study().code} front')}.csv",
        mime="text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )


def titled(problem: SearchProblem, label: str) -> str:
    """A label of an objective for people."""
    one = next(one for one in problem.objectives if one.label == label)
    return MEASURES[one.measure].title


def is_share(problem: SearchProblem, label: str) -> bool:
    """Whether an objective is a probability."""
    one = next(one for one in problem.objectives if one.label == label)
    return MEASURES[one.measure].unit == "probability"


def table_of(answer: SearchResult) -> pd.DataFrame:
    """The front as text: the objectives, then what varies."""
    problem, front = answer.problem, answer.front()
    shown = pd.DataFrame({"Design": [str(one) for one in front.numbers]})
    shown["Design"] = shown["Design"].where(
        front.table["number"] != chosen_number(answer), shown["Design"] + " (chosen)"
    )
    for label in problem.labels:
        share = is_share(problem, label)
        shown[titled(problem, label)] = [
            percent(one, 1) if share else number(one) for one in front.table[label]
        ]
    designs = [front.design(one) for one in front.numbers]
    shown["Events"] = [f"{one.events:,.0f}" for one in designs]
    shown["Looks at, %"] = [
        ", ".join(f"{100 * share:.0f}" for share in one.monitoring.information_fractions)
        for one in designs
    ]
    return shown


def _axes(labels: list[str]) -> tuple[str, str]:
    if len(labels) < 3:
        return (labels[-1], labels[0])
    with st.grid(2, min_column_width=180):
        across = st.selectbox(
            "Across",
            labels,
            key=state.choice("search_across", labels, labels[1]),
            persist_state="session",
        )
        up = st.selectbox(
            "Up", labels, key=state.choice("search_up", labels, labels[0]), persist_state="session"
        )
    return str(across), str(up)


def _own(
    proposal: DesignProposal, problem: SearchProblem, across: str, up: str
) -> dict[str, tuple[float, float]]:
    """Where the design to improve is."""
    try:
        at = Characteristics(design=proposal.design(), costs=problem.costs, value=problem.value)
        by_label = {one.label: one for one in problem.objectives}
        x, y = (
            float(MEASURES[by_label[one].measure].read(at, by_label[one].month or 0.0))
            for one in (across, up)
        )
    except NotEstimableError:
        return {}
    return {"Own design": (x, y)}


def _numeric(table: pd.DataFrame) -> list[str]:
    """Columns that vary and are numbers."""
    kept = []
    for name in table.columns:
        if name in ("number", "design") or str(name).startswith("value:"):
            continue
        values = pd.to_numeric(table[name], errors="coerce")
        if values.notna().all() and values.nunique() > 1:
            kept.append(str(name))
    return kept


def _said(answer: SearchResult) -> list[str]:
    limits = ", ".join(one.label for one in answer.problem.constraints)
    return [
        f"{answer.evaluations:,} designs in closed form, {answer.policy}, seed {answer.seed}. "
        f"Limits: {limits or 'none'}."
    ]
