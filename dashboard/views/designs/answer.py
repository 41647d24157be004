"""What a proposal comes to: the design, its evaluation, and what stands under every picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol

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
from dashboard.scripts import Made, given, result_of, taken_for


class ProposalAnswer(Protocol):
    """What a tab needs to show a proposal of any endpoint and to give it away."""

    @property
    def proposal(self) -> DesignProposal | EndpointProposal: ...
    @property
    def evaluation(self) -> Result: ...
    @property
    def made_proposal(self) -> Made[Any]: ...
    @property
    def made_evaluation(self) -> Made[Any]: ...
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
    made_proposal : Made
        The same without where it comes from, of which scripts say nothing.
    made_design, made_evaluation, made_assurance : Made
        With the steps from the proposal.
    """

    proposal: DesignProposal
    made_proposal: Made[DesignProposal]
    made_design: Made[SurvivalDesign]
    made_evaluation: Made[SurvivalEvaluation]
    made_assurance: Made[Assurance]

    @classmethod
    def of(cls, proposal: DesignProposal) -> DesignAnswer:
        """Computed once for each proposal, whoever looks."""
        return state.computed(proposal, lambda: _answer(proposal))

    @property
    def design(self) -> SurvivalDesign:
        """What the proposal comes to."""
        return self.made_design.value

    @property
    def evaluation(self) -> SurvivalEvaluation:
        """What the design does."""
        return self.made_evaluation.value

    @property
    def assurance(self) -> Assurance:
        """Its power, averaged over what the assumptions leave open."""
        return self.made_assurance.value

    def made_from(self, design: Made[SurvivalDesign]) -> DesignAnswer:
        """The same, with steps that begin elsewhere and make the same design."""
        return replace(
            self,
            made_design=design,
            made_evaluation=result_of(
                design, self.evaluation, name="evaluation", method="evaluate"
            ),
            made_assurance=taken_for(self.assurance, assurance, design),
        )

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
    bare = given(replace(proposal, source=None, origin=""), name="proposal")
    design = bare.call("design").named("design")
    return DesignAnswer(
        proposal=proposal,
        made_proposal=bare,
        made_design=design,
        made_evaluation=design.call("evaluate").named("evaluation"),
        made_assurance=design.then(assurance),
    )
