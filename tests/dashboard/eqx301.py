"""What tests of outcomes need of EQX-301: its tables as plain frames, and reference values."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import duckdb
import pandas as pd

from dashboard.access.key import snapshot_key
from queries.encryption import attach
from queries.store import Store
from queries.workspace import open_workspace

ORACLE = Path(__file__).parents[1] / "oracles" / "eqx301_outcomes.csv"
ARMS = ("Placebo", "Lumarestat 200 mg")


def snapshot_path(home: Path, study: str = "EQX-301") -> Path:
    with open_workspace(home) as workspace:
        snapshot = workspace.current_snapshot(study)
        assert snapshot is not None
        return workspace.path(snapshot)


def table_of(store: Store, dataset: str) -> pd.DataFrame:
    """A dataset as it was imported, through no question of the store."""
    with duckdb.connect(":memory:") as connection:
        attach(connection, store.path, snapshot_key())
        return connection.execute(f"SELECT * FROM snapshot.{dataset}").df()


@cache
def oracle(case: str) -> pd.DataFrame:
    """The reference values of one analysis; every one of them names its source."""
    table = pd.read_csv(ORACLE, float_precision="round_trip")
    assert table["source"].str.len().gt(0).all()
    return table[table["case"] == case]
