"""Tables that charts of the page draw: curves by the names that people read."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from dashboard.analyses.dose_response.curves import AveragedResponse

FAMILY_NAMES: Mapping[str, str] = {
    "linear": "Linear",
    "linear-log": "Linear in log dose",
    "quadratic": "Quadratic",
    "emax": "Emax",
    "sigmoid-emax": "Sigmoid Emax",
    "exponential": "Exponential",
    "logistic": "Logistic",
    "beta": "Beta",
}
AVERAGE = "Average"


def with_names(table: pd.DataFrame) -> pd.DataFrame:
    """A table with the families of its curves called as people call them.

    Examples
    --------
    >>> with_names(pd.DataFrame({"family": ["sigmoid-emax"]}))["family"].tolist()
    ['Sigmoid Emax']
    """
    return table.assign(family=table["family"].map(FAMILY_NAMES))


def with_average(targets: pd.DataFrame, averaged: AveragedResponse) -> pd.DataFrame:
    """Target doses by curve, and below them that of the average of the curves."""
    found = averaged.average
    row = {"family": AVERAGE, "estimate": found.target_dose, "lower": found.target_lower,
           "upper": found.target_upper}  # fmt: skip
    own = pd.DataFrame([row]).astype({"estimate": float, "lower": float, "upper": float})
    return pd.concat([targets, own], ignore_index=True)
