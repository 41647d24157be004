"""The response to dose of a study: estimates, contrast tests, curves, target doses, utility."""

from __future__ import annotations

from dashboard.analyses.dose_response.arms import BLINDED, FEWEST, ArmDoses, ArmDosesAnalysis
from dashboard.analyses.dose_response.curves import (
    AverageAnalysis,
    AveragedResponse,
    CurvesAnalysis,
    CurvesAnswer,
)
from dashboard.analyses.dose_response.harm import HarmAnalysis, HarmAnswer
from dashboard.analyses.dose_response.planning import PlannedTrial
from dashboard.analyses.dose_response.response import (
    DoseEndpoint,
    ResponseAnalysis,
    ResponseAnswer,
)
from dashboard.analyses.dose_response.signal import SignalAnalysis, SignalAnswer
from dashboard.analyses.dose_response.usual import (
    FIRST_FAMILIES,
    planned_parameter,
    planned_term,
    usual_parameters,
    usual_shapes,
)
from dashboard.analyses.dose_response.worth import SMALLEST, WorthAnalysis, WorthAnswer

__all__ = [
    "BLINDED",
    "FEWEST",
    "FIRST_FAMILIES",
    "SMALLEST",
    "ArmDoses",
    "ArmDosesAnalysis",
    "AverageAnalysis",
    "AveragedResponse",
    "CurvesAnalysis",
    "CurvesAnswer",
    "DoseEndpoint",
    "HarmAnalysis",
    "HarmAnswer",
    "PlannedTrial",
    "ResponseAnalysis",
    "ResponseAnswer",
    "SignalAnalysis",
    "SignalAnswer",
    "WorthAnalysis",
    "WorthAnswer",
    "planned_parameter",
    "planned_term",
    "usual_parameters",
    "usual_shapes",
]
