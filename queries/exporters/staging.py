"""Files that are there as a whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from queries.errors import DataError


@contextmanager
def staged(folder: Path, *, replace: bool = False) -> Iterator[Path]:
    """A folder to write files in, which move into `folder` when the block ends without an error.

    After an error, a full disk among them, nothing is left: neither files nor a folder that was
    made for them.

    Parameters
    ----------
    replace : bool
        Whether files of the same names may be replaced.

    Raises
    ------
    DataError
        When `folder` cannot be made, or holds a file of the same name.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as home:
    ...     with staged(Path(home) / "out") as draft:
    ...         _ = (draft / "adsl.csv").write_text("whole")
    ...     [path.name for path in (Path(home) / "out").iterdir()]
    ['adsl.csv']
    """
    made = _made(folder)
    draft = None
    try:
        draft = Path(tempfile.mkdtemp(prefix=".export-", suffix=".partial", dir=folder))
        yield draft
        _move(draft, folder, replace=replace)
    except BaseException:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)
        for one in made:
            with suppress(OSError):  # somebody else's file is in it by now
                one.rmdir()
        raise
    shutil.rmtree(draft, ignore_errors=True)


def _made(folder: Path) -> list[Path]:
    """Make the folder; those that were not there before, innermost first."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise DataError("an export goes into a folder", got=str(folder)) from None
    return missing


def _move(draft: Path, folder: Path, *, replace: bool) -> None:
    files = sorted(draft.iterdir())
    if not replace:
        refuse_replacing(folder, [file.name for file in files])
    for file in files:
        os.replace(file, folder / file.name)


def refuse_replacing(folder: Path, names: Iterable[str]) -> None:
    """Raise a DataError when a file of one of these names is in the folder.

    Examples
    --------
    >>> refuse_replacing(Path("no-such-folder"), ["adsl.csv"])
    """
    there = [name for name in names if (folder / name).exists()]
    if there:
        raise DataError("an export replaces no file unless it is told to", got=", ".join(there))
