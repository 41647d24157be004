"""The few numbers by which a design is known."""

from __future__ import annotations

import numpy as np
import streamlit as st

from dashboard import results
from dashboard.text import number, percent
from dashboard.views.designs.answer import DesignAnswer


def show(answer: DesignAnswer) -> None:
    """Tiles."""
    found, design = answer.evaluation, answer.design
    unit = found.time_unit
    with st.grid(3, min_column_width=170):
        results.tile("Power", percent(found.power, 1), _assurance(answer))
        results.tile(
            "Events",
            f"{np.ceil(design.events - 1e-9):,.0f}",
            f"{found.expected_events:,.0f} expected",
        )
        results.tile(
            "Subjects",
            f"{np.ceil(design.assumptions.accrual.subjects - 1e-9):,.0f}",
            f"{found.expected_subjects:,.0f} expected",
        )
        results.tile(
            f"Expected duration, {unit}",
            number(found.expected_duration),
            f"at most {number(found.calendar_times[-1])}; {_null(answer)}",
        )
        results.tile("Early stop", percent(1 - found.stopping.stop[-1], 0), "under the assumptions")
        results.tile(
            "Type I error",
            percent(design.monitoring.type_one_error(), 2),
            f"α {design.monitoring.alpha:g}, {_sides(design.monitoring.sides)}",
        )


def _assurance(answer: DesignAnswer) -> str:
    if answer.design.assumptions.certain:
        return "assumptions taken as certain"
    return f"assurance {percent(answer.assurance.probability, 1)}"


def _null(answer: DesignAnswer) -> str:
    duration = answer.evaluation.null_expected_duration
    return f"null {number(duration)}" if np.isfinite(duration) else "null: never"


def _sides(sides: int) -> str:
    return "one-sided" if sides == 1 else "two-sided"
