"""The one door to the data: who asks, which study, which cohort, what a view remembers.

Views ask here and open nothing themselves. Rights and blinding are looked up on every
run; caches are keyed by what the reader may see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analytics.results import Result
from analytics.search.result import TriedDesigns
from dashboard.access.asking import SignedOutError, reader_of, session_behind
from dashboard.access.key import snapshot_keys
from dashboard.access.restrictions import left_out
from dashboard.access.rights import NotAllowedError, Reader
from dashboard.analyses.comparison import ComparisonAnalysis
from dashboard.analyses.comparison_answer import ComparisonAnswer
from dashboard.analyses.search import AskedSearch
from dashboard.home import open_here
from dashboard.jobs.asking import AskedJob
from dashboard.jobs.kinds import Kind, kind_of
from dashboard.jobs.search_trials import SearchTrials
from dashboard.scripts import Made, answer_of, answer_to
from queries.cohorts import EVERYONE, Cohort
from queries.errors import DataError
from queries.groups import GroupCounts, count_groups
from queries.panels import Panel, PanelCounts, count_events, count_panels
from queries.profile import ColumnProfile, profile_columns
from queries.record_choices import record_levels
from queries.store import ArmRole, Store, open_store
from queries.workspace import Job, Snapshot, Study, Workspace

Found = TypeVar("Found")
Given = TypeVar("Given", covariant=True)
Computed = TypeVar("Computed", bound=Result)
Tried = TypeVar("Tried", bound=TriedDesigns)
COHORT = "cohort"
ORIGIN = "cohort_origin"  # the saved cohort, and its version, that the one on screen is
REMEMBERED = "_remembered_inputs"
LOOKED_UP = "_looked_up"
_READ_AS: ContextVar[Reader | None] = ContextVar("read_as", default=None)


class Answerable(Protocol[Given]):
    """An analysis: a value whose `repr` says all of it, which a store answers."""

    def run(self, store: Store) -> Given: ...


@st.cache_resource(show_spinner=False)
def workspace() -> Workspace:
    """The workspace of this server."""
    return open_here()


@st.cache_resource(show_spinner=False, max_entries=16)
def _store(path: str, pooled: bool) -> Store:
    file, _, without = path.partition("\n")
    study_code = without.partition("\n")[0]
    found = left_out(workspace(), study_code) if study_code else None
    return open_store(Path(file), pooled=pooled, key=snapshot_keys(), left_out=found)


@st.cache_data(show_spinner=False, max_entries=1000)
def _answer(
    path: str,
    pooled: bool,
    question: str,
    cohort: str,
    arm: ArmRole,
    stratum: tuple[str, ...],
    values: tuple[tuple[str, Any], ...],
) -> pd.DataFrame:
    store = _store(path, pooled)
    return store.ask(
        question,
        cohort=Cohort.from_json(cohort),
        arm=arm,
        stratum=stratum,
        **dict(values),
    )


@st.cache_data(show_spinner=False, max_entries=16)
def _profiles(path: str, pooled: bool) -> tuple[ColumnProfile, ...]:
    return profile_columns(_store(path, pooled))


@st.cache_data(show_spinner=False, max_entries=200)
def _record_levels(path: str, pooled: bool, dataset: str, column: str) -> pd.DataFrame:
    return record_levels(_store(path, pooled), dataset=dataset, column=column)


@st.cache_data(show_spinner=False, max_entries=500)
def _panel_counts(
    path: str,
    pooled: bool,
    cohort: str,
    panels: tuple[Panel, ...],
    owners: tuple[tuple[str, int], ...],
    events: bool,
) -> PanelCounts:
    store, asked, owned = _store(path, pooled), Cohort.from_json(cohort), dict(owners)
    counted = count_panels(store, asked, panels, owners=owned)
    if not events:
        return counted
    levels = [counted.levels, count_events(store, asked, owners=owned)]
    return replace(counted, levels=pd.concat(levels, ignore_index=True))


@st.cache_data(show_spinner=False, max_entries=100)
def _group_counts(
    path: str,
    pooled: bool,
    groups: tuple[str, ...],
    within: str,
    levels: tuple[str, ...],
    values: tuple[str, ...],
) -> GroupCounts:
    return count_groups(
        _store(path, pooled),
        [Cohort.from_json(group) for group in groups],
        within=Cohort.from_json(within),
        levels=levels,
        values=values,
    )


@st.cache_resource(show_spinner=False, max_entries=50, hash_funcs={ComparisonAnalysis: repr})
def _compared(path: str, pooled: bool, analysis: ComparisonAnalysis) -> ComparisonAnswer:
    counted = _group_counts(
        path,
        pooled,
        tuple(group.to_json() for group in analysis.groups),
        analysis.within.to_json(),
        analysis.columns("levels"),
        analysis.columns("numbers"),
    )
    return analysis.answer(counted)


@st.cache_resource(show_spinner=False, max_entries=300)
def _answered(
    path: str,
    pooled: bool,
    asked: str,  # noqa: ARG001  (what the answer is kept by)
    _analysis: Answerable[Found],
) -> Found:
    return _analysis.run(_store(path, pooled))


@st.cache_resource(show_spinner=False, max_entries=400)
def _computed(
    asked: str,  # noqa: ARG001  (what the answer is kept by)
    _compute: Callable[[], Found],
) -> Found:
    return _compute()


@st.cache_resource(show_spinner=False, max_entries=50)
def _job_result(
    key: str,  # noqa: ARG001  (what the result is kept by)
    _asked: AskedJob[Computed],
) -> Computed:
    return _asked.result()


@st.cache_resource(show_spinner=False, max_entries=16)
def _search_trials(search: str, _asked: AskedSearch[Tried]) -> SearchTrials[Tried]:
    return SearchTrials(workspace(), search, _asked)


# The study, its snapshot and its store ------------------------------------------


def begin_run() -> None:
    """Forget what the former run looked up: rights and snapshots are asked anew, once a run."""
    st.session_state[LOOKED_UP] = {}


def once_a_run(name: object, look_up: Callable[[], Found]) -> Found:
    """What is looked up, or begun, once in a run of the page."""
    looked_up: dict[object, Found] = st.session_state.setdefault(LOOKED_UP, {})
    if name not in looked_up:
        looked_up[name] = look_up()
    return looked_up[name]


def person() -> Reader:
    """Who asks, looked up anew in every run; the local owner while there are no accounts.

    Raises
    ------
    SignedOutError
        When accounts are in force and the session of this page has ended.
    """
    return once_a_run("person", _person)


def _person() -> Reader:
    return _READ_AS.get() or reader_of(workspace(), st.context.cookies)


@contextmanager
def read_as(reader: Reader) -> Iterator[None]:
    """Draw pages for a reader without a browser, in this thread: for the command line and jobs."""
    before = _READ_AS.set(reader)
    try:
        yield
    finally:
        _READ_AS.reset(before)


def is_signed_in() -> bool:
    """Whether there is somebody to show anything to."""
    try:
        return bool(person())
    except SignedOutError:
        return False


def may(right: str) -> bool:
    """Whether who asks has a right, one of `dashboard.access.rights.RIGHTS`.

    It decides what is drawn. What is done asks `acting`, as a browser may send clicks on what
    was never drawn.
    """
    return person().may(right)


def acting(right: str) -> str:
    """The name that an act is recorded under; a refusal when who asks must not do it.

    Asked anew each time: a click is done before the run that looks up who asks.
    """
    return _person().require(right)


def acting_by_arm(study_code: str) -> str:
    """As `acting`, for showing or pooling the arms of an ongoing study."""
    reader = _person()
    if not reader.may_unblind(study_code):
        raise NotAllowedError("your membership does not allow you to see the arms", got=study_code)
    return reader.name


def session_here() -> str | None:
    """What the session of this page is known by; None while there are no accounts."""
    found = session_behind(workspace(), st.context.cookies)
    return None if found is None else found.session.token_sha256


def studies() -> tuple[Study, ...]:
    """The studies of the reader's membership that have something to show, ongoing ones first.

    Each as this reader is to see it: one whose arms they must not see is blinded for them,
    whoever else has unblinded it.
    """
    return once_a_run("studies", _studies)


def _studies() -> tuple[Study, ...]:
    here, reader = workspace(), person()
    shown = [
        replace(s, blinded=reader.is_blinded(s))
        for s in here.studies()
        if reader.reads(s.code) and here.current_snapshot(s.code)
    ]
    return tuple(sorted(shown, key=lambda s: (s.status != "ongoing", s.code)))


def study() -> Study:
    """The study on screen, as the workspace knows it now."""
    known = studies()
    codes = [s.code for s in known]
    if not codes:
        raise DataError("the workspace holds a study; import one first")
    chosen = st.session_state.get("study")
    return known[codes.index(chosen)] if chosen in codes else known[0]


def snapshot() -> Snapshot:
    """The snapshot on screen: the one that a link names, else the study's current one."""
    named = st.session_state.get("snapshot")
    return once_a_run((study().code, named), lambda: _snapshot(named))


