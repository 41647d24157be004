"""How the page of an endpoint is laid out: buttons above, inputs at the left, answer at the right.

Inputs are read before the buttons are drawn, although they stand below: what a button saves or
takes over is what the inputs say now, and not what they said before the last change.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analytics.checks import InputError
from dashboard.text import plain
from dashboard.views.designs import fields, saved
from dashboard.views.designs.current import Proposal, Screen


def lay_out(
    screen: Screen[Proposal],
    *,
    choose: Callable[[Proposal], Proposal],
    buttons: Callable[[Proposal], None],
) -> tuple[DeltaGenerator, Proposal | None]:
    """Draw all but the answer.

    Parameters
    ----------
    screen : Screen
    choose : callable
        Draws the inputs, which begin with a proposal, and gives what they say.
    buttons : callable
        Draws the buttons beside Open and Save.

    Returns
    -------
    DeltaGenerator
        Where the answer goes.
    Proposal or None
        What the inputs say; None, with the rule that is broken, when they say nothing sound.
    """
    shown = screen.proposal()
    above = st.container()
    left, right = st.columns([4, 7], gap="large")
    with left:
        entered = _enter(screen, shown, choose)
    now = shown if entered is None else entered
    with above:
        with st.container(horizontal=True, gap="small"):
            saved.show(screen, now)
            buttons(now)
        saved.say_where_from(screen, now)
    return right, entered


def _enter(
    screen: Screen[Proposal], shown: Proposal, choose: Callable[[Proposal], Proposal]
) -> Proposal | None:
    fields.begin(shown.to_json())
    try:
        entered = choose(shown)
    except InputError as error:
        st.error(plain(error), icon=":material/error:")
        return None
    fields.read_back(screen.keep(entered))
    return entered
