"""Whether the trail is as it was recorded, and its anchor."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.text import plain
from queries.errors import DataError
from queries.workspace import Anchor, Verification

_VERIFIED, _GIVEN = "audit_verified", "audit_anchors"
_HOW = (
    "An anchor says where the trail stands. Keep it where nobody who can write the database can "
    "change it: on another machine, in an e-mail, on paper. Held against it later, the trail "
    "shows also when acts were cut off at its end. Against somebody who can write both the "
    "database and the anchors, neither hashes nor anchors protect."
)


def show() -> None:
    """The state of the chain, what it cannot say, and what makes it say more."""
    found = _verified()
    at = f"({found.head.at:%-d %b %Y, %H:%M:%S} UTC)"
    if found.holds:
        against = f" It agrees with {_anchors(found)}." if found.anchors else ""
        said = f"{plain(found.sentence)}{against} {plain(at)}"
        st.success(said, icon=":material/verified:")
    else:
        more = found.broken - len(found.breaks)
        lines = [f"- {plain(one.sentence)}" for one in found.breaks]
        lines += [f"- … and {more:,} more"] if more else []
        said = "\n".join([f"**{plain(found.sentence)}** {plain(at)}", "", *lines])
        with st.container(height=240 if len(lines) > 6 else "content", border=False):
            st.error(said, icon=":material/gpp_bad:")
    for limit in found.limits:
        st.caption(plain(limit))
    with st.container(horizontal=True, gap="small"):
        st.button("Verify again", key="audit_again", icon=":material/refresh:", on_click=_forget)
        with st.popover("Anchor", icon=":material/anchor:"):
            _anchor(found)


def _verified() -> Verification:
    """The last verification, as long as no act was added; it is made anew then."""
    given: tuple[Anchor, ...] = st.session_state.get(_GIVEN, ())
    asked = (state.workspace().audit.head(), given)
    kept: tuple[object, Verification] | None = st.session_state.get(_VERIFIED)
    if kept is None or kept[0] != asked:
        with st.spinner("Verifying every act"):
            kept = (asked, state.workspace().audit.verify(given))
        st.session_state[_VERIFIED] = kept
    return kept[1]


def _forget() -> None:
    st.session_state.pop(_VERIFIED, None)


def _anchor(found: Verification) -> None:
    st.write(_HOW)
    st.code(found.head.line, language=None, wrap_lines=True)
    st.text_area(
        "Anchors to verify against, one a line",
        key="audit_anchor_lines",
        height=100,
        max_chars=20_000,
    )
    st.button(
        "Verify against these",
        key="audit_hold",
        type="primary",
        icon=":material/anchor:",
        on_click=_hold,
    )
    if problem := st.session_state.get("audit_anchor_problem"):
        st.error(plain(problem), icon=":material/error:")


def _hold() -> None:
    lines = str(st.session_state["audit_anchor_lines"]).splitlines()
    try:
        anchors = tuple(Anchor.from_line(line) for line in lines if line.strip())
    except DataError as error:
        st.session_state["audit_anchor_problem"] = str(error)
        return
    st.session_state["audit_anchor_problem"] = None
    st.session_state[_GIVEN] = anchors
    _forget()


def _anchors(found: Verification) -> str:
    return "the anchor" if found.anchors == 1 else f"{found.anchors:,} anchors"
