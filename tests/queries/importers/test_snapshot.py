"""The snapshot file: complete or absent, locked while written, encrypted on demand."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import pytest

from queries.importers import CheckReport, ImportRefused, import_files, sweep
from queries.importers.snapshot import written_snapshot
from tests.queries.importers.conftest import ADSL

Run = Callable[..., Any]


def test_provenance(study: Run, rows: Run) -> None:
    report = study({"define.xml": "<?xml?>"}, study="EQX-9")
    digest = sha256(ADSL.encode()).hexdigest()
    assert rows("FROM provenance.files") == [
        ("adsl.csv", digest, len(ADSL), "adsl", "", "CSV", "UTF-8", 3, 9)
    ]
    items = dict(rows("FROM provenance.snapshot"))
    assert (items["study"], items["data_cut"]) == ("EQX-9", "2024-04-30")
    assert items["imported_at"].endswith("+00:00")
    assert items["data_cut_source"] == "latest date in the data"
    assert items["importer_version"]
    assert report.sha256 == sha256(f"adsl {digest}\n".encode()).hexdigest()
    assert rows("SELECT position, name, type FROM provenance.variables LIMIT 2") == [
        (1, "STUDYID", "VARCHAR"),
        (2, "USUBJID", "VARCHAR"),
    ]
    assert CheckReport.from_json(report.to_json()) == report


def test_progress(study: Run) -> None:
    told: list[tuple[float, str]] = []
    study({"sites.csv": "A\n1\n"}, progress=lambda fraction, said: told.append((fraction, said)))
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)
    assert "Reading sites.csv." in [said for _, said in told]


def test_an_error_leaves_nothing(tmp_path: Path) -> None:
    def interrupted() -> None:
        with written_snapshot(tmp_path / "store.duckdb") as draft:
            draft.connection.execute("CREATE TABLE snapshot.main.adsl AS FROM range(1000)")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


_KILLED = """
import os, signal, sys
from pathlib import Path
from queries.importers import import_files
folder = Path(sys.argv[1])
def die(fraction, sentence):
    if fraction >= 0.85:
        os.kill(os.getpid(), signal.SIGKILL)
import_files([folder / "adsl.csv"], folder / "store.duckdb", progress=die)
"""


def test_a_killed_import_leaves_only_what_sweep_removes(tmp_path: Path) -> None:
    (tmp_path / "adsl.csv").write_text(ADSL)
    root = Path(__file__).resolve().parents[3]
    killed = subprocess.run([sys.executable, "-c", _KILLED, str(tmp_path)], cwd=root, check=False)
    assert killed.returncode == -signal.SIGKILL
    left = {path.name for path in tmp_path.iterdir()} - {"adsl.csv"}
    assert "store.duckdb.partial" in left
    assert all(name.startswith("store.duckdb.partial") for name in left)
    assert sweep(tmp_path) == ("store.duckdb.partial",)
    assert [path.name for path in tmp_path.iterdir()] == ["adsl.csv"]
    import_files([tmp_path / "adsl.csv"], tmp_path / "store.duckdb")


def test_sweep_spares_a_live_import(tmp_path: Path) -> None:
    (tmp_path / "dead.duckdb.partial").write_bytes(b"half")
    (tmp_path / "dead.duckdb.partial.wal").write_bytes(b"half")
    (tmp_path / "dead.duckdb.partial.tmp").mkdir()
    (tmp_path / "other.duckdb").write_bytes(b"whole")
    with written_snapshot(tmp_path / "store.duckdb") as draft:
        assert sweep(tmp_path) == ("dead.duckdb.partial",)
        draft.connection.execute("CREATE TABLE snapshot.main.adsl AS FROM range(3)")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.duckdb", "store.duckdb"]
    assert sweep(tmp_path) == ()


def test_one_import_at_a_time_for_one_file(tmp_path: Path) -> None:
    (tmp_path / "adsl.csv").write_text(ADSL)
    with (
        written_snapshot(tmp_path / "store.duckdb"),
        pytest.raises(ImportRefused, match="written by one import at a time"),
    ):
        import_files([tmp_path / "adsl.csv"], tmp_path / "store.duckdb")
    assert (tmp_path / "store.duckdb").is_file()


def test_two_imports_at_once(tmp_path: Path) -> None:
    (tmp_path / "adsl.csv").write_text(ADSL)
    threads = [
        threading.Thread(
            target=import_files, args=([tmp_path / "adsl.csv"], tmp_path / f"{n}.duckdb")
        )
        for n in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "0.duckdb",
        "1.duckdb",
        "2.duckdb",
        "adsl.csv",
    ]


def test_encryption(tmp_path: Path) -> None:
    pytest.importorskip("duckdb_extensions")
    from queries.encryption import attach

    source, path = tmp_path / "adsl.csv", tmp_path / "store.duckdb"
    source.write_text(ADSL + "T-1,04,0102,Active,Active,Planted-Name,F,,\n")
    import_files([source], tmp_path / "plain.duckdb")
    import_files([source], path, key="a long and secret key")
    assert b"Planted-Name" in (tmp_path / "plain.duckdb").read_bytes()
    assert b"Planted-Name" not in path.read_bytes()
    with duckdb.connect() as connection:
        attach(connection, path, "a long and secret key")
        names = connection.execute("SELECT AGE FROM snapshot.adsl WHERE USUBJID = '04'").fetchall()
    assert names == [("Planted-Name",)]
