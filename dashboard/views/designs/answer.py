"""What a proposal comes to: the design, its evaluation, and what stands under every picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import streamlit as st

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
        return _answer(proposal.to_json())

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


@st.cache_resource(show_spinner=False, max_entries=200)
def _answer(text: str) -> DesignAnswer:
    proposal = Result.from_json(text)
    assert isinstance(proposal, DesignProposal)
    design = proposal.design()
    return DesignAnswer(
        proposal=proposal,
        design=design,
        evaluation=design.evaluate(),
        assurance=assurance(design),
    )
