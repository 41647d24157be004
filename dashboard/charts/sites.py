"""Which sites enrol: one bar per site, most subjects first."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.axes import counted
from dashboard.charts.lettering import literal
from dashboard.charts.theme import LIGHT, empty_figure, new_figure

_MOST_NAMED = 24


def draw_sites(sites: pd.DataFrame, *, targets: Mapping[str, int] | None = None) -> go.Figure:
    """Subjects by site in falling order, with each site's own target where there is one.

    Parameters
    ----------
    sites : DataFrame
        The answer to `enrolment_by_site`: `site`, `country`, `subjects`.
    targets : mapping, optional
        Planned subjects by site.

    Examples
    --------
    >>> sites = pd.DataFrame({"site": ["02", "01"], "country": [None, "FRA"], "subjects": [4, 9]})
    >>> draw_sites(sites).data[0].y.tolist()
    [9, 4]
    """
    if sites.empty:
        return empty_figure("No subject of this cohort has a site.")
    rows = sites.sort_values("subjects", ascending=False, kind="stable").reset_index(drop=True)
    figure = new_figure(_describe(rows), height=300)
    _add_bars(figure, rows)
    if targets:
        _add_targets(figure, rows, targets)
    _set_axes(figure, rows)
    return figure


def _add_bars(figure: go.Figure, rows: pd.DataFrame) -> None:
    names = [literal(_named(row)) for row in rows.itertuples()]
    figure.add_bar(
        x=list(range(1, len(rows) + 1)),
        y=rows["subjects"].to_numpy(),
        text=names,
        textposition="none",
        marker={"color": LIGHT.accent_soft, "line": {"width": 0}},
        name="Enrolled",
        hovertemplate="<b>%{text}</b><br>%{y:,} enrolled, place %{x}<extra></extra>",
    )


def _named(row: object) -> str:
    country = getattr(row, "country", None)
    site = f"Site {getattr(row, 'site', None) or 'not recorded'}"
    return site if country is None or pd.isna(country) else f"{site}, {country}"


def _add_targets(figure: go.Figure, rows: pd.DataFrame, targets: Mapping[str, int]) -> None:
    figure.add_scatter(
        x=list(range(1, len(rows) + 1)),
        y=[targets.get(str(site)) for site in rows["site"]],
        mode="markers",
        marker={"symbol": "line-ew", "size": 4, "line": {"color": LIGHT.text, "width": 2}},
        name="Target of the site",
        hovertemplate="Target %{y:,}<extra></extra>",
    )


def _set_axes(figure: go.Figure, rows: pd.DataFrame) -> None:
    named = len(rows) <= _MOST_NAMED
    ticks = {
        "tickmode": "array",
        "tickvals": list(range(1, len(rows) + 1)),
        "ticktext": [literal(site) for site in rows["site"]],
    }
    figure.update_layout(
        bargap=0.25,
        hovermode="closest",
        margin={"t": 40},
        xaxis={
            "title": {"text": "Site" if named else "Sites, most subjects first"},
            "range": [0.3, len(rows) + 0.7],
            **(ticks if named else {"nticks": 8}),
        },
        yaxis={"title": {"text": "Subjects enrolled"}, "tickformat": ",d", "rangemode": "tozero"},
    )


def _describe(rows: pd.DataFrame) -> str:
    total, half = (
        rows["subjects"].sum(),
        (rows["subjects"].cumsum() * 2 < rows["subjects"].sum()).sum(),
    )
    return (
        f"{counted(total, 'subject')} at {counted(len(rows), 'site')}; "
        f"half of them at the first {half + 1}."
    )
