"""Which designs a search may try: what of the user's own design varies, and how far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil, isclose
from typing import Any

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from analytics.checks import NotEstimableError, require
from analytics.design.assumptions.survival import SurvivalAssumptions
from analytics.design.boundaries import GroupSequential
from analytics.design.boundaries.rules import BetaSpending, Efficacy, FixedFutility, Futility
from analytics.design.survival.design import SurvivalDesign
from analytics.design.survival.expected_events import ExpectedEvents
from analytics.results import Result, registered
from analytics.search.country_sites import CountrySites, accrual_from_sites
from analytics.search.enrolling import at_pace, enriched, enrolled_until
from analytics.search.look_times import fractions_from, units_of
from analytics.search.ranges import middle, pulled_inside
from analytics.search.spending_families import FAMILIES, PARAMETERS, family_of, spending_of

MOST_LOOKS = 5
NO_FUTILITY, FIXED_Z = "none", "fixed_z"
FUTILITIES = (NO_FUTILITY, *FAMILIES, FIXED_Z)
_CLOSE = 1e-9
Point = dict[str, Any]  # a value for each free variable


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSpace(Result):
    """The user's own design and the ranges of what may differ from it.

    A variable whose range is left out stays as it is in the design. Pairs are (lowest, highest).

    Parameters
    ----------
    design : SurvivalDesign
    looks : (int, int), optional
        Analyses with the final one, 1 to 5. Their times are free with `fractions`; otherwise
        they are at equal steps.
    fractions : (float, float), optional
        Information fractions of the earliest and the latest interim look.
    spacing : float
        Least information between two interim looks, >= 0.
    efficacy : tuple of str
        Spending functions to choose from: "obrien_fleming", "pocock", "hwang_shih_decani",
        "kim_demets".
    gamma, rho : (float, float)
        Parameter of Hwang, Shih and DeCani's and of Kim and DeMets' family, where that is tried.
    futility : tuple of str
        "none", "fixed_z" (one bound on z at every interim look), or a spending function for the
        type II error.
    futility_gamma, futility_rho, futility_z : (float, float)
        Their parameters.
    beta : (float, float), optional
        Type II error that futility bounds spend; otherwise that of the design, or 0.1.
    binding : tuple of bool
        Whether stops for futility count in the type I error: one value, or both to choose from.
    allocation_ratio : (float, float), optional
        Subjects on treatment per subject on control.
    subjects : (int, int), optional
        Enrolment goes on at its rates until they are in.
    sites : (int, int), optional
        The rates of accrual are those of the design x sites / `design_sites`.
    design_sites : int
        Sites that enrol as the design assumes.
    countries : tuple of CountrySites
        In the place of `sites`: accrual is what the sites of these countries are expected to
        enrol, and no longer that of the design.
    enrichment : (int, int), optional
        How many of the last subgroups of the design are not enrolled. Those that are enrol at
        their share of the rates, so that the same number of subjects takes longer.
    events : (int, int), optional
        At the final analysis.
    follow_up : (float, float), optional
        Time from the last subject to the final analysis, in the place of events: these are then
        as many as are expected by that time.
    power : (float, float), optional
        In the place of events: these are then as many as give the power under the assumptions of
        the design. With the same power twice, that power is given and not searched.

    Examples
    --------
    >>> from analytics.design import Accrual, HazardAssumption, TreatmentEffect
    >>> own = SurvivalDesign(
    ...     assumptions=SurvivalAssumptions.of(
    ...         control=HazardAssumption.exponential(median=12),
    ...         effect=TreatmentEffect.constant(0.7),
    ...         accrual=Accrual.uniform(subjects=500, duration=18)),
    ...     monitoring=GroupSequential(information_fractions=(0.6, 1.0)), events=330)
    >>> space = SearchSpace(design=own, fractions=(0.2, 0.9), events=(250, 400))
    >>> {name: round(value, 3) for name, value in space.point_of(own).items()}
    {'look_1': 0.571, 'events': 330}
    >>> space.design_at(space.point_of(own)) == own
    True
    """

    design: SurvivalDesign
    looks: tuple[int, int] | None = None
    fractions: tuple[float, float] | None = None
    spacing: float = 0.05
    efficacy: tuple[str, ...] = ()
    gamma: tuple[float, float] = (-8.0, 1.0)
    rho: tuple[float, float] = (0.5, 5.0)
    futility: tuple[str, ...] = ()
    futility_gamma: tuple[float, float] = (-8.0, 1.0)
    futility_rho: tuple[float, float] = (0.5, 5.0)
    futility_z: tuple[float, float] = (-1.0, 1.0)
    beta: tuple[float, float] | None = None
    binding: tuple[bool, ...] = ()
    allocation_ratio: tuple[float, float] | None = None
    subjects: tuple[int, int] | None = None
    sites: tuple[int, int] | None = None
    design_sites: int = 1
    countries: tuple[CountrySites, ...] = ()
    enrichment: tuple[int, int] | None = None
    events: tuple[int, int] | None = None
    follow_up: tuple[float, float] | None = None
    power: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        self._require_looks()
        self._require_families()
        above = ("rho", "futility_rho", "beta", "allocation_ratio", "subjects", "sites", "events")
        for name in (*above, "gamma", "futility_gamma", "futility_z", "follow_up"):
            ends = getattr(self, name)
            lowest = -float("inf") if name.endswith(("gamma", "_z")) else 0.0
            sound = ends is None or (lowest <= ends[0] <= ends[1] < float("inf"))
            strict = ends is None or name not in above or ends[0] > 0
            require(sound and strict, f"{name} is a lowest and a highest value", **{name: ends})
        sizes = {name: getattr(self, name) for name in ("events", "follow_up", "power")}
        one = sum(ends is not None for ends in sizes.values()) <= 1
        require(one, "only one of events, follow_up and power is given", **sizes)
        low, high = self.power or (0.9, 0.9)
        alpha = self.design.monitoring.alpha / self.design.monitoring.sides
        require(alpha < low <= high < 1, "alpha < power < 1", power=self.power)
        require(self.design_sites >= 1, "design_sites >= 1", design_sites=self.design_sites)
        self._require_enrolment()
        enrols = self.design.assumptions.accrual.rates[-1] > 0
        require(enrols or self.subjects is None, "the last rate of accrual is > 0")
        require(bool(self.distributions()), "at least one variable is free")

    def _require_enrolment(self) -> None:
        names = [one.name for one in self.countries]
        require(len(set(names)) == len(names), "each country once", countries=names)
        one = self.sites is None or not self.countries
        require(one, "sites are given in all or by country", sites=self.sites)
        most = len(self.design.assumptions.subgroups) - 1
        few, many = self.enrichment or (0, 0)
        rule = "0 <= fewest <= most subgroups left out, and one is left"
        require(0 <= few <= many <= most, rule, enrichment=self.enrichment, subgroups=most + 1)

    def _require_looks(self) -> None:
        few, many = self._looks
        sound = 1 <= few <= many and (self.looks is None or many <= MOST_LOOKS)
        require(sound, f"1 <= looks <= {MOST_LOOKS}", looks=self.looks)
        require(self.spacing >= 0, "spacing >= 0", spacing=self.spacing)
        if self.fractions is not None:
            first, last = self.fractions
            inside = 0 < first <= last < 1
            require(inside, "interim looks are above 0 and below 1", fractions=self.fractions)
            fractions_from([0.5] * (many - 1), self.fractions, self.spacing)

    def _require_families(self) -> None:
        one_sided = self.design.monitoring.sides == 1
        require(one_sided or not self.futility, "a two-sided plan has no futility bounds")
        for name, known in (("efficacy", FAMILIES), ("futility", FUTILITIES)):
            given = getattr(self, name)
            rule = f"{name} among {known}, each once"
            sound = set(given) <= set(known) and len(set(given)) == len(given)
            require(sound, rule, **{name: given})
        given_twice = len(set(self.binding)) != len(self.binding)
        require(not given_twice, "binding has each value once", binding=self.binding)
        fixed = isinstance(self.design.monitoring.futility, FixedFutility) and not self.futility
        same = self._looks[0] == self._looks[1] == len(self._own_fractions)
        rule = "fixed futility bounds of the design stay, or futility is searched"
        require(not fixed or same, rule, looks=self.looks)

    @property
    def _own_fractions(self) -> tuple[float, ...]:
        return self.design.monitoring.information_fractions

    @property
    def _looks(self) -> tuple[int, int]:
        own = len(self._own_fractions)
        return (own, own) if self.looks is None else self.looks

    # Optuna's view ------------------------------------------------------------

    def distributions(self) -> dict[str, BaseDistribution]:
        """The free variables and their ranges; all of them are in every point, also those that a
        point does not need, as samplers learn better from points that are alike."""
        found: dict[str, BaseDistribution] = {}
        few, many = self._looks
        if few < many:
            found["looks"] = IntDistribution(few, many)
        if self.fractions is not None:
            for look in range(1, many):
                found[f"look_{look}"] = FloatDistribution(0.0, 1.0)
        for prefix, families in (("efficacy", self.efficacy), ("futility", self.futility)):
            if len(families) > 1:
                found[prefix] = CategoricalDistribution(families)
            for family in families:
                name = "z" if family == FIXED_Z else PARAMETERS.get(family)
                if name is not None:
                    ends = getattr(self, name if prefix == "efficacy" else f"futility_{name}")
                    found[f"{prefix}_{name}"] = FloatDistribution(*ends)
        if len(self.binding) > 1:
            found["binding"] = CategoricalDistribution(self.binding)
        if self.power is not None and self.power[0] < self.power[1]:
            found["planned_power"] = FloatDistribution(*self.power)
        for name in ("beta", "allocation_ratio", "follow_up"):
            ends = getattr(self, name)
            if ends is not None:
                found[name] = FloatDistribution(*ends)
        for name in ("subjects", "sites", "events", "enrichment"):
            ends = getattr(self, name)
            if ends is not None:
                found[name] = IntDistribution(*ends)
        for country in self.countries:
            found.update(country.distributions())
        return found

    # Points to designs --------------------------------------------------------

    def design_at(self, point: Mapping[str, Any]) -> SurvivalDesign:
        """The design of a point.

        Raises
        ------
        NotEstimableError
            When there is none: more events than subjects, or a power that they never give.
        """
        assumed = self.assumptions_at(point, self.design.assumptions)
        plan, margin = self.monitoring_at(point), self.design.margin
        if self.power is not None:
            power = float(point.get("planned_power", self.power[0]))
            return SurvivalDesign.for_power(assumed, plan, power=power, margin=margin)
        events = self._events_at(point, assumed)
        most = assumed.accrual.subjects
        if events > most:
            raise NotEstimableError(f"{events:g} events do not come from {most:g} subjects.")
        return SurvivalDesign(assumptions=assumed, monitoring=plan, events=events, margin=margin)

    def assumptions_at(
        self, point: Mapping[str, Any], assumptions: SurvivalAssumptions
    ) -> SurvivalAssumptions:
        """Assumptions, those of the design or of a scenario, with what a point says of accrual
        and allocation."""
        enrolled = enriched(assumptions, int(point.get("enrichment", (self.enrichment or (0,))[0])))
        own = self.design.assumptions.accrual
        subjects = float(point.get("subjects", own.subjects))
        if self.countries:
            mean_rate = enrolled.accrual.subjects / enrolled.accrual.duration
            accrual = accrual_from_sites(
                self.countries,
                point,
                subjects=subjects,
                pace=mean_rate / (own.subjects / own.duration),
                log_std_err=enrolled.accrual.log_std_err,
            )
        else:
            pace = self.sites_at(point) / self.design_sites
            accrual = enrolled_until(at_pace(enrolled.accrual, pace), subjects)
        ratio = point.get("allocation_ratio", self.design.assumptions.allocation_ratio)
        return replace(enrolled, accrual=accrual, allocation_ratio=float(ratio))

    def sites_at(self, point: Mapping[str, Any]) -> int:
        """Sites that enrol."""
        if self.countries and "sites" not in point:
            return sum(one.sites_at(point) for one in self.countries)
        return int(point.get("sites", self.design_sites))

    def monitoring_at(self, point: Mapping[str, Any]) -> GroupSequential:
        """Looks and rules to stop at them of a point."""
        fractions = self._fractions_at(point)
        futility = self._futility_at(point) if len(fractions) > 1 else None
        if isinstance(futility, FixedFutility):
            futility = FixedFutility(z=(futility.z or (None,))[:1] * (len(fractions) - 1))
        binding = self._chosen(point, "binding", self.binding, self.design.monitoring.binding)
        return replace(
            self.design.monitoring,
            information_fractions=fractions,
            efficacy=self._efficacy_at(point),
            futility=futility,
            binding=bool(binding) and futility is not None,
        )

    def _fractions_at(self, point: Mapping[str, Any]) -> tuple[float, ...]:
        looks = int(point.get("looks", self._looks[0]))
        if self.fractions is not None:
            units = [float(point[f"look_{look}"]) for look in range(1, looks)]
            return fractions_from(units, self.fractions, self.spacing)
        if looks == len(self._own_fractions):
            return self._own_fractions
        return tuple((look + 1) / looks for look in range(looks))

    def _efficacy_at(self, point: Mapping[str, Any]) -> Efficacy:
        if not self.efficacy:
            return self.design.monitoring.efficacy
        family = self._chosen(point, "efficacy", self.efficacy, None)
        return spending_of(str(family), _parameters(point, "efficacy"))

    def _futility_at(self, point: Mapping[str, Any]) -> Futility | None:
        own = self.design.monitoring.futility
        beta = float(point.get("beta", own.beta if isinstance(own, BetaSpending) else 0.1))
        if not self.futility:
            return replace(own, beta=beta) if isinstance(own, BetaSpending) else own
        family = str(self._chosen(point, "futility", self.futility, None))
        if family == NO_FUTILITY:
            return None
        if family == FIXED_Z:
            return FixedFutility(z=(float(point["futility_z"]),))
        return BetaSpending(spending=spending_of(family, _parameters(point, "futility")), beta=beta)

    def _events_at(self, point: Mapping[str, Any], assumed: SurvivalAssumptions) -> float:
        if self.follow_up is None:
            return float(point.get("events", self.design.events))
        end = assumed.accrual.duration + float(point["follow_up"])
        return float(ExpectedEvents.of(assumed).events([end])[0])

    @staticmethod
    def _chosen(
        point: Mapping[str, Any], name: str, choices: tuple[Any, ...], otherwise: object
    ) -> object:
        return point.get(name, choices[0] if choices else otherwise)

    # Designs to points --------------------------------------------------------

    def point_of(self, design: SurvivalDesign) -> Point:
        """The point of a design, whole numbers of events and subjects rounded up.

        What the design does not have, such as the times of looks beyond its own, is taken from
        the middle of its range.

        Raises
        ------
        InputError
            When the design is not in the space.
        """
        space = self.distributions()
        point = {name: middle(one) for name, one in space.items()}
        plan = design.monitoring
        told = {
            "looks": len(plan.information_fractions),
            "binding": plan.binding,
            **self.enrolment_of(design),
            "subjects": ceil(design.assumptions.accrual.subjects - _CLOSE),
            "events": ceil(design.events - _CLOSE),
            **self._told_looks(plan),
            **self._told_rules(plan),
        }
        if self.follow_up is not None:
            at = ExpectedEvents.of(design.assumptions).calendar_time([design.events])[0]
            told["follow_up"] = float(at) - design.assumptions.accrual.duration
        if self.power is not None:
            told["planned_power"] = design.evaluate().power
        for name in space.keys() & told.keys():
            point[name] = pulled_inside(name, told[name], space[name])
        self._require_same(design, point)
        return point

    def enrolment_of(self, design: SurvivalDesign) -> Point:
        """Subjects, allocation and sites of any design, free or not; sites by its first rate, or
        those of the space's design where they are searched by country."""
        found, own = design.assumptions.accrual, self.design.assumptions.accrual
        pace = 1.0 if self.countries else found.rates[0] / (own.rates[0] or 1.0)
        return {
            "subjects": found.subjects,
            "allocation_ratio": design.assumptions.allocation_ratio,
            "sites": round(pace * self.design_sites),
        }

    def _require_same(self, design: SurvivalDesign, point: Point) -> None:
        """What is not free is as in the space's own design."""
        found, plan = self.monitoring_at(point), design.monitoring
        few, many = self._looks
        looks = len(plan.information_fractions)
        require(few <= looks <= many, f"{few} <= looks <= {many}", looks=looks)
        pairs = zip(found.information_fractions, plan.information_fractions, strict=True)
        near = all(isclose(one, other, abs_tol=1e-6) for one, other in pairs)
        alike = replace(found, information_fractions=plan.information_fractions) == plan
        margin = design.margin == self.design.margin
        require(near and alike and margin, "what is not searched is as in the space's design")

    def _told_looks(self, plan: GroupSequential) -> Point:
        if self.fractions is None:
            return {}
        units = units_of(plan.information_fractions, self.fractions, self.spacing)
        return {f"look_{look}": unit for look, unit in enumerate(units, start=1)}

    def _told_rules(self, plan: GroupSequential) -> Point:
        told: Point = {}
        if self.efficacy:
            told["efficacy"], parameters = family_of(plan.efficacy)
            _require_choice("efficacy", told["efficacy"], self.efficacy)
            told.update({f"efficacy_{name}": value for name, value in parameters.items()})
        rule = plan.futility
        if isinstance(rule, BetaSpending):
            told["beta"] = rule.beta
        if not self.futility or len(plan.information_fractions) == 1:
            return told
        if rule is None:
            told["futility"] = NO_FUTILITY
        elif isinstance(rule, FixedFutility):
            told["futility"] = FIXED_Z
            same = len(set(rule.z)) == 1 and rule.z[0] is not None
            require(same, "searched futility bounds are one z at all looks", z=rule.z)
            told["futility_z"] = rule.z[0]
        else:
            told["futility"], parameters = family_of(rule.spending)
            told.update({f"futility_{name}": value for name, value in parameters.items()})
        _require_choice("futility", told["futility"], self.futility)
        return told


def _require_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    require(value in choices, f"{name} of the design is among {choices}", **{name: value})


def _parameters(point: Mapping[str, Any], prefix: str) -> dict[str, float]:
    return {
        name: float(point[f"{prefix}_{name}"])
        for name in PARAMETERS.values()
        if f"{prefix}_{name}" in point
    }
