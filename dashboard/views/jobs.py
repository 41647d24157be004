"""Long work on a page: begun with a button, watched, cancelled, tried again; and a list of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pandas as pd
import streamlit as st

from analytics.results import Result
from dashboard import results, state
from dashboard.access.restrictions import since_then
from dashboard.jobs.asking import AskedJob, ask_again
from dashboard.jobs.starting import ensure_worker
from dashboard.text import plain
from queries.workspace import Job, SubjectMark

Answer = TypeVar("Answer", bound=Result)
_STATES = {
    "queued": "Waiting",
    "running": "Running",
    "done": "Done",
    "failed": "Failed",
    "cancelled": "Cancelled",
}


def answer(asked: AskedJob[Answer], *, label: str = "Compute", about: str = "") -> Answer | None:
    """The result of a job once it is there; until then what leads to it is drawn.

    Parameters
    ----------
    asked : AskedJob
        From `state.job`.
    label : str
        Of the button that begins it.
    about : str
        What the reader should know before, such as how long it takes.
    """
    job = asked.found()
    if job is None:
        if not state.may("jobs"):
            say_who_can()
            return None
        if about:
            st.caption(plain(about))
        key = f"job_begin_{asked.key}"
        st.button(
            label,
            key=key,
            type="primary",
            icon=":material/play_arrow:",
            on_click=_begin,
            args=(asked,),
        )
        return None
    if job.state == "done":
        return state.job_result(asked)
    watch(job.id)
    return None


def _begin(asked: AskedJob[Result]) -> None:
    with results.explained():
        asked.start(state.acting("jobs"))


def watch(job_id: str) -> None:
    """How far a job is while it is open, or why it has no result; nothing when it is done.

    When the job ends the whole page runs again, once, and can show the result.
    """
    job = state.readable_job(job_id)
    if job.is_open:
        _follow(job_id)
    elif job.state != "done":
        _ended(job)


@st.fragment(run_every=1.0)
def _follow(job_id: str) -> None:
    state.begin_run()  # a fragment runs by itself: what its reader may see is looked up anew
    with results.explained():
        job = state.readable_job(job_id)
        if not job.is_open:
            st.rerun()
        ensure_worker(state.workspace())
        st.progress(job.share, text=said(job))
        if state.may("jobs"):
            st.button(
                "Cancel",
                key=f"job_cancel_{job.id}",
                icon=":material/cancel:",
                on_click=_cancel,
                args=(job.id,),
                disabled=job.cancel_asked,
            )


def say_who_can() -> None:
    """Before somebody who may not ask for long work."""
    st.info("This was not computed yet; a statistician can.", icon=":material/hourglass:")


def said(job: Job) -> str:
    """What an open job does, for the screen."""
    if job.cancel_asked:
        return "Cancelling"
    if job.state == "queued":
        before = state.workspace().jobs.ahead(job.id)
        return f"Waiting: {before:,} before it" if before else "Waiting for a worker"
    taken = datetime.now(UTC) - (job.started_at or job.made_at)
    sentence = job.message.rstrip(".") or "Beginning"
    return plain(f"{sentence} · {elapsed(taken)}")


def elapsed(taken: timedelta) -> str:
    """A length of time for the screen.

    Examples
    --------
    >>> elapsed(timedelta(seconds=9.7)), elapsed(timedelta(seconds=3725))
    ('9 s', '1 h 2 min')
    """
    seconds = max(0, int(taken.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60} s"
    return f"{seconds // 3600} h {seconds % 3600 // 60} min"


def _cancel(job_id: str) -> None:
    with results.explained():
        state.workspace().jobs.cancel(state.readable_job(job_id).id, state.acting("jobs"))


def _ended(job: Job) -> None:
    if job.state == "failed":
        st.warning(plain(job.error or ""), icon=":material/error:")
    else:
        st.info("Cancelled. Nothing was kept.", icon=":material/cancel:")
    if state.may("jobs"):
        st.button(
            "Try again",
            key=f"job_again_{job.id}",
            icon=":material/replay:",
            on_click=_try_again,
            args=(job.id,),
        )


def _try_again(job_id: str) -> None:
    with results.explained():
        ask_again(state.workspace(), state.readable_job(job_id), state.acting("jobs"))


def listing() -> None:
    """The jobs of the study on screen: what, how far, when and who; fresh while one is open."""
    if any(job.is_open for job in state.readable_jobs()):
        _fresh_list()
    else:
        _list(state.readable_jobs())


@st.fragment(run_every=2.0)
def _fresh_list() -> None:
    state.begin_run()
    with results.explained():
        found = state.readable_jobs()
        if not any(job.is_open for job in found):
            st.rerun()
        _list(found)


def _list(found: tuple[Job, ...]) -> None:
    if not found:
        st.caption("No long work was asked for in this study yet.")
        return
    marks = state.workspace().subjects.of_study(state.study().code)
    table = pd.DataFrame([_row(job, marks) for job in found])
    empty = [name for name in ("Why", "Subjects") if not table[name].any()]
    st.dataframe(
        table.drop(columns=empty),
        hide_index=True,
        column_config={
            "Asked": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm", help="In UTC"),
            "Done": st.column_config.ProgressColumn(format="%d%%", min_value=0, max_value=100),
        },
        alt="Jobs of the study with their state, when and by whom they were asked for",
    )


def _row(job: Job, marks: Sequence[SubjectMark]) -> dict[str, object]:
    ended = job.ended_at or datetime.now(UTC)
    return {
        "Job": job.title,
        "State": "Cancelling" if job.is_open and job.cancel_asked else _STATES[job.state],
        "Done": round(100 * job.share),
        "Asked": job.made_at.replace(tzinfo=None),
        "Took": elapsed(ended - job.started_at) if job.started_at else "",
        "By": job.person,
        "Why": job.error or "",
        "Subjects": since_then(marks, job.made_at) if job.snapshot else "",
    }
