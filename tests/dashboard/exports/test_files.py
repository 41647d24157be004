"""A file is whole or it is not there, also when the disk is full."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from dashboard.exports.files import write_whole
from queries.errors import DataError


def test_a_file_is_written_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    for data in (b"first", b"second"):
        assert write_whole(path, data).read_bytes() == data
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]


def test_a_full_disk_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_whole(tmp_path / "report.html", b"old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataError, match="nothing of it was left behind, but got 'No space left"):
        write_whole(path, b"new")
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"old"]


@pytest.mark.skipif(not os.access("/dev/full", os.W_OK), reason="the system has no full device")
def test_a_write_that_really_fails_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Path.open
    monkeypatch.setattr(Path, "open", lambda self, mode: opened(Path("/dev/full"), "wb"))
    with pytest.raises(DataError, match="No space left on device"):
        write_whole(tmp_path / "table.csv", b"x" * 100_000)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"table\.csv: the file can be written"):
        write_whole(tmp_path / "none" / "table.csv", b"")
