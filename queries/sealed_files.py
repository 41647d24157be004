"""Files kept for a while in one encrypted file, as DuckDB encrypts snapshots."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

import duckdb

from queries.encryption import create_file, load_openssl, open_file, spill_beside
from queries.memory_files import memory_file

_PART = 4 * 2**20


class Readable(Protocol):
    """What bytes come out of, from where it stands."""

    def read(self, size: int = -1, /) -> bytes: ...


def seal(target: Path, files: Iterable[tuple[str, Readable]], key: str) -> None:
    """Write files, each with its name, into one encrypted file.

    Parameters
    ----------
    target : Path
        Is not there yet.
    files : iterable of name and readable
    key : str

    Examples
    --------
    >>> from io import BytesIO
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     sealed = Path(folder) / "sealed.duckdb"
    ...     seal(sealed, [("adsl.csv", BytesIO(b"Hildegard"))], "correct horse battery")
    ...     with unsealed(sealed, ["correct horse battery"]) as paths:
    ...         [(path.name, path.read_bytes()) for path in paths]
    ...     b"Hildegard" in sealed.read_bytes()
    [('adsl.csv', b'Hildegard')]
    False
    """
    with duckdb.connect(":memory:") as connection:
        load_openssl(connection)
        spill_beside(connection, target)
        connection.execute("SET temp_file_encryption = true")
        create_file(connection, target, "sealed", key)
        connection.execute("CREATE TABLE sealed.part (place INTEGER, name VARCHAR, bytes BLOB)")
        for place, (name, file) in enumerate(files):
            empty = True
            while (part := file.read(_PART)) or empty:
                connection.execute(
                    "INSERT INTO sealed.part VALUES ($place, $name, $bytes)",
                    {"place": place, "name": name, "bytes": part},
                )
                empty = False
        connection.execute("DETACH sealed")


@contextmanager
def unsealed(path: Path, keys: Sequence[str]) -> Iterator[tuple[Path, ...]]:
    """The files that were sealed, in memory while this lasts, each at a path with its name.

    Raises
    ------
    DataError
        When no key opens it.
    """
    with ExitStack() as stack, duckdb.connect(":memory:") as connection:
        open_file(connection, path, keys, name="sealed")
        parts = connection.execute("SELECT place, name, bytes FROM sealed.part ORDER BY rowid")
        held: dict[int, tuple[BinaryIO, Path]] = {}
        while (row := parts.fetchone()) is not None:
            place, name, part = row
            if place not in held:
                held[place] = stack.enter_context(memory_file(name))
            held[place][0].write(part)
        for file, _ in held.values():
            file.flush()
        yield tuple(path for _, path in held.values())
