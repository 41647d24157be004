"""A search, and the confirmation of its front, as values that run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar, Generic, Self, TypeVar

import optuna

from analytics.design.cost import Costs
from analytics.design.survival import SurvivalDesign
from analytics.progress import Progress, unheard
from analytics.search import Confirmation, Part, SearchProblem, SearchResult, confirm, run
from analytics.search.protocol import Problem
from analytics.search.result import TriedDesigns

Found = TypeVar("Found", bound=TriedDesigns)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedSearch(ABC, Generic[Found]):
    """What searches of any problem are: a request for a job, in parts, whose trials are kept.

    Parameters
    ----------
    problem : Problem
    budget : int
        Designs to try.
    policy : str
    seed : int
    parts : int
        Into how many the search is divided; each may be done by another worker.
    part : int
        Which of them this one is, from 1.
    """

    kind: ClassVar[str]
    """The name of its kind of job."""

    problem: Problem
    budget: int
    policy: str
    seed: int
    parts: int = 1
    part: int = 1

    def __post_init__(self) -> None:
        self.own.budget(self.budget)

    @property
    def own(self) -> Part:
        """The part of the search that this one is."""
        return Part(number=self.part, of=self.parts)

    def divided(self) -> tuple[Self, ...]:
        """All parts of the search."""
        return tuple(replace(self, part=number) for number in range(1, self.parts + 1))

    def run(self, progress: Progress = unheard, *, study: optuna.Study | None = None) -> Found:
        """Search; with a study of the part that was begun, go on with it."""
        found = self._searched(self.own.budget(self.budget), progress, study)
        return replace(found, seed=self.seed).numbered(self.own)

    @abstractmethod
    def _searched(self, budget: int, progress: Progress, study: optuna.Study | None) -> Found:
        """Search with the seed of the own part."""

    @property
    @abstractmethod
    def found_type(self) -> type[Found]:
        """What a search finds."""

    @property
    def title(self) -> str:
        """Of the whole search."""
        wanted = ", ".join(one.label for one in self.problem.objectives)
        return f"{self.budget:,} designs for {wanted}"

    @property
    def part_title(self) -> str:
        """For the list of jobs."""
        return self.title if self.parts == 1 else f"{self.title}, part {self.part} of {self.parts}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignSearch(AskedSearch[SearchResult]):
    """A search for better designs.

    Parameters
    ----------
    problem : SearchProblem
    budget, policy, seed, parts, part
        As of `AskedSearch`.

    Examples
    --------
    >>> from analytics.search import Objective, SearchSpace
    >>> from analytics.search.textbook import example_design
    >>> problem = SearchProblem(
    ...     space=SearchSpace(design=example_design(), events=(200, 400)),
    ...     objectives=(Objective(measure="power"), Objective(measure="expected_events")))
    >>> DesignSearch(problem=problem, budget=5, policy="random", seed=1).run().evaluations
    5
    """

    kind: ClassVar[str] = "design-search"

    problem: SearchProblem

    def _searched(
        self, budget: int, progress: Progress, study: optuna.Study | None
    ) -> SearchResult:
        return run(
            self.problem,
            budget=budget,
            policy=self.policy,
            seed=self.own.seed(self.seed),
            progress=progress,
            study=study,
        )

    @property
    def found_type(self) -> type[SearchResult]:
        """What a search finds."""
        return SearchResult


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontConfirmation:
    """Simulation of the designs of a front, with effect and without.

    Parameters
    ----------
    designs : tuple of (str, SurvivalDesign)
        By name.
    costs : Costs or None
    replications : int
        Of each design with the effect.
    seed : int

    Examples
    --------
    >>> from analytics.search.textbook import example_design
    >>> asked = FrontConfirmation(
    ...     designs=(("Own", example_design()),), costs=None, replications=10_000, seed=1)
    >>> asked.title
    '1 design, 10,000 trials each'
    """

    designs: tuple[tuple[str, SurvivalDesign], ...]
    costs: Costs | None
    replications: int
    seed: int

    def run(self, progress: Progress = unheard) -> Confirmation:
        """Simulate."""
        designs = dict(self.designs)
        return confirm(
            designs,
            costs=None if self.costs is None else dict.fromkeys(designs, self.costs),
            replications=self.replications,
            seed=self.seed,
            progress=progress,
        )

    @property
    def title(self) -> str:
        """For the list of jobs."""
        many = len(self.designs)
        designs = "1 design" if many == 1 else f"{many:,} designs"
        return f"{designs}, {self.replications:,} trials each"
