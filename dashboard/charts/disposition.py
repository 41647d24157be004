"""Where the subjects of each arm are now: ongoing, completed, discontinued and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.axes import counted
from dashboard.charts.contrast import ink_on
from dashboard.charts.lettering import literal
from dashboard.charts.theme import LIGHT, empty_figure, new_figure

_ONGOING, _COMPLETED, _UNKNOWN = "Ongoing", "Completed", "Not collected"
_REST = "Other reasons"
# Same in both modes: text on them is chosen for contrast.
_FIXED_COLOURS: Mapping[str, str] = {
    _COMPLETED: "#0E7C74",
    _ONGOING: "#7CBFC2",
    _UNKNOWN: "#8A979E",
}
_REASON_COLOURS = ("#B5651D", "#E0A85A", "#8A4F7D", "#C88FB5", "#5B6FA8", "#A5B1D6", "#6E5A48")
_ROW_PIXELS = 64
_BAR = 0.46  # share of a row
_NARROW = 370  # pixels of legend on the narrowest screen


def draw_disposition(counts: pd.DataFrame, *, arms: Sequence[str]) -> go.Figure:
    """Stacked bars of end-of-study status by arm, as a share of the arm.

    Parameters
    ----------
    counts : DataFrame
        The answer to `disposition`: `arm`, `status`, `reason`, `subjects`.
    arms : sequence of str
        From top to bottom.

    Examples
    --------
    >>> counts = pd.DataFrame(
    ...     {"arm": "A", "status": ["COMPLETED", "DISCONTINUED"], "reason": [None, "DEATH"],
    ...      "subjects": [3, 1]}
    ... )
    >>> [trace.name for trace in draw_disposition(counts, arms=["A"]).data]
    ['Completed', 'Death']
    """
    if counts.empty:
        return empty_figure("No subject of this cohort has an end-of-study status.")
    table = _by_state(counts).reindex(index=list(arms), fill_value=0)
    sizes = table.sum(axis=1)
    figure = new_figure(_describe(table), height=_height(table))
    for state, colour in _colours(table.columns).items():
        _add_state(figure, table[state], sizes, colour)
    _set_axes(figure, sizes)
    return figure


def _by_state(counts: pd.DataFrame) -> pd.DataFrame:
    states = [_state(s, r) for s, r in zip(counts["status"], counts["reason"], strict=True)]
    table = counts.assign(state=states).pivot_table(
        index="arm", columns="state", values="subjects", aggfunc="sum", fill_value=0
    )
    fixed = [state for state in (_COMPLETED, _ONGOING) if state in table]
    reasons = table.drop(columns=[*_FIXED_COLOURS], errors="ignore").sum()
    order = list(reasons.sort_values(ascending=False, kind="stable").index)
    shown, folded = order, order[:0]
    if len(order) > len(_REASON_COLOURS):
        shown, folded = order[: len(_REASON_COLOURS) - 1], order[len(_REASON_COLOURS) - 1 :]
        table[_rest(folded)] = table[folded].sum(axis=1)
        shown = [*shown, _rest(folded)]
    return table[[*fixed, *shown, *([_UNKNOWN] if _UNKNOWN in table else [])]]


def _state(status: object, reason: object) -> str:
    known = {"COMPLETED": _COMPLETED, "ONGOING": _ONGOING}
    if pd.isna(status):
        return _UNKNOWN
    if str(status) in known:
        return known[str(status)]
    # DCDECOD carries the reason itself where a study has no EOSSTT.
    named = reason if str(status) == "DISCONTINUED" else status
    return "Reason not collected" if pd.isna(named) else str(named).capitalize()


def _rest(folded: Sequence[str]) -> str:
    return f"{_REST} ({len(folded)})"


def _colours(states: Sequence[str]) -> dict[str, str]:
    reasons = iter(_REASON_COLOURS)
    return {state: _FIXED_COLOURS.get(state) or next(reasons) for state in states}


def _add_state(figure: go.Figure, counts: pd.Series, sizes: pd.Series, colour: str) -> None:
    shares = (counts / sizes.where(sizes > 0, 1)).to_numpy()
    figure.add_bar(
        orientation="h",
        x=shares,
        y=list(range(len(counts))),
        width=_BAR,
        text=[f"{n:,}" if share >= 0.035 else "" for n, share in zip(counts, shares, strict=True)],
        customdata=list(zip(counts.to_numpy(), map(literal, counts.index), strict=True)),
        textposition="inside",
        insidetextanchor="middle",
        textangle=0,
        textfont={"size": 13, "color": ink_on(colour)},
        marker={"color": colour, "line": {"color": LIGHT.background, "width": 1.5}},
        name=literal(counts.name),
        hovertemplate=(
            f"<b>{literal(counts.name)}</b><br>"
            "%{customdata[0]:,} of %{customdata[1]} (%{x:.1%})<extra></extra>"
        ),
    )


def _height(table: pd.DataFrame) -> int:
    widest = max(6 * len(str(state)) + 48 for state in table.columns)
    legend_rows = -(-len(table.columns) // max(1, _NARROW // widest))
    return 70 + _ROW_PIXELS * len(table) + 21 * legend_rows


def _set_axes(figure: go.Figure, sizes: pd.Series) -> None:
    figure.update_layout(
        barmode="stack",
        hovermode="closest",
        legend={"traceorder": "normal"},
        margin={"t": 40, "l": 14, "r": 22},
        xaxis={"range": [0, 1], "tickformat": ".0%", "title": {"text": "Share of the arm"}},
        yaxis={"range": [len(sizes) - 0.6, -0.7], "visible": False},
    )
    for place, (arm, size) in enumerate(sizes.items()):
        _add_heading(figure, literal(arm), place, x=0, xanchor="left")
        muted = {"size": 13, "color": LIGHT.muted}
        said = counted(size, "subject")
        _add_heading(figure, said, place, x=1, xanchor="right", font=muted)


def _add_heading(figure: go.Figure, text: str, place: int, **more: object) -> None:
    top = place - _BAR / 2
    common = {"y": top, "yanchor": "bottom", "xref": "x domain", "showarrow": False}
    figure.add_annotation(text=text, **common, **more)


def _describe(table: pd.DataFrame) -> str:
    parts = [
        f"{arm}: " + ", ".join(f"{n:,} {str(state).lower()}" for state, n in row.items() if n)
        for arm, row in table.iterrows()
    ]
    total = int(table.to_numpy().sum())
    return f"Disposition of {counted(total, 'subject')}. " + "; ".join(parts) + "."
