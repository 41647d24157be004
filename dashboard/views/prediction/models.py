"""The models that were fitted in this study: which is which, and which are stale."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import __version__, state
from dashboard.access.restrictions import program, version_of
from dashboard.jobs import kinds
from queries.workspace import Job


def show() -> None:
    """A list of fits, the latest first; nothing before the first."""
    fitted = [
        job
        for job in state.readable_jobs()
        if job.kind == kinds.PREDICTION.name and job.state == "done"
    ]
    if not fitted:
        return
    with st.expander(f"Models of this study ({len(fitted):,})", icon=":material/history:"):
        st.dataframe(
            pd.DataFrame([_row(job, len(fitted) - place) for place, job in enumerate(fitted)]),
            hide_index=True,
            alt="Models fitted in this study, with their state",
            column_config={
                "Fitted": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm", help="In UTC")
            },
        )
        st.caption(
            "A model is stale when the study has a newer snapshot, or another version of Equipoise "
            "would fit it now. Asking the same question again fits it anew."
        )


def stale_reason(job: Job) -> str:
    """Why a model no longer stands for the study; "" when it does."""
    current = state.workspace().current_snapshot(job.study)
    if current is not None and job.snapshot != current.id:
        return "fitted to an earlier snapshot"
    if version_of(job.program) != __version__:
        return f"fitted by version {version_of(job.program)}"
    if job.program != program(__version__, state.workspace(), job.study, job.snapshot):
        return "fitted to other subjects: some were restricted, released or erased since"
    return ""


def _row(job: Job, version: int) -> dict[str, object]:
    reason = stale_reason(job)
    ended = job.ended_at or job.made_at
    return {
        "Model": version,
        "Question": job.title,
        "State": f"Stale: {reason}" if reason else "Current",
        "Fitted": ended.replace(tzinfo=None),
        "By": job.person,
    }
