"""Volcano plot of adverse events: how far arms are apart, and how sure that is.

The most extreme terms are named. Names are placed for a narrow screen: on a wider one the points
move apart and the names stay as they are, so that none then meets another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from math import log10, sqrt
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.axes import counted
from dashboard.charts.lettering import fitted, legend_name, legend_pixels, literal, text_width
from dashboard.charts.safety.effects import EffectAxis
from dashboard.charts.safety.rows import name_of, said_of_pair
from dashboard.charts.theme import LIGHT, ArmStyle, empty_figure, new_figure

SMALLEST_P = 1e-16
"""Smaller p-values stand at the upper end."""

_PLOT, _BELOW, _LEFT, _RIGHT = 490, 70, 58, 16  # pixels
_NARROW = 394  # pixels of the plot that names are placed for
_LARGEST = 34  # pixels of the bubble of the most frequent term
_SMALLEST = 5.0
_FLOOR = 0.04  # of the height: room below p = 1
_OPACITY = 0.68
_SIZE, _LINE = 11.5, 15  # of names
_MOST_NAMES, _SAID = 14, 6  # on the plot; at the pointer, of terms in one place
_NAME = 140  # pixels
_DRAWN = 0.05  # the line


@dataclass(frozen=True, slots=True, kw_only=True)
class VolcanoOptions:
    """What a volcano plot shows.

    Parameters
    ----------
    arm, reference : str
    measure : str
    confidence_level : float
    p_name : str
        What the p-values are called on the axis, such as "unadjusted".
    """

    arm: str
    reference: str
    measure: str = "risk difference"
    confidence_level: float = 0.95
    p_name: str = "unadjusted"


def draw_volcano(
    contrasts: pd.DataFrame, *, options: VolcanoOptions, styles: Mapping[str, ArmStyle]
) -> go.Figure:
    """Each term by the difference of one arm from the reference and its p-value.

    A point's `customdata` is (class, term). A term whose difference or p-value does not exist
    is left out; see `drawn_in_volcano`.

    Parameters
    ----------
    contrasts : DataFrame
        Of one arm: `class`, `term`, `arm`, `reference`, counts of both arms, `estimate`,
        `lower`, `upper`, `fisher` and `p`, the p-value that is drawn.
    options : VolcanoOptions
    styles : mapping
        Of the two arms; a term has the colour of the arm that has more of it.

    Examples
    --------
    >>> contrasts = pd.DataFrame(
    ...     {"class": ["Skin"], "term": ["Rash"], "arm": ["B"], "reference": ["A"],
    ...      "with_event": [5], "subjects": [10], "reference_with_event": [1],
    ...      "reference_subjects": [10], "estimate": [0.4], "lower": [0.0], "upper": [0.7],
    ...      "fisher": [0.1], "p": [0.1]}
    ... )
    >>> from dashboard.charts.theme import arm_styles
    >>> options = VolcanoOptions(arm="B", reference="A")
    >>> figure = draw_volcano(contrasts, options=options, styles=arm_styles(["A", "B"]))
    >>> list(figure.data[1].x), list(figure.data[1].y), list(figure.data[1].customdata[0])
    ([40.0], [1.0], ['Skin', 'Rash'])
    """
    drawn = drawn_in_volcano(contrasts)
    if drawn.empty:
        return empty_figure("No term has both a difference and a p-value.")
    axis = EffectAxis.holding(drawn["estimate"], measure=options.measure)
    drawn = _placed(drawn, axis)
    top = max(2.0, 1.1 * float(drawn["y"].max()))
    sides = {"reference": options.reference, "arm": options.arm, "neither": None}
    data = [
        _bubbles(drawn[drawn["side"] == side], side, arm, axis, options, styles)
        for side, arm in sides.items()
    ]
    head = legend_pixels([_more(options.reference), _more(options.arm)]) + 14
    title = axis.title(options.reference, pixels=_NARROW - 60, size=14)
    return new_figure(
        _described(drawn, options),
        height=head + _PLOT + _BELOW,
        data=data,
        shapes=[_line_at(x=0.0), _line_at(y=-log10(_DRAWN))],
        annotations=[_named_line(), *_names(drawn, axis, top)],
        hovermode="closest",
        legend={"y": 1, "yref": "container", "yanchor": "top", "itemsizing": "constant"},
        margin={"l": _LEFT, "r": _RIGHT, "t": head, "b": _BELOW, "autoexpand": False},
        xaxis=axis.layout(title={"text": title}, automargin=False, showgrid=True),
        yaxis={
            "range": [-_FLOOR * top, top],
            "title": {"text": f"−log<sub>10</sub> p, {options.p_name}"},
            "automargin": False,
        },
    )


def drawn_in_volcano(contrasts: pd.DataFrame) -> pd.DataFrame:
    """The terms that have a place.

    They happened in one of the two arms, and have an estimate, be it infinite, and a p-value.

    Examples
    --------
    >>> contrasts = pd.DataFrame({"estimate": [0.1, float("nan"), 0.0], "p": [0.5, 0.5, 1.0],
    ...                           "with_event": [1, 1, 0], "reference_with_event": [0, 0, 0]})
    >>> len(drawn_in_volcano(contrasts))
    1
    """
    happened = contrasts["with_event"] + contrasts["reference_with_event"] > 0
    return contrasts[happened & contrasts["estimate"].notna() & contrasts["p"].notna()]


# Bubbles -------------------------------------------------------------------------------


def _placed(drawn: pd.DataFrame, axis: EffectAxis) -> pd.DataFrame:
    total = drawn["with_event"] + drawn["reference_with_event"]
    scale = _LARGEST / sqrt(max(1, int(total.max())))
    none = 1.0 if axis.is_ratio else 0.0
    above = drawn["estimate"].gt(none).map({True: "arm", False: "reference"})
    return drawn.assign(
        total=total,
        x=[axis.at(value) for value in drawn["estimate"]],
        y=[-log10(max(p, SMALLEST_P)) + 0.0 for p in drawn["p"]],
        size=[max(_SMALLEST, scale * sqrt(n)) for n in total],
        side=above.where(drawn["estimate"] != none, "neither"),
    ).sort_values("total", ascending=False, kind="stable")  # the small ones lie on top


def _bubbles(
    own: pd.DataFrame,
    side: str,
    arm: str | None,
    axis: EffectAxis,
    options: VolcanoOptions,
    styles: Mapping[str, ArmStyle],
) -> dict[str, Any]:
    colour = styles[arm].colour if arm else LIGHT.muted
    ends = {"left": "triangle-left", "right": "triangle-right", None: "circle"}
    return {
        "type": "scatter",
        "mode": "markers",
        "x": own["x"].tolist(),
        "y": own["y"].tolist(),
        "name": legend_name(_more(arm)) if arm else "The same in both",
        "showlegend": bool(len(own)),
        "marker": {
            "color": colour,
            "size": own["size"].tolist(),
            "opacity": _OPACITY,
            "symbol": [ends[axis.beyond(value)] for value in own["estimate"]],
            "line": {"color": colour, "width": 1},
        },
        # Points stay as they are when one of them is clicked.
        "selected": {"marker": {"opacity": _OPACITY}},
        "unselected": {"marker": {"opacity": _OPACITY}},
        "customdata": [list(key) for key in zip(own["class"], own["term"], strict=True)],
        "hovertext": _hover(own, axis, options),
        "hovertemplate": "%{hovertext}<extra></extra>",
        "cliponaxis": False,
        "meta": {"part": side},
    }


def _hover(own: pd.DataFrame, axis: EffectAxis, options: VolcanoOptions) -> list[str]:
    """What is said of each bubble, and which others it covers or is covered by."""
    rows = own.to_dict("records")
    here: dict[tuple[float, float], list[str]] = {}
    for row in rows:
        name = literal(name_of((row["class"], row["term"])))
        here.setdefault((row["x"], row["y"]), []).append(name)
    texts = []
    for row in rows:
        said = said_of_pair(row, axis, options.confidence_level)
        names = here[row["x"], row["y"]]
        if len(names) > 1:
            rest = len(names) - _SAID
            more = f" and {rest} more" if rest > 0 else ""
            said += f"<br>{len(names)} terms here:<br>" + "<br>".join(names[:_SAID]) + more
        texts.append(said)
    return texts


def _more(arm: str | None) -> str:
    return f"More with {arm}"


# Lines and names -----------------------------------------------------------------------


def _line_at(**place: float) -> dict[str, Any]:
    upright = "x" in place
    at = place["x"] if upright else place["y"]
    ends = (
        {"x0": at, "x1": at, "y0": 0, "y1": 1, "yref": "paper"}
        if upright
        else {"y0": at, "y1": at, "x0": 0, "x1": 1, "xref": "paper"}
    )
    dash = "solid" if upright else "5px,4px"
    line = {"color": LIGHT.muted, "width": 1.2, "dash": dash}
    return {"type": "line", "layer": "below", "line": line, **ends}


def _named_line() -> dict[str, Any]:
    return {
        "text": f"p = {_DRAWN:g}",
        "x": 1,
        "xref": "paper",
        "xanchor": "right",
        "y": -log10(_DRAWN),
        "yref": "y",
        "yanchor": "bottom",
        "yshift": 2,
        "showarrow": False,
        "font": {"size": 12, "color": LIGHT.muted},
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Box:
    """Room that is taken, around a point whose place across grows with the screen."""

    anchor: float
    left: float
    top: float
    right: float
    bottom: float

    def is_clear_of(self, other: _Box) -> bool:
        """Whether they do not meet, here and on any wider screen."""
        if self.bottom <= other.top or other.bottom <= self.top:
            return True
        first, second = (self, other) if self.anchor <= other.anchor else (other, self)
        return first.right <= second.left


def _names(drawn: pd.DataFrame, axis: EffectAxis, top: float) -> list[dict[str, Any]]:
    """The names of the most extreme terms, wherever there is room beside the bubble."""
    wide, high = _NARROW / (axis.high - axis.low), _PLOT / (top * (1 + _FLOOR))
    taken = [
        _around((row.x - axis.low) * wide, (top - row.y) * high, row.size / 2 - 1)
        for row in drawn.itertuples()
    ]
    line = (top + log10(_DRAWN)) * high
    fixed = [
        _Box(anchor=0, left=0, top=line - 1, right=_NARROW, bottom=line + 1),
        _Box(anchor=_NARROW, left=_NARROW - 60, top=line - 18, right=_NARROW, bottom=line),
    ]
    far = (drawn["y"] / top + drawn["x"].abs() / (axis.high - axis.low)).to_numpy()
    names: list[dict[str, Any]] = []
    for place in sorted(range(len(drawn)), key=lambda one: -far[one]):
        row = drawn.iloc[place]
        if len(names) == _MOST_NAMES or row["p"] >= _DRAWN:
            continue
        name = fitted(name_of((row["class"], row["term"])), _NAME, size=_SIZE, most=2)
        found = _room(taken[place], name, [*taken[:place], *taken[place + 1 :], *fixed])
        if found is not None:
            box, how = found
            fixed.append(box)
            names.append({"text": name, "x": row["x"], "y": row["y"], **_NAMED, **how})
    return names


_NAMED: Mapping[str, Any] = {
    "xref": "x",
    "yref": "y",
    "showarrow": False,
    "font": {"size": _SIZE, "color": LIGHT.text},
}


def _around(x: float, y: float, radius: float) -> _Box:
    return _Box(anchor=x, left=x - radius, top=y - radius, right=x + radius, bottom=y + radius)


def _room(own: _Box, name: str, taken: Sequence[_Box]) -> tuple[_Box, dict[str, Any]] | None:
    """Where beside a bubble its name has room, and how it is anchored there."""
    x, y, radius = own.anchor, (own.top + own.bottom) / 2, (own.right - own.left) / 2
    lines = name.split("<br>")
    width = max(text_width(unescape(line), _SIZE) for line in lines)
    beside, tall = radius + 4, _LINE * len(lines)
    left, right = {"align": "left", "xanchor": "left"}, {"align": "right", "xanchor": "right"}
    places: tuple[tuple[float, float, dict[str, Any]], ...] = (
        (x + beside, y - tall / 2, {**left, "xshift": beside}),
        (x - beside - width, y - tall / 2, {**right, "xshift": -beside}),
        (x - width / 2, y - radius - tall, {"yanchor": "bottom", "yshift": radius}),
        (x - width / 2, y + radius, {"yanchor": "top", "yshift": -radius}),
    )
    for start, top, how in places:
        box = _Box(anchor=x, left=start, top=top, right=start + width, bottom=top + tall)
        inside = start >= 0 and box.right <= _NARROW and top >= 0 and box.bottom <= _PLOT
        if inside and all(box.is_clear_of(other) for other in taken):
            return box, how
    return None


def _described(drawn: pd.DataFrame, options: VolcanoOptions) -> str:
    small = drawn[drawn["p"] < _DRAWN]
    parts = [
        f"Volcano plot of {counted(len(drawn), 'term')}: {options.measure} of {options.arm} from "
        f"{options.reference} against p, {options.p_name}; {len(small)} with p below {_DRAWN:g}"
    ]
    for row in small.sort_values("p", kind="stable").head(5).to_dict("records"):
        parts.append(
            f"{name_of((row['class'], row['term']))} {row['with_event']}/{row['subjects']} and "
            f"{row['reference_with_event']}/{row['reference_subjects']}, p {row['p']:.2g}"
        )
    return "; ".join(parts) + "."
