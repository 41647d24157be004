"""Making the results of a bundle again, in a fresh process, and comparing them."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboard.bundles.differences import figure_difference, table_difference
from dashboard.bundles.reading import OpenBundle, open_bundle
from dashboard.bundles.software import software
from dashboard.bundles.writing import FIGURE, SCRIPT, SNAPSHOT, TABLE
from dashboard.home import SNAPSHOT_VARIABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One result beside what its script makes now.

    Parameters
    ----------
    name : str
    difference : str
        What differs and where; "" when all is identical.
    """

    name: str
    difference: str = ""

    @property
    def identical(self) -> bool:
        """Tables byte for byte, figures by value."""
        return not self.difference


def reproduce(data: bytes, *, snapshot: Path | None = None) -> tuple[Comparison, ...]:
    """Run every script of a bundle in a fresh process and compare.

    Parameters
    ----------
    data : bytes
        The bundle.
    snapshot : Path, optional
        The file of the snapshot. Without it: the one in the bundle, else the workspace's.

    Returns
    -------
    tuple of Comparison
        In the order of the bundle. A result without a script differs: nothing can make it.

    Raises
    ------
    EditedError
        When the bundle is not as it was written.
    """
    bundle = open_bundle(data)
    results = bundle.manifest["results"]
    with tempfile.TemporaryDirectory(prefix="equipoise-") as name:
        folder = Path(name)
        for place, result in enumerate(results):
            script = bundle.files.get(f"{result['folder']}/{SCRIPT}")
            if script is not None:
                folder.joinpath(f"{place:04}.py").write_bytes(script)
        _rerun(folder, _snapshot_in(bundle, folder, snapshot))
        return tuple(
            Comparison(name=result["name"], difference=_difference(bundle, result, folder, place))
            for place, result in enumerate(results)
        )


def software_differences(stated: Mapping[str, Any]) -> Sequence[str]:
    """In which of its parts the software here is another than that which a manifest states."""
    here = software()
    names = ("equipoise", "code_sha256", "python", "platform")
    said = [
        f"{name} {stated.get(name)} then, {here[name]} here"
        for name in names
        if stated.get(name) != here[name]
    ]
    then = stated.get("packages", {})
    for package in sorted({*then, *here["packages"]}):
        was, now = then.get(package, "not there"), here["packages"].get(package, "not there")
        if was != now:
            said.append(f"{package} {was} then, {now} here")
    return said


def _snapshot_in(bundle: OpenBundle, folder: Path, given: Path | None) -> Path | None:
    if given is not None or SNAPSHOT not in bundle.files:
        return given
    file = folder / SNAPSHOT
    file.write_bytes(bundle.files[SNAPSHOT])
    return file


def _rerun(folder: Path, snapshot: Path | None) -> None:
    environment = dict(os.environ)
    if snapshot is not None:
        environment[SNAPSHOT_VARIABLE] = str(snapshot.resolve())
    command = [sys.executable, "-m", "dashboard.bundles.rerun", str(folder)]
    subprocess.run(command, env=environment, check=True)  # noqa: S603  (our own module)


def _difference(bundle: OpenBundle, result: Mapping[str, Any], folder: Path, place: int) -> str:
    stem = f"{place:04}"
    if not folder.joinpath(f"{stem}.py").is_file():
        return "it has no script"
    error = folder / f"{stem}.error.txt"
    if error.is_file():
        return f"its script fails: {error.read_text(encoding='utf-8')}"
    said = []
    for name, made, compare in (
        (TABLE, f"{stem}.table.csv", table_difference),
        (FIGURE, f"{stem}.figure.json", figure_difference),
    ):
        was = bundle.files.get(f"{result['folder']}/{name}")
        if was is None:
            continue
        now = folder / made
        said.append(compare(was, now.read_bytes()) if now.is_file() else f"no {name} was made")
    return "; ".join(one for one in said if one)
