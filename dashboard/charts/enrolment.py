"""Enrolment over time, against the plan and up to the data cut."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.axes import counted
from dashboard.charts.lettering import legend_name, literal
from dashboard.charts.theme import LIGHT, ArmStyle, empty_figure, new_figure

_HEIGHT = 440


def draw_enrolment(
    by_day: pd.DataFrame,
    *,
    styles: Mapping[str, ArmStyle],
    planned: pd.DataFrame | None = None,
    target: int | None = None,
    data_cut: date | None = None,
) -> go.Figure:
    """Cumulative enrolment against the plan, above the subjects of each month.

    Parameters
    ----------
    by_day : DataFrame
        The answer to `enrolment_by_day`: `arm`, `enrolled_on`, `subjects`.
    styles : mapping
        From `theme.arm_styles`; its order is the order of the stacked bars.
    planned : DataFrame, optional
        The plan's cumulative curve: `date`, `subjects`, as `Plan.planned_enrolment` gives it.
    target : int, optional
        Planned subjects.
    data_cut : date, optional

    Examples
    --------
    >>> from dashboard.charts.theme import arm_styles
    >>> day = pd.Timestamp(2024, 3, 1)
    >>> days = pd.DataFrame({"arm": ["A"], "enrolled_on": [day], "subjects": [4]})
    >>> draw_enrolment(days, styles=arm_styles(["A"])).layout.yaxis.title.text
    'Subjects enrolled'
    """
    if by_day.empty:
        return empty_figure("No subject of this cohort has a date of enrolment.")
    if planned is not None and planned.empty:
        planned = None
    total = _cumulative(by_day, data_cut)
    figure = new_figure(_describe(total, target, planned), height=_HEIGHT)
    if planned is not None:
        _add_plan(figure, planned)
    _add_total(figure, total, planned)
    _add_months(figure, by_day, styles)
    top = max(
        total["subjects"].max(), target or 0, 0 if planned is None else planned["subjects"].max()
    )
    figure.update_layout(showlegend=planned is not None or len(set(by_day["arm"])) > 1)
    if target:
        _add_target(figure, target)
    if data_cut:
        _add_cut(figure, data_cut)
    _set_axes(figure, float(top))
    return figure


def _cumulative(by_day: pd.DataFrame, data_cut: date | None) -> pd.DataFrame:
    daily = by_day.groupby("enrolled_on")["subjects"].sum().sort_index()
    days = pd.to_datetime(daily.index)
    counts = daily.cumsum().to_numpy()
    before = [days[0] - pd.Timedelta(days=1)]
    after = [pd.Timestamp(data_cut)] if data_cut and pd.Timestamp(data_cut) > days[-1] else []
    return pd.DataFrame(
        {
            "day": [*before, *days, *after],
            "subjects": [0, *counts, *([counts[-1]] if after else [])],
        }
    )


def _add_plan(figure: go.Figure, planned: pd.DataFrame) -> None:
    figure.add_scatter(
        x=planned["date"],
        y=planned["subjects"],
        mode="lines",
        line={"color": LIGHT.muted, "width": 1.75, "dash": "6px,4px"},
        name="Planned",
        hoverinfo="skip",
        meta={"part": "planned"},
    )


def _add_total(figure: go.Figure, total: pd.DataFrame, planned: pd.DataFrame | None) -> None:
    figure.add_scatter(
        x=total["day"],
        y=total["subjects"],
        text=_against(total, planned),
        mode="lines",
        line={"color": LIGHT.accent, "width": 2.5, "shape": "hv"},
        name="Enrolled",
        hovertemplate="<b>%{y:,} enrolled</b>%{text}<br>%{x|%-d %B %Y}<extra></extra>",
        meta={"part": "enrolled"},
    )


def _against(total: pd.DataFrame, planned: pd.DataFrame | None) -> list[str]:
    if planned is None:
        return [""] * len(total)
    day, known = (pd.to_datetime(s).astype("int64") for s in (total["day"], planned["date"]))
    expected = np.interp(day, known, planned["subjects"])
    return [f", {round(number):,} planned" for number in expected]


def _add_months(figure: go.Figure, by_day: pd.DataFrame, styles: Mapping[str, ArmStyle]) -> None:
    months = pd.to_datetime(by_day["enrolled_on"]).dt.to_period("M").dt.to_timestamp()
    by_month = by_day.groupby(["arm", months])["subjects"].sum()
    arms = [arm for arm in styles if arm in by_month.index.get_level_values("arm")]
    for arm in arms:
        rows = by_month[arm]
        figure.add_bar(
            x=rows.index,
            y=rows.to_numpy(),
            xperiod="M1",
            xperiodalignment="middle",
            marker={
                "color": styles[arm].colour if len(arms) > 1 else LIGHT.accent_soft,
                "line": {"color": LIGHT.background, "width": 1},
            },
            name=legend_name(arm),
            yaxis="y2",
            showlegend=len(arms) > 1,
            hovertemplate=(
                f"<b>%{{y:,}} enrolled</b>, {literal(arm)}<br>%{{x|%B %Y}}<extra></extra>"
            ),
            meta={"part": "months"},
        )


def _add_target(figure: go.Figure, target: int) -> None:
    figure.add_hline(y=target, line={"color": LIGHT.line, "width": 1.25}, layer="below")
    _add_note(figure, f"Target {target:,}", x=0, xref="x domain", y=target, xanchor="left")


def _add_cut(figure: go.Figure, data_cut: date) -> None:
    line = {"color": LIGHT.muted, "width": 1, "dash": "2px,3px"}
    day = pd.Timestamp(data_cut)
    figure.add_shape(type="line", x0=day, x1=day, y0=0, y1=1, yref="paper", line=line)
    _add_note(figure, f"Data cut {day:%-d %b %Y} ", x=day, y=0.02, yref="y domain", xanchor="right")


def _add_note(figure: go.Figure, text: str, **place: object) -> None:
    font = {"size": 13, "color": LIGHT.muted}
    figure.add_annotation(
        **{"text": text, "yanchor": "bottom", "showarrow": False, "font": font, **place}
    )


def _set_axes(figure: go.Figure, top: float) -> None:
    whole = {"tickformat": ",d", "rangemode": "tozero"}
    figure.update_layout(
        barmode="stack",
        bargap=0.12,
        hovermode="closest",
        margin={"t": 40},
        legend={"traceorder": "normal"},
        xaxis={"anchor": "y2", "title": {"text": "Date of enrolment"}, "nticks": 8},
        yaxis={
            "domain": [0.36, 1],
            "range": [0, top * 1.13],
            "title": {"text": "Subjects enrolled"},
            **whole,
        },
        yaxis2={"domain": [0, 0.26], "nticks": 4, "title": {"text": "Per month"}, **whole},
    )


def _describe(total: pd.DataFrame, target: int | None, planned: pd.DataFrame | None) -> str:
    last = total.iloc[-1]
    text = (
        f"Cumulative enrolment: {counted(last['subjects'], 'subject')} by {last['day']:%-d %B %Y}"
    )
    if target:
        text += f", {last['subjects'] / target:.0%} of the target of {target:,}"
    if planned is not None:
        text += f"{_against(total.tail(1), planned)[0]} by then"
    return text + "."
