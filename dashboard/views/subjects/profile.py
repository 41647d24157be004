"""One subject: who, what was given, what happened, and when."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import navigation, results, state
from dashboard.analyses.subjects import (
    day_zero,
    events_to_draw,
    milestones_of,
    results_of_tests,
)
from dashboard.charts.timeline import draw_labs, draw_timeline
from dashboard.disclosure import SUBJECTS
from dashboard.scripts import Made, made_by
from dashboard.text import number, plain
from dashboard.views import heading
from dashboard.views.subjects import listing
from queries.cohorts import EVERYONE
from queries.record_views import collected_records
from queries.subjects import SubjectList, count_subjects, list_subjects, place_of

_LIVER = ("ALT", "AST", "BILI", "ALP")
_MOST_TESTS = 6
_PAGES = {"measurements": "labs and vitals"}  # what pages are called where it is not their path
_FACTS = 4  # in a column
_DRAWN_EVENTS = ("term", "grade", "start_day", "end_day", "serious", "related")
_DRAWN_EXPOSURE = ("start_day", "end_day", "dose", "unit", "treatment")
_DRAWN_LABS = ("test", "unit", "day", "value", "low", "high")


def show(subject: str, shown: SubjectList) -> None:
    """Draw the profile of a subject."""
    _steps(subject, shown)
    facts = _asked("subject_facts", subject)
    if facts.value.empty:
        st.warning(
            f"Subject {plain(subject)} is not in this snapshot, or was never enrolled.",
            icon=":material/person_off:",
        )
        return
    _facts(facts.value.iloc[0])
    _timeline(subject, facts)
    _labs(subject, facts.value)
    _events(subject, facts.value)
    _endpoints(subject, facts.value)


# Who, and who is next -----------------------------------------------------------------


def _steps(subject: str, shown: SubjectList) -> None:
    store, cohort = state.store(), state.current_cohort()
    place = place_of(store, cohort, shown, subject)
    found = count_subjects(store, cohort, shown)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if (page := navigation.came_from()) is not None:
            st.button(
                f"Back to {_PAGES.get(page, page)}",
                key="subject_back_to_page",
                icon=":material/arrow_back:",
                on_click=navigation.go,
                args=(page,),
                kwargs={"back": True},
            )
        st.button(
            "Back to the list",
            key="subject_back",
            icon=":material/list:",
            on_click=listing.open_subject,
            args=(None,),
        )
        for title, key, step, icon in (
            ("Previous", "K", -1, ":material/chevron_left:"),
            ("Next", "J", 1, ":material/chevron_right:"),
        ):
            there = place is not None and 0 <= place + step < found
            st.button(
                title,
                key=f"subject_{title.lower()}",
                icon=icon,
                shortcut=key,
                disabled=not there,
                on_click=_step,
                args=(shown, (place or 0) + step),
            )
        if place is None:
            st.badge("Not in the cohort on screen", icon=":material/filter_alt:", color="orange")
        else:
            st.caption(f"{place + 1:,} of {found:,}")


def _step(shown: SubjectList, place: int) -> None:
    rows = list_subjects(state.store(), state.current_cohort(), shown, start=place, rows=1)
    if not rows.empty:
        listing.open_subject(rows["subject"].tolist()[0])


def _facts(facts: pd.Series) -> None:
    store = state.store()
    st.header(str(facts["subject"]), anchor=False)
    named = {
        "Arm": None if store.pooled else facts["arm"],
        "Site": facts["site"],
        "Country": facts["country"],
        "Age, years": None if pd.isna(facts["age"]) else number(facts["age"], 0),
        "Sex": facts["sex"],
        "Race": facts["race"],
        "Randomised": _day(facts["randomised_on"]),
        "First dose": _day(facts["first_dose_on"]),
        "Last dose": _day(facts["last_dose_on"]),
        "Status": facts["status"],
        "Reason": facts["discontinuation_reason"],
        "Died": _day(facts["died_on"]),
    }
    known = [(name, plain(value)) for name, value in named.items() if not pd.isna(value)]
    with st.grid(3, min_column_width=220, gap="medium"):
        for start in range(0, len(known), _FACTS):
            st.table(dict(known[start : start + _FACTS]), border="horizontal")


def _day(value: object) -> str | None:
    return None if pd.isna(value) else f"{pd.Timestamp(str(value)):%-d %b %Y}"


# What happened when ---------------------------------------------------------------------


def _asked(question: str, subject: str) -> Made[pd.DataFrame]:
    return state.asked(question, cohort=EVERYONE, subject=subject)


def _notes(what: str, facts: pd.DataFrame) -> list[str]:
    day, name = day_zero(facts)
    days = f"Study day 1 is the day of {name}." if day else "No first dose is dated."
    return [what, days, f"Subject {facts['subject'].iloc[0]}.", heading.provenance_line()]


def _timeline(subject: str, facts: Made[pd.DataFrame]) -> None:
    st.header("Timeline", anchor=False)
    zero, _ = day_zero(facts.value)
    if zero is None:
        st.caption("Date of first dose and of randomisation: not collected.")
        return
    events = _asked("subject_adverse_events", subject).then(events_to_draw).named("events")
    exposure, visits = _asked("subject_exposures", subject), _asked("subject_visits", subject)
    endpoints, cut = _asked("subject_endpoints", subject), state.facts().get("data_cut")
    figure = made_by(
        draw_timeline,
        events=events.call("filter", items=_DRAWN_EVENTS),
        exposure=exposure.call("filter", items=_DRAWN_EXPOSURE),
        visits=visits.call("rename", columns={"visit": "name"}),
        milestones=made_by(milestones_of, facts, endpoints, data_cut=cut),
        subject=subject,
        first_dose=zero,
    )
    name = f"{state.study().code} {subject} timeline"
    results.figure(
        figure, name=name, notes=_notes(_drawn(), facts.value), data=events, disclosure=SUBJECTS
    )


def _drawn() -> str:
    """What the timeline shows, and what it cannot show."""
    store = state.store()
    said = "Exposure, visits, adverse events by grade, disposition and endpoints."
    if "grade" not in store.layout.adverse_events.sources:
        said += " Mild, moderate and severe are drawn as grades 1, 2 and 3."
    if store.pooled:
        return f"{said} Exposure is not shown: the study is blinded."
    if not collected_records(store.layout, "exposures"):
        return f"{said} Exposure: not collected."
    return said


def _labs(subject: str, facts: pd.DataFrame) -> None:
    recorded = _asked("subject_laboratory_results", subject)
    labs = recorded.value
    st.header("Laboratory", anchor=False)
    if labs.empty:
        collected = collected_records(state.store().layout, "laboratory_results")
        st.caption("No result is recorded." if collected else "Laboratory results: not collected.")
        return
    tests = list(dict.fromkeys(labs["test"]))
    liver = [test for test in _LIVER if test in tests]
    names = dict(zip(labs["test"], labs["label"], strict=True))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.multiselect(
            "Tests",
            tests,
            key=state.choices("subject_tests", tests, liver or tests[:4]),
            persist_state="session",
            format_func=lambda test: str(names[test]),
            max_selections=_MOST_TESTS,
        )
        multiples = st.toggle(
            "As multiples of the upper limit",
            key=state.remember("subject_multiples", False),
            persist_state="session",
        )
    if not chosen:
        st.caption("Choose a test.")
        return
    shown = recorded.then(results_of_tests, chosen).named("shown")
    figure = shown.call("filter", items=_DRAWN_LABS).then(
        draw_labs,
        multiples=multiples,
        subject=subject,
        first_dose=day_zero(facts)[0],
    )
    said = "Laboratory results against their normal range (shaded)."
    name = f"{state.study().code} {subject} laboratory"
    results.figure(figure, name=name, notes=_notes(said, facts), data=shown, disclosure=SUBJECTS)


# Tables ---------------------------------------------------------------------------------


def _events(subject: str, facts: pd.DataFrame) -> None:
    st.header("Adverse events", anchor=False)
    if not collected_records(state.store().layout, "adverse_events"):
        st.caption("Adverse events: not collected.")
        return
    events = _asked("subject_adverse_events", subject)
    if events.value.empty:
        st.caption("None is recorded.")
        return
    shown = _table(events.value, alt="Adverse events of the subject")
    name = f"{state.study().code} {subject} adverse events"
    notes = _notes("Adverse events as they are recorded.", facts)
    results.offer(shown, raw=events, name=name, notes=notes, disclosure=SUBJECTS)


def _endpoints(subject: str, facts: pd.DataFrame) -> None:
    endpoints = _asked("subject_endpoints", subject)
    if endpoints.value.empty:
        return
    st.header("Endpoints", anchor=False)
    said = endpoints.value["event"].map({True: "Event", False: "Censored"})
    shown = _table(endpoints.value.assign(event=said), alt="Endpoints of the subject")
    name = f"{state.study().code} {subject} endpoints"
    notes = _notes("Endpoints as they are recorded (ADTTE).", facts)
    results.offer(shown, raw=endpoints, name=name, notes=notes, disclosure=SUBJECTS)


def _table(records: pd.DataFrame, *, alt: str) -> pd.DataFrame:
    """Draw records as they are, without columns that hold nothing; gives what is drawn."""
    titles = {name: name.replace("_", " ").capitalize() for name in records}
    dates = {titles[name]: st.column_config.DateColumn() for name in titles if name[-3:] == "_on"}
    shown = records.dropna(axis="columns", how="all").rename(columns=titles)
    st.dataframe(shown, hide_index=True, alt=alt, column_config=dates)
    return shown
