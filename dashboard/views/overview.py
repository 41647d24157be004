"""Overview of a study: who, how many, how fast, what became of them, how far the endpoints are."""

from __future__ import annotations

import datetime

import pandas as pd
import streamlit as st

from dashboard import results, state
from dashboard.charts.baseline import draw_age
from dashboard.charts.disposition import draw_disposition
from dashboard.charts.enrolment import draw_enrolment
from dashboard.charts.maturity import draw_maturity
from dashboard.charts.sites import draw_sites
from dashboard.charts.theme import ArmStyle, arm_styles
from dashboard.text import number, percent, plain
from dashboard.views import heading
from dashboard.views.quality import findings_table
from dashboard.views.survival.usual import endpoint_labels
from queries.cohorts import EVERYONE
from queries.importers import CheckReport
from queries.workspace import Plan

NOT_COLLECTED = "not collected"


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
    by_day = state.ask("enrolment_by_day")
    if by_day.empty:
        st.caption(f"Date of enrolment: {NOT_COLLECTED}.")
        return
    plan = _plan()
    planned = plan.planned_enrolment() if plan and plan.accrual and plan.accrual_start else None
    figure = draw_enrolment(
        by_day,
        styles=_styles(),
        planned=planned,
        target=plan.subjects if plan else None,
        data_cut=_data_cut(),
    )
    results.figure(figure, name=_name("enrolment"), notes=_notes(_enrolment_note()), data=by_day)


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
    counts = state.ask("disposition")
    present = [arm for arm in state.arms() if arm in set(counts["arm"])]
    figure = draw_disposition(counts, arms=present)
    note = "Subjects by end-of-study status and reason for discontinuation."
    results.figure(figure, name=_name("disposition"), notes=_notes(note), data=counts)


def _endpoints() -> None:
    st.header("Endpoints", anchor=False)
    table = state.ask("endpoints")
    if table.empty:
        st.caption(f"Time-to-event endpoints (ADTTE): {NOT_COLLECTED}.")
        return
    plan = _plan()
    planned = [e for e in plan.endpoints if e.events] if plan else []
    table = table.assign(label=table["endpoint"].map(endpoint_labels()))
    note = "Events observed so far against those planned for the final analysis."
    figure = draw_maturity(table, planned=planned)
    results.figure(figure, name=_name("endpoints"), notes=_notes(note), data=table)


def _ages() -> None:
    st.header("Age", anchor=False)
    if not state.store().collected("age"):
        st.caption(f"Age: {NOT_COLLECTED}.")
        return
    bands = state.ask("age_histogram")
    note = "Subjects by age in bands of five years, as a share of their arm."
    results.figure(
        draw_age(bands, styles=_styles()), name=_name("age"), notes=_notes(note), data=bands
    )


def _sites() -> None:
    st.header("Sites", anchor=False)
    if not state.store().collected("site"):
        st.caption(f"Site: {NOT_COLLECTED}.")
        return
    sites = state.ask("enrolment_by_site")
    note = "Subjects enrolled by site, most first."
    results.figure(draw_sites(sites), name=_name("sites"), notes=_notes(note), data=sites)


def _baseline() -> None:
    st.header("Who is in the study", anchor=False)
    sizes = state.ask("subjects_by_arm").set_index("arm")["subjects"]
    arms = [arm for arm in state.arms() if arm in sizes.index]
    rows = {"Subjects": {arm: f"{sizes[arm]:,}" for arm in arms}}
    rows |= _age_rows(arms)
    rows |= _level_rows(arms, sizes)
    shown = pd.DataFrame(rows).T.rename_axis("Characteristic").reset_index()
    results.table(
        shown[["Characteristic", *arms]],
        name=_name("baseline"),
        notes=_notes("Baseline characteristics. Percentages are of the arm."),
    )


def _age_rows(arms: list[str]) -> dict[str, dict[str, str]]:
    if not state.store().collected("age"):
        return {"Age, years": dict.fromkeys(arms, NOT_COLLECTED)}
    ages = state.ask("age_by_arm").set_index("arm")
    return {
        "Age, median (range)": {
            arm: f"{number(a['median'], 0)} ({number(a['minimum'], 0)}–{number(a['maximum'], 0)})"
            for arm, a in ages.iterrows()
        }
    }


def _level_rows(arms: list[str], sizes: pd.Series) -> dict[str, dict[str, str]]:
    levels = state.ask("baseline_levels")
    rows: dict[str, dict[str, str]] = {}
    for variable in ("sex", "race"):
        title = variable.capitalize()
        if not state.store().collected(variable):
            rows[title] = dict.fromkeys(arms, NOT_COLLECTED)
            continue
        counts = levels[levels["variable"] == variable]
        for level in counts.groupby("level", dropna=False)["subjects"].sum().nlargest(6).index:
            name = NOT_COLLECTED if pd.isna(level) else str(level)
            rows[f"{title}: {name}"] = {
                arm: _count(counts, arm, level, int(sizes[arm])) for arm in arms
            }
    return rows


def _count(counts: pd.DataFrame, arm: str, level: object, size: int) -> str:
    of_level = counts["level"].isna() if pd.isna(level) else counts["level"] == level
    n = int(counts.loc[of_level & (counts["arm"] == arm), "subjects"].sum())
    return f"{n:,} ({percent(n / size)})"


def _data_quality() -> None:
    st.header("Data quality", anchor=False)
    report = CheckReport.from_json(state.snapshot().report_json)
    findings = state.ask("findings", cohort=EVERYONE)
    if findings.empty:
        st.caption("The checks of the import found nothing to report.")
    else:
        st.dataframe(findings_table(findings), hide_index=True, alt="Data-quality findings")
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
    files = state.ask("files", cohort=EVERYONE)
    st.dataframe(
        files[["file", "dataset", "label", "rows", "columns", "format", "encoding", "sha256"]],
        hide_index=True,
        alt="Files of the snapshot with their SHA-256 and row counts",
    )
