"""A TITE-CRM trial under way, as the page asks about it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analytics.dosing.late_toxicity import TiteConduct, TrialCourse, conduct_tite
from analytics.results import Result, registered
from dashboard.analyses.dosing.proposal import DosingProposal
from dashboard.analyses.script import expression, import_lines


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

    def code(self) -> str:
        """Python that computes it again.

        Examples
        --------
        >>> from dashboard.analyses.dosing.proposal import usual_dosing
        >>> course = TrialCourse.parse("1@0", doses=5, today=7)
        >>> made = {}
        >>> exec(TiteConductRequest(proposal=usual_dosing(), course=course).code(), made)
        dose 2 from day 7
        """
        needed = {
            ("analytics.dosing.late_toxicity.conduct", "conduct_tite"),
            ("analytics.dosing.late_toxicity.course", "TrialCourse"),
        }
        course = self.course
        body = [
            f"design = {expression(self.proposal.tite_crm(), needed)}",
            "# A word for each patient: dose @ day of entry, T and the day of a toxicity.",
            f"seen = {str(course)!r}",
            f"course = TrialCourse.parse(seen, doses={course.doses}, today={course.today})",
            "found = conduct_tite(design, course)",
            "print('dose', found.recommendation.dose, 'from day', course.today)",
        ]
        return "\n".join([*import_lines(needed), "", *body, ""])


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
