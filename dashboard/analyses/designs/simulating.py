"""A simulation as a job takes it: one text, which is read by its stated types."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.checks import require
from analytics.design.simulation import SimulatedTrials, TrialSimulation
from analytics.progress import Progress, unheard
from analytics.results import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationOrder:
    """A `TrialSimulation` as JSON.

    Examples
    --------
    >>> from dashboard.analyses.designs import usual_proposal
    >>> order = SimulationOrder.of(
    ...     TrialSimulation(design=usual_proposal().design(), replications=100))
    >>> order.run().replications
    100
    """

    simulation: str

    @classmethod
    def of(cls, simulation: TrialSimulation) -> SimulationOrder:
        """The order for a simulation."""
        return cls(simulation=simulation.to_json())

    def read(self) -> TrialSimulation:
        """The simulation; `InputError` for a text that is none."""
        found = Result.from_json(self.simulation)
        rule = "the order is a simulation"
        require(isinstance(found, TrialSimulation), rule, got=type(found).__name__)
        assert isinstance(found, TrialSimulation)
        return found

    def run(self, progress: Progress = unheard) -> SimulatedTrials:
        """Simulate."""
        return self.read().run(progress)

    def title(self) -> str:
        """For the list of jobs."""
        asked = self.read()
        names = ", ".join(one.name for one in asked.tests)
        return f"{asked.replications:,} trials of {asked.subjects:,} subjects: {names}"
