"""The dose-escalation design on screen, its card, its conduct, its comparison and its protocol."""

from __future__ import annotations

from dashboard.analyses.dosing.conduct import ConductAnswer, ConductRequest
from dashboard.analyses.dosing.families import COMPARED, FAMILIES, OFFERED, ComparedFamily, Family
from dashboard.analyses.dosing.proposal import DosingProposal, usual_dosing
from dashboard.analyses.dosing.request import CharacteristicsRequest, request_for
from dashboard.analyses.dosing.seen import SeenScenarios, ToxicitySeen, ToxicitySeenAnswer
from dashboard.analyses.dosing.settings import (
    AmountSettings,
    IntervalSettings,
    RuleSettings,
    SkeletonSettings,
)

__all__ = [
    "COMPARED",
    "FAMILIES",
    "OFFERED",
    "AmountSettings",
    "CharacteristicsRequest",
    "ComparedFamily",
    "ConductAnswer",
    "ConductRequest",
    "DosingProposal",
    "Family",
    "IntervalSettings",
    "RuleSettings",
    "SeenScenarios",
    "SkeletonSettings",
    "ToxicitySeen",
    "ToxicitySeenAnswer",
    "request_for",
    "usual_dosing",
]
