"""Simulated survival trials: drawn, followed, analysed at looks, with Monte-Carlo errors."""

from analytics.design.simulation.simulated_trials import SimulatedTrials
from analytics.design.simulation.simulation import TrialSimulation
from analytics.design.simulation.tests_compared import (
    LOG_RANK_TEST,
    MAX_COMBO,
    ComparedTest,
)

__all__ = [
    "LOG_RANK_TEST",
    "MAX_COMBO",
    "ComparedTest",
    "SimulatedTrials",
    "TrialSimulation",
]
