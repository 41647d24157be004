"""A search on its way: begun with a button, watched while it finds, cancelled, gone on with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import streamlit as st

from analytics.search.result import TriedDesigns
from dashboard import results, state
from dashboard.analyses.search import AskedSearch
from dashboard.jobs.asking import AskedJob
from dashboard.jobs.kinds import kind_of
from dashboard.jobs.starting import ensure_worker
from dashboard.text import plain
from dashboard.views import jobs
from queries.workspace import Job

Found = TypeVar("Found", bound=TriedDesigns)


def answer(asked: AskedSearch[Found], *, about: str, draw: Callable[[Found], None]) -> Found | None:
    """What a search has found, once it rests; while it does not, its front so far is drawn.

    A search that was cancelled or broke off rests too, and says how it is gone on with.

    Parameters
    ----------
    asked : AskedSearch
        The whole search.
    about : str
        What the reader should know before it is begun, such as how long it takes.
    draw : callable
        Draws what was found so far.
    """
    parts = _jobs(asked)
    if not parts:
        if not state.may("jobs"):
            jobs.say_who_can()
            return None
        st.caption(plain(about))
        _begin_button(asked, "Search", ":material/play_arrow:")
        return None
    if any(one.is_open for one in parts):
        _follow(asked, draw)
        return None
    if len(parts) == asked.parts and all(one.state == "done" for one in parts):
        return asked.found_type.of_parts([state.job_result(one) for one in _asked_for(asked)])
    return _rests(asked, parts)


def _asked_for(asked: AskedSearch[Found]) -> list[AskedJob[Found]]:
    return [state.job(kind_of(asked.kind), part) for part in asked.divided()]


def _jobs(asked: AskedSearch[Any]) -> list[Job]:
    """The jobs of the parts that were asked for, as they are now."""
    known = [one.found() for one in _asked_for(asked)]
    return [state.readable_job(one.id) for one in known if one is not None]


def _begin_button(asked: AskedSearch[Any], label: str, icon: str) -> None:
    key = f"search_begin_{state.search_trials(asked).search}"
    st.button(label, key=key, type="primary", icon=icon, on_click=_begin, args=(asked,))


def _begin(asked: AskedSearch[Any]) -> None:
    """Ask for every part; one that is open or done stays as it is."""
    with results.explained():
        for part in _asked_for(asked):
            part.start(state.acting("jobs"))


@st.fragment(run_every=2.0)
def _follow(asked: AskedSearch[Found], draw: Callable[[Found], None]) -> None:
    state.begin_run()  # a fragment runs by itself: what its reader may see is looked up anew
    with results.explained():
        parts = _jobs(asked)
        running = [one for one in parts if one.is_open]
        if not running:
            st.rerun()
        ensure_worker(state.workspace())
        so_far = state.search_trials(asked).result()
        share = min(so_far.evaluations / asked.budget, 1.0)
        st.progress(share, text=_said(asked, so_far.evaluations, running))
        if state.may("jobs"):
            st.button(
                "Cancel",
                key=f"search_cancel_{state.search_trials(asked).search}",
                icon=":material/cancel:",
                on_click=_cancel,
                args=(asked,),
                disabled=all(one.cancel_asked for one in running),
            )
        if so_far.evaluations:
            draw(so_far)


def _said(asked: AskedSearch[Any], tried: int, running: list[Job]) -> str:
    if all(one.cancel_asked for one in running):
        return "Cancelling"
    if not tried and all(one.state == "queued" for one in running):
        return jobs.said(running[0])
    begun = min((one.started_at or one.made_at) for one in running)
    said = f"Tried {tried:,} of {asked.budget:,} designs"
    if asked.parts > 1:
        at_work = sum(one.state == "running" for one in running)
        said += f" · {at_work} of {asked.parts} parts at work"
    return f"{said} · {jobs.elapsed(datetime.now(UTC) - begun)}"


def _cancel(asked: AskedSearch[Any]) -> None:
    with results.explained():
        for one in _jobs(asked):
            state.workspace().jobs.cancel(one.id, state.acting("jobs"))


def _rests(asked: AskedSearch[Found], parts: list[Job]) -> Found | None:
    """Why a search is not done, the way on, and what it has found."""
    kept = state.search_trials(asked).result()
    tried = f"{kept.evaluations:,} of {asked.budget:,} designs were tried and are kept"
    failed = [one for one in parts if one.state == "failed"]
    if failed:
        st.warning(plain(f"{failed[0].error} {tried}."), icon=":material/error:")
    elif kept.evaluations:
        st.info(f"Cancelled. {tried}; go on from there.", icon=":material/cancel:")
    else:
        st.info("Cancelled before the first design was tried.", icon=":material/cancel:")
    if state.may("jobs"):
        _begin_button(asked, "Go on", ":material/resume:")
    return kept if kept.evaluations else None
