"""Which share of an arm is at each dose, day by day since first dose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered, require_columns
from analytics.safety.exposure.dose_levels import dose_levels
from analytics.safety.exposure.dosing import Dosing

OFF = "Off treatment"
COLUMNS = ("arm", "day", "level", "subjects", "of", "share")
_FEWEST = 10


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DoseOverTime(Result):
    """Subjects by dose, at some days.

    Parameters
    ----------
    table : DataFrame
        `arm`, `day`, `level`, `subjects`, `of` (those followed to that day, on treatment or off)
        and `share`; the shares of an arm and day add up to 1.
    levels : tuple of str
        Highest dose first, then "Interrupted", then "Off treatment".
    arms : tuple of str
        Those with doses on record.
    """

    table: pd.DataFrame
    levels: tuple[str, ...]
    arms: tuple[str, ...]

    def __post_init__(self) -> None:
        require_columns(self.table, COLUMNS, "doses over time")

    def to_frame(self) -> pd.DataFrame:
        """One row per arm, day and level."""
        return self.table.copy()


def follow_doses(dosing: Dosing, *, days: int = 120) -> DoseOverTime:
    """Count the subjects of each arm at each dose.

    A day counts those whose first dose lies at least so long before the data cut, whether they
    are on treatment or have stopped: who could not yet be seen on a day is not counted as being
    off treatment then. An arm ends where fewer than 10 of them are left (or fewer than it has,
    in smaller arms).

    Parameters
    ----------
    dosing : Dosing
    days : int
        At about so many days, evenly spread.

    Raises
    ------
    NotEstimableError
        When no subject has a dose on record.

    Examples
    --------
    >>> subjects = pd.DataFrame(
    ...     {"subject": ["1", "2"], "arm": "A", "days": [4, 2], "ongoing": False, "followed": 9.0}
    ... )
    >>> periods = pd.DataFrame({"subject": ["1", "2"], "start": 1, "end": [4, 2], "dose": 50.0})
    >>> followed = follow_doses(Dosing.of(subjects, periods, arms=("A",), unit="mg"))
    >>> followed.table.query("day == 3")[["level", "subjects", "share"]]
               level  subjects  share
    4          50 mg         1    0.5
    5  Off treatment         1    0.5
    """
    require(days >= 2, "days >= 2", days=days)
    level, order = dose_levels(dosing)
    states = dosing.states().assign(level=level)
    if states.empty:
        raise NotEstimableError("No subject of this cohort has a dose on record.")
    parts = []
    for arm in dosing.arms:
        own = states[states["arm"] == arm]
        if not own.empty:
            known = dosing.subjects[dosing.subjects["subject"].isin(own["subject"])]
            parts.append(_arm(arm, own, known, order, days))
    table = pd.concat(parts, ignore_index=True)
    return DoseOverTime(
        table=table[list(COLUMNS)],
        levels=(*order, OFF),
        arms=tuple(table["arm"].unique()),
    )


def _arm(
    arm: str, states: pd.DataFrame, subjects: pd.DataFrame, order: tuple[str, ...], days: int
) -> pd.DataFrame:
    # Without a data cut, somebody whose treatment goes on is known only as far as that treatment.
    known = subjects["days"].astype(float).where(subjects["ongoing"], np.inf)
    followed = subjects["followed"].fillna(known).to_numpy(dtype=float)
    last = _last_day(followed, int(subjects["days"].max()))
    grid = np.unique(np.linspace(1, last, min(days, last)).round().astype(np.int64))
    seen = states["subject"].map(dict(zip(subjects["subject"], followed, strict=True))).to_numpy()
    of = (followed[:, None] >= grid).sum(axis=0)
    on = {name: _at(states, states["level"].to_numpy() == name, seen, grid) for name in order}
    on[OFF] = of - sum(on.values())
    table = pd.DataFrame({"day": grid, "of": of, **on}).melt(
        ["day", "of"], var_name="level", value_name="subjects"
    )
    table["place"] = table["level"].map({name: place for place, name in enumerate(on)})
    table = table.sort_values(["day", "place"], ignore_index=True)
    return table.assign(arm=arm, share=table["subjects"] / table["of"])


def _at(states: pd.DataFrame, chosen: np.ndarray, seen: np.ndarray, grid: np.ndarray) -> np.ndarray:
    start, end = states["start"].to_numpy()[chosen], states["end"].to_numpy()[chosen]
    until = np.minimum(end, seen[chosen])
    begun = np.searchsorted(np.sort(start[until >= start]), grid, side="right")
    ended = np.searchsorted(np.sort(until[until >= start]), grid, side="left")
    return np.asarray(begun - ended)


def _last_day(followed: np.ndarray, longest: int) -> int:
    """The last day that at least 10 subjects are followed to, and somebody is treated on."""
    fewest = min(_FEWEST, followed.size)
    enough = np.sort(followed)[::-1][fewest - 1]
    return max(1, int(min(enough, longest)))
