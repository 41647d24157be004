"""The data behind the survival oracles, as tests/oracles/survival_data.csv describes them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest
from lifelines import datasets

from analytics.survival import SurvivalCounts

ORACLES = Path(__file__).parents[2] / "oracles"


def oracle_table(name: str) -> pd.DataFrame:
    """The rows of an oracle; every one of them names its source."""
    table = pd.read_csv(
        ORACLES / f"{name}.csv",
        keep_default_na=False,
        na_values={"expected": ""},
        float_precision="round_trip",
    )
    assert table["source"].str.len().gt(0).all()
    return table


def cases(table: pd.DataFrame, *columns: str) -> list[Any]:
    """One parameter per case: its name and the other columns that are its inputs."""
    inputs = table[["case", *columns]].drop_duplicates()
    assert inputs["case"].is_unique
    return [pytest.param(row, id=row.case) for row in inputs.itertuples(index=False)]


def agree(rows: pd.DataFrame, found: Callable[[Any], float], *, absolute: float = 1e-12) -> None:
    """Each row's expected value is found, within its relative tolerance."""
    assert len(rows)
    for row in rows.itertuples(index=False):
        expected = pytest.approx(row.expected, rel=row.tolerance, abs=absolute, nan_ok=True)
        assert found(row) == expected, str(row)


def subjects(name: str, trial_data: Path | None) -> pd.DataFrame:
    """One row per subject: time, event, arm, stratum."""
    told = _descriptions().loc[name]
    rows = _rows(told["file"], trial_data)
    if told["where"]:
        rows = rows.query(told["where"])
    return pd.DataFrame(
        {
            "time": rows.eval(told["time"]).astype(float),
            "event": rows.eval(told["event"]).astype(int),
            "arm": rows[told["arm"]].astype(str) if told["arm"] else "all",
            "stratum": _joined(rows, told["strata"].split("|")) if told["strata"] else "",
        }
    ).reset_index(drop=True)


def counts(name: str, trial_data: Path | None) -> SurvivalCounts:
    """The same, counted."""
    rows = subjects(name, trial_data)
    told = _descriptions().loc[name]
    return SurvivalCounts.from_subjects(
        rows["time"],
        rows["event"],
        arms=rows["arm"].tolist(),
        strata=rows["stratum"].tolist(),
        order=tuple(told["arms"].split("|")) if told["arms"] else ("all",),
    )


def needs_trial_data(name: str) -> bool:
    """Whether the data are in the folder that is not part of the repository."""
    return str(_descriptions().loc[name, "file"]).startswith("trial:")


@cache
def _descriptions() -> pd.DataFrame:
    table = pd.read_csv(ORACLES / "survival_data.csv", keep_default_na=False, dtype=str)
    return table.set_index("data")


def _rows(file: str, trial_data: Path | None) -> pd.DataFrame:
    if file == "lifelines:gbsg2":
        return datasets.load_gbsg2()
    if file.startswith("trial:"):
        assert trial_data is not None
        return pyreadstat.read_xport(trial_data / file.removeprefix("trial:"))[0]
    return pd.read_csv(ORACLES / file, float_precision="round_trip")


def _joined(rows: pd.DataFrame, columns: list[str]) -> pd.Series:
    return rows[columns].astype(str).agg(", ".join, axis=1)
