"""The Competing risks tab: which event comes first, by arm."""

from __future__ import annotations

import streamlit as st

from dashboard import results, state
from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.analyses.survival.causes import (
    MOST_APART,
    Offered,
    death_endpoint,
    offered_causes,
)
from dashboard.analyses.survival.competing import CompetingAnswer, CompetingRisks
from dashboard.analyses.survival.standing import Standing, standing_beside
from dashboard.charts.survival.incidence import (
    IncidenceOptions,
    draw_incidence,
    draw_stacked_incidence,
)
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made
from dashboard.text import plain
from dashboard.views.survival import competing_tables
from dashboard.views.survival.curves import styles
from dashboard.views.survival.inputs import INTERVALS
from dashboard.views.survival.notes import ends_of, notes, origin, times_said
from dashboard.views.survival.usual import endpoint_labels

_HERE = ":material/do_not_disturb_on:"
_DEFAULTS = (
    "Unless you choose otherwise, events of different descriptions (EVNTDESC) are causes of their "
    "own, and censorings described as death (CNSDTDSC) compete. All else stays censored."
)
_TWO_RATIOS = (
    "The cause-specific hazard ratio is for aetiology: how the arm acts on the rate of the event "
    "in those still event-free. The subdistribution hazard ratio is for prognosis: how it acts "
    "on the share of subjects who have the event at all, deaths and other causes included. Read "
    "both, and for every cause."
)


def show(analysis: SurvivalAnalysis) -> None:
    """What competes, the incidences, their comparison and how causes add up."""
    asked = _choose(analysis)
    made = state.made(asked)
    answer = made.value
    standing = standing_beside(analysis, state.study().plan, "a competing-risks analysis")
    if not state.store().pooled:
        st.caption(plain(standing.sentence))
    _incidence(made, standing)
    competing_tables.show_incidence(made, _said(answer, standing))
    _comparison(made, standing)
    _stacked(made, standing)
    competing_tables.show_overestimate(made, _said(answer, standing))


# Inputs --------------------------------------------------------------------------


def _choose(analysis: SurvivalAnalysis) -> CompetingRisks:
    endpoint = analysis.endpoint
    offered = offered_causes(ends_of(analysis).value, endpoint_labels()[endpoint])
    st.subheader("What competes", anchor=False)
    with st.grid(3, min_column_width=240):
        apart = _apart(endpoint, offered)
        competing = _competing(endpoint, offered)
        other = _other(analysis, offered)
        time = _time(analysis)
        by_arm = not state.store().pooled and _censoring_by_arm()
    st.caption(_DEFAULTS)
    return CompetingRisks(
        analysis=analysis,
        apart=apart,
        rest=offered.rest,
        competing=competing,
        other=other,
        time=time,
        censoring_by_arm=by_arm,
    )


def _apart(endpoint: str, offered: Offered) -> tuple[str, ...]:
    if not offered.events:
        return ()
    chosen = st.multiselect(
        "Events told apart",
        offered.events,
        key=state.choices(f"survival_apart_{endpoint}", offered.events, offered.apart),
        persist_state="session",
        max_selections=MOST_APART,
        placeholder="All events together",
        help="Each is a cause of its own; the endpoint's other events are taken together.",
    )
    return tuple(name for name in offered.events if name in chosen)


def _competing(endpoint: str, offered: Offered) -> tuple[str, ...]:
    if not offered.censorings:
        return ()
    key = f"survival_competing_{endpoint}"
    chosen = st.multiselect(
        "Censorings that compete",
        offered.censorings,
        key=state.choices(key, offered.censorings, offered.competing),
        persist_state="session",
        placeholder="None",
        help="Records censored for one of these reasons count as a competing event.",
    )
    return tuple(name for name in offered.censorings if name in chosen)


def _other(analysis: SurvivalAnalysis, offered: Offered) -> str | None:
    labels = {code: text for code, text in endpoint_labels().items() if code != analysis.endpoint}
    if not labels:
        return None
    several = len(offered.apart) > 1 or bool(offered.competing)
    default = "" if several else _default_other(analysis, labels)
    options = ["", *labels]
    chosen = st.selectbox(
        "Another endpoint that competes",
        options,
        key=state.choice(f"survival_competing_other_{analysis.endpoint}", options, default),
        persist_state="session",
        format_func=lambda code: labels.get(code, "None"),
        help="Its event competes when it comes before the end of this endpoint's time, or at "
        "that time when this one is censored. Both must count from the same day.",
    )
    return chosen or None


