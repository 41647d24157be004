"""A BOIN12 trial under way, as the page asks about it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analytics.dosing.efficacy_toxicity import Boin12Conduct, JointOutcomes, conduct_boin12
from analytics.results import Result, registered
from dashboard.analyses.dosing.late_toxicity.conduct import said_dose
from dashboard.analyses.dosing.proposal import DosingProposal
from dashboard.analyses.script import expression, import_lines

LETTERS = "N: neither, E: efficacy alone, T: toxicity alone, B: both; before them the dose."


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Boin12ConductRequest(Result):
    """The outcomes of a trial under BOIN12.

    Parameters
    ----------
    proposal : DosingProposal
    outcomes : JointOutcomes
        Of as many doses.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> seen = JointOutcomes.parse("1NNN 2NNB", doses=5)
    >>> Boin12ConductRequest(proposal=usual_dosing(), outcomes=seen).run().recommendation.dose
    3
    """

    proposal: DosingProposal
    outcomes: JointOutcomes

    def run(self) -> Boin12Conduct:
        """Compute."""
        return conduct_boin12(self.proposal.boin12(), self.outcomes)

    def code(self) -> str:
        """Python that computes it again.

        Examples
        --------
        >>> from dashboard.analyses.dosing.proposal import usual_dosing
        >>> seen = JointOutcomes.parse("1NNN 2NNB", doses=5)
        >>> made = {}
        >>> exec(Boin12ConductRequest(proposal=usual_dosing(), outcomes=seen).code(), made)
        dose 3
        """
        needed = {
            ("analytics.dosing.efficacy_toxicity.conduct", "conduct_boin12"),
            ("analytics.dosing.efficacy_toxicity.outcomes", "JointOutcomes"),
        }
        body = [
            f"design = {expression(self.proposal.boin12(), needed)}",
            f"# {LETTERS}",
            f"seen = JointOutcomes.parse({str(self.outcomes)!r}, doses={self.outcomes.doses})",
            "found = conduct_boin12(design, seen)",
            "print('dose', found.recommendation.dose)",
        ]
        return "\n".join([*import_lines(needed), "", *body, ""])


def following_table(found: Boin12Conduct, names: tuple[str, ...]) -> pd.DataFrame:
    """What follows each outcome of the next cohort, as text.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> asked = Boin12ConductRequest(proposal=usual_dosing(), outcomes=JointOutcomes(doses=5))
    >>> following_table(asked.run(), usual_dosing().names).iloc[0].tolist()
    ['1NNN', '20 mg']
    """
    rows = [
        (one.cohort, said_dose(one.dose, one.stop, names)) for one in found.following.itertuples()
    ]
    return pd.DataFrame(rows, columns=["Next cohort", "Then"])
