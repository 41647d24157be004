"""The Confirmation tab: the designs of the front simulated, with effect and without, as a job."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analytics.search import Confirmation
from dashboard import results, state
from dashboard.analyses.search.shown import confirmation_of
from dashboard.disclosure import AGGREGATE
from dashboard.jobs import kinds
from dashboard.scripts import Made, result_of
from dashboard.text import number, percent, plain
from dashboard.views import jobs
from dashboard.views.search.searched import SearchedDesigns

_REPLICATIONS = (10_000, 50_000)
_MOST = 20


def show(searched: SearchedDesigns) -> None:
    """The job, then its table."""
    replications = st.selectbox(
        "Trials of each design",
        _REPLICATIONS,
        key=state.choice("search_confirm_trials", _REPLICATIONS, _REPLICATIONS[0]),
        persist_state="session",
        format_func=lambda count: f"{count:,}",
    )
    costs = searched.problem.costs
    request = searched.made_front.then(
        confirmation_of,
        most=_MOST,
        replications=int(replications),
        seed=searched.answer.seed,
        priced=costs is not None and not costs.per_subject_month,
    )
    asked = request.value
    found = jobs.answer(
        state.job(kinds.FRONT_CONFIRMATION, asked),
        label="Simulate the front",
        about=f"{len(asked.designs)} designs: {replications:,} trials each with the effect, "
        f"100,000 without on fresh seeds; about {len(asked.designs) * 2.5:,.0f} s.",
    )
    if found is not None:
        _show(searched, result_of(request, found, name="confirmation"))


def _show(searched: SearchedDesigns, made: Made[Confirmation]) -> None:
    found = made.value
    beyond = found.type_one_error_exceeded
    if beyond:
        st.warning(
            plain(f"Type I error above α by more than chance: {', '.join(beyond)}."),
            icon=":material/error:",
        )
    else:
        st.success(
            f"No design has a type I error above α by more than chance, in "
            f"{found.null_replications:,} trials without effect each.",
            icon=":material/check_circle:",
        )
    results.table(
        _table(found),
        raw=searched.told(made.part("table")),
        name=f"{state.study().code} front confirmed by simulation",
        notes=[
            f"{found.replications:,} trials with effect, the same patients for every design; "
            f"{found.null_replications:,} without, on fresh seeds. ± is the Monte-Carlo error."
        ],
        disclosure=AGGREGATE,
    )


def _table(found: Confirmation) -> pd.DataFrame:
    rows = found.table
    return pd.DataFrame(
        {
            "Design": rows["design"],
            "Power": _with_error(rows, "power", 100, " %"),
            "In closed form": [percent(one, 1) for one in rows["power_closed_form"]],
            "Type I error": _with_error(rows, "type_one_error", 100, " %"),
            "Duration": _with_error(rows, "expected_duration", 1, ""),
            "Events": [number(one) for one in rows["expected_events"]],
            "Subjects": [number(one) for one in rows["expected_subjects"]],
        }
    )


def _with_error(rows: pd.DataFrame, name: str, factor: float, unit: str) -> list[str]:
    return [
        f"{number(factor * value, 2)} ± {number(factor * error, 2)}{unit}"
        for value, error in zip(rows[name], rows[f"{name}_mc_std_err"], strict=True)
    ]
