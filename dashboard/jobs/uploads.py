"""Files from the browser, kept until their import ends; sealed where snapshots are encrypted."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Protocol

from dashboard.access.key import snapshot_key, snapshot_keys
from dashboard.jobs.imports import import_folder
from queries.errors import DataError
from queries.sealed_files import seal, unsealed

_SEALED = ".sealed"  # hidden, as no upload can be called


class Upload(Protocol):
    """A file from the browser."""

    name: str

    def read(self, size: int = -1, /) -> bytes: ...


def save_uploads(home: Path, uploads: Sequence[Upload]) -> str:
    """Put files from the browser where an import finds them; the id of the import to come.

    Where there is a key for snapshots, they are encrypted with it.

    Raises
    ------
    DataError
        When two have one name, or one has none.
    """
    named = [(_name(upload), upload) for upload in uploads]
    names = [name for name, _ in named]
    for place, name in enumerate(names):
        if not name or name.startswith(".") or "\x00" in name or name in names[:place]:
            rule = "files of an import have names, each a different one"
            raise DataError(rule, got=uploads[place].name)
    import_id, key = secrets.token_hex(16), snapshot_key()
    folder = import_folder(home, import_id) / "files"
    folder.mkdir(parents=True, mode=0o700)
    try:
        if key is not None:
            seal(folder / _SEALED, named, key)
        else:
            for name, upload in named:
                _write(folder / name, upload)
    except BaseException:
        shutil.rmtree(folder.parent, ignore_errors=True)
        raise
    return import_id


def _name(upload: Upload) -> str:
    return PurePath(upload.name.replace("\\", "/")).name


def _write(path: Path, upload: Upload) -> None:
    with path.open("wb") as target:
        while chunk := upload.read(2**20):
            target.write(chunk)


@contextmanager
def opened_uploads(folder: Path) -> Iterator[tuple[Path, ...]]:
    """The files of an import's folder, to be read while this lasts; sealed ones in memory."""
    files = folder / "files"
    if (files / _SEALED).exists():
        with unsealed(files / _SEALED, snapshot_keys()) as paths:
            yield paths
    else:
        yield tuple(sorted(files.iterdir())) if files.is_dir() else ()


def uploads_again(home: Path, import_id: str) -> str:
    """Hand the kept files of an import on to another one; its id.

    Raises
    ------
    DataError
        When they are gone, which they are soon after.
    """
    another = secrets.token_hex(16)
    folder = import_folder(home, another)
    folder.mkdir(parents=True, mode=0o700)
    try:
        (import_folder(home, import_id) / "files").rename(folder / "files")
    except OSError:
        folder.rmdir()
        raise DataError("the files are still here; choose them again") from None
    return another


def has_uploads(home: Path, import_id: str) -> bool:
    """Whether the files of an import are kept."""
    return (import_folder(home, import_id) / "files").is_dir()


def drop_uploads(home: Path, import_id: str) -> None:
    """Delete the kept files of an import."""
    shutil.rmtree(import_folder(home, import_id) / "files", ignore_errors=True)
