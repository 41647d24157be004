"""A search, and the confirmation of its front, as values that run."""

from __future__ import annotations

from dataclasses import dataclass, replace

import optuna

from analytics.design.cost import Costs
from analytics.design.survival import SurvivalDesign
from analytics.progress import Progress, unheard
from analytics.search import Confirmation, Part, SearchProblem, SearchResult, confirm, run


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignSearch:
    """A search for better designs.

    Parameters
    ----------
    problem : SearchProblem
    budget : int
        Designs to try.
    policy : str
    seed : int
    parts : int
        Into how many the search is divided; each may be done by another worker.
    part : int
        Which of them this one is, from 1.

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

    problem: SearchProblem
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

    def divided(self) -> tuple[DesignSearch, ...]:
        """All parts of the search."""
        return tuple(replace(self, part=number) for number in range(1, self.parts + 1))

    def run(
        self, progress: Progress = unheard, *, study: optuna.Study | None = None
    ) -> SearchResult:
        """Search; with a study of the part that was begun, go on with it."""
        found = run(
            self.problem,
            budget=self.own.budget(self.budget),
            policy=self.policy,
            seed=self.own.seed(self.seed),
            progress=progress,
            study=study,
        )
        return replace(found, seed=self.seed).numbered(self.own)

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
