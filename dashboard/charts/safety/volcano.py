"""Volcano plot of adverse events: how far arms are apart, and how sure that is.

The most extreme terms are named. Names are placed for a narrow screen: on a wider one the points
move apart and the names stay as they are, so that none then meets another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log10, sqrt
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.axes import counted
from dashboard.charts.lettering import fitted, legend_name, legend_pixels, text_width
from dashboard.charts.safety.effects import EffectAxis
from dashboard.charts.safety.rows import name_of, said_of_pair
from dashboard.charts.theme import LIGHT, ArmStyle, empty_figure, new_figure

SMALLEST_P = 1e-16
"""Smaller p-values stand at the upper end."""

_HEIGHT, _BELOW, _LEFT, _RIGHT = 560, 70, 58, 16
_NARROW = 400  # pixels of the plot that names are placed for
_LARGEST = 34  # pixels of the bubble of the most frequent term
_SMALLEST = 5.0
_SIZE, _LINE = 11.5, 15  # of names
_MOST_NAMES = 14
_NAME = 140  # pixels
_DRAWN = 0.05  # the line

Box = tuple[float, float, float, float]


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
    top = max(2.0, 1.08 * float(drawn["y"].max()))
    sides = {"reference": options.reference, "arm": options.arm, "neither": None}
    data = [
        _bubbles(drawn[drawn["side"] == side], side, arm, axis, options, styles)
        for side, arm in sides.items()
    ]
    head = legend_pixels([_more(options.reference), _more(options.arm)]) + 14
    title = axis.title(options.reference, pixels=_NARROW, size=14)
    return new_figure(
        _described(drawn, options),
        height=_HEIGHT + head,
        data=[*data, *_names(drawn, axis, top)],
        shapes=[_line_at(x=0.0), _line_at(y=-log10(_DRAWN))],
        annotations=[_named_line(top)],
        hovermode="closest",
        legend={"y": 1, "yref": "container", "yanchor": "top", "itemsizing": "constant"},
        margin={"l": _LEFT, "r": _RIGHT, "t": head, "b": _BELOW, "autoexpand": False},
        xaxis=axis.layout(title={"text": title}, automargin=False, showgrid=True),
        yaxis={
            "range": [-0.04 * top, top],
            "title": {"text": f"−log<sub>10</sub> p, {options.p_name}"},
            "automargin": False,
        },
    )


def drawn_in_volcano(contrasts: pd.DataFrame) -> pd.DataFrame:
    """The terms that have a place: those with an estimate, be it infinite, and a p-value.

    Examples
    --------
    >>> contrasts = pd.DataFrame({"estimate": [0.1, float("nan")], "p": [0.5, 0.5]})
    >>> len(drawn_in_volcano(contrasts))
    1
    """
    return contrasts[contrasts["estimate"].notna() & contrasts["p"].notna()]


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
    opacity = [0.75 if p < _DRAWN else 0.4 for p in own["p"]]
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
            "opacity": opacity,
            "symbol": [ends[axis.beyond(value)] for value in own["estimate"]],
            "line": {"color": colour, "width": 1},
        },
        # Points stay as they are when one of them is clicked.
        "selected": {"marker": {"opacity": 0.75}},
        "unselected": {"marker": {"opacity": 0.6}},
        "customdata": [list(key) for key in zip(own["class"], own["term"], strict=True)],
        "hovertext": [
            said_of_pair(row, axis, options.confidence_level) for row in own.to_dict("records")
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "cliponaxis": False,
        "meta": {"part": side},
    }


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


def _named_line(top: float) -> dict[str, Any]:
    del top
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


def _names(drawn: pd.DataFrame, axis: EffectAxis, top: float) -> list[dict[str, Any]]:
    """The names of the most extreme terms, wherever there is room beside the bubble."""
    width, height = _NARROW / (axis.high - axis.low), (_HEIGHT - _BELOW) / (1.04 * top)
    middles = [
        ((row.x - axis.low) * width, (top - row.y) * height, row.size / 2)
        for row in drawn.itertuples()
    ]
    taken = [(x - r, y - r, x + r, y + r) for x, y, r in middles]
    order = (drawn["y"] + drawn["x"].abs() / (axis.high - axis.low)).to_numpy()
    texts: dict[str, list[Any]] = {"x": [], "y": [], "text": [], "textposition": []}
    for place in sorted(range(len(drawn)), key=lambda one: -order[one]):
        row = drawn.iloc[place]
        if len(texts["x"]) == _MOST_NAMES or row["p"] >= _DRAWN:
            break
        name = fitted(name_of((row["class"], row["term"])), _NAME, size=_SIZE, most=1)
        plain = text_width(name, _SIZE)
        found = _room(middles[place], plain, [box for n, box in enumerate(taken) if n != place])
        if found is None:
            continue
        position, box = found
        taken.append(box)
        texts["x"].append(row["x"])
        texts["y"].append(row["y"])
        # Plotly keeps a text off its point by the size of the marker, which texts have not.
        pad = "\u2009" * round(middles[place][2] / (0.2 * _SIZE))
        texts["text"].append(pad + name if "right" in position else name + pad)
        texts["textposition"].append(position)
    return [
        {
            "type": "scatter",
            "mode": "text",
            **texts,
            "textfont": {"size": _SIZE, "color": LIGHT.text},
            "hoverinfo": "skip",
            "showlegend": False,
            "cliponaxis": False,
            "meta": {"part": "names"},
        }
    ]


def _room(
    middle: tuple[float, float, float], width: float, taken: list[Box]
) -> tuple[str, Box] | None:
    x, y, radius = middle
    up, down = y - _LINE / 2, y + _LINE / 2
    gap = radius + 5
    for position, box in (
        ("middle right", (x + gap, up, x + gap + width, down)),
        ("middle left", (x - gap - width, up, x - gap, down)),
    ):
        inside = box[0] >= 0 and box[2] <= _NARROW and up >= 0
        if inside and not any(_meet(box, other) for other in taken):
            return position, box
    return None


def _meet(one: Box, two: Box) -> bool:
    return one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]


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
