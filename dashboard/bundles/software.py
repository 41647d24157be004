"""The software that computes: its own version, a hash of its code, and the versions it rests on."""

from __future__ import annotations

import hashlib
import platform
import re
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from dashboard import __version__

_ROOT = Path(__file__).parents[2]
_ROOMS = ("analytics", "queries", "dashboard", "sample_data")
_CODE = ("*.py", "*.sql")


def software() -> dict[str, Any]:
    """Versions of Equipoise, its code, Python, the platform and every package in use.

    Examples
    --------
    >>> sorted(software())
    ['code_sha256', 'equipoise', 'packages', 'platform', 'python']
    """
    return {
        "equipoise": __version__,
        "code_sha256": code_sha256(),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "packages": dict(pinned()),
    }


@cache
def code_sha256() -> str:
    """SHA-256 over the names and contents of our own source files.

    Examples
    --------
    >>> len(code_sha256())
    64
    """
    digest = hashlib.sha256()
    for room in _ROOMS:
        found = (path for pattern in _CODE for path in (_ROOT / room).rglob(pattern))
        for path in sorted(found):
            digest.update(path.relative_to(_ROOT).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@cache
def pinned() -> tuple[tuple[str, str], ...]:
    """The packages that Equipoise needs, and those that they need, with their versions.

    Examples
    --------
    >>> "duckdb" in dict(pinned())
    True
    """
    found: dict[str, str] = {}
    _collect("equipoise", found)
    found.pop("equipoise", None)
    return tuple(sorted(found.items()))


def _collect(name: str, found: dict[str, str]) -> None:
    key = re.sub(r"[-_.]+", "-", name).lower()
    if key in found:
        return
    try:
        package = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return  # an extra that is not installed
    found[key] = package.version
    for requirement in package.requires or ():
        own = name == "equipoise" and 'extra == "test"' not in requirement.replace("'", '"')
        if "extra ==" in requirement and not own:
            continue
        if needed := re.match(r"[A-Za-z0-9._-]+", requirement):
            _collect(needed.group(), found)
