"""What a dose-escalation design does: exactly, by simulation, and beside what is possible."""

from analytics.dosing.characteristics.accrual import CohortAccrual
from analytics.dosing.characteristics.exact import exact_characteristics
from analytics.dosing.characteristics.operating_characteristics import OperatingCharacteristics
from analytics.dosing.characteristics.scenarios import Scenario
from analytics.dosing.characteristics.tree import DecisionTree, decision_tree

__all__ = [
    "CohortAccrual",
    "DecisionTree",
    "OperatingCharacteristics",
    "Scenario",
    "decision_tree",
    "exact_characteristics",
]
