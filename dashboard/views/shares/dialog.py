"""The dialog behind *Share*: for whom, how long, which results; then the link, once."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import dialogs, state
from dashboard.cards import Card
from dashboard.pages import BY_NAME
from dashboard.results import explained
from dashboard.sharing.audiences import LABELS, NotShared, promise
from dashboard.text import plain
from dashboard.views.shares import renewing
from dashboard.views.shares.making import Wish, fitted, on_screen, refusal, share
from queries.workspace import Audience, Share
from queries.workspace.passcodes import LONGEST, SHORTEST
from queries.workspace.shares import AUDIENCES, MOST_DAYS, THRESHOLD
from queries.workspace.tables import now

_MADE, _NEW = "share_made", ""
_EMPTY = {"report": "The report is empty. Add results to it, or begin with a template."}


def show(page: str) -> None:
    """Draw the dialog while it is asked for."""
    if dialogs.is_asked("share"):
        _dialog(page, on_screen(page))


def _close() -> None:
    st.session_state.pop(_MADE, None)
    dialogs.close()


@st.dialog("Share this view", width="medium", on_dismiss=_close)
def _dialog(page: str, cards: Sequence[Card]) -> None:
    with explained():
        if _MADE in st.session_state:
            _show_made()
        elif not cards:
            st.info(_EMPTY.get(page, "This page shows no result yet."), icon=":material/share:")
        elif stay := _all_stay(cards):
            st.info(
                "Nothing on this page can be shared. Go to one with counts or curves.",
                icon=":material/share_off:",
            )
            _say_why(stay)
        else:
            _ask(page, cards)


def _all_stay(cards: Sequence[Card]) -> list[NotShared]:
    """The results, when none of them may be shown to anybody; else none."""
    found = fitted(cards, "safety review", THRESHOLD)  # hides least
    stay = [one for one in found if isinstance(one, NotShared)]
    return stay if len(stay) == len(found) else []


def _say_why(stay: Sequence[NotShared]) -> None:
    for one in stay:
        st.caption(f"**{plain(one.name)}**: {plain(one.reason)}")


def _ask(page: str, cards: Sequence[Card]) -> None:
    st.caption(
        "What is on screen is frozen: rendered once, and shown to whoever has the link. "
        "Nothing of it is computed anew for them."
    )
    renews = _which()
    if renews is None:
        title, recipient, audience, threshold = _for_whom(page)
    else:
        title, recipient = renews.title, renews.recipient
        audience, threshold = renews.audience, renews.threshold
        st.caption(f"For {plain(recipient)}. {plain(promise(audience, threshold))}")
    chosen = _results(cards, audience, threshold)
    note = st.text_area("Note to the reader", key="share_note", max_chars=2000, height=80)
    days, passcode, downloads = (30, "", False) if renews else _limits()
    wish = Wish(
        title=title,
        recipient=recipient,
        audience=audience,
        threshold=threshold,
        note=note,
        days=days,
        passcode=passcode,
        downloads=downloads,
        renews=renews,
    )
    if refused := refusal(audience, threshold):
        st.warning(
            f"{plain(refused)} Whoever reads both could tell what is true of these few. Share "
            "the same cohort, or revoke the other share.",
            icon=":material/group_off:",
        )
    missing = _missing(wish, chosen)
    if missing:
        st.caption(f"Before it can be frozen: {missing}.")
    if st.button(
        "Freeze a new version" if renews else "Freeze and make the link",
        key="share_make",
        type="primary",
        icon=":material/ac_unit:",
        disabled=bool(missing or refused),
    ):
        with st.spinner("Freezing: drawing every figure for wide and narrow screens"):
            st.session_state[_MADE] = share(page, chosen, wish)
        renewing.done()
        st.rerun()


def _missing(wish: Wish, chosen: Sequence[Card]) -> str:
    """What has to be filled in still; "" when nothing has."""
    wanted = {
        "give it a title": wish.title.strip(),
        "say for whom it is": wish.recipient.strip(),
        "choose a result": chosen,
        f"make the passcode {SHORTEST} characters or longer": not wish.passcode
        or len(wish.passcode.strip()) >= SHORTEST,
    }
    return ", ".join(name for name, there in wanted.items() if not there)


def _which() -> Share | None:
    """The share that gets a new version; None for a new link."""
    code, at = state.study().code, now()
    known = {
        one.id: one for one in state.workspace().shares.of_study(code) if one.state(at) == "open"
    }
    if not known:
        return None
    wanted = renewing.wanted()
    ids = [_NEW, *known]
    chosen = st.selectbox(
        "Link",
        ids,
        index=0 if wanted is None else ids.index(wanted.id),
        key="share_which",
        format_func=lambda one: (
            f"New version of “{known[one].title}”, for {known[one].recipient}"
            if one
            else "A new link"
        ),
    )
    return known.get(chosen or _NEW)


def _for_whom(page: str) -> tuple[str, str, Audience, int]:
    usual = f"{BY_NAME[page].title} of {state.study().code}"
    title = st.text_input("Title", usual, key=f"share_title_{page}", max_chars=200)
    recipient = st.text_input(
        "For whom", key="share_recipient", max_chars=150, placeholder="Name, organisation"
    )
    audience: Audience = st.radio(
        "Audience",
        AUDIENCES,
        key="share_audience",
        format_func=lambda one: LABELS[one],
        horizontal=True,
    )
    threshold = THRESHOLD
    if audience == "external":
        threshold = int(
            st.number_input(
                "Smallest count that is shown",
                min_value=2,
                max_value=1000,
                value=THRESHOLD,
                key="share_threshold",
            )
        )
    st.caption(plain(promise(audience, threshold)))
    return title, recipient, audience, threshold


def _results(cards: Sequence[Card], audience: Audience, threshold: int) -> list[Card]:
    """The results that go along: those that were chosen, as they stood on the page."""
    found = fitted(cards, audience, threshold)
    may = {str(at): card for at, card in enumerate(cards) if isinstance(found[at], Card)}
    chosen: list[str] = st.multiselect(
        "Results",
        list(may),
        list(may),
        key=f"share_results_{audience}_{threshold}",
        format_func=lambda at: may[at].name,
    )
    stay = [one for one in found if isinstance(one, NotShared)]
    if stay:
        told = f"{len(stay):,} of {len(cards):,} results stay here"
        with st.expander(told, icon=":material/block:", expanded=not may):
            _say_why(stay)
    return [may[at] for at in chosen]


def _limits() -> tuple[int, str, bool]:
    left, right = st.columns(2)
    days = left.number_input(
        "Open for, days", min_value=1, max_value=MOST_DAYS, value=30, key="share_days"
    )
    passcode = right.text_input(
        "Passcode, if wanted",
        key="share_passcode",
        max_chars=LONGEST,
        help=f"At least {SHORTEST} characters; tell it by another way than the link. "
        "After five wrong ones none is taken for 15 minutes.",
    )
    downloads = st.toggle("The reader may take tables away", key="share_downloads")
    return int(days), passcode, downloads


def _show_made() -> None:
    link: str | None = st.session_state[_MADE]
    if link is None:
        st.success("The new version is frozen; the same link shows it.", icon=":material/check:")
        st.caption("Its reader finds what changed on top. Who has read it: page Shares.")
    else:
        st.success("The link is made. It is shown this once.", icon=":material/check:")
        st.code(link, language=None, wrap_lines=True)
        st.caption(
            "Whoever has it can read this share until it ends. Who has read it, what they say, "
            "and ending it: page Shares."
        )
    if st.button("Done", key="share_done", type="primary"):
        _close()
        st.rerun()
