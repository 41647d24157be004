"""A search on its way: begun with a button, watched while it finds, cancelled, gone on with."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from analytics.search import SearchResult
from dashboard import results, state
from dashboard.analyses.designs import DesignProposal
from dashboard.analyses.search import DesignSearch
from dashboard.home import PERSON
from dashboard.jobs.asking import AskedJob
from dashboard.jobs.kinds import DESIGN_SEARCH
from dashboard.jobs.starting import ensure_worker
from dashboard.text import plain
from dashboard.views import jobs
from dashboard.views.search import found
from dashboard.views.search.searched import Searched
from queries.workspace import Job

_SECONDS_PER_DESIGN = 0.02


def answer(proposal: DesignProposal, asked: DesignSearch) -> SearchResult | None:
    """What a search has found, once it rests; while it does not, its front so far is drawn.

    A search that was cancelled or broke off rests too, and says how it is gone on with.
    """
    parts = _jobs(asked)
    if not parts:
        st.caption(
            "Designs are tried in closed form; about "
            f"{asked.budget * _SECONDS_PER_DESIGN:,.0f} s of computing."
        )
        _begin_button(asked, "Search", ":material/play_arrow:")
        return None
    if any(one.is_open for one in parts):
        _follow(proposal, asked)
        return None
    if len(parts) == asked.parts and all(one.state == "done" for one in parts):
        return SearchResult.of_parts([state.job_result(one) for one in _asked_for(asked)])
    return _rests(asked, parts)


def _asked_for(asked: DesignSearch) -> list[AskedJob[SearchResult]]:
    return [state.job(DESIGN_SEARCH, part) for part in asked.divided()]


def _jobs(asked: DesignSearch) -> list[Job]:
    """The jobs of the parts that were asked for, as they are now."""
    known = [one.found() for one in _asked_for(asked)]
    return [state.readable_job(one.id) for one in known if one is not None]


def _begin_button(asked: DesignSearch, label: str, icon: str) -> None:
    key = f"search_begin_{state.search_trials(asked).search}"
    st.button(label, key=key, type="primary", icon=icon, on_click=_begin, args=(asked,))


def _begin(asked: DesignSearch) -> None:
    """Ask for every part; one that is open or done stays as it is."""
    with results.explained():
        for part in _asked_for(asked):
            part.start(PERSON)


@st.fragment(run_every=2.0)
def _follow(proposal: DesignProposal, asked: DesignSearch) -> None:
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
        st.button(
            "Cancel",
            key=f"search_cancel_{state.search_trials(asked).search}",
            icon=":material/cancel:",
            on_click=_cancel,
            args=(asked,),
            disabled=all(one.cancel_asked for one in running),
        )
        if so_far.evaluations:
            searched = Searched.of(proposal, asked, so_far)
            searched.tiles()
            found.show_front(searched)


def _said(asked: DesignSearch, tried: int, running: list[Job]) -> str:
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


def _cancel(asked: DesignSearch) -> None:
    with results.explained():
        for one in _jobs(asked):
            state.workspace().jobs.cancel(one.id, PERSON)


def _rests(asked: DesignSearch, parts: list[Job]) -> SearchResult | None:
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
    _begin_button(asked, "Go on", ":material/resume:")
    return kept if kept.evaluations else None
