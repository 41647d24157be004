"""Shares: every link of the study, who has read it, what they say; revoking, renewing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import streamlit as st

from dashboard import results, state
from dashboard.sharing.audiences import LABELS
from dashboard.sharing.content import ShareContent, content_of
from dashboard.sharing.sponsor_text import moment
from dashboard.text import plain
from dashboard.views import heading
from dashboard.views.shares import renewing, talk
from queries.workspace import Share
from queries.workspace.tables import now

_COLOURS: Mapping[str, Literal["green", "gray", "red"]] = {
    "open": "green",
    "expired": "gray",
    "revoked": "red",
}


def show() -> None:
    """The Shares page."""
    with results.explained():
        heading.show("Shares", shared=False)
        if not state.may("shares"):
            st.info("Your role does not share views.", icon=":material/share_off:")
            return
        known = state.workspace().shares.of_study(state.study().code)
        if not known:
            st.info(
                "Nothing of this study is shared. *Share*, at the top of every page, makes a link "
                "to a frozen copy of what is on screen.",
                icon=":material/share:",
            )
        at = now()
        for one in sorted(known, key=lambda one: one.state(at) != "open"):
            _share(one)


def _share(share: Share) -> None:
    room = state.workspace().shares
    with st.container(border=True, gap="small"):
        content = content_of(state.workspace(), share)
        _head(share, content)
        read = room.readership(share.id)
        views = f"{read.views:,} view{'s' * (read.views != 1)}"
        last = f", last {moment(read.last_at)}" if read.last_at else ""
        st.caption(
            f"For {plain(share.recipient)} · version {content.version.number}, frozen "
            f"{moment(content.version.made_at)} by {plain(content.version.made_by)} · {views}{last}"
        )
        st.caption(_end(share))
        hides = room.shows_arms(share.id, pooled=state.study().blinded)
        if not hides:
            names = (plain(one.kept.name) for one in content.cards)
            st.caption("Shows " + ", ".join(names) + ".")
        _buttons(share, content)
        if hides:
            st.warning(
                "It was frozen by arm, by somebody who was shown arms, and its readers see them. "
                "What it holds and what they say is not shown here while the study is pooled. "
                "Revoke it if they must not see arms any more.",
                icon=":material/visibility_off:",
            )
            return
        talk.show(content)


def _head(share: Share, content: ShareContent) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown(f"**{plain(share.title)}**", width="content")
        state_now = share.state(now())
        st.badge(state_now.capitalize(), color=_COLOURS[state_now])
        st.badge(LABELS[share.audience], color="gray", icon=":material/group:")
        if share.has_passcode:
            st.badge("Passcode", color="gray", icon=":material/key:")
        if share.downloads:
            st.badge("Downloads", color="gray", icon=":material/download:")
        if content.version.snapshot != state.snapshot().id:
            st.badge(
                "Earlier snapshot",
                icon=":material/history:",
                color="orange",
                help="It stands as it was frozen; freeze a new version to bring it up to date.",
            )
        if content.other_subjects:
            st.badge(
                "Other subjects",
                icon=":material/person_off:",
                color="orange",
                help=content.other_subjects,
            )


def _end(share: Share) -> str:
    if share.revoked_at is not None:
        return f"Revoked {moment(share.revoked_at)} by {plain(share.revoked_by)}"
    until = "Open until" if share.state(now()) == "open" else "Expired"
    return f"{until} {moment(share.expires_at)} · made by {plain(share.made_by)}"


def _buttons(share: Share, content: ShareContent) -> None:
    if share.state(now()) != "open":
        return
    version = content.version
    with st.container(horizontal=True, gap="small"):
        if version.view is not None:
            st.link_button(
                "New version",
                renewing.address(share, version),
                icon=":material/ac_unit:",
                type="tertiary",
                help="Opens the page as it was frozen, in a tab of its own. Change what has to "
                "change, then choose *Share a new version*.",
            )
        with st.popover("Revoke", icon=":material/link_off:", type="tertiary"):
            st.write("The link ends at once, also for those who have it open. It cannot be undone.")
            st.button(
                "Revoke this share",
                key=f"share_revoke_{share.id}",
                type="primary",
                on_click=_revoke,
                args=(share,),
            )


def _revoke(share: Share) -> None:
    with results.explained():
        state.workspace().shares.revoke(share.id, person=state.acting("shares"))
        st.toast(f"Revoked “{plain(share.title)}”", icon=":material/link_off:")
