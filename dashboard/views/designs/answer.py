"""What a proposal comes to: the design, its evaluation, and what stands under every picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from analytics.design.survival import (
    Assurance,
    SurvivalDesign,
    SurvivalEvaluation,
    assurance,
)
from analytics.results import Result
from dashboard import state
from dashboard.analyses.designs import DesignProposal, EndpointProposal
from dashboard.analyses.designs.protocol import rebuilding_code


class ProposalAnswer(Protocol):
    """What a tab needs to show a proposal of any endpoint and to give it away."""

    @property
    def proposal(self) -> DesignProposal | EndpointProposal: ...
    @property
    def evaluation(self) -> Result: ...
    @property
    def name(self) -> str: ...
    @property
    def code(self) -> str: ...
    def notes(self, *said: str) -> list[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignAnswer:
    """A proposal with what was computed from it.

    Parameters
    ----------
    proposal : DesignProposal
    design : SurvivalDesign
    evaluation : SurvivalEvaluation
    assurance : Assurance
    """

    proposal: DesignProposal
    design: SurvivalDesign
    evaluation: SurvivalEvaluation
    assurance: Assurance

    @classmethod
    def of(cls, proposal: DesignProposal) -> DesignAnswer:
        """Computed once for each proposal, whoever looks."""
        return state.computed(proposal, lambda: _answer(proposal))

    @property
    def name(self) -> str:
        """Of files."""
        return f"{state.study().code} design"

    @property
    def code(self) -> str:
        """The Python that makes it again."""
        return rebuilding_code(self.proposal)

    def notes(self, *said: str) -> list[str]:
        """What stands under a result."""
        return [*said, *where_from(self.proposal)]


def where_from(proposal: DesignProposal | EndpointProposal) -> list[str]:
    """Where the assumptions come from."""
    source = proposal.source
    if source is None:
        return [f"{proposal.origin}." if proposal.origin else "Assumptions as entered."]
    return [f"Assumptions fitted to {source.endpoint} of: {source.cohort_sentence}"]


def _answer(proposal: DesignProposal) -> DesignAnswer:
    design = proposal.design()
    return DesignAnswer(
        proposal=proposal,
        design=design,
        evaluation=design.evaluate(),
        assurance=assurance(design),
    )
