"""What readers of a share say, and the answers of the study's team."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.results import explained
from dashboard.sharing.content import ShareContent
from dashboard.sharing.sponsor_text import moment
from dashboard.text import plain
from queries.workspace import Comment
from queries.workspace.share_talk import MAX_COMMENT


def show(content: ShareContent) -> None:
    """Sign-offs, what changed with the newest version, and comments in their threads."""
    for one in content.signatures:
        st.markdown(
            f":material/draw: **{plain(one.name)}**: {plain(one.meaning)}, version {one.version}, "
            f"{moment(one.signed_at)}"
        )
    if content.before is not None:
        with st.expander(f"What version {content.version.number} changed"):
            for change in content.changes:
                said = f": {plain(change.said)}" if change.said else ""
                st.markdown(f"{change.kind.capitalize()} **{plain(change.name)}**{said}")
            if not content.changes:
                st.caption("None of its results.")
    if content.comments:
        number = len(content.comments)
        with st.expander(f"{number:,} comment{'s' * (number != 1)}", expanded=True):
            _threads(content)


def _threads(content: ShareContent) -> None:
    for card in dict.fromkeys(one.card for one in content.comments):
        st.markdown(f"**{plain(card)}**")
        about = [one for one in content.comments if one.card == card]
        for first in (one for one in about if one.answers is None):
            _said(first)
            for answer in (one for one in about if one.answers == first.id):
                _said(answer)
            _answer(first)


def _said(comment: Comment) -> None:
    with st.container(gap=None):
        answers = comment.answers is not None
        icon = ":material/subdirectory_arrow_right: " if answers else ":material/chat_bubble: "
        at = f"{moment(comment.said_at)}, version {comment.version}"
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.caption(f"{icon}**{plain(comment.author)}**, {at}", width="content")
            if comment.from_team:  # a badge, as no reader can write one into a name
                st.badge("Study team", color="blue")
        for line in comment.text.splitlines():
            if line.strip():
                st.markdown(plain(line))


def _answer(first: Comment) -> None:
    key = f"share_answer_{first.id}"

    def send() -> None:
        text = str(st.session_state[key]).strip()
        if not text:
            return
        with explained():
            state.workspace().shares.answer(first, text, person=state.acting("shares"))
            st.session_state[key] = ""

    with st.popover("Answer", icon=":material/reply:", type="tertiary"):
        st.text_area("Answer", key=key, max_chars=MAX_COMMENT, height=100)
        st.button("Send answer", key=f"{key}_send", type="primary", on_click=send)
