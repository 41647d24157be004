"""The workspace: one door to studies, snapshots, cohorts, designs, searches, jobs and acts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from queries.errors import DataError
from queries.workspace import activity, cohorts, opening, snapshots, staleness, studies, views
from queries.workspace.activity import Activity
from queries.workspace.audit_room import AuditRoom
from queries.workspace.cohorts import CohortSource, SavedCohort
from queries.workspace.design_room import DesignRoom
from queries.workspace.job_room import JobRoom
from queries.workspace.people_room import PeopleRoom
from queries.workspace.plans import Plan
from queries.workspace.report_room import ReportRoom
from queries.workspace.search_room import SearchRoom
from queries.workspace.share_room import ShareRoom
from queries.workspace.snapshots import Snapshot
from queries.workspace.studies import Study
from queries.workspace.subject_room import SubjectRoom
from queries.workspace.views import View


def open_workspace(url_or_home: str | Path, *, home: str | Path | None = None) -> Workspace:
    """Open a workspace, and make it when it is not there yet.

    Parameters
    ----------
    url_or_home : str or Path
        A home folder, which then holds `workspace.db` and `snapshots/`; or an SQLAlchemy URL.
    home : str or Path, optional
        With a URL: the folder that holds `snapshots/`. An SQLite file lends its own folder.

    Raises
    ------
    DataError
        When the folder cannot be written, the database cannot be opened, or a newer
        Equipoise wrote it.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder, open_workspace(folder) as workspace:
    ...     study = workspace.register_study(code="EQX-301", person="local owner")
    ...     study.blinded, [act.act for act in workspace.activity()]
    (True, ['register'])
    """
    if "://" not in str(url_or_home):
        folder = opening.prepare_home(Path(url_or_home))
        database = make_url("sqlite://").set(database=str(folder / opening.DATABASE))
        return Workspace(opening.connect(database), folder)
    try:
        url = make_url(str(url_or_home))
    except (ArgumentError, ValueError):
        # Not shown: a URL may carry a password.
        raise DataError("the address of a workspace is a folder or an SQLAlchemy URL") from None
    file = url.get_backend_name() == "sqlite" and url.database not in {None, "", ":memory:"}
    if home is None and file:
        home = Path(str(url.database)).parent
    folder_given = None if home is None else opening.prepare_home(Path(home))
    return Workspace(opening.connect(url), folder_given)


class Workspace:
    """Studies, snapshots, cohorts, views and acts; made by `open_workspace`.

    Every method is one transaction, and every act is recorded in the transaction that does
    it. May be shared by threads; a process opens its own.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder, open_workspace(folder) as workspace:
    ...     workspace.studies()
    ()
    """

    def __init__(self, engine: Engine, home: Path | None) -> None:
        self._engine = engine
        self._home = home
        self._jobs = JobRoom(self._reading, self._writing)
        self._designs = DesignRoom(self._reading, self._writing)
        self._searches = SearchRoom(self._reading, self._writing)
        self._reports = ReportRoom(self._reading, self._writing)
        self._audit = AuditRoom(self._reading, self._writing)
        self._subjects = SubjectRoom(self._reading, self._writing)
        self._shares = ShareRoom(self._reading, self._writing)
        self._people = PeopleRoom(self._reading, self._writing)

    @property
    def jobs(self) -> JobRoom:
        """Long work: asked for, watched, done by workers."""
        return self._jobs

    @property
    def designs(self) -> DesignRoom:
        """Saved designs: named, in versions, seen by who may see what they were computed from."""
        return self._designs

    @property
    def searches(self) -> SearchRoom:
        """Searches: what each has tried, in a journal that several workers write."""
        return self._searches

    @property
    def reports(self) -> ReportRoom:
        """Reports: cards taken from pages, in an order, with comments."""
        return self._reports

    @property
    def audit(self) -> AuditRoom:
        """The audit trail: the acts, chained, verified, anchored."""
        return self._audit

    @property
    def subjects(self) -> SubjectRoom:
        """Single subjects: restricted, released, erased."""
        return self._subjects

    @property
    def shares(self) -> ShareRoom:
        """Shares: links to frozen views, what their readers say, who has opened them."""
        return self._shares

    @property
    def people(self) -> PeopleRoom:
        """People: accounts, roles, memberships, sessions."""
        return self._people

    @property
    def home(self) -> Path:
        """The folder that holds `snapshots/`."""
        if self._home is None:
            raise DataError("a workspace with snapshots is opened with its home folder")
        return self._home

    def close(self) -> None:
        """Close the connections to the database."""
        self._engine.dispose()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def studies(self) -> tuple[Study, ...]:
        """All studies, by code."""
        with self._reading() as connection:
            return studies.every(connection)

    def study(self, code: str) -> Study:
        """The study with this code; a DataError when there is none."""
        with self._reading() as connection:
            return studies.one(connection, code)

    def register_study(
        self,
        *,
        code: str,
        title: str | None = None,
        status: str | None = None,
        plan: Plan | None = None,
        person: str,
    ) -> Study:
        """Register a study, or bring its title, status and plan up to date.

        What is not given is taken from the plan, else stays as it was; a new study is then
        titled by its code, and ongoing. An ongoing study starts blinded. Only `unblind`
        unblinds, also when the study is complete in the meantime; a complete study that turns
        out to be ongoing is blinded.
        """
        with self._writing() as connection:
            return studies.register(
                connection, code=code, title=title, status=status, plan=plan, person=person
            )

    def blind(self, study: str, person: str, reason: str) -> Study:
        """Show the arms of a study pooled from now on."""
        with self._writing() as connection:
            return studies.set_blinding(
                connection, study, blinded=True, person=person, reason=reason
            )

    def unblind(self, study: str, person: str, reason: str) -> Study:
        """Show the arms of a study from now on. The reason is recorded."""
        with self._writing() as connection:
            return studies.set_blinding(
                connection, study, blinded=False, person=person, reason=reason
            )

    def add_candidate(
        self, *, study: str, file: str | Path, content_sha256: str, report_json: str, person: str
    ) -> Snapshot:
        """Add an imported snapshot file as a candidate; `file` lies in the snapshots folder."""
        with self._writing() as connection:
            return snapshots.add(
                connection,
                study=study,
                file=snapshots.relative_file(self._home, file),
                content_sha256=content_sha256,
                report_json=report_json,
                person=person,
            )

    def accept(self, snapshot_id: str, person: str) -> Snapshot:
        """Make a candidate the current snapshot of its study; the former one is superseded."""
        with self._writing() as connection:
            found = snapshots.one(connection, snapshot_id)
            if self._home is not None and not self.path(found).is_file():
                raise DataError("a snapshot that is accepted has its file", got=found.file)
            return snapshots.accept(connection, snapshot_id, person)

    def reject(self, snapshot_id: str, person: str) -> Snapshot:
        """Turn a candidate down. Deleting its file is left to the caller."""
        with self._writing() as connection:
            return snapshots.reject(connection, snapshot_id, person)

    def snapshot(self, snapshot_id: str) -> Snapshot:
        """The snapshot with this id; a DataError when there is none."""
        with self._reading() as connection:
            return snapshots.one(connection, snapshot_id)

    def snapshots(self, study: str) -> tuple[Snapshot, ...]:
        """Every snapshot of a study, newest first."""
        with self._reading() as connection:
            return snapshots.of_study(connection, study)

    def current_snapshot(self, study: str) -> Snapshot | None:
        """The current snapshot of a study; None before one was accepted."""
        with self._reading() as connection:
            return snapshots.current(connection, study)

    def path(self, snapshot: Snapshot) -> Path:
        """Where the file of a snapshot is; never outside the snapshots folder."""
        return snapshots.absolute_file(self.home, snapshot.file)

    def save_cohort(
        self,
        *,
        study: str,
        name: str,
        cohort_json: str,
        snapshot: str,
        subjects: int,
        person: str,
        comment: str = "",
        operation: str | None = None,
        sources: Sequence[CohortSource] = (),
    ) -> SavedCohort:
        """Save a cohort, as version 1, under a name that no other cohort in use has.

        Names are compared without regard to case, and with single blanks. `subjects` is its
        size on `snapshot`. What is built from other saved cohorts says so: `operation` is
        "union", "intersection" or "difference", and `sources` are the versions it was applied
        to, in order.
        """
        with self._writing() as connection:
            return cohorts.add(
                connection,
                study=study,
                name=name,
                cohort_json=cohort_json,
                snapshot=snapshot,
                subjects=subjects,
                person=person,
                comment=comment,
                operation=operation,
                sources=sources,
            )

    def save_cohort_version(
        self,
        cohort_id: str,
        *,
        based_on: int,
        cohort_json: str,
        snapshot: str,
        subjects: int,
        person: str,
        name: str | None = None,
        comment: str = "",
        operation: str | None = None,
        sources: Sequence[CohortSource] = (),
    ) -> SavedCohort:
        """Save a new version of a cohort; without a name, under the one it has.

        `based_on` is the version it started from. When that is no longer the newest one,
        nothing is saved, and the refusal says which version is and who saved it.
        """
        with self._writing() as connection:
            return cohorts.add_version(
                connection,
                cohort_id,
                based_on=based_on,
                cohort_json=cohort_json,
                snapshot=snapshot,
                subjects=subjects,
                person=person,
                name=name,
                comment=comment,
                operation=operation,
                sources=sources,
            )

    def cohort(
        self, cohort_id: str, version: int | None = None, *, study: str | None = None
    ) -> SavedCohort:
        """A version of a saved cohort, by default the newest; also when it is retired.

        With `study`, a cohort of another study is refused.
        """
        with self._reading() as connection:
            return cohorts.one(connection, cohort_id, version, study=study)

    def cohorts(self, study: str) -> tuple[SavedCohort, ...]:
        """The newest version of every cohort of a study that is in use, by name."""
        with self._reading() as connection:
            return cohorts.of_study(connection, study)

    def cohort_history(self, cohort_id: str) -> tuple[SavedCohort, ...]:
        """Every version of a saved cohort, newest first."""
        with self._reading() as connection:
            return cohorts.history(connection, cohort_id)

    def retire_cohort(self, cohort_id: str, person: str) -> SavedCohort:
        """Take a cohort off the list for good; its versions can still be read."""
        with self._writing() as connection:
            return cohorts.retire(connection, cohort_id, person)

    def stale_reasons(
        self, cohort_id: str, version: int, *, computed_on: str | None = None
    ) -> tuple[str, ...]:
        """Why something computed from this version is stale; empty when it is fresh.

        `computed_on` is the snapshot it was computed on, by default the one the version was
        saved on.
        """
        with self._reading() as connection:
            return staleness.reasons_now(connection, cohort_id, version, computed_on=computed_on)

    def save_view(
        self,
        *,
        study: str,
        snapshot: str | None,
        page: str,
        state: Mapping[str, object],
        person: str,
    ) -> str:
        """Save what a page shows; the id that comes back is what a link carries."""
        with self._writing() as connection:
            return views.save(
                connection, study=study, snapshot=snapshot, page=page, state=state, person=person
            )

    def view(self, view_id: str) -> View:
        """The view behind a link; a DataError when there is none."""
        with self._reading() as connection:
            return views.one(connection, view_id)

    def record(
        self,
        *,
        act: str,
        person: str,
        study: str | None = None,
        detail: Mapping[str, object] | None = None,
    ) -> None:
        """Record an act that changes nothing in the workspace, such as a download."""
        with self._writing() as connection:
            activity.append(connection, act=act, person=person, study=study, detail=detail)

    def activity(self, study: str | None = None, limit: int = 100) -> tuple[Activity, ...]:
        """The latest acts, newest first; of one study, or of all."""
        with self._reading() as connection:
            return activity.latest(connection, study, limit)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with _database_said(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with _database_said(), opening.writing(self._engine).begin() as connection:
            yield connection


@contextmanager
def _database_said() -> Iterator[None]:
    """Turn what a user can do something about into a sentence; the rest stays loud."""
    try:
        yield
    except OperationalError as error:
        raise DataError("the workspace database answers", got=str(error.orig)) from error
