"""Solves a plan's rules for bounds on z, at its own looks or at others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtri

from analytics.checks import NotEstimableError
from analytics.design.boundaries.recursion import FAR, spent_boundaries, stop_probabilities
from analytics.design.boundaries.rules import (
    BetaSpending,
    FixedFutility,
    HaybittlePeto,
    NoEfficacyStop,
    WangTsiatis,
)
from analytics.design.boundaries.stopping import Boundaries

if TYPE_CHECKING:
    from analytics.design.boundaries.group_sequential import GroupSequential

Floats = NDArray[np.float64]
MOST_DRIFT = 20.0
_KEPT = 512  # plans, a few hundred bytes each


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Looks:
    """When looks happen.

    Parameters
    ----------
    share : array
        Of the errors, on the scale of the planned information, that may be spent by each look;
        the last is 1.
    root : array
        sqrt(information), in any unit.
    """

    share: Floats
    root: Floats

    @classmethod
    def planned(cls, plan: GroupSequential) -> Self:
        """Those of the plan, full information being 1."""
        share = np.array(plan.information_fractions)
        return cls(share=share, root=np.sqrt(share))


@lru_cache(maxsize=_KEPT)
def planned_boundaries(plan: GroupSequential) -> Boundaries:
    """The bounds at the plan's own looks."""
    return boundaries_of(plan, Looks.planned(plan), plan.information_fractions)


def boundaries_of(
    plan: GroupSequential, looks: Looks, information_fractions: tuple[float, ...]
) -> Boundaries:
    """The bounds at any looks; their information over the planned one goes with the result."""
    drift = spending_drift(plan)
    lower, upper = bounds_at(plan, looks, drift)
    if (upper <= -FAR).any():
        raise NotEstimableError(
            f"Binding stops for futility leave less than the type I error of {plan.alpha:g}."
        )
    return Boundaries.of(
        information_fractions=information_fractions,
        lower=lower,
        upper=upper,
        sides=plan.sides,
        binding=plan.binding,
        drift=drift,
    )


@lru_cache(maxsize=_KEPT)
def spending_drift(plan: GroupSequential) -> float | None:
    """The drift under which the futility bounds spend beta and the power is 1 - beta."""
    if not isinstance(plan.futility, BetaSpending):
        return None
    looks, power = Looks.planned(plan), 1 - plan.futility.beta

    def gap(drift: float) -> float:
        return _power_at(drift, looks.root, *bounds_at(plan, looks, drift)) - power

    return _drift_of(gap, fixed_drift(plan, power), power)


def drift_for(plan: GroupSequential, power: float) -> float:
    """The drift at which the trial succeeds with a given probability."""
    bounds, root = planned_boundaries(plan), Looks.planned(plan).root
    lower, upper = bounds.lower, bounds.upper
    return _drift_of(
        lambda drift: _power_at(drift, root, lower, upper) - power, fixed_drift(plan, power), power
    )


def fixed_drift(plan: GroupSequential, power: float) -> float:
    """What a trial with no look before the end needs; no other test of this size needs less."""
    return float(ndtri(power) - ndtri(plan.alpha / plan.sides))


def bounds_at(plan: GroupSequential, looks: Looks, drift: float | None) -> tuple[Floats, Floats]:
    """Lower and upper bounds on z; `drift`, at information 1, is what beta spending needs."""
    lower, upper = spent_at(plan, looks, drift)
    given = isinstance(plan.efficacy, WangTsiatis | HaybittlePeto)
    if given and looks.share.size > 1 and upper[-1] >= FAR:
        raise NotEstimableError(
            f"The interim bounds alone spend more than the type I error of {plan.alpha:g}."
        )
    if plan.futility is not None:
        lower[-1] = upper[-1]
    return lower, upper


def spent_at(plan: GroupSequential, looks: Looks, drift: float | None) -> tuple[Floats, Floats]:
    """Like `bounds_at`, but the last bound is far away when nothing of alpha is left for it."""
    fixed, futility = _fixed_efficacy(plan, looks, drift), _fixed_futility(plan, looks)
    return _solved(plan, looks, fixed, futility, drift)


