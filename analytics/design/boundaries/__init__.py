"""Group-sequential boundaries: spending, exact probabilities, scales, monitoring, analysis."""

from analytics.design.boundaries.group_sequential import GroupSequential
from analytics.design.boundaries.rules import (
    BetaSpending,
    Efficacy,
    FixedFutility,
    Futility,
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
