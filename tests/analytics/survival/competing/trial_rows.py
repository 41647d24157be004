"""The data behind the competing-risks oracles, one row per subject."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.survival.competing import CompetingCounts
from tests.analytics.survival.oracle_data import ORACLES

ARMS = {
    "mgus2_by_sex": ("F", "M"),
    "transplant_by_abo": ("A", "B", "AB", "O"),
    "transplant_by_abo_and_sex": ("A", "B", "AB", "O"),
    "ties": ("A", "B", "C"),
    "ties_stratified": ("A", "B", "C"),
}
CAUSES = {
    "mgus2": ("progression", "death"),
    "transplant": ("ltx", "death", "withdraw"),
    "ties": ("rash", "death"),
}


def rows(name: str) -> pd.DataFrame:
    """`time`, `cause`, `arm`, `stratum` and the covariates of a data set."""
    return {"mgus2": _mgus2, "transplant": _transplant, "ties": _ties}[name.split("_")[0]](name)


def counts(name: str) -> CompetingCounts:
    """The same, counted."""
    table = rows(name)
    return CompetingCounts.from_subjects(
        table["time"],
        table["cause"].tolist(),
        arms=table["arm"].tolist(),
        strata=table["stratum"].tolist(),
        order=ARMS.get(name, ("all",)),
        cause_order=CAUSES[name.split("_")[0]],
    )


def _mgus2(name: str) -> pd.DataFrame:
    table = pd.read_csv(ORACLES / "data" / "mgus2.csv")
    died = np.where(table["death"] == 1, "death", "")
    return pd.DataFrame(
        {
            "time": np.where(table["pstat"] == 0, table["futime"], table["ptime"]),
            "cause": np.where(table["pstat"] == 1, "progression", died),
            "arm": table["sex"] if name == "mgus2_by_sex" else "all",
            "stratum": "",
            "male": (table["sex"] == "M").astype(int),
            "age": table["age"],
        }
    )


def _transplant(name: str) -> pd.DataFrame:
    table = pd.read_csv(ORACLES / "data" / "transplant.csv")
    return pd.DataFrame(
        {
            "time": table["futime"],
            "cause": table["event"].replace("censored", ""),
            "arm": "all" if name == "transplant" else table["abo"],
            "stratum": table["sex"] if name.endswith("sex") else "",
        }
    )


def _ties(name: str) -> pd.DataFrame:
    table = pd.read_csv(ORACLES / "data" / "competing_ties.csv", keep_default_na=False)
    indicators = {"b": (table["arm"] == "B").astype(int), "c": (table["arm"] == "C").astype(int)}
    return table.assign(**indicators, stratum=table["stratum"] if name != "ties" else "")
