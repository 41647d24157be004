"""Who is in the study: age at baseline by arm."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.distributions import draw_densities
from dashboard.charts.theme import ArmStyle, empty_figure


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
    bins = bands.rename(columns={"arm": "group", "age_from": "low"})
    bins = bins.assign(high=bins["low"] + width)
    return draw_densities(bins, styles=styles, label="Age (years)", whole="arm")
