"""A TITE-CRM trial under way: the dose for who comes today, deviations, and what may follow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil

import pandas as pd

from analytics.checks import require
from analytics.dosing.late_toxicity.course import TrialCourse
from analytics.dosing.late_toxicity.tite_crm import TiteCrm
from analytics.dosing.late_toxicity.tite_recommendation import TiteRecommendation
from analytics.results import Result, registered, require_columns

OUTLOOK_COLUMNS = ("day", "dose", "stop")
NEWS_COLUMNS = ("patient", "given", "dose", "stop")


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TiteConduct(Result):
    """Supports the dose-escalation committee; decides nothing.

    Parameters
    ----------
    course : TrialCourse
        What was seen.
    recommendation : TiteRecommendation
        Today.
    deviations : tuple of str
        Patients who were given another dose than the design recommended on the day they came.
    outlook : DataFrame
        The `dose` from each `day` on which it changes, today first, when nobody comes and no
        toxicity is seen; 0 for none. Whether the trial would `stop`.
    news : DataFrame
        By `patient` who is still followed at the dose `given`: the `dose` if he or she had a
        toxicity today.
    """

    course: TrialCourse
    recommendation: TiteRecommendation
    deviations: tuple[str, ...]
    outlook: pd.DataFrame
    news: pd.DataFrame

    def __post_init__(self) -> None:
        require_columns(self.outlook, OUTLOOK_COLUMNS, "one row per change")
        require_columns(self.news, NEWS_COLUMNS, "one row per patient followed")

    @property
    def deviating(self) -> tuple[int, ...]:
        """Which patients, from 1, were given another dose than recommended."""
        return tuple(int(one.split()[1]) for one in self.deviations)

    def to_frame(self) -> pd.DataFrame:
        """One row per patient, with what is known today."""
        pairs = zip(self.course.patients, self.course.seen(), strict=True)
        weights, many = self.recommendation.weights, len(self.course.patients)
        rows = [
            (one.dose, one.entered, one.toxicity, one.left, seen.followed) for one, seen in pairs
        ]
        columns = ["dose", "entered", "toxicity", "left", "followed"]
        frame = pd.DataFrame(rows, columns=columns)
        frame = frame.astype({"toxicity": "Int64", "left": "Int64"}).assign(weight=weights)
        return frame.assign(patient=range(1, many + 1))[["patient", *columns, "weight"]]


def conduct_tite(design: TiteCrm, course: TrialCourse, *, level: float = 0.9) -> TiteConduct:
    """What the design recommends on the day of the course.

    Parameters
    ----------
    design : TiteCrm
        Its window is in days.
    course : TrialCourse
        Of as many doses; a toxicity counts when it is seen within the window.
    level : float
        Of the intervals, 0 < level < 1.

    Examples
    --------
    >>> from analytics.dosing.escalation import Crm
    >>> design = TiteCrm(method=Crm(skeleton=(0.05, 0.12, 0.25, 0.4, 0.55), target=0.25),
    ...                  window=126.0, most_patients=24, start=3)
    >>> found = conduct_tite(design, TrialCourse.parse("3@0 3@7 3@38 3@45", doses=5, today=73))
    >>> found.recommendation.dose, found.deviations
    (4, ('Patient 4 was given dose 3; the design recommended dose 4.',))
    >>> found.news.to_numpy().tolist()[0]
    [1, 3, 1, False]
    """
    same = course.doses == design.doses
    require(same, f"a course of {design.doses} doses", doses=course.doses)
    for place, one in enumerate(course.patients, start=1):
        days = 0 if one.toxicity is None else one.toxicity - one.entered
        rule = f"a toxicity counts within {design.window:g} days of the entry"
        require(days <= design.window, rule, patient=place, days=days)
    found = design.recommend(course.seen(), level=level)
    return TiteConduct(
        course=course,
        recommendation=found,
        deviations=_deviations(design, course),
        outlook=_outlook(design, course),
        news=_news(design, course, found),
    )


def _deviations(design: TiteCrm, course: TrialCourse) -> tuple[str, ...]:
    said = []
    for i, one in enumerate(course.patients):
        stop, dose, _ = design.next_dose(course.seen(one.entered, first=i))
        if stop:
            said.append(f"Patient {i + 1} was given dose {one.dose} after the trial's end.")
        elif dose != one.dose:
            was = f"Patient {i + 1} was given dose {one.dose}"
            said.append(f"{was}; the design recommended dose {dose}.")
    return tuple(said)


def _outlook(design: TiteCrm, course: TrialCourse) -> pd.DataFrame:
    rows: list[tuple[int, int, bool]] = []
    for day in range(course.today, course.today + ceil(design.window) + 1):
        stop, dose, _ = design.next_dose(course.seen(day))
        if not rows or rows[-1][1:] != (dose, stop):
            rows.append((day, dose, stop))
        if stop:
            break
    return pd.DataFrame(rows, columns=list(OUTLOOK_COLUMNS))


def _news(design: TiteCrm, course: TrialCourse, found: TiteRecommendation) -> pd.DataFrame:
    seen, rows = course.seen(), []
    for i, (one, weight) in enumerate(zip(course.patients, found.weights, strict=True)):
        if weight >= 1 or one.left is not None:
            continue
        had = replace(seen[i], toxicity=True)
        stop, dose, _ = design.next_dose((*seen[:i], had, *seen[i + 1 :]))
        rows.append((i + 1, one.dose, dose, stop))
    return pd.DataFrame(rows, columns=list(NEWS_COLUMNS))
