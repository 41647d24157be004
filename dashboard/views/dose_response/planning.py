"""The Planning tab: power and size of a trial that is to show a response to dose."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analytics.checks import require
from analytics.dosing.response import Candidates, ContrastPower
from dashboard import results, state
from dashboard.analyses.dose_response import ArmDosesAnalysis, PlannedTrial
from dashboard.charts.dose_response.power import draw_power
from dashboard.scripts import given, result_of
from dashboard.text import number, percent
from dashboard.views.designs.fields import listed, parsed
from dashboard.views.dose_response.inputs import DIRECTIONS, choose_shapes, chosen, entered, own
from dashboard.views.dose_response.notes import named

_USUAL_DOSES = (0.0, 10.0, 25.0, 50.0, 100.0)
_SIZE, _POWER = "Size for a power", "Power for a size"
_MEAN, _SHARE = "Mean", "Share"
_METHOD = (
    "Power of the largest of the optimal contrasts (Pinheiro, Bornkamp and Bretz 2006), by "
    "numerical integration."
)


def show() -> None:
    """What a trial needs, or what it can show."""
    st.caption("Assumptions are yours; no data of the study are used but its doses as a start.")
    with st.container(border=True):
        trial = _choose_trial()
    found = state.computed(trial, trial.evaluate)
    _headline(found)
    said = _said(trial, found)
    planned = given(trial, name="trial")
    table = result_of(planned, found, method="evaluate").call("to_frame").named("power")
    results.figure(
        table.then(draw_power, goal=trial.power if trial.subjects is None else None),
        name=named("power of a planned trial"),
        notes=said,
        data=table,
    )
    results.table(
        _shown(found), name=named("table of the power of a planned trial"), notes=said, raw=table
    )


def _choose_trial() -> PlannedTrial:
    with st.grid(3, min_column_width=150):
        doses = _numbers("Doses, placebo first", "plan_doses", _first_doses())
        kind = chosen("Response", [_MEAN, _SHARE], name="plan_kind", first=_MEAN)
        direction = chosen(
            "What is better",
            list(DIRECTIONS),
            name="plan_direction",
            first="decrease",
            format_func=DIRECTIONS.__getitem__,
        )
        if kind == _MEAN:
            effect = entered("Largest difference from placebo", name="plan_effect", first=5.0)
            sd, rates = entered("Standard deviation", name="plan_sd", first=10.0), None
        else:
            effect, sd = 1.0, None
            rates = (
                entered("Share at placebo, %", name="plan_placebo", first=40.0) / 100,
                entered("Best share of any dose, %", name="plan_best", first=20.0) / 100,
            )
        goal = chosen("Wanted", [_SIZE, _POWER], name="plan_goal", first=_SIZE)
        subjects, power = None, 0.8
        if goal == _SIZE:
            power = entered("Power, %", name="plan_power", first=80.0) / 100
        else:
            stated = _numbers("Subjects at each dose", "plan_subjects", (40.0,) * len(doses))
            whole = all(one == int(one) for one in stated)
            require(whole, "subjects are whole numbers", subjects=stated)
            subjects = tuple(int(one) for one in stated)
        alpha = entered("One-sided alpha, %", name="plan_alpha", first=2.5, step=0.5) / 100
    candidates = Candidates(
        doses=doses,
        shapes=choose_shapes(max([*doses, 1e-9]), name="plan"),
        direction=direction,
    )
    return PlannedTrial(
        candidates=candidates,
        max_effect=effect,
        sd=sd,
        rates=rates,
        subjects=subjects,
        power=power,
        alpha=alpha,
    )


def _first_doses() -> tuple[float, ...]:
    """Those of the study, where a reader may see them and there are enough."""
    if state.store().pooled:
        return _USUAL_DOSES
    doses = state.answered(ArmDosesAnalysis(cohort=state.current_cohort())).doses
    return doses if len(doses) >= 3 and doses[0] == 0 else _USUAL_DOSES


def _numbers(label: str, name: str, first: tuple[float, ...]) -> tuple[float, ...]:
    text = st.text_input(
        label, key=state.remember(own(name), listed(first)), persist_state="session"
    )
    return parsed(text, label)


def _headline(found: ContrastPower) -> None:
    subjects = found.design.subjects
    each = f"{subjects[0]:,} at each dose" if len(set(subjects)) == 1 else listed(subjects)
    with st.grid(3, min_column_width=180):
        results.tile("Subjects", f"{sum(subjects):,}", each)
        results.tile("Least power", percent(found.summary("min"), 1), "under the worst candidate")
        results.tile("Critical value", number(found.critical_value, 2), "of the largest contrast")


def _shown(found: ContrastPower) -> pd.DataFrame:
    table = found.to_frame()
    return pd.DataFrame(
        {
            "True curve": table["truth"],
            "Power": [percent(one, 1) for one in table["power"]],
        }
    )


def _said(trial: PlannedTrial, found: ContrastPower) -> list[str]:
    if trial.rates is None:
        what = f"Largest difference {trial.max_effect:g}, standard deviation {trial.sd:g} (t test)."
    else:
        low, high = (percent(rate) for rate in trial.rates)
        what = f"Share {low} at placebo and {high} at the best dose, on log odds (normal test)."
    subjects = f"Subjects by dose: {listed(found.design.subjects)}."
    return [what, subjects, f"One-sided alpha {100 * trial.alpha:g}%.", _METHOD]
