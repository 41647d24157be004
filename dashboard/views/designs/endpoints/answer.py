"""What a binary or continuous proposal comes to, and what its effect is called."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from analytics.design.binary import BinaryAssumptions, BinaryDesign, BinaryEvaluation
from analytics.design.continuous import ContinuousDesign, ContinuousEvaluation
from dashboard import state
from dashboard.analyses.designs import EndpointProposal
from dashboard.analyses.designs.endpoint_curves import is_ratio
from dashboard.analyses.designs.endpoint_wording import effect_name
from dashboard.analyses.designs.protocol import rebuilding_code
from dashboard.scripts import Made, given
from dashboard.views.designs.answer import where_from

_FAR_APART = 3.0  # ratio of ratios above which a logarithmic axis has enough ticks


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointAnswer:
    """A proposal with what was computed from it.

    Parameters
    ----------
    proposal : EndpointProposal
    made_proposal : Made
        The same without where it comes from, of which scripts say nothing.
    made_design, made_evaluation : Made
        With the steps from the proposal.
    """

    proposal: EndpointProposal
    made_proposal: Made[EndpointProposal]
    made_design: Made[BinaryDesign | ContinuousDesign]
    made_evaluation: Made[BinaryEvaluation | ContinuousEvaluation]

    @classmethod
    def of(cls, proposal: EndpointProposal) -> EndpointAnswer:
        """Computed once for each proposal, whoever looks."""
        return state.computed(proposal, lambda: _answer(proposal))

    @property
    def design(self) -> BinaryDesign | ContinuousDesign:
        """What the proposal comes to."""
        return self.made_design.value

    @property
    def evaluation(self) -> BinaryEvaluation | ContinuousEvaluation:
        """What the design does."""
        return self.made_evaluation.value

    @property
    def name(self) -> str:
        """Of files."""
        binary = isinstance(self.design.assumptions, BinaryAssumptions)
        return f"{state.study().code} {'binary' if binary else 'continuous'} design"

    @property
    def code(self) -> str:
        """The Python that makes it again."""
        return rebuilding_code(self.proposal)

    @property
    def effect(self) -> str:
        """What the effect is called: "risk ratio, treatment / control"."""
        return effect_name(self.design.assumptions)

    def is_logarithmic(self, effects: ArrayLike) -> bool:
        """Whether an axis of these effects is: they are ratios, all above 0, and far apart."""
        seen = np.asarray(effects, dtype=float)
        seen = seen[np.isfinite(seen)]
        if not is_ratio(self.design) or not seen.size or seen.min() <= 0:
            return False
        return bool(seen.max() > _FAR_APART * seen.min())

    def notes(self, *said: str) -> list[str]:
        """What stands under a result."""
        return [*said, *where_from(self.proposal)]


def _answer(proposal: EndpointProposal) -> EndpointAnswer:
    bare = given(replace(proposal, origin=""), name="proposal")
    design = bare.call("design").named("design")
    return EndpointAnswer(
        proposal=proposal,
        made_proposal=bare,
        made_design=design,
        made_evaluation=design.call("evaluate").named("evaluation"),
    )
