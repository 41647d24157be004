"""Doses as levels: as they are where they are few, else as shares of a subject's first dose."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.safety.exposure.dosing import Dosing

OTHER_LEVELS = ("Interrupted", "Before treatment", "After treatment")
"""What is no dose: days of treatment without one, and days outside treatment."""

PLACEBO = " (placebo)"  # what a dose of 0 is when it is given and no interruption
INTERRUPTED = OTHER_LEVELS[0]
_MOST = 8
_SHARES = {"<50% of first dose": 0.5, "50–<75% of first dose": 0.75, "75–<100% of first dose": 1.0}
_FULL, _MORE = "First dose", "Above first dose"
_ROUNDING = 1e-9


def dose_levels(dosing: Dosing) -> tuple[pd.Series, tuple[str, ...]]:
    """The level of each row of `dosing.states()`, and all levels, highest first.

    Up to eight different doses are levels of their own; more, as when doses go by body weight,
    are taken relative to the first dose that the subject was given.

    Returns
    -------
    tuple of Series and tuple of str
        The last of the levels is "Interrupted" where there is an interruption.

    Examples
    --------
    >>> subjects = pd.DataFrame(
    ...     {"subject": ["1"], "arm": "A", "days": 9, "ongoing": False, "followed": np.nan}
    ... )
    >>> periods = pd.DataFrame({"subject": "1", "start": [1, 8], "end": [5, 9], "dose": [100, 50]})
    >>> levels, order = dose_levels(Dosing.of(subjects, periods, arms=("A",), unit="mg"))
    >>> levels.tolist(), order
    (['100 mg', 'Interrupted', '50 mg'], ('100 mg', '50 mg', 'Interrupted'))
    """
    states = dosing.states()
    doses = np.unique(states["dose"][states["given"]])[::-1]
    if doses.size <= _MOST:
        unit = f" {dosing.unit}" if dosing.unit else ""
        names = {dose: f"{dose:g}{unit}{'' if dose else PLACEBO}" for dose in doses}
        level, order = states["dose"].map(names), tuple(dict.fromkeys(names.values()))
    else:
        level, order = _relative(states), (_MORE, _FULL, *reversed(_SHARES))
    level = level.where(states["given"], INTERRUPTED)
    known = set(level)
    return level, tuple(name for name in (*order, INTERRUPTED) if name in known)


def _relative(states: pd.DataFrame) -> pd.Series:
    first = states["dose"].where(states["given"]).groupby(states["subject"]).transform("first")
    share = (states["dose"] / first.where(first > 0)).fillna(1.0).to_numpy()
    level = np.full(len(states), _MORE, dtype=object)
    level[share <= 1 + _ROUNDING] = _FULL
    for name, below in reversed(_SHARES.items()):
        level[share < below - _ROUNDING] = name
    return pd.Series(level, index=states.index)
