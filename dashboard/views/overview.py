"""Overview of a study: who, how many, how fast, what became of them, how far the endpoints are."""

from __future__ import annotations

import datetime

import streamlit as st

from dashboard import results, state
from dashboard.analyses.baseline import NOT_COLLECTED, BaselineSummary, counted_levels
from dashboard.charts.baseline import draw_age
from dashboard.charts.disposition import draw_disposition
from dashboard.charts.enrolment import draw_enrolment
from dashboard.charts.maturity import draw_maturity
from dashboard.charts.sites import draw_sites
from dashboard.charts.theme import ArmStyle, arm_styles
from dashboard.scripts import given
from dashboard.text import plain
from dashboard.views import disclosing, heading
from dashboard.views.quality import findings_table
from dashboard.views.survival.usual import endpoint_labels
from queries.cohorts import EVERYONE
from queries.importers import CheckReport
from queries.workspace import Plan, PlannedEndpoint


def show() -> None:
    """The Overview page."""
    with results.explained():
        heading.show("Overview")
        _tiles()
    sides = ((_enrolment, _endpoints, _sites), (_disposition, _baseline, _ages))
    grid = st.grid(2, min_column_width=400, gap="large")
    for side in sides:
        with grid.cell():
            for part in side:
                with results.explained():
                    part()
    for part in (_data_quality, _provenance):
        with results.explained():
            part()


def _plan() -> Plan | None:
    return state.study().plan


def _tiles() -> None:
    plan = _plan()
    n, total = heading.cohort_size()
    size = state.ask("cohort_size").iloc[0]
    planned = f"of {plan.subjects:,} planned" if plan and plan.subjects else f"of {total:,}"
    collected = state.store().collected
    sites = f"of {plan.sites:,} planned" if plan and plan.sites else None
    findings = state.ask("findings", cohort=EVERYONE)
    warnings = int((findings["severity"] == "warning").sum())
    with st.grid(5, min_column_width=150):
        results.tile("Subjects", f"{n:,}", planned)
        results.tile("Sites", f"{size['sites']:,}" if collected("site") else NOT_COLLECTED, sites)
        results.tile(
            "Countries", f"{size['countries']:,}" if collected("country") else NOT_COLLECTED
        )
        results.tile("Data cut", _day(_data_cut()), state.facts().get("data_cut_source"))
        results.tile("Data-quality findings", f"{len(findings):,}", f"{warnings:,} to look at")


def _day(day: datetime.date | None) -> str:
    return f"{day.day} {day:%b %Y}" if day else "not stated"


def _styles() -> dict[str, ArmStyle]:
    return arm_styles(state.arms(), state.arms())


def _notes(what: str) -> list[str]:
    arms = "Arms pooled." if state.store().pooled else "Planned arms."
    return [what, f"{heading.cohort_sentence()} {arms}", heading.provenance_line()]


def _enrolment() -> None:
    st.header("Enrolment", anchor=False)
    by_day = state.asked("enrolment_by_day")
    if by_day.value.empty:
        st.caption(f"Date of enrolment: {NOT_COLLECTED}.")
        return
    plan = _plan()
    planned = None
    if plan is not None and plan.accrual and plan.accrual_start:
        planned = given(_accrual_of(plan), name="plan").call("planned_enrolment")
    figure = by_day.then(
        draw_enrolment,
        styles=_styles(),
        planned=planned,
        target=plan.subjects if plan else None,
        data_cut=_data_cut(),
    )
    results.figure(
        figure,
        name=_name("enrolment"),
        notes=_notes(_enrolment_note()),
        data=by_day,
        disclosure=disclosing.counted(
            state.current_cohort(),
            count="subjects",
            keys=("enrolled_on",),
            adds_up=(),
            period="enrolled_on",
            about="enrolment",
        ),
    )


def _accrual_of(plan: Plan) -> Plan:
    """The part of a plan that says how subjects enter: a script needs no more of it."""
    return Plan(
        study=plan.study,
        title=plan.study,
        status=plan.status,
        accrual_start=plan.accrual_start,
        accrual=plan.accrual,
    )


def _enrolment_note() -> str:
    used = state.store().source_of("enrolled_on")
    said = [d for d in state.store().derivations if "date of enrolment" in d]
    return said[0] if said else f"Enrolment is dated by {used}."


def _data_cut() -> datetime.date | None:
    cut = state.facts().get("data_cut")
    return datetime.date.fromisoformat(cut) if cut else None


def _name(what: str) -> str:
    return f"{state.study().code} {what}"


