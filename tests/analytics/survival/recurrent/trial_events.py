"""The data behind the recurrent-event oracles."""

from __future__ import annotations

import pandas as pd

from analytics.survival.recurrent import RecurrentEvents
from tests.analytics.survival.oracle_data import ORACLES


def trial_rows(name: str) -> pd.DataFrame:
    """The (start, stop] rows as R has them: subject, arm, start, stop, event, stratum, ..."""
    table = pd.read_csv(ORACLES / "data" / f"{name}.csv").rename(
        columns={"tstart": "start", "tstop": "stop", "status": "event", "treat": "arm", "rx": "arm"}
    )
    table = table.rename(columns={"enum": "stratum", "id": "subject"})
    # Names in the order of the numbers, so that rows can be compared as they stand.
    return table.assign(subject=table["subject"].map("{:03d}".format), arm=table["arm"].astype(str))


def trial_events(name: str) -> RecurrentEvents:
    """The same as subjects and their events."""
    if name == "recurrent":
        return _with_deaths()
    table = trial_rows(name)
    followup = table.groupby("subject", as_index=False).agg(
        arm=("arm", "first"), end=("stop", "max")
    )
    happened = table[table["event"] == 1].rename(columns={"stop": "time"})
    return RecurrentEvents(
        followup=followup.assign(died=0),
        events=happened[["subject", "time"]],
        arms=tuple(sorted(table["arm"].unique())),
    )


def _with_deaths() -> RecurrentEvents:
    followup, events = (
        pd.read_csv(ORACLES / "data" / f"recurrent_{what}.csv", dtype={"subject": str})
        for what in ("subjects", "events")
    )
    return RecurrentEvents(followup=followup, events=events, arms=("A", "B"))