def efficacy_with(plan: GroupSequential, alpha: float, looks: Looks, lower: Floats) -> Floats:
    """Efficacy bounds with another alpha; binding futility bounds stay what they are.

    Parameters
    ----------
    plan : GroupSequential
    alpha : float
    looks : Looks
    lower : array
        Futility bounds at these looks.
    """
    held = FixedFutility(z=planned_boundaries(plan).z_futility[:-1]) if plan.binding else None
    other = replace(plan, alpha=alpha, futility=held)
    return _solved(other, looks, _fixed_efficacy(other, looks, None), lower, None)[1]


def _solved(
    plan: GroupSequential, looks: Looks, fixed: Floats, futility: Floats, drift: float | None
) -> tuple[Floats, Floats]:
    return spent_boundaries(
        looks.root,
        _alpha_spent(plan, looks.share),
        fixed,
        _beta_steps(plan, looks.share),
        futility,
        drift or 0.0,
        plan.binding,
        plan.sides == 2,
    )


def _alpha_spent(plan: GroupSequential, share: Floats) -> Floats:
    """Of one side, by each look; only the last counts where interim bounds are given."""
    total = plan.alpha / plan.sides
    if isinstance(plan.efficacy, WangTsiatis | HaybittlePeto | NoEfficacyStop):
        return np.full(share.size, total)
    return plan.efficacy.spent(share, total)


def _fixed_efficacy(plan: GroupSequential, looks: Looks, drift: float | None) -> Floats:
    """Bounds that a rule gives at interim looks; the last bound takes what is left."""
    bounds = np.full(looks.share.size, np.nan)
    if isinstance(plan.efficacy, WangTsiatis):
        level = _wang_tsiatis_level(plan, drift if plan.binding else None)
        bounds[:-1] = level * looks.share[:-1] ** (plan.efficacy.delta - 0.5)
        if np.array_equal(looks.root, Looks.planned(plan).root):
            bounds[-1] = level
    elif isinstance(plan.efficacy, HaybittlePeto):
        bounds[:-1] = plan.efficacy.z
    elif isinstance(plan.efficacy, NoEfficacyStop):
        bounds[:-1] = FAR
    return bounds


@lru_cache(maxsize=_KEPT)
def _wang_tsiatis_level(plan: GroupSequential, drift: float | None) -> float:
    """The bound at full information with which the planned looks spend alpha."""
    assert isinstance(plan.efficacy, WangTsiatis)
    looks = Looks.planned(plan)
    shape, futility = looks.share ** (plan.efficacy.delta - 0.5), _fixed_futility(plan, looks)
    null, total = np.zeros(shape.size), plan.alpha / plan.sides

    def excess(level: float) -> float:
        upper = level * shape
        lower = -upper if plan.sides == 2 else np.full(shape.size, -FAR)
        if plan.binding:
            lower = _solved(plan, looks, upper, futility, drift)[0]
        return float(stop_probabilities(looks.root, null, lower, upper)[1].sum() - total)

    alone, apart = -ndtri(total), -ndtri(total / shape.size) / shape
    simple = plan.sides == 1 and not plan.binding
    low = float(alone) - 0.1 if simple else 1 - FAR
    return float(brentq(excess, low, float(apart.max()) + 0.1, xtol=1e-13))


def _beta_steps(plan: GroupSequential, share: Floats) -> Floats:
    if not isinstance(plan.futility, BetaSpending):
        return np.full(share.size, np.nan)
    return np.diff(plan.futility.spending.spent(share, plan.futility.beta), prepend=0.0)


def _fixed_futility(plan: GroupSequential, looks: Looks) -> Floats:
    bounds = np.full(looks.share.size, -FAR)
    if isinstance(plan.futility, FixedFutility):
        given = plan.futility.z[: bounds.size - 1]
        bounds[: len(given)] = [-FAR if one is None else one for one in given]
    return bounds


def _power_at(drift: float, root: Floats, lower: Floats, upper: Floats) -> float:
    return float(stop_probabilities(root, drift * root, lower, upper)[1].sum())


def _drift_of(gap: Callable[[float], float], least: float, power: float) -> float:
    """Where `gap` crosses 0, at or above the drift that a fixed trial needs."""
    low = least - 1e-6
    high = low + max(0.1 * least, 0.1)
    while gap(high) <= 0:
        if high >= MOST_DRIFT:
            raise NotEstimableError(
                f"The futility bounds are so high that no effect gives a power of {power:g}; the "
                f"most is {power + gap(high):.3g}."
            )
        low, high = high, min(1.3 * high, MOST_DRIFT)
    return float(brentq(gap, low, high, xtol=1e-12))
