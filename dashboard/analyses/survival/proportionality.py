"""Whether one hazard ratio can describe the difference of arms: are hazards proportional?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.survival.counts import SurvivalCounts
from analytics.survival.milestones import difference_of_curves
from analytics.survival.regression import (
    Factor,
    FollowUp,
    check_proportional_hazards,
    fit_cox,
)

LEVEL = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """Times at which curves are apart, first one way and then the other.

    Parameters
    ----------
    arm, reference : str
        Whose curves.
    lower_at, higher_at : float
        A time at which the survival of the arm is below that of the reference, and one at which
        it is above, each beyond the pointwise confidence limits of the difference: the time at
        which it is furthest from 0 in its standard errors.
    """

    arm: str
    reference: str
    lower_at: float
    higher_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Proportionality:
    """What speaks against proportional hazards.

    Hazards look non-proportional when the test says so at the 5% level, or when curves cross
    beyond chance. Curves that merely touch or cross are no reason: with little between them,
    curves of proportional hazards cross too. As limits hold at each single time, not for whole
    curves, some of those still look crossed: 1 to 7 of 100 simulated trials of 100 to 400
    subjects with equal hazards.

    Parameters
    ----------
    statistic, degrees_of_freedom, p_value
        The score test of Grambsch and Therneau that no log hazard ratio changes with time (on
        the scale of the pooled Kaplan–Meier estimate), all arms together.
    crossings : tuple of Crossing
        Arms whose curves cross beyond chance.

    Examples
    --------
    >>> Proportionality(statistic=0.1, degrees_of_freedom=1, p_value=0.75).doubtful
    False
    """

    statistic: float
    degrees_of_freedom: int
    p_value: float
    crossings: tuple[Crossing, ...] = ()

    @property
    def doubtful(self) -> bool:
        """Whether hazards look non-proportional."""
        return self.p_value < LEVEL or bool(self.crossings)


def assess_proportionality(counts: SurvivalCounts) -> Proportionality:
    """Test proportional hazards of arms, stratified when the counts are, and look for crossings.

    Raises
    ------
    NotEstimableError
        When the hazard ratios have no estimate.

    Examples
    --------
    >>> counts = SurvivalCounts.from_subjects(
    ...     [6, 7, 10, 15, 19, 25, 1, 2, 3, 8, 12, 20], [1] * 12, arms=["A"] * 6 + ["B"] * 6
    ... )
    >>> round(assess_proportionality(counts).p_value, 3)
    0.423
    """
    rows = follow_up_of(counts)
    fit = fit_cox(rows, [Factor("arm", reference=counts.arms[0], levels=counts.arms)])
    whole = check_proportional_hazards(fit, rows).table.iloc[-1]
    return Proportionality(
        statistic=float(whole["statistic"]),
        degrees_of_freedom=int(whole["degrees_of_freedom"]),
        p_value=float(whole["p_value"]),
        crossings=_crossings(counts),
    )


def follow_up_of(counts: SurvivalCounts) -> FollowUp:
    """A row per subject of the counts: Efron's treatment of ties is one of subjects.

    Examples
    --------
    >>> counts = SurvivalCounts.from_subjects([5, 8, 8], [1, 1, 0], arms=["A", "A", "B"])
    >>> follow_up_of(counts).frame["event"].tolist()
    [1, 1, 0]
    """
    frame = counts.frame
    parts = [
        frame.loc[frame.index.repeat(frame[name]), ["arm", "stratum", "time"]].assign(event=event)
        for name, event in (("events", 1), ("censored", 0))
    ]
    return FollowUp(
        frame=pd.concat(parts, ignore_index=True),
        time="time",
        event="event",
        strata=("stratum",) if len(counts.strata) > 1 else (),
        endpoint=counts.endpoint,
        time_unit=counts.time_unit,
    )


def _crossings(counts: SurvivalCounts) -> tuple[Crossing, ...]:
    table = difference_of_curves(counts).table
    found = []
    for (arm, reference), rows in table.groupby(["arm", "reference"], sort=False):
        time, std_err = rows["time"].to_numpy(), rows["std_err"].to_numpy()
        with np.errstate(divide="ignore", invalid="ignore"):
            z = np.nan_to_num(rows["difference"].to_numpy() / std_err, posinf=0.0, neginf=0.0)
        below, above = (rows["upper"] < 0).any(), (rows["lower"] > 0).any()
        if below and above:
            found.append(
                Crossing(
                    arm=str(arm),
                    reference=str(reference),
                    lower_at=float(time[z.argmin()]),
                    higher_at=float(time[z.argmax()]),
                )
            )
    return tuple(found)