def _disposition() -> None:
    st.header("Disposition", anchor=False)
    if not state.store().collected("status"):
        st.caption(f"End-of-study status: {NOT_COLLECTED}.")
        return
    counts = state.asked("disposition")
    present = [arm for arm in state.arms() if arm in set(counts.value["arm"])]
    figure = counts.then(draw_disposition, arms=present)
    note = "Subjects by end-of-study status and reason for discontinuation."
    results.figure(
        figure,
        name=_name("disposition"),
        notes=_notes(note),
        data=counts,
        disclosure=disclosing.counted(
            state.current_cohort(),
            count="subjects",
            keys=("status", "reason"),
            adds_up=(),
            about="disposition",
        ),
    )


def _endpoints() -> None:
    st.header("Endpoints", anchor=False)
    table = state.asked("endpoints")
    if table.value.empty:
        st.caption(f"Time-to-event endpoints (ADTTE): {NOT_COLLECTED}.")
        return
    plan = _plan()
    planned = [
        PlannedEndpoint(code=one.code, events=one.events, looks=one.looks)
        for one in (plan.endpoints if plan else ())
        if one.events
    ]
    labels = table.value["endpoint"].map(endpoint_labels()).tolist()
    table = table.call("assign", label=labels)
    note = "Events observed so far against those planned for the final analysis."
    figure = table.then(draw_maturity, planned=planned)
    results.figure(
        figure,
        name=_name("endpoints"),
        notes=_notes(note),
        data=table,
        disclosure=disclosing.counted(
            state.current_cohort(),
            count="events",
            of="subjects",
            keys=("endpoint",),
            names=dict(zip(table.value["endpoint"], labels, strict=True)),
            about="events of endpoints",
        ),
    )


def _ages() -> None:
    st.header("Age", anchor=False)
    if not state.store().collected("age"):
        st.caption(f"Age: {NOT_COLLECTED}.")
        return
    bands = state.asked("age_histogram")
    note = "Subjects by age in bands of five years, as a share of their arm."
    results.figure(
        bands.then(draw_age, styles=_styles()),
        name=_name("age"),
        notes=_notes(note),
        data=bands,
        disclosure=disclosing.counted(
            state.current_cohort(),
            count="subjects",
            keys=("age_from",),
            adds_up=(),
            about="age",
        ),
    )


def _sites() -> None:
    st.header("Sites", anchor=False)
    if not state.store().collected("site"):
        st.caption(f"Site: {NOT_COLLECTED}.")
        return
    sites = state.asked("enrolment_by_site")
    note = "Subjects enrolled by site, most first."
    results.figure(
        sites.then(draw_sites),
        name=_name("sites"),
        notes=_notes(note),
        data=sites,
        disclosure=disclosing.counted(
            state.current_cohort(),
            count="subjects",
            arm="",
            keys=("site",),
            adds_up=(),
            about="sites",
        ),
    )


def _baseline() -> None:
    st.header("Who is in the study", anchor=False)
    asked = BaselineSummary(cohort=state.current_cohort(), arms=state.arms())
    results.table(
        state.made(asked),
        name=_name("baseline"),
        notes=_notes("Baseline characteristics. Percentages are of the arm."),
        disclosure=disclosing.levels(
            asked.cohort,
            counted_levels(state.ask("baseline_levels"), state.ask("subjects_by_arm")),
        ),
    )


def _data_quality() -> None:
    st.header("Data quality", anchor=False)
    report = CheckReport.from_json(state.snapshot().report_json)
    findings = state.asked("findings", cohort=EVERYONE)
    if findings.value.empty:
        st.caption("The checks of the import found nothing to report.")
    else:
        shown = findings_table(findings.value)
        st.dataframe(shown, hide_index=True, alt="Data-quality findings")
        notes = _notes("What the checks of the import found, in all subjects.")
        results.offer(shown, raw=findings, name=_name("data quality"), notes=notes)
    if report.not_collected:
        with st.expander(f"{len(report.not_collected)} variables {NOT_COLLECTED}"):
            st.markdown("\n".join(f"- {plain(gap.sentence)}" for gap in report.not_collected))


def _provenance() -> None:
    st.header("Where the data come from", anchor=False)
    facts, snapshot = state.facts(), state.snapshot()
    st.caption(
        f"Snapshot {snapshot.content_sha256[:12]}, imported {facts.get('imported_at', '')[:16]} "
        f"UTC by {plain(snapshot.added_by)} with importer {facts.get('importer_version', '')}. "
        f"Data cut: {facts.get('data_cut', 'not stated')} "
        f"({facts.get('data_cut_source', 'not stated')})."
    )
    for derived in state.store().derivations:
        st.caption(plain(derived))
    files = state.asked("files", cohort=EVERYONE)
    shown = ["file", "dataset", "label", "rows", "columns", "format", "encoding", "sha256"]
    st.dataframe(
        files.value[shown],
        hide_index=True,
        alt="Files of the snapshot with their SHA-256 and row counts",
    )
    notes = [heading.provenance_line()]
    results.offer(files.value[shown], raw=files, name=_name("source files"), notes=notes)
