"""Panels of fitted distributions: what is observed thin, fitted thick, extrapolated dotted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.axes import amount, time_ticks
from dashboard.charts.contrast import translucent
from dashboard.charts.lettering import fitted as fitted_lines
from dashboard.charts.lettering import legend_name, legend_pixels, literal
from dashboard.charts.theme import LIGHT, ArmStyle, new_figure

_ROW_PIXELS, _ALONE_PIXELS = 300, 400
_AXIS_PIXELS, _TITLE_PIXELS, _TOP_PIXELS = 44, 26, 14
_BOTTOM_PIXELS, _LINE_PIXELS = 22, 18
_NARROW_TITLE = 140  # pixels that an axis has for its title where two stand in a narrow row
_ALL_BUT_1 = 0.9999
_MOST_BANDS = 4
_FAR_ABOVE = 1e6  # where limits go that are too wide for any axis, infinite ones too
_BEYOND = "1.5px,4px"  # the dash of what is extrapolated


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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedPanels:
    """One panel per distribution, two in a row.

    Parameters
    ----------
    fitted : DataFrame
        As for `draw_fitted_survival`.
    styles : mapping
        By arm.
    options : FittedOptions
    what : {"survival", "hazard"}
        Which of its columns is drawn.
    start : mapping or None
        What the fits are at time 0.
    distributions, arms : tuple of str
        One panel, and one line in it, for each.
    """

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
    ) -> FittedPanels:
        """The panels of a table of fits."""
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
        """What the distributions are called."""
        return [self.options.names[name] for name in self.distributions]

    @property
    def columns(self) -> int:
        """Panels in a row."""
        return min(2, len(self.distributions))

    @property
    def rows(self) -> int:
        """Rows of panels."""
        return -(-len(self.distributions) // self.columns)

    @property
    def legend(self) -> int:
        """Pixels of the legend."""
        return legend_pixels([*self.arms]) if len(self.arms) > 1 else 0

    @property
    def pixels(self) -> int:
        """Pixels of a row, with the title above it and the axis below."""
        own = _ALONE_PIXELS if len(self.distributions) == 1 else _ROW_PIXELS
        return own + _TITLE_PIXELS + _AXIS_PIXELS

    @property
    def bottom(self) -> int:
        """Room below the last axis; beside one another, its titles take two lines."""
        return _BOTTOM_PIXELS + (_LINE_PIXELS if self.columns == 2 else 0)

    @property
    def title(self) -> str:
        """Of the time axis."""
        text = f"{self.options.unit.capitalize()} since {self.options.origin}"
        return fitted_lines(text, _NARROW_TITLE, size=14) if self.columns == 2 else literal(text)

    def blank(self, alt: str) -> go.Figure:
        """The figure without anything in its panels."""
        top = _TOP_PIXELS + self.legend
        figure = new_figure(alt, height=top + self.rows * self.pixels + self.bottom)
        figure.update_layout(
            margin={"t": top, "b": self.bottom},
            hovermode="x unified",
            showlegend=len(self.arms) > 1,
            legend={"traceorder": "normal"},
        )
        return figure

    def axes(self, place: int) -> tuple[str, str]:
        """The axes of a panel."""
        number = "" if place == 0 else str(place + 1)
        return f"x{number}", f"y{number}"

    def add_observed(
        self, figure: go.Figure, place: int, arm: str, x: Any, y: Any, *, shape: str
    ) -> None:
        """What was observed: a thin line."""
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
        """The fits of one distribution, each with its band unless arms are many."""
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
        if "survival" in rows:
            # Where survival is all but 1, limits from log(-log S) run from 0 to 1 and say nothing.
            known &= (rows["survival"] < _ALL_BUT_1) | (rows["time"] == 0)
        for edge, fill in (("lower", None), ("upper", "tonexty")):
            figure.add_scatter(
                x=rows.loc[known, "time"].to_numpy(),
                y=rows.loc[known, f"{self.what}_{edge}"].clip(upper=_FAR_ABOVE).to_numpy(),
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
                y=own[self.what].clip(upper=_FAR_ABOVE).to_numpy(),
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
                meta={"part": part},
            )

    def _hover(self, row: Any) -> str:
        ends = (f"{self.what}_lower", f"{self.what}_upper")
        values = [getattr(row, name) for name in (self.what, *ends)]
        written = (
            [f"{100 * value:.1f}%" for value in values]
            if self.what == "survival"
            else ["∞" if np.isposinf(value) else amount(value) for value in values]
        )
        mark = ", extrapolated" if row.extrapolated else ""
        return f"{written[0]} ({written[1]}–{written[2]}){mark}"

    def set_axes(self, figure: go.Figure, title: str, yaxis: Mapping[str, Any]) -> None:
        """The axes of all panels, their titles, and what lies beyond the data in grey."""
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
                        "title": {"text": self.title if below else ""},
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
