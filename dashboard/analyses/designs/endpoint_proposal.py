"""The binary or continuous design on screen: assumptions, looks, size, enrolment, money."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

from analytics.checks import require
from analytics.design import Accrual
from analytics.design.binary import BinaryAssumptions, BinaryDesign
from analytics.design.boundaries import GroupSequential
from analytics.design.continuous import ContinuousAssumptions, ContinuousDesign
from analytics.design.cost import Costs, ValueCurve
from analytics.results import Result, registered
from dashboard.analyses.designs.proposal import NO_COSTS, AssumptionsSource

EndpointSizing = Literal["subjects", "power"]
ENDPOINT_SIZINGS: tuple[EndpointSizing, ...] = get_args(EndpointSizing)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointProposal(Result):
    """A binary or continuous design as it is entered: what is stated, and what is found from it.

    Parameters
    ----------
    assumptions : BinaryAssumptions or ContinuousAssumptions
    monitoring : GroupSequential
    variance : {"pooled", "unpooled"}
        Of a binary endpoint; see `BinaryDesign`.
    test : {"t", "z"}
        Of a continuous endpoint; see `ContinuousDesign`.
    sizing : {"subjects", "power"}
        "subjects": they are stated. "power": the next whole number for `target_power` that keeps
        the allocation ratio.
    subjects : float
        Of both arms, when stated.
    target_power : float
    accrual : Accrual or None
        Rates of enrolment per month, when stated.
    enrolment_months : float or None
        Instead: the time in which all subjects enter at one rate.
    months_to_endpoint : float
        From randomisation until the endpoint is known.
    costs : Costs
    value : ValueCurve or None
        What finishing is worth.
    origin : str
        In words, where nothing was entered yet.

    Examples
    --------
    >>> proposal = usual_binary()
    >>> design = proposal.design()
    >>> design.subjects, round(design.evaluate().power, 3)
    (414.0, 0.901)
    """

    assumptions: BinaryAssumptions | ContinuousAssumptions
    monitoring: GroupSequential
    variance: str = "pooled"
    test: str = "t"
    sizing: EndpointSizing = "power"
    subjects: float = 400.0
    target_power: float = 0.9
    accrual: Accrual | None = None
    enrolment_months: float | None = None
    months_to_endpoint: float = 0.0
    costs: Costs = NO_COSTS
    value: ValueCurve | None = None
    origin: str = ""

    def __post_init__(self) -> None:
        known = self.sizing in ENDPOINT_SIZINGS
        require(known, f"sizing in {ENDPOINT_SIZINGS}", sizing=self.sizing)
        require(0 < self.target_power < 1, "0 < power < 1", target_power=self.target_power)
        once = self.accrual is None or self.enrolment_months is None
        require(once, "enrolment is stated once", enrolment_months=self.enrolment_months)
        later = self.enrolment_months is None or self.enrolment_months > 0
        require(later, "enrolment_months > 0", enrolment_months=self.enrolment_months)

    def design(self) -> BinaryDesign | ContinuousDesign:
        """The design, with what is found.

        Raises
        ------
        NotEstimableError
            When no number of subjects is enough.
        """
        sized = self._sized() if self.sizing == "subjects" else self._found()
        accrual = self.accrual
        if self.enrolment_months is not None:
            accrual = Accrual.uniform(subjects=sized.subjects, duration=self.enrolment_months)
        return replace(sized, accrual=accrual, months_to_endpoint=self.months_to_endpoint)

    def _sized(self) -> BinaryDesign | ContinuousDesign:
        assumed, plan, subjects = self.assumptions, self.monitoring, self.subjects
        if isinstance(assumed, BinaryAssumptions):
            return BinaryDesign(
                assumptions=assumed, subjects=subjects, monitoring=plan, variance=self.variance
            )
        return ContinuousDesign(
            assumptions=assumed, subjects=subjects, monitoring=plan, test=self.test
        )

    def _found(self) -> BinaryDesign | ContinuousDesign:
        assumed, plan, power = self.assumptions, self.monitoring, self.target_power
        if isinstance(assumed, BinaryAssumptions):
            return BinaryDesign.for_power(assumed, plan, power, variance=self.variance).rounded()
        return ContinuousDesign.for_power(assumed, plan, power, test=self.test).rounded()

    @property
    def source(self) -> AssumptionsSource | None:
        """None: nothing is fitted to data here."""
        return None

    @property
    def unblinded(self) -> bool:
        """False: nothing is fitted to data here."""
        return False


_USUAL_LOOKS = GroupSequential(information_fractions=(0.5, 0.75, 1.0))
_USUAL_ORIGIN = "A usual trial: every number is to be replaced"


def usual_binary() -> EndpointProposal:
    """A trial to begin with: response rates of 40 % and 25 %, two interim looks, 90 % power.

    Examples
    --------
    >>> usual_binary().assumptions.control_rate
    0.25
    """
    return EndpointProposal(
        assumptions=BinaryAssumptions(treatment_rate=0.4, control_rate=0.25),
        monitoring=_USUAL_LOOKS,
        origin=_USUAL_ORIGIN,
    )


def usual_continuous() -> EndpointProposal:
    """A trial to begin with: means of 6 and 3 with standard deviation 10, two interim looks.

    Examples
    --------
    >>> usual_continuous().design().subjects
    478.0
    """
    return EndpointProposal(
        assumptions=ContinuousAssumptions(treatment_mean=6.0, control_mean=3.0, sd=10.0),
        monitoring=_USUAL_LOOKS,
        origin=_USUAL_ORIGIN,
    )
