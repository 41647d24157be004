"""The Front tab: two objectives at a time, all of them side by side, and the table."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from analytics.checks import NotEstimableError
from analytics.search import MEASURES, Front, SearchProblem, SearchResult
from analytics.search.characteristics import Characteristics
from dashboard import results, state
from dashboard.analyses.designs import DesignProposal
from dashboard.charts.search.front import draw_front, draw_parallel
from dashboard.charts.search.matrix import draw_matrix
from dashboard.exports import tables
from dashboard.text import number, percent
from dashboard.views.search.searched import Searched

CHOSEN = "search_chosen"
_MOST_VARIABLES = 7
_OVER = {
    "assumed": "",
    "mean": ", mean of scenarios",
    "worst": ", worst scenario",
    "quantile": ", all but the worst fifth",
}


def chosen_number(front: Front) -> int:
    """The design on the front that is chosen; the knee until one is."""
    kept = st.session_state.get(CHOSEN)
    return int(kept) if kept in front.numbers else front.knee()


def choose(clicked: Sequence[object]) -> None:
    """A point of the front was clicked."""
    st.session_state[CHOSEN] = int(str(clicked[0]))
    state.remember(CHOSEN, None)


def show(searched: Searched) -> None:
    """Pictures and table."""
    front, said = searched.front, _said(searched.answer)
    across, up = _axes(list(searched.problem.labels))
    results.figure(
        _front(searched, across, up),
        name=f"{state.study().code} front {across} {up}",
        notes=["Click a design on the front to choose it.", *said],
        data=front.table.drop(columns="design"),
        clicked=choose,
    )
    if len(searched.problem.labels) > 2:
        _matrix(searched, said)
    _parallel(searched, said)
    _listed(front, said)


def _matrix(searched: Searched, said: Sequence[str]) -> None:
    """All objectives against each other."""
    problem, trials = searched.problem, searched.answer.trials
    labels = list(problem.labels)
    table = searched.front.table[["number", *labels]]
    results.figure(
        draw_matrix(
            trials.loc[trials["feasible"].astype(bool), labels],
            table,
            titles=[titled(problem, one) for one in labels],
            shares=[is_share(problem, one) for one in labels],
        ),
        name=f"{state.study().code} front matrix",
        notes=["Designs that keep the limits; those of the front are large.", *said],
        data=table,
        clicked=choose,
    )


def _parallel(searched: Searched, said: Sequence[str]) -> None:
    """Objectives and the variables that go with them most, a line for each design."""
    table, labels = searched.front.table, list(searched.problem.labels)
    numeric = _numeric(table)
    wanted = [one for one in labels if one in numeric]
    others = [one for one in numeric if one not in labels]
    told = table[numeric].astype(float).rank().corr()
    strongest = told.loc[others, wanted].abs().max(axis=1).nlargest(_MOST_VARIABLES).index
    drawn = [*(one for one in others if one in strongest), *wanted]
    names = {one: titled(searched.problem, one) if one in labels else spoken(one) for one in drawn}
    numbers = table[["number", *drawn]].rename(columns=names).reset_index(drop=True)
    left_out = len(others) - len(strongest)
    notes = ["Each line is a design of the front; the chosen one is thick."]
    if left_out:
        notes.append(
            f"Of {len(others)} variables those {len(strongest)} that go most with an objective."
        )
    results.figure(
        draw_parallel(numbers, chosen=chosen_number(searched.front)),
        name=f"{state.study().code} front parallel",
        notes=[*notes, *said],
        data=table[["number", *numeric]],
    )


def spoken(name: str) -> str:
    """The name of a variable for people.

    Examples
    --------
    >>> spoken("look_1"), spoken("efficacy_hwang_shih_decani")
    ('Look 1', 'Efficacy hwang shih decani')
    """
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def show_front(searched: Searched) -> None:
    """The first two objectives, while the search goes on."""
    across, up = _usual_axes(list(searched.problem.labels))
    results.figure(
        _front(searched, across, up),
        name=f"{state.study().code} front so far",
        notes=["The search goes on.", *_said(searched.answer)],
        data=searched.front.table.drop(columns="design"),
    )


def _front(searched: Searched, across: str, up: str) -> go.Figure:
    problem, trials, table = searched.problem, searched.answer.trials, searched.front.table
    tried = trials.assign(across=trials[across], up=trials[up])
    tried = tried[tried["evaluated"]][["across", "up", "feasible"]]
    shown = table.assign(across=table[across], up=table[up])
    return draw_front(
        tried.astype({"feasible": bool}),
        shown[["number", "across", "up"]].sort_values("across"),
        marked=_own(searched.proposal, problem, across, up),
        across=titled(problem, across),
        up=titled(problem, up),
        percent=(is_share(problem, across), is_share(problem, up)),
        joined=len(problem.labels) < 3,
    )


def _listed(front: Front, said: Sequence[str]) -> None:
    """The designs of the front; a row that is selected is chosen."""
    event = st.dataframe(
        table_of(front),
        key=f"search_front {front.numbers[:1]} {chosen_number(front)}",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=320,
        alt="Designs on the front with their objectives, events and looks",
    )
    picked = event["selection"]["rows"]
    if picked:
        choose([front.numbers[picked[0]]])
        st.rerun()
    results.download(
        "Front as CSV",
        data=lambda: tables.to_csv(front.table, said),
        file_name=f"{results.file_stem(f'{state.study().code} front')}.csv",
        mime="text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )


def titled(problem: SearchProblem, label: str) -> str:
    """A label of an objective for people."""
    one = next(one for one in problem.objectives if one.label == label)
    return MEASURES[one.measure].title + _OVER[one.over]


def is_share(problem: SearchProblem, label: str) -> bool:
    """Whether an objective is a probability."""
    one = next(one for one in problem.objectives if one.label == label)
    return MEASURES[one.measure].unit == "probability"


def table_of(front: Front) -> pd.DataFrame:
    """The front as text: the objectives, then what varies."""
    problem = front.problem
    shown = pd.DataFrame({"Design": [str(one) for one in front.numbers]})
    shown["Design"] = shown["Design"].where(
        front.table["number"] != chosen_number(front), shown["Design"] + " (chosen)"
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
        return _usual_axes(labels)
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


def _usual_axes(labels: list[str]) -> tuple[str, str]:
    return (labels[1] if len(labels) > 1 else labels[0]), labels[0]


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
