"""One subject over time: exposure, visits, adverse events, milestones, laboratory values."""

from __future__ import annotations

from dashboard.charts.timeline.labs import draw_labs
from dashboard.charts.timeline.profile import draw_timeline

__all__ = ["draw_labs", "draw_timeline"]
