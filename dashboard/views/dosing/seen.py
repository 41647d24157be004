"""What a study saw: adverse events by dose, taken as scenarios of the trial to come."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from analytics.checks import InputError, NotEstimableError
from dashboard import cohorts, navigation, results, state
from dashboard.analyses.dose_response import HarmAnalysis, planned_term
from dashboard.analyses.dosing import (
    DosingProposal,
    SeenScenarios,
    ToxicitySeen,
    ToxicitySeenAnswer,
)
from dashboard.analyses.dosing.seen import BLINDED, event_selection
from dashboard.analyses.prediction.dose import CURVES, DoseResponse
from dashboard.analyses.prediction.question import MOST_DAYS, PredictionQuestion
from dashboard.analyses.safety.subjects import SafetySubjects
from dashboard.charts.dosing.seen import draw_seen
from dashboard.disclosure import AGGREGATE
from dashboard.text import interval, plain
from dashboard.views import heading
from dashboard.views.dosing import current
from dashboard.views.dosing.naming import named
from dashboard.views.dosing.scenarios import SEEN, SET
from queries.adverse_events import EVENT_KINDS, collected_kinds
from queries.events import EventTerms
from queries.store import NO_ARM

_OPEN, _SAID = "dosing_seen_open", "design_said"
_ANY = "Any term"
_NO_EVENTS = "Adverse events were not collected in this study (ADAE, AE)."
_CURVE_NAMES = {"logistic": "Logistic", "emax": "Emax"}


def _own(name: str) -> str:
    return f"dosing_seen_{name}_{state.study().code}"


def show(proposal: DosingProposal) -> None:
    """An expander, whose contents are computed while it is open."""
    state.remember(_OPEN, False)
    area = st.expander(
        "Scenarios from what this study saw",
        key=_OPEN,
        icon=":material/query_stats:",
        on_change="rerun",
    )
    if area.open:
        with area, results.explained():
            _inside(proposal)


def _inside(proposal: DosingProposal) -> None:
    store = state.store()
    if store.pooled:
        st.info(BLINDED, icon=":material/visibility_off:")
        return
    if store.layout.event_dataset is None:
        st.info(_NO_EVENTS, icon=":material/do_not_disturb_on:")
        return
    asked = _choose(proposal)
    made = state.made(asked)
    answer = made.value
    said = [*answer.notes, heading.cohort_sentence(), heading.provenance_line()]
    results.figure(
        made.part("curve").then(
            draw_seen,
            made.part("table") if asked.extrapolate else made.call("inside_given"),
            made.part("observed"),
            title=answer.event,
            unit=answer.unit,
            given=made.part("given"),
            target=proposal.target,
        ),
        name=named("toxicity by dose as this study saw it"),
        notes=[f"{answer.event}.", *said],
        data=made.call("seen_and_fitted"),
        disclosure=AGGREGATE,
    )
    if answer.beyond and not asked.extrapolate:
        _offer_own_doses(proposal, answer)
    taken = answer.taken(study=state.study().code, snapshot=state.snapshot().id, **_whose())
    _show_table(taken, proposal)
    st.button(
        "Use as scenarios",
        type="primary",
        icon=":material/architecture:",
        on_click=_put,
        args=(replace(proposal, seen=taken),),
    )


def _whose() -> dict[str, Any]:
    origin = cohorts.origin()
    return {
        "cohort_sentence": heading.cohort_sentence(),
        "cohort": origin.id if origin else None,
        "cohort_version": origin.version if origin else None,
    }


def _choose(proposal: DosingProposal) -> ToxicitySeen:
    """The event, its window, the shape, and whose events count."""
    terms = state.ask("event_term_names")["term"].tolist()
    kinds = [one for one in collected_kinds(state.store()) if one in EVENT_KINDS] or ["any"]
    planned = planned_term(state.study().plan, terms)
    usual = "severe" if "severe" in kinds and planned is None else kinds[0]
    with st.grid(4, min_column_width=160):
        kind = _one_of("Adverse event", kinds, "kind", usual, format_func=EVENT_KINDS.__getitem__)
        term = _one_of("Term", [_ANY, *terms], "term", planned or _ANY)
        days = st.number_input(
            "Within days of first dose", 1, MOST_DAYS, key=state.remember(_own("days"), 28),
            persist_state="session",
        )  # fmt: skip
        curve = _one_of(
            "Curve", list(CURVES), "curve", CURVES[0], format_func=_CURVE_NAMES.__getitem__
        )
    arms = [one for one in state.arms("actual") if one != NO_ARM]
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        left_out = st.multiselect(
            "Arms left out",
            arms,
            key=state.choices(_own("left_out"), arms, []),
            persist_state="session",
            help="A comparator, or another regimen, is no dose of the same treatment.",
        )
        extrapolate = st.toggle(
            "Extrapolate beyond the doses given",
            key=state.remember(_own("extrapolate"), False),
            persist_state="session",
            help="The shape of the curve alone then says what happens there. Scenarios say so.",
        )
    question = PredictionQuestion(
        subjects=SafetySubjects(
            cohort=state.current_cohort(),
            analysis_set="SAFFL" if "SAFFL" in state.store().columns else None,
            arms=tuple(one for one in arms if one not in left_out) if left_out else (),
        ),
        selection=event_selection(kind),
        of=EventTerms(terms=() if term == _ANY else (term,)),
        horizon=int(days),
    )
    return ToxicitySeen(
        response=DoseResponse(question=question, curve=curve),
        amounts=proposal.amounts,
        unit=proposal.unit,
        extrapolate=bool(extrapolate),
    )


def _one_of(label: str, options: list[Any], name: str, first: Any, **more: Any) -> Any:
    key = state.choice(_own(name), options, first)
    return st.selectbox(label, options, key=key, persist_state="session", **more)


def _offer_own_doses(proposal: DosingProposal, answer: ToxicitySeenAnswer) -> None:
    """The page's doses may become those that were given."""
    amounts = tuple(float(one) for one in answer.observed["dose"] if one > 0)
    st.button(
        f"Take the doses of the study: {', '.join(f'{one:g}' for one in amounts)} {answer.unit}",
        icon=":material/medication:",
        on_click=_put_doses,
        args=(proposal, amounts),
    )


