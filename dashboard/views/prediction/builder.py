"""The question builder: what is foretold, for whom, by when, from what."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from analytics.safety.prediction.encoding import parameter_counts
from analytics.safety.prediction.sample_size import SupportedParameters, supported_parameters
from analytics.safety.prediction.scores import observed_by
from dashboard import results, state
from dashboard.analyses.prediction.fit import FAMILIES, Family, PredictionFit
from dashboard.analyses.prediction.leakage import offered_columns, usual_columns
from dashboard.analyses.prediction.question import Competing, PredictionQuestion
from dashboard.analyses.prediction.usual import UsualHorizon
from dashboard.analyses.safety.usual import usual_selection
from dashboard.text import plain
from dashboard.views.safety.inputs import KINDS
from dashboard.views.safety.subjects import choose_subjects
from queries.adverse_events import collected_kinds
from queries.events import EventSelection, EventTerms, Kind

FAMILY_NAMES: Mapping[Family, str] = {
    "discrete": "Discrete-time hazards",
    "cox": "Cause-specific Cox",
    "boosting": "Gradient boosting",
}
_MOST_TERMS = 20
_MOST_PREDICTORS = 40


def choose_fit() -> PredictionFit:
    """The fit that the builder describes."""
    with st.container(border=True):
        with st.grid(3, min_column_width=220):
            subjects = choose_subjects()
            classes, terms = _classes(), _terms()
            kinds, least_grade = _kinds(), _least_grade()
            horizon, landmark = _horizon(), _landmark()
            competing = _competing()
        with st.grid(2, min_column_width=320):
            columns, confirmed = _columns()
            tests = _tests()
        more = st.expander("Models and validation", icon=":material/tune:")
        with more, st.grid(3, min_column_width=220):
            families = _families()
            folds, repeats = (
                _number("folds", "Folds", 5, 2, 10),
                _number("repeats", "Repeats", 2, 1, 5),
            )
            by_site = st.toggle(
                "Leave sites out",
                key=state.remember("prediction_by_site", False),
                persist_state="session",
                help="Judge the model at sites it was not fitted to, instead of on subjects.",
            )
            seed = _number("seed", "Seed", 0, 0, 10**6)
    usual = state.answered(usual_selection())
    selection = EventSelection(
        emergence=usual.emergence,
        days_after=usual.days_after,
        until=usual.until,
        kinds=kinds,
        least_grade=least_grade,
    )
    question = PredictionQuestion(
        subjects=subjects,
        selection=selection,
        of=EventTerms(classes=classes, terms=terms),
        landmark=landmark,
        horizon=horizon,
        competing=competing,
        columns=columns,
        tests=tests,
        dose=landmark > 0 and not state.store().pooled,
        confirmed=confirmed,
    )
    return PredictionFit(
        question=question,
        families=families,
        folds=folds,
        repeats=repeats,
        by_site=by_site,
        seed=seed,
    )


def show_support(asked: PredictionFit) -> bool:
    """What the study supports; False when the question cannot be asked of it."""
    with results.explained():
        prepared = state.answered(asked.question)
        counts = parameter_counts(prepared.data.predictors)
        supported = supported_parameters(
            subjects=len(prepared.data),
            events=prepared.events_by_then,
            asked=max(1, sum(counts.values())),
            risk=observed_by(prepared.data, asked.question.horizon).share,
        )
        left_out = "; ".join(f"{reason}: {n:,}" for reason, n in prepared.left_out.items())
        st.markdown(f"**{plain(asked.question.sentence())}**")
        st.caption(f"Left out: {plain(left_out)}." if left_out else "No subject is left out.")
        _say(supported)
        return not supported.refused
    return False


def _say(supported: SupportedParameters) -> None:
    if supported.refused:
        st.error(plain(supported.sentence), icon=":material/block:")
    elif supported.enough:
        st.success(plain(supported.sentence), icon=":material/check_circle:")
    else:
        said = f"{supported.sentence} Predictors are taken in your order while they fit."
        st.warning(plain(said), icon=":material/warning:")


# What is foretold ------------------------------------------------------------------------


def _known_terms() -> tuple[list[str], list[str]]:
    table = state.store().event_sets.terms()
    return sorted(set(table["class"])), sorted(set(table["term"]))


def _classes() -> tuple[str, ...]:
    classes, _ = _known_terms()
    key = f"prediction_classes_{state.study().code}"
    chosen = st.multiselect(
        "Event: class",
        classes,
        key=state.choices(key, classes, []),
        persist_state="session",
        placeholder="Any class",
        max_selections=_MOST_TERMS,
    )
    return tuple(chosen)


def _terms() -> tuple[str, ...]:
    _, terms = _known_terms()
    chosen = st.multiselect(
        "Event: term",
        terms,
        key=state.choices(f"prediction_terms_{state.study().code}", terms, []),
        persist_state="session",
        placeholder="Any term",
        max_selections=_MOST_TERMS,
    )
    return tuple(chosen)


def _kinds() -> tuple[Kind, ...]:
    known = [kind for kind in KINDS if kind in collected_kinds(state.store())]
    chosen: list[Kind] = st.multiselect(
        "Only events that are",
        known,
        key=state.choices("prediction_kinds", known, []),
        persist_state="session",
        format_func=KINDS.__getitem__,
        placeholder="Of any kind",
    )
    return tuple(chosen)


def _least_grade() -> int:
    if "severe" not in collected_kinds(state.store()):
        return 0
    grades = [0, 1, 2, 3, 4, 5]
    usual = 3 if "grade" in state.store().layout.adverse_events.sources else 0
    chosen = st.selectbox(
        "Grade, at least",
        grades,
        key=state.choice(f"prediction_grade_{state.study().code}", grades, usual),
        persist_state="session",
        format_func=lambda grade: str(grade) if grade else "Any",
        help="Mild, moderate and severe count as grades 1, 2 and 3 where no grade is recorded.",
    )
    return int(chosen)


def _horizon() -> int:
    usual = state.answered(UsualHorizon(selection=state.answered(usual_selection())))
    return int(
        st.number_input(
            "By day",
            min_value=1,
            max_value=3650,
            step=1,
            key=state.remember(f"prediction_horizon_{state.study().code}", usual),
            persist_state="session",
            help="Days after the landmark by which the event is to happen.",
        )
    )


def _landmark() -> int:
    return int(
        st.number_input(
            "Foretold on day (0 is baseline)",
            min_value=0,
            max_value=3650,
            step=1,
            key=state.remember("prediction_landmark", 0),
            persist_state="session",
            help="Days after first dose. Predictors are what was known by the end of that day; "
            "subjects who had the event by then are left out.",
        )
    )


def _competing() -> Competing:
    options: list[Competing] = ["death or discontinuation", "death"]
    chosen: Competing = st.selectbox(
        "Competing events",
        options,
        key=state.choice("prediction_competing", options, options[0]),
        persist_state="session",
        format_func=str.capitalize,
    )
    return chosen


# From what -------------------------------------------------------------------------------


def _columns() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns that predict, and those among them for which the reader answers."""
    store, labels = state.store(), state.labels()
    known, unknown = offered_columns(store)
    options = [*known, *unknown]
    chosen = st.multiselect(
        "Predictors, most wanted first",
        options,
        key=state.choices(
            f"prediction_columns_{state.study().code}", options, list(usual_columns(store))
        ),
        persist_state="session",
        format_func=lambda name: labels.get(name, name),
        max_selections=_MOST_PREDICTORS,
        help="The arm always predicts. Columns of ADSL that tell what happened after baseline "
        "are not offered.",
    )
    doubtful = [name for name in chosen if name in unknown]
    if not doubtful:
        return tuple(chosen), ()
    sure = st.checkbox(
        plain(f"I answer for it that these were known at baseline: {', '.join(doubtful)}"),
        key=state.remember(f"prediction_confirmed_{'_'.join(doubtful)}", False),
        persist_state="session",
    )
    return tuple(chosen), tuple(doubtful) if sure else ()


def _tests() -> tuple[str, ...]:
    table = state.ask("dated_tests")
    labels = dict(zip(table["test"], table["label"], strict=True))
    if not labels:
        return ()
    chosen = st.multiselect(
        "Last value by the landmark of",
        list(labels),
        key=state.choices(f"prediction_tests_{state.study().code}", list(labels), []),
        persist_state="session",
        format_func=lambda test: labels[test] or test,
        placeholder="No laboratory test or vital sign",
        max_selections=_MOST_PREDICTORS,
    )
    return tuple(chosen)


# How -------------------------------------------------------------------------------------


def _families() -> tuple[Family, ...]:
    chosen = st.multiselect(
        "Models beside the arm average",
        FAMILIES,
        key=state.choices("prediction_families", FAMILIES, FAMILIES),
        persist_state="session",
        format_func=FAMILY_NAMES.__getitem__,
    )
    return tuple(family for family in FAMILIES if family in chosen) or FAMILIES


def _number(name: str, label: str, usual: int, least: int, most: int) -> int:
    return int(
        st.number_input(
            label,
            min_value=least,
            max_value=most,
            step=1,
            key=state.remember(f"prediction_{name}", usual),
            persist_state="session",
        )
    )
