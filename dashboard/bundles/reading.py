"""Opening a bundle: it is as it was written, to the last byte, or it is refused."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.bundles.writing import FORMAT, MANIFEST, SUMS, sums, zipped
from queries.errors import DataError

MAX_BYTES = 4 * 1024**3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpenBundle:
    """The files of a bundle, and what its manifest says.

    Parameters
    ----------
    files : mapping of str to bytes
    manifest : mapping
    """

    files: Mapping[str, bytes]
    manifest: Mapping[str, Any]


class EditedError(DataError):
    """A bundle is not as it was written."""


def open_bundle(data: bytes) -> OpenBundle:
    """Read a bundle.

    Raises
    ------
    EditedError
        When anything in it is not as it was written, with the file where that is known.
    DataError
        When it is no bundle at all.
    """
    files = _unzipped(data)
    _check_sums(files)
    manifest = _manifest(files)
    if zipped(files) != data:
        raise EditedError("a bundle is the zip that was written; bytes between its files differ")
    return OpenBundle(files=files, manifest=manifest)


def _unzipped(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > min(MAX_BYTES, len(data)):
                raise EditedError("the files of a bundle are stored without compression")
            names = [entry.filename for entry in entries]
            if len(set(names)) != len(names):
                raise EditedError("the files of a bundle have names of their own")
            return {entry.filename: archive.read(entry) for entry in entries}
    except EditedError:
        raise
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise EditedError("a bundle is a zip whose files can be read", got=str(error)) from None
    except (EOFError, KeyError, UnicodeDecodeError, OverflowError) as error:
        raise EditedError("a bundle is a zip whose files can be read", got=repr(error)) from None


def _check_sums(files: Mapping[str, bytes]) -> None:
    if SUMS not in files or MANIFEST not in files:
        raise DataError(f"a bundle holds {MANIFEST} and {SUMS}", got=", ".join(sorted(files)[:5]))
    others = {name: data for name, data in files.items() if name != SUMS}
    if files[SUMS] == sums(others):
        return
    stated = _stated(files[SUMS])
    for name, data in sorted(others.items()):
        if stated.get(name) != hashlib.sha256(data).hexdigest():
            raise EditedError("a file is as it was written (SHA-256)", file=name)
    raise EditedError("a file is as it was written", file=SUMS)


def _stated(text: bytes) -> dict[str, str]:
    lines = (line.split("  ", 1) for line in text.decode("utf-8", "replace").splitlines())
    return {parts[1]: parts[0] for parts in lines if len(parts) == 2}


def _manifest(files: Mapping[str, bytes]) -> Mapping[str, Any]:
    try:
        manifest = json.loads(files[MANIFEST])
    except (ValueError, RecursionError):
        raise EditedError("the manifest of a bundle is JSON", file=MANIFEST) from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise DataError(f"a bundle has format {FORMAT}", file=MANIFEST)
    return manifest
