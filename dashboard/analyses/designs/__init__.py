"""From the patients of a study to the assumptions of a design, and from its plan to a design."""

from __future__ import annotations

from dashboard.analyses.designs.accrual import FittedAccrual, fit_accrual
from dashboard.analyses.designs.dropout import FittedDropout
from dashboard.analyses.designs.endpoint_proposal import (
    EndpointProposal,
    usual_binary,
    usual_continuous,
)
from dashboard.analyses.designs.fitted import AssumptionsFit
from dashboard.analyses.designs.fitted_assumptions import (
    EstimatedEffect,
    FittedAssumptions,
    HazardCandidate,
)
from dashboard.analyses.designs.planned import PlannedDesign, planned_design
from dashboard.analyses.designs.proposal import (
    AssumptionsSource,
    DesignProposal,
    proposal_of_plan,
    taken_over,
    usual_proposal,
    with_fitted_hazards,
)
from dashboard.analyses.designs.spending_names import spending_named

__all__ = [
    "AssumptionsFit",
    "AssumptionsSource",
    "DesignProposal",
    "EndpointProposal",
    "EstimatedEffect",
    "FittedAccrual",
    "FittedAssumptions",
    "FittedDropout",
    "HazardCandidate",
    "PlannedDesign",
    "fit_accrual",
    "planned_design",
    "proposal_of_plan",
    "spending_named",
    "taken_over",
    "usual_binary",
    "usual_continuous",
    "usual_proposal",
    "with_fitted_hazards",
]
