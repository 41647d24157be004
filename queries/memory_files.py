"""Files that never touch the disk, for libraries that open what they read by its name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO


@contextmanager
def memory_file(name: str) -> Iterator[tuple[BinaryIO, Path]]:
    """A file to write into, and the path it can be opened at while it lasts.

    Linux keeps it in memory alone, where nothing is left of it when the process is killed.
    Elsewhere it lies in a private temporary folder.

    Parameters
    ----------
    name : str
        What the path ends in: a file's name without a folder.

    Examples
    --------
    >>> with memory_file("adsl.csv") as (file, path):
    ...     _ = file.write(b"USUBJID\\n")
    ...     file.flush()
    ...     path.name, path.read_bytes()
    ('adsl.csv', b'USUBJID\\n')
    """
    with TemporaryDirectory(prefix="equipoise-") as folder:
        path = Path(folder) / name
        if not hasattr(os, "memfd_create"):
            with path.open("wb") as file:
                yield file, path
            return
        with open(os.memfd_create("equipoise"), "w+b") as file:
            path.symlink_to(f"/proc/{os.getpid()}/fd/{file.fileno()}")
            yield file, path
