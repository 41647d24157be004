"""Who went where: a CONSORT flow diagram and the same numbers as a table."""

from __future__ import annotations

from dashboard.charts.flow.drawing import draw_flow
from dashboard.charts.flow.table import flow_table
from dashboard.charts.flow.values import ArmFlow, CohortStep, Flow, Losses

__all__ = ["ArmFlow", "CohortStep", "Flow", "Losses", "draw_flow", "flow_table"]
