"""Assumptions of a design that were fitted to a cohort, with everything they rest on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.design import (
    NO_EFFECT,
    Accrual,
    FittedHazards,
    HazardAssumption,
    SurvivalAssumptions,
    TreatmentEffect,
)
from analytics.results import Result, registered
from dashboard.analyses.designs.accrual import FittedAccrual
from dashboard.analyses.designs.dropout import FittedDropout

SCALED_BY_RATES = ("exponential", "piecewise")


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class HazardCandidate(Result):
    """One family that was fitted to the control population.

    Parameters
    ----------
    family : str
        As of `HazardAssumption`.
    parameters : int
    aic, bic : float or None
        None where there is no fit.
    hazard : HazardAssumption or None
    note : str
        Why there is no fit, or why the family is not chosen of itself; else "".

    Examples
    --------
    >>> HazardCandidate(family="weibull", parameters=2, aic=None, bic=None, hazard=None,
    ...                 note="No fit: there are no events.").hazard is None
    True
    """

    family: str
    parameters: int
    aic: float | None
    bic: float | None
    hazard: HazardAssumption | None
    note: str = ""


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedEffect(Result):
    """The hazard ratio of an arm against control, as the data have it.

    Parameters
    ----------
    arm : str
    events : int
        In both arms.
    effect : TreatmentEffect
        Constant, with the standard error of its logarithm.

    Examples
    --------
    >>> EstimatedEffect(arm="Active", events=100, effect=TreatmentEffect.constant(
    ...     0.7, log_std_err=0.2)).effect.certain
    False
    """

    arm: str
    events: int
    effect: TreatmentEffect


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class FittedAssumptions(Result):
    """Control hazard, dropout and accrual of a cohort; the treatment effect is for the user.

    Parameters
    ----------
    hazards : FittedHazards
        The chosen hazard of the control population, or of all subjects when arms are pooled,
        with where it comes from.
    candidates : tuple of HazardCandidate
        Every family that was tried.
    control_dropout : FittedDropout
        Of the control arm, or of all subjects when pooled.
    treatment_dropout : FittedDropout or None
        Of the other arms; None when pooled.
    accrual : FittedAccrual or None
        Of the cohort, all arms together; None when the data do not date it.
    effects : tuple of EstimatedEffect
        Offered, never taken of itself; () when arms are pooled.
    cohort_sentence : str
        The rule for the subjects, in words.
    left_out : tuple of (str, int)
        Subjects of the cohort who are not in the hazard, by the reason.
    notes : tuple of str
        What else must be known, such as what the fit could not do.

    Examples
    --------
    >>> from dashboard.analyses.designs import AssumptionsFit
    >>> AssumptionsFit(endpoint="OS").run(store)
    Traceback (most recent call last):
        ...
    analytics.checks.NotEstimableError: A hazard is fitted to at least 10 events, and Placebo has 3.
    """

    hazards: FittedHazards
    candidates: tuple[HazardCandidate, ...]
    control_dropout: FittedDropout
    treatment_dropout: FittedDropout | None = None
    accrual: FittedAccrual | None = None
    effects: tuple[EstimatedEffect, ...] = ()
    cohort_sentence: str
    left_out: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        one = len(self.hazards.hazards) == 1
        require(one, "one population is control", arms=len(self.hazards.hazards))
        seen = not (self.effects or self.treatment_dropout)
        rule = "pooled assumptions tell nothing of single arms"
        require(not self.pooled or seen, rule, effects=len(self.effects))

    @property
    def pooled(self) -> bool:
        """Whether the hazard is that of all arms together."""
        return self.hazards.by == "pooled"

    @property
    def unblinded(self) -> bool:
        """Whether whoever computed them saw the arms: what rests on them is marked so."""
        return self.hazards.blinding == "unblinded"

    @property
    def control(self) -> HazardAssumption:
        """The chosen hazard."""
        return self.hazards.hazards[0].hazard

    @property
    def last_time(self) -> float:
        """The last observed time; what the hazard says of later ones is extrapolated."""
        return self.hazards.hazards[0].last_time

    def with_family(self, family: str) -> FittedAssumptions:
        """The same with the hazard of another family that was fitted.

        Raises
        ------
        NotEstimableError
            With the reason why it has no fit.
        """
        known = {one.family: one for one in self.candidates}
        require(family in known, f"the family is one of {', '.join(known)}", family=family)
        hazard = known[family].hazard
        if hazard is None:
            raise NotEstimableError(known[family].note)
        chosen = replace(self.hazards.hazards[0], hazard=hazard)
        return replace(self, hazards=replace(self.hazards, hazards=(chosen,)))

    def control_from_pooled(
        self, effect: TreatmentEffect, *, allocation_ratio: float = 1.0
    ) -> HazardAssumption:
        """The control hazard that, with an assumed effect, would give the pooled one.

        With the share c of subjects on control and the hazard ratio r, the pooled hazard is taken
        as (c + (1 - c) r) times that of control. It is so at first; later the arm with the lower
        hazard makes up more of those at risk, which this leaves out: with r = 0.7, and half of all
        subjects having had the event, the error is below 2 %.

        Parameters
        ----------
        effect : TreatmentEffect
            Constant; its uncertainty is not carried over.
        allocation_ratio : float
            Subjects on treatment per subject on control.

        Raises
        ------
        InputError
            When the hazard is not pooled, the effect not constant, or the family neither
            exponential nor piecewise.
        """
        require(self.pooled, "the hazard is that of pooled arms", by=self.hazards.by)
        require(effect.proportional, "the effect is constant", hazard_ratios=effect.hazard_ratios)
        family = self.control.family
        scaled = family in SCALED_BY_RATES
        require(scaled, f"the family is one of {', '.join(SCALED_BY_RATES)}", family=family)
        require(0 < allocation_ratio < np.inf, "allocation_ratio > 0", got=allocation_ratio)
        share = 1 / (1 + allocation_ratio)
        shift = float(np.log(share + (1 - share) * effect.hazard_ratios[0]))
        return replace(self.control, estimates=tuple(one - shift for one in self.control.estimates))

    def assumptions(
        self,
        *,
        effect: TreatmentEffect = NO_EFFECT,
        control: HazardAssumption | None = None,
        accrual: Accrual | None = None,
        allocation_ratio: float = 1.0,
    ) -> SurvivalAssumptions:
        """Assumptions of a design for subjects like these.

        Parameters
        ----------
        effect : TreatmentEffect
            Stated by the user; none by default.
        control : HazardAssumption, optional
            Instead of the chosen one, as from `control_from_pooled`.
        accrual : Accrual, optional
            Instead of the cohort's own; needed when the data do not date that.
        allocation_ratio : float
            Subjects on treatment per subject on control.
        """
        own = None if self.accrual is None else self.accrual.accrual
        entered = accrual if accrual is not None else own
        if entered is None:
            raise NotEstimableError("The data do not date enrolment; state the accrual by hand.")
        made = SurvivalAssumptions.of(
            control=control if control is not None else self.control,
            effect=effect,
            accrual=entered,
            dropout=self.control_dropout.hazard,
            allocation_ratio=allocation_ratio,
        )
        if self.treatment_dropout is None:
            return made
        return replace(made, treatment_dropout=self.treatment_dropout.hazard)

    @property
    def sentences(self) -> tuple[str, ...]:
        """All that a reader must know, in order."""
        dropouts = self.control_dropout.sentences
        if self.treatment_dropout is not None:
            dropouts += self.treatment_dropout.sentences
        accrual = () if self.accrual is None else self.accrual.sentences
        left_out = tuple(f"Left out: {number:,} {reason}." for reason, number in self.left_out)
        return (
            self._of_hazard(),
            self._of_choice(),
            *self._of_pooling(),
            *left_out,
            *dropouts,
            *accrual,
            *self.notes,
        )

    def _of_hazard(self) -> str:
        one, unit = self.hazards.hazards[0], self.control.time_unit
        return (
            f"{self.hazards.endpoint} of {one.arm}: {one.events:,} events in {one.subjects:,} "
            f"subjects; beyond {one.last_time:,.1f} {unit} the hazard is extrapolated."
        )

    def _of_choice(self) -> str:
        aics = {one.family: one.aic for one in self.candidates if one.aic is not None}
        said = ", ".join(f"{name} {aics[name]:,.1f}" for name in sorted(aics, key=aics.__getitem__))
        return f"The hazard is taken as {self.control.family}. AIC, lowest first: {said}."

    def _of_pooling(self) -> tuple[str, ...]:
        if not self.pooled:
            return ()
        return (
            "The arms are pooled: this is the hazard of all subjects, not of control. If the "
            "treatment works, that of control is higher.",
        )

    def to_frame(self) -> pd.DataFrame:
        """One row per family: parameters, AIC, BIC, median, whether it is chosen, and a note."""
        hazards = [one.hazard for one in self.candidates]
        medians = [None if one is None else float(one.quantile()[0]) for one in hazards]
        return pd.DataFrame(
            {
                "family": [one.family for one in self.candidates],
                "parameters": [one.parameters for one in self.candidates],
                "aic": pd.Series([one.aic for one in self.candidates], dtype=float),
                "bic": pd.Series([one.bic for one in self.candidates], dtype=float),
                "median": pd.Series(medians, dtype=float),
                "chosen": [one == self.control for one in hazards],
                "note": [one.note for one in self.candidates],
            }
        )
