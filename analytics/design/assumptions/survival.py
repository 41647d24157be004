"""What a design with a time-to-event endpoint assumes of its subjects."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isclose

import numpy as np
import pandas as pd

from analytics.checks import require
from analytics.design.assumptions.accrual import Accrual
from analytics.design.assumptions.effect import NO_EFFECT, TreatmentEffect
from analytics.design.assumptions.hazard import HazardAssumption
from analytics.results import Result, registered


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Subgroup(Result):
    """A part of the subjects with a hazard and an effect of its own.

    Parameters
    ----------
    name : str
    prevalence : float
        Share of all subjects, above 0, at most 1.
    control : HazardAssumption
        Of its subjects in the control arm.
    effect : TreatmentEffect

    Examples
    --------
    >>> positive = Subgroup(
    ...     name="Marker positive", prevalence=0.4,
    ...     control=HazardAssumption.exponential(median=8), effect=TreatmentEffect.constant(0.6))
    >>> positive.prevalence
    0.4
    """

    name: str
    prevalence: float
    control: HazardAssumption
    effect: TreatmentEffect

    def __post_init__(self) -> None:
        require(bool(self.name.strip()), "a subgroup has a name", name=self.name)
        require(0 < self.prevalence <= 1, "0 < prevalence <= 1", prevalence=self.prevalence)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalAssumptions(Result):
    """Hazards, effect, accrual and dropout, each certain or with its uncertainty.

    Parameters
    ----------
    subgroups : tuple of Subgroup
        At least one; their prevalences add up to 1. Most trials have one, `SurvivalAssumptions.of`
        makes it.
    accrual : Accrual
    control_dropout, treatment_dropout : HazardAssumption or None
        Hazard of leaving follow-up without the event; None when nobody does.
    allocation_ratio : float
        Subjects on treatment per subject on control, > 0.

    All times are in one unit, which is that of the hazards.

    Examples
    --------
    >>> assumed = SurvivalAssumptions.of(
    ...     control=HazardAssumption.exponential(median=12),
    ...     effect=TreatmentEffect.constant(0.7),
    ...     accrual=Accrual.uniform(subjects=500, duration=18),
    ...     dropout=dropout_hazard(0.05, by=12))
    >>> assumed.time_unit, round(assumed.control_share, 3)
    ('months', 0.5)
    """

    subgroups: tuple[Subgroup, ...]
    accrual: Accrual
    control_dropout: HazardAssumption | None = None
    treatment_dropout: HazardAssumption | None = None
    allocation_ratio: float = 1.0

    def __post_init__(self) -> None:
        names = tuple(one.name for one in self.subgroups)
        require(bool(names), "there is at least one subgroup", subgroups=0)
        require(len(set(names)) == len(names), "each subgroup has its own name", names=names)
        shares = tuple(one.prevalence for one in self.subgroups)
        whole = isclose(sum(shares), 1.0, abs_tol=1e-9)
        require(whole, "the prevalences add up to 1", prevalences=shares)
        units = {one.time_unit for one in self.hazards}
        require(len(units) == 1, "all hazards are in one unit of time", units=sorted(units))
        positive = 0 < self.allocation_ratio < np.inf
        require(positive, "allocation_ratio > 0", allocation_ratio=self.allocation_ratio)

    @classmethod
    def of(
        cls,
        *,
        control: HazardAssumption,
        effect: TreatmentEffect,
        accrual: Accrual,
        dropout: HazardAssumption | None = None,
        allocation_ratio: float = 1.0,
    ) -> SurvivalAssumptions:
        """Assumptions for subjects who are all alike, with the same dropout in both arms.

        Examples
        --------
        >>> SurvivalAssumptions.of(
        ...     control=HazardAssumption.exponential(rate=0.05),
        ...     effect=TreatmentEffect.constant(0.7),
        ...     accrual=Accrual.uniform(subjects=100, duration=10)).subgroups[0].name
        'All subjects'
        """
        everyone = Subgroup(name="All subjects", prevalence=1.0, control=control, effect=effect)
        return cls(
            subgroups=(everyone,),
            accrual=accrual,
            control_dropout=dropout,
            treatment_dropout=dropout,
            allocation_ratio=allocation_ratio,
        )

    @property
    def hazards(self) -> tuple[HazardAssumption, ...]:
        """Of the event in the control arm by subgroup, then of dropout as far as there is any."""
        dropouts = (self.control_dropout, self.treatment_dropout)
        return (
            *(one.control for one in self.subgroups),
            *(one for one in dropouts if one is not None),
        )

    @property
    def time_unit(self) -> str:
        """Of all times."""
        return self.subgroups[0].control.time_unit

    @property
    def control_share(self) -> float:
        """Share of the subjects who are randomised to control."""
        return 1.0 / (1.0 + self.allocation_ratio)

    @property
    def proportional(self) -> bool:
        """Whether hazards are proportional: one hazard ratio, at all times, in all subgroups."""
        return len({ratio for one in self.subgroups for ratio in one.effect.hazard_ratios}) == 1

    @property
    def certain(self) -> bool:
        """Whether nothing assumed carries uncertainty."""
        effects = all(one.effect.certain for one in self.subgroups)
        hazards = all(one.certain for one in self.hazards)
        return effects and hazards and self.accrual.log_std_err == 0

    def under_null(self) -> SurvivalAssumptions:
        """The same subjects without an effect: both arms have the hazard of control.

        Examples
        --------
        >>> SurvivalAssumptions.of(
        ...     control=HazardAssumption.exponential(rate=0.05),
        ...     effect=TreatmentEffect.constant(0.7),
        ...     accrual=Accrual.uniform(subjects=100, duration=10)).under_null().proportional
        True
        """
        return self.with_effect(NO_EFFECT)

    def with_effect(self, effect: TreatmentEffect) -> SurvivalAssumptions:
        """The same subjects with one effect in all subgroups."""
        return replace(self, subgroups=tuple(replace(one, effect=effect) for one in self.subgroups))

    def to_frame(self) -> pd.DataFrame:
        """One row per subgroup: name, prevalence, control median, hazard ratios."""
        return pd.DataFrame(
            {
                "subgroup": [one.name for one in self.subgroups],
                "prevalence": [one.prevalence for one in self.subgroups],
                "control_median": [float(one.control.quantile()[0]) for one in self.subgroups],
                "hazard_ratios": [
                    ", ".join(f"{ratio:g}" for ratio in one.effect.hazard_ratios)
                    for one in self.subgroups
                ],
            }
        )


def dropout_hazard(
    probability: float, *, by: float, time_unit: str = "months"
) -> HazardAssumption | None:
    """The constant hazard at which a share of subjects drops out by a time, but for events.

    Parameters
    ----------
    probability : float
        Of having left, 0 <= probability < 1; for 0 there is no dropout, which is None.
    by : float
        Time > 0.

    Examples
    --------
    >>> dropout_hazard(0.05, by=12).hazard([1]).round(6).tolist()
    [0.004274]
    """
    require(0 <= probability < 1, "0 <= probability < 1", probability=probability)
    require(0 < by < np.inf, "by > 0", by=by)
    rate = float(-np.log1p(-probability) / by)
    if rate == 0:
        return None
    return HazardAssumption.exponential(rate=rate, time_unit=time_unit)
