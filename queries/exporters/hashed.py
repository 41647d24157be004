"""A stream that counts and hashes what goes through it, so that no file is read again."""

from __future__ import annotations

import hashlib
import io
from typing import BinaryIO


class Hashed(io.BufferedIOBase, BinaryIO):
    """A stream to write to.

    Examples
    --------
    >>> hashed = Hashed(io.BytesIO())
    >>> hashed.write(b"abc"), hashed.size, hashed.sha256[:8]
    (3, 3, 'ba7816bf')
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._hash, self.size = stream, hashlib.sha256(), 0

    @property
    def sha256(self) -> str:
        """The hash of all that was written."""
        return self._hash.hexdigest()

    def writable(self) -> bool:
        """It is there to be written to."""
        return True

    def write(self, data: object) -> int:
        """Hand the bytes on."""
        raw = bytes(data)  # type: ignore[call-overload]
        self._hash.update(raw)
        self.size += len(raw)
        self._stream.write(raw)
        return len(raw)

    def tell(self) -> int:
        """How many bytes were written."""
        return self.size

    def flush(self) -> None:
        """Hand on what waits."""
        self._stream.flush()
