"""The hazards of one arm of one subgroup: of the event, and of leaving follow-up before it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytics.design.assumptions.effect import NO_EFFECT, TreatmentEffect
from analytics.design.assumptions.hazard import HazardAssumption
from analytics.design.assumptions.survival import SurvivalAssumptions

Floats = NDArray[np.float64]
CONTROL, TREATMENT = "control", "treatment"
_CONSTANT = ("exponential", "piecewise")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmHazard:
    """What happens to the subjects of one arm of one subgroup, by time since randomisation.

    Parameters
    ----------
    subgroup : str
    arm : {"control", "treatment"}
    share : float
        Of all subjects.
    control : HazardAssumption
        Hazard of the event without treatment.
    effect : TreatmentEffect
        On this arm; none in the control arm.
    dropout : HazardAssumption or None
        Hazard of leaving follow-up without the event.

    Examples
    --------
    >>> arm = ArmHazard(
    ...     subgroup="All subjects", arm="treatment", share=0.5,
    ...     control=HazardAssumption.exponential(rate=0.1),
    ...     effect=TreatmentEffect.delayed(hazard_ratio=0.5, delay=4), dropout=None)
    >>> arm.hazard([2, 6]).round(3).tolist(), arm.cumulative_hazard([2, 6]).round(3).tolist()
    ([0.1, 0.05], [0.2, 0.5])
    """

    subgroup: str
    arm: str
    share: float
    control: HazardAssumption
    effect: TreatmentEffect
    dropout: HazardAssumption | None

    @property
    def cuts(self) -> tuple[float, ...]:
        """Times at which a hazard jumps, ascending."""
        own = () if self.dropout is None else self.dropout.cuts
        return tuple(sorted({*self.control.cuts, *self.effect.cuts, *own}))

    @property
    def piecewise(self) -> bool:
        """Whether all hazards are constant between cuts."""
        given = (self.control, *(() if self.dropout is None else (self.dropout,)))
        return all(one.family in _CONSTANT for one in given)

    def hazard(self, times: ArrayLike) -> Floats:
        """Of the event: the hazard ratio at that time x the hazard of control."""
        when = np.asarray(times, dtype=float).ravel()
        return self.control.hazard(when) * self.effect.at(when)

    def cumulative_hazard(self, times: ArrayLike) -> Floats:
        """Of the event: the integral of the hazard ratio x the hazard of control."""
        when = np.asarray(times, dtype=float).ravel()
        spent = self.control.cumulative_hazard(when)
        by_cut = [0.0, *self.control.cumulative_hazard(self.effect.cuts), np.inf]
        stretches = zip(self.effect.hazard_ratios, by_cut[:-1], by_cut[1:], strict=True)
        each = [ratio * (np.clip(spent, low, high) - low) for ratio, low, high in stretches]
        return np.asarray(sum(each))

    def survival(self, times: ArrayLike) -> Floats:
        """The share without the event, if nobody left."""
        return np.asarray(np.exp(-self.cumulative_hazard(times)))

    def followed(self, times: ArrayLike) -> Floats:
        """The share still followed without the event: neither the event nor dropout."""
        when = np.asarray(times, dtype=float).ravel()
        lost = 0.0 if self.dropout is None else self.dropout.cumulative_hazard(when)
        return np.asarray(np.exp(-self.cumulative_hazard(when) - lost))

    def rates_from(self, starts: Floats) -> tuple[Floats, Floats]:
        """Hazards of event and dropout in the pieces that begin at these times, if piecewise."""
        event = _rates(self.control, starts) * self.effect.at(starts)
        return event, _rates(self.dropout, starts)


def arm_hazards(assumptions: SurvivalAssumptions) -> tuple[ArmHazard, ...]:
    """Control and treatment arm of each subgroup, in the order of the subgroups.

    Examples
    --------
    >>> from analytics.design.assumptions.accrual import Accrual
    >>> assumed = SurvivalAssumptions.of(
    ...     control=HazardAssumption.exponential(rate=0.1),
    ...     effect=TreatmentEffect.constant(0.5),
    ...     accrual=Accrual.uniform(subjects=300, duration=12), allocation_ratio=2)
    >>> [(one.arm, round(one.share, 3)) for one in arm_hazards(assumed)]
    [('control', 0.333), ('treatment', 0.667)]
    """
    on_control = assumptions.control_share
    return tuple(
        ArmHazard(
            subgroup=group.name,
            arm=arm,
            share=group.prevalence * (on_control if arm == CONTROL else 1 - on_control),
            control=group.control,
            effect=NO_EFFECT if arm == CONTROL else group.effect,
            dropout=dropout,
        )
        for group in assumptions.subgroups
        for arm, dropout in (
            (CONTROL, assumptions.control_dropout),
            (TREATMENT, assumptions.treatment_dropout),
        )
    )


def _rates(hazard: HazardAssumption | None, starts: Floats) -> Floats:
    if hazard is None:
        return np.zeros(starts.size)
    piece = np.searchsorted(np.array(hazard.cuts), starts, side="right")
    return np.asarray(np.exp(np.array(hazard.estimates))[piece])
