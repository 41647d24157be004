"""Relative dose intensity by arm: which share of the treated lies in each band."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.axes import percent
from dashboard.charts.lettering import legend_name, legend_pixels, literal
from dashboard.charts.theme import ArmStyle, empty_figure, new_figure

_PLOT_PIXELS = 300
_AXIS_PIXELS = 70
_TOP_PIXELS = 24


def draw_dose_intensity(bands: pd.DataFrame, styles: Mapping[str, ArmStyle]) -> go.Figure:
    """Bars of the bands of relative dose intensity, side by side by arm.

    Parameters
    ----------
    bands : DataFrame
        From `SubjectExposure.bands`: `band`, `arm`, `subjects`, `of`, `share`. A bar's
        `customdata` is the place of its row.
    styles : mapping
        From `theme.arm_styles`.

    Examples
    --------
    >>> from dashboard.charts.theme import arm_styles
    >>> bands = pd.DataFrame(
    ...     {"band": ["<70%", "≥100%"], "arm": "A", "subjects": [1, 3], "of": 4, "share": 0.5}
    ... )
    >>> draw_dose_intensity(bands, arm_styles(["A"])).layout.xaxis.title.text
    'Relative dose intensity'
    """
    known = bands.reset_index(drop=True)
    known = known[known["of"] > 0]
    if known.empty:
        return empty_figure("No subject has a relative dose intensity.")
    arms = list(known["arm"].unique())
    top = _TOP_PIXELS + (legend_pixels(arms) if len(arms) > 1 else 0)
    figure = new_figure(_alt(known), height=_PLOT_PIXELS + _AXIS_PIXELS + top)
    for arm in arms:
        _add_bars(figure, arm, known[known["arm"] == arm], styles[arm])
    figure.update_layout(
        barmode="group",
        bargap=0.25,
        hovermode="closest",
        showlegend=len(arms) > 1,
        margin={"t": top},
        xaxis={
            "title": {"text": "Relative dose intensity"},
            "type": "category",
            "categoryorder": "array",
            "categoryarray": [literal(band) for band in bands["band"].unique()],
        },
        yaxis={
            "title": {"text": "Share of subjects"},
            "tickformat": ".0%",
            "rangemode": "tozero",
        },
    )
    return figure


def _add_bars(figure: go.Figure, arm: str, rows: pd.DataFrame, style: ArmStyle) -> None:
    figure.add_bar(
        x=[literal(band) for band in rows["band"]],
        y=rows["share"].to_numpy(),
        customdata=rows.index.to_numpy(),
        text=[
            f"{subjects:,} of {of:,} subjects, {percent(share)}"
            for subjects, of, share in zip(rows["subjects"], rows["of"], rows["share"], strict=True)
        ],
        textposition="none",
        marker={"color": style.colour, "line": {"width": 0}, "cornerradius": 3},
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
        name=legend_name(arm),
        hovertemplate=(
            f'<span style="color:{style.ink}"><b>{literal(arm)}</b></span>  %{{x}}<br>'
            "%{text}<extra></extra>"
        ),
    )


def _alt(rows: pd.DataFrame) -> str:
    full = rows[rows["band"] == rows["band"].iloc[-1]]
    said = "; ".join(
        f"{arm}: {percent(share)} of {of:,} subjects"
        for arm, share, of in zip(full["arm"], full["share"], full["of"], strict=True)
    )
    return f"Relative dose intensity by arm. At the planned dose or above ({said})."
