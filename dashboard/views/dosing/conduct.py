"""The Conduct tab: outcomes by cohort, the recommendation with reasons, what may follow."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analytics.dosing.escalation import Outcomes, Recommendation
from dashboard import results, state
from dashboard.analyses.dosing import ConductAnswer, ConductRequest, DosingProposal
from dashboard.analyses.dosing.card import SUPPORTS
from dashboard.analyses.dosing.conduct import deviating_cohorts, paths_table
from dashboard.charts.dosing.conduct import draw_conduct
from dashboard.charts.dosing.posterior import draw_dose_posterior
from dashboard.text import interval, percent, plain
from dashboard.views.dosing.answers import conduct_answer
from dashboard.views.dosing.entering import choose_next, choose_outcomes

_PATHS = "N: without toxicity, T: with; before them the number of the dose, counted from 1."


def show(proposal: DosingProposal) -> None:
    """Outcomes first, then what the design says."""
    outcomes = choose_outcomes(proposal)
    answer = conduct_answer(ConductRequest(proposal=proposal, outcomes=outcomes))
    found = None if answer is None else answer.recommendation
    choose_next(proposal, outcomes, found)
    if answer is None:
        return
    recommended(proposal, answer.recommendation)
    left, right = st.columns(2, gap="large")
    with left:
        _history(proposal, answer.recommendation)
    with right:
        _posterior(proposal, answer.recommendation)
    _table(proposal, answer.recommendation)
    _following(proposal, answer)


def recommended(proposal: DosingProposal, found: Recommendation) -> None:
    """The recommendation, why, and where the trial left the design."""
    with st.container(border=True):
        st.markdown(f"**{plain(sentence(proposal, found))}**")
        for reason in found.reasons:
            st.markdown(f"- {plain(reason)}")
        st.caption(f"{SUPPORTS} Doses are counted from 1.")
    if found.at_edge:
        st.warning(
            "The dose selected is at the edge of those studied: the MTD may lie beyond.",
            icon=":material/warning:",
        )
    for said in found.deviations:
        st.warning(plain(said), icon=":material/alt_route:")


def sentence(proposal: DosingProposal, found: Recommendation) -> str:
    """The recommendation in a line."""
    if not found.stop:
        assert found.dose is not None
        many = "1 patient" if found.patients == 1 else f"{found.patients} patients"
        return f"Next: dose {found.dose} ({proposal.dose_name(found.dose)}) for {many}."
    if found.dose is None:
        return "The trial stops; no dose is selected."
    return f"The trial stops; dose {found.dose} ({proposal.dose_name(found.dose)}) is selected."


def _history(proposal: DosingProposal, found: Recommendation) -> None:
    results.figure(
        draw_conduct(found.outcomes, names=proposal.names, deviating=deviating_cohorts(found)),
        name=f"{state.study().code} dosing conduct",
        notes=[
            "Filled: dose-limiting toxicity. Dotted lines: cohorts; within one the order of the "
            "patients is not recorded.",
            "Shaded: the dose was not the one recommended.",
        ],
        data=_cohorts(found.outcomes),
    )


def _cohorts(outcomes: Outcomes) -> pd.DataFrame:
    rows = [(i, c.dose, c.patients, c.toxicities) for i, c in enumerate(outcomes.cohorts, start=1)]
    return pd.DataFrame(rows, columns=["cohort", "dose", "patients", "toxicities"])


def _posterior(proposal: DosingProposal, found: Recommendation) -> None:
    results.figure(
        draw_dose_posterior(
            found.table, names=proposal.names, target=proposal.target, level=found.level
        ),
        name=f"{state.study().code} dosing posterior",
        notes=[_posterior_note(proposal), "Hollow: not admissible now."],
        data=found.to_frame(),
    )


def _posterior_note(proposal: DosingProposal) -> str:
    if proposal.family == "3+3":
        return "3+3 has no posterior: shares observed only."
    if proposal.family in ("BOIN", "Keyboard", "mTPI-2"):
        return (
            "Isotonic estimate of the doses given; the interval is of each dose alone, under a "
            "uniform prior."
        )
    return "Estimate of the model from all doses together, with its equal-tailed interval."


def _table(proposal: DosingProposal, found: Recommendation) -> None:
    shown = pd.DataFrame(
        [
            (
                proposal.dose_name(row.dose),
                f"{row.toxicities} of {row.patients}",
                interval(100 * row.estimate, 100 * row.lower, 100 * row.upper),
                percent(row.above_target if row.estimate == row.estimate else row.estimate),
                "yes" if row.admissible else "no",
            )
            for row in found.table.itertuples()
        ],
        columns=[
            "Dose",
            "Toxicities",
            f"Probability of toxicity, % ({percent(found.level)} interval)",
            "Above target",
            "Admissible",
        ],
    )
    study = state.study().code
    results.table(
        shown, name=f"{study} dosing doses", notes=list(found.reasons), raw=found.to_frame()
    )
    results.download(
        "Record of the conduct as JSON",
        data=found.to_json(),
        file_name=f"{results.file_stem(f'{study} conduct')}.json",
        mime="application/json",
        icon=":material/download:",
        on_click="ignore",
        help="Outcomes, recommendation, reasons, and every cohort that was given another dose.",
    )


def _following(proposal: DosingProposal, answer: ConductAnswer) -> None:
    st.subheader("What follows the next two cohorts", anchor=False)
    if answer.paths is None:
        st.caption("The trial has ended: no cohort follows.")
        return
    results.table(
        paths_table(answer.paths, proposal.names),
        name=f"{state.study().code} dosing paths",
        notes=[_PATHS],
        raw=answer.paths.to_frame(),
    )
    st.caption(plain(_PATHS))
