"""The Sites tab: rates, screening failures and ranks of sites, and the plan of the sites."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from dashboard import results, state
from dashboard.analyses.enrolment import RecruitmentAnalysis, SiteAnalysis, SiteAnswer
from dashboard.analyses.enrolment.sites import LEAST_FOR_RAW
from dashboard.charts.forecast.site_rates import MOST, draw_site_rates
from dashboard.disclosure import AGGREGATE
from dashboard.text import interval, number, percent, plain
from dashboard.views.enrolment.forecast import shown_day
from dashboard.views.enrolment.inputs import forget_site_plan, keep_site_plan, site_plan
from dashboard.views.enrolment.notes import named, notes
from queries.importers.refusal import ImportRefused
from queries.site_plan import SitePlan, read_site_plan

_SAID, _FILES = "enrolment_plan_said", "enrolment_plan_files"
_LONG = 16  # rows from which on a table scrolls
_METHOD = (
    "Each rate is shrunken towards those of all sites, the more the less the site has shown, with "
    "90% intervals; ranks are from draws of the rates, with 90% intervals."
)


def show(asked: RecruitmentAnalysis) -> None:
    """All sites, the fastest first."""
    _plan()
    wanted = SiteAnalysis(recruitment=asked)
    made = state.made(wanted)
    answer, by_site = made.value, made.call("to_frame").named("sites")
    table = by_site.value
    first = f" The first {MOST} are drawn." if len(table) > MOST else ""
    raw = f"Raw rates (open circles) only from {LEAST_FOR_RAW} subjects on.{first}"
    results.figure(
        by_site.then(draw_site_rates),
        name=named("site rates"),
        notes=notes(answer.answer, [_METHOD, raw]),
        data=by_site,
        disclosure=AGGREGATE,
    )
    st.subheader("Sites", anchor=False)
    with st.container(height=560 if len(table) > _LONG else "content", border=False):
        results.table(
            _shown(answer, table),
            raw=by_site,
            name=named("sites"),
            notes=notes(answer.answer, [_METHOD, *answer.notes]),
            disclosure=AGGREGATE,
        )
    for note in answer.notes:
        st.caption(plain(note))


def _shown(answer: SiteAnswer, table: pd.DataFrame) -> pd.DataFrame:
    plan = site_plan()
    rows = []
    for _, row in table.iterrows():
        shown = {
            "Rank (90%)": _rank(row),
            "Site": row["site"],
            "Country": row["country"] or "–",
            "Open since": shown_day(row["open_since"])
            if row["open_since"]
            else f"opens {shown_day(row['planned_on'])}",
            "Subjects": number(row["randomised"], 0),
            "Rate a month (90%)": interval(row["rate"], row["lower"], row["upper"], 2),
            "Weight of the others": percent(row["shrinkage"]),
            f"Among the {answer.ranking.top} fastest": "–"
            if math.isnan(row["in_top"])
            else percent(row["in_top"]),
        }
        if answer.failures is not None:
            shown["Screening ended"] = number(row["decided"], 0)
            shown["Screen failures, % (90%)"] = interval(
                100 * row["failure"], 100 * row["failure_lower"], 100 * row["failure_upper"], 0
            )
        if plan is not None:
            shown |= _planned(plan, str(row["site"]))
        rows.append(shown)
    return pd.DataFrame(rows)


def _rank(row: pd.Series) -> str:
    if math.isnan(row["expected_rank"]):
        return "–"
    return f"{row['expected_rank']:.1f} ({row['lower_rank']:.0f}–{row['upper_rank']:.0f})"


def _planned(plan: SitePlan, name: str) -> dict[str, str]:
    one = next((site for site in plan.sites if site.site == name), None)
    return {
        "Target": "–" if one is None or one.target is None else number(one.target, 0),
        "Planned activation": shown_day(one.planned_activation)
        if one is not None and one.planned_activation
        else "–",
    }


# The plan -----------------------------------------------------------------------------


def _plan() -> None:
    plan = site_plan()
    label = "Site plan" if plan is None else f"Site plan: {len(plan.sites):,} sites"
    said = st.session_state.pop(_SAID, None)
    with st.expander(label, icon=":material/upload_file:", expanded=said is not None):
        st.caption(
            "A CSV file with a column site, and any of country, planned_activation, "
            "actual_activation, closed (days as 2026-03-31), target, activation_cost, "
            "cost_per_subject and currency."
        )
        key = f"{_FILES}_{st.session_state.get(_FILES, 0)}"
        st.file_uploader(
            "Site plan from a CSV file",
            type="csv",
            key=key,
            max_upload_size=5,
            on_change=_take_file,
            args=(key,),
        )
        for sentence in said or ():
            st.error(plain(sentence), icon=":material/error:")
        if plan is not None:
            st.button(
                "Forget the site plan",
                key="enrolment_plan_forget",
                icon=":material/delete:",
                on_click=forget_site_plan,
            )


def _take_file(key: str) -> None:
    given = st.session_state.get(key)
    if given is None:
        return
    st.session_state[_FILES] = st.session_state.get(_FILES, 0) + 1
    try:
        plan = read_site_plan(given.getvalue(), file=given.name)
    except ImportRefused as refused:
        st.session_state[_SAID] = ["The site plan was refused; nothing changed."] + [
            str(problem) for problem in refused.problems
        ]
        return
    if not keep_site_plan(plan):
        st.session_state[_SAID] = [
            "The site plan is used now, but is too long to go along in a link."
        ]
