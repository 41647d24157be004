"""The curves of the endpoint, with the numbers at risk."""

from __future__ import annotations

from dashboard import results, state
from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.charts.survival import SurvivalOptions, draw_kaplan_meier
from dashboard.charts.theme import ArmStyle, arm_styles
from dashboard.views.survival.inputs import endpoint_labels
from dashboard.views.survival.notes import curve_notes, origin


def show(analysis: SurvivalAnalysis) -> None:
    """The Kaplan–Meier curves."""
    answer = state.answered(analysis)
    options = SurvivalOptions(
        endpoint=endpoint_labels()[analysis.endpoint],
        unit=analysis.unit,
        confidence_level=analysis.confidence_level,
        medians=True,
        origin=origin(analysis),
    )
    arms = [curve.arm for curve in answer.curves.curves]
    results.figure(
        draw_kaplan_meier(answer.curves, styles=styles(analysis, arms), options=options),
        name=f"{state.study().code} {analysis.endpoint} survival",
        notes=curve_notes(answer),
        data=answer.curves.to_frame().assign(unit=analysis.unit),
        code=analysis.code(state.snapshot_path(), pooled=state.store().pooled),
    )


def styles(analysis: SurvivalAnalysis, arms: list[str]) -> dict[str, ArmStyle]:
    """How each arm or group is drawn: an arm as on every page."""
    if analysis.groups:
        return arm_styles(arms, [group.name for group in analysis.groups])
    return arm_styles(arms, state.arms(analysis.arm))
