"""A search for escalation designs, and its front beside textbook designs, as values that run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import optuna

from analytics.checks import require
from analytics.dosing.characteristics import ToxicityScenario, random_scenarios
from analytics.dosing.escalation import EscalationDesign
from analytics.dosing.escalation.crm import PRIOR_SD
from analytics.dosing.search import (
    AgainstDefaults,
    DoseFront,
    DoseSearchProblem,
    DoseSearchResult,
    DoseSearchSpace,
    compare_designs,
    default_designs,
    search_doses,
)
from analytics.progress import Progress, unheard
from dashboard.analyses.dosing.families import FAMILIES, Family
from dashboard.analyses.dosing.proposal import DosingProposal
from dashboard.analyses.dosing.request import CharacteristicsRequest, request_for
from dashboard.analyses.search.asked import AskedSearch
from dashboard.analyses.search.shown import search_whole
from dashboard.scripts.expressions import Expressions, import_lines

SEARCHED: Mapping[str, Family] = {
    "boin": "BOIN",
    "keyboard": "Keyboard",
    "mtpi2": "mTPI-2",
    "crm": "CRM",
}
"""Families that a search varies, by their names in `DoseSearchSpace`."""
OWN = "Own design"
MOST_HELD = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseSearch(AskedSearch[DoseSearchResult]):
    """A search for dose-escalation designs.

    Parameters
    ----------
    problem : DoseSearchProblem
    budget, policy, seed, parts, part
        As of `AskedSearch`.

    Examples
    --------
    >>> from analytics.dosing.search import DoseObjective
    >>> problem = DoseSearchProblem(
    ...     space=DoseSearchSpace(doses=3, target=0.3, families=("boin",), patients=(9, 18)),
    ...     scenarios=(ToxicityScenario(probabilities=(0.1, 0.3, 0.5)),),
    ...     objectives=(DoseObjective(measure="correct"), DoseObjective(measure="patients")))
    >>> DoseSearch(problem=problem, budget=5, policy="random", seed=1).run().evaluations
    5
    """

    kind: ClassVar[str] = "dose-search"

    problem: DoseSearchProblem

    def _searched(
        self, budget: int, progress: Progress, study: optuna.Study | None
    ) -> DoseSearchResult:
        return search_doses(
            self.problem,
            budget=budget,
            policy=self.policy,
            seed=self.own.seed(self.seed),
            progress=progress,
            study=study,
        )

    @property
    def found_type(self) -> type[DoseSearchResult]:
        """What a search finds."""
        return DoseSearchResult


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOutComparison:
    """The designs of a front and others under random scenarios that the search did not use.

    Parameters
    ----------
    problem : DoseSearchProblem
        That was searched.
    designs : tuple of (int, EscalationDesign)
        The front, by number.
    others : tuple of (str, EscalationDesign)
        By name.
    count, seed : int
        Of the scenarios, 2 to 500.

    Examples
    --------
    >>> from analytics.dosing.search import DoseObjective
    >>> problem = DoseSearchProblem(
    ...     space=DoseSearchSpace(doses=3, target=0.3),
    ...     scenarios=(ToxicityScenario(probabilities=(0.1, 0.3, 0.5)),),
    ...     objectives=(DoseObjective(measure="correct"),))
    >>> crm = default_designs(doses=3, target=0.3, patients=18)["CRM"]
    >>> asked = HeldOutComparison(
    ...     problem=problem, designs=((7, crm),), others=(("CRM", crm),), count=10, seed=1)
    >>> asked.run().verdicts
    ('CRM: no improvement found.',)
    """

    problem: DoseSearchProblem
    designs: tuple[tuple[int, EscalationDesign], ...]
    others: tuple[tuple[str, EscalationDesign], ...]
    count: int
    seed: int

    def __post_init__(self) -> None:
        many = 2 <= self.count <= MOST_HELD
        require(many, f"2 to {MOST_HELD} scenarios are held out", scenarios=self.count)
        used = {one.probabilities for one in self.problem.scenarios}
        new = used.isdisjoint(one.probabilities for one in self.scenarios)
        rule = "the search used none of the scenarios that are held out: take another seed"
        require(new, rule, seed=self.seed)

    @property
    def scenarios(self) -> tuple[ToxicityScenario, ...]:
        """What is held out."""
        space = self.problem.space
        return random_scenarios(
            doses=space.doses,
            target=space.target,
            count=self.count,
            rng=np.random.default_rng(self.seed),
        )

    def run(self, progress: Progress = unheard) -> AgainstDefaults:
        """Judge all of them."""
        return compare_designs(
            self.problem,
            dict(self.designs),
            self.scenarios,
            dict(self.others),
            progress=progress,
        )

    @property
    def title(self) -> str:
        """For the list of jobs."""
        many = len(self.designs) + len(self.others)
        return f"{many:,} escalation designs under {self.count:,} held-out scenarios"


def textbook(space: DoseSearchSpace) -> dict[str, EscalationDesign]:
    """The textbook designs for what was searched, with as many patients as it allows.

    Examples
    --------
    >>> textbook(DoseSearchSpace(doses=5, target=0.25, patients=(18, 30)))["CRM"].most_patients
    30
    """
    return default_designs(
        doses=space.doses, target=space.target, patients=space.patients[1], start=space.start
    )


def beside_textbook(
    front: DoseFront, own: EscalationDesign | None, *, count: int, seed: int
) -> HeldOutComparison:
    """The request that judges a front beside textbook designs, and beside an own design.

    Parameters
    ----------
    front : DoseFront
    own : EscalationDesign, optional
        Where it can be judged exactly in time.
    count, seed : int
        Of the scenarios that are held out.

    Examples
    --------
    >>> from analytics.dosing.search import DoseObjective
    >>> problem = DoseSearchProblem(
    ...     space=DoseSearchSpace(doses=3, target=0.3, families=("boin",), patients=(9, 18)),
    ...     scenarios=(ToxicityScenario(probabilities=(0.1, 0.3, 0.5)),),
    ...     objectives=(DoseObjective(measure="correct"),))
    >>> front = DoseSearch(problem=problem, budget=2, policy="random", seed=1).run().front()
    >>> [name for name, _ in beside_textbook(front, None, count=10, seed=1).others][:2]
    ['3+3', 'BOIN']
    """
    others = textbook(front.problem.space) | ({} if own is None else {OWN: own})
    return HeldOutComparison(
        problem=front.problem,
        designs=tuple(front.designs().items()),
        others=tuple(others.items()),
        count=count,
        seed=seed,
    )


def own_request(
    proposal: DosingProposal, scenarios: tuple[ToxicityScenario, ...]
) -> CharacteristicsRequest | None:
    """The characteristics of the design of the page where they are exact and soon there.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> truth = (ToxicityScenario(probabilities=(0.05, 0.1, 0.25, 0.4, 0.5)),)
    >>> own_request(usual_dosing().of_family("BLRM"), truth) is None
    True
    """
    family = next((one for one in FAMILIES if one == proposal.family), None)
    if family is None or not isinstance(proposal.design(), EscalationDesign):
        return None
    asked = request_for(proposal, family, scenarios, seed=1)
    return asked if asked.replications is None and asked.is_quick else None


def taken(proposal: DosingProposal, front: DoseFront, number: int) -> DosingProposal:
    """The proposal with a design of a front, and what other families are told as it is.

    Examples
    --------
    >>> from analytics.dosing.search import DoseObjective
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> problem = DoseSearchProblem(
    ...     space=DoseSearchSpace(doses=5, target=0.25, families=("crm",), cohort=(3, 3),
    ...                           patients=(18, 18), stop_at=(9, 12), symmetric=True),
    ...     scenarios=(ToxicityScenario(probabilities=(0.05, 0.1, 0.25, 0.4, 0.5)),),
    ...     objectives=(DoseObjective(measure="correct"),))
    >>> front = DoseSearch(problem=problem, budget=3, policy="random", seed=1).run().front()
    >>> own = taken(usual_dosing(), front, front.knee())
    >>> own.family, own.design() == front.design(front.knee())
    ('CRM', True)
    """
    point = front.problem.space.stated(front.point(number))
    family, patients, enough = SEARCHED[point["family"]], point["patients"], point["stop_at"]
    rules = replace(
        proposal.rules,
        accelerated=False,
        precise=None,
        enough_at_dose=enough if enough < patients else None,
    )
    common = replace(
        proposal,
        family=family,
        rules=rules,
        start=front.problem.space.start,
        cohort_size=point["cohort"],
        most_patients=patients,
    )
    if family == "CRM":
        skeleton = replace(
            proposal.skeleton,
            stated=None,
            half_width=point["half_width"],
            curve="power",
            estimate="plug-in",
            prior_sd=PRIOR_SD,
            overdose=None,
        )
        limits = replace(rules, no_skipping=True, coherent=True, unsafe=point["safety"])
        return replace(common, skeleton=skeleton, rules=limits, prior_mtd=point["prior_mtd"])
    interval = replace(proposal.interval, elimination=point["safety"], extra_safety=None)
    if family == "BOIN":
        return replace(common, interval=replace(interval, under=point["under"], over=point["over"]))
    return replace(common, interval=replace(interval, half_width=point["below"]))


def searching_code(asked: DoseSearch, held: HeldOutComparison, *, chosen: int) -> str:
    """A script on the public API that searches again and compares what it found.

    Parameters
    ----------
    asked : DoseSearch
        The whole search.
    held : HeldOutComparison
        The comparison of its front.
    chosen : int
        Number of a design on the front.
    """
    words = Expressions()
    words.needed |= {
        ("analytics.dosing.characteristics", "random_scenarios"),
        ("analytics.dosing.search", "compare_with_defaults"),
        ("analytics.dosing.search", "default_designs"),
        ("numpy.random", "default_rng"),
    }
    space = asked.problem.space
    shape = f"doses={space.doses}, target={space.target!r}"
    size = f"patients={space.patients[1]}, start={space.start}"
    own = dict(held.others).get(OWN)
    lines = [
        f"search = {words.of(asked)}",
        f"found = {words.name(search_whole)}(search)",
        "front = found.front()",
        "print(front.table.drop(columns='design'))",
        f"print(front.design({chosen}))",
        f"held = random_scenarios({shape}, count={held.count}, rng=default_rng({held.seed}))",
        f"defaults = default_designs({shape}, {size})",
        *([] if own is None else [f"defaults[{OWN!r}] = {words.of(own)}"]),
        "against = compare_with_defaults(front, held, defaults)",
        "print('\\n'.join(against.verdicts))",
    ]
    return "\n".join([*import_lines(words.needed), "", *lines]) + "\n"
