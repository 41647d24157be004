"""Exposure: how long subjects are treated, at which doses, and how often events are at each.

Whatever is counted here follows what was given, and doses are changed because of events: arms and
doses are described, and nothing here compares them as if doses had been assigned.
"""

from analytics.safety.exposure.dose_levels import OTHER_LEVELS, dose_levels
from analytics.safety.exposure.dose_over_time import DoseOverTime, follow_doses
from analytics.safety.exposure.dosing import Dosing
from analytics.safety.exposure.events_by_dose import EventsByDose, count_events_by_dose
from analytics.safety.exposure.subject_exposure import (
    MEASURES,
    RELATIVE_BANDS,
    PlannedDose,
    SubjectExposure,
    measure_exposure,
)
from analytics.safety.exposure.treatment_time import fit_time_on_treatment

__all__ = [
    "MEASURES",
    "OTHER_LEVELS",
    "RELATIVE_BANDS",
    "DoseOverTime",
    "Dosing",
    "EventsByDose",
    "PlannedDose",
    "SubjectExposure",
    "count_events_by_dose",
    "dose_levels",
    "fit_time_on_treatment",
    "follow_doses",
    "measure_exposure",
]
