"""A BOIN12 trial under way, as the page asks about it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analytics.dosing.efficacy_toxicity import Boin12Conduct, JointOutcomes, conduct_boin12
from analytics.results import Result, registered
from dashboard.analyses.dosing.late_toxicity.conduct import said_dose
from dashboard.analyses.dosing.proposal import DosingProposal

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


def joint_cohort_table(outcomes: JointOutcomes) -> pd.DataFrame:
    """The cohorts of a trial, with patients by what they had.

    Examples
    --------
    >>> joint_cohort_table(JointOutcomes.parse("1NNE", doses=2)).iloc[0].to_dict()
    {'cohort': 1, 'dose': 1, 'neither': 2, 'efficacy_alone': 1, 'toxicity_alone': 0, 'both': 0}
    """
    rows = [
        (i, c.dose, c.neither, c.efficacy, c.toxicity, c.both)
        for i, c in enumerate(outcomes.cohorts, start=1)
    ]
    columns = ["cohort", "dose", "neither", "efficacy_alone", "toxicity_alone", "both"]
    return pd.DataFrame(rows, columns=columns)


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
