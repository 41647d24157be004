"""The models behind the parametric oracle, as tests/oracles/parametric_models.csv has them."""

from __future__ import annotations

from functools import cache

import pandas as pd

from analytics.survival.regression import (
    FollowUp,
    IntervalFollowUp,
    ParametricFit,
    fit_parametric,
)
from tests.analytics.survival.oracle_data import ORACLES
from tests.analytics.survival.regression.oracle_models import frame, term


def data_of(case: str) -> FollowUp | IntervalFollowUp:
    """The follow-up of a model."""
    told = _models().loc[case]
    names = {"weight": told["weight"] or None, "cluster": told["cluster"] or None}
    rows = frame(told["data"])
    if told["by"]:
        return IntervalFollowUp(frame=rows, after=told["after"], by=told["by"], **names)
    entry = told["entry"] or None
    return FollowUp(frame=rows, time=told["time"], event=told["event"], entry=entry, **names)


@cache
def fitted_distribution(case: str) -> ParametricFit:
    """The model fitted as the oracle says."""
    told = _models().loc[case]
    return fit_parametric(
        data_of(case),
        [term(one) for one in told["terms"].split("|")] if told["terms"] else (),
        distribution=told["distribution"],
        cuts=[float(cut) for cut in told["cuts"].split("|")] if told["cuts"] else (),
    )


@cache
def _models() -> pd.DataFrame:
    table = pd.read_csv(ORACLES / "parametric_models.csv", keep_default_na=False, dtype=str)
    return table.set_index("case")
