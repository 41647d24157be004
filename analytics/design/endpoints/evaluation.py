"""What a design with a binary or continuous endpoint does: by look, and in all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.checks import require
from analytics.design.courses import TrialCourses
from analytics.results import Result


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EndpointEvaluation(Result):
    """Operating characteristics of a design.

    Parameters
    ----------
    power : float
        Probability to show efficacy, in the direction of benefit, under the assumed effect.
    assurance : float or None
        Mean of the power over the uncertainty of the effect; None when the effect is certain.
    drift : float
        Mean of the statistic at full information under the assumed effect.
    expected_subjects, expected_subjects_midpoint, expected_subjects_null : float
        Analysed when the trial stops, under the assumed effect, half its drift and none.
    expected_randomised, expected_duration : float or None
        Subjects randomised and months gone when the trial stops, under the assumed effect; None
        without accrual.
    looks : DataFrame
        One row per look. `subjects` analysed; `months` and `randomised` by then and
        `subject_months`, NaN without accrual; bounds on z, as one-sided p and as the estimated
        effect at the bound, NaN where there is none; probability to stop there for `efficacy`,
        `futility`, or `harm` (two-sided plans), under the assumed effect, and `stop` in all.
    """

    power: float
    assurance: float | None
    drift: float
    expected_subjects: float
    expected_subjects_midpoint: float
    expected_subjects_null: float
    expected_randomised: float | None
    expected_duration: float | None
    looks: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """One row per look, as in `looks`."""
        return self.looks.copy()

    def courses(self) -> TrialCourses:
        """The courses that the trial may take, for what they cost; the design needs an accrual."""
        table = self.looks
        timed = bool(np.isfinite(table["months"]).all())
        require(timed, "the courses of a trial need the accrual of its design", accrual=None)
        return TrialCourses.at_looks(
            months=table["months"],
            subjects=table["randomised"],
            efficacy=table["efficacy"],
            other=np.maximum(table["stop"] - table["efficacy"], 0.0),
            subject_months=table["subject_months"],
        )
