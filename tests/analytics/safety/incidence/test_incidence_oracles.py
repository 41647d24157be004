"""Intervals, tests and contrasts of incidences against published values and R."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics.safety.incidence import clopper_pearson, garwood, stratified_difference, wilson
from analytics.safety.incidence.measures import MEASURES
from tests.analytics.survival.oracle_data import oracle_table

ONE_ARM = oracle_table("incidence_one_arm")
TWO_ARMS = oracle_table("incidence_contrasts")
STRATA = oracle_table("incidence_stratified")
CELLS = ["with_event", "size", "reference_with_event", "reference_size"]
LIMITS: dict[str, Callable[..., Any]] = {
    "clopper-pearson": clopper_pearson,
    "wilson": wilson,
    "garwood": lambda x, n, **level: garwood(x, n, per=1, **level),
}


def _agree(rows: pd.DataFrame, found: np.ndarray) -> None:
    """Each row within its absolute tolerance; infinite and not estimable exactly."""
    expected, apart = rows["expected"].to_numpy(), np.zeros(len(rows))
    with np.errstate(invalid="ignore"):
        apart = np.abs(found - expected)
    finite = np.isfinite(expected)
    same = np.where(np.isnan(expected), np.isnan(found), found == expected)
    agree = np.where(finite, apart <= rows["tolerance"].to_numpy(), same)
    assert agree.all(), rows.assign(found=found)[~agree].to_string()


@pytest.mark.parametrize("method", LIMITS)
def test_one_arm(method: str) -> None:
    rows = ONE_ARM[ONE_ARM["method"] == method]
    assert len(rows) > 3
    for level, own in rows.groupby("confidence_level"):
        lower, upper = LIMITS[method](own["with_event"], own["size"], confidence_level=level)
        _agree(own, np.where(own["quantity"] == "lower", lower, upper))


@pytest.mark.parametrize(
    ("measure", "interval"), [(one, method) for one in MEASURES for method in MEASURES[one]]
)
def test_two_arms(measure: str, interval: str) -> None:
    chosen = (TWO_ARMS["measure"] == measure) & (TWO_ARMS["interval"] == interval)
    assert chosen.sum() > 50
    for level, own in TWO_ARMS[chosen].groupby("confidence_level"):
        cells = (own[name].to_numpy(dtype=float) for name in CELLS)
        contrast = MEASURES[measure][interval](*cells, level)
        names = own["quantity"].to_list()
        found = [getattr(contrast, name)[place] for place, name in enumerate(names)]
        _agree(own, np.array(found))


@pytest.mark.parametrize("case", STRATA["case"].unique())
def test_strata(case: str) -> None:
    rows = STRATA[STRATA["case"] == case]
    first = rows.iloc[0]
    columns = ("with_event", "subjects", "reference_with_event", "reference_subjects")
    cells = ([float(one) for one in first[name].split("|")] for name in columns)
    result = stratified_difference(
        *cells, weights=first["weights"], confidence_level=first["confidence_level"]
    )
    assert result.strata == len(first["with_event"].split("|"))
    _agree(rows, np.array([float(getattr(result, name)) for name in rows["quantity"]]))
