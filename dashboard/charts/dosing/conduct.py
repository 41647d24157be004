"""The patients of an escalation trial in their order, at the dose that each was given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from analytics.dosing.escalation import Outcomes
from dashboard.charts.dosing.patients import cohort_shapes, patient_axes, patient_marks
from dashboard.charts.theme import ARM_PALETTE, LIGHT, empty_figure, new_figure

_FRAME, _ROW, _LEAST = 120, 44, 400  # as high as the chart beside it
_COLOURS = {False: LIGHT.accent, True: ARM_PALETTE[1]}
_LABELS = {False: "No toxicity", True: "Toxicity"}


def draw_conduct(
    outcomes: Outcomes, *, names: Sequence[str], deviating: Sequence[int] = ()
) -> go.Figure:
    """Each patient as a mark, filled for a toxicity; a line between cohorts.

    Parameters
    ----------
    outcomes : Outcomes
    names : sequence of str
        Of the doses.
    deviating : sequence of int
        Cohorts, from 1, that were given another dose than recommended; they are shaded.

    Examples
    --------
    >>> seen = Outcomes.parse("1NNN 2NT", doses=2)
    >>> figure = draw_conduct(seen, names=["10 mg", "20 mg"])
    >>> list(figure.data[0].x), list(figure.data[1].x)
    ([1, 2, 3, 4], [5])
    """
    if not outcomes.cohorts:
        return empty_figure("No patient has been entered yet.")
    patients = _patients(outcomes)
    return new_figure(
        _described(outcomes, names),
        height=max(_LEAST, _FRAME + _ROW * outcomes.doses),
        data=[_marks(patients, names, toxic) for toxic in (False, True)],
        shapes=cohort_shapes([one.patients for one in outcomes.cohorts], deviating),
        **patient_axes(len(patients), names),
    )


def _patients(outcomes: Outcomes) -> list[tuple[int, int, int, bool]]:
    """Patient, cohort, dose and whether there was a toxicity; those without first in a cohort."""
    found: list[tuple[int, int, int, bool]] = []
    for place, cohort in enumerate(outcomes.cohorts, start=1):
        for i in range(cohort.patients):
            toxic = i >= cohort.patients - cohort.toxicities
            found.append((len(found) + 1, place, cohort.dose, toxic))
    return found


def _marks(
    patients: list[tuple[int, int, int, bool]], names: Sequence[str], toxic: bool
) -> dict[str, Any]:
    return patient_marks(
        [one[:3] for one in patients if one[3] == toxic],
        names,
        label=_LABELS[toxic],
        symbol="circle" if toxic else "circle-open",
        colour=_COLOURS[toxic],
    )


def _described(outcomes: Outcomes, names: Sequence[str]) -> str:
    parts = [
        f"cohort {place} at {names[one.dose - 1]}: {one.toxicities} of {one.patients} with a "
        "toxicity"
        for place, one in enumerate(outcomes.cohorts, start=1)
    ]
    return f"Patients by dose in their order. {'; '.join(parts)}."
