"""Fitted hazards taken over as assumptions of a design, with where they come from."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from analytics.checks import InputError, NotEstimableError
from analytics.design import FittedHazards
from analytics.survival.regression.parametric.distributions import DISTRIBUTIONS
from dashboard import __version__, cohorts, navigation, recording, results, state
from dashboard.analyses.designs import with_fitted_hazards
from dashboard.analyses.survival.parametric_answer import ParametricAnswer
from dashboard.text import file_stem, number, plain
from dashboard.views.designs import current
from dashboard.views.survival.notes import origin

By = Literal["pooled", "planned arm", "actual arm", "cohort"]


def use_as_assumption(answer: ParametricAnswer, fitted: list[str], best: str | None) -> None:
    """A popover from which the fitted hazards are taken away."""
    with st.popover("Use as assumption", icon=":material/architecture:"):
        name = st.selectbox(
            "Distribution",
            fitted,
            key=state.choice("survival_assumed", fitted, best or fitted[0]),
            persist_state="session",
            format_func=DISTRIBUTIONS.__getitem__,
        )
        try:
            hazards = fitted_hazards(answer, name)
        except (InputError, NotEstimableError) as error:
            st.warning(plain(error), icon=":material/do_not_disturb_on:")
            return
        for line in _said(hazards):
            st.markdown(plain(line))
        results.download(
            "Assumptions as JSON",
            data=recording.taken(
                hazards.to_json, what=f"{hazards.endpoint} hazards", ending="json"
            ),
            file_name=f"{file_stem(f'{hazards.study} {hazards.endpoint} {name} hazards')}.json",
            mime="application/json",
            key=f"download hazards {name}",
            icon=":material/download:",
            on_click="ignore",
        )
        st.button(
            f"Design a trial with {hazards.hazards[0].arm} as control",
            icon=":material/architecture:",
            type="primary",
            on_click=_design_with,
            args=(hazards,),
        )


def _design_with(hazards: FittedHazards) -> None:
    with results.explained():
        current.SURVIVAL.put(
            with_fitted_hazards(
                current.SURVIVAL.proposal(),
                hazards,
                snapshot=state.snapshot().id,
                sentences=tuple(_said(hazards)),
            )
        )
        navigation.go("designs")


def fitted_hazards(answer: ParametricAnswer, distribution: str) -> FittedHazards:
    """The hazards of one distribution, with the provenance that the page knows."""
    analysis, pooled = answer.analysis, state.store().pooled
    hazards, without = answer.hazards(distribution)
    saved = cohorts.origin()
    return FittedHazards(
        hazards=hazards,
        without=without,
        by=_by(answer, pooled),
        blinding="pooled" if pooled else "unblinded",
        study=state.study().code,
        endpoint=analysis.endpoint,
        snapshot=state.snapshot().content_sha256,
        data_cut=state.facts().get("data_cut", ""),
        analysis_set=analysis.analysis_set,
        time_origin=origin(analysis),
        landmark_day=analysis.landmark_day,
        zero_times=answer.zero_times,
        saved_cohort=saved.id if saved else None,
        cohort_version=saved.version if saved else None,
        code_version=__version__,
    )


def _by(answer: ParametricAnswer, pooled: bool) -> By:
    if answer.analysis.groups:
        return "cohort"
    if pooled:
        return "pooled"
    return "planned arm" if answer.analysis.arm == "planned" else "actual arm"


def _said(hazards: FittedHazards) -> list[str]:
    lines = []
    for one in hazards.hazards:
        unit, median = one.hazard.time_unit, float(one.hazard.quantile()[0])
        reached = f"median {number(median)} {unit}" if median < 1e6 else "no median"
        lines.append(f"{one.arm}: {one.events:,} events in {one.subjects:,} subjects, {reached}.")
    lines += [f"{arm} is left out. {reason}" for arm, reason in hazards.without]
    mark = (
        "Computed on pooled arms."
        if hazards.blinding == "pooled"
        else "Unblinded: whoever reads the file learns the hazard of each arm."
    )
    return [*lines, mark]
