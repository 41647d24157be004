"""Dose escalation while earlier patients are still followed for toxicity."""

from analytics.dosing.late_toxicity.conduct import TiteConduct, conduct_tite
from analytics.dosing.late_toxicity.course import EnteredPatient, TrialCourse
from analytics.dosing.late_toxicity.follow_up import FollowedPatient, follow_up_weights
from analytics.dosing.late_toxicity.tite_crm import TiteCrm
from analytics.dosing.late_toxicity.tite_recommendation import TiteRecommendation

__all__ = [
    "EnteredPatient",
    "FollowedPatient",
    "TiteConduct",
    "TiteCrm",
    "TiteRecommendation",
    "TrialCourse",
    "conduct_tite",
    "follow_up_weights",
]
