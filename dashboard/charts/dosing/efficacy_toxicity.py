"""Patients with two outcomes in their order, and what is known of both by dose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from analytics.dosing.efficacy_toxicity import JointCohort, JointOutcomes
from dashboard.charts.axes import percent
from dashboard.charts.dosing.patients import cohort_shapes, patient_axes, patient_marks
from dashboard.charts.lettering import fitted, literal
from dashboard.charts.theme import ARM_PALETTE, LIGHT, empty_figure, new_figure

_FRAME, _ROW, _HEIGHT = 130, 44, 420  # pixels
_NAMES, _NARROW = 90, 300
_OUTCOMES: Mapping[str, tuple[str, str, str]] = {
    "N": ("Neither", "circle-open", LIGHT.muted),
    "E": ("Efficacy alone", "circle", LIGHT.accent),
    "T": ("Toxicity alone", "diamond-open", ARM_PALETTE[1]),
    "B": ("Both", "diamond", ARM_PALETTE[1]),
}
_ENDPOINTS = (
    ("toxicity", "Toxicity", ARM_PALETTE[1], "diamond", 0.12),
    ("efficacy", "Efficacy", LIGHT.accent, "circle", -0.12),
)


def draw_joint_conduct(
    outcomes: JointOutcomes, *, names: Sequence[str], deviating: Sequence[int] = ()
) -> go.Figure:
    """Each patient as a mark of the outcome; a line between cohorts.

    Parameters
    ----------
    outcomes : JointOutcomes
    names : sequence of str
        Of the doses.
    deviating : sequence of int
        Cohorts, from 1, that were given another dose than recommended; they are shaded.

    Examples
    --------
    >>> seen = JointOutcomes.parse("1NNE 2TB", doses=2)
    >>> figure = draw_joint_conduct(seen, names=["10 mg", "20 mg"])
    >>> [list(one.x) for one in figure.data]
    [[1, 2], [3], [4], [5]]
    """
    if not outcomes.cohorts:
        return empty_figure("No patient has been entered yet.")
    patients = _patients(outcomes.cohorts)
    return new_figure(
        _described(outcomes, names),
        height=max(_HEIGHT, _FRAME + _ROW * outcomes.doses),
        data=[_marks(patients, names, letter) for letter in _OUTCOMES],
        shapes=cohort_shapes([one.patients for one in outcomes.cohorts], deviating),
        **patient_axes(len(patients), names),
    )


def draw_joint_posterior(
    table: pd.DataFrame, *, names: Sequence[str], limits: tuple[float, float], level: float
) -> go.Figure:
    """Toxicity and efficacy of each dose with intervals, beside their limits.

    Parameters
    ----------
    table : DataFrame
        As `Boin12Conduct.posterior`; doses without patients are hollow.
    names : sequence of str
        Of the doses.
    limits : tuple of float
        Highest toxicity and lowest efficacy that are acceptable.
    level : float
        Of the intervals.

    Examples
    --------
    >>> table = pd.DataFrame({"dose": [1], "patients": [3], "toxicity": [0.2],
    ...     "toxicity_lower": [0.1], "toxicity_upper": [0.4], "efficacy": [0.6],
    ...     "efficacy_lower": [0.3], "efficacy_upper": [0.8]})
    >>> figure = draw_joint_posterior(table, names=["10 mg"], limits=(0.35, 0.25), level=0.9)
    >>> [list(one.y) for one in figure.data]
    [[0.2], [0.35, 0.35], [0.6], [0.25, 0.25]]
    """
    data: list[dict[str, Any]] = []
    for (column, label, colour, symbol, shift), limit in zip(_ENDPOINTS, limits, strict=True):
        data.append(_estimates(table, names, (column, label, colour, symbol, shift)))
        data.append(_limit(limit, label, colour, len(names)))
    return new_figure(
        _described_posterior(table, names, level),
        height=_HEIGHT,
        data=data,
        margin={"t": 84},
        xaxis={
            "title": {"text": "Dose"},
            "tickvals": table["dose"].tolist(),
            "ticktext": [fitted(one, _NARROW / len(names), size=12, most=2) for one in names],
            "range": [0.5, len(table) + 0.5],
        },
        yaxis={"title": {"text": "Probability"}, "range": [-0.02, 1.02], "tickformat": ".0%"},
    )


def _patients(cohorts: Sequence[JointCohort]) -> list[tuple[int, int, int, str]]:
    """Patient, cohort, dose and letter."""
    found: list[tuple[int, int, int, str]] = []
    for place, cohort in enumerate(cohorts, start=1):
        for letter in str(cohort).lstrip("0123456789"):
            found.append((len(found) + 1, place, cohort.dose, letter))
    return found


def _marks(
    patients: list[tuple[int, int, int, str]], names: Sequence[str], letter: str
) -> dict[str, Any]:
    label, symbol, colour = _OUTCOMES[letter]
    own = [one[:3] for one in patients if one[3] == letter]
    return patient_marks(own, names, label=label, symbol=symbol, colour=colour)


def _estimates(
    table: pd.DataFrame, names: Sequence[str], drawn: tuple[str, str, str, str, float]
) -> dict[str, Any]:
    column, label, colour, symbol, shift = drawn
    mean, low, high = (table[f"{column}{end}"] for end in ("", "_lower", "_upper"))
    return {
        "type": "scatter",
        "mode": "markers",
        "name": label,
        "x": (table["dose"] + shift).tolist(),
        "y": mean.tolist(),
        "marker": {
            "color": colour,
            "size": 11,
            "symbol": [symbol if n > 0 else f"{symbol}-open" for n in table["patients"]],
            "line": {"width": 2},
        },
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": (high - mean).tolist(),
            "arrayminus": (mean - low).tolist(),
            "color": colour,
            "thickness": 2,
            "width": 5,
        },
        "hovertext": [
            f"{literal(name)}<br>{label} {percent(m)} ({percent(lo)} to {percent(hi)})"
            for name, m, lo, hi in zip(names, mean, low, high, strict=True)
        ],
        "hoverinfo": "text",
    }


def _limit(limit: float, label: str, colour: str, doses: int) -> dict[str, Any]:
    most = "at most" if label == "Toxicity" else "at least"
    return {
        "type": "scatter",
        "mode": "lines",
        "name": f"{label} {most} {100 * limit:g}%",
        "x": [0.5, doses + 0.5],
        "y": [limit, limit],
        "line": {"color": colour, "width": 1.5, "dash": "6px,4px"},
        "hoverinfo": "skip",
    }


def _described(outcomes: JointOutcomes, names: Sequence[str]) -> str:
    parts = [
        f"cohort {place} at {names[one.dose - 1]}: {one.neither} with neither, {one.efficacy} with "
        f"efficacy alone, {one.toxicity} with toxicity alone, {one.both} with both"
        for place, one in enumerate(outcomes.cohorts, start=1)
    ]
    return f"Patients by dose in their order. {'; '.join(parts)}."


def _described_posterior(table: pd.DataFrame, names: Sequence[str], level: float) -> str:
    parts = [
        f"{name}: toxicity {percent(row.toxicity)} ({percent(row.toxicity_lower)} to "
        f"{percent(row.toxicity_upper)}), efficacy {percent(row.efficacy)} "
        f"({percent(row.efficacy_lower)} to {percent(row.efficacy_upper)}), {row.patients} patients"
        for row, name in zip(table.itertuples(), names, strict=True)
    ]
    said = f"Probabilities by dose with {100 * level:g}% interval"
    return f"{said}. {'; '.join(parts)}."
