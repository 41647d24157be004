"""What the page asks for: arms, endpoint, adverse event, candidate shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from analytics.checks import NotEstimableError
from analytics.dosing.response import FAMILIES, Shape
from dashboard import state
from dashboard.analyses.dose_response import (
    FIRST_FAMILIES,
    ArmDoses,
    ArmDosesAnalysis,
    DoseEndpoint,
    HarmAnalysis,
    ResponseAnalysis,
    planned_parameter,
    planned_term,
    usual_parameters,
)
from dashboard.analyses.dose_response.response import Direction, Measure, Missing
from dashboard.analyses.dose_response.shown import FAMILY_NAMES
from dashboard.text import plain
from queries.adverse_events import EVENT_KINDS, collected_kinds

MEASURES: Mapping[Measure, str] = {
    "change": "Mean change from baseline",
    "value": "Mean value",
    "responders": "Share with a change of at least",
    "yes": "Share with the value 1",
}
DIRECTIONS: Mapping[Direction, str] = {"decrease": "Lower", "increase": "Higher"}
MISSING: Mapping[Missing, str] = {"no response": "No response", "left out": "Left out"}
_NO_RESPONSE = (
    "No response: nothing was measured at visits after baseline (ADEFF and the like, with PARAMCD, "
    "AVAL and AVISIT)."
)
_ANY = "Any term"
_FIRST_MISSING: Missing = "no response"


def own(name: str) -> str:
    """The key of an input whose values are those of the study on screen."""
    return f"dose_{name}_{state.study().code}"


def entered(label: str, *, name: str, first: float, step: float = 1.0, **more: Any) -> float:
    """A number, kept in the view; it may be any, and is refused by what it is for."""
    return float(
        st.number_input(
            label,
            step=step,
            format="%.6g",
            key=state.remember(own(name), float(first)),
            persist_state="session",
            **more,
        )
    )


def chosen(label: str, options: Sequence[Any], *, name: str, first: Any, **more: Any) -> Any:
    """One of several options, kept in the view."""
    key = state.choice(own(name), list(options), first)
    return st.selectbox(label, list(options), key=key, persist_state="session", **more)


# Arms and response ------------------------------------------------------------------------


def choose_arms(doses: ArmDoses) -> None:
    """Which arms count, for a study with several treatments."""
    arms = doses.used["arm"].tolist()
    with st.expander("Arms and doses", icon=":material/medication:"):
        st.multiselect(
            "Arms left out",
            arms,
            key=state.choices(own("left_out"), arms, []),
            persist_state="session",
            help="A comparator, or another regimen, is no dose of the same treatment.",
        )
        for sentence in doses.notes():
            st.caption(plain(sentence))


def arms() -> ArmDosesAnalysis:
    """The arms of the cohort on screen without those left out."""
    left_out = tuple(st.session_state.get(own("left_out"), ()))
    return ArmDosesAnalysis(cohort=state.current_cohort(), left_out=left_out)


def choose_response() -> ResponseAnalysis:
    """The response that the inputs describe.

    Raises
    ------
    NotEstimableError
        When nothing was measured at visits after baseline.
    """
    measured = state.ask("response_parameters")
    if measured.empty:
        raise NotEstimableError(_NO_RESPONSE)
    with st.container(border=True), st.grid(4, min_column_width=160):
        row = _choose_row(measured)
        measure = _choose_measure(bool(row["yes_or_no"]))
        direction: Direction = chosen(
            "What is better",
            list(DIRECTIONS),
            name=f"direction_{row['parameter']}",
            first="increase" if row["yes_or_no"] else "decrease",
            format_func=DIRECTIONS.__getitem__,
            help="Tests are one-sided: they look for a benefit in this direction. The data do not "
            "say which it is; check it.",
        )
        least, missing = 1.0, _FIRST_MISSING
        if measure == "responders":
            unit = str(row["unit"]).lower() if pd.notna(row["unit"]) else "units"
            least = entered(f"Change of at least, {plain(unit)}", name="least", first=10)
        if measure in ("responders", "yes"):
            missing = chosen(
                "Without a value",
                list(MISSING),
                name="missing",
                first=_FIRST_MISSING,
                format_func=MISSING.__getitem__,
            )
    return ResponseAnalysis(
        endpoint=DoseEndpoint(
            dataset=row["dataset"],
            parameter=row["parameter"],
            visit=row["visit"],
            measure=measure,
            direction=direction,
            least=least,
            missing=missing,
        ),
        arms=arms(),
    )


def response_unit(asked: ResponseAnalysis) -> str:
    """The unit of the response on screen; empty where none was collected."""
    if asked.endpoint.is_share:
        return "%"
    measured = state.ask("response_parameters")
    same = measured["dataset"].eq(asked.endpoint.dataset)
    same &= measured["parameter"].eq(asked.endpoint.parameter)
    unit = measured.loc[same, "unit"].dropna()
    return str(unit.iloc[0]).lower() if len(unit) else ""


def response_title(asked: ResponseAnalysis) -> str:
    """For the axis of a response."""
    unit = response_unit(asked)
    return f"{asked.endpoint.title}, {unit}" if unit else asked.endpoint.title


def _choose_row(measured: pd.DataFrame) -> dict[str, Any]:
    first = measured.iloc[planned_parameter(state.study().plan, measured)]
    labels = {
        (row.dataset, row.parameter): f"{row.label or row.parameter} ({row.dataset.upper()})"
        for row in measured.itertuples()
    }
    dataset, parameter = chosen(
        "Endpoint",
        list(labels),
        name="endpoint",
        first=(first["dataset"], first["parameter"]),
        format_func=labels.__getitem__,
    )
    same = measured[(measured["dataset"] == dataset) & (measured["parameter"] == parameter)]
    visits = same["visit"].tolist()
    visit = chosen(
        "Visit",
        visits,
        name=f"visit_{dataset}_{parameter}",
        first=visits[-1],
    )
    return dict(same[same["visit"] == visit].iloc[0])


def _choose_measure(yes_or_no: bool) -> Measure:
    possible: list[Measure] = ["yes"] if yes_or_no else ["change", "value", "responders"]
    measure: Measure = chosen(
        "Response", possible, name="measure", first=possible[0], format_func=MEASURES.__getitem__
    )
    return measure


# Harm -------------------------------------------------------------------------------------


def choose_harm() -> HarmAnalysis:
    """The adverse event that the inputs describe."""
    terms = state.ask("event_term_names")["term"].tolist()
    kinds = [kind for kind in collected_kinds(state.store()) if kind in EVENT_KINDS] or ["any"]
    with st.container(border=True), st.grid(2, min_column_width=180):
        kind = chosen(
            "Adverse event", kinds, name="kind", first="any", format_func=EVENT_KINDS.__getitem__
        )
        term = chosen(
            "Term",
            [_ANY, *terms],
            name="term",
            first=planned_term(state.study().plan, terms) or _ANY,
        )
    return HarmAnalysis(kind=kind, term=None if term == _ANY else term, arms=arms())


# Shapes -----------------------------------------------------------------------------------


def choose_families(*, name: str, label: str = "Curves") -> tuple[str, ...]:
    """Some families of curves."""
    found = st.multiselect(
        label,
        list(FAMILIES),
        key=state.choices(own(name), list(FAMILIES), FIRST_FAMILIES),
        persist_state="session",
        format_func=FAMILY_NAMES.__getitem__,
    )
    return tuple(family for family in FAMILIES if family in found)


def choose_shapes(highest_dose: float, *, name: str) -> tuple[Shape, ...]:
    """Candidate shapes with a guess at each of their parameters.

    Raises
    ------
    NotEstimableError
        When no family is chosen.
    InputError
        When a parameter is none.
    """
    families = choose_families(name=f"{name}_families", label="Candidate shapes")
    if not families:
        raise NotEstimableError("Choose one or more candidate shapes.")
    with (
        st.expander("Guesses at the shapes", icon=":material/tune:"),
        st.grid(4, min_column_width=150),
    ):
        return tuple(Shape.of(family, **_guess(family, highest_dose, name)) for family in families)


def _guess(family: str, highest_dose: float, name: str) -> dict[str, float]:
    return {
        parameter: entered(
            f"{FAMILY_NAMES[family]}: {parameter}",
            name=f"{name}_{family}_{parameter}_{highest_dose:g}",
            first=first,
            step=abs(first) / 10,
        )
        for parameter, first in usual_parameters(family, highest_dose).items()
    }
