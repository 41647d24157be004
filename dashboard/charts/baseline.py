"""Who is in the study: age and other characteristics at baseline, by arm."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.axes import wrapped
from dashboard.charts.contrast import translucent
from dashboard.charts.theme import LIGHT, ArmStyle, empty_figure, new_figure

_MOST_LEVELS = 12
_MISSING = "Not collected"


def draw_age(bands: pd.DataFrame, *, styles: Mapping[str, ArmStyle], width: float = 5) -> go.Figure:
    """Age by arm, as a share of the arm in each band.

    Parameters
    ----------
    bands : DataFrame
        The answer to `age_histogram`: `arm`, `age_from`, `subjects`.
    styles : mapping
        From `theme.arm_styles`.
    width : float
        Years in a band.

    Examples
    --------
    >>> from dashboard.charts.theme import arm_styles
    >>> bands = pd.DataFrame({"arm": ["A", "A"], "age_from": [60.0, 70.0], "subjects": [1, 3]})
    >>> draw_age(bands, styles=arm_styles(["A"])).data[0].y.tolist()
    [0.0, 0.25, 0.0, 0.75, 0.0]
    """
    if bands.empty:
        return empty_figure("No subject of this cohort has an age.")
    arms = [arm for arm in styles if (bands["arm"] == arm).any()]
    figure = new_figure(_describe_ages(bands, arms, width), height=300)
    edges = np.arange(bands["age_from"].min(), bands["age_from"].max() + 2 * width, width)
    for arm in arms:
        _add_ages(figure, bands[bands["arm"] == arm], edges, styles[arm], filled=len(arms) <= 3)
    figure.update_layout(
        hovermode="x unified",
        showlegend=len(arms) > 1,
        margin={"t": 40},
        xaxis={
            "title": {"text": "Age (years)"},
            "unifiedhovertitle": {"text": f"Age %{{x:.0f}}, {width:.0f}-year bands"},
        },
        yaxis={
            "title": {"text": "Share of the arm"},
            "tickformat": ".0%",
            "rangemode": "tozero",
            "nticks": 5,
        },
    )
    return figure


def _add_ages(
    figure: go.Figure, rows: pd.DataFrame, edges: np.ndarray, style: ArmStyle, *, filled: bool
) -> None:
    counts = rows.set_index("age_from")["subjects"].reindex(edges, fill_value=0).to_numpy()
    shares = counts / counts.sum()
    middles = (edges[1] - edges[0]) / 2
    figure.add_scatter(
        # One empty band in front, so that the outline rises from the axis.
        x=np.concatenate(([edges[0] - middles], edges + middles)),
        y=np.concatenate(([0.0], shares)),
        customdata=np.concatenate(([0], counts)),
        mode="lines",
        line={"color": style.colour, "dash": style.dash, "width": 2, "shape": "hvh"},
        fill="tozeroy" if filled else None,
        fillcolor=translucent(style.colour, 0.10),
        name=rows["arm"].iloc[0],
        hovertemplate="%{customdata:,} (%{y:.1%})",
    )


def draw_levels(levels: pd.DataFrame, *, styles: Mapping[str, ArmStyle], title: str) -> go.Figure:
    """A characteristic by arm: one row per level, one mark per arm.

    Parameters
    ----------
    levels : DataFrame
        Rows of `baseline_levels` for one variable: `arm`, `level`, `subjects`; a
        missing level is its own row, "Not collected".
    styles : mapping
        From `theme.arm_styles`.
    title : str
        What the levels are of, in the description and above nothing else.

    Examples
    --------
    >>> from dashboard.charts.theme import arm_styles
    >>> levels = pd.DataFrame({"arm": ["A", "A"], "level": ["F", "M"], "subjects": [1, 3]})
    >>> draw_levels(levels, styles=arm_styles(["A"]), title="Sex").data[-1].x.tolist()
    [0.75, 0.25]
    """
    if levels.empty:
        return empty_figure(f"{title} was not collected.")
    table = _levels_by_arm(levels)
    arms = [arm for arm in styles if arm in table.columns]
    shares = table[arms] / table[arms].sum()
    figure = new_figure(_describe_levels(shares, title), height=92 + 32 * len(table))
    _add_spans(figure, shares)
    for arm in arms:
        _add_marks(figure, table[arm], shares[arm], styles[arm])
    _set_level_axes(figure, shares, legend=len(arms) > 1)
    return figure


def _levels_by_arm(levels: pd.DataFrame) -> pd.DataFrame:
    named = levels.assign(
        level=levels["level"].astype(object).where(levels["level"].notna(), _MISSING)
    )
    table = named.pivot_table(
        index="level", columns="arm", values="subjects", aggfunc="sum", fill_value=0
    )
    sizes = table.sum(axis=1).sort_values(ascending=False, kind="stable")
    order = [level for level in sizes.index if level != _MISSING]
    kept, folded = order[:_MOST_LEVELS], order[_MOST_LEVELS:]
    result = table.loc[kept]
    if folded:
        result.loc[f"{len(folded)} others"] = table.loc[folded].sum()
    if _MISSING in table.index:
        result.loc[_MISSING] = table.loc[_MISSING]
    return result


def _add_spans(figure: go.Figure, shares: pd.DataFrame) -> None:
    # A pale line from zero leads the eye from the level's name to its marks.
    for level, most in shares.max(axis=1).items():
        figure.add_scatter(
            x=[0, most],
            y=[level, level],
            mode="lines",
            line={"color": LIGHT.track, "width": 3},
            showlegend=False,
            hoverinfo="skip",
            meta={"part": "span"},
        )


def _add_marks(figure: go.Figure, counts: pd.Series, shares: pd.Series, style: ArmStyle) -> None:
    figure.add_scatter(
        x=shares.to_numpy(),
        y=list(shares.index),
        customdata=counts.to_numpy(),
        mode="markers",
        marker={
            "color": style.colour,
            "symbol": style.symbol,
            "size": 11,
            "line": {"color": LIGHT.background, "width": 1},
        },
        name=str(shares.name),
        hovertemplate=(
            f"<b>%{{y}}</b>, {shares.name}<br>"
            "%{customdata:,} subjects (%{x:.1%})<extra></extra>"
        ),
        meta={"part": "marks"},
    )


def _set_level_axes(figure: go.Figure, shares: pd.DataFrame, *, legend: bool) -> None:
    levels = [str(level) for level in shares.index]
    most = float(shares.max().max())
    figure.update_layout(
        hovermode="closest",
        showlegend=legend,
        margin={"t": 40 if legend else 12},
        xaxis={
            "title": {"text": "Share of the arm" if legend else "Share of subjects"},
            "tickformat": ".0%",
            "range": [0, min(most * 1.08, 1.04)],
            "nticks": 6,
        },
        yaxis={
            "type": "category",
            "showgrid": False,
            "range": [len(levels) - 0.5, -0.5],
            "tickmode": "array",
            "tickvals": levels,
            "ticktext": [
                wrapped(level.capitalize() if level.isupper() and len(level) > 3 else level, 20)
                for level in levels
            ],
            "ticklabelstandoff": 8,
            "tickfont": {"color": LIGHT.text},
        },
    )


def _describe_ages(bands: pd.DataFrame, arms: list[str], width: float) -> str:
    parts = []
    for arm in arms:
        rows = bands[bands["arm"] == arm]
        top = float(rows.loc[rows["subjects"].idxmax(), "age_from"])
        parts.append(f"{arm} most often {top:.0f} to {top + width - 1:.0f} years")
    return "Age by arm: " + "; ".join(parts) + "."


def _describe_levels(shares: pd.DataFrame, title: str) -> str:
    parts = [
        f"{level} " + ", ".join(f"{share:.0%} of {arm}" for arm, share in row.items())
        for level, row in shares.head(5).iterrows()
    ]
    return f"{title} by arm: " + "; ".join(parts) + "."
