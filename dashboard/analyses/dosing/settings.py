"""What each family of designs is told beyond doses and target: kept while another one is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analytics.checks import require
from analytics.dosing.escalation import (
    AcceleratedTitration,
    Coherent,
    FixedCohorts,
    NoSkipping,
    PatientsAtDose,
    Precise,
    Unsafe,
    indifference_skeleton,
)
from analytics.dosing.escalation.rules import CohortSize, DoseLimit, StoppingRule
from analytics.results import Result, registered


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalSettings(Result):
    """Of BOIN, Keyboard and mTPI-2.

    Parameters
    ----------
    under, over : float
        Of BOIN: what is too low and too high, as multiples of the target.
    half_width : float
        Of Keyboard and mTPI-2: the interval on target reaches so far to both sides.
    elimination : float
        A dose is eliminated when it is above the target with more than this probability.
    extra_safety : float or None
        Of BOIN: stops at the lowest dose already at elimination - extra_safety.
    """

    under: float = 0.6
    over: float = 1.4
    half_width: float = 0.05
    elimination: float = 0.95
    extra_safety: float | None = None


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class SkeletonSettings(Result):
    """Of the CRM: the prior guess, and how the dose is estimated.

    Parameters
    ----------
    stated : tuple of float or None
        The skeleton, when it is not the one of the indifference interval.
    half_width : float
        Of the indifference interval.
    curve, estimate, prior_sd
        As in `Crm`.
    intercept_sd, slope_sd : float
        Prior standard deviations of the two parameters of `TwoParameterCrm`.
    overdose : float or None
        As in `Crm`.
    """

    stated: tuple[float, ...] | None = None
    half_width: float = 0.05
    curve: Literal["power", "logistic"] = "power"
    estimate: Literal["plug-in", "posterior mean"] = "plug-in"
    prior_sd: float = 1.16
    intercept_sd: float = 1.0
    slope_sd: float = 1.0
    overdose: float | None = None

    def skeleton(self, *, target: float, prior_mtd: int, doses: int) -> tuple[float, ...]:
        """The prior guesses by dose.

        Examples
        --------
        >>> found = SkeletonSettings().skeleton(target=0.25, prior_mtd=2, doses=3)
        >>> [round(one, 3) for one in found]
        [0.157, 0.25, 0.355]
        """
        if self.stated is not None:
            rule = f"the skeleton has one guess for each of {doses} doses"
            require(len(self.stated) == doses, rule, skeleton=self.stated)
            return self.stated
        return indifference_skeleton(
            target=target,
            half_width=self.half_width,
            prior_mtd=prior_mtd,
            doses=doses,
            curve=self.curve,
        )


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class AmountSettings(Result):
    """Of the designs that know the amounts: BLRM and EWOC.

    Parameters
    ----------
    half_width : float
        Of BLRM: the interval on target reaches so far to both sides of the target.
    control : float
        Of BLRM: the probability to be above that interval stays below this.
    choice : {"most on target", "highest"}
        Of BLRM, as in `Blrm`.
    intercept_sd, slope_sd, correlation : float
        Of the prior of log alpha and log beta of BLRM. Its means say that the dose guessed to be
        the MTD has the target probability, and that beta is 1.
    feasibility : float
        Of EWOC: the bound of the probability to be above the MTD.
    """

    half_width: float = 0.085
    control: float = 0.25
    choice: Literal["most on target", "highest"] = "most on target"
    intercept_sd: float = 2.0
    slope_sd: float = 1.0
    correlation: float = 0.0
    feasibility: float = 0.25


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSettings(Result):
    """The rules around a method; None and False leave one out.

    Parameters
    ----------
    no_skipping, coherent : bool
        `NoSkipping` and `Coherent`.
    unsafe : float or None
        The cutoff of `Unsafe`.
    enough_at_dose : int or None
        The patients of `PatientsAtDose`.
    precise : float or None
        The width of `Precise`, of a 90 % interval.
    accelerated : bool
        `AcceleratedTitration`: single patients until the first toxicity.
    """

    no_skipping: bool = True
    coherent: bool = True
    unsafe: float | None = 0.95
    enough_at_dose: int | None = None
    precise: float | None = None
    accelerated: bool = False

    def cohorts(self, size: int) -> CohortSize:
        """How many patients are given a dose before the next decision."""
        return AcceleratedTitration(size=size) if self.accelerated else FixedCohorts(size=size)

    def limit(self) -> DoseLimit | None:
        """How high the next dose may be.

        Examples
        --------
        >>> RuleSettings(coherent=False).limit()
        NoSkipping(above='current')
        """
        if self.no_skipping and self.coherent:
            return NoSkipping() & Coherent()
        return NoSkipping() if self.no_skipping else Coherent() if self.coherent else None

    def stopping(self, *, unsafe: bool) -> StoppingRule | None:
        """When the trial stops early; `unsafe` says whether that rule is among them."""
        rules: list[StoppingRule] = []
        if unsafe and self.unsafe is not None:
            rules.append(Unsafe(cutoff=self.unsafe))
        if self.enough_at_dose is not None:
            rules.append(PatientsAtDose(patients=self.enough_at_dose))
        if self.precise is not None:
            rules.append(Precise(width=self.precise))
        joined = rules[0] if rules else None
        for rule in rules[1:]:
            assert joined is not None
            joined = joined | rule
        return joined
