"""The design on screen: assumptions, looks, how its size is found, money, where it comes from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

from analytics.checks import NotEstimableError, require
from analytics.design import (
    Accrual,
    FittedHazards,
    HazardAssumption,
    SurvivalAssumptions,
    TreatmentEffect,
    dropout_hazard,
)
from analytics.design.boundaries import GroupSequential
from analytics.design.cost import Costs, ValueCurve
from analytics.design.survival import SurvivalDesign
from analytics.results import Result, registered
from dashboard.analyses.designs.fitted_assumptions import FittedAssumptions
from dashboard.analyses.designs.planned import PlannedDesign
from queries.cohorts import Cohort

Sizing = Literal["events", "power", "duration", "calendar"]
SIZINGS: tuple[Sizing, ...] = get_args(Sizing)
NO_COSTS = Costs()
_USUAL_MEDIAN, _USUAL_RATIO, _USUAL_DROPOUT = 12.0, 0.7, 0.05


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class AssumptionsSource(Result):
    """The data that assumptions were fitted to.

    Parameters
    ----------
    endpoint : str
    snapshot : str
        Its id.
    unblinded : bool
        Whether whoever fitted them saw the arms.
    sentences : tuple of str
        All that a reader must know, such as the events they rest on.
    cohort : str or None
        Id of the saved cohort; None for the one on screen that was not saved.
    cohort_version : int or None
    cohort_sentence : str

    Examples
    --------
    >>> AssumptionsSource(endpoint="OS", snapshot="S", unblinded=False).cohort is None
    True
    """

    endpoint: str
    snapshot: str
    unblinded: bool
    sentences: tuple[str, ...] = ()
    cohort: str | None = None
    cohort_version: int | None = None
    cohort_sentence: str = ""


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class DesignProposal(Result):
    """A survival design as it is entered: what is stated, and what is found from it.

    Parameters
    ----------
    assumptions : SurvivalAssumptions
    monitoring : GroupSequential
    margin : float
        Hazard ratio of the null hypothesis.
    sizing : {"events", "power", "duration", "calendar"}
        "events": they are stated. "power": they are found for `target_power`; the subjects stay.
        "duration": subjects are found, so that the power is reached at `study_duration`.
        "calendar": looks are made at `look_times`, with the events that are expected by then.
    events : float
        Of the final analysis, when stated.
    target_power : float
    study_duration : float
        In the unit of the assumptions, when subjects are found.
    look_times : tuple of float
        Rising, when looks are made at calendar times.
    costs : Costs
    value : ValueCurve or None
        What finishing is worth.
    source : AssumptionsSource or None
        When the assumptions were fitted to data.
    origin : str
        In words, when nothing was fitted: "The plan of EQX-301".

    Examples
    --------
    >>> proposal = usual_proposal()
    >>> round(proposal.design().evaluate().power, 3)
    0.9
    """

    assumptions: SurvivalAssumptions
    monitoring: GroupSequential
    margin: float = 1.0
    sizing: Sizing = "events"
    events: float = 330.0
    target_power: float = 0.9
    study_duration: float = 36.0
    look_times: tuple[float, ...] = ()
    costs: Costs = NO_COSTS
    value: ValueCurve | None = None
    source: AssumptionsSource | None = None
    origin: str = ""

    def __post_init__(self) -> None:
        require(self.sizing in SIZINGS, f"sizing in {SIZINGS}", sizing=self.sizing)
        require(0 < self.target_power < 1, "0 < power < 1", target_power=self.target_power)

    def design(self) -> SurvivalDesign:
        """The design, with what is found.

        Raises
        ------
        NotEstimableError
            When no number of events or subjects is enough, or the events never come.
        """
        if self.sizing == "events":
            return SurvivalDesign(
                assumptions=self.assumptions,
                monitoring=self.monitoring,
                events=self.events,
                margin=self.margin,
            )
        if self.sizing == "calendar":
            return SurvivalDesign.at_calendar_times(
                self.assumptions, self.monitoring, self.look_times, margin=self.margin
            )
        duration = self.study_duration if self.sizing == "duration" else None
        return SurvivalDesign.for_power(
            self.assumptions,
            self.monitoring,
            power=self.target_power,
            margin=self.margin,
            study_duration=duration,
        )

    @property
    def unblinded(self) -> bool:
        """Whether it rests on what only a reader who sees the arms may know."""
        return self.source is not None and self.source.unblinded


def usual_proposal() -> DesignProposal:
    """A trial to begin with where there is no plan: 500 subjects, median 12 months, HR 0.7.

    Examples
    --------
    >>> usual_proposal().assumptions.accrual.subjects
    500.0
    """
    return DesignProposal(
        assumptions=SurvivalAssumptions.of(
            control=HazardAssumption.exponential(median=_USUAL_MEDIAN),
            effect=TreatmentEffect.constant(_USUAL_RATIO),
            accrual=Accrual.uniform(subjects=500, duration=18),
            dropout=dropout_hazard(_USUAL_DROPOUT, by=12),
        ),
        monitoring=GroupSequential(information_fractions=(0.5, 0.75, 1.0)),
        sizing="power",
        origin="A usual trial: every number is to be replaced",
    )


def proposal_of_plan(planned: PlannedDesign) -> DesignProposal:
    """The study's own plan as a proposal.

    What no plan states is taken so that it fits: the hazard ratio is the one for which the
    planned events give 90 % power; the control median is 12 months and dropout 5 % a year, as in
    `usual_proposal`, until they are fitted to a cohort or stated.

    Examples
    --------
    >>> from queries.workspace import Plan, PlannedEndpoint
    >>> from dashboard.analyses.designs import planned_design
    >>> plan = Plan(
    ...     study="EQX-301", title="EQX-301", status="ongoing", alpha=0.025, sides=1, subjects=600,
    ...     endpoints=(PlannedEndpoint(code="OS", events=330, role="primary"),))
    >>> proposal = proposal_of_plan(planned_design(plan))
    >>> round(proposal.design().evaluate().power, 6)
    0.9
    """
    usual = usual_proposal()
    monitoring = _monitoring(planned, usual.monitoring)
    events = float(planned.events or usual.events)
    subjects = float(planned.subjects or max(500, 1.4 * events))
    accrual = planned.accrual or Accrual.uniform(subjects=subjects, duration=18)
    assumed = replace(
        usual.assumptions,
        accrual=accrual,
        allocation_ratio=planned.allocation_ratio or 1.0,
    )
    events = min(events, 0.95 * accrual.subjects)
    made = SurvivalDesign(assumptions=assumed, monitoring=monitoring, events=events)
    ratio = made.hazard_ratio_at(monitoring.drift(usual.target_power))
    return replace(
        usual,
        assumptions=assumed.with_effect(TreatmentEffect.constant(ratio)),
        monitoring=monitoring,
        sizing="events",
        events=events,
        origin=f"The plan of {planned.study} for {planned.label}",
    )


def _monitoring(planned: PlannedDesign, usual: GroupSequential) -> GroupSequential:
    try:
        return planned.group_sequential()
    except NotEstimableError:
        return replace(usual, information_fractions=planned.information_fractions)


def with_fitted_hazards(
    proposal: DesignProposal, hazards: FittedHazards, *, snapshot: str, sentences: tuple[str, ...]
) -> DesignProposal:
    """The proposal with the first of the fitted hazards, the reference, as that of control.

    Parameters
    ----------
    snapshot : str
        Id of the snapshot that they were fitted to.
    sentences : tuple of str
        What a reader must know of the fit.
    """
    one = hazards.hazards[0]
    own = proposal.assumptions
    group = replace(own.subgroups[0], prevalence=1.0, control=one.hazard.in_unit(own.time_unit))
    source = AssumptionsSource(
        endpoint=hazards.endpoint,
        snapshot=snapshot,
        unblinded=hazards.blinding == "unblinded",
        sentences=(f"The hazard of control is that of {one.arm}.", *sentences),
        cohort=hazards.saved_cohort,
        cohort_version=hazards.cohort_version,
        cohort_sentence=Cohort.from_json(one.cohort).sentence(),
    )
    return replace(proposal, assumptions=replace(own, subgroups=(group,)), source=source, origin="")


def taken_over(
    proposal: DesignProposal,
    fitted: FittedAssumptions,
    *,
    snapshot: str,
    effect: TreatmentEffect | None = None,
    accrual_of_cohort: bool = True,
) -> DesignProposal:
    """The proposal with hazard, dropout and accrual of a cohort in place of its own.

    Parameters
    ----------
    effect : TreatmentEffect, optional
        Instead of the one that the proposal assumes.
    accrual_of_cohort : bool
        Whether subjects enter as those of the cohort did. Else the accrual stays as it is, as
        it does where the data do not date enrolment.
    """
    own = proposal.assumptions
    dated = accrual_of_cohort and fitted.accrual is not None
    assumed = fitted.assumptions(
        effect=effect or own.subgroups[0].effect,
        accrual=None if dated else own.accrual,
        allocation_ratio=own.allocation_ratio,
    )
    hazards = fitted.hazards
    source = AssumptionsSource(
        endpoint=hazards.endpoint,
        snapshot=snapshot,
        unblinded=fitted.unblinded,
        sentences=fitted.sentences,
        cohort=hazards.saved_cohort,
        cohort_version=hazards.cohort_version,
        cohort_sentence=fitted.cohort_sentence,
    )
    return replace(proposal, assumptions=assumed, source=source, origin="")
