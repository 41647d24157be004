"""The patients of a trial in their order by the dose that each was given: marks, axes, cohorts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboard.charts.lettering import fitted, literal
from dashboard.charts.theme import LIGHT

_NAMES = 90  # pixels


def patient_marks(
    patients: Sequence[tuple[int, int, int]],
    names: Sequence[str],
    *,
    label: str,
    symbol: str,
    colour: str,
) -> dict[str, Any]:
    """A mark for each patient with one outcome.

    Parameters
    ----------
    patients : sequence of (patient, cohort, dose)
        Counted from 1.
    names : sequence of str
        Of the doses.
    label : str
        Of the outcome.

    Examples
    --------
    >>> marks = patient_marks([(4, 2, 1)], ["10 mg"], label="Toxicity", symbol="circle", colour="")
    >>> marks["x"], marks["y"], marks["hovertext"]
    ([4], [1], ['Cohort 2, 10 mg: toxicity'])
    """
    return {
        "type": "scatter",
        "mode": "markers",
        "name": label,
        "x": [patient for patient, _, _ in patients],
        "y": [dose for _, _, dose in patients],
        "marker": {"color": colour, "size": 13, "symbol": symbol, "line": {"width": 2}},
        "hovertext": [
            f"Cohort {cohort}, {literal(names[dose - 1])}: {label.lower()}"
            for _, cohort, dose in patients
        ],
        "hoverinfo": "text",
    }


def patient_axes(patients: int, names: Sequence[str]) -> dict[str, Any]:
    """Patients across and doses up, by their names.

    Examples
    --------
    >>> patient_axes(9, ["10 mg", "20 mg"])["yaxis"]["range"]
    [0.5, 2.5]
    """
    doses = len(names)
    return {
        "xaxis": {
            "title": {"text": "Patient"},
            "range": [0.4, max(patients, 6) + 0.6],
            "tickformat": "d",
        },
        "yaxis": {
            "title": {"text": "Dose"},
            "tickvals": list(range(1, doses + 1)),
            "ticktext": [fitted(name, _NAMES, size=13, most=1) for name in names],
            "range": [0.5, doses + 0.5],
        },
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
