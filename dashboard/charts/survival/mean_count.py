"""Mean cumulative counts of recurrent events by arm, above the numbers under observation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analytics.survival.recurrent import MeanCumulativeCount
from dashboard.charts.axes import counted
from dashboard.charts.survival.step_curves import StepOptions, draw_step_curves
from dashboard.charts.theme import ArmStyle


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanCountOptions:
    """What mean counts are about.

    Parameters
    ----------
    events : str
        What is counted, said in the description.
    unit, origin : str
        Of the time axis.
    confidence_level : float
    """

    events: str = "events"
    unit: str = "months"
    origin: str = "first dose"
    confidence_level: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _UnderObservation:
    """Numbers at risk of a result that has no such question of its own."""

    result: MeanCumulativeCount

    def at_risk(self, times: np.ndarray) -> pd.DataFrame:
        parts = []
        for curve in self.result.curves:
            steps = curve.table["time"].to_numpy(dtype=float)
            later = np.searchsorted(steps, times)
            numbers = np.append(curve.table["at_risk"].to_numpy(), 0)[later]
            parts.append(pd.DataFrame({"arm": curve.arm, "time": times, "at_risk": numbers}))
        return pd.concat(parts, ignore_index=True)


def draw_mean_count(
    result: MeanCumulativeCount,
    *,
    styles: Mapping[str, ArmStyle],
    options: MeanCountOptions,
) -> go.Figure:
    """How many events a subject has had by a time, on average, by arm.

    Parameters
    ----------
    result : MeanCumulativeCount
        Times already in `options.unit`.
    styles : mapping
        From `theme.arm_styles`.
    options : MeanCountOptions

    Examples
    --------
    >>> from analytics.survival.recurrent import RecurrentEvents, fit_mean_cumulative_count
    >>> from dashboard.charts.theme import arm_styles
    >>> data = RecurrentEvents.from_subjects([10, 8], [[2, 5], []])
    >>> figure = draw_mean_count(
    ...     fit_mean_cumulative_count(data), styles=arm_styles(["All subjects"]),
    ...     options=MeanCountOptions(unit="days"))
    >>> figure.layout.yaxis.title.text, figure.layout.xaxis.title.text
    ('Mean events per subject', 'Days since first dose')
    """
    step = StepOptions(
        alt=_described(result, options),
        estimate="Mean events per subject",
        unit=options.unit,
        origin=options.origin,
        confidence_level=options.confidence_level,
    )
    rows = result.to_frame().rename(columns={"mean": "value"})
    return draw_step_curves(rows, _UnderObservation(result=result), styles=styles, options=step)


def _described(result: MeanCumulativeCount, options: MeanCountOptions) -> str:
    parts = []
    for curve in result.curves:
        end = curve.table.iloc[-1]
        parts.append(
            f"{curve.arm} {counted(curve.events, 'event')} in "
            f"{counted(curve.subjects, 'subject')}, {end['mean']:.2f} per subject at "
            f"{end['time']:.1f} {options.unit}"
        )
    return f"Mean cumulative count of {options.events}: {'; '.join(parts)}."
