"""One look for every figure: tones, arm styles and the Plotly templates.

The tones repeat `.streamlit/config.toml`, so that a figure and the page around it
agree; a test compares the two. Charts draw in the light tones; `themed` turns a
finished figure into the other mode. Views therefore call

    st.plotly_chart(themed(figure, mode), theme=None, config=CONFIG, alt=alt_text(figure))

with `mode` taken from `st.context.theme`. Streamlit's own chart theme is switched
off (`theme=None`): it would replace fonts, margins and colours after the fact.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import plotly.graph_objects as go

from dashboard.charts.contrast import mixed, readable

Mode = Literal["light", "dark"]

# Source Sans comes with Streamlit; the others are what a machine has without it.
FONT = "Source Sans, Segoe UI, Helvetica Neue, Liberation Sans, Arial, sans-serif"
CONFIG: Mapping[str, Any] = {"displayModeBar": False, "responsive": True, "doubleClick": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tones:
    """The colours of one mode that stand for a role and not for an arm."""

    background: str
    surface: str
    text: str
    muted: str
    line: str
    grid: str
    track: str
    accent: str
    accent_soft: str


LIGHT = Tones(
    background="#FFFFFF",
    surface="#F4F7F8",
    text="#0B161C",
    muted="#55676F",
    line="#B4C1C8",
    grid="#E7EDF0",
    track="#DBE4E8",
    accent="#0B6E75",
    accent_soft="#79B8BC",
)
DARK = Tones(
    background="#0F171C",
    surface="#18242B",
    text="#E6EDF0",
    muted="#9FB1BA",
    line="#4B5D67",
    grid="#223038",
    track="#2B3B44",
    accent="#4FB9C0",
    accent_soft="#2F7379",
)

# From none to most, for cells of a heat map: one hue, so that lightness alone tells them apart.
RAMPS: Mapping[Mode, tuple[str, ...]] = {
    "light": ("#ECF2F3", "#C3DFE2", "#90C6CB", "#59A7AE", "#2B848B", "#0D5A61"),
    "dark": ("#1B282F", "#1E4549", "#24676E", "#338D94", "#5FB5BB", "#A9E1E4"),
}

# Derived from Okabe and Ito (2008), shifted until each colour has a contrast of at
# least 3 to both backgrounds and stays apart from the others for the three common
# kinds of colour blindness (tests/dashboard/charts/test_theme.py measures both).
ARM_PALETTE = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#9440DD",
    "#C4174F",
    "#9B82F0",
    "#A08A4A",
    "#7A6858",
)
NEUTRAL = "#647886"
_NEUTRAL_ARMS = ("All subjects", "No arm recorded")
_DASHES = ("solid", "7px,2px", "2px,2px", "10px,3px,2px,3px", "14px,4px", "5px,2px,1px,2px")
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star", "pentagon")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmStyle:
    """How one arm is drawn everywhere: told apart by colour, by dash and by marker."""

    colour: str
    dash: str
    symbol: str

    @property
    def ink(self) -> str:
        """The shade of the colour that can be read as text (light mode)."""
        return _INKS["light"][self.colour]


def _inks(tones: Tones) -> dict[str, str]:
    # A shade is never the colour itself: `themed` must tell text from lines.
    return {
        colour: readable(mixed(colour, tones.text, 0.04), tones.surface)
        for colour in (*ARM_PALETTE, NEUTRAL)
    }


_INKS: Mapping[Mode, Mapping[str, str]] = {"light": _inks(LIGHT), "dark": _inks(DARK)}


def ink_in(style: ArmStyle, mode: Mode) -> str:
    """The shade of an arm's colour that can be read as text in one mode.

    Examples
    --------
    >>> style = arm_styles(["Placebo"])["Placebo"]
    >>> ink_in(style, "light") == style.ink, ink_in(style, "dark") == style.ink
    (True, False)
    """
    return _INKS[mode][style.colour]


def arm_styles(arms: Sequence[str], order: Sequence[str] = ()) -> dict[str, ArmStyle]:
    """The style of each arm, the same on every page.

    Parameters
    ----------
    arms : sequence of str
        Arms to draw.
    order : sequence of str
        The arms of the plan. An arm's place in it fixes its style, whether or not
        the others are shown; arms the plan does not know follow in their own order.

    Examples
    --------
    >>> arm_styles(["Experimental"], order=["Control", "Experimental"])["Experimental"].colour
    '#D55E00'
    >>> arm_styles(["All subjects"])["All subjects"].colour
    '#647886'
    """
    known = [arm for arm in dict.fromkeys([*order, *arms]) if arm not in _NEUTRAL_ARMS]
    places = {arm: place for place, arm in enumerate(known)}
    return {arm: _style_at(places.get(arm)) for arm in arms}


def _style_at(place: int | None) -> ArmStyle:
    if place is None:
        return ArmStyle(colour=NEUTRAL, dash="solid", symbol="circle")
    cycle = place // len(ARM_PALETTE)
    return ArmStyle(
        colour=ARM_PALETTE[place % len(ARM_PALETTE)],
        dash=_DASHES[(place + cycle) % len(_DASHES)],
        symbol=_SYMBOLS[(place + cycle) % len(_SYMBOLS)],
    )


def arm_colours(arms: Sequence[str], order: Sequence[str] = ()) -> dict[str, str]:
    """The colour of each arm, the same on every page and in both modes.

    Examples
    --------
    >>> arm_colours(["Placebo", "Active"])
    {'Placebo': '#0072B2', 'Active': '#D55E00'}
    """
    return {arm: style.colour for arm, style in arm_styles(arms, order).items()}


def new_figure(
    alt: str, *, height: int, data: Sequence[Mapping[str, Any]] = (), **layout: Any
) -> go.Figure:
    """A figure in the house look.

    Parameters
    ----------
    alt : str
        What the figure shows, for those who cannot see it.
    height : int
        Pixels. The width is left to the page.
    data, **layout
        Traces and more of the layout, all at once: Plotly takes several times as long to
        add them one by one.

    Examples
    --------
    >>> new_figure("Nothing yet", height=200).layout.meta["alt"]
    'Nothing yet'
    """
    house = {"template": _TEMPLATES["light"], "height": height, "meta": {"alt": alt}}
    return go.Figure(data=[*data], layout={**house, **layout})


def empty_figure(sentence: str) -> go.Figure:
    """A figure that says why there is nothing to draw.

    Examples
    --------
    >>> empty_figure("No subject has an enrolment date.").layout.annotations[0].text
    'No subject has an enrolment date.'
    """
    figure = new_figure(sentence, height=160)
    figure.update_xaxes(visible=False, fixedrange=True)
    figure.update_yaxes(visible=False, fixedrange=True)
    figure.add_annotation(
        text=sentence,
        x=0.5,
        y=0.5,
        xref="paper",
        yref="paper",
        font={"color": LIGHT.muted},
        showarrow=False,
    )
    return figure


def alt_text(figure: go.Figure) -> str:
    """The description of a figure for those who cannot see it.

    Examples
    --------
    >>> alt_text(empty_figure("No events yet."))
    'No events yet.'
    """
    return str((figure.layout.meta or {}).get("alt", ""))


def themed(figure: go.Figure, mode: Mode = "light") -> go.Figure:
    """A copy of a figure in the colours of one mode; arms keep theirs.

    Examples
    --------
    >>> themed(new_figure("", height=200), "dark").layout.template.layout.paper_bgcolor
    '#0F171C'
    """
    swap = _SWAPS[mode]
    # Part by part: the whole figure's own copy would turn numbers into base64.
    data = [_swapped(trace.to_plotly_json(), swap) for trace in figure.data]
    layout = figure.layout.to_plotly_json()
    layout.pop("template", None)
    recoloured = go.Figure(data=data, layout=_swapped(layout, swap))
    recoloured.layout.template = _TEMPLATES[mode]
    return recoloured


def for_page(figure: go.Figure, mode: Mode) -> go.Figure:
    """A figure as a page shows it: in the colours of its mode; not to be changed any more.

    Examples
    --------
    >>> figure = new_figure("", height=200)
    >>> for_page(figure, "light") is figure
    True
    """
    return figure if mode == "light" else themed(figure, mode)


def _swapped(value: Any, swap: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        # What a figure says of itself is words: a colour in them, as an arm's name, stays.
        return {key: item if key == "meta" else _swapped(item, swap) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_swapped(item, swap) for item in value]
    if isinstance(value, str) and "#" in value:
        return _HEX.sub(lambda found: swap.get(found[0], found[0]), value)
    return value


_HEX = re.compile(r"#[0-9A-F]{6}\b")


def _swaps_into(mode: Mode) -> dict[str, str]:
    target = {**asdict(DARK if mode == "dark" else LIGHT), **_INKS[mode]}
    source = {**asdict(LIGHT if mode == "dark" else DARK), **_INKS[_other(mode)]}
    ramp = zip(RAMPS[_other(mode)], RAMPS[mode], strict=True)
    return {source[role]: target[role] for role in source} | dict(ramp)


def _other(mode: Mode) -> Mode:
    return "light" if mode == "dark" else "dark"


_SWAPS: Mapping[str, Mapping[str, str]] = {
    "light": _swaps_into("light"),
    "dark": _swaps_into("dark"),
}


def _template(tones: Tones) -> go.layout.Template:
    axis = {
        "automargin": True,
        "fixedrange": True,
        "gridcolor": tones.grid,
        "linecolor": tones.line,
        "tickcolor": tones.line,
        "tickfont": {"color": tones.muted, "size": 13},
        "title": {"font": {"color": tones.text, "size": 14}, "standoff": 10},
        "zeroline": False,
    }
    layout = {
        "font": {"family": FONT, "size": 14, "color": tones.text},
        "title": {"font": {"size": 18, "weight": 600}, "x": 0, "xanchor": "left"},
        "paper_bgcolor": tones.background,
        "plot_bgcolor": tones.background,
        "colorway": [*ARM_PALETTE],
        "margin": {"l": 12, "r": 16, "t": 16, "b": 12},
        "annotationdefaults": {"borderpad": 0},
        "dragmode": False,
        "hoverlabel": {
            "bgcolor": tones.surface,
            "bordercolor": tones.line,
            "font": {"family": FONT, "size": 13, "color": tones.text},
            "align": "left",
            "namelength": -1,
        },
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1,
            "yanchor": "bottom",
            "maxheight": 1,
            "font": {"size": 13, "color": tones.text},
            "itemclick": "toggle",
            "itemdoubleclick": "toggleothers",
        },
        "xaxis": {**axis, "showgrid": False, "showline": True, "ticks": "outside", "ticklen": 4},
        "yaxis": {**axis, "showgrid": True, "showline": False, "ticks": ""},
        "separators": ".,",
    }
    return go.layout.Template(layout=layout)


_TEMPLATES = {"light": _template(LIGHT), "dark": _template(DARK)}
