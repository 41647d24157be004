"""Snapshots at rest: written anew under another key, and no name on the disk in plain text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from queries import encryption
from queries.encryption import SPILLED, fingerprint, key_of, rewrite
from queries.errors import DataError
from queries.importers import import_files
from queries.store import open_store
from tests.tiny_snapshot import write_tiny_snapshot

KEY, OTHER = "a key of thirty-two characters!!", "another key of 32 characters....."
PLANTED = "Hildegard Plantagenet"
SUBJECTS = 60_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_tiny_snapshot(tmp_path / "tiny.duckdb")


def test_a_snapshot_goes_from_key_to_key_and_says_the_same(path: Path, tmp_path: Path) -> None:
    first, second, plain = (tmp_path / f"{n}.duckdb" for n in ("first", "second", "plain"))
    rewrite(path, first, key=None, new_key=KEY)
    rewrite(first, second, key=KEY, new_key=OTHER)
    rewrite(second, plain, key=OTHER, new_key=None)
    assert [key_of(one, (OTHER, KEY)) for one in (path, first, second, plain)] == [
        None, KEY, OTHER, None,
    ]  # fmt: skip
    assert all(b"Withdrew" not in one.read_bytes() for one in (first, second))
    assert first.stat().st_mode & 0o777 == 0o600
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{path}' AS one (READ_ONLY)")
        connection.execute(f"ATTACH '{plain}' AS other (READ_ONLY)")
        assert fingerprint(connection, "one") == fingerprint(connection, "other")
        connection.execute("CREATE TABLE changed AS SELECT * FROM one.adsl ORDER BY AGE")
        connection.execute("CREATE TABLE adsl AS SELECT * FROM one.adsl")
        found = fingerprint(connection, "memory")
        whole = fingerprint(connection, "one")['"main"."adsl"']
        assert found['"main"."adsl"'] == whole
        assert found['"main"."changed"'] != whole, "the order of rows is part of it"


def test_a_file_that_changes_its_key_while_it_is_opened_is_opened(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = tmp_path / "old.duckdb", tmp_path / "new.duckdb"
    rewrite(path, old, key=None, new_key=KEY)
    rewrite(old, new, key=KEY, new_key=OTHER)
    attach = encryption._attached

    def attached(*arguments: Any) -> bool:
        done = attach(*arguments)
        if arguments[-1] == {"key": OTHER} and new.exists():
            new.replace(old)  # after the new key was tried, before the old one is
        return done

    monkeypatch.setattr(encryption, "_attached", attached)
    assert key_of(old, (OTHER, KEY)) == OTHER


def test_a_wrong_key_writes_nothing(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "target.duckdb"
    rewrite(path, tmp_path / "secret.duckdb", key=None, new_key=KEY)
    with pytest.raises(DataError, match="with its key"):
        rewrite(tmp_path / "secret.duckdb", target, key=OTHER, new_key=None)
    assert not target.exists()


def _import(folder: Path, key: str | None) -> Path:
    delivery = folder / "delivery"
    delivery.mkdir()
    lines = [f"P-1,S{i:06},{PLANTED} {i % 977},Control,{i % 90}" for i in range(SUBJECTS)]
    header = "STUDYID,USUBJID,PATNAME,TRT01P,AGE"
    (delivery / "adsl.csv").write_text("\n".join([header, *lines]))
    home = folder / "home"
    home.mkdir()
    import_files([delivery], home / "planted.duckdb", key=key)
    return home


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections that have to move to the disk what they work on."""
    connect = duckdb.connect
    config = {"memory_limit": "48MB", "threads": 1}
    monkeypatch.setattr(duckdb, "connect", lambda name: connect(name, config=config))


def _spilled(home: Path, key: str | None) -> Iterator[bytes]:
    """What lies on the disk while a store answers what does not fit into its memory."""
    with open_store(home / "planted.duckdb", key=key) as store:
        sql = (
            'SELECT a."PATNAME" || b.n AS name FROM snapshot.adsl AS a, range(40) AS b(n) '
            "ORDER BY hash(name)"
        )
        answer: Any = store._cursor().execute(sql)
        assert PLANTED in answer.fetchone()[0]
        [folder] = home.glob(f"{SPILLED}*")
        yield from (file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_with_a_key_a_planted_name_is_nowhere_on_the_disk(
    tmp_path: Path,
    little_memory: None,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.chdir(temporary)
    home = _import(tmp_path, KEY)
    spilled = list(_spilled(home, KEY))
    assert sum(map(len, spilled)) > 1_000_000
    names = (PLANTED.encode(), b"Plantagenet", b"Hildegard")
    found = [file for file in (*home.rglob("*"), *temporary.rglob("*")) if file.is_file()]
    assert found == [home / "planted.duckdb"], "what was moved to the disk is gone again"
    for data in (*spilled, *(file.read_bytes() for file in found)):
        assert not any(name in data for name in names)
    said = capfd.readouterr()
    assert PLANTED not in said.out + said.err + caplog.text


def test_without_a_key_it_would_be_found(tmp_path: Path, little_memory: None) -> None:
    home = _import(tmp_path, None)
    spilled = list(_spilled(home, None))
    # The snapshot itself holds it as well, but DuckDB may have compressed it there.
    assert any(PLANTED.encode() in data for data in spilled)
