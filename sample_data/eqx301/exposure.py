"""Exposure of EQX-301: what adverse events do to the dose, and ADEX."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from sample_data.eqx301.protocol import DOSE_LEVELS

# Chances by grade 1 to 5 for events that do not stop treatment.
_REDUCED = np.array([0.00, 0.02, 0.14, 0.12, 0.00])
_INTERRUPTED = np.array([0.01, 0.05, 0.25, 0.50, 0.00])
_REDUCED_TEXT, _INTERRUPTED_TEXT = "DOSE REDUCED", "DRUG INTERRUPTED"
_UNCHANGED_TEXT, _WITHDRAWN_TEXT = "DOSE NOT CHANGED", "DRUG WITHDRAWN"


def draw_actions(
    events: pd.DataFrame, subjects: pd.DataFrame, rng: Generator
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """AEACN of each event, and for how many days the dose is interrupted.

    Doses change on the day after onset. At most two reductions are possible; further
    ones become interruptions. The last day of treatment is always dosed.

    Parameters
    ----------
    events : DataFrame
        `row`, `onset`, `grade`, `stops`; in order of subject and onset.
    subjects : DataFrame
        With `end_day`.
    rng : Generator
    """
    grade = events["grade"].to_numpy() - 1
    chance, days = rng.random(len(events)), rng.integers(5, 22, size=len(events))
    change, end = _changes(events, subjects)
    free = ~events["stops"].to_numpy(dtype=bool) & (change < end)
    reduced = free & (chance < _REDUCED[grade])
    interrupted = free & ~reduced & (chance < _REDUCED[grade] + _INTERRUPTED[grade])
    earlier = pd.Series(reduced).groupby(events["row"].to_numpy()).cumsum().to_numpy()
    too_many = reduced & (earlier > len(DOSE_LEVELS) - 1)
    reduced, interrupted = reduced & ~too_many, interrupted | too_many
    action = np.full(len(events), _UNCHANGED_TEXT, dtype=object)
    action[events["stops"].to_numpy(dtype=bool)] = _WITHDRAWN_TEXT
    action[reduced], action[interrupted] = _REDUCED_TEXT, _INTERRUPTED_TEXT
    return action, np.where(interrupted, np.minimum(days, end - change), 0)


def _changes(
    events: pd.DataFrame, subjects: pd.DataFrame
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    end = subjects["end_day"].to_numpy()[events["row"].to_numpy()]
    return np.floor(events["onset"].to_numpy()).astype(np.int64) + 1, end


def dose_periods(
    events: pd.DataFrame,
    subjects: pd.DataFrame,
    action: NDArray[np.object_],
    pause_days: NDArray[np.int64],
) -> pd.DataFrame:
    """Periods of constant dose: `row`, `first`, `last` (days since first dose), `dose`.

    Examples
    --------
    >>> subjects = pd.DataFrame({"treated": [True], "end_day": [99]})
    >>> events = pd.DataFrame({"row": [0], "onset": [9.5]})
    >>> action, days = np.array(["DRUG INTERRUPTED"]), np.array([5])
    >>> dose_periods(events, subjects, action, days)[["first", "last", "dose"]].values.tolist()
    [[0.0, 9.0, 200.0], [10.0, 14.0, 0.0], [15.0, 99.0, 200.0]]
    """
    row = events["row"].to_numpy()
    day, _ = _changes(events, subjects)
    reduced, paused = action == _REDUCED_TEXT, action == _INTERRUPTED_TEXT
    treated = np.flatnonzero(subjects["treated"])
    steps = pd.concat(
        [
            pd.DataFrame({"row": treated, "first": 0, "lower": 0, "pause": 0}),
            pd.DataFrame({"row": row[reduced], "first": day[reduced], "lower": 1, "pause": 0}),
            pd.DataFrame({"row": row[paused], "first": day[paused], "lower": 0, "pause": 1}),
            pd.DataFrame(
                {
                    "row": row[paused],
                    "first": (day + pause_days)[paused],
                    "lower": 0,
                    "pause": -1,
                }
            ),
        ]
    )
    steps = steps.groupby(["row", "first"], as_index=False)[["lower", "pause"]].sum()
    running = steps.groupby("row")[["lower", "pause"]].cumsum()
    dose = np.array(DOSE_LEVELS)[running["lower"].to_numpy()]
    steps["dose"] = np.where(running["pause"] > 0, 0.0, dose)
    same = (steps["row"].shift() == steps["row"]) & (steps["dose"].shift() == steps["dose"])
    periods = steps.loc[~same, ["row", "first", "dose"]].reset_index(drop=True)
    following = periods.groupby("row")["first"].shift(-1)
    end = pd.Series(subjects["end_day"].to_numpy()[periods["row"].to_numpy()])
    periods["last"] = (following - 1).fillna(end).astype(int)
    return periods[["row", "first", "last", "dose"]]


def build_adex(adsl: pd.DataFrame, periods: pd.DataFrame) -> pd.DataFrame:
    """ADEX: one record per dosing period, and per-subject summaries.

    Parameters
    ----------
    adsl : DataFrame
        ADSL in the order of the subjects' rows.
    periods : DataFrame
        From `dose_periods`.
    """
    person = ["STUDYID", "USUBJID", "SUBJID", "SITEID", "TRT01A", "TRT01AN", "TRTSDT", "TRTEDT"]
    frame = periods.join(adsl[person], on="row").rename(
        columns={"TRT01A": "TRTA", "TRT01AN": "TRTAN"}
    )
    frame["ASTDT"] = frame["TRTSDT"] + pd.to_timedelta(frame["first"], unit="D")
    frame["AENDT"] = frame["TRTSDT"] + pd.to_timedelta(frame["last"], unit="D")
    frame["EXDOSE"], frame["EXDOSU"], frame["EXTRT"] = frame["dose"], "mg", frame["TRTA"]
    frame["days"] = frame["last"] - frame["first"] + 1.0
    lowered = frame["dose"] < frame.groupby("row")["dose"].cummax()
    frame["ADJREAS"] = np.where(lowered, "ADVERSE EVENT", "")
    records = frame.assign(PARAMCD="DOSE", PARAM="Daily dose in period (mg)", AVAL=frame["dose"])
    parts = [records, *_summaries(frame)]
    both = pd.concat(parts, ignore_index=True)
    both["order"] = both["PARAMCD"].map({code: i for i, code in enumerate(("DOSE", *_SUMMARIES))})
    both = both.sort_values(["USUBJID", "order", "ASTDT"], kind="stable").reset_index(drop=True)
    both["EXSEQ"] = both.groupby("USUBJID").cumcount() + 1.0
    both["ASTDY"] = (both["ASTDT"] - both["TRTSDT"]).dt.days + 1.0
    both["AENDY"] = (both["AENDT"] - both["TRTSDT"]).dt.days + 1.0
    return both


_SUMMARIES = {
    "TRTDUR": "Duration of treatment (days)",
    "CUMDOSE": "Cumulative dose (mg)",
    "RDI": "Relative dose intensity (%)",
    "NREDUC": "Dose reductions (number)",
    "NINTER": "Dose interruptions (number)",
}


def _summaries(frame: pd.DataFrame) -> list[pd.DataFrame]:
    amount = (frame["dose"] * frame["days"]).groupby(frame["row"]).sum()
    days = frame["days"].groupby(frame["row"]).sum()
    given = frame["dose"].where(frame["dose"] > 0)
    values = {
        "TRTDUR": days,
        "CUMDOSE": amount,
        "RDI": (100 * amount / (days * DOSE_LEVELS[0])).round(1),
        "NREDUC": given.groupby(frame["row"]).nunique() - 1,
        "NINTER": (frame["dose"] == 0).groupby(frame["row"]).sum(),
    }
    first = frame.drop_duplicates("row").set_index("row")
    blank = {"EXDOSE": np.nan, "EXDOSU": "", "ADJREAS": ""}
    return [
        first.assign(
            PARAMCD=code,
            PARAM=_SUMMARIES[code],
            AVAL=value.astype(float),
            ASTDT=first["TRTSDT"],
            AENDT=first["TRTEDT"],
            **blank,
        )
        for code, value in values.items()
    ]
