"""Which share of an arm is at each dose, day by day since first dose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered, require_columns
from analytics.safety.exposure.dose_levels import dose_levels
from analytics.safety.exposure.dosing import Dosing

OFF = "Off treatment"
COLUMNS = ("arm", "day", "level", "subjects", "of", "share")
Floats = NDArray[np.float64]
Days = NDArray[np.int64]

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
    parts, longest = [], int(states["end"].max())
    for arm in dosing.arms:
        own = states[states["arm"] == arm]
        if not own.empty:
            known = dosing.subjects[dosing.subjects["subject"].isin(own["subject"])]
            parts.append(_arm(arm, own, known, order, _grid(known, longest, days)))
    table = pd.concat(parts, ignore_index=True)
    return DoseOverTime(
        table=table[list(COLUMNS)],
        levels=(*order, OFF),
        arms=tuple(table["arm"].unique()),
    )


def _followed(subjects: pd.DataFrame) -> Floats:
    """Days that each subject could be seen for, on treatment or off."""
    # Without a data cut, somebody whose treatment goes on is known only as far as that treatment.
    days = subjects["days"].to_numpy(dtype=float)
    known = np.where(subjects["ongoing"], days, np.inf)
    followed = subjects["followed"].to_numpy(dtype=float)
    seen: Floats = np.maximum(np.where(np.isnan(followed), known, followed), days)
    return seen


def _grid(subjects: pd.DataFrame, longest: int, days: int) -> Days:
    """The days that are counted: to the last on which anybody of any arm is treated."""
    followed = np.sort(_followed(subjects))[::-1]
    enough = followed[min(_FEWEST, followed.size) - 1]
    last = max(1, int(min(enough, longest)))
    return np.unique(np.linspace(1, last, min(days, last)).round().astype(np.int64))


def _arm(
    arm: str, states: pd.DataFrame, subjects: pd.DataFrame, order: tuple[str, ...], grid: Days
) -> pd.DataFrame:
    followed = _followed(subjects)
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


def _at(states: pd.DataFrame, chosen: NDArray[np.bool_], seen: Floats, grid: Days) -> Days:
    """Subjects at a level on each day: the periods begun by then, but for those ended before."""
    start, end = states["start"].to_numpy()[chosen], states["end"].to_numpy()[chosen]
    until = np.minimum(end, seen[chosen])
    begun = np.searchsorted(np.sort(start[until >= start]), grid, side="right")
    ended = np.searchsorted(np.sort(until[until >= start]), grid, side="left")
    return np.asarray(begun - ended, dtype=np.int64)
