"""The trials that tests of milestones are about."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from analytics.milestones import TrialFollowUp

FOLDER = Path(__file__).parents[2] / "oracles"


def interim_trial() -> TrialFollowUp:
    """The 120 subjects of the reference cases, at month 12."""
    rows = pd.read_csv(FOLDER / "data" / "interim_trial.csv")
    return TrialFollowUp.from_subjects(
        entry=rows["entry"],
        time=rows["time"],
        status=rows["status"],
        arm=rows["arm"].astype(str),
        now=12,
    )


def oracle_rows(case: str) -> pd.DataFrame:
    """Reference values of a case; every one of them names its source."""
    table = pd.read_csv(FOLDER / "event_milestones.csv", float_precision="round_trip")
    assert table["source"].str.len().gt(0).all()
    return table[table["case"] == case]


def drawn_trial(seed: int, *, subjects: int = 150, now: float = 24.0) -> TrialFollowUp:
    """Exponential events and dropout in two arms, all in within 18 months, known at `now`."""
    rng = np.random.default_rng(seed)
    entry = np.sort(rng.uniform(0, 18, subjects))
    arm = np.where(np.arange(subjects) % 2, "B", "A")
    event = rng.exponential(np.where(arm == "A", 15.0, 22.0))
    dropout = rng.exponential(150.0, subjects)
    first = np.minimum(event, dropout)
    time = np.minimum(first, now - entry)
    status = np.where(first > now - entry, "at risk", np.where(event < dropout, "event", "dropout"))
    inside = entry <= now
    return TrialFollowUp.from_subjects(
        entry=entry[inside], time=time[inside], status=status[inside], arm=arm[inside], now=now
    )