def _snapshot(named: str | None) -> Snapshot:
    here, shown = workspace(), study()
    if named:
        linked = here.snapshot(named)
        if linked.study == shown.code and linked.state in ("current", "superseded"):
            return linked
    current = here.current_snapshot(shown.code)
    if current is None:
        raise DataError("a study on screen has a snapshot", got=shown.code)
    return current


def store() -> Store:
    """The store of the snapshot on screen, pooled while the study is blinded."""
    path, pooled = _shown_file(), study().blinded
    return once_a_run(("store", path, pooled), lambda: _store(path, pooled))


def ask(
    question: str,
    *,
    cohort: Cohort | None = None,
    arm: ArmRole = "planned",
    stratum: tuple[str, ...] = (),
    **values: Any,
) -> pd.DataFrame:
    """The answer to a question about the cohort on screen, or about another one."""
    asked = cohort if cohort is not None else current_cohort()
    return _answer(
        _shown_file(),
        study().blinded,
        question,
        asked.to_json(),
        arm,
        stratum,
        tuple(sorted(values.items())),
    )


def _shown_file() -> str:
    """What answers are remembered by: the file on screen, and who is left out of it."""
    path, digest = snapshot_path(), without()
    if not digest:
        return str(path)
    # An erasure leaves the same out of other content.
    return f"{path}\n{study().code}\n{digest} {snapshot().content_sha256}"


