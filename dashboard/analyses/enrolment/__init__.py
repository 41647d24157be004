"""Forecasts of enrolment from the sites of a study, what-if, and their back-test."""

from __future__ import annotations

from dashboard.analyses.enrolment.back_test import (
    RecruitmentBackTest,
    RecruitmentBackTestAnswer,
    Verdict,
    day_of_share,
    verdict_of,
)
from dashboard.analyses.enrolment.forecast import (
    RecruitmentAnalysis,
    RecruitmentAnswer,
    usual_day,
)
from dashboard.analyses.enrolment.recruited import RecruitedSubjects, Recruitment, recruitment
from dashboard.analyses.enrolment.sites import SiteAnalysis, SiteAnswer
from dashboard.analyses.enrolment.to_design import with_forecast
from dashboard.analyses.enrolment.what_if import SiteChange, WhatIfAnalysis, WhatIfAnswer

__all__ = [
    "RecruitedSubjects",
    "Recruitment",
    "RecruitmentAnalysis",
    "RecruitmentAnswer",
    "RecruitmentBackTest",
    "RecruitmentBackTestAnswer",
    "SiteAnalysis",
    "SiteAnswer",
    "SiteChange",
    "Verdict",
    "WhatIfAnalysis",
    "WhatIfAnswer",
    "day_of_share",
    "recruitment",
    "usual_day",
    "verdict_of",
    "with_forecast",
]
