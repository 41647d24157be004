"""The Conduct tab of BOIN12: outcomes of both endpoints, the recommendation, what may follow."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analytics.dosing.efficacy_toxicity import Boin12Conduct, JointOutcomes
from dashboard import results, state
from dashboard.analyses.dosing import DosingProposal
from dashboard.analyses.dosing.card import SUPPORTS
from dashboard.analyses.dosing.efficacy_toxicity.conduct import (
    LETTERS,
    Boin12ConductRequest,
    following_table,
)
from dashboard.charts.dosing.efficacy_toxicity import draw_joint_conduct, draw_joint_posterior
from dashboard.text import interval, percent, plain
from dashboard.views.dosing.efficacy_toxicity.entering import (
    choose_joint_outcomes,
    choose_next_joint,
)


def show(proposal: DosingProposal) -> None:
    """Outcomes first, then what the design says."""
    outcomes = choose_joint_outcomes(proposal)
    asked = Boin12ConductRequest(proposal=proposal, outcomes=outcomes)
    found = state.computed(asked, asked.run)
    choose_next_joint(proposal, outcomes, found.recommendation)
    _recommended(proposal, found)
    left, right = st.columns(2, gap="large")
    with left:
        _history(proposal, found)
    with right:
        _posterior(proposal, found)
    _doses(proposal, asked, found)
    _following(proposal, found)


def sentence(proposal: DosingProposal, found: Boin12Conduct) -> str:
    """The recommendation in a line."""
    own = found.recommendation
    if own.dose is None:
        return "The trial stops; no dose is selected."
    dose = f"dose {own.dose} ({proposal.dose_name(own.dose)})"
    if own.stop:
        return f"The trial stops; {dose} is selected."
    many = "1 patient" if own.patients == 1 else f"{own.patients} patients"
    return f"Next: {dose} for {many}."


def _recommended(proposal: DosingProposal, found: Boin12Conduct) -> None:
    with st.container(border=True):
        st.markdown(f"**{plain(sentence(proposal, found))}**")
        for reason in found.recommendation.reasons:
            st.markdown(f"- {plain(reason)}")
        st.caption(f"{SUPPORTS} Doses are counted from 1.")
    for said in found.deviations:
        st.warning(plain(said), icon=":material/alt_route:")


def _history(proposal: DosingProposal, found: Boin12Conduct) -> None:
    outcomes = found.recommendation.outcomes
    results.figure(
        draw_joint_conduct(outcomes, names=proposal.names, deviating=found.deviating),
        name=f"{state.study().code} dosing conduct",
        notes=[
            "Dotted lines: cohorts; within one the order of the patients is not recorded.",
            "Shaded: the dose was not the one recommended.",
        ],
        data=_cohorts(outcomes),
    )


def _cohorts(outcomes: JointOutcomes) -> pd.DataFrame:
    rows = [
        (i, c.dose, c.neither, c.efficacy, c.toxicity, c.both)
        for i, c in enumerate(outcomes.cohorts, start=1)
    ]
    columns = ["cohort", "dose", "neither", "efficacy_alone", "toxicity_alone", "both"]
    return pd.DataFrame(rows, columns=columns)


def _posterior(proposal: DosingProposal, found: Boin12Conduct) -> None:
    own = proposal.joint
    results.figure(
        draw_joint_posterior(
            found.posterior,
            names=proposal.names,
            limits=(own.toxicity_limit, own.least_efficacy),
            level=found.level,
        ),
        name=f"{state.study().code} dosing posterior",
        notes=[
            f"Posterior mean and {percent(found.level)} interval of each dose alone, under a "
            "uniform prior, as the design uses them.",
            "Dashed: the limits. Hollow: no patient yet.",
        ],
        data=found.posterior,
    )


def _doses(proposal: DosingProposal, asked: Boin12ConductRequest, found: Boin12Conduct) -> None:
    level = percent(found.level)
    columns = [
        "Dose",
        "Toxicities",
        "Efficacies",
        "Desirability",
        "Mean utility",
        "Left out",
        f"Toxicity, % ({level} interval)",
        f"Efficacy, % ({level} interval)",
        "Too toxic",
        "Not effective enough",
    ]
    rows = [
        (
            proposal.dose_name(one.dose),
            f"{one.toxicities} of {one.patients}",
            f"{one.efficacies} of {one.patients}",
            f"{one.desirability:.3f}",
            f"{one.utility:.1f}",
            "no" if one.admissible else "yes",
            interval(*(100 * x for x in (one.toxicity, one.toxicity_lower, one.toxicity_upper))),
            interval(*(100 * x for x in (one.efficacy, one.efficacy_lower, one.efficacy_upper))),
            percent(one.too_toxic),
            percent(one.futile),
        )
        for one in found.to_frame().itertuples()
    ]
    study, benchmark = state.study().code, proposal.boin12().benchmark
    note = (
        f"Desirability: probability that the mean utility is above {benchmark:g}; the card of the "
        "Decision table tab ranks it. Too toxic, not effective enough: probability of being beyond "
        "the limit."
    )
    results.table(
        pd.DataFrame(rows, columns=columns),
        name=f"{study} dosing doses",
        notes=[*found.recommendation.reasons, note],
        raw=found.to_frame(),
        code=asked.code(),
    )
    st.caption(plain(note))
    results.download(
        "Record of the conduct as JSON",
        data=found.to_json(),
        file_name=f"{results.file_stem(f'{study} conduct')}.json",
        mime="application/json",
        icon=":material/download:",
        on_click="ignore",
        help="Outcomes, recommendation, reasons, and every cohort that was given another dose.",
    )


def _following(proposal: DosingProposal, found: Boin12Conduct) -> None:
    st.subheader("What follows the next cohort", anchor=False)
    if found.following.empty:
        st.caption("The trial has ended: no cohort follows.")
        return
    st.caption(LETTERS)
    results.table(
        following_table(found, proposal.names),
        name=f"{state.study().code} dosing paths",
        notes=[LETTERS],
        raw=found.following,
    )
