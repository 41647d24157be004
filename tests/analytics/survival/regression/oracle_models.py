"""The models behind the regression oracles, as tests/oracles/regression_models.csv has them."""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd

from analytics.survival.regression import (
    CoxRegression,
    Factor,
    FollowUp,
    Interaction,
    Numeric,
    fit_cox,
)
from tests.analytics.survival.oracle_data import ORACLES, oracle_table

ROBUST = {"": None, "true": True, "false": False}


def cases(table: pd.DataFrame) -> list[Any]:
    """The names of the cases in an oracle, in order."""
    return table["case"].drop_duplicates().tolist()


@cache
def frame(data: str) -> pd.DataFrame:
    """The rows of a data set, with the derived columns."""
    told = _table("regression_data").set_index("data").loc[data]
    rows = pd.read_csv(ORACLES / told["file"], float_precision="round_trip")
    if told["where"]:
        rows = rows.query(told["where"]).reset_index(drop=True)
    for one in filter(None, told["derived"].split("; ")):
        name, _, formula = one.partition(": ")
        found = rows.eval(formula)
        rows[name] = found.astype(int) if found.dtype == bool else found
    return rows


def follow_up(case: str) -> FollowUp:
    """The follow-up of a model."""
    told = _model(case)
    return FollowUp(
        frame=frame(told["data"]),
        time=told["time"],
        event=told["event"],
        entry=told["entry"] or None,
        strata=tuple(filter(None, told["strata"].split("|"))),
        cluster=told["cluster"] or None,
        weight=told["weight"] or None,
    )


def terms(case: str) -> list[Numeric | Factor | Interaction]:
    """The terms of a model."""
    return [term(one) for one in _model(case)["terms"].split("|")]


@cache
def fitted(case: str) -> CoxRegression:
    """The model fitted as the oracle says."""
    told = _model(case)
    return fit_cox(follow_up(case), terms(case), ties=told["ties"], robust=ROBUST[told["robust"]])


def term(text: str) -> Numeric | Factor | Interaction:
    """A term from `age`, `factor:sex:F` (with its reference) or `interaction:arm:age`."""
    kind, _, rest = text.partition(":")
    first, _, second = rest.partition(":")
    if kind == "factor":
        return Factor(first, reference=second)
    if kind == "interaction":
        return Interaction(Numeric(first), Numeric(second))
    return Numeric(text)


def _model(case: str) -> pd.Series:
    return _table("regression_models").set_index("case").loc[case]


@cache
def _table(name: str) -> pd.DataFrame:
    return pd.read_csv(ORACLES / f"{name}.csv", keep_default_na=False, dtype=str)


__all__ = ["cases", "fitted", "follow_up", "frame", "oracle_table", "term", "terms"]