def without() -> str:
    """What tells those who are left out of the study now from others; "" when nobody is."""
    code = study().code
    found = once_a_run(("left out", code), lambda: left_out(workspace(), code))
    return "" if found is None else found.digest


def snapshot_path() -> Path:
    """The file of the snapshot on screen."""
    shown = snapshot()
    return once_a_run(("path", shown.id), lambda: workspace().path(shown))


def facts() -> dict[str, str]:
    """What the snapshot says of itself: data cut, import time, importer version."""
    answer = ask("snapshot_facts", cohort=EVERYONE)
    return dict(zip(answer["item"], answer["value"], strict=True))


def arms(arm: ArmRole = "planned") -> tuple[str, ...]:
    """The arms of the study in their order, reference first; pooled: one for all subjects."""
    recorded = tuple(ask("subjects_by_arm", cohort=EVERYONE, arm=arm)["arm"])
    plan = study().plan
    planned = tuple(a for a in plan.arms if a in recorded) if plan else ()
    return (*planned, *(a for a in recorded if a not in planned))


def labels() -> dict[str, str]:
    """Labels of the variables: of subjects by name, of records by "dataset.name"."""
    return once_a_run(("labels", _shown_file(), study().blinded), _labels)


def _labels() -> dict[str, str]:
    described, base = ask("variables", cohort=EVERYONE), store().base
    rows = described[["dataset", "name", "label"]].itertuples(index=False)
    return {
        (name if dataset == base else f"{dataset}.{name}"): label or name
        for dataset, name, label in rows
    }


def profiles() -> dict[str, ColumnProfile]:
    """What the columns of the subjects hold, by name."""
    path, pooled = _shown_file(), study().blinded
    found = once_a_run(("profiles", path, pooled), lambda: _profiles(path, pooled))
    return {profile.name: profile for profile in found}


def record_levels_of(dataset: str, column: str) -> pd.DataFrame:
    """The distinct values of a column of records, most frequent first."""
    return _record_levels(_shown_file(), study().blinded, dataset, column)


