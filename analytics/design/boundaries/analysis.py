"""What a trial says at one of its looks, and what is still to be expected of it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import ndtr

from analytics.checks import require
from analytics.design.boundaries.conditional import (
    ConditionalPower,
    NormalPrior,
    conditional_power,
    conditional_rejection_probability,
    predictive_power,
)
from analytics.design.boundaries.course import Course
from analytics.design.boundaries.group_sequential import GroupSequential
from analytics.design.boundaries.repeated import (
    repeated_intervals,
    repeated_p_values,
    sequential_p_value,
)
from analytics.design.boundaries.stagewise import StagewiseEstimate, stagewise_estimate
from analytics.design.boundaries.stopping import Boundaries
from analytics.results import Result, registered

Decision = Literal["continue", "efficacy", "futility", "harm", "not shown"]
_WHOLE: tuple[Decision, ...] = ("efficacy", "harm")


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class LookAnalysis(Result):
    """One look of a trial.

    Parameters
    ----------
    look : int
        Counted from 1.
    information : float
    z : float
        Positive favours the treatment.
    z_efficacy, z_futility : float or None
        The bounds; None where there is none.
    decision : {"continue", "efficacy", "futility", "harm", "not shown"}
        Which bound was reached. Harm is the other side of a two-sided plan; not shown is an end
        without efficacy.
    estimate : float
        z / sqrt(information), the estimate of theta; not adjusted.
    p_value : float
        One-sided; not adjusted.
    repeated_p_value, repeated_lower, repeated_upper : float or None
        Adjusted for all looks; see `repeated_p_values` and `repeated_intervals`.
    conditional_rejection : float or None
        The type I error left to later looks, if the trial goes on; None at the last look.

    Examples
    --------
    >>> plan = GroupSequential(information_fractions=(0.5, 1.0))
    >>> seen = analyse(plan, information=(4.0,), z=(3.0,), planned_information=8.0)
    >>> seen.looks[0].decision, round(seen.looks[0].repeated_p_value, 4)
    ('efficacy', 0.0234)
    """

    look: int
    information: float
    z: float
    z_efficacy: float | None
    z_futility: float | None
    decision: Decision
    estimate: float
    p_value: float
    repeated_p_value: float | None
    repeated_lower: float | None
    repeated_upper: float | None
    conditional_rejection: float | None


_COLUMNS = [field.name for field in fields(LookAnalysis)]


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class InterimAnalysis(Result):
    """A trial at a look: bounds and decisions until now, adjusted estimates, and what is ahead.

    Theta is the effect for which z is normal with mean theta sqrt(information) and variance 1.
    With a hazard ratio HR, D events and r patients on treatment for each on control, theta is
    -log(HR) and the information D r / (1 + r)^2.

    Parameters
    ----------
    plan : GroupSequential
    planned_information : float
    information : tuple of float
        At all looks, past and to come.
    bounds : Boundaries
        At all looks, past and to come.
    as_planned : bool
        Whether each look counts as the planned one of its number.
    looks : tuple of LookAnalysis
        That have happened.
    decision : str
        Of the trial: at the first look that reached a bound that ends it, else at the latest.
    sequential_p_value : float or None
        The least alpha with which the trial would have shown efficacy by now.
    stopped : StagewiseEstimate or None
        Adjusted estimates; None while the trial goes on. For a stop for futility that is not
        binding: if the latest look is the last.
    conditional : tuple of ConditionalPower
        Under no effect, the current trend and, when given, an assumed effect; empty when the
        trial has ended, or has reached an efficacy bound.
    predictive_power : float or None
        Conditional power over the posterior distribution of theta.
    prior : NormalPrior or None
        None is flat.

    Examples
    --------
    >>> plan = GroupSequential(information_fractions=(0.5, 0.75, 1.0))
    >>> seen = analyse(plan, information=(165 / 4,), z=(1.9,), planned_information=330 / 4)
    >>> seen.decision, round(seen.predictive_power, 3)
    ('continue', 0.763)
    """

    plan: GroupSequential
    planned_information: float
    information: tuple[float, ...]
    bounds: Boundaries
    as_planned: bool
    looks: tuple[LookAnalysis, ...]
    decision: Decision
    sequential_p_value: float | None
    stopped: StagewiseEstimate | None
    conditional: tuple[ConditionalPower, ...]
    predictive_power: float | None
    prior: NormalPrior | None

    def to_frame(self) -> pd.DataFrame:
        """One row per look until now."""
        rows = [{name: getattr(look, name) for name in _COLUMNS} for look in self.looks]
        table = pd.DataFrame(rows, columns=_COLUMNS)
        numeric = [name for name in _COLUMNS if name not in ("look", "decision")]
        return table.astype(dict.fromkeys(numeric, "float64"))


def analyse(
    plan: GroupSequential,
    *,
    information: tuple[float, ...],
    z: tuple[float, ...],
    planned_information: float,
    final: bool = False,
    remaining: tuple[float, ...] | None = None,
    assumed_theta: float | None = None,
    prior: NormalPrior | None = None,
    as_planned: bool = False,
) -> InterimAnalysis:
    """Analyse a trial at its latest look.

    Bounds are those of `updated_boundaries`: errors are spent by the share of the planned
    information, correlations are those of the actual one.

    Parameters
    ----------
    plan : GroupSequential
    information : tuple of float
        At the looks until now, on the scale on which z has mean theta sqrt(information).
    z : tuple of float
        The statistic at these looks; positive favours the treatment.
    planned_information : float
        At the end of the trial.
    final : bool
        Whether the latest look is the last, with all of alpha spent. One that has reached the
        planned information is.
    remaining : tuple of float, optional
        Information at the looks to come; by default as planned.
    assumed_theta : float, optional
        An effect for conditional power; positive favours the treatment.
    prior : NormalPrior, optional
        Of theta, for predictive power; flat by default.
    as_planned : bool
        Keep the planned bounds and correlations, as if each look had come when planned; the
        information then only gives the scale of theta.

    Raises
    ------
    InputError
        When there is not one finite z for each look, or looks are not as `updated_boundaries`
        wants them.
    NotEstimableError
        When interim bounds of Wang-Tsiatis or Haybittle-Peto alone spend more than alpha.

    Examples
    --------
    >>> plan = GroupSequential(information_fractions=(0.5, 0.75, 1.0))
    >>> seen = analyse(
    ...     plan, information=(165 / 4, 248 / 4), z=(1.9, 2.6), planned_information=330 / 4
    ... )
    >>> seen.decision, round(float(np.exp(-seen.stopped.median_unbiased)), 3)
    ('efficacy', 0.721)
    """
    each = len(z) == len(information) and bool(np.isfinite(z).all())
    require(each, "each look has a finite z", z=z, information=information)
    sound = assumed_theta is None or bool(np.isfinite(assumed_theta))
    require(sound, "assumed_theta is finite", assumed_theta=assumed_theta)
    course = Course.of(
        plan,
        information,
        planned_information,
        final=final,
        remaining=remaining,
        as_planned=as_planned,
    )
    decisions = tuple(_decision(course, look, one) for look, one in enumerate(z, start=1))
    repeated = repeated_p_values(course, z)
    stop = _stop(course, decisions)
    may_go_on = stop is None or (decisions[stop - 1] == "futility" and not plan.binding)
    ahead = may_go_on and not course.ended
    return InterimAnalysis(
        plan=plan,
        planned_information=planned_information,
        information=course.information,
        bounds=course.bounds,
        as_planned=as_planned,
        looks=_looks(course, z, decisions, repeated),
        decision=decisions[-1] if stop is None else decisions[stop - 1],
        sequential_p_value=sequential_p_value(repeated),
        stopped=None if stop is None else stagewise_estimate(course, stop, z[stop - 1]),
        conditional=_conditional(course, z[-1], assumed_theta) if ahead else (),
        predictive_power=predictive_power(course, len(z), z[-1], prior) if ahead else None,
        prior=prior,
    )


def _decision(course: Course, look: int, z: float) -> Decision:
    bounds = course.bounds
    upper, futility = bounds.z_efficacy[look - 1], bounds.z_futility[look - 1]
    if upper is not None and z >= upper:
        return "efficacy"
    if upper is not None and bounds.sides == 2 and z <= -upper:
        return "harm"
    if futility is not None and z < futility:
        return "futility"
    return "not shown" if look == len(course.information) else "continue"


def _stop(course: Course, decisions: tuple[Decision, ...]) -> int | None:
    """The look that ended the trial, counted from 1."""
    binding: tuple[Decision, ...] = ("futility",) if course.plan.binding else ()
    for look, decision in enumerate(decisions, start=1):
        if decision in _WHOLE + binding:
            return look
    return None if decisions[-1] == "continue" else len(decisions)


def _looks(
    course: Course,
    z: tuple[float, ...],
    decisions: tuple[Decision, ...],
    repeated: tuple[float | None, ...],
) -> tuple[LookAnalysis, ...]:
    limits, found = repeated_intervals(course, z), []
    for place, one in enumerate(z):
        last = place + 1 == len(course.information)
        left = None if last else conditional_rejection_probability(course, place + 1, one)
        look = LookAnalysis(
            look=place + 1,
            information=course.information[place],
            z=one,
            z_efficacy=course.bounds.z_efficacy[place],
            z_futility=course.bounds.z_futility[place],
            decision=decisions[place],
            estimate=float(one / course.root_information[place]),
            p_value=float(ndtr(-one)),
            repeated_p_value=repeated[place],
            repeated_lower=limits[place][0],
            repeated_upper=limits[place][1],
            conditional_rejection=left,
        )
        found.append(look)
    return tuple(found)


def _conditional(course: Course, z: float, assumed: float | None) -> tuple[ConditionalPower, ...]:
    look = course.seen
    trend = float(z / course.root_information[look - 1])
    found = [
        conditional_power(course, look, z, theta=0.0, effect="null"),
        conditional_power(course, look, z, theta=trend, effect="current trend"),
    ]
    if assumed is not None:
        found.append(conditional_power(course, look, z, theta=assumed, effect="assumed"))
    return tuple(found)
