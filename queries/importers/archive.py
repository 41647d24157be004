"""The files of an import: single files, folders, zips, and what is packed inside them.

A zip is read where it lies and never unpacked to the disk, so a hostile one can
name any path it likes; it is refused all the same. Limits bound what a small
archive may grow to.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from queries.errors import DataError

_PACKED = {".gz", ".xz"}
_IGNORED = {"__MACOSX", "Thumbs.db", "desktop.ini"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How far archives may unpack: entries, bytes in all, and unpacked to packed bytes.

    The ratio is looked at only for what unpacks to more than `small` bytes.
    """

    entries: int = 10_000
    unpacked_bytes: int = 20 * 2**30
    ratio: int = 200
    small: int = 4 * 2**20


LIMITS = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file of an import, on the disk or inside a zip."""

    name: str
    path: Path
    member: str | None = None
    limits: Limits = LIMITS

    @property
    def _suffixes(self) -> list[str]:
        return [suffix.lower() for suffix in PurePosixPath(self.name).suffixes]

    @property
    def packing(self) -> str:
        """`.gz` or `.xz` when the file is packed by itself, else nothing."""
        last = self._suffixes[-1] if self._suffixes else ""
        return last if last in _PACKED else ""

    @property
    def extension(self) -> str:
        """The extension under any packing, in lower case."""
        kept = [suffix for suffix in self._suffixes if suffix not in _PACKED]
        return kept[-1] if kept else ""

    @property
    def stem(self) -> str:
        """The file's name without folder and extensions."""
        name = PurePosixPath(self.name).name
        return name[: len(name) - len(self.packing)].rsplit(".", 1)[0]

    @property
    def bytes(self) -> int:
        """Size as delivered, in bytes."""
        if self.member is None:
            return self.path.stat().st_size
        with zipfile.ZipFile(self.path) as archive:
            return archive.getinfo(self.member).file_size

    def open_packed(self) -> BinaryIO:
        """The bytes as delivered."""
        if self.member is None:
            return self.path.open("rb")
        return _open_member(self.path, self.member)

    def open(self) -> BinaryIO:
        """The bytes of the data: unpacked, from the start."""
        packed = self.open_packed()
        stream = packed
        if self.packing == ".xz":
            stream = cast(BinaryIO, lzma.LZMAFile(packed))  # noqa: SIM115 - closed with _Bounded
        elif self.packing == ".gz" or self.extension == ".dsjc":
            stream = _inflated(packed)
        elif self.member is None:
            return packed
        return cast(BinaryIO, io.BufferedReader(_Bounded(self, packed, stream), 2**20))

    def sha256(self) -> str:
        """The SHA-256 of the bytes as delivered, in hexadecimal."""
        digest = hashlib.sha256()
        with self.open_packed() as stream:
            while block := stream.read(2**20):
                digest.update(block)
        return digest.hexdigest()


def find_files(paths: Sequence[Path], limits: Limits = LIMITS) -> tuple[SourceFile, ...]:
    """All files under the paths, in a stable order; dot files and `__MACOSX` left out.

    Raises
    ------
    DataError
        For a path that does not exist and for an archive that is damaged, encrypted,
        nested, too large, or names a file outside itself.

    Examples
    --------
    >>> find_files([Path("no-such-folder")])
    Traceback (most recent call last):
        ...
    queries.errors.DataError: no-such-folder: a file or folder to import exists.
    """
    return tuple(file for path in paths for file in _files_under(path, limits))


def _files_under(path: Path, limits: Limits) -> Iterator[SourceFile]:
    if path.is_dir():
        for inner in sorted(path.rglob("*")):
            relative = inner.relative_to(path)
            if inner.is_file() and not _is_ignored(relative.parts):
                yield from _opened(inner, relative.as_posix(), limits)
    elif path.is_file():
        yield from _opened(path, path.name, limits)
    else:
        raise DataError("a file or folder to import exists", file=path.name)


def _is_ignored(parts: Sequence[str]) -> bool:
    return any(part in _IGNORED or part.startswith(".") for part in parts)


