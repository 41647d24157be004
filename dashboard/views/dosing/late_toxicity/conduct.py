"""The Conduct tab of TITE-CRM: patients by day, the dose for who comes today, what may follow."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analytics.dosing.late_toxicity import TiteConduct, TrialCourse
from dashboard import results, state
from dashboard.analyses.dosing import DosingProposal
from dashboard.analyses.dosing.late_toxicity.conduct import (
    TiteConductRequest,
    news_table,
    outlook_table,
    with_admissible,
)
from dashboard.analyses.dosing.protocol import summary_sentence
from dashboard.charts.dosing.follow_up import draw_follow_up
from dashboard.charts.dosing.posterior import draw_dose_posterior
from dashboard.scripts import Made, result_of
from dashboard.text import interval, percent, plain
from dashboard.views.dosing.late_toxicity.entering import (
    choose_course,
    choose_event,
    choose_patient,
)
from dashboard.views.dosing.naming import named
from dashboard.views.dosing.recommended import offer_record, say_recommendation

_WITHOUT = "Without news: nobody else comes and no toxicity is seen."


def show(proposal: DosingProposal) -> None:
    """Patients first, then what the design says today."""
    course = choose_course(proposal)
    made = conducted(proposal, course)
    found = made.value
    choose_patient(proposal, course, found.recommendation.dose or proposal.start)
    choose_event(proposal, course)
    _recommended(proposal, found)
    left, right = st.columns(2, gap="large")
    with left:
        _follow_up(proposal, made)
    with right:
        _posterior(proposal, made)
    _doses(proposal, made)
    show_following(proposal, made)
    _patients(proposal, made)


def conducted(proposal: DosingProposal, course: TrialCourse) -> Made[TiteConduct]:
    """What the design says today of the patients entered."""
    asked = TiteConductRequest(proposal=proposal.without_data(), course=course)
    return result_of(asked, state.computed(asked, asked.run), name="found")


def _day_and_design(proposal: DosingProposal, found: TiteConduct) -> list[str]:
    return [f"On day {found.course.today} of the trial.", summary_sentence(proposal)]


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
    say_recommendation(sentence(proposal, found), found.recommendation.reasons)
    if found.deviations:
        listed = "\n".join(f"- {plain(one)}" for one in found.deviations)
        said = listed[2:] if len(found.deviations) == 1 else listed
        st.warning(said, icon=":material/alt_route:")


def _follow_up(proposal: DosingProposal, found: Made[TiteConduct]) -> None:
    results.figure(
        found.then(draw_follow_up, names=proposal.names, window=proposal.tite_crm().window),
        name=named("follow-up of the patients"),
        notes=[
            "Dashed: today. Pale: what is left of the window.",
            "Shaded: the dose was not the one recommended on the day of entry, by what was known "
            "then.",
            *_day_and_design(proposal, found.value),
        ],
        data=found.call("to_frame"),
    )


def _posterior(proposal: DosingProposal, found: Made[TiteConduct]) -> None:
    own = found.part("recommendation")
    table = own.call("to_frame").named("doses")
    results.figure(
        table.then(with_admissible, proposal.late.overdose).then(
            draw_dose_posterior,
            names=proposal.names,
            target=proposal.target,
            level=own.part("level"),
        ),
        name=named("probability of toxicity by dose"),
        notes=[
            "Estimate of the model from all doses together, with its equal-tailed interval.",
            "Shares observed are of all patients given the dose, however long they were followed.",
            "Hollow: left out now.",
            *_day_and_design(proposal, found.value),
        ],
        data=table,
    )


def _doses(proposal: DosingProposal, made: Made[TiteConduct]) -> None:
    found, own = made.value, made.value.recommendation
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
    results.table(
        pd.DataFrame(rows, columns=columns),
        name=named("table of the doses"),
        notes=[*own.reasons, *_day_and_design(proposal, found)],
        raw=made.part("recommendation").call("to_frame"),
    )
    offer_record(
        found,
        about="Patients, weights, recommendation, reasons, and everybody who was given another "
        "dose than recommended.",
    )


def show_following(proposal: DosingProposal, made: Made[TiteConduct]) -> None:
    """From which day the dose changes without news, and what a toxicity today would change."""
    found = made.value
    st.subheader("What may follow", anchor=False)
    if found.recommendation.stop:
        st.caption("The trial has ended: nobody follows.")
        return
    results.table(
        outlook_table(found, proposal.names),
        name=named("dose from each day on"),
        notes=[_WITHOUT, *_day_and_design(proposal, found)],
        raw=made.part("outlook"),
    )
    st.caption(_WITHOUT)
    if len(found.news):
        results.table(
            news_table(found, proposal.names),
            name=named("dose after a toxicity today"),
            notes=[
                "One toxicity today, of this patient alone.",
                *_day_and_design(proposal, found),
            ],
            raw=made.part("news"),
        )


def _patients(proposal: DosingProposal, made: Made[TiteConduct]) -> None:
    found = made.value
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
        name=named("patients with what they count"),
        notes=_day_and_design(proposal, found),
        raw=made.call("to_frame"),
    )


def _day(day: int | None) -> str:
    return "–" if day is None else f"day {day}"
