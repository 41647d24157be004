"""Liver safety: peaks of liver tests, eDISH quadrants and candidates for Hy's law."""

from __future__ import annotations

from analytics.safety.liver.candidates import STATUSES, LiverCandidates, find_candidates
from analytics.safety.liver.criteria import LiverCriteria
from analytics.safety.liver.elevations import ELEVATIONS, Elevation, LiverElevations
from analytics.safety.liver.pattern import injury_class, r_value
from analytics.safety.liver.peaks import TESTS, LiverPeaks
from analytics.safety.liver.quadrants import QUADRANTS, quadrant_of

__all__ = [
    "ELEVATIONS",
    "QUADRANTS",
    "STATUSES",
    "TESTS",
    "Elevation",
    "LiverCandidates",
    "LiverCriteria",
    "LiverElevations",
    "LiverPeaks",
    "find_candidates",
    "injury_class",
    "quadrant_of",
    "r_value",
]
