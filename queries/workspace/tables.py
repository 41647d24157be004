"""The tables of the workspace database, the same for SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

SCHEMA_VERSION = 6


class Moment(TypeDecorator[datetime]):
    """A moment in UTC with microseconds, which SQLite would otherwise hand back without zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment carries its time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002  # SQLAlchemy passes it
    ) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def now() -> datetime:
    """This moment, in UTC.

    Examples
    --------
    >>> now().utcoffset().total_seconds()
    0.0
    """
    return datetime.now(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

facts = Table(
    "workspace_fact",
    metadata,
    Column("item", String(64), primary_key=True),
    Column("value", String(200), nullable=False),
)

studies = Table(
    "study",
    metadata,
    Column("code", String(64), primary_key=True),
    Column("title", String(500), nullable=False),
    Column("status", String(16), nullable=False),
    Column("blinded", Boolean, nullable=False),
    Column("plan_json", Text),
    Column("created_at", Moment, nullable=False),
    CheckConstraint("status IN ('ongoing', 'complete')", name="status"),
)

snapshots = Table(
    "snapshot",
    metadata,
    # `number` orders; `id` is what the outside sees.
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("study", String(64), ForeignKey("study.code"), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("file", String(500), nullable=False, unique=True),
    Column("content_sha256", String(64), nullable=False),
    Column("report_json", Text, nullable=False),
    Column("added_at", Moment, nullable=False),
    Column("added_by", String(200), nullable=False),
    Column("decided_at", Moment),
    Column("decided_by", String(200)),
    CheckConstraint(
        "state IN ('candidate', 'current', 'superseded', 'rejected')",
        name="state",
    ),
    sqlite_autoincrement=True,
)

# The database itself refuses a second current snapshot of a study.
Index(
    "uq_snapshot_current",
    snapshots.c.study,
    unique=True,
    sqlite_where=text("state = 'current'"),
    postgresql_where=text("state = 'current'"),
)

views = Table(
    "view",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("study", String(64), ForeignKey("study.code"), nullable=False, index=True),
    Column("snapshot", String(32), ForeignKey("snapshot.id")),
    Column("page", String(64), nullable=False),
    Column("state_json", Text, nullable=False),
    Column("saved_at", Moment, nullable=False),
    Column("saved_by", String(200), nullable=False),
)

cohorts = Table(
    "cohort",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("study", String(64), ForeignKey("study.code"), nullable=False, index=True),
    # The name of its newest version as names are compared: in lower case, with single blanks.
    Column("name_key", String(600), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("retired_at", Moment),
    Column("retired_by", String(200)),
    CheckConstraint("(retired_at IS NULL) = (retired_by IS NULL)", name="retired"),
)

# The database itself refuses a second living cohort of the same name in a study.
Index(
    "uq_cohort_living_name",
    cohorts.c.study,
    cohorts.c.name_key,
    unique=True,
    sqlite_where=text("retired_at IS NULL"),
    postgresql_where=text("retired_at IS NULL"),
)

# Rows are added and read; no code changes or deletes one.
cohort_versions = Table(
    "cohort_version",
    metadata,
    Column("cohort", String(32), ForeignKey("cohort.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", String(200), nullable=False),
    Column("comment", Text, nullable=False),
    Column("cohort_json", Text, nullable=False),
    Column("snapshot", String(32), ForeignKey("snapshot.id"), nullable=False),
    Column("subjects", Integer, nullable=False),
    Column("operation", String(16)),
    Column("sources_json", Text, nullable=False),
    Column("saved_at", Moment, nullable=False),
    Column("saved_by", String(200), nullable=False),
    CheckConstraint("number >= 1", name="number"),
    CheckConstraint("subjects >= 0", name="subjects"),
    CheckConstraint("operation IN ('union', 'intersection', 'difference')", name="operation"),
)

# One row for each request, whatever becomes of it: asked again, it is the same job.
jobs = Table(
    "job",
    metadata,
    # `number` orders; `id` is what the outside sees.
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    # A hash of study, snapshot, kind, pooled, the request and the program that is to answer.
    Column("request_key", String(64), nullable=False, unique=True),
    Column("study", String(64), ForeignKey("study.code"), nullable=False, index=True),
    Column("snapshot", String(32), ForeignKey("snapshot.id")),
    Column("kind", String(64), nullable=False),
    Column("program", String(64), nullable=False),
    Column("title", String(200), nullable=False),
    Column("pooled", Boolean, nullable=False),
    Column("request_json", Text, nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("share", Float, nullable=False),
    Column("message", Text, nullable=False),
    Column("error", Text),
    Column("attempts", Integer, nullable=False),
    Column("owner", String(200)),
    Column("lease_until", Moment),
    Column("cancel_asked", Boolean, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("ended_at", Moment),
    Column("person", String(200), nullable=False),
    CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="state"),
    CheckConstraint("share >= 0 AND share <= 1", name="share"),
    CheckConstraint("(state = 'running') = (owner IS NOT NULL)", name="owner"),
    CheckConstraint("(owner IS NULL) = (lease_until IS NULL)", name="lease"),
    sqlite_autoincrement=True,
)

# Apart from the jobs, so that a list of them does not read megabytes.
job_results = Table(
    "job_result",
    metadata,
    Column("job", String(32), ForeignKey("job.id"), primary_key=True),
    Column("result_json", Text, nullable=False),
)

# The id is a hash of all that the trials depend on; several jobs, one for each part, may write.
searches = Table(
    "search",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("study", String(64), ForeignKey("study.code"), nullable=False, index=True),
    Column("title", String(200), nullable=False),
    Column("pooled", Boolean, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("used_at", Moment, nullable=False, index=True),
    CheckConstraint("lines >= 0", name="lines"),
)

# Numbered from 0 without a gap. No code changes a row; a search is deleted as a whole.
search_logs = Table(
    "search_log",
    metadata,
    Column("search", String(64), ForeignKey("search.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("line", Text, nullable=False),
)

designs = Table(
    "design",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("study", String(64), ForeignKey("study.code"), nullable=False, index=True),
    # As of cohorts: the name of its newest version, as names are compared.
    Column("name_key", String(600), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("retired_at", Moment),
    Column("retired_by", String(200)),
    CheckConstraint("(retired_at IS NULL) = (retired_by IS NULL)", name="retired"),
)

Index(
    "uq_design_living_name",
    designs.c.study,
    designs.c.name_key,
    unique=True,
    sqlite_where=text("retired_at IS NULL"),
    postgresql_where=text("retired_at IS NULL"),
)

# Rows are added and read; no code changes or deletes one.
design_versions = Table(
    "design_version",
    metadata,
    Column("design", String(32), ForeignKey("design.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", String(200), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("design_json", Text, nullable=False),
    Column("unblinded", Boolean, nullable=False),
    # What its assumptions rest on; a cohort that is not saved leaves its snapshot only.
    Column("cohort", String(32)),
    Column("cohort_version", Integer),
    Column("snapshot", String(32), ForeignKey("snapshot.id")),
    Column("saved_at", Moment, nullable=False),
    Column("saved_by", String(200), nullable=False),
    ForeignKeyConstraint(
        ["cohort", "cohort_version"], ["cohort_version.cohort", "cohort_version.number"]
    ),
    CheckConstraint("number >= 1", name="number"),
    CheckConstraint("(cohort IS NULL) = (cohort_version IS NULL)", name="cohort"),
    CheckConstraint("cohort IS NULL OR snapshot IS NOT NULL", name="snapshot"),
)

reports = Table(
    "report",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("study", String(64), ForeignKey("study.code"), nullable=False, index=True),
    Column("title", String(200), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("made_by", String(200), nullable=False),
)

report_cards = Table(
    "report_card",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("report", String(32), ForeignKey("report.id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("name", String(300), nullable=False),
    Column("section", String(200), nullable=False),
    Column("comment", Text, nullable=False),
    Column("card_json", Text, nullable=False),
    Column("snapshot", String(32), ForeignKey("snapshot.id"), nullable=False),
    Column("pooled", Boolean, nullable=False),
    Column("added_at", Moment, nullable=False),
    Column("added_by", String(200), nullable=False),
    CheckConstraint("position >= 1", name="position"),
)

# A row for each decision about a subject; the latest one counts.
subject_marks = Table(
    "subject_mark",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("study", String(64), ForeignKey("study.code"), nullable=False, index=True),
    Column("subject_hash", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("person", String(200), nullable=False),
    CheckConstraint("state IN ('restricted', 'released', 'erased')", name="state"),
    sqlite_autoincrement=True,
)

people = Table(
    "person",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(64), nullable=False),
    # As names are compared. Never freed: a name in the record of acts means one person.
    Column("name_key", String(200), nullable=False, unique=True),
    Column("email_key", String(320), unique=True),
    Column("roles", String(100), nullable=False),
    Column("password_hash", String(300)),
    Column("made_at", Moment, nullable=False),
    Column("made_by", String(200), nullable=False),
    Column("retired_at", Moment),
    Column("retired_by", String(200)),
    CheckConstraint("(retired_at IS NULL) = (retired_by IS NULL)", name="retired"),
)

memberships = Table(
    "membership",
    metadata,
    Column("person", String(32), ForeignKey("person.id"), primary_key=True),
    Column("study", String(64), ForeignKey("study.code"), primary_key=True),
    Column("sees_arms", Boolean, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("made_by", String(200), nullable=False),
)

# The token itself is in the person's browser only.
sessions = Table(
    "session",
    metadata,
    Column("token_sha256", String(64), primary_key=True),
    Column("person", String(32), ForeignKey("person.id"), nullable=False, index=True),
    Column("how", String(32), nullable=False),
    Column("address", String(64), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("used_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("ended_by", String(200)),
    CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended"),
)

# The name that was typed is kept as its hash: people type passwords into the wrong field.
sign_in_attempts = Table(
    "sign_in_attempt",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False, index=True),
    Column("name_sha256", String(64), nullable=False, index=True),
    Column("address", String(64), nullable=False, index=True),
    Column("succeeded", Boolean, nullable=False),
    sqlite_autoincrement=True,
)

# Written by `activity.append` and by nothing else; no code changes or deletes a row.
# `number` never falls and is never used again, so it can carry a chain of hashes.
activity = Table(
    "activity",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("person", String(200), nullable=False),
    Column("act", String(64), nullable=False),
    Column("study", String(64), index=True),
    Column("detail_json", Text, nullable=False),
    sqlite_autoincrement=True,
)

# The hash that binds an act to all acts before it. Apart from the acts, so that the acts of an
# older workspace are chained without being written anew.
activity_links = Table(
    "activity_link",
    metadata,
    Column("number", Integer, ForeignKey("activity.number"), primary_key=True, autoincrement=False),
    Column("hash", String(64), nullable=False),
)
