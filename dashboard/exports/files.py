"""Files that are whole or not there at all."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from queries.errors import DataError


def write_whole(path: Path, data: bytes) -> Path:
    """Write a file under its name only when all of it is on the disk.

    A reader sees the old file or the new one, and a full disk or a killed process leaves
    the old one as it was.

    Raises
    ------
    DataError
        When it cannot be written; nothing of it is left behind.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> write_whole(Path(mkdtemp()) / "survival.csv", b"arm,events").read_bytes()
    b'arm,events'
    """
    temporary = path.with_name(f".{path.name[:40]}.{secrets.token_hex(6)}")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as fault:
        raise _unwritten(path, fault) from fault
    finally:
        with suppress(OSError):  # gone already, where all went well
            temporary.unlink()
    return path


def _unwritten(path: Path, fault: OSError) -> DataError:
    why = fault.strerror or type(fault).__name__
    return DataError(
        "the file can be written; nothing of it was left behind", got=why, file=str(path)
    )
