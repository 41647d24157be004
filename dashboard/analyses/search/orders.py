"""A search, and the confirmation of its front, as jobs take them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analytics.checks import require
from analytics.design.cost import Costs
from analytics.design.survival import SurvivalDesign
from analytics.progress import Progress, unheard
from analytics.results import Result
from analytics.search import Confirmation, SearchProblem, SearchResult, confirm, run


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOrder:
    """A search for better designs.

    Parameters
    ----------
    problem : str
        A `SearchProblem` as JSON.
    budget : int
        Designs to try.
    policy : str
    seed : int

    Examples
    --------
    >>> from analytics.search import Objective, SearchProblem, SearchSpace
    >>> from analytics.search.textbook import example_design
    >>> problem = SearchProblem(
    ...     space=SearchSpace(design=example_design(), events=(200, 400)),
    ...     objectives=(Objective(measure="power"), Objective(measure="expected_events")))
    >>> SearchOrder.of(problem, budget=5, policy="random", seed=1).run().evaluations
    5
    """

    problem: str
    budget: int
    policy: str
    seed: int

    @classmethod
    def of(cls, problem: SearchProblem, *, budget: int, policy: str, seed: int) -> SearchOrder:
        """The order for a problem."""
        return cls(problem=problem.to_json(), budget=budget, policy=policy, seed=seed)

    def read(self) -> SearchProblem:
        """The problem; `InputError` for a text that is none."""
        found = Result.from_json(self.problem)
        require(isinstance(found, SearchProblem), "a search problem", got=type(found).__name__)
        assert isinstance(found, SearchProblem)
        return found

    def run(self, progress: Progress = unheard) -> SearchResult:
        """Search."""
        return run(
            self.read(), budget=self.budget, policy=self.policy, seed=self.seed, progress=progress
        )

    def title(self) -> str:
        """For the list of jobs."""
        wanted = ", ".join(one.label for one in self.read().objectives)
        return f"{self.budget:,} designs for {wanted}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationOrder:
    """Simulation of the designs of a front, with effect and without.

    Parameters
    ----------
    designs : tuple of (str, str)
        Names, and `SurvivalDesign`s as JSON.
    costs : str
        `Costs` as JSON; "" without prices.
    replications : int
    seed : int

    Examples
    --------
    >>> from analytics.search.textbook import example_design
    >>> order = ConfirmationOrder.of({"Own": example_design()}, replications=10_000, seed=1)
    >>> order.title()
    '1 design, 10,000 trials each'
    """

    designs: tuple[tuple[str, str], ...]
    costs: str
    replications: int
    seed: int

    @classmethod
    def of(
        cls,
        designs: Mapping[str, SurvivalDesign],
        *,
        costs: Costs | None = None,
        replications: int,
        seed: int,
    ) -> ConfirmationOrder:
        """The order for some designs."""
        named = tuple((name, design.to_json()) for name, design in designs.items())
        priced = "" if costs is None else costs.to_json()
        return cls(designs=named, costs=priced, replications=replications, seed=seed)

    def run(self, progress: Progress = unheard) -> Confirmation:
        """Simulate."""
        designs = {name: SurvivalDesign.from_json(text) for name, text in self.designs}
        costs = Costs.from_json(self.costs) if self.costs else None
        return confirm(
            designs,
            costs=None if costs is None else dict.fromkeys(designs, costs),
            replications=self.replications,
            seed=self.seed,
            progress=progress,
        )

    def title(self) -> str:
        """For the list of jobs."""
        many = len(self.designs)
        designs = "1 design" if many == 1 else f"{many:,} designs"
        return f"{designs}, {self.replications:,} trials each"
