"""The hierarchical model of adverse events: terms of a class lend one another strength."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from analytics.checks import NotEstimableError, require
from analytics.safety.multiplicity import BerryBerry, fit_berry_berry
from dashboard.analyses.safety.adverse_events import AdverseEvents
from dashboard.analyses.script import script
from queries.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class HierarchicalModel:
    """Berry and Berry's model of one arm against the reference.

    Parameters
    ----------
    events : AdverseEvents
        Subjects, events and arms; how they are otherwise compared does not matter.
    arm : str
        The arm that is compared with the reference.
    draws, chains, seed : int
        As in `fit_berry_berry`.
    """

    events: AdverseEvents = field(default_factory=AdverseEvents)
    arm: str
    draws: int = 3000
    chains: int = 4
    seed: int = 0

    def __post_init__(self) -> None:
        require(self.arm != "", "an arm is named", arm=self.arm)

    def run(self, store: Store) -> BerryBerry:
        """Count and sample; some seconds.

        Raises
        ------
        NotEstimableError
            When the arms are not to be compared, or there is no event.
        """
        # What is compared how changes nothing here; without it counting is quicker.
        answer = replace(self.events, strata=(), adjustment="unadjusted").run(store)
        if answer.refusal is not None:
            raise NotEstimableError(answer.refusal)
        terms = answer.levels["term"]
        if terms is None:
            raise NotEstimableError("No adverse event of this kind is recorded in this cohort.")
        require(self.arm in answer.compared, "the arm is one of those compared", arm=self.arm)
        return fit_berry_berry(
            terms.counts, arm=self.arm, draws=self.draws, chains=self.chains, seed=self.seed
        )

    def code(self, snapshot: Path, *, pooled: bool) -> str:
        """The Python that makes the answer again."""
        return script(self, snapshot, pooled=pooled, shown=["answer.table"])
