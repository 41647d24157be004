"""Rooms import in one direction only, and modules are named after what they hold."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
ROOMS = ("analytics", "queries", "dashboard", "sample_data")
MAY_IMPORT = {
    "analytics": {"analytics"},
    "queries": {"queries"},
    "sample_data": {"sample_data"},
    "dashboard": {"analytics", "queries", "sample_data", "dashboard"},
}
FORBIDDEN = {
    "analytics": {"streamlit", "plotly", "duckdb", "sqlalchemy"},
    "queries": {"streamlit", "plotly", "lifelines"},
    "sample_data": {"streamlit", "plotly", "duckdb"},
    "dashboard/charts": {"streamlit", "duckdb", "sqlalchemy"},
    "dashboard/jobs": {"streamlit"},
    "dashboard/views": {"duckdb", "sqlalchemy", "lifelines"},
}
WITHOUT_MEANING = {"utils", "util", "helpers", "helper", "misc", "common", "tools", "lib"}


def modules(folder: str) -> list[Path]:
    """The Python files of a folder."""
    return sorted((REPOSITORY / folder).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Full names of all modules a file imports, wherever in it."""
    package = path.relative_to(REPOSITORY).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            name = ".".join((*base, *filter(None, [node.module])))
            yield name
            yield from (f"{name}.{alias.name}" for alias in node.names)


def roots(path: Path) -> set[str]:
    """The packages a file imports from."""
    return {name.split(".")[0] for name in imported(path)}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_it_may(room: str) -> None:
    offences = {
        f"{path.relative_to(REPOSITORY)} imports {name}"
        for path in modules(room)
        for name in roots(path) & {*ROOMS, "tests", "conftest"} - MAY_IMPORT[room]
    }
    assert offences == set()


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_a_folder_keeps_away_from_other_peoples_work(folder: str) -> None:
    offences = {
        f"{path.relative_to(REPOSITORY)} imports {name}"
        for path in modules(folder)
        for name in roots(path) & FORBIDDEN[folder]
    }
    assert offences == set()


def test_jobs_stay_clear_of_the_views_and_their_state() -> None:
    offences = {
        f"{path.relative_to(REPOSITORY)} imports {name}"
        for path in modules("dashboard/jobs")
        for name in imported(path)
        if name.startswith(("dashboard.views", "dashboard.state", "dashboard.results"))
    }
    assert offences == set()


def test_only_the_state_keeps_caches() -> None:
    users = {
        path.relative_to(REPOSITORY).as_posix()
        for path in modules("dashboard")
        if "cache_data" in (text := path.read_text(encoding="utf-8")) or "cache_resource" in text
    }
    assert {user for user in users if not user.startswith("dashboard/state/")} == set()


def test_only_one_folder_wraps_lifelines() -> None:
    users = {
        path.relative_to(REPOSITORY).parts[:2]
        for room in ("analytics", "queries", "dashboard")
        for path in modules(room)
        if "lifelines" in roots(path)
    }
    assert users <= {("analytics", "survival")}


def test_names_mean_something() -> None:
    names = {
        path.relative_to(REPOSITORY).as_posix()
        for room in (*ROOMS, "tests")
        for path in modules(room)
        if {part.removesuffix(".py") for part in path.relative_to(REPOSITORY).parts}
        & WITHOUT_MEANING
    }
    assert names == set()


def test_nothing_in_the_dashboard_hides_another_package() -> None:
    """Streamlit puts `dashboard/` first on the import path of page scripts."""
    taken = {*ROOMS, "tests", *sys.stdlib_module_names, *packages_distributions()}
    own = {path.stem for path in (REPOSITORY / "dashboard").iterdir()}
    assert own & (taken - {"__init__", "__pycache__"}) == set()
