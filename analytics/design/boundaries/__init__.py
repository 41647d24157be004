"""Group-sequential boundaries: spending, exact probabilities, scales, monitoring, analysis."""

from analytics.design.boundaries.analysis import InterimAnalysis, LookAnalysis, analyse
from analytics.design.boundaries.conditional import ConditionalPower, NormalPrior
from analytics.design.boundaries.group_sequential import GroupSequential
from analytics.design.boundaries.monitoring import updated_boundaries
from analytics.design.boundaries.rules import (
    BetaSpending,
    Efficacy,
    FixedFutility,
    Futility,
    HaybittlePeto,
    NoEfficacyStop,
    WangTsiatis,
)
from analytics.design.boundaries.scales import bound_scales
from analytics.design.boundaries.spending import (
    HwangShihDeCani,
    KimDeMets,
    LanDeMetsOBrienFleming,
    LanDeMetsPocock,
    Spending,
    UserSpending,
)
from analytics.design.boundaries.stagewise import StagewiseEstimate
from analytics.design.boundaries.stopping import Boundaries, StoppingProbabilities

__all__ = [
    "BetaSpending",
    "Boundaries",
    "ConditionalPower",
    "Efficacy",
    "FixedFutility",
    "Futility",
    "GroupSequential",
    "HaybittlePeto",
    "HwangShihDeCani",
    "InterimAnalysis",
    "KimDeMets",
    "LanDeMetsOBrienFleming",
    "LanDeMetsPocock",
    "LookAnalysis",
    "NoEfficacyStop",
    "NormalPrior",
    "Spending",
    "StagewiseEstimate",
    "StoppingProbabilities",
    "UserSpending",
    "WangTsiatis",
    "analyse",
    "bound_scales",
    "updated_boundaries",
]
