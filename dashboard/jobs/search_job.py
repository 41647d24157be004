"""A part of a search as a job: begun, or gone on with where its last worker left it."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from analytics.search.result import TriedDesigns
from dashboard.analyses.search import AskedSearch
from dashboard.jobs.search_trials import OwnPart
from queries.errors import DataError
from queries.workspace import SearchLostError

if TYPE_CHECKING:
    from dashboard.jobs.kinds import Context

Found = TypeVar("Found", bound=TriedDesigns)
KEEP_SECONDS = 1.0
"""Between additions to the journal; what a killed worker takes with it."""


def run_search(asked: AskedSearch[Found], context: Context) -> Found:
    """Search; what is tried is kept while it goes on, and when it is told to stop."""
    own = OwnPart(context.workspace, asked, context.job)
    kept_at = time.monotonic()

    def progress(share: float, sentence: str) -> None:
        nonlocal kept_at
        context.progress(share, sentence)
        if time.monotonic() - kept_at >= KEEP_SECONDS:
            _try_to_keep(own)
            kept_at = time.monotonic()

    try:
        found = asked.run(progress, study=own.study)
    finally:
        own.keep()
    return replace(found, seconds=own.seconds())


def _try_to_keep(own: OwnPart) -> None:
    try:
        own.keep()
    except SearchLostError:
        raise
    except DataError:  # a database that does not answer now may do so a second later
        return
