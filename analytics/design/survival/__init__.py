"""Designs with a time-to-event endpoint: events by calendar time, looks, sample size, power."""

from analytics.design.survival.assurance import Assurance, assurance
from analytics.design.survival.average_hazard_ratio import (
    AverageHazardRatio,
    average_hazard_ratio,
)
from analytics.design.survival.calendar_looks import (
    CalendarLooks,
    calendar_looks,
    calendar_looks_for_power,
)
from analytics.design.survival.design import SurvivalDesign
from analytics.design.survival.evaluation import SurvivalEvaluation
from analytics.design.survival.expected_events import ExpectedEvents
from analytics.design.survival.sample_size import (
    accrual_for_events,
    drift_per_root_event,
    lachin_foulkes_subjects,
    required_events,
    subjects_for_events,
)
from analytics.design.survival.weighted.power import WeightedPower
from analytics.design.survival.weighted.weight_curves import LogRankWeight, ModestWeight
from analytics.design.survival.weighted.weighted_test import WeightedTest, weighted_test

__all__ = [
    "Assurance",
    "AverageHazardRatio",
    "CalendarLooks",
    "ExpectedEvents",
    "LogRankWeight",
    "ModestWeight",
    "SurvivalDesign",
    "SurvivalEvaluation",
    "WeightedPower",
    "WeightedTest",
    "accrual_for_events",
    "assurance",
    "average_hazard_ratio",
    "calendar_looks",
    "calendar_looks_for_power",
    "drift_per_root_event",
    "lachin_foulkes_subjects",
    "required_events",
    "subjects_for_events",
    "weighted_test",
]
