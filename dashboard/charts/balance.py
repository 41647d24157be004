"""How alike groups are at baseline: a love plot of standardised differences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analytics.checks import require
from dashboard.charts.axes import counted
from dashboard.charts.lettering import fitted, legend_name, legend_pixels, literal
from dashboard.charts.theme import LIGHT, ArmStyle, arm_styles, empty_figure, new_figure

_MARK_PIXELS, _LINE_PIXELS, _AROUND, _LEAST_ROW = 13, 16, 10, 28
_NAME_PIXELS, _TITLE_PIXELS, _NOT_ESTIMABLE = 130, 190, 34
_TOP, _AXIS = 12, 82


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Comparisons:
    """Differences with a place for each: variables in rows, comparisons within a row."""

    frame: pd.DataFrame
    variables: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    styles: Mapping[str, ArmStyle]

    @property
    def labels(self) -> list[str]:
        return [fitted(name, _NAME_PIXELS, size=13, most=3) for name in self.variables]

    @property
    def row_pixels(self) -> int:
        lines = max(label.count("<br>") + 1 for label in self.labels)
        return max(_LEAST_ROW, _AROUND + max(_MARK_PIXELS * len(self.pairs), _LINE_PIXELS * lines))

    @property
    def references(self) -> list[str]:
        return list(dict.fromkeys(reference for _, reference in self.pairs))

    def place(self, variable: str, pair: tuple[str, str]) -> float:
        among = self.pairs.index(pair) - (len(self.pairs) - 1) / 2
        return self.variables.index(variable) + among * _MARK_PIXELS / self.row_pixels

    def of(self, pair: tuple[str, str]) -> pd.DataFrame:
        group, reference = pair
        return self.frame[(self.frame["group"] == group) & (self.frame["reference"] == reference)]

    def name(self, pair: tuple[str, str]) -> str:
        return f"{pair[0]} against {pair[1]}" if len(self.references) > 1 else pair[0]


def draw_love(
    differences: pd.DataFrame,
    *,
    threshold: float = 0.1,
    styles: Mapping[str, ArmStyle] | None = None,
) -> go.Figure:
    """Standardised differences of baseline variables, the largest at the top.

    Parameters
    ----------
    differences : DataFrame
        `variable`, `group`, `reference`, `difference` (group minus reference where the
        variable has a direction); NaN is not estimable and drawn as NE at the margin. A
        column `reason` says in the hover why.
    threshold : float
        Absolute difference up to which groups pass as balanced; drawn on both sides of 0.
    styles : mapping, optional
        From `theme.arm_styles`, by group, so that an arm looks the same on every page.

    Examples
    --------
    >>> rows = [("Age", "High", "Placebo", 0.04), ("Weight", "High", "Placebo", -0.31)]
    >>> table = pd.DataFrame(rows, columns=["variable", "group", "reference", "difference"])
    >>> draw_love(table).layout.yaxis.ticktext
    ('Weight', 'Age')
    """
    require(threshold > 0, "threshold > 0", threshold=threshold)
    if differences.empty:
        return empty_figure("There are no groups to compare at baseline.")
    compared = _ordered(differences, styles)
    names = [f"±{threshold:g}", *map(compared.name, compared.pairs)]
    legend = legend_pixels(names)
    rows = compared.row_pixels * len(compared.variables)
    figure = new_figure(_describe(compared, threshold), height=_TOP + legend + rows + _AXIS)
    _add_band(figure, threshold)
    for pair in compared.pairs:
        _add_marks(figure, compared, pair, threshold)
        _add_not_estimable(figure, compared, pair)
    figure.update_layout(hovermode="closest", margin={"t": _TOP + legend, "b": _AXIS})
    _set_axes(figure, compared, threshold)
    return figure


def _ordered(differences: pd.DataFrame, styles: Mapping[str, ArmStyle] | None) -> _Comparisons:
    types = {"variable": str, "group": str, "reference": str, "difference": float}
    frame = differences.astype(types).reset_index(drop=True)
    key = ["variable", "group", "reference"]
    values = frame["difference"].to_numpy()
    require(not np.isinf(values).any(), "a difference is finite or missing", difference=np.inf)
    twice = frame.loc[frame.duplicated(key), key].to_numpy().tolist()
    require(not twice, "one difference for a variable and comparison", twice=twice[:3])
    largest = frame["difference"].abs().groupby(frame["variable"]).max()
    # Alphabetical among equals; those without any estimate last.
    order = largest.sort_index().sort_values(ascending=False, kind="stable", na_position="last")
    groups = list(dict.fromkeys(frame["group"]))
    known = [group for group in styles or {} if group in groups]
    place = {group: n for n, group in enumerate(dict.fromkeys([*known, *groups]))}
    pairs = dict.fromkeys(zip(frame["group"], frame["reference"], strict=True))
    rank = {variable: n for n, variable in enumerate(order.index)}
    return _Comparisons(
        frame=frame.iloc[frame["variable"].map(rank).argsort(kind="stable")],
        variables=tuple(order.index),
        pairs=tuple(sorted(pairs, key=lambda pair: place[pair[0]])),
        styles={**arm_styles(groups), **(styles or {})},
    )


def _add_band(figure: go.Figure, threshold: float) -> None:
    across = {"type": "rect", "yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
    figure.add_shape(
        x0=-threshold, x1=threshold, fillcolor=LIGHT.surface, line={"width": 0}, **across
    )
    zero, dashed = LIGHT.line, {"color": LIGHT.muted, "width": 1, "dash": "4px,3px"}
    for x, line in ((-threshold, dashed), (0, {"color": zero, "width": 1.25}), (threshold, dashed)):
        figure.add_shape(
            type="line", x0=x, x1=x, yref="paper", y0=0, y1=1, line=line, layer="below"
        )
    figure.add_scatter(
        x=[None],
        y=[None],
        mode="lines",
        line=dashed,
        name=f"±{threshold:g}",
        meta={"part": "threshold"},
    )


def _add_marks(
    figure: go.Figure, compared: _Comparisons, pair: tuple[str, str], threshold: float
) -> None:
    rows = compared.of(pair)
    rows = rows[rows["difference"].notna()]
    style = compared.styles[pair[0]]
    figure.add_scatter(
        x=rows["difference"].tolist(),
        y=[compared.place(variable, pair) for variable in rows["variable"]],
        mode="markers",
        marker={
            "color": style.colour,
            "symbol": style.symbol,
            "size": 10,
            "line": {"color": LIGHT.background, "width": 1},
        },
        name=legend_name(compared.name(pair)),
        hovertext=[
            f"<b>{literal(variable)}</b><br>{_against(pair)}<br>{_said(value, threshold)}"
            for variable, value in zip(rows["variable"], rows["difference"], strict=True)
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
        showlegend=True,
        meta={"part": "marks"},
    )


def _against(pair: tuple[str, str]) -> str:
    return f"{literal(pair[0])} against {literal(pair[1])}"


def _said(value: float, threshold: float) -> str:
    beyond = "beyond" if abs(value) > threshold else "within"
    return f"standardised difference {value:.3f}, {beyond} ±{threshold:g}"


def _add_not_estimable(figure: go.Figure, compared: _Comparisons, pair: tuple[str, str]) -> None:
    rows = compared.of(pair)
    reasons = rows["reason"] if "reason" in rows else pd.Series("", index=rows.index)
    for place, variable in rows.loc[rows["difference"].isna(), "variable"].items():
        why = reasons[place]
        told = "" if pd.isna(why) or not str(why).strip() else f"<br>{literal(why)}"
        figure.add_annotation(
            text="NE",
            hovertext=f"<b>{literal(variable)}</b><br>{_against(pair)}<br>not estimable{told}",
            x=1,
            xref="paper",
            xanchor="left",
            xshift=8,
            y=compared.place(str(variable), pair),
            yanchor="middle",
            showarrow=False,
            font={"size": 11, "color": compared.styles[pair[0]].ink},
        )


def _title(compared: _Comparisons) -> str:
    only = compared.references
    reference = only[0] if len(only) == 1 else "the reference"
    return fitted(f"Standardised difference from {reference}", _TITLE_PIXELS, size=14, most=2)


def _set_axes(figure: go.Figure, compared: _Comparisons, threshold: float) -> None:
    known = compared.frame["difference"].dropna()
    low = min(-1.6 * threshold, known.min() * 1.1 if len(known) else 0)
    high = max(1.6 * threshold, known.max() * 1.1 if len(known) else 0)
    missing = len(known) < len(compared.frame)
    figure.update_layout(
        margin={"r": _NOT_ESTIMABLE if missing else 16},
        xaxis={"range": [low, high], "nticks": 6, "title": {"text": _title(compared)}},
        yaxis={
            "range": [len(compared.variables) - 0.5, -0.5],
            "tickmode": "array",
            "tickvals": list(range(len(compared.variables))),
            "ticktext": compared.labels,
            "tickfont": {"color": LIGHT.text},
            "ticklabelstandoff": 8,
            "showgrid": False,
        },
    )
    for place in range(1, len(compared.variables)):
        figure.add_shape(
            type="line",
            xref="paper",
            x0=0,
            x1=1,
            y0=place - 0.5,
            y1=place - 0.5,
            line={"color": LIGHT.grid, "width": 1},
            layer="below",
        )


def _describe(compared: _Comparisons, threshold: float) -> str:
    frame = compared.frame
    beyond = int((frame["difference"].abs() > threshold).sum())
    missing = int(frame["difference"].isna().sum())
    parts = [
        f"Standardised differences of {counted(len(compared.variables), 'baseline variable')}: "
        f"{beyond:,} of {counted(len(frame), 'comparison')} beyond ±{threshold:g}"
    ]
    if missing:
        without = dict.fromkeys(frame.loc[frame["difference"].isna(), "variable"])
        some = ", ".join([*without][:5]) + (", and others" if len(without) > 5 else "")
        parts.append(f"{missing:,} not estimable ({some})")
    if missing < len(frame):
        row = frame.loc[frame["difference"].abs().idxmax()]
        parts.append(
            f"largest {row['variable']}, {row['group']} against {row['reference']}, "
            f"{row['difference']:.3f}"
        )
    return "; ".join(parts) + "."