def _opened(path: Path, name: str, limits: Limits) -> Iterator[SourceFile]:
    if path.suffix.lower() != ".zip":
        yield SourceFile(name=name, path=path, limits=limits)
        return
    if path.stat().st_size == 0:
        raise DataError("a file is not empty", file=name)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError) as error:
        raise DataError("a zip is complete and readable", file=name) from error
    _check_size(entries, name, limits)
    for entry in entries:
        yield from _member(entry, path, name, limits)


def _check_size(entries: list[zipfile.ZipInfo], name: str, limits: Limits) -> None:
    if len(entries) > limits.entries:
        raise DataError(f"a zip has at most {limits.entries} entries", got=len(entries), file=name)
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.unpacked_bytes:
        raise DataError(
            f"a zip unpacks to at most {limits.unpacked_bytes} bytes", got=unpacked, file=name
        )
    for entry in entries:
        if entry.file_size > max(limits.small, limits.ratio * entry.compress_size):
            raise DataError(
                f"a file in a zip unpacks to at most {limits.ratio} times its packed size",
                got=f"{entry.compress_size} bytes unpacking to {entry.file_size}",
                file=f"{name}/{entry.filename}",
            )


def _member(entry: zipfile.ZipInfo, path: Path, name: str, limits: Limits) -> Iterator[SourceFile]:
    inner = PurePosixPath(entry.filename)
    shown = f"{name}/{entry.filename}"
    if (
        "\\" in entry.orig_filename
        or ":" in entry.filename
        or inner.is_absolute()
        or ".." in inner.parts
    ):
        raise DataError("a file in a zip lies inside the zip", got=entry.orig_filename, file=name)
    if entry.is_dir() or _is_ignored(inner.parts):
        return
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise DataError("a zip holds files, not links", file=shown)
    if entry.flag_bits & 0x1:
        raise DataError("a zip is not encrypted; unpack it first", file=shown)
    if inner.suffix.lower() == ".zip":
        raise DataError("a zip holds no further zip; unpack it first", file=shown)
    yield SourceFile(name=shown, path=path, member=entry.filename, limits=limits)


def _open_member(path: Path, member: str) -> BinaryIO:
    archive = zipfile.ZipFile(path)
    stream = cast(BinaryIO, archive.open(member))
    archive.close()  # the open member keeps the file until it is closed itself
    return stream


def _inflated(stream: BinaryIO) -> BinaryIO:
    """Gzip or zlib by its first bytes; anything else as it is."""
    head = stream.read(2)
    stream.seek(0)
    if head == b"\x1f\x8b":
        return cast(BinaryIO, gzip.GzipFile(fileobj=stream))
    is_zlib = len(head) == 2 and head[0] & 0x0F == 8 and (head[0] * 256 + head[1]) % 31 == 0
    return cast(BinaryIO, io.BufferedReader(_Zlib(stream))) if is_zlib else stream


class _Zlib(io.RawIOBase):
    """A zlib stream, read as it comes."""

    def __init__(self, packed: BinaryIO) -> None:
        self._packed, self._inflate = packed, zlib.decompressobj()

    def readable(self) -> bool:
        return True

    def readinto(self, target: bytearray) -> int:  # type: ignore[override]
        chunk = b""
        while not chunk and not self._inflate.eof:
            waiting = self._inflate.unconsumed_tail or self._packed.read(2**16)
            if not waiting:
                raise EOFError("the zlib stream ends early")
            chunk = self._inflate.decompress(waiting, len(target))
        target[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        self._packed.close()
        super().close()


class _Bounded(io.RawIOBase):
    """An unpacking stream that stops a bomb, and turns damage into a `DataError`."""

    def __init__(self, file: SourceFile, packed: BinaryIO, stream: BinaryIO) -> None:
        limits = file.limits
        self._name, self._packed, self._stream = file.name, packed, stream
        self._most = min(limits.unpacked_bytes, max(limits.small, limits.ratio * file.bytes))
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, target: bytearray) -> int:  # type: ignore[override]
        try:
            chunk = self._stream.read(len(target))
        except (OSError, EOFError, lzma.LZMAError, zlib.error, zipfile.BadZipFile) as error:
            raise DataError("a packed file is complete and readable", file=self._name) from error
        self._read += len(chunk)
        if self._read > self._most:
            raise DataError(f"a packed file unpacks to at most {self._most} bytes", file=self._name)
        target[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        self._stream.close()
        self._packed.close()
        super().close()
