"""The tables of shares: links to frozen views, what readers say of them, who has opened them."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from queries.workspace.tables import Moment, metadata

# Of the link's token only the hash is here: who reads this database cannot open a share.
shares = Table(
    "share",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("study", String(64), ForeignKey("study.code"), nullable=False, index=True),
    Column("title", String(200), nullable=False),
    Column("recipient", String(200), nullable=False),
    Column("audience", String(32), nullable=False),
    Column("threshold", Integer, nullable=False),
    Column("downloads", Boolean, nullable=False),
    Column("token_sha256", String(64), nullable=False, unique=True),
    Column("passcode_hash", Text),
    # Passcodes that were tried since the last right one, and until when no more are taken.
    Column("tried", Integer, nullable=False),
    Column("waits_until", Moment),
    Column("made_at", Moment, nullable=False),
    Column("made_by", String(200), nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("revoked_by", String(200)),
    CheckConstraint("threshold >= 2", name="threshold"),
    CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked"),
)

# Rows of the tables below are added and read; no code changes what a share shows.
share_versions = Table(
    "share_version",
    metadata,
    Column("share", String(32), ForeignKey("share.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("page", String(64), nullable=False),
    Column("view", String(32)),
    Column("snapshot", String(32), ForeignKey("snapshot.id"), nullable=False),
    Column("pooled", Boolean, nullable=False),
    Column("cohort", Text, nullable=False),
    Column("data_cut", String(64), nullable=False),
    Column("note", Text, nullable=False),
    Column("content_sha256", String(64), nullable=False),
    # Keyed hashes of those it counts: what tells whether another share is nearly of the same.
    Column("subjects_json", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("made_by", String(200), nullable=False),
    CheckConstraint("number >= 1", name="number"),
)

share_cards = Table(
    "share_card",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("share", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("name", String(300), nullable=False),
    Column("card_json", Text, nullable=False),
    ForeignKeyConstraint(
        ["share", "version"], ["share_version.share", "share_version.number"], name="of_version"
    ),
    CheckConstraint("position >= 1", name="position"),
)

share_pictures = Table(
    "share_picture",
    metadata,
    Column("card", String(32), ForeignKey("share_card.id"), primary_key=True),
    Column("variant", String(16), primary_key=True),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("png", LargeBinary, nullable=False),
)

# A comment is about the card of a name, whichever version it was said on.
share_comments = Table(
    "share_comment",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("share", String(32), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("card", String(300), nullable=False),
    Column("answers", String(32), ForeignKey("share_comment.id")),
    Column("author", String(200), nullable=False),
    Column("from_team", Boolean, nullable=False),
    Column("text", Text, nullable=False),
    Column("said_at", Moment, nullable=False),
    ForeignKeyConstraint(
        ["share", "version"], ["share_version.share", "share_version.number"], name="on_version"
    ),
)

share_signatures = Table(
    "share_signature",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("share", String(32), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("name", String(200), nullable=False),
    Column("meaning", String(200), nullable=False),
    # What was signed, so that a signature cannot be moved to another version.
    Column("content_sha256", String(64), nullable=False),
    Column("signed_at", Moment, nullable=False),
    ForeignKeyConstraint(
        ["share", "version"], ["share_version.share", "share_version.number"], name="of_signed"
    ),
)

# A browser that opened the link: the hash of its cookie.
share_sessions = Table(
    "share_session",
    metadata,
    Column("secret_sha256", String(64), primary_key=True),
    Column("share", String(32), ForeignKey("share.id"), nullable=False, index=True),
    Column("begun_at", Moment, nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("name", String(200), nullable=False),
)

share_views = Table(
    "share_view",
    metadata,
    Column("session", String(64), ForeignKey("share_session.secret_sha256"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("share", String(32), ForeignKey("share.id"), nullable=False, index=True),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
)

ALL = (
    shares,
    share_versions,
    share_cards,
    share_pictures,
    share_comments,
    share_signatures,
    share_sessions,
    share_views,
)
