"""The patients of an escalation trial in their order, at the dose that each was given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from analytics.dosing.escalation import Outcomes
from dashboard.charts.lettering import fitted, literal
from dashboard.charts.theme import ARM_PALETTE, LIGHT, empty_figure, new_figure

_FRAME, _ROW, _LEAST = 120, 44, 400  # as high as the chart beside it
_NAMES = 90  # pixels
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
        xaxis={
            "title": {"text": "Patient"},
            "range": [0.4, max(len(patients), 6) + 0.6],
            "tickformat": "d",
        },
        yaxis={
            "title": {"text": "Dose"},
            "tickvals": list(range(1, outcomes.doses + 1)),
            "ticktext": [fitted(name, _NAMES, size=13, most=1) for name in names],
            "range": [0.5, outcomes.doses + 0.5],
        },
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
    own = [one for one in patients if one[3] == toxic]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": _LABELS[toxic],
        "x": [patient for patient, _, _, _ in own],
        "y": [dose for _, _, dose, _ in own],
        "marker": {
            "color": _COLOURS[toxic],
            "size": 13,
            "symbol": "circle" if toxic else "circle-open",
            "line": {"width": 2},
        },
        "hovertext": [
            f"Cohort {cohort}, {literal(names[dose - 1])}: {_LABELS[toxic].lower()}"
            for _, cohort, dose, _ in own
        ],
        "hoverinfo": "text",
    }


def cohort_shapes(sizes: Sequence[int], deviating: Sequence[int]) -> list[dict[str, Any]]:
    """A line between cohorts, and a band behind those that deviate.

    Parameters
    ----------
    sizes : sequence of int
        Patients by cohort.
    deviating : sequence of int
        Cohorts, from 1.

    Examples
    --------
    >>> [one["type"] for one in cohort_shapes([3, 3], [2])]
    ['line', 'rect']
    """
    shapes, last = [], 0
    for place, patients in enumerate(sizes, start=1):
        first, last = last + 0.5, last + patients
        if place in deviating:
            shapes.append(_band(first, last + 0.5))
        if place < len(sizes):
            shapes.append(_line(last + 0.5))
    return shapes


def _band(x0: float, x1: float) -> dict[str, Any]:
    area = {"type": "rect", "yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
    return {**area, "x0": x0, "x1": x1, "fillcolor": LIGHT.track, "line": {"width": 0}}


def _line(x: float) -> dict[str, Any]:
    line = {"color": LIGHT.line, "width": 1, "dash": "2px,3px"}
    return {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": x, "x1": x, "line": line}


def _described(outcomes: Outcomes, names: Sequence[str]) -> str:
    parts = [
        f"cohort {place} at {names[one.dose - 1]}: {one.toxicities} of {one.patients} with a "
        "toxicity"
        for place, one in enumerate(outcomes.cohorts, start=1)
    ]
    return f"Patients by dose in their order. {'; '.join(parts)}."