def _put_doses(proposal: DosingProposal, amounts: tuple[float, ...]) -> None:
    with results.explained():
        most = len(amounts)
        _put(
            replace(
                proposal,
                amounts=amounts,
                labels=(),
                skeleton=replace(proposal.skeleton, stated=None),
                prior_mtd=min(proposal.prior_mtd, most),
                start=min(proposal.start, most),
            )
        )


def _put(changed: DosingProposal) -> None:
    try:
        current.SCREEN.put(changed, saved=current.SCREEN.saved())
    except (InputError, NotEstimableError) as error:
        st.session_state[_SAID] = str(error)
        return
    if changed.seen is not None:
        st.session_state[SET] = SEEN


def _show_table(taken: SeenScenarios, proposal: DosingProposal) -> None:
    rows = zip(
        taken.amounts, taken.central, taken.optimistic, taken.pessimistic, strict=True
    )  # fmt: skip
    shown = pd.DataFrame(
        {
            "Dose": [plain(one) for one in proposal.names],
            "Central (optimistic to pessimistic), %": [
                interval(100 * central, 100 * low, 100 * high)
                + (", extrapolated" if dose in taken.beyond else "")
                for dose, central, low, high in rows
            ],
        }
    )
    st.table(shown, hide_index=True, alt="Scenarios by dose")


# From the Dose–response page ------------------------------------------------------------


def offer(harm: HarmAnalysis) -> None:
    """A button of another page that brings its adverse event here."""
    st.button(
        "Take to dosing scenarios",
        icon=":material/architecture:",
        on_click=_bring,
        args=(harm,),
        help="Opens Dosing with this adverse event as the toxicity.",
    )


def _bring(harm: HarmAnalysis) -> None:
    st.session_state[_own("kind")] = harm.kind
    st.session_state[_own("term")] = harm.term or _ANY
    st.session_state[_own("left_out")] = list(harm.arms.left_out)
    for name in ("kind", "term", "left_out"):
        state.remember(_own(name), None)
    st.session_state[_OPEN] = True
    st.session_state["dosing_tab"] = "Set-up"
    navigation.go("dosing")