def panel_counts(
    panels: Sequence[Panel],
    *,
    cohort: Cohort | None = None,
    owners: Mapping[str, int] | None = None,
    events: bool = False,
) -> PanelCounts:
    """Counts of the panels under the cohort on screen, or under another one."""
    asked = cohort if cohort is not None else current_cohort()
    return _panel_counts(
        _shown_file(),
        study().blinded,
        asked.to_json(),
        tuple(panels),
        tuple(sorted((owners or {}).items())),
        events,
    )


def compared(analysis: ComparisonAnalysis) -> ComparisonAnswer:
    """The answer to a comparison of groups; not to be changed."""
    return _compared(_shown_file(), study().blinded, analysis)


def answered(analysis: Answerable[Found]) -> Found:
    """The answer to an analysis of the snapshot on screen; not to be changed."""
    asked = f"{type(analysis).__module__} {analysis!r}"
    answer: Found = _answered(_shown_file(), study().blinded, asked, analysis)
    return answer


def made(analysis: Answerable[Found], *, name: str = "answer") -> Made[Found]:
    """The answer to an analysis, with the step that makes it in a script.

    Parameters
    ----------
    name : str
        Of the variable that holds it in scripts.
    """
    return answer_of(analysis, answered(analysis), name=name)


def asked(
    question: str,
    *,
    cohort: Cohort | None = None,
    arm: ArmRole = "planned",
    stratum: tuple[str, ...] = (),
    **values: Any,
) -> Made[pd.DataFrame]:
    """As `ask`, with the step that asks it in a script."""
    about = cohort if cohort is not None else current_cohort()
    answer = ask(question, cohort=about, arm=arm, stratum=stratum, **values)
    return answer_to(answer, question, cohort=about, arm=arm, stratum=stratum, **values)


def computed(asked: Result, compute: Callable[[], Found]) -> Found:
    """What is computed from a value alone, without data: once, whoever looks; not to be changed."""
    answer: Found = _computed(asked.to_json(), compute)
    return answer


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


# The cohort -----------------------------------------------------------------------


def current_cohort() -> Cohort:
    """The cohort on screen."""
    cohort: Cohort = st.session_state.get(COHORT, EVERYONE)
    return cohort


def set_cohort(cohort: Cohort) -> None:
    """Make a cohort the one on screen; `dashboard.cohorts` keeps the way back."""
    st.session_state[COHORT] = cohort


def fresh_body() -> DeltaGenerator:
    """Where a page draws; emptied first when it is about something else than before.

    Streamlit keeps what stood on a page until the script has drawn over it. Results of
    another study, or by arm, must not stand for a moment under a heading that says otherwise.
    """
    about = (study().code, snapshot().id, study().blinded)
    changed = st.session_state.get("body_about", about) != about
    st.session_state["body_about"] = about
    return st.empty().container() if changed else st.container()


# What a view remembers --------------------------------------------------------------


def remember(key: str, default: Any) -> str:
    """Name an input that belongs to the view, and give it its first value."""
    st.session_state.setdefault(key, default)
    st.session_state.setdefault(REMEMBERED, set()).add(key)
    return key


def show(key: str, value: Any) -> str:
    """Name an input that is to show a value, whatever it showed before.

    A value that it shows already is left alone. One that is set goes to the browser, and undoes
    there what the reader may have chosen since.
    """
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value
    return key


def choice(key: str, options: Sequence[Any], default: Any) -> str:
    """Like `remember`, for one of several options; a value that is none of them is forgotten."""
    if st.session_state.get(key, default) not in options:
        st.session_state[key] = default if default in options else next(iter(options), None)
    return remember(key, default)


def choices(key: str, options: Sequence[Any], default: Sequence[Any]) -> str:
    """Like `choice`, for any number of options."""
    chosen = st.session_state.get(key, list(default))
    kept = [option for option in chosen if option in options]
    if kept != list(chosen):
        st.session_state[key] = kept or [option for option in default if option in options]
    return remember(key, list(default))


def forget(prefix: str) -> None:
    """Drop every remembered input whose key starts with `prefix`."""
    for key in [k for k in st.session_state if str(k).startswith(prefix)]:
        del st.session_state[key]
    st.session_state.get(REMEMBERED, set()).difference_update(
        {k for k in st.session_state.get(REMEMBERED, set()) if k.startswith(prefix)}
    )
