"""One variable side by side by group: boxes, binned outlines, shares of categories."""

from __future__ import annotations

from dashboard.charts.distributions.boxes import draw_boxes
from dashboard.charts.distributions.densities import draw_densities
from dashboard.charts.distributions.shares import draw_shares, levels_to_draw

__all__ = ["draw_boxes", "draw_densities", "draw_shares", "levels_to_draw"]
