"""Long work on the snapshot on screen: jobs, their results, and what searches have tried."""

from __future__ import annotations

from typing import Any, TypeVar

import streamlit as st

from analytics.results import Result
from analytics.search.result import TriedDesigns
from dashboard.analyses.search import AskedSearch
from dashboard.jobs.asking import AskedJob
from dashboard.jobs.kinds import Kind, kind_of
from dashboard.jobs.search_trials import SearchTrials
from dashboard.state.on_screen import snapshot, study
from dashboard.state.open_files import workspace
from queries.errors import DataError
from queries.workspace import Job

Computed = TypeVar("Computed", bound=Result)
Tried = TypeVar("Tried", bound=TriedDesigns)


@st.cache_resource(show_spinner=False, max_entries=50)
def _job_result(
    key: str,  # noqa: ARG001  (what the result is kept by)
    _asked: AskedJob[Computed],
) -> Computed:
    return _asked.result()


@st.cache_resource(show_spinner=False, max_entries=16)
def _search_trials(search: str, _asked: AskedSearch[Tried]) -> SearchTrials[Tried]:
    return SearchTrials(workspace(), search, _asked)


def job(kind: Kind[Any, Computed], request: object) -> AskedJob[Computed]:
    """Long work on the snapshot on screen: whether it was asked for, how far it is, its result.

    Nothing is begun by looking. `views.jobs.answer` draws all of it: a button that begins, the
    progress, what went wrong; and gives the result once it is there.

    Parameters
    ----------
    kind : Kind
        One of `dashboard.jobs.kinds`, such as `BERRY_BERRY`.
    request : dataclass
        All that the answer depends on, of the type that the kind takes.

    Examples
    --------
    In a tab, with `asked` the `AdverseEvents` on screen::

        request = BerryBerryFit.of(asked, arm=arm, draws=3000, chains=4, seed=0)
        fit = jobs.answer(state.job(kinds.BERRY_BERRY, request))
        if fit is not None:
            results.table(fit.to_frame(), ...)
    """
    return AskedJob.of(
        workspace(), kind, request, study=study().code, snapshot=snapshot().id, pooled=_pooled()
    )


def job_result(asked: AskedJob[Computed]) -> Computed:
    """What came of a job that is done; not to be changed."""
    result: Computed = _job_result(asked.key, asked)
    return result


def search_trials(asked: AskedSearch[Tried]) -> SearchTrials[Tried]:
    """What is kept of a search, as it is whenever it is looked at."""
    first = job(kind_of(asked.kind), asked.divided()[0])
    found: SearchTrials[Tried] = _search_trials(first.key, asked)
    return found


def readable_job(job_id: str) -> Job:
    """A job of the study on screen, as it is now; what was computed by arm, for those who see arms.

    Raises
    ------
    DataError
        When this reader must not see it, as for one that does not exist.
    """
    found = workspace().jobs.one(job_id)
    if found.study != study().code or not _is_readable(found):
        raise DataError("a job is one of the study on screen that its reader may see")
    return found


def readable_jobs() -> tuple[Job, ...]:
    """The latest jobs of the study on screen; those by arm only while arms are shown."""
    return tuple(one for one in workspace().jobs.of_study(study().code) if _is_readable(one))


def _is_readable(found: Job) -> bool:
    return found.pooled or not _pooled()


def _pooled() -> bool:
    return study().blinded
