"""One subject: who, what was given, what happened, and when."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from dashboard import navigation, recording, results, state
from dashboard.charts.timeline import draw_labs, draw_timeline
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


def show(subject: str, shown: SubjectList) -> None:
    """Draw the profile of a subject."""
    _steps(subject, shown)
    facts = state.ask("subject_facts", cohort=EVERYONE, subject=subject)
    if facts.empty:
        st.warning(
            f"Subject {plain(subject)} is not in this snapshot, or was never enrolled.",
            icon=":material/person_off:",
        )
        return
    recording.seen("subject profile")
    _facts(facts.iloc[0])
    _timeline(subject, facts.iloc[0])
    _labs(subject, facts.iloc[0])
    _events(subject)
    _endpoints(subject)


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


def _day_zero(facts: pd.Series) -> tuple[date | None, str]:
    for column, name in (("first_dose_on", "first dose"), ("randomised_on", "randomisation")):
        if not pd.isna(facts[column]):
            return pd.Timestamp(facts[column]).date(), name
    return None, ""


def _notes(what: str, facts: pd.Series) -> list[str]:
    day_zero, name = _day_zero(facts)
    days = f"Study day 1 is the day of {name}." if day_zero else "No first dose is dated."
    return [what, days, f"Subject {facts['subject']}.", heading.provenance_line()]


def _timeline(subject: str, facts: pd.Series) -> None:
    st.header("Timeline", anchor=False)
    day_zero, _ = _day_zero(facts)
    if day_zero is None:
        st.caption("Date of first dose and of randomisation: not collected.")
        return
    store = state.store()
    events = state.ask("subject_adverse_events", cohort=EVERYONE, subject=subject)
    events = events.assign(
        grade=events["grade"].fillna(events["severity"].map(_GRADES)),
        related=events["related"].map(_is_related),
    )
    exposure = state.ask("subject_exposures", cohort=EVERYONE, subject=subject)
    visits = state.ask("subject_visits", cohort=EVERYONE, subject=subject)
    figure = draw_timeline(
        events=events[["term", "grade", "start_day", "end_day", "serious", "related"]],
        exposure=exposure[["start_day", "end_day", "dose", "unit", "treatment"]],
        visits=visits.rename(columns={"visit": "name"}),
        milestones=_milestones(subject, facts, day_zero),
        subject=subject,
        first_dose=day_zero,
    )
    said = "Exposure, visits, adverse events by grade, disposition and endpoints."
    if "grade" not in store.layout.adverse_events.sources:
        said += " Mild, moderate and severe are drawn as grades 1, 2 and 3."
    if store.pooled:
        said += " Exposure is not shown: the study is blinded."
    elif not collected_records(store.layout, "exposures"):
        said += " Exposure: not collected."
    name = f"{state.study().code} {subject} timeline"
    results.figure(
        figure,
        name=name,
        notes=_notes(said, facts),
        data=events,
        recorded_as="timeline of a subject",
    )


_GRADES = {"MILD": 1, "MODERATE": 2, "SEVERE": 3, "LIFE THREATENING": 4, "FATAL": 5}


def _is_related(value: object) -> bool | None:
    if pd.isna(value):
        return None
    return str(value).upper() not in {"N", "NO", "NONE", "NOT RELATED", "UNRELATED", "UNLIKELY"}


def _milestones(subject: str, facts: pd.Series, day_zero: date) -> pd.DataFrame:
    dated = [
        (facts["randomised_on"], "Randomised", "disposition"),
        (facts["first_dose_on"], "First dose", "disposition"),
        (facts["last_dose_on"], "Last dose", "disposition"),
        (facts["died_on"], "Died", "disposition"),
        (state.facts().get("data_cut"), "Data cut", "cut"),
    ]
    rows = [(_study_day(day, day_zero), name, kind) for day, name, kind in dated if pd.notna(day)]
    endpoints = state.ask("subject_endpoints", cohort=EVERYONE, subject=subject)
    happened = endpoints[endpoints["event"].fillna(False).astype(bool) & endpoints["day"].notna()]
    for row in happened.itertuples():
        rows.append((int(row.day), row.reason or row.label, "endpoint"))
    return pd.DataFrame(rows, columns=["day", "name", "kind"]).drop_duplicates()


def _study_day(day: object, day_zero: date) -> int:
    days: int = (pd.Timestamp(str(day)).date() - day_zero).days
    return days + 1 if days >= 0 else days


def _labs(subject: str, facts: pd.Series) -> None:
    labs = state.ask("subject_laboratory_results", cohort=EVERYONE, subject=subject)
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
    shown = labs[labs["test"].isin(chosen)]
    figure = draw_labs(
        shown[["test", "unit", "day", "value", "low", "high"]],
        multiples=multiples,
        subject=subject,
        first_dose=_day_zero(facts)[0],
    )
    said = "Laboratory results against their normal range (shaded)."
    name = f"{state.study().code} {subject} laboratory"
    results.figure(
        figure,
        name=name,
        notes=_notes(said, facts),
        data=shown,
        recorded_as="laboratory results of a subject",
    )


# Tables ---------------------------------------------------------------------------------


def _events(subject: str) -> None:
    st.header("Adverse events", anchor=False)
    if not collected_records(state.store().layout, "adverse_events"):
        st.caption("Adverse events: not collected.")
        return
    events = state.ask("subject_adverse_events", cohort=EVERYONE, subject=subject)
    if events.empty:
        st.caption("None is recorded.")
        return
    _table(events, alt="Adverse events of the subject")


def _endpoints(subject: str) -> None:
    endpoints = state.ask("subject_endpoints", cohort=EVERYONE, subject=subject)
    if endpoints.empty:
        return
    st.header("Endpoints", anchor=False)
    said = endpoints["event"].map({True: "Event", False: "Censored"})
    _table(endpoints.assign(event=said), alt="Endpoints of the subject")


def _table(records: pd.DataFrame, *, alt: str) -> None:
    """Records as they are, without columns that hold nothing."""
    titles = {name: name.replace("_", " ").capitalize() for name in records}
    dates = {titles[name]: st.column_config.DateColumn() for name in titles if name[-3:] == "_on"}
    shown = records.dropna(axis="columns", how="all").rename(columns=titles)
    st.dataframe(shown, hide_index=True, alt=alt, column_config=dates)
