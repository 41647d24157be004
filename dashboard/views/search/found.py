"""The Front tab: two objectives at a time, all of them side by side, and the table."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from analytics.search import MEASURES, Front, SearchProblem, SearchResult
from dashboard import results, state
from dashboard.analyses.search.shown import (
    feasible_objectives,
    front_numbers,
    front_objectives,
    front_points,
    own_point,
    titled,
    tried_designs,
)
from dashboard.charts.search.front import draw_front, draw_parallel
from dashboard.charts.search.matrix import draw_matrix
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made
from dashboard.text import number, percent
from dashboard.views.search.choosing import choose_axes, choose_row, usual_axes
from dashboard.views.search.searched import SearchedDesigns

_MOST_VARIABLES = 7


def show(searched: SearchedDesigns) -> None:
    """Pictures and table."""
    problem, said = searched.problem, _said(searched.answer)
    across, up = choose_axes(searched.prefix, {one: one for one in problem.labels})
    results.figure(
        searched.told(_front(searched, across, up)),
        name=f"{state.study().code} front: {titled(problem, up)} by {titled(problem, across)}",
        notes=["Click a design on the front to choose it.", *said],
        data=searched.told(_numbers(searched)),
        clicked=searched.choose,
        disclosure=AGGREGATE,
    )
    if len(problem.labels) > 2:
        _matrix(searched, said)
    _parallel(searched, said)
    _listed(searched, said)


def _matrix(searched: SearchedDesigns, said: Sequence[str]) -> None:
    """All objectives against each other."""
    problem = searched.problem
    table = searched.made_front.then(front_objectives).named("objectives")
    drawn = searched.made_answer.then(feasible_objectives).then(
        draw_matrix,
        table,
        titles=[titled(problem, one) for one in problem.labels],
        shares=[is_share(problem, one) for one in problem.labels],
    )
    results.figure(
        searched.told(drawn),
        name=f"{state.study().code} objectives of the front",
        notes=["Designs that keep the limits; those of the front are large.", *said],
        data=searched.told(table),
        clicked=searched.choose,
        disclosure=AGGREGATE,
    )


def _parallel(searched: SearchedDesigns, said: Sequence[str]) -> None:
    """Objectives and the variables that go with them most, a line for each design."""
    made, labels = searched.made_front.then(front_numbers), list(searched.problem.labels)
    numbers = made.named("numbers")
    table, numeric = numbers.value, list(numbers.value.columns[1:])
    wanted = [one for one in labels if one in numeric]
    others = [one for one in numeric if one not in labels]
    told = table[numeric].astype(float).rank().corr()
    strongest = told.loc[others, wanted].abs().max(axis=1).nlargest(_MOST_VARIABLES).index
    drawn = [*(one for one in others if one in strongest), *wanted]
    names = {one: titled(searched.problem, one) if one in labels else spoken(one) for one in drawn}
    lines = numbers.call("filter", items=["number", *drawn]).call("rename", columns=names)
    figure = lines.then(draw_parallel, chosen=searched.chosen)
    left_out = len(others) - len(strongest)
    notes = ["Each line is a design of the front; the chosen one is thick."]
    if left_out:
        notes.append(
            f"Of {len(others)} variables those {len(strongest)} that go most with an objective."
        )
    results.figure(
        searched.told(figure),
        name=f"{state.study().code} variables of the front",
        notes=[*notes, *said],
        data=searched.told(numbers),
        disclosure=AGGREGATE,
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


def show_front(searched: SearchedDesigns) -> None:
    """The first two objectives, while the search goes on."""
    across, up = usual_axes(list(searched.problem.labels))
    results.figure(
        searched.told(_front(searched, across, up)),
        name=f"{state.study().code} front of a search that goes on",
        notes=["The search goes on.", *_said(searched.answer)],
        data=searched.told(_numbers(searched)),
        disclosure=AGGREGATE,
    )


def _numbers(searched: SearchedDesigns) -> Made[pd.DataFrame]:
    return searched.made_front.part("table").call("drop", columns="design")


def _front(searched: SearchedDesigns, across: str, up: str) -> Made[go.Figure]:
    problem = searched.problem
    return searched.made_answer.then(tried_designs, across, up).then(
        draw_front,
        searched.made_front.then(front_points, across, up),
        marked=searched.made_problem.then(own_point, searched.made_own, across, up),
        across=titled(problem, across),
        up=titled(problem, up),
        percent=(is_share(problem, across), is_share(problem, up)),
        joined=len(problem.labels) < 3,
    )


def _listed(searched: SearchedDesigns, said: Sequence[str]) -> None:
    shown = table_of(searched.front, searched.chosen)
    alt = "Designs on the front with their objectives, events and looks"
    choose_row(searched, shown, alt=alt)
    results.offer(
        shown,
        raw=searched.told(searched.made_front.call("to_frame")),
        name=f"{state.study().code} designs of the front",
        notes=said,
        disclosure=AGGREGATE,
    )


def is_share(problem: SearchProblem, label: str) -> bool:
    """Whether an objective is a probability."""
    one = next(one for one in problem.objectives if one.label == label)
    return MEASURES[one.measure].unit == "probability"


def table_of(front: Front, chosen: int) -> pd.DataFrame:
    """The front as text: the objectives, then what varies."""
    problem = front.problem
    shown = pd.DataFrame({"Design": [str(one) for one in front.numbers]})
    shown["Design"] = shown["Design"].where(
        front.table["number"] != chosen, shown["Design"] + " (chosen)"
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


def _said(answer: SearchResult) -> list[str]:
    limits = ", ".join(one.label for one in answer.problem.constraints)
    return [
        f"{answer.evaluations:,} designs in closed form, {answer.policy}, seed {answer.seed}. "
        f"Limits: {limits or 'none'}."
    ]
