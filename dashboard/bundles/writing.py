"""A bundle as a zip: the same bundle gives the same bytes.

    manifest.json       what it is, of which snapshot, by which software, and every result
    SHA256SUMS          of every other file; `sha256sum -c SHA256SUMS` checks them
    requirements.txt    the packages, each in its version
    cohort.json         the cohort on screen
    results/01-NAME/    script.py, table.csv, shown.csv, figure.json, notes.txt
    snapshot.duckdb     the data, encrypted, when they were asked for

Files are stored without compression, so that their bytes stand in the zip as they are and no
library's version can change it.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from dashboard.bundles.bundle import Bundle, BundledResult
from dashboard.bundles.software import pinned, software
from dashboard.cards import figure_content
from dashboard.exports.tables import to_csv
from dashboard.text import file_stem

FORMAT = 1
MANIFEST, SUMS, SNAPSHOT = "manifest.json", "SHA256SUMS", "snapshot.duckdb"
SCRIPT, TABLE, SHOWN, FIGURE = "script.py", "table.csv", "shown.csv", "figure.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_bundle(bundle: Bundle) -> bytes:
    """The zip of a bundle.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> at = datetime(2026, 3, 31, tzinfo=UTC)
    >>> empty = Bundle(title="Nothing", study="EQX-301", results=[], made_at=at, made_by="anna")
    >>> write_bundle(empty) == write_bundle(empty)
    True
    """
    folders = [folder_of(place, one) for place, one in enumerate(bundle.results, start=1)]
    files: dict[str, bytes] = {}
    for folder, result in zip(folders, bundle.results, strict=True):
        files |= {f"{folder}/{name}": data for name, data in _files_of(result)}
    if bundle.cohort_json:
        files["cohort.json"] = bundle.cohort_json.encode()
    if bundle.snapshot_file is not None:
        files[SNAPSHOT] = bundle.snapshot_file
    files["requirements.txt"] = "".join(f"{name}=={at}\n" for name, at in pinned()).encode()
    files[MANIFEST] = _as_json(_manifest(bundle, folders, files))
    return zipped({**files, SUMS: sums(files)})


def folder_of(place: int, result: BundledResult) -> str:
    """Where a result's files stand."""
    return f"results/{place:02}-{file_stem(result.card.name)[:60]}"


def sums(files: Mapping[str, bytes]) -> bytes:
    """A line with the SHA-256 of each file, as `sha256sum` writes it."""
    lines = (
        f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items())
    )
    return "".join(lines).encode()


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip of files, in the order of their names, without times and without compression."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            archive.writestr(entry, files[name])
    return sink.getvalue()


def figure_json(figure: Any) -> bytes:
    """A figure as JSON, without what only the page needs."""
    return _as_json(figure_content(figure))


def _files_of(result: BundledResult) -> Iterator[tuple[str, bytes]]:
    card = result.card
    if card.script is not None:
        yield SCRIPT, card.script.encode()
    if card.table is not None:
        yield TABLE, to_csv(card.table)
    if card.shown is not None and card.data is not None:
        yield SHOWN, to_csv(card.shown)
    if card.figure is not None:
        yield FIGURE, figure_json(card.figure)
    yield "notes.txt", "\n".join([card.name, "", *card.notes, ""]).encode()


def _manifest(bundle: Bundle, folders: list[str], files: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "title": bundle.title,
        "study": bundle.study,
        "data_cut": bundle.data_cut,
        "made_at": bundle.made_at.isoformat(timespec="seconds"),
        "made_by": bundle.made_by,
        "data_included": bundle.snapshot_file is not None,
        "software": software(),
        "results": [
            {
                "name": one.card.name,
                "comment": one.comment,
                "folder": folder,
                "snapshot": one.snapshot,
                "pooled": one.pooled,
                "has_script": one.card.script is not None,
            }
            for folder, one in zip(folders, bundle.results, strict=True)
        ],
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())},
    }


def _as_json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()
