"""The escalation design on screen: doses, target, family with settings, rules, size, accrual."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from math import isfinite

from scipy.special import logit

from analytics.checks import NotEstimableError, require
from analytics.dosing.characteristics import CohortAccrual
from analytics.dosing.efficacy_toxicity import Boin12
from analytics.dosing.escalation import (
    Blrm,
    Boin,
    Crm,
    EscalationDesign,
    Ewoc,
    FixedCohorts,
    Keyboard,
    Mtpi2,
    ThreePlusThree,
    TwoParameterCrm,
)
from analytics.dosing.escalation.design import Method
from analytics.dosing.escalation.outcomes import MOST_DOSES
from analytics.dosing.escalation.three_plus_three import Variant
from analytics.dosing.late_toxicity import TiteCrm
from analytics.results import Result, registered
from dashboard.analyses.designs.proposal import AssumptionsSource
from dashboard.analyses.dosing.efficacy_toxicity.settings import EfficacyToxicitySettings
from dashboard.analyses.dosing.families import FACTS, OFFERED, Family, OfferedFamily
from dashboard.analyses.dosing.late_toxicity.settings import LateToxicitySettings, window_days
from dashboard.analyses.dosing.seen import SeenScenarios
from dashboard.analyses.dosing.settings import (
    AmountSettings,
    IntervalSettings,
    RuleSettings,
    SkeletonSettings,
)

LONGEST_NAME = 40
_INTERVAL, _SKELETON = IntervalSettings(), SkeletonSettings()
_AMOUNT, _RULES = AmountSettings(), RuleSettings()
_LATE, _JOINT = LateToxicitySettings(), EfficacyToxicitySettings()
_ACCRUAL = CohortAccrual(rate=2.0, window=1.0)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class DosingProposal(Result):
    """A dose-escalation design as it is entered. It is sound: its design can be made.

    Parameters
    ----------
    amounts : tuple of float
        The doses in `unit`, rising, above 0.
    unit : str
    labels : tuple of str
        One per dose; without any, amount and unit are the name of a dose.
    target : float
        Probability of a dose-limiting toxicity that is aimed at.
    family : str
        One of `OFFERED`.
    prior_mtd : int
        The dose guessed to have the target probability, from 1.
    variant : str
        Of 3+3, as in `ThreePlusThree`.
    interval, skeleton, amount, late, joint : settings
        Of the families; those of the others than `family` are kept for comparisons.
    rules : RuleSettings
        Those that the family takes apply.
    cohort_size, start, most_patients : int
        As in `EscalationDesign`.
    accrual : CohortAccrual
        In months.
    seen : SeenScenarios or None
        Scenarios taken from what a study saw.

    Examples
    --------
    >>> proposal = usual_dosing()
    >>> proposal.design().method
    Boin(doses=5, target=0.25, under=0.15, over=0.35, elimination=0.95, extra_safety=None, \
bounded=False)
    >>> proposal.dose_name(2)
    '20 mg'
    """

    amounts: tuple[float, ...]
    unit: str = "mg"
    labels: tuple[str, ...] = ()
    target: float = 0.25
    family: OfferedFamily = "BOIN"
    prior_mtd: int = 1
    variant: Variant = "de-escalation"
    interval: IntervalSettings = _INTERVAL
    skeleton: SkeletonSettings = _SKELETON
    amount: AmountSettings = _AMOUNT
    late: LateToxicitySettings = _LATE
    joint: EfficacyToxicitySettings = _JOINT
    rules: RuleSettings = _RULES
    cohort_size: int = 3
    start: int = 1
    most_patients: int = 30
    accrual: CohortAccrual = _ACCRUAL
    seen: SeenScenarios | None = None

    def __post_init__(self) -> None:
        many = 1 <= len(self.amounts) <= MOST_DOSES
        require(many, f"1 to {MOST_DOSES} doses", amounts=self.amounts)
        above = all(isfinite(one) and one > 0 for one in self.amounts)
        rising = all(low < high for low, high in pairwise(self.amounts))
        require(above and rising, "doses rise from above 0", amounts=self.amounts)
        self._check_names()
        require(0 < self.target < 1, "0 < target < 1", target=self.target)
        require(self.family in OFFERED, f"family in {OFFERED}", family=self.family)
        listed = 1 <= self.prior_mtd <= self.doses
        require(listed, f"1 <= prior_mtd <= {self.doses}", prior_mtd=self.prior_mtd)
        own = {"TITE-CRM": self.tite_crm, "BOIN12": self.boin12}
        own.get(self.family, self.design)()

    def _check_names(self) -> None:
        short = 1 <= len(self.unit.strip()) <= LONGEST_NAME
        require(short, f"the unit has 1 to {LONGEST_NAME} characters", unit=self.unit[:80])
        if not self.labels:
            return
        rule = f"there is one name for each of {self.doses} doses"
        require(len(self.labels) == self.doses, rule, names=self.labels)
        sound = all(1 <= len(one.strip()) <= LONGEST_NAME for one in self.labels)
        require(sound, f"names have 1 to {LONGEST_NAME} characters", names=self.labels)
        different = len(set(self.labels)) == self.doses
        require(different, "names of doses differ", names=self.labels)

    @property
    def doses(self) -> int:
        """How many there are."""
        return len(self.amounts)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the doses."""
        return self.labels or tuple(f"{one:.10g} {self.unit}" for one in self.amounts)

    def dose_name(self, dose: int) -> str:
        """The name of a dose, counted from 1."""
        return self.names[dose - 1]

    @property
    def guesses(self) -> tuple[float, ...]:
        """The skeleton."""
        return self.skeleton.skeleton(
            target=self.target, prior_mtd=self.prior_mtd, doses=self.doses
        )

    @property
    def source(self) -> AssumptionsSource | None:
        """The data that scenarios were taken from."""
        return None if self.seen is None else self.seen.source

    @property
    def unblinded(self) -> bool:
        """Whether scenarios come from data by dose, which tells the arm."""
        return self.source is not None and self.source.unblinded

    @property
    def origin(self) -> str:
        """Nothing else was taken from anywhere."""
        return ""

    def without_data(self) -> DosingProposal:
        """The same without scenarios of a study: what a design does rests on no data."""
        return replace(self, seen=None)

    def design(self, family: Family | None = None) -> EscalationDesign:
        """The design; of another family when asked for, with the rules which that one takes.

        `NotEstimableError` for TITE-CRM and BOIN12, which have designs of their own kind.

        Examples
        --------
        >>> usual_dosing().design("3+3").stopping is None
        True
        """
        own = self.family if family is None else family
        if own == "TITE-CRM" or own == "BOIN12":
            said = "does not decide by toxicities counted cohort by cohort, as is needed here."
            raise NotEstimableError(f"{own} {said}")
        facts = FACTS[own]
        return EscalationDesign(
            method=self._method(own),
            most_patients=self.most_patients,
            start=self.start,
            cohorts=self.rules.cohorts(self.cohort_size) if facts.ruled else FixedCohorts(size=3),
            limit=self.rules.limit() if facts.limited else None,
            stopping=self.rules.stopping(unsafe=facts.safeguarded) if facts.ruled else None,
        )

    def tite_crm(self) -> TiteCrm:
        """TITE-CRM with the prior guess of the CRM; in days.

        Examples
        --------
        >>> usual_dosing().tite_crm().window
        30.0
        """
        return self.late.design(
            self._one_parameter(),
            window=float(window_days(self.accrual)),
            most_patients=self.most_patients,
            start=self.start,
        )

    def boin12(self) -> Boin12:
        """BOIN12.

        Examples
        --------
        >>> usual_dosing().boin12().toxicity_limit
        0.35
        """
        return self.joint.design(
            doses=self.doses,
            most_patients=self.most_patients,
            cohort=self.cohort_size,
            start=self.start,
        )

    def of_family(self, family: OfferedFamily) -> DosingProposal:
        """The same with another family."""
        return replace(self, family=family)

    def _method(self, family: Family) -> Method:
        if family == "3+3":
            return ThreePlusThree(doses=self.doses, variant=self.variant, target=self.target)
        if family in ("BOIN", "Keyboard", "mTPI-2"):
            return self._interval(family)
        if family in ("CRM", "Two-parameter CRM"):
            return self._crm(family)
        return self._by_amount(family)

    def _interval(self, family: Family) -> Method:
        own = self.interval
        if family == "BOIN":
            return Boin(
                doses=self.doses,
                target=self.target,
                under=round(own.under * self.target, 12),
                over=round(own.over * self.target, 12),
                elimination=own.elimination,
                extra_safety=own.extra_safety,
            )
        kind = Keyboard if family == "Keyboard" else Mtpi2
        return kind(
            doses=self.doses,
            target=self.target,
            below=own.half_width,
            beyond=own.half_width,
            elimination=own.elimination,
        )

    def _crm(self, family: Family) -> Method:
        own = self.skeleton
        if family == "CRM":
            return self._one_parameter()
        return TwoParameterCrm(
            skeleton=self.guesses,
            target=self.target,
            prior_sd=(own.intercept_sd, own.slope_sd),
            overdose=own.overdose,
        )

    def _one_parameter(self) -> Crm:
        own = self.skeleton
        return Crm(
            skeleton=self.guesses,
            target=self.target,
            curve=own.curve,
            estimate=own.estimate,
            prior_sd=own.prior_sd,
            overdose=own.overdose,
        )

    def _by_amount(self, family: Family) -> Method:
        own = self.amount
        if family == "EWOC":
            return Ewoc(amounts=self.amounts, target=self.target, feasibility=own.feasibility)
        return Blrm(
            amounts=self.amounts,
            reference=self.amounts[self.prior_mtd - 1],
            prior_mean=(float(logit(self.target)), 0.0),
            prior_sd=(own.intercept_sd, own.slope_sd),
            prior_correlation=own.correlation,
            low=round(self.target - own.half_width, 12),
            high=round(self.target + own.half_width, 12),
            control=own.control,
            choice=own.choice,
        )


def usual_dosing() -> DosingProposal:
    """A trial to begin with: five doses, a target of 25 %, BOIN with cohorts of three.

    Examples
    --------
    >>> usual_dosing().names
    ('10 mg', '20 mg', '40 mg', '60 mg', '80 mg')
    """
    return DosingProposal(amounts=(10.0, 20.0, 40.0, 60.0, 80.0), prior_mtd=3)
