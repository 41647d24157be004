"""Rules around a method: how large cohorts are, how far a dose may rise, when to stop.

Rules of a kind are joined: `stop_a | stop_b` stops when either does, `stop_a & stop_b` when both
do; `limit_a & limit_b` allows what both allow, `limit_a | limit_b` what either does.
"""

from analytics.dosing.escalation.rules.cohort_sizes import (
    AcceleratedTitration,
    CohortSize,
    FixedCohorts,
)
from analytics.dosing.escalation.rules.limits import (
    AllLimits,
    AnyLimit,
    Coherent,
    DoseLimit,
    NoSkipping,
)
from analytics.dosing.escalation.rules.stopping import (
    AllOf,
    AnyOf,
    Confident,
    Patients,
    PatientsAtDose,
    Precise,
    StoppingRule,
    Unsafe,
)

__all__ = [
    "AcceleratedTitration",
    "AllLimits",
    "AllOf",
    "AnyLimit",
    "AnyOf",
    "Coherent",
    "CohortSize",
    "Confident",
    "DoseLimit",
    "FixedCohorts",
    "NoSkipping",
    "Patients",
    "PatientsAtDose",
    "Precise",
    "StoppingRule",
    "Unsafe",
]
