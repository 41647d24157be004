"""Subjects who crossed each threshold after baseline, by arm, as bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.safety.share_bars import draw_share_bars
from dashboard.charts.theme import ArmStyle


def draw_thresholds(
    table: pd.DataFrame,
    *,
    arms: Sequence[str],
    styles: Mapping[str, ArmStyle],
    level: float = 0.95,
) -> go.Figure:
    """Share of subjects beyond each threshold; a point's `customdata` is (threshold, arm).

    Parameters
    ----------
    table : DataFrame
        `threshold`, `arm`, `with_event`, `subjects`, `proportion`, `lower`, `upper`; thresholds
        from top to bottom.
    arms : sequence of str
        From top to bottom within a threshold.
    styles : mapping
        Of the arms.
    level : float
        Coverage of the intervals.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"threshold": ["QTcF > 450 ms"], "arm": ["A"], "with_event": [1], "subjects": [4],
    ...      "proportion": [0.25], "lower": [0.01], "upper": [0.81]}
    ... )
    >>> from dashboard.charts.theme import arm_styles
    >>> figure = draw_thresholds(table, arms=["A"], styles=arm_styles(["A"]))
    >>> list(figure.data[0].x), list(figure.data[0].customdata[0])
    ([25.0], ['QTcF > 450 ms', 'A'])
    """
    names = {str(one): str(one) for one in table["threshold"].unique()}
    # Nobody was measured for it in this arm: a bar of no length would claim that nobody crossed.
    shown = table[table["subjects"] > 0].rename(columns={"threshold": "kind"})
    about = "subjects beyond each threshold after baseline"
    return draw_share_bars(shown, arms=arms, styles=styles, names=names, about=about, level=level)
