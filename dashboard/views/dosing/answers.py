"""Answers that are there at once, and those that a job brings."""

from __future__ import annotations

import re

from analytics.dosing.characteristics import OperatingCharacteristics
from dashboard import state
from dashboard.analyses.dosing import CharacteristicsRequest, ConductAnswer, ConductRequest
from dashboard.jobs.kinds import DOSING_CHARACTERISTICS, DOSING_CONDUCT
from dashboard.scripts import Made, result_of
from dashboard.views import jobs

_WHY_JOB = (
    "The posterior of this design has two parameters and is found by quadrature, which takes "
    "seconds for so many patients: it is computed aside."
)


def conduct_answer(asked: ConductRequest) -> Made[ConductAnswer] | None:
    """What the design recommends; None, and a button or the progress, until a job has found it."""
    found = _conduct(asked)
    return None if found is None else result_of(asked, found, name="answer")


def _conduct(asked: ConductRequest) -> ConductAnswer | None:
    if asked.is_quick:
        return state.computed(asked, asked.run)
    return jobs.answer(state.job(DOSING_CONDUCT, asked), label="Recommend", about=_WHY_JOB)


def characteristics_answer(
    request: Made[CharacteristicsRequest],
) -> Made[OperatingCharacteristics] | None:
    """What a design does under scenarios; None until a job has found it."""
    found = _characteristics(request.value)
    named = re.sub(r"\W+", "_", f"found_{request.value.family}".lower())
    return None if found is None else result_of(request, found, name=named)


def _characteristics(asked: CharacteristicsRequest) -> OperatingCharacteristics | None:
    if asked.is_quick:
        return state.computed(asked, asked.run)
    how = (
        "all states of a trial are found"
        if asked.replications is None
        else f"{asked.replications:,} trials each are simulated"
    )
    verb = "Compute" if asked.replications is None else "Simulate"
    return jobs.answer(
        state.job(DOSING_CHARACTERISTICS, asked),
        label=f"{verb} {asked.family}",
        about=f"{asked.title}: {how} aside.",
    )
