"""Cut lines of a chart that can be dragged, with counts that follow in the browser.

Streamlit takes the script of such a part from a file, so that the page's security policy needs
no exception: it is served by this server and by nobody else. How Streamlit is told of the file
is not documented by it; tests/browser/test_liver.py would notice a change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from dashboard import __version__

_PROJECT, _NAME = "equipoise", "draggable_cuts"
_FULL_NAME = f"{_PROJECT}.{_NAME}"
_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class CutAxis:
    """One axis of the chart and the line on it.

    Parameters
    ----------
    name : str
        What the line cuts, for those who cannot see it.
    sign : str
        What is beyond the line: "≥" or ">".
    span : tuple of float
        The ends of the logarithmic axis.
    cut : float
        Where the line stands.
    least, most : float
        Between which it can be moved.
    """

    name: str
    sign: str
    span: tuple[float, float]
    cut: float
    least: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CutPoints:
    """What is counted: a point each, with the place of its arm among `arms`.

    Parameters
    ----------
    x, y : sequence of float
    arm : sequence of int
    arms : sequence of (str, str)
        Glyph and colour of each arm, as labels write them.
    quadrants : sequence of (str, bool, bool)
        Name, whether right of (or on) the line of x, whether above that of y.
    """

    x: Sequence[float]
    y: Sequence[float]
    arm: Sequence[int]
    arms: Sequence[tuple[str, str]]
    quadrants: Sequence[tuple[str, bool, bool]]


def draggable_cuts(
    points: CutPoints,
    *,
    x: CutAxis,
    y: CutAxis,
    step: float,
    within: str,
    key: str,
    moved: Callable[[float, float], None],
) -> None:
    """Lay handles over the chart that stands in the container of the key `within`.

    Parameters
    ----------
    step : float
        Cuts are whole multiples of it.
    moved : callable
        Is told both cuts when a line was let go, before the page runs again.
    """

    def take() -> None:
        cuts = st.session_state[key].get("moved")
        if cuts:
            moved(float(cuts["x"]), float(cuts["y"]))

    _known_to_streamlit()
    _part()(key=key, data=_data(points, x, y, step, within), height="content", on_moved_change=take)


def _data(points: CutPoints, x: CutAxis, y: CutAxis, step: float, within: str) -> Mapping[str, Any]:
    both = {"x": x, "y": y}
    return {
        "x": list(points.x),
        "y": list(points.y),
        "arm": list(points.arm),
        "arms": [{"glyph": glyph, "colour": colour} for glyph, colour in points.arms],
        "quadrants": [
            {"name": name, "right": right, "above": above}
            for name, right, above in points.quadrants
        ],
        "cuts": {name: axis.cut for name, axis in both.items()},
        "ranges": {name: list(axis.span) for name, axis in both.items()},
        "least": {name: axis.least for name, axis in both.items()},
        "most": {name: axis.most for name, axis in both.items()},
        "names": {name: axis.name for name, axis in both.items()},
        "signs": {name: axis.sign for name, axis in both.items()},
        "step": step,
        "within": within,
    }


def _known_to_streamlit() -> None:
    """Tell the running Streamlit where the files of this part are.

    Streamlit finds them by itself in an installed package only, and not beside a checkout.
    """
    manager = get_bidi_component_manager()
    if manager.get_component_asset_root(_FULL_NAME) is None:
        part = ComponentConfig(name=_NAME, asset_dir="browser")
        manifest = ComponentManifest(name=_PROJECT, version=__version__, components=[part])
        manager.register_from_manifest(manifest, _FOLDER)


@cache
def _part() -> Callable[..., Any]:
    return st.components.v2.component(
        _FULL_NAME,
        html='<div class="cuts"></div>',
        css="draggable_cuts.css",
        js="draggable_cuts.js",
    )
