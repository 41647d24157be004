"""By what liver tests are judged: numbers, and the same cuts as lines that can be dragged."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from analytics.safety.liver import QUADRANTS, LiverCriteria
from dashboard import results, state
from dashboard.analyses.measurements.liver import LiverAnswer
from dashboard.charts.measurements.edish import GLYPHS, QUADRANT_NAMES, EdishAxes
from dashboard.charts.theme import ArmStyle, ink_in
from dashboard.components.draggable_cuts import CutAxis, CutPoints, draggable_cuts

PLOT = "liver_plot"
_AT, _TBL = "liver_at_cut", "liver_tbl_cut"
_LEAST, _MOST, _STEP = 1.0, 20.0, 0.1
_USUAL = LiverCriteria()


def choose_criteria() -> LiverCriteria:
    """The criteria that the inputs describe."""
    with st.container(border=True), st.grid(3, min_column_width=220):
        at = _cut("ALT or AST, × ULN at least", _AT, _USUAL.aminotransferase)
        tbl = _cut("Total bilirubin, × ULN above", _TBL, _USUAL.bilirubin)
        with st.popover("Window and ALP rule", icon=":material/tune:", width="stretch"):
            window, order = _window()
            alp, taken = _alp_rule()
    return LiverCriteria(
        aminotransferase=at,
        bilirubin=tbl,
        alkaline_phosphatase=alp,
        window_days=window,
        order="after" if order == "after" else "either",
        alp_taken="peak" if taken == "peak" else "elevation",
    )


def _cut(label: str, key: str, usual: float) -> float:
    value = st.number_input(
        label,
        min_value=_LEAST,
        max_value=_MOST,
        step=_STEP,
        format="%.1f",
        key=state.remember(key, usual),
        persist_state="session",
        help="Or drag the line in the plot.",
    )
    return round(float(value), 2)


def _window() -> tuple[int, str]:
    days = st.number_input(
        "Bilirubin within, days",
        min_value=0,
        max_value=3650,
        step=1,
        key=state.remember("liver_window", _USUAL.window_days),
        persist_state="session",
        help="Days between an elevated ALT or AST and elevated bilirubin.",
    )
    names: Mapping[str, str] = {"after": "After ALT or AST", "either": "Before or after"}
    order = st.segmented_control(
        "Bilirubin is elevated",
        list(names),
        key=state.choice("liver_order", list(names), _USUAL.order),
        persist_state="session",
        format_func=names.__getitem__,
        required=True,
    )
    return int(days), str(order)


def _alp_rule() -> tuple[float, str]:
    alp = st.number_input(
        "ALP below, × ULN",
        min_value=0.5,
        max_value=20.0,
        step=0.1,
        key=state.remember("liver_alp_cut", _USUAL.alkaline_phosphatase),
        persist_state="session",
    )
    names: Mapping[str, str] = {"elevation": "At the ALT or AST elevation", "peak": "At its peak"}
    taken = st.segmented_control(
        "ALP is taken",
        list(names),
        key=state.choice("liver_alp_taken", list(names), _USUAL.alp_taken),
        persist_state="session",
        format_func=names.__getitem__,
        required=True,
    )
    return round(float(alp), 2), str(taken)


def drag_cuts(answer: LiverAnswer, axes: EdishAxes, styles: Mapping[str, ArmStyle]) -> None:
    """The two lines of the plot, to be dragged; the numbers follow when one is let go."""
    drawn, criteria = answer.drawn, answer.asked.criteria
    places = {arm: place for place, arm in enumerate(answer.arms)}
    points = CutPoints(
        x=drawn["at"].tolist(),
        y=drawn["tbl"].tolist(),
        arm=drawn["arm"].map(places).tolist(),
        arms=[
            (GLYPHS[styles[arm].symbol], ink_in(styles[arm], results.mode())) for arm in answer.arms
        ],
        quadrants=[(QUADRANT_NAMES[one], one in _RIGHT, one in _ABOVE) for one in QUADRANTS],
    )
    draggable_cuts(
        points,
        x=_axis("Cut for ALT or AST", "≥", axes.x, criteria.aminotransferase),
        y=_axis("Cut for total bilirubin", ">", axes.y, criteria.bilirubin),
        step=_STEP,
        within=PLOT,
        key="liver_dragged",
        moved=_move,
    )


_RIGHT = ("hys_law_range", "temples_corollary")
_ABOVE = ("hys_law_range", "cholestasis")


def _axis(name: str, sign: str, span: tuple[float, float], cut: float) -> CutAxis:
    return CutAxis(name=name, sign=sign, span=span, cut=cut, least=_LEAST, most=min(_MOST, span[1]))


def _move(at: float, tbl: float) -> None:
    for key, cut in ((_AT, at), (_TBL, tbl)):
        st.session_state[key] = round(min(_MOST, max(_LEAST, cut)), 2)
