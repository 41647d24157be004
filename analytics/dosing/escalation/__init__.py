"""Dose escalation: outcomes in, recommendation out, whatever the method."""

from analytics.dosing.escalation.blrm import Blrm
from analytics.dosing.escalation.boin import Boin
from analytics.dosing.escalation.crm import Crm
from analytics.dosing.escalation.design import EscalationDesign
from analytics.dosing.escalation.ewoc import Ewoc
from analytics.dosing.escalation.isotonic_regression import isotonic
from analytics.dosing.escalation.keyboard import Keyboard, Mtpi, Mtpi2
from analytics.dosing.escalation.outcomes import Cohort, Outcomes
from analytics.dosing.escalation.recommendation import Recommendation
from analytics.dosing.escalation.rules import (
    AcceleratedTitration,
    Coherent,
    Confident,
    FixedCohorts,
    NoSkipping,
    Patients,
    PatientsAtDose,
    Precise,
    Unsafe,
)
from analytics.dosing.escalation.skeleton import indifference_skeleton
from analytics.dosing.escalation.three_plus_three import ThreePlusThree
from analytics.dosing.escalation.two_parameter_crm import TwoParameterCrm

__all__ = [
    "AcceleratedTitration",
    "Blrm",
    "Boin",
    "Coherent",
    "Cohort",
    "Confident",
    "Crm",
    "EscalationDesign",
    "Ewoc",
    "FixedCohorts",
    "Keyboard",
    "Mtpi",
    "Mtpi2",
    "NoSkipping",
    "Outcomes",
    "Patients",
    "PatientsAtDose",
    "Precise",
    "Recommendation",
    "ThreePlusThree",
    "TwoParameterCrm",
    "Unsafe",
    "indifference_skeleton",
    "isotonic",
]
