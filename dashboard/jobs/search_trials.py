"""The trials of a search that are kept: read by pages, added to by the workers of its parts."""

from __future__ import annotations

import copy
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Generic, TypeVar

import optuna
from optuna.storages import JournalStorage
from optuna.trial import FrozenTrial

from analytics.search import new_study
from analytics.search.result import FINISHED, TriedDesigns
from dashboard import __version__
from dashboard.analyses.search import AskedSearch
from dashboard.jobs.requests import write_request
from dashboard.jobs.search_journal import WorkspaceJournal, study_in
from queries.workspace import Job, SearchLostError, Workspace, jobs

Found = TypeVar("Found", bound=TriedDesigns)
PART, NUMBER, BY = "part", "number in part", "by"


def search_id(asked: AskedSearch[Any], *, study: str, snapshot: str | None, pooled: bool) -> str:
    """What no other search has, and every part of this one: the key of the job of the first.

    Examples
    --------
    >>> from analytics.search import Objective, SearchProblem, SearchSpace
    >>> from analytics.search.textbook import example_design
    >>> from dashboard.analyses.search import DesignSearch
    >>> problem = SearchProblem(
    ...     space=SearchSpace(design=example_design(), events=(200, 400)),
    ...     objectives=(Objective(measure="power"),))
    >>> asked = DesignSearch(problem=problem, budget=100, policy="random", seed=1, parts=2)
    >>> ids = {search_id(one, study="EQX-301", snapshot=None, pooled=True)
    ...        for one in asked.divided()}
    >>> len(ids)
    1
    """
    return jobs.request_key(
        study=study,
        snapshot=snapshot,
        kind=asked.kind,
        program=__version__,
        pooled=pooled,
        request_json=write_request(asked.divided()[0]),
    )


def seconds_of(trials: Sequence[FrozenTrial]) -> float:
    """What trials took, together: without the time for which a search rested.

    Examples
    --------
    >>> seconds_of([])
    0.0
    """
    return sum((one.duration or timedelta() for one in trials), timedelta()).total_seconds()


class SearchTrials(Generic[Found]):
    """The kept trials of a search, as they are when one looks.

    Looking again reads what came since. May be shared by threads.

    Parameters
    ----------
    workspace : Workspace
    search : str
        Its id.
    asked : AskedSearch
        Any part of it.
    """

    def __init__(self, workspace: Workspace, search: str, asked: AskedSearch[Found]) -> None:
        self.search, self.asked = search, asked
        self._journal = WorkspaceJournal(workspace.searches, search)
        self._storage: JournalStorage | None = None

    def result(self) -> Found:
        """What all parts have tried until now."""
        if self._storage is None:
            self._storage = JournalStorage(self._journal)
        study = study_in(self._storage)
        parts = [_numbered(_of_part(study, part), part) for part in self.asked.divided()]
        trials = sorted((one for part in parts for one in part), key=lambda one: one.number)
        return self.asked.found_type.of_trials(
            self.asked.problem,
            trials,
            policy=self.asked.policy,
            seed=self.asked.seed,
            seconds=seconds_of(trials),
        )


class OwnPart:
    """The trials of a part of a search, for the worker that has its job.

    They are tried in a study in memory, where asking and telling is quick, and added to the
    journal many at a time.

    Parameters
    ----------
    workspace : Workspace
    asked : AskedSearch
        The part.
    job : Job
        As its worker has it.
    """

    def __init__(self, workspace: Workspace, asked: AskedSearch[Any], job: Job) -> None:
        self._asked, self._by = asked, secrets.token_hex(8)
        search = search_id(asked, study=job.study, snapshot=job.snapshot, pooled=job.pooled)
        workspace.searches.begin(search, study=job.study, title=asked.title, pooled=job.pooled)
        self._name = f"{asked.title} ({search[:8]})"
        self._journal = WorkspaceJournal(workspace.searches, search, job)
        self._storage: JournalStorage | None = None
        with self._journal.batch():  # so that what a former worker does from now on is refused
            found = _of_part(study_in(self._opened()), asked)
        self._found = self._kept = len(found)
        self.study = new_study(asked.problem)
        self.study.add_trials(found)

    def keep(self) -> None:
        """Add what was tried since to the journal.

        Raises
        ------
        SearchLostError
            When another worker has the part in the meantime; nothing is added then.
        """
        tried = self.study.get_trials(deepcopy=False, states=FINISHED)
        if len(tried) == self._kept:
            return
        try:
            with self._journal.batch():
                storage = self._opened()
                study = study_in(storage)
                if study is None:
                    study = new_study(self._asked.problem, storage=storage, name=self._name)
                for number in range(self._checked(study), len(tried)):
                    study.add_trial(self._marked(tried[number], number))
        except BaseException:
            self._storage = None  # it may hold what the journal does not
            raise
        self._kept = len(tried)

    def seconds(self) -> float:
        """What the trials of the part took, those of former workers too."""
        return seconds_of(self.study.get_trials(deepcopy=False, states=FINISHED))

    def _opened(self) -> JournalStorage:
        if self._storage is None:
            self._storage = JournalStorage(self._journal)
        return self._storage

    def _checked(self, study: optuna.Study) -> int:
        """How many trials are kept: those that were found, and then only our own."""
        kept = _of_part(study, self._asked)
        ours = all(one.user_attrs[BY] == self._by for one in kept[self._found :])
        if len(kept) < self._found or not ours:
            raise SearchLostError("a part of a search has one worker", got=f"{len(kept)} trials")
        return len(kept)

    def _marked(self, trial: FrozenTrial, number: int) -> FrozenTrial:
        marked = copy.copy(trial)
        marked.user_attrs = {
            **trial.user_attrs,
            PART: self._asked.part,
            NUMBER: number,
            BY: self._by,
        }
        return marked


def _of_part(study: optuna.Study | None, part: AskedSearch[Any]) -> list[FrozenTrial]:
    """The kept trials of a part, in the order in which they were tried."""
    if study is None:
        return []
    every = study.get_trials(deepcopy=False, states=FINISHED)
    found = [one for one in every if one.user_attrs.get(PART) == part.part]
    return sorted(found, key=lambda one: int(one.user_attrs[NUMBER]))


def _numbered(trials: Sequence[FrozenTrial], part: AskedSearch[Any]) -> list[FrozenTrial]:
    """Copies with the numbers that they have in the whole search."""
    numbered = []
    for within, trial in enumerate(trials):
        one = copy.copy(trial)
        one.number = part.own.trial_number(within)
        numbered.append(one)
    return numbered
