"""Group-sequential boundaries: spending, exact probabilities, scales, monitoring, analysis."""

from analytics.design.boundaries.group_sequential import (
    BetaSpending,
    Efficacy,
    FixedFutility,
    Futility,
    GroupSequential,
    HaybittlePeto,
    NoEfficacyStop,
    WangTsiatis,
)
from analytics.design.boundaries.spending import (
    HwangShihDeCani,
    KimDeMets,
    LanDeMetsOBrienFleming,
    LanDeMetsPocock,
    Spending,
    UserSpending,
)
from analytics.design.boundaries.stopping import Boundaries, StoppingProbabilities

__all__ = [
    "BetaSpending",
    "Boundaries",
    "Efficacy",
    "FixedFutility",
    "Futility",
    "GroupSequential",
    "HaybittlePeto",
    "HwangShihDeCani",
    "KimDeMets",
    "LanDeMetsOBrienFleming",
    "LanDeMetsPocock",
    "NoEfficacyStop",
    "Spending",
    "StoppingProbabilities",
    "UserSpending",
    "WangTsiatis",
]
