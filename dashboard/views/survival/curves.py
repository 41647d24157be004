"""The curves of the endpoint: survival, and what else can be drawn over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from analytics.survival.smoothed_hazard import SmoothedHazard
from dashboard import results, state
from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.analyses.survival.over_time import OverTime, OverTimeAnalysis
from dashboard.analyses.survival.standing import standing_beside
from dashboard.charts.survival.kaplan_meier import SurvivalOptions, draw_kaplan_meier
from dashboard.charts.survival.over_time import OverTimeOptions, draw_over_time
from dashboard.charts.theme import ArmStyle, arm_styles
from dashboard.disclosure import AGGREGATE
from dashboard.text import number, plain
from dashboard.views import disclosing
from dashboard.views.survival.notes import curve_notes, notes, origin, times_said
from dashboard.views.survival.usual import endpoint_labels

_SURVIVAL = "Survival"
_NUMBERS = ("at_risk", "events", "censored")


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How one estimate over time is shown; `value` is its column."""

    estimate: str
    value: str
    axis: str
    method: str
    steps: bool = True
    level: float | None = None
    log_time: bool = False
    format: str = ".3~g"


VIEWS: Mapping[str, View] = {
    "Difference": View(
        estimate="difference",
        value="difference",
        axis="Difference in survival from {reference}, percentage points",
        method="Survival of each arm less that of {reference}. The limits hold at each single "
        "time; they are no band for the whole curve.",
        level=0,
        format=".0%",
    ),
    "Cumulative hazard": View(
        estimate="cumulative hazard",
        value="cumulative_hazard",
        axis="Cumulative hazard",
        method="Nelson–Aalen estimate with log intervals.",
    ),
    "Hazard": View(
        estimate="hazard",
        value="hazard",
        axis="Events per subject and {unit}",
        method="Kernel estimate (Epanechnikov, Müller–Wang boundary kernels). Smoothing makes "
        "peaks too low and valleys too high; the limits do not know of that.",
        steps=False,
    ),
    "Log-minus-log": View(
        estimate="log-minus-log",
        value="log_minus_log",
        axis="log(−log S)",
        method="Parallel curves mean proportional hazards; straight ones a Weibull hazard.",
        log_time=True,
    ),
}


def show(analysis: SurvivalAnalysis) -> None:
    """The curves, and the choice of what is drawn."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = _choose(len(state.answered(analysis).curves.curves))
        all_numbers = chosen == _SURVIVAL and st.toggle(
            "Events and censorings under the axis",
            key=state.remember("survival_numbers", False),
            persist_state="session",
        )
    if chosen == _SURVIVAL:
        _survival(analysis, _NUMBERS if all_numbers else _NUMBERS[:1])
    else:
        _over_time(analysis, VIEWS[chosen])


def _choose(arms: int) -> str:
    names = [_SURVIVAL, *(name for name in VIEWS if arms > 1 or name != "Difference")]
    return st.radio(
        "Curves",
        names,
        key=state.choice("survival_view", names, _SURVIVAL),
        persist_state="session",
        horizontal=True,
        label_visibility="collapsed",
    )


def _survival(analysis: SurvivalAnalysis, numbers: tuple[str, ...]) -> None:
    made = state.made(analysis)
    options = SurvivalOptions(
        endpoint=endpoint_labels()[analysis.endpoint],
        unit=analysis.unit,
        confidence_level=analysis.confidence_level,
        medians=True,
        origin=origin(analysis),
        numbers=numbers,
    )
    arms = [curve.arm for curve in made.value.curves.curves]
    curves = made.part("curves")
    results.figure(
        curves.then(draw_kaplan_meier, styles=styles(analysis, arms), options=options),
        name=f"{state.study().code} {analysis.endpoint} survival",
        notes=curve_notes(made.value),
        data=curves.call("to_frame").call("assign", unit=analysis.unit),
        disclosure=disclosing.curves(analysis),
    )


def _over_time(analysis: SurvivalAnalysis, view: View) -> None:
    asked = OverTimeAnalysis(analysis=analysis, estimate=view.estimate)
    made = state.made(asked)
    answer = made.value
    if isinstance(answer.result, str):
        st.warning(plain(answer.result), icon=":material/do_not_disturb_on:")
        return
    arms = [curve.arm for curve in answer.curves.curves]
    said = {"reference": arms[0], "unit": analysis.unit.removesuffix("s")}
    frame = made.call("to_frame").named("over_time")
    options = OverTimeOptions(
        what=f"{view.estimate.capitalize()} of {endpoint_labels()[analysis.endpoint]}",
        estimate=view.axis.format(**said),
        unit=analysis.unit,
        origin=origin(analysis),
        steps=view.steps,
        level=view.level,
        log_time=view.log_time,
        format=view.format,
    )
    results.figure(
        frame.call("rename", columns={view.value: "value"}).then(
            draw_over_time,
            styles=styles(analysis, arms),
            options=options,
            curves=made.part("curves"),
        ),
        name=f"{state.study().code} {analysis.endpoint} {view.estimate}",
        notes=_notes(asked, [view.method.format(**said), *_width(answer.result)]),
        data=frame.call("assign", unit=analysis.unit),
        disclosure=AGGREGATE,
    )


def _notes(asked: OverTimeAnalysis, method: list[str]) -> list[str]:
    said, analysis = [*method, times_said(asked.analysis)], asked.analysis
    if asked.estimate != "difference":
        return notes(analysis, said)
    standing = standing_beside(analysis, state.study().plan, "the difference of curves")
    return notes(analysis, said, standing=standing, measure="difference in survival at each time")


def _width(result: OverTime) -> list[str]:
    if not isinstance(result, SmoothedHazard):
        return []
    return [f"Bandwidth {number(result.bandwidth)} {result.time_unit}."]


def styles(analysis: SurvivalAnalysis, arms: list[str]) -> dict[str, ArmStyle]:
    """How each arm or group is drawn: an arm as on every page."""
    if analysis.groups:
        return arm_styles(arms, [group.name for group in analysis.groups])
    return arm_styles(arms, state.arms(analysis.arm))
