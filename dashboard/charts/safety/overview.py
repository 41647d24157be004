"""Subjects with adverse events of each kind, by arm, as bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.safety.share_bars import draw_share_bars
from dashboard.charts.theme import ArmStyle


def draw_overview(
    table: pd.DataFrame,
    *,
    arms: Sequence[str],
    styles: Mapping[str, ArmStyle],
    names: Mapping[str, str],
) -> go.Figure:
    """Share of subjects with an event of each kind; a point's `customdata` is (kind, arm).

    Parameters
    ----------
    table : DataFrame
        `kind`, `arm`, `with_event`, `subjects`, `proportion`, `lower`, `upper`, `events`.
    arms : sequence of str
        From top to bottom within a kind.
    styles : mapping
        Of the arms.
    names : mapping
        Kinds, from top to bottom, and what they are called.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"kind": ["any"], "arm": ["A"], "with_event": [1], "subjects": [4],
    ...      "proportion": [0.25], "lower": [0.01], "upper": [0.81], "events": [2]}
    ... )
    >>> from dashboard.charts.theme import arm_styles
    >>> styles = arm_styles(["A"])
    >>> figure = draw_overview(table, arms=["A"], styles=styles, names={"any": "Any"})
    >>> list(figure.data[0].x), list(figure.data[0].customdata[0])
    ([25.0], ['any', 'A'])
    """
    about = "subjects with adverse events"
    return draw_share_bars(table, arms=arms, styles=styles, names=names, about=about)
