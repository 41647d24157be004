"""Which subjects several cohorts share: an UpSet plot.

References
----------
Lex, Gehlenborg, Strobelt, Vuillemot and Pfister (2014), IEEE TVCG 20:1983-1992.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from analytics.checks import require
from dashboard.charts.axes import counted, time_ticks
from dashboard.charts.lettering import lines_within, literal, text_width
from dashboard.charts.theme import LIGHT, ArmStyle, empty_figure, new_figure

_MOST_SETS, _MOST_SHOWN = 8, 25
_BAR_PIXELS, _ROW_PIXELS, _LINE_PIXELS, _GAP, _AXIS, _TOP = 210, 22, 16, 14, 50, 20
_NAME_SIZE, _COUNT_SIZE = 12, 12
# At the narrowest the left part has 122 pixels and the right 225.
_LEFT, _RIGHT = 0.35, 0.36
_NAME_PIXELS, _COLUMNS_PIXELS = 120, 225


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Overlap:
    """The numbers of the plot: subjects by pattern, largest first, and by set."""

    names: tuple[str, ...]
    patterns: pd.Series

    @property
    def shown(self) -> pd.Series:
        return self.patterns.head(_MOST_SHOWN)

    @property
    def folded(self) -> pd.Series:
        return self.patterns.iloc[_MOST_SHOWN:]

    @property
    def total(self) -> int:
        return int(self.patterns.sum())

    def members(self, pattern: str) -> list[int]:
        """Places of the sets that a pattern is in."""
        return [place for place, sign in enumerate(pattern) if sign == "1"]

    @property
    def labels(self) -> tuple[tuple[str, ...], ...]:
        """Lines of the name of each set, with room left for its size."""
        rooms = [
            _NAME_PIXELS - text_width(f"  {self.size(place):,}", _NAME_SIZE, bold=True)
            for place in range(len(self.names))
        ]
        named = zip(self.names, rooms, strict=True)
        return tuple(tuple(lines_within(n, room, size=_NAME_SIZE, most=2)) for n, room in named)

    @property
    def row_pixels(self) -> int:
        return _ROW_PIXELS + _LINE_PIXELS * max(map(len, self.labels))

    def size(self, place: int) -> int:
        inside = [pattern[place] == "1" for pattern in self.patterns.index]
        return int(self.patterns[inside].sum())


def draw_overlap(
    patterns: pd.DataFrame, *, names: Sequence[str], styles: Mapping[str, ArmStyle]
) -> go.Figure:
    """How many subjects are in each combination of cohorts.

    Bars count the subjects that are in exactly the cohorts dotted below them; the bars at
    the left count each cohort. At most 25 combinations are drawn, the largest; the figure
    says how many more there are.

    Parameters
    ----------
    patterns : DataFrame
        `pattern`, a text of one 0 or 1 for each cohort in the order of `names`, and
        `subjects`, the number in exactly these cohorts.
    names : sequence of str
        One to eight cohorts, from top to bottom.
    styles : mapping
        From `theme.arm_styles`, by name.

    Examples
    --------
    >>> from dashboard.charts.theme import arm_styles
    >>> patterns = pd.DataFrame({"pattern": ["10", "11", "01"], "subjects": [5, 2, 9]})
    >>> names = ["Women", "Over 65"]
    >>> draw_overlap(patterns, names=names, styles=arm_styles(names)).data[0].y
    (9, 5, 2)
    """
    overlap = _counted_overlap(patterns, names)
    if overlap.patterns.empty:
        return empty_figure("No subject is in any of these cohorts.")
    rows = overlap.row_pixels * len(names)
    plot = _BAR_PIXELS + _GAP + rows
    figure = new_figure(_describe(overlap), height=_TOP + plot + _AXIS)
    _add_bars(figure, overlap)
    _add_links(figure, overlap)
    _add_matrix(figure, overlap, styles)
    _add_sizes(figure, overlap, styles)
    _set_axes(figure, overlap, rows / plot)
    _say_folded(figure, overlap)
    return figure


def _counted_overlap(patterns: pd.DataFrame, names: Sequence[str]) -> _Overlap:
    require(1 <= len(names) <= _MOST_SETS, f"1 <= cohorts <= {_MOST_SETS}", cohorts=len(names))
    require(len(set(names)) == len(names), "the names of cohorts differ", names=list(names))
    for pattern in patterns["pattern"]:
        fits = len(str(pattern)) == len(names) and set(str(pattern)) <= {"0", "1"}
        require(fits, f"a pattern is {len(names)} signs of 0 or 1", pattern=pattern)
    fewest = patterns["subjects"].min() if len(patterns) else 0
    require(fewest >= 0, "subjects >= 0", subjects=fewest)
    sums = patterns.astype({"pattern": str}).groupby("pattern")["subjects"].sum()
    found = sums[sums > 0].reset_index().assign(order=lambda t: t["pattern"].str.count("1"))
    # Ties: fewer cohorts first, then those of the cohorts named first.
    ordered = found.sort_values(
        ["subjects", "order", "pattern"], ascending=[False, True, False], kind="stable"
    )
    return _Overlap(names=tuple(names), patterns=ordered.set_index("pattern")["subjects"])


def _add_bars(figure: go.Figure, overlap: _Overlap) -> None:
    shown = overlap.shown
    figure.add_bar(
        x=list(range(len(shown))),
        y=shown.tolist(),
        text=[f"{n:,}" for n in shown],
        textposition="outside",
        textangle=0 if _upright(shown) else -90,
        constraintext="none",
        textfont={"size": 10 if _column(shown) < 12 else _COUNT_SIZE, "color": LIGHT.text},
        cliponaxis=False,
        width=0.66,
        marker={"color": LIGHT.accent, "line": {"width": 0}},
        hovertext=[_sentence(overlap, str(pattern)) for pattern in shown.index],
        hovertemplate="%{hovertext}<extra></extra>",
        meta={"part": "intersections"},
    )


def _column(shown: pd.Series) -> float:
    return _COLUMNS_PIXELS / len(shown)


def _widest(shown: pd.Series) -> float:
    return max(text_width(f"{n:,}", _COUNT_SIZE) for n in shown)


def _upright(shown: pd.Series) -> bool:
    return _widest(shown) <= _column(shown)


def _sentence(overlap: _Overlap, pattern: str) -> str:
    n = int(overlap.patterns[pattern])
    share = f"{n / overlap.total:.1%} of {overlap.total:,}"
    return f"<b>{counted(n, 'subject')}</b> ({share})<br>{_membership(overlap, pattern)}"


def _membership(overlap: _Overlap, pattern: str) -> str:
    inside = [f"in {literal(overlap.names[place])}" for place in overlap.members(pattern)]
    outside = [
        f"not in {literal(name)}"
        for name, sign in zip(overlap.names, pattern, strict=True)
        if sign == "0"
    ]
    return "<br>".join([*inside, *outside] if inside else ["in none of them"])


def _add_matrix(figure: go.Figure, overlap: _Overlap, styles: Mapping[str, ArmStyle]) -> None:
    columns = list(enumerate(overlap.shown.index))
    empty = [
        (x, y) for x, pattern in columns for y in range(len(overlap.names)) if pattern[y] == "0"
    ]
    dot = min(11.0, 0.72 * _column(overlap.shown))
    if empty:
        figure.add_scatter(
            x=[x for x, _ in empty],
            y=[y for _, y in empty],
            marker={"color": LIGHT.track, "size": dot, "symbol": "circle"},
            **_matrix("outside"),
        )
    for place, name in enumerate(overlap.names):
        figure.add_scatter(
            x=[x for x, pattern in columns if pattern[place] == "1"],
            y=[place for _, pattern in columns if pattern[place] == "1"],
            marker={"color": styles[name].colour, "size": dot, "symbol": "circle"},
            **_matrix("inside"),
        )


def _add_links(figure: go.Figure, overlap: _Overlap) -> None:
    for x, pattern in enumerate(overlap.shown.index):
        inside = overlap.members(str(pattern))
        if len(inside) > 1:
            figure.add_shape(
                type="line",
                xref="x2",
                yref="y2",
                x0=x,
                x1=x,
                y0=inside[0],
                y1=inside[-1],
                line={"color": LIGHT.muted, "width": 2.5},
                layer="below",
            )


def _matrix(part: str) -> dict[str, object]:
    return {
        "mode": "markers",
        "xaxis": "x2",
        "yaxis": "y2",
        "hoverinfo": "skip",
        "cliponaxis": False,
        "meta": {"part": part},
    }


def _add_sizes(figure: go.Figure, overlap: _Overlap, styles: Mapping[str, ArmStyle]) -> None:
    sizes = [overlap.size(place) for place in range(len(overlap.names))]
    hovers = [
        f"<b>{literal(name)}</b><br>{counted(size, 'subject')} ({size / overlap.total:.1%} "
        f"of {overlap.total:,})"
        for name, size in zip(overlap.names, sizes, strict=True)
    ]
    figure.add_bar(
        orientation="h",
        x=sizes,
        # Below its name, which stands in the upper part of the row.
        y=[place + 0.5 - 11 / overlap.row_pixels for place in range(len(sizes))],
        width=9 / overlap.row_pixels,
        marker={"color": [styles[name].colour for name in overlap.names], "line": {"width": 0}},
        hovertext=hovers,
        hovertemplate="%{hovertext}<extra></extra>",
        xaxis="x3",
        yaxis="y3",
        meta={"part": "sizes"},
    )
    for place, (lines, size) in enumerate(zip(overlap.labels, sizes, strict=True)):
        figure.add_annotation(
            text=f"{'<br>'.join(map(literal, lines))}&nbsp; <b>{size:,}</b>",
            hovertext=hovers[place],
            align="right",
            x=1,
            xref="x3 domain",
            xanchor="right",
            y=place + 0.5 - 18 / overlap.row_pixels,
            yref="y3",
            yanchor="bottom",
            showarrow=False,
            font={"size": _NAME_SIZE, "color": LIGHT.text},
        )


def _set_axes(figure: go.Figure, overlap: _Overlap, matrix: float) -> None:
    columns, rows = len(overlap.shown), len(overlap.names)
    across = {"range": [-0.6, columns - 0.4], "domain": [_RIGHT, 1], "visible": False}
    down = {"range": [rows - 0.5, -0.5], "domain": [0, matrix]}
    most = max(overlap.size(place) for place in range(rows))
    above = 20 if _upright(overlap.shown) else _widest(overlap.shown) + 8
    gap = matrix + _GAP * matrix / (overlap.row_pixels * rows)
    figure.update_layout(
        showlegend=False,
        hovermode="closest",
        margin={"t": _TOP, "b": _AXIS},
        xaxis={**across, "anchor": "y"},
        yaxis={
            "domain": [gap, 1],
            "range": [0, float(overlap.patterns.iloc[0]) / (1 - above / _BAR_PIXELS)],
            "title": {"text": "Subjects in exactly these"},
            "tickformat": ",d",
            "nticks": 5,
        },
        xaxis2={**across, "anchor": "y2"},
        yaxis2={**down, "anchor": "x2", "visible": False},
        xaxis3={
            "domain": [0, _LEFT],
            "range": [max(most, 1) * 1.02, 0],
            "anchor": "y3",
            "title": {"text": "Subjects"},
            "tickformat": ",d",
            "tickvals": [0, time_ticks(most, unit="subjects", most=4)[-1]],
        },
        yaxis3={**down, "anchor": "x3", "visible": False},
    )
    for place in range(0, rows, 2):
        _add_stripe(figure, place)


def _add_stripe(figure: go.Figure, place: int) -> None:
    figure.add_shape(
        type="rect",
        xref="paper",
        yref="y2",
        x0=0,
        x1=1,
        y0=place - 0.5,
        y1=place + 0.5,
        fillcolor=LIGHT.surface,
        line={"width": 0},
        layer="below",
    )


def _say_folded(figure: go.Figure, overlap: _Overlap) -> None:
    if overlap.folded.empty:
        return
    figure.add_annotation(
        text=f"The {_MOST_SHOWN} largest are drawn;<br>{_folded(overlap)}",
        x=1,
        xref="paper",
        xanchor="right",
        y=0,
        yref="paper",
        yanchor="top",
        yshift=-8,
        align="right",
        showarrow=False,
        font={"size": 12, "color": LIGHT.muted},
    )


def _folded(overlap: _Overlap) -> str:
    folded = overlap.folded
    return f"{len(folded):,} smaller ones with {counted(folded.sum(), 'subject')} are not"


def _describe(overlap: _Overlap) -> str:
    sets = ", ".join(f"{name} {overlap.size(place):,}" for place, name in enumerate(overlap.names))
    largest = "; ".join(
        f"{_in_words(overlap, str(pattern))} {n:,}" for pattern, n in overlap.shown.head(5).items()
    )
    head = (
        f"Overlap of {counted(len(overlap.names), 'cohort')}, {counted(overlap.total, 'subject')}"
    )
    tail = (
        "" if overlap.folded.empty else f" The {_MOST_SHOWN} largest are drawn; {_folded(overlap)}."
    )
    return f"{head}. Cohorts: {sets}. Largest combinations: {largest}.{tail}"


def _in_words(overlap: _Overlap, pattern: str) -> str:
    inside = [overlap.names[place] for place in overlap.members(pattern)]
    if not inside:
        return "none of them"
    return " and ".join(inside) + (" only" if len(inside) < len(overlap.names) else "")
