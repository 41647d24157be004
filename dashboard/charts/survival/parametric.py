"""Fitted distributions over what was observed, and beyond it: one panel each, arms in colours."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analytics.survival.kaplan_meier import KaplanMeier
from analytics.survival.smoothed_hazard import SmoothedHazard
from dashboard.charts.steps import curve_rows
from dashboard.charts.survival.fitted_panels import FittedOptions, FittedPanels
from dashboard.charts.theme import LIGHT, ArmStyle

_HEADROOM = 1.35  # how far above the observed hazards the axis goes


def draw_fitted_survival(
    fitted: pd.DataFrame,
    observed: KaplanMeier,
    *,
    styles: Mapping[str, ArmStyle],
    options: FittedOptions,
) -> go.Figure:
    """Fitted survival over the Kaplan–Meier curves, on to the horizon.

    Parameters
    ----------
    fitted : DataFrame
        `arm`, `distribution`, `time`, `survival`, `survival_lower`, `survival_upper`,
        `extrapolated`, as `ParametricAnswer.curve_table` gives it.
    observed : KaplanMeier
    styles : mapping
        From `theme.arm_styles`.
    options : FittedOptions

    Examples
    --------
    >>> from dashboard.charts.survival.fitted_panels import FittedOptions
    >>> from analytics.survival import SurvivalCounts, fit_kaplan_meier
    >>> from dashboard.charts.theme import arm_styles
    >>> observed = fit_kaplan_meier(SurvivalCounts.from_subjects([2.0, 5.0], [1, 1]))
    >>> fitted = pd.DataFrame({"arm": "All subjects", "distribution": "weibull",
    ...     "time": [2.0, 9.0], "survival": [0.6, 0.1], "survival_lower": [0.3, 0.0],
    ...     "survival_upper": [0.8, 0.4], "extrapolated": [False, True]})
    >>> options = FittedOptions(endpoint="OS", names={"weibull": "Weibull"}, unit="months",
    ...     origin="randomisation", horizon=9.0, last_times={"All subjects": 5.0})
    >>> figure = draw_fitted_survival(
    ...     fitted, observed, styles=arm_styles(["All subjects"]), options=options)
    >>> [note.text for note in figure.layout.annotations]
    ['<b>Weibull</b>', 'extrapolated']
    """
    start = {"time": 0.0, "survival": 1.0, "survival_lower": 1.0, "survival_upper": 1.0}
    panels = FittedPanels.of(fitted, styles, options, "survival", start)
    figure = panels.blank(_described(fitted, observed, options))
    for place, name in enumerate(panels.distributions):
        for curve in observed.curves:
            rows = curve_rows(curve.table[curve.table["time"] <= options.horizon])
            xy = rows["time"].to_numpy(), rows["survival"].to_numpy()
            panels.add_observed(figure, place, curve.arm, *xy, shape="hv")
        panels.add_fits(figure, place, name)
    axis = {"range": [0, 1.02], "tickvals": [0, 0.2, 0.4, 0.6, 0.8, 1], "tickformat": ".0%"}
    panels.set_axes(figure, "Survival probability", axis)
    return figure


def draw_fitted_hazard(
    fitted: pd.DataFrame,
    observed: SmoothedHazard | None,
    *,
    styles: Mapping[str, ArmStyle],
    options: FittedOptions,
) -> go.Figure:
    """Fitted hazards against the smoothed hazard, on to the horizon.

    The axis is made for what was observed; a hazard that leaves it by extrapolation is cut off,
    and the figure says so.

    Parameters
    ----------
    fitted : DataFrame
        As for `draw_fitted_survival`, with `hazard`, `hazard_lower` and `hazard_upper`.
    observed : SmoothedHazard or None
        None when it is not estimable.
    styles, options
        As for `draw_fitted_survival`.
    """
    panels = FittedPanels.of(fitted, styles, options, "hazard", None)
    shown = "smoothed and fitted" if observed is not None else "fitted"
    about = f"Hazard of {options.endpoint} over time, {shown}: {', '.join(panels.names())}."
    figure = panels.blank(f"{about} {_extrapolation(options)}")
    for place, name in enumerate(panels.distributions):
        for arm in panels.arms if observed is not None else ():
            rows = observed.table[observed.table["arm"] == arm]  # type: ignore[union-attr]
            rows = rows[rows["time"] <= options.horizon]
            xy = rows["time"].to_numpy(), rows["hazard"].to_numpy()
            panels.add_observed(figure, place, arm, *xy, shape="linear")
        panels.add_fits(figure, place, name)
    top = _top(fitted, observed)
    panels.set_axes(
        figure, f"Events per subject and {options.unit.removesuffix('s')}", {"range": [0, top]}
    )
    if bool((fitted["hazard"] > top).any()):
        _say_cut_off(figure, panels.bottom)
    return figure


def _top(fitted: pd.DataFrame, observed: SmoothedHazard | None) -> float:
    """The highest hazard worth showing: of what was observed, without the first moments."""
    within = fitted[~fitted["extrapolated"]]
    settled = within.loc[within["time"] > 0.02 * within["time"].max(), "hazard"]
    tops = [float(settled.max())] if len(settled) else [float(fitted["hazard"].max())]
    if observed is not None and observed.table["hazard"].notna().any():
        tops.append(float(observed.table["hazard"].max()))
    finite = [top for top in tops if np.isfinite(top) and top > 0]
    return _HEADROOM * max(finite, default=1.0)


def _say_cut_off(figure: go.Figure, bottom: int) -> None:
    figure.add_annotation(
        text="Hazards above the axis are cut off",
        x=1,
        xref="paper",
        xanchor="right",
        y=0,
        yref="paper",
        yanchor="bottom",
        yshift=-bottom,
        showarrow=False,
        font={"size": 12, "color": LIGHT.muted},
    )


def _described(fitted: pd.DataFrame, observed: KaplanMeier, options: FittedOptions) -> str:
    names = [options.names[name] for name in fitted["distribution"].unique()]
    medians = observed.quantile(0.5).set_index("arm")["estimate"]
    parts = []
    for (name, arm), rows in fitted.groupby(["distribution", "arm"], sort=False):
        end = rows.loc[rows["time"].idxmax()]
        seen = float(medians[arm])
        reached = "not reached" if np.isnan(seen) else f"{seen:.1f} {options.unit}"
        parts.append(
            f"{options.names[str(name)]}, {arm}: {end['survival']:.0%} at "
            f"{options.horizon:g} {options.unit}, observed median {reached}"
        )
    about = (
        f"Fitted survival of {options.endpoint} over the Kaplan–Meier curves: {', '.join(names)}."
    )
    return f"{about} {'; '.join(parts)}. {_extrapolation(options)}"


def _extrapolation(options: FittedOptions) -> str:
    last = options.observed_until
    if options.horizon <= last:
        return "Nothing is extrapolated."
    return f"Beyond {last:.1f} {options.unit} all is extrapolated."
