"""The study's own plan as the first design: what its protocol says of one endpoint."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analytics.checks import InputError, NotEstimableError, require
from analytics.design import Accrual
from analytics.design.boundaries import Efficacy, GroupSequential
from analytics.design.boundaries.group_sequential import MOST_LOOKS
from analytics.results import Result, registered
from dashboard.analyses.designs.spending_names import spending_named
from queries.workspace.plans import Plan, PlannedEndpoint

ROUNDING = 0.5  # subjects by which planned rates may miss the planned number


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDesign(Result):
    """What a protocol says of a design; None or () where it says nothing.

    Parameters
    ----------
    study, endpoint, label : str
    arms : tuple of str
        Control first.
    information_fractions : tuple of float
        Of the analyses; the last is 1.
    alpha : float or None
        The endpoint's share of the type I error, else that of the trial.
    sides : int or None
        1 or 2.
    spending : Efficacy or None
        The spending function or boundary that the plan names.
    events : int or None
        At the final analysis.
    subjects : int or None
        All arms together.
    accrual : Accrual or None
        In months, up to the planned number of subjects.
    allocation_ratio : float or None
        Subjects on treatment per subject on control.
    test : str or None
        As the protocol names it.
    lacking : tuple of str
        Sentences on what the plan does not say, or says otherwise than a design can take it.

    Examples
    --------
    >>> plan = Plan(
    ...     study="EQX-301", title="EQX-301", status="ongoing", alpha=0.025, sides=1,
    ...     endpoints=(PlannedEndpoint(code="OS", events=330, looks=(0.5, 1.0)),))
    >>> planned_design(plan).event_counts
    (165, 330)
    """

    study: str
    endpoint: str
    label: str
    arms: tuple[str, ...] = ()
    information_fractions: tuple[float, ...] = (1.0,)
    alpha: float | None = None
    sides: int | None = None
    spending: Efficacy | None = None
    events: int | None = None
    subjects: int | None = None
    accrual: Accrual | None = None
    allocation_ratio: float | None = None
    test: str | None = None
    lacking: tuple[str, ...] = ()

    @property
    def event_counts(self) -> tuple[int, ...]:
        """Events at each analysis, rounded up; () when the plan states none."""
        if self.events is None:
            return ()
        # An analysis waits for whole events; 0.6 x 420 is 252, whatever binary fractions say.
        return tuple(
            -int(-(self.events * fraction - 1e-9) // 1) for fraction in self.information_fractions
        )

    def group_sequential(self) -> GroupSequential:
        """The looks and their boundaries; plans state no futility here.

        Raises
        ------
        NotEstimableError
            When the plan does not state what they need.

        Examples
        --------
        >>> plan = Plan(
        ...     study="EQX-301", title="EQX-301", status="ongoing", alpha=0.025, sides=1,
        ...     endpoints=(PlannedEndpoint(code="OS", events=330, role="primary"),))
        >>> planned_design(plan).group_sequential().information_fractions
        (1.0,)
        """
        if self.alpha is None or self.sides is None:
            raise NotEstimableError("The plan does not state the type I error and its sides.")
        if self.spending is not None:
            return GroupSequential(
                information_fractions=self.information_fractions,
                alpha=self.alpha,
                sides=self.sides,
                efficacy=self.spending,
            )
        if len(self.information_fractions) > 1:
            raise NotEstimableError(
                "The plan has interim looks, but no spending function that is known here."
            )
        return GroupSequential(
            information_fractions=self.information_fractions, alpha=self.alpha, sides=self.sides
        )

    def to_frame(self) -> pd.DataFrame:
        """One row per analysis: `look`, `information_fraction`, `events`."""
        counts = self.event_counts or (None,) * len(self.information_fractions)
        return pd.DataFrame(
            {
                "look": range(1, len(self.information_fractions) + 1),
                "information_fraction": self.information_fractions,
                "events": pd.array(counts, dtype="Int64"),
            }
        )


def planned_design(plan: Plan, endpoint: str | None = None) -> PlannedDesign:
    """The design that a plan describes for one endpoint.

    Parameters
    ----------
    plan : Plan
    endpoint : str, optional
        Its code; by default the first primary endpoint, else the first with planned events.

    Raises
    ------
    NotEstimableError
        When the plan has no endpoint, or none of this code.
    """
    chosen = _endpoint(plan, endpoint)
    lacking: list[str] = []
    fractions = _fractions(chosen, lacking)
    spending = _spending(chosen, len(fractions), lacking)
    ratio = _allocation(plan, lacking)
    accrual = _accrual(plan, lacking)
    alpha = chosen.alpha if chosen.alpha is not None else plan.alpha
    for said, what in (
        (alpha, "type I error"),
        (plan.sides, "number of sides of the test; an alpha of 0.025 is usually one-sided"),
        (chosen.events, f"events of {chosen.code} at the final analysis"),
        (plan.subjects, "number of subjects"),
        (chosen.test, f"test of {chosen.code}"),
    ):
        if said is None:
            lacking.append(f"The plan does not state the {what}.")
    lacking.append("No plan states the control hazard, the effect and the dropout: fit or state.")
    return PlannedDesign(
        study=plan.study,
        endpoint=chosen.code,
        label=chosen.label or chosen.code,
        arms=plan.arms,
        information_fractions=fractions,
        alpha=alpha,
        sides=plan.sides,
        spending=spending,
        events=chosen.events,
        subjects=plan.subjects,
        accrual=accrual,
        allocation_ratio=ratio,
        test=chosen.test,
        lacking=tuple(lacking),
    )


def _endpoint(plan: Plan, code: str | None) -> PlannedEndpoint:
    if code is not None:
        found = [one for one in plan.endpoints if one.code == code]
        known = ", ".join(one.code for one in plan.endpoints) or "none"
        if not found:
            raise NotEstimableError(f"The plan has no endpoint {code}; it has {known}.")
        return found[0]
    primary = [one for one in plan.endpoints if one.role == "primary"]
    driven = [one for one in plan.endpoints if one.events]
    ordered = (*primary, *driven)
    if not ordered:
        raise NotEstimableError("The plan has neither a primary endpoint nor one with events.")
    return ordered[0]


def _fractions(endpoint: PlannedEndpoint, lacking: list[str]) -> tuple[float, ...]:
    looks = tuple(float(one) for one in endpoint.looks)
    if not looks:
        lacking.append(f"The plan states no looks at {endpoint.code}; one final analysis is taken.")
        return (1.0,)
    if looks[-1] < 1:
        lacking.append(
            f"The last planned look at {endpoint.code} has {looks[-1]:.0%} of the information; a "
            "final analysis with all of it is added."
        )
        looks = (*looks, 1.0)
    require(len(looks) <= MOST_LOOKS, f"there are at most {MOST_LOOKS} looks", looks=looks)
    return looks


def _spending(endpoint: PlannedEndpoint, looks: int, lacking: list[str]) -> Efficacy | None:
    if endpoint.spending is None:
        if looks > 1:
            lacking.append(f"The plan does not state how {endpoint.code} spends its type I error.")
        return None
    try:
        return spending_named(endpoint.spending)
    except NotEstimableError as error:
        lacking.append(str(error))
        return None


def _allocation(plan: Plan, lacking: list[str]) -> float | None:
    if len(plan.arms) > 2:
        lacking.append(
            f"The plan has {len(plan.arms)} arms; a design here compares {plan.arms[1]} with "
            f"{plan.arms[0]}, but subjects and accrual are those of all arms."
        )
    if len(plan.allocation) < 2:
        lacking.append("The plan does not state the allocation.")
        return None
    return plan.allocation[1] / plan.allocation[0]


def _accrual(plan: Plan, lacking: list[str]) -> Accrual | None:
    ends: list[float] = []
    rates: list[float] = []
    for period in plan.accrual:
        if period.from_month > (ends[-1] if ends else 0.0):
            ends, rates = [*ends, period.from_month], [*rates, 0.0]
        ends, rates = [*ends, period.to_month], [*rates, period.subjects_per_month]
    if not ends:
        lacking.append("The plan does not state the accrual.")
        return None
    try:
        accrual = Accrual(ends=tuple(map(float, ends)), rates=tuple(map(float, rates)))
    except InputError as error:
        lacking.append(f"The planned accrual cannot be taken over: {error}")
        return None
    return _up_to(accrual, plan.subjects, lacking)


def _up_to(accrual: Accrual, subjects: int | None, lacking: list[str]) -> Accrual:
    """The accrual until the planned number is reached."""
    if subjects is None or abs(accrual.subjects - subjects) < ROUNDING:
        return accrual
    if accrual.subjects < subjects:
        lacking.append(
            f"The planned rates enrol {accrual.subjects:,.0f} of the {subjects:,} planned subjects."
        )
        return accrual
    end = float(accrual.entry_times([subjects / accrual.subjects])[0])
    kept = [place for place, start in enumerate((0.0, *accrual.ends[:-1])) if start < end]
    ends = [*(accrual.ends[place] for place in kept[:-1]), end]
    return Accrual(ends=tuple(ends), rates=tuple(accrual.rates[place] for place in kept))
