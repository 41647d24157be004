"""A TITE-CRM trial under way, as the page asks about it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analytics.dosing.late_toxicity import TiteConduct, TrialCourse, conduct_tite
from analytics.results import Result, registered
from dashboard.analyses.dosing.proposal import DosingProposal


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class TiteConductRequest(Result):
    """The patients of a trial under TITE-CRM.

    Parameters
    ----------
    proposal : DosingProposal
    course : TrialCourse
        Of as many doses, in days.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> course = TrialCourse.parse("1@0 1@7 1@14T20", doses=5, today=21)
    >>> asked = TiteConductRequest(proposal=usual_dosing(), course=course)
    >>> asked.run().recommendation.dose
    1
    """

    proposal: DosingProposal
    course: TrialCourse

    def run(self) -> TiteConduct:
        """Compute."""
        return conduct_tite(self.proposal.tite_crm(), self.course)


def with_admissible(table: pd.DataFrame, overdose: float | None) -> pd.DataFrame:
    """Doses with whether they may be given: not when too probably above the target.

    Examples
    --------
    >>> table = pd.DataFrame({"above_target": [0.2, 0.6]})
    >>> with_admissible(table, 0.5)["admissible"].tolist()
    [True, False]
    """
    return table.assign(admissible=table["above_target"] <= (1.0 if overdose is None else overdose))


def outlook_table(found: TiteConduct, names: tuple[str, ...]) -> pd.DataFrame:
    """The dose from each day on when there is no news, as text.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> course = TrialCourse.parse("1@0 1@7T9", doses=5, today=21)
    >>> asked = TiteConductRequest(proposal=usual_dosing(), course=course)
    >>> outlook_table(asked.run(), usual_dosing().names).iloc[0].tolist()
    ['21', '10 mg']
    """
    rows = [
        (f"{one.day}", said_dose(one.dose, one.stop, names)) for one in found.outlook.itertuples()
    ]
    return pd.DataFrame(rows, columns=["From day", "Without news"])


def news_table(found: TiteConduct, names: tuple[str, ...]) -> pd.DataFrame:
    """By patient still followed, the dose if he or she had a toxicity today, as text."""
    rows = [
        (f"{one.patient}", names[one.given - 1], said_dose(one.dose, one.stop, names))
        for one in found.news.itertuples()
    ]
    return pd.DataFrame(rows, columns=["Patient", "Was given", "With a toxicity today"])


def said_dose(dose: int, stop: bool, names: tuple[str, ...]) -> str:
    """What follows, for a table.

    Examples
    --------
    >>> said_dose(2, False, ("10 mg", "20 mg")), said_dose(0, True, ("10 mg",))
    ('20 mg', 'Stop, none selected')
    """
    if not stop:
        return names[dose - 1]
    return f"Stop, {names[dose - 1]} selected" if dose else "Stop, none selected"
