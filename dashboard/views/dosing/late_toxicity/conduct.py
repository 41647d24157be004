"""The Conduct tab of TITE-CRM: patients by day, the dose for who comes today, what may follow."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analytics.dosing.late_toxicity import TiteConduct
from dashboard import results, state
from dashboard.analyses.dosing import DosingProposal
from dashboard.analyses.dosing.card import SUPPORTS
from dashboard.analyses.dosing.late_toxicity.conduct import (
    TiteConductRequest,
    news_table,
    outlook_table,
)
from dashboard.charts.dosing.follow_up import draw_follow_up
from dashboard.charts.dosing.posterior import draw_dose_posterior
from dashboard.text import interval, percent, plain
from dashboard.views.dosing.late_toxicity.entering import (
    choose_course,
    choose_event,
    choose_patient,
)

_WITHOUT = "Without news: nobody else comes and no toxicity is seen."


def show(proposal: DosingProposal) -> None:
    """Patients first, then what the design says today."""
    course = choose_course(proposal)
    asked = TiteConductRequest(proposal=proposal, course=course)
    found = state.computed(asked, asked.run)
    choose_patient(proposal, course, found.recommendation.dose or proposal.start)
    choose_event(proposal, course)
    _recommended(proposal, found)
    left, right = st.columns(2, gap="large")
    with left:
        _follow_up(proposal, found)
    with right:
        _posterior(proposal, found)
    _doses(proposal, asked, found)
    show_following(proposal, found)
    _patients(proposal, found)


def sentence(proposal: DosingProposal, found: TiteConduct) -> str:
    """The recommendation in a line."""
    own, today = found.recommendation, found.course.today
    if own.dose is None:
        return "The trial stops; no dose is selected."
    dose = f"dose {own.dose} ({proposal.dose_name(own.dose)})"
    if own.stop:
        return f"The trial stops; {dose} is selected."
    if len(found.course.patients) == proposal.most_patients:
        return f"All patients have come; on day {today} {dose} would be selected."
    return f"Next: {dose} for a patient who comes on day {today}."


def _recommended(proposal: DosingProposal, found: TiteConduct) -> None:
    with st.container(border=True):
        st.markdown(f"**{plain(sentence(proposal, found))}**")
        for reason in found.recommendation.reasons:
            st.markdown(f"- {plain(reason)}")
        st.caption(f"{SUPPORTS} Doses are counted from 1.")
    if found.deviations:
        listed = "\n".join(f"- {plain(one)}" for one in found.deviations)
        said = listed[2:] if len(found.deviations) == 1 else listed
        st.warning(said, icon=":material/alt_route:")


def _follow_up(proposal: DosingProposal, found: TiteConduct) -> None:
    results.figure(
        draw_follow_up(found, names=proposal.names, window=proposal.tite_crm().window),
        name=f"{state.study().code} dosing follow-up",
        notes=[
            "Dashed: today. Pale: what is left of the window.",
            "Shaded: the dose was not the one recommended on the day of entry, by what was known "
            "then.",
        ],
        data=found.to_frame(),
    )


def _posterior(proposal: DosingProposal, found: TiteConduct) -> None:
    own, limit = found.recommendation, proposal.late.overdose
    kept = own.table["above_target"] <= (1.0 if limit is None else limit)
    results.figure(
        draw_dose_posterior(
            own.table.assign(admissible=kept),
            names=proposal.names,
            target=proposal.target,
            level=own.level,
        ),
        name=f"{state.study().code} dosing posterior",
        notes=[
            "Estimate of the model from all doses together, with its equal-tailed interval.",
            "Shares observed are of all patients given the dose, however long they were followed.",
            "Hollow: left out now.",
        ],
        data=own.to_frame(),
    )


def _doses(proposal: DosingProposal, asked: TiteConductRequest, found: TiteConduct) -> None:
    own = found.recommendation
    columns = [
        "Dose",
        "Toxicities",
        "Still followed",
        "Patients as weighted",
        f"Probability of toxicity, % ({percent(own.level)} interval)",
        "Above target",
    ]
    rows = [
        (
            proposal.dose_name(row.dose),
            f"{row.toxicities} of {row.patients}",
            f"{row.followed}",
            f"{row.counted:.2f}",
            interval(100 * row.estimate, 100 * row.lower, 100 * row.upper),
            percent(row.above_target),
        )
        for row in own.table.itertuples()
    ]
    study = state.study().code
    results.table(
        pd.DataFrame(rows, columns=columns),
        name=f"{study} dosing doses",
        notes=list(own.reasons),
        raw=own.to_frame(),
        code=asked.code(),
    )
    results.download(
        "Record of the conduct as JSON",
        data=found.to_json(),
        file_name=f"{results.file_stem(f'{study} conduct')}.json",
        mime="application/json",
        icon=":material/download:",
        on_click="ignore",
        help="Patients, weights, recommendation, reasons, and everybody who was given another "
        "dose than recommended.",
    )


def show_following(proposal: DosingProposal, found: TiteConduct) -> None:
    """From which day the dose changes without news, and what a toxicity today would change."""
    st.subheader("What may follow", anchor=False)
    if found.recommendation.stop:
        st.caption("The trial has ended: nobody follows.")
        return
    study = state.study().code
    results.table(
        outlook_table(found, proposal.names),
        name=f"{study} dosing outlook",
        notes=[_WITHOUT],
        raw=found.outlook,
    )
    st.caption(_WITHOUT)
    if len(found.news):
        results.table(
            news_table(found, proposal.names),
            name=f"{study} dosing news",
            notes=["One toxicity today, of this patient alone."],
            raw=found.news,
        )


def _patients(proposal: DosingProposal, found: TiteConduct) -> None:
    if not found.course.patients:
        return
    st.subheader("Patients", anchor=False)
    names = proposal.names
    rows = [
        (
            f"{one.patient}",
            names[one.dose - 1],
            f"{one.entered}",
            _day(found.course.patients[one.patient - 1].toxicity),
            f"{one.followed:g}",
            f"{one.weight:.3f}",
        )
        for one in found.to_frame().itertuples()
    ]
    columns = ["Patient", "Dose", "Entered on day", "Toxicity", "Days followed", "Counts"]
    results.table(
        pd.DataFrame(rows, columns=columns),
        name=f"{state.study().code} dosing patients",
        notes=[f"On day {found.course.today} of the trial."],
        raw=found.to_frame(),
    )


def _day(day: int | None) -> str:
    return "–" if day is None else f"day {day}"
