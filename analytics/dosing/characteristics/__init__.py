"""What a dose-escalation design does: exactly, by simulation, and beside what is possible."""

from analytics.dosing.characteristics.accrual import CohortAccrual
from analytics.dosing.characteristics.benchmark import OptimalBenchmark, optimal_benchmark
from analytics.dosing.characteristics.exact import exact_characteristics, exact_measures
from analytics.dosing.characteristics.operating_characteristics import OperatingCharacteristics
from analytics.dosing.characteristics.paths import TransitionPaths, transition_paths
from analytics.dosing.characteristics.patient_accrual import PatientAccrual
from analytics.dosing.characteristics.scenarios import (
    ToxicityScenario,
    random_scenarios,
    shifted_scenarios,
)
from analytics.dosing.characteristics.simulation import simulate_characteristics
from analytics.dosing.characteristics.tite_simulation import simulate_tite
from analytics.dosing.characteristics.tree import DecisionTree, decision_tree

__all__ = [
    "CohortAccrual",
    "DecisionTree",
    "OperatingCharacteristics",
    "OptimalBenchmark",
    "PatientAccrual",
    "ToxicityScenario",
    "TransitionPaths",
    "decision_tree",
    "exact_characteristics",
    "exact_measures",
    "optimal_benchmark",
    "random_scenarios",
    "shifted_scenarios",
    "simulate_characteristics",
    "simulate_tite",
    "transition_paths",
]
