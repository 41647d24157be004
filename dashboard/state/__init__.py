"""The one door to the data: who asks, which study, which cohort, what a view remembers.

Views ask here and open nothing themselves. Rights and blinding are looked up on every
run; caches are kept in this package alone, keyed by what the reader may see.

- `reader`: who asks, and what they may.
- `on_screen`: the study, its snapshot, and the store of it; `cohort`: who of it is meant.
- `questions`, `analyses`: what the store answers; `work`: what takes long, as jobs.
- `inputs`: what a view remembers.
- `run`: what is looked up once in a run; `open_files`: what all sessions share.
"""

from __future__ import annotations

from dashboard.state.analyses import Answerable, answered, compared, computed, made
from dashboard.state.cohort import COHORT, ORIGIN, current_cohort, set_cohort
from dashboard.state.inputs import REMEMBERED, choice, choices, forget, remember, show
from dashboard.state.on_screen import fresh_body, snapshot, store, studies, study, without
from dashboard.state.open_files import workspace
from dashboard.state.questions import (
    arms,
    ask,
    asked,
    facts,
    labels,
    panel_counts,
    profiles,
    record_levels_of,
)
from dashboard.state.reader import (
    acting,
    acting_by_arm,
    is_signed_in,
    may,
    person,
    read_as,
    session_here,
)
from dashboard.state.run import LOOKED_UP, begin_run, once_a_run
from dashboard.state.work import job, job_result, readable_job, readable_jobs, search_trials

__all__ = [
    "COHORT",
    "LOOKED_UP",
    "ORIGIN",
    "REMEMBERED",
    "Answerable",
    "acting",
    "acting_by_arm",
    "answered",
    "arms",
    "ask",
    "asked",
    "begin_run",
    "choice",
    "choices",
    "compared",
    "computed",
    "current_cohort",
    "facts",
    "forget",
    "fresh_body",
    "is_signed_in",
    "job",
    "job_result",
    "labels",
    "made",
    "may",
    "once_a_run",
    "panel_counts",
    "person",
    "profiles",
    "read_as",
    "readable_job",
    "readable_jobs",
    "record_levels_of",
    "remember",
    "search_trials",
    "session_here",
    "set_cohort",
    "show",
    "snapshot",
    "store",
    "studies",
    "study",
    "without",
    "workspace",
]
