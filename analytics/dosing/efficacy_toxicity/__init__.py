"""Dose optimisation by efficacy and toxicity together."""

from analytics.dosing.efficacy_toxicity.boin12 import Boin12
from analytics.dosing.efficacy_toxicity.characteristics import EfficacyToxicityCharacteristics
from analytics.dosing.efficacy_toxicity.conduct import Boin12Conduct, conduct_boin12
from analytics.dosing.efficacy_toxicity.outcomes import JointCohort, JointOutcomes
from analytics.dosing.efficacy_toxicity.recommendation import OptimalDoseRecommendation
from analytics.dosing.efficacy_toxicity.scenarios import EfficacyToxicityScenario
from analytics.dosing.efficacy_toxicity.simulation import simulate_boin12

__all__ = [
    "Boin12",
    "Boin12Conduct",
    "EfficacyToxicityCharacteristics",
    "EfficacyToxicityScenario",
    "JointCohort",
    "JointOutcomes",
    "OptimalDoseRecommendation",
    "conduct_boin12",
    "simulate_boin12",
]
