"""What columns hold, whatever else stands beside them."""

from __future__ import annotations

from pathlib import Path

import duckdb

from queries.profile import profile_columns
from queries.store import open_store
from tests.tiny_snapshot import write_tiny_snapshot


def test_subjects_without_any_date_have_profiles(tmp_path: Path) -> None:
    path = write_tiny_snapshot(tmp_path / "tiny.duckdb")
    with duckdb.connect(str(path)) as connection:
        for column in ("RANDDT", "DTHDT"):
            connection.execute(f'ALTER TABLE adsl DROP COLUMN "{column}"')
    with open_store(path) as store:
        profiles = {profile.name: profile for profile in profile_columns(store)}
    assert (profiles["SEX"].levels, profiles["SEX"].missing) == (2, 1)
    assert profiles["AGE"].kind == "levels"
