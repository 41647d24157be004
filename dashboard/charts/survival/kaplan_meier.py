"""Kaplan–Meier curves with the numbers at risk beneath, on the same ticks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analytics.survival.kaplan_meier import Curve, KaplanMeier
from dashboard.charts.axes import counted, percent, time_ticks
from dashboard.charts.lettering import legend_name, literal
from dashboard.charts.risk_table import RiskTable, add_risk_table, risk_table
from dashboard.charts.steps import curve_rows, step_index, thinned
from dashboard.charts.survival.bands import add_step_band
from dashboard.charts.theme import LIGHT, ArmStyle, arm_styles, empty_figure, new_figure

_CURVE_PIXELS = 380
_AXIS_PIXELS = 66  # tick labels and title between the curve and the numbers at risk
_TOP_PIXELS, _BOTTOM_PIXELS = 44, 12
_HOVER_POINTS = 240
_MOST_BANDS = 4
_CLEAR_MARKS, _MOST_MARKS = 300, 1200


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalOptions:
    """What to draw besides the curves, and what to call it.

    Parameters
    ----------
    endpoint : str
        Said in the description for those who cannot see the figure.
    unit : str
        Unit of the result's times; "months" or "days" get the ticks people expect.
    origin : str
        Where time starts.
    estimate : str
        Title of the vertical axis.
    band : bool, optional
        Whether confidence bands are drawn. By default up to four arms; those of more
        arms would cover one another, and the intervals stand in the hover text.
    censor_marks : bool, optional
        Whether censored times carry a tick. By default while no arm has more than 300
        of them; beyond that they are one thick line, and the figure says so instead.
    medians : bool
        Whether guide lines lead to the medians.
    horizon : float, optional
        Last time shown; the last observed one unless given.
    confidence_level : float
        Named in the hover text.
    numbers : tuple of str
        What is counted under the axis: "at_risk", "events", "censored".
    """

    endpoint: str = ""
    unit: str = "months"
    origin: str = "randomisation"
    estimate: str = "Survival probability"
    band: bool | None = None
    censor_marks: bool | None = None
    medians: bool = False
    horizon: float | None = None
    confidence_level: float = 0.95
    numbers: tuple[str, ...] = ("at_risk",)


def draw_kaplan_meier(
    result: KaplanMeier,
    *,
    styles: Mapping[str, ArmStyle] | None = None,
    options: SurvivalOptions | None = None,
) -> go.Figure:
    """Kaplan–Meier curves by arm above their numbers at risk.

    Parameters
    ----------
    result : KaplanMeier
        Times already in `options.unit`.
    styles : mapping, optional
        From `theme.arm_styles` with the arms of the plan as order, so that an arm
        looks the same on every page.
    options : SurvivalOptions, optional

    Examples
    --------
    >>> from analytics.survival import SurvivalCounts, fit_kaplan_meier
    >>> counts = SurvivalCounts.from_subjects([2.0, 5.0, 7.0], [1, 0, 1], arms=["A", "A", "A"])
    >>> figure = draw_kaplan_meier(fit_kaplan_meier(counts))
    >>> figure.layout.xaxis.title.text
    'Months since randomisation'
    """
    options = options or SurvivalOptions()
    if not result.curves:
        return empty_figure("No subject of this cohort has a time for this endpoint.")
    arms = [curve.arm for curve in result.curves]
    styles = styles or arm_styles(arms)
    horizon = options.horizon or max(float(c.table["time"].iloc[-1]) for c in result.curves) or 1.0
    most = 6 if max(curve.subjects for curve in result.curves) >= 10_000 else 9
    ticks = time_ticks(horizon, unit=options.unit, most=most)
    table = risk_table(result, ticks, styles, options.numbers)
    figure = _blank(result, options, table)
    options = _decided(options, result)
    for curve in result.curves:
        _add_arm(figure, curve, styles[curve.arm], options, horizon)
    _add_hover(figure, result, styles, horizon)
    if not options.censor_marks:
        _say_unmarked(figure)
    if options.medians:
        _add_medians(figure, result, styles, horizon)
    add_risk_table(figure, table)
    _set_axes(figure, table, options, (0.0, max(horizon, ticks[-1]) * 1.02))
    return figure


def _decided(options: SurvivalOptions, result: KaplanMeier) -> SurvivalOptions:
    band, marks = options.band, options.censor_marks
    if band is None:
        band = len(result.curves) <= _MOST_BANDS
    if marks is None:
        marks = max(int((c.table["censored"] > 0).sum()) for c in result.curves) <= _CLEAR_MARKS
    return replace(options, band=band, censor_marks=marks)


def _blank(result: KaplanMeier, options: SurvivalOptions, table: RiskTable) -> go.Figure:
    plot = _CURVE_PIXELS + _AXIS_PIXELS + table.pixels
    figure = new_figure(_describe(result, options), height=plot + _TOP_PIXELS + _BOTTOM_PIXELS)
    figure.update_layout(
        margin={"t": _TOP_PIXELS, "b": _BOTTOM_PIXELS},
        hovermode="x unified",
        showlegend=len(result.curves) > 1,
        yaxis={"domain": [1 - _CURVE_PIXELS / plot, 1]},
        yaxis2={"domain": [0, table.pixels / plot]},
    )
    return figure


def _add_arm(
    figure: go.Figure, curve: Curve, style: ArmStyle, options: SurvivalOptions, horizon: float
) -> None:
    table = curve.table[curve.table["time"] <= horizon]
    if options.band:
        _add_band(figure, curve.arm, table, style)
    rows = curve_rows(table)
    figure.add_scatter(
        x=rows["time"].to_numpy(),
        y=rows["survival"].to_numpy(),
        mode="lines",
        line={"color": style.colour, "dash": style.dash, "width": 2.25, "shape": "hv"},
        name=legend_name(curve.arm),
        legendgroup=curve.arm,
        hoverinfo="skip",
        meta={"part": "curve"},
    )
    if options.censor_marks:
        _add_censor_marks(figure, curve.arm, table, style)


def _add_band(figure: go.Figure, arm: str, table: pd.DataFrame, style: ArmStyle) -> None:
    rows = curve_rows(table).copy()
    known = rows["lower"].notna() & rows["upper"].notna()
    # Where the interval ends (survival 0), the last known one holds up to that time.
    rows[["lower", "upper"]] = rows[["lower", "upper"]].ffill()
    rows = rows[known | known.shift(fill_value=False)]
    add_step_band(figure, arm, rows, style)


def _add_censor_marks(figure: go.Figure, arm: str, table: pd.DataFrame, style: ArmStyle) -> None:
    rows = table[table["censored"] > 0]
    rows = rows.iloc[thinned(rows["time"].to_numpy(dtype=float), _MOST_MARKS)]
    if rows.empty:
        return
    figure.add_scatter(
        x=rows["time"].to_numpy(),
        y=rows["survival"].to_numpy(),
        mode="markers",
        marker={
            "symbol": "line-ns",
            "size": 8,
            "color": style.colour,
            "line": {"color": style.colour, "width": 1.1},
        },
        name=f"{literal(arm)}, censored",
        legendgroup=arm,
        showlegend=False,
        hoverinfo="skip",
        meta={"part": "censored"},
    )


def _say_unmarked(figure: go.Figure) -> None:
    figure.add_annotation(
        text="Censored times not marked",
        x=1,
        xref="x domain",
        xanchor="right",
        y=1,
        yref="y domain",
        yanchor="top",
        showarrow=False,
        font={"size": 12, "color": LIGHT.muted},
    )


def _add_hover(
    figure: go.Figure,
    result: KaplanMeier,
    styles: Mapping[str, ArmStyle],
    horizon: float,
) -> None:
    # All arms answer at the same times; nearest steps would differ from arm to arm.
    grid = np.linspace(0, horizon, _HOVER_POINTS + 1)
    at_risk = result.at_risk(grid)
    for curve in result.curves:
        own = at_risk.loc[at_risk["arm"] == curve.arm, "at_risk"].to_numpy()
        seen = grid <= float(curve.table["time"].iloc[-1])
        rows = curve.table.iloc[step_index(curve.table["time"].to_numpy(), grid[seen])]
        figure.add_scatter(
            x=grid[seen],
            y=rows["survival"].to_numpy(),
            text=_hover_texts(rows, own[seen]),
            mode="markers",
            marker={"color": styles[curve.arm].colour, "size": 1, "opacity": 0},
            name=literal(curve.arm),
            legendgroup=curve.arm,
            showlegend=False,
            hovertemplate=(
                f'<span style="color:{styles[curve.arm].ink}"><b>{literal(curve.arm)}</b></span>  '
                "%{text}<extra></extra>"
            ),
            meta={"part": "hover"},
        )


def _hover_texts(rows: pd.DataFrame, at_risk: np.ndarray) -> list[str]:
    columns = (rows["survival"], rows["lower"], rows["upper"], at_risk)
    return [
        f"{percent(survival)}{_interval(lower, upper)} · {number:,.0f} at risk"
        for survival, lower, upper, number in zip(*columns, strict=True)
    ]


def _interval(lower: float, upper: float) -> str:
    known = not (np.isnan(lower) or np.isnan(upper))
    return f" ({100 * lower:.1f}–{100 * upper:.1f})" if known else ""


def _add_medians(
    figure: go.Figure, result: KaplanMeier, styles: Mapping[str, ArmStyle], horizon: float
) -> None:
    medians = result.quantile(0.5).set_index("arm")["estimate"]
    shown = medians[medians <= horizon]
    if shown.empty:
        return
    guide = {"width": 1, "dash": "1px,3px"}
    figure.add_shape(
        type="line",
        x0=0,
        x1=float(shown.max()),
        y0=0.5,
        y1=0.5,
        line={**guide, "color": LIGHT.muted},
    )
    for arm, median in shown.items():
        line = {**guide, "color": styles[arm].colour}
        x = float(median)
        figure.add_shape(type="line", x0=x, x1=x, y0=0, y1=0.5, line=line, name=str(arm))


def _set_axes(
    figure: go.Figure, table: RiskTable, options: SurvivalOptions, span: tuple[float, float]
) -> None:
    unit = options.unit.capitalize()
    singular = unit.removesuffix("s")
    confidence = f"estimate ({options.confidence_level:.0%} CI)"
    figure.update_layout(
        xaxis={
            "anchor": "y",
            "range": span,
            "tickmode": "array",
            "tickvals": list(table.ticks),
            "title": {"text": literal(f"{unit} since {options.origin}")},
            "unifiedhovertitle": {"text": f"{singular} %{{x:.1f}} · {confidence}"},
            "showspikes": True,
            "spikemode": "across",
            "spikethickness": 1,
            "spikedash": "solid",
            "spikecolor": LIGHT.line,
        },
        yaxis={
            "range": [0, 1.02],
            "tickvals": [0, 0.2, 0.4, 0.6, 0.8, 1],
            "tickformat": ".0%",
            "title": {"text": literal(options.estimate)},
        },
    )


def _describe(result: KaplanMeier, options: SurvivalOptions) -> str:
    medians = result.quantile(0.5).set_index("arm")["estimate"]
    parts = []
    for curve in result.curves:
        median = float(medians[curve.arm])
        reached = "not reached" if np.isnan(median) else f"{median:.1f} {options.unit}"
        counts = f"{counted(curve.events, 'event')} in {counted(curve.subjects, 'subject')}"
        parts.append(f"{curve.arm} {counts}, median {reached}")
    what = f" of {options.endpoint}" if options.endpoint else ""
    return f"Kaplan–Meier curves{what}: " + "; ".join(parts) + "."
