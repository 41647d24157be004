"""What the design will recommend after each outcome that the next cohorts can have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.dosing.escalation.counts import Counts, Given
from analytics.dosing.escalation.design import EscalationDesign
from analytics.dosing.escalation.outcomes import Cohort, Outcomes
from analytics.results import Result, registered, require_columns

COLUMNS = ("depth", "parent", "path", "dose", "patients", "toxicities", "next_dose", "stop")
MOST_PATHS = 20_000


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TransitionPaths(Result):
    """The next cohorts, as a tree.

    Parameters
    ----------
    design : EscalationDesign
        What recommends.
    outcomes : Outcomes
        What has been seen.
    table : DataFrame
        One row per path: its `depth` from 1, its `parent` row (-1 at depth 1), the cohorts as a
        `path` such as "2NNT 3NNN"; of the last cohort `dose`, `patients`, `toxicities`; then
        `next_dose` (when the trial stops, the dose selected; 0 for none) and whether to `stop`.
    """

    design: EscalationDesign
    outcomes: Outcomes
    table: pd.DataFrame

    def __post_init__(self) -> None:
        require_columns(self.table, COLUMNS, "one row per path")

    def to_frame(self) -> pd.DataFrame:
        """The table of paths."""
        return self.table.copy()


def transition_paths(
    design: EscalationDesign, outcomes: Outcomes, *, depth: int = 2
) -> TransitionPaths:
    """All outcomes of the next cohorts, with what the design recommends after each.

    Parameters
    ----------
    design : EscalationDesign
        Any.
    outcomes : Outcomes
        What has been seen.
    depth : int
        Cohorts to look ahead, 1 to 4.

    Raises
    ------
    NotEstimableError
        The trial has ended, or there are more than 20,000 paths.

    References
    ----------
    Yap, Billingham, Cheung, Craddock and O'Quigley (2017), Clinical Cancer Research 23:7440-7447.

    Examples
    --------
    >>> from analytics.dosing.escalation import ThreePlusThree
    >>> design = EscalationDesign(method=ThreePlusThree(doses=3), most_patients=18)
    >>> found = transition_paths(design, Outcomes(doses=3), depth=1).to_frame()
    >>> found[["path", "next_dose", "stop"]].to_numpy().tolist()
    [['1NNN', 2, False], ['1NNT', 1, False], ['1NTT', 0, True], ['1TTT', 0, True]]
    """
    require(1 <= depth <= 4, "1 <= depth <= 4", depth=depth)
    start = design.recommend(outcomes)
    if start.stop:
        raise NotEstimableError("The trial has ended: no cohort follows.")
    assert start.dose is not None
    rows: list[tuple[int, int, str, int, int, int, int, bool]] = []
    going = [(-1, outcomes, start.dose, start.patients)]
    for level in range(1, depth + 1):
        going = _level(design, going, level, rows)
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return TransitionPaths(design=design, outcomes=outcomes, table=table)


def _level(
    design: EscalationDesign,
    going: list[tuple[int, Outcomes, int, int]],
    level: int,
    rows: list[tuple[int, int, str, int, int, int, int, bool]],
) -> list[tuple[int, Outcomes, int, int]]:
    """Add every outcome of one more cohort; what goes on."""
    children = [
        (parent, before.followed_by(Cohort(dose=dose, patients=size, toxicities=toxicities)))
        for parent, before, dose, size in going
        for toxicities in range(size + 1)
    ]
    if len(rows) + len(children) > MOST_PATHS:
        raise NotEstimableError(f"There are more than {MOST_PATHS:,} paths; look less far ahead.")
    if not children:
        return []
    decided = design.decide(*_together([after for _, after in children]))
    followed = []
    for i, (parent, after) in enumerate(children):
        last, stop = after.cohorts[-1], int(decided.doses[i]) == 0
        path = " ".join(map(str, after.cohorts[-level:]))
        found = int((decided.selected if stop else decided.doses)[i])
        numbers = last.dose, last.patients, last.toxicities
        if not stop:
            followed.append((len(rows), after, found, int(decided.patients[i])))
        rows.append((level, parent, path, *numbers, found, stop))
    return followed


def _together(outcomes: list[Outcomes]) -> tuple[Counts, Given]:
    last = [one.cohorts[-1] for one in outcomes]
    counts = Counts.of(
        [one.patients for one in outcomes],
        [one.toxicities for one in outcomes],
    )
    given = Given(
        rows=np.arange(len(outcomes)),
        doses=np.array([one.dose for one in last]),
        patients=np.array([one.patients for one in last]),
        toxicities=np.array([one.toxicities for one in last]),
    )
    return counts, given
