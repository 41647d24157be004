"""The tables of the workspace database, the same for SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
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

SCHEMA_VERSION = 1


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
