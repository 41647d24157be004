"""Fitted distributions over what was observed, and beyond it: one panel each, arms in colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analytics.survival.kaplan_meier import KaplanMeier
from analytics.survival.smoothed_hazard import SmoothedHazard
from dashboard.charts.axes import amount, time_ticks
from dashboard.charts.contrast import translucent
from dashboard.charts.lettering import legend_name, legend_pixels, literal
from dashboard.charts.steps import curve_rows
from dashboard.charts.theme import LIGHT, ArmStyle, new_figure

_ROW_PIXELS, _ALONE_PIXELS = 300, 400
_AXIS_PIXELS, _TITLE_PIXELS, _TOP_PIXELS = 44, 26, 14
_MOST_BANDS = 4
_BEYOND = "1.5px,4px"  # the dash of what is extrapolated
_HEADROOM = 1.35  # how far above the observed hazards the axis goes


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedOptions:
    """What the panels are about.

    Parameters
    ----------
    endpoint : str
        Said in the description.
    names : mapping
        What each distribution is called.
    unit : str
        Of the times.
    origin : str
        Where time starts.
    horizon : float
        Where the panels end.
    last_times : mapping
        By arm: the last observed time.
    confidence_level : float
        Of the bands.
    """

    endpoint: str
    names: Mapping[str, str]
    unit: str
    origin: str
    horizon: float
    last_times: Mapping[str, float]
    confidence_level: float = 0.95

    @property
    def observed_until(self) -> float:
        """The last observed time of all arms."""
        return max(self.last_times.values())


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
    panels = _Panels.of(fitted, styles, options, "survival", start)
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
    panels = _Panels.of(fitted, styles, options, "hazard", None)
    shown = "smoothed and fitted" if observed is not None else "fitted"
    about = f"Hazard of {options.endpoint} over time, {shown}: {_said(panels.names())}."
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
        _say_cut_off(figure)
    return figure


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Panels:
    """One panel per distribution, two in a row."""

    fitted: pd.DataFrame
    styles: Mapping[str, ArmStyle]
    options: FittedOptions
    what: str
    start: Mapping[str, float] | None
    distributions: tuple[str, ...]
    arms: tuple[str, ...]

    @classmethod
    def of(
        cls,
        fitted: pd.DataFrame,
        styles: Mapping[str, ArmStyle],
        options: FittedOptions,
        what: str,
        start: Mapping[str, float] | None,
    ) -> _Panels:
        return cls(
            fitted=fitted,
            styles=styles,
            options=options,
            what=what,
            start=start,
            distributions=tuple(fitted["distribution"].unique()),
            arms=tuple(arm for arm in options.last_times if arm in set(fitted["arm"])),
        )

    def names(self) -> list[str]:
        return [self.options.names[name] for name in self.distributions]

    @property
    def columns(self) -> int:
        return min(2, len(self.distributions))

    @property
    def rows(self) -> int:
        return -(-len(self.distributions) // self.columns)

    @property
    def legend(self) -> int:
        return legend_pixels([*self.arms]) if len(self.arms) > 1 else 0

    @property
    def pixels(self) -> int:
        own = _ALONE_PIXELS if len(self.distributions) == 1 else _ROW_PIXELS
        return own + _TITLE_PIXELS + _AXIS_PIXELS

    def blank(self, alt: str) -> go.Figure:
        top = _TOP_PIXELS + self.legend
        figure = new_figure(alt, height=top + self.rows * self.pixels + 20)
        figure.update_layout(
            margin={"t": top, "b": 20},
            hovermode="x unified",
            showlegend=len(self.arms) > 1,
            legend={"traceorder": "normal"},
        )
        return figure

    def axes(self, place: int) -> tuple[str, str]:
        number = "" if place == 0 else str(place + 1)
        return f"x{number}", f"y{number}"

    def add_observed(
        self, figure: go.Figure, place: int, arm: str, x: Any, y: Any, *, shape: str
    ) -> None:
        style = self.styles[arm]
        xaxis, yaxis = self.axes(place)
        figure.add_scatter(
            x=x,
            y=y,
            xaxis=xaxis,
            yaxis=yaxis,
            mode="lines",
            line={"color": translucent(style.colour, 0.55), "width": 1.25, "shape": shape},
            name=f"{literal(arm)}, observed",
            legendgroup=arm,
            showlegend=False,
            hoverinfo="skip",
            meta={"part": "observed"},
        )

    def add_fits(self, figure: go.Figure, place: int, name: str) -> None:
        for arm in self.arms:
            own = self.fitted["distribution"].eq(name) & self.fitted["arm"].eq(arm)
            rows = self.fitted[own].sort_values("time")
            if rows.empty:
                continue
            if self.start is not None:
                first = pd.DataFrame([{**self.start, "arm": arm, "extrapolated": False}])
                rows = pd.concat([first, rows], ignore_index=True)
            if len(self.arms) <= _MOST_BANDS:
                self._add_band(figure, place, arm, rows)
            self._add_line(figure, place, arm, rows)

    def _add_band(self, figure: go.Figure, place: int, arm: str, rows: pd.DataFrame) -> None:
        xaxis, yaxis = self.axes(place)
        known = rows[[f"{self.what}_lower", f"{self.what}_upper"]].notna().all(axis=1)
        for edge, fill in (("lower", None), ("upper", "tonexty")):
            figure.add_scatter(
                x=rows.loc[known, "time"].to_numpy(),
                y=rows.loc[known, f"{self.what}_{edge}"].to_numpy(),
                xaxis=xaxis,
                yaxis=yaxis,
                mode="lines",
                line={"width": 0, "color": self.styles[arm].colour},
                fill=fill,
                fillcolor=translucent(self.styles[arm].colour, 0.12),
                name=literal(arm),
                legendgroup=arm,
                showlegend=False,
                hoverinfo="skip",
                meta={"part": edge},
            )

    def _add_line(self, figure: go.Figure, place: int, arm: str, rows: pd.DataFrame) -> None:
        style, beyond = self.styles[arm], rows["extrapolated"].to_numpy(dtype=bool)
        xaxis, yaxis = self.axes(place)
        # The dotted part begins where the solid one ends.
        joined = beyond | np.append(beyond[1:], False)
        for part, chosen in (("fitted", ~beyond), ("extrapolated", joined)):
            if part == "extrapolated" and not beyond.any():
                continue
            own = rows[chosen]
            figure.add_scatter(
                x=own["time"].to_numpy(),
                y=own[self.what].to_numpy(),
                xaxis=xaxis,
                yaxis=yaxis,
                mode="lines",
                line={
                    "color": style.colour,
                    "width": 2.25,
                    "dash": style.dash if part == "fitted" else _BEYOND,
                },
                name=legend_name(arm),
                legendgroup=arm,
                showlegend=place == 0 and part == "fitted",
                text=[self._hover(row) for row in own.itertuples()],
                hovertemplate=(
                    f'<span style="color:{style.ink}"><b>{literal(arm)}</b></span>  '
                    "%{text}<extra></extra>"
                ),
                # Where both parts meet, one of them answers.
                hoverinfo=None,
                meta={"part": part},
            )

    def _hover(self, row: Any) -> str:
        ends = (f"{self.what}_lower", f"{self.what}_upper")
        values = [getattr(row, name) for name in (self.what, *ends)]
        written = (
            [f"{100 * value:.1f}%" for value in values]
            if self.what == "survival"
            else [amount(value) for value in values]
        )
        mark = ", extrapolated" if row.extrapolated else ""
        return f"{written[0]} ({written[1]}–{written[2]}){mark}"

    def set_axes(self, figure: go.Figure, title: str, yaxis: Mapping[str, Any]) -> None:
        options, height = self.options, self.rows * self.pixels
        span = [0.0, options.horizon * 1.01]
        most = 9 if self.columns == 1 else 6
        ticks = time_ticks(options.horizon, unit=options.unit, most=most)
        singular = options.unit.capitalize().removesuffix("s")
        for place, name in enumerate(self.distributions):
            row, column = divmod(place, self.columns)
            top = 1 - (row * self.pixels + _TITLE_PIXELS) / height
            bottom = 1 - ((row + 1) * self.pixels - _AXIS_PIXELS) / height
            left = column * 0.53 if self.columns == 2 else 0.0
            domain = [left, left + 0.47] if self.columns == 2 else [0.0, 1.0]
            below = place + self.columns >= len(self.distributions)
            x, y = self.axes(place)
            figure.update_layout(
                {
                    f"xaxis{x[1:]}": {
                        "anchor": y,
                        "domain": domain,
                        "range": span,
                        "tickmode": "array",
                        "tickvals": ticks,
                        "title": {
                            "text": literal(f"{options.unit.capitalize()} since {options.origin}")
                            if below
                            else ""
                        },
                        "unifiedhovertitle": {"text": f"{singular} %{{x:.1f}}"},
                    },
                    f"yaxis{y[1:]}": {
                        **yaxis,
                        "anchor": x,
                        "domain": [bottom, top],
                        "title": {"text": literal(title) if column == 0 else ""},
                        "showticklabels": column == 0,
                    },
                }
            )
            self._add_title(figure, options.names[name], domain[0], top)
            self._shade(figure, x, y)

    def _add_title(self, figure: go.Figure, name: str, left: float, top: float) -> None:
        figure.add_annotation(
            text=f"<b>{literal(name)}</b>",
            x=left,
            xref="paper",
            xanchor="left",
            y=top,
            yref="paper",
            yanchor="bottom",
            showarrow=False,
            font={"size": 14},
        )

    def _shade(self, figure: go.Figure, x: str, y: str) -> None:
        last, end = self.options.observed_until, self.options.horizon * 1.01
        if end <= last * 1.02:
            return
        figure.add_shape(
            type="rect",
            layer="below",
            x0=last,
            x1=end,
            y0=0,
            y1=1,
            xref=x,
            yref=f"{y} domain",
            fillcolor=LIGHT.surface,
            line={"width": 0},
        )
        figure.add_annotation(
            text="extrapolated",
            x=end,
            xref=x,
            xanchor="right",
            xshift=-6,
            y=1,
            yref=f"{y} domain",
            yanchor="top",
            yshift=-4,
            showarrow=False,
            font={"size": 12, "color": LIGHT.muted},
        )


def _top(fitted: pd.DataFrame, observed: SmoothedHazard | None) -> float:
    """The highest hazard worth showing: of what was observed, without the first moments."""
    within = fitted[~fitted["extrapolated"]]
    settled = within.loc[within["time"] > 0.02 * within["time"].max(), "hazard"]
    tops = [float(settled.max())] if len(settled) else [float(fitted["hazard"].max())]
    if observed is not None and observed.table["hazard"].notna().any():
        tops.append(float(observed.table["hazard"].max()))
    finite = [top for top in tops if np.isfinite(top) and top > 0]
    return _HEADROOM * max(finite, default=1.0)


def _say_cut_off(figure: go.Figure) -> None:
    figure.add_annotation(
        text="Hazards above the axis are cut off",
        x=1,
        xref="paper",
        xanchor="right",
        y=0,
        yref="paper",
        yanchor="bottom",
        yshift=-18,
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
    about = f"Fitted survival of {options.endpoint} over the Kaplan–Meier curves: {_said(names)}."
    return f"{about} {'; '.join(parts)}. {_extrapolation(options)}"


def _extrapolation(options: FittedOptions) -> str:
    last = options.observed_until
    if options.horizon <= last:
        return "Nothing is extrapolated."
    return f"Beyond {last:.1f} {options.unit} all is extrapolated."


def _said(names: Sequence[str]) -> str:
    return ", ".join(names)
