"""Categories by group as bars of shares."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from analytics.baseline import LevelTable
from dashboard.charts.lettering import fitted, legend_name, legend_pixels, literal
from dashboard.charts.theme import LIGHT, ArmStyle, empty_figure, new_figure

MOST_LEVELS = 12
_MISSING = "Not collected"
_BAR_PIXELS, _AROUND, _LINE_PIXELS, _NAME_PIXELS = 14, 12, 17, 125
_TOP, _AXIS = 12, 66


def levels_to_draw(described: LevelTable) -> pd.DataFrame:
    """The levels in their order, missing among them where the table says so.

    Examples
    --------
    >>> from analytics.baseline import LevelCounts, describe_levels
    >>> frame = pd.DataFrame({"group": "A", "level": ["F", None], "subjects": [3, 1]})
    >>> counts = LevelCounts(frame=frame, groups=("A",), levels=("F",), disjoint=True)
    >>> levels_to_draw(describe_levels(counts, denominator="with value"))["level"].tolist()
    ['F']
    """
    levels = described.table
    if (
        described.denominator == "with value"
        or not levels["subjects"][levels["level"].isna()].any()
    ):
        levels = levels[levels["level"].notna()]
    if len(described.levels) > MOST_LEVELS:  # the rest is folded: that must be the rare ones
        return levels
    order = pd.CategoricalDtype(described.levels, ordered=True)
    return levels.astype({"level": order})


def draw_shares(
    levels: pd.DataFrame, *, styles: Mapping[str, ArmStyle], label: str, whole: str = "group"
) -> go.Figure:
    """Categories by group: a bar for each group in each row, as a share of the group.

    Rows fall by size unless `level` is an ordered categorical; beyond twelve the rest is
    folded into one row.

    Parameters
    ----------
    levels : DataFrame
        `group`, `level`, `subjects`; a missing level is its own row, "Not collected".
    styles : mapping
        From `theme.arm_styles`.
    label : str
        What the levels are of.
    whole : str
        What the shares are of, in the singular.

    Examples
    --------
    >>> from dashboard.charts.theme import arm_styles
    >>> levels = pd.DataFrame({"group": "A", "level": ["F", "M"], "subjects": [1, 3]})
    >>> draw_shares(levels, styles=arm_styles(["A"]), label="Sex").data[0].x
    (0.75, 0.25)
    """
    if levels.empty or not levels["subjects"].sum():
        return empty_figure(f"{literal(label)} was not collected.")
    table = _by_level(levels)
    groups = [group for group in styles if group in table.columns and table[group].sum()]
    shares = table[groups] / table[groups].sum()
    legend = legend_pixels(groups) if len(groups) > 1 else 0
    names = [fitted(level, _NAME_PIXELS, size=13, most=3) for level in table.index]
    lines = max(name.count("<br>") + 1 for name in names)
    row = _AROUND + max(_BAR_PIXELS * len(groups), _LINE_PIXELS * lines)
    height = _TOP + legend + row * len(table) + _AXIS
    figure = new_figure(_describe(shares, label, whole), height=height)
    for among, group in enumerate(groups):
        offset = (among - (len(groups) - 1) / 2) * _BAR_PIXELS / row
        places = [place + offset for place in range(len(table))]
        _add_group(figure, table[group], places, styles[group], 0.62 * _BAR_PIXELS / row)
    figure.update_layout(showlegend=len(groups) > 1, margin={"t": _TOP + legend})
    of = f"the {whole}" if len(groups) > 1 else "subjects"
    _set_axes(figure, names, float(shares.max().max()), f"Share of {of}")
    return figure


def _by_level(levels: pd.DataFrame) -> pd.DataFrame:
    named = levels["level"].astype(object).where(levels["level"].notna(), _MISSING).map(str)
    table = levels.assign(level=named).pivot_table(
        index="level", columns="group", values="subjects", aggfunc="sum", fill_value=0
    )
    order = [level for level in _order(levels["level"], table) if level != _MISSING]
    kept, folded = order[:MOST_LEVELS], order[MOST_LEVELS:]
    result = table.loc[kept]
    if folded:
        result.loc[f"{len(folded)} others"] = table.loc[folded].sum()
    if _MISSING in table.index:
        result.loc[_MISSING] = table.loc[_MISSING]
    return result


def _order(level: pd.Series, table: pd.DataFrame) -> list[str]:
    if isinstance(level.dtype, pd.CategoricalDtype) and level.cat.ordered:
        return [str(known) for known in level.cat.categories if str(known) in table.index]
    sizes = table.sum(axis=1).sort_values(ascending=False, kind="stable")
    return list(sizes.index)


def _add_group(
    figure: go.Figure, counts: pd.Series, places: list[float], style: ArmStyle, width: float
) -> None:
    group, size = str(counts.name), int(counts.sum())
    shares = (counts / size).tolist()
    hovers = [
        f"<b>{literal(level)}</b><br>{literal(group)}: {n:,} of {size:,} ({n / size:.1%})"
        for level, n in counts.items()
    ]
    shared = {
        "x": shares,
        "y": places,
        "hovertext": hovers,
        "hovertemplate": "%{hovertext}<extra></extra>",
        "legendgroup": group,
    }
    figure.add_bar(
        orientation="h",
        width=width,
        marker={"color": style.colour, "line": {"width": 0}},
        showlegend=False,
        meta={"part": "bars"},
        **shared,
    )
    # The mark of the arm at the end tells groups apart without colour.
    figure.add_scatter(
        mode="markers",
        marker={
            "color": style.colour,
            "symbol": style.symbol,
            "size": 10,
            "line": {"color": LIGHT.background, "width": 1},
        },
        name=legend_name(group),
        cliponaxis=False,
        meta={"part": "marks"},
        **shared,
    )


def _set_axes(figure: go.Figure, names: list[str], most: float, title: str) -> None:
    figure.update_layout(
        hovermode="closest",
        legend={"tracegroupgap": 0},
        xaxis={
            "title": {"text": title},
            "tickformat": ".0%",
            "range": [0, most * 1.08],
            "nticks": 6,
            "showgrid": True,
        },
        yaxis={
            "range": [len(names) - 0.5, -0.5],
            "tickmode": "array",
            "tickvals": list(range(len(names))),
            "ticktext": names,
            "tickfont": {"color": LIGHT.text},
            "ticklabelstandoff": 8,
            "showgrid": False,
        },
    )


def _describe(shares: pd.DataFrame, label: str, whole: str) -> str:
    parts = [
        f"{level} " + ", ".join(f"{share:.0%} of {group}" for group, share in row.items())
        for level, row in shares.head(5).iterrows()
    ]
    return f"{label} by {whole}: " + "; ".join(parts) + "."