def _default_other(analysis: SurvivalAnalysis, labels: dict[str, str]) -> str:
    """Death as an endpoint of its own, where it counts from the same day."""
    code = death_endpoint(labels, of=analysis.endpoint)
    if code is None:
        return ""
    pairs = state.ask(
        "endpoint_pairs",
        cohort=analysis.subjects(),
        arm=analysis.arm,
        endpoint=analysis.endpoint,
        other=code,
    ).sum(numeric_only=True)
    both = pairs["subjects"] - pairs["without_other"]
    return code if both and pairs["same_start"] == both else ""


def _time(analysis: SurvivalAnalysis) -> float | None:
    value: float | None = st.number_input(
        f"Incidence at, {analysis.unit}",
        min_value=0.0,
        max_value=1e6,
        value=None,
        key=state.remember(f"survival_incidence_at_{analysis.unit}", None),
        persist_state="session",
        placeholder="Latest landmark of all arms",
    )
    return value


def _censoring_by_arm() -> bool:
    return st.toggle(
        "Fine–Gray: censoring estimated by arm",
        key=state.remember("survival_censoring_by_arm", False),
        persist_state="session",
        help="Where arms differ in how long they are followed, censoring estimated in all arms "
        "together biases the subdistribution hazard ratio.",
    )


# Results -------------------------------------------------------------------------


def _said(answer: CompetingAnswer, standing: Standing | None, *more: str) -> list[str]:
    asked, analysis = answer.asked, answer.asked.analysis
    named = "; ".join(answer.causes)
    other = ""
    if asked.other:
        other = f" {asked.other} competes when its event comes before the end of the time."
        if answer.without_other:
            other += f" {answer.without_other:,} subjects have no time of {asked.other}."
    scale = INTERVALS[asked.interval]
    method = (
        f"Competing events: {named}. Unlike in the endpoint's own estimand they are neither taken "
        f"together nor censored.{other} Aalen–Johansen estimate, Greenwood-type variance, "
        f"{scale} {analysis.confidence_level:.0%} intervals. {times_said(analysis)} "
        "NE: not estimable."
    )
    return notes(
        analysis,
        [method, *more],
        standing=standing if answer.refusal is None else None,
        measure="cumulative incidence of each event, the others competing",
    )


def _options(analysis: SurvivalAnalysis) -> IncidenceOptions:
    return IncidenceOptions(
        endpoint=endpoint_labels()[analysis.endpoint],
        unit=analysis.unit,
        origin=origin(analysis),
        confidence_level=analysis.confidence_level,
    )


def _incidence(made: Made[CompetingAnswer], standing: Standing) -> None:
    answer = made.value
    analysis = answer.asked.analysis
    st.subheader("Cumulative incidence", anchor=False)
    cause = st.radio(
        "Event",
        answer.causes,
        key=state.choice(f"survival_cause_{analysis.endpoint}", answer.causes, answer.causes[0]),
        persist_state="session",
        format_func=plain,
        horizontal=True,
    )
    results.figure(
        made.part("incidence").then(
            draw_incidence,
            cause,
            styles=styles(analysis, list(answer.arms)),
            options=_options(analysis),
        ),
        name=f"{state.study().code} {analysis.endpoint} incidence of {cause}",
        notes=_said(answer, standing),
        data=made.call("incidence_of", cause).call("assign", unit=analysis.unit),
        disclosure=AGGREGATE,
    )


def _comparison(made: Made[CompetingAnswer], standing: Standing) -> None:
    answer = made.value
    st.subheader("Comparison of arms", anchor=False)
    if answer.refusal is not None:
        st.info(plain(answer.refusal), icon=_HERE)
        return
    st.info(_TWO_RATIOS, icon=":material/lightbulb:")
    said = _said(answer, standing, competing_tables.method_of(answer))
    competing_tables.show_comparison(made, said)


def _stacked(made: Made[CompetingAnswer], standing: Standing) -> None:
    answer, analysis = made.value, made.value.asked.analysis
    st.subheader("All events, stacked", anchor=False)
    said = "Areas add up to the share in whom any event has happened; the rest is event-free."
    results.figure(
        made.part("incidence").then(
            draw_stacked_incidence,
            styles=styles(analysis, list(answer.arms)),
            options=_options(analysis),
        ),
        name=f"{state.study().code} {analysis.endpoint} stacked incidence",
        notes=_said(answer, standing, said),
        data=made.part("incidence").call("stacked").call("assign", unit=analysis.unit),
        disclosure=AGGREGATE,
    )
