"""The Conduct tab: outcomes by cohort, the recommendation with reasons, what may follow."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analytics.dosing.escalation import Recommendation
from dashboard import results
from dashboard.analyses.dosing import ConductAnswer, ConductRequest, DosingProposal
from dashboard.analyses.dosing.conduct import (
    PATHS,
    cohort_table,
    deviating_cohorts,
    paths_table,
)
from dashboard.analyses.dosing.protocol import summary_sentence
from dashboard.charts.dosing.conduct import draw_conduct
from dashboard.charts.dosing.posterior import draw_dose_posterior
from dashboard.scripts import Made
from dashboard.text import interval, percent, plain
from dashboard.views.dosing.answers import conduct_answer
from dashboard.views.dosing.entering import choose_next, choose_outcomes
from dashboard.views.dosing.naming import named
from dashboard.views.dosing.recommended import offer_record, say_recommendation


def show(proposal: DosingProposal) -> None:
    """Outcomes first, then what the design says."""
    outcomes = choose_outcomes(proposal)
    asked = ConductRequest(proposal=proposal.without_data(), outcomes=outcomes)
    answer = conduct_answer(asked)
    found = None if answer is None else answer.value.recommendation
    choose_next(proposal, outcomes, found)
    if answer is None:
        return
    own = answer.part("recommendation").named("found")
    recommended(proposal, own.value)
    left, right = st.columns(2, gap="large")
    with left:
        _history(proposal, own)
    with right:
        _posterior(proposal, own)
    _table(proposal, own)
    _following(proposal, answer)


def recommended(proposal: DosingProposal, found: Recommendation) -> None:
    """The recommendation, why, and where the trial left the design."""
    say_recommendation(sentence(proposal, found), found.reasons)
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


def _history(proposal: DosingProposal, found: Made[Recommendation]) -> None:
    outcomes = found.part("outcomes")
    results.figure(
        outcomes.then(draw_conduct, names=proposal.names, deviating=found.then(deviating_cohorts)),
        name=named("patients in their order"),
        notes=[
            "Filled: dose-limiting toxicity. Dotted lines: cohorts; within one the order of the "
            "patients is not recorded.",
            "Shaded: the dose was not the one recommended.",
            summary_sentence(proposal),
        ],
        data=outcomes.then(cohort_table),
    )


def _posterior(proposal: DosingProposal, found: Made[Recommendation]) -> None:
    table = found.call("to_frame").named("doses")
    results.figure(
        table.then(
            draw_dose_posterior,
            names=proposal.names,
            target=proposal.target,
            level=found.part("level"),
        ),
        name=named("probability of toxicity by dose"),
        notes=[
            _posterior_note(proposal),
            "Hollow: not admissible now.",
            summary_sentence(proposal),
        ],
        data=table,
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


def _table(proposal: DosingProposal, made: Made[Recommendation]) -> None:
    found = made.value
    shown = pd.DataFrame(
        [
            (
                proposal.dose_name(row.dose),
                f"{row.toxicities} of {row.patients}",
                *_believed(row.estimate, row.lower, row.upper, row.above_target),
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
    results.table(
        shown,
        name=named("table of the doses"),
        notes=[*found.reasons, _posterior_note(proposal), summary_sentence(proposal)],
        raw=made.call("to_frame"),
    )
    offer_record(
        found,
        about="Outcomes, recommendation, reasons, and every cohort that was given another dose.",
    )


def _believed(estimate: float, lower: float, upper: float, above: float) -> tuple[str, str]:
    """Of a dose: the estimate with its interval, and how probably it is above the target."""
    if estimate != estimate:  # nothing is known of it
        return "–", "–"
    return interval(100 * estimate, 100 * lower, 100 * upper), percent(above)


def _following(proposal: DosingProposal, answer: Made[ConductAnswer]) -> None:
    st.subheader("What follows the next two cohorts", anchor=False)
    if answer.value.paths is None:
        st.caption("The trial has ended: no cohort follows.")
        return
    results.table(
        paths_table(answer.value.paths, proposal.names),
        name=named("what follows the next two cohorts"),
        notes=[PATHS, summary_sentence(proposal)],
        raw=answer.part("paths").call("to_frame"),
    )
    st.caption(plain(PATHS))
