"""What the page begins with: the plan's endpoint, its adverse event, and candidate shapes."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analytics.dosing.response import Shape
from queries.workspace import Plan

FIRST_FAMILIES = ("linear", "emax", "sigmoid-emax", "quadratic")
_GUESSES = {
    # Shares of the highest dose, but for the shape parameters that are no doses.
    "linear-log": {"offset": 0.01},
    "emax": {"ed50": 0.25},
    "sigmoid-emax": {"ed50": 0.4, "hill": 3.0},
    "exponential": {"delta": 0.5},
    "logistic": {"ed50": 0.5, "delta": 0.1},
    "beta": {"delta1": 1.0, "delta2": 0.6, "scale": 1.2},
}
_TOP = 0.75  # of the highest dose, where the usual quadratic has its top
_NO_DOSES = ("hill", "delta1", "delta2")


def usual_parameters(family: str, highest_dose: float) -> dict[str, float]:
    """A first guess at the shape parameters of a family.

    Examples
    --------
    >>> usual_parameters("sigmoid-emax", 100)
    {'ed50': 40.0, 'hill': 3.0}
    """
    if family == "quadratic":
        return {"delta": float(f"{-0.5 / (_TOP * highest_dose):.3g}")}
    guess = _GUESSES.get(family, {})
    return {
        name: share if name in _NO_DOSES else share * highest_dose for name, share in guess.items()
    }


def usual_shapes(
    highest_dose: float, families: Sequence[str] = FIRST_FAMILIES
) -> tuple[Shape, ...]:
    """Candidates with first guesses.

    Examples
    --------
    >>> [shape.name for shape in usual_shapes(100, ["linear", "emax"])]
    ['Linear', 'Emax, ED50 25']
    """
    return tuple(Shape.of(name, **usual_parameters(name, highest_dose)) for name in families)


def planned_parameter(plan: Plan | None, measured: pd.DataFrame) -> int:
    """The row of `response_parameters` to begin with, by its place.

    It is the last visit of the plan's primary endpoint, else of the first parameter.
    """
    rows = measured.reset_index(drop=True)
    codes = [one.code for one in plan.endpoints if one.role == "primary"] if plan else []
    planned = rows[rows["parameter"].isin(codes)]
    chosen = planned if len(planned) else rows[rows["parameter"] == rows["parameter"].iloc[0]]
    same = chosen[chosen["dataset"] == chosen["dataset"].iloc[0]]
    return int(same.index[-1])


def planned_term(plan: Plan | None, terms: Sequence[str]) -> str | None:
    """The term of an adverse event that a safety endpoint of the plan names; None without one."""
    safety = [one for one in plan.endpoints if one.role == "safety"] if plan else []
    labels = [(one.label or "").lower() for one in safety]
    return next((term for term in terms if any(term.lower() in label for label in labels)), None)
