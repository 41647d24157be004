"""The ground: pins, Makefile, and what the package carries along."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).parents[1]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
PIN = re.compile(r"^[A-Za-z0-9_.\-]+==[A-Za-z0-9_.!+\-]+$")


def pins() -> dict[str, str]:
    """Pinned versions by package name."""
    text = (REPOSITORY / "constraints.txt").read_text()
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert [line for line in lines if not PIN.match(line)] == []
    return {canonicalize_name(name): version for name, version in (s.split("==") for s in lines)}


def requirements() -> list[Requirement]:
    """What the project and its extras ask for."""
    groups = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    return [Requirement(text) for group in groups for text in group]


@pytest.mark.parametrize("wanted", requirements(), ids=lambda wanted: wanted.name)
def test_every_requirement_is_pinned_to_a_version_it_accepts(wanted: Requirement) -> None:
    assert wanted.specifier.contains(pins()[canonicalize_name(wanted.name)])


def test_the_pins_name_no_package_index() -> None:
    text = (REPOSITORY / "constraints.txt").read_text()
    assert not re.search(r"https?:|file:|--|index", text)


def find_python(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the search for a Python with nothing but `folder` on the path."""
    return subprocess.run(
        ["/bin/sh", str(REPOSITORY / ".ci" / "find-python")],
        env={"PATH": str(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def fake_python(folder: Path, name: str, script: str) -> None:
    """An executable that answers as `script` says."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_no_python_is_said_in_a_sentence(tmp_path: Path) -> None:
    found = find_python(tmp_path)
    assert found.returncode == 1
    assert "needs Python 3.11 or later, and none was found" in found.stderr


def test_an_old_or_broken_python_is_passed_over(tmp_path: Path) -> None:
    fake_python(tmp_path, "python3.13", "exit 127")
    fake_python(tmp_path, "python3.11", "exit 0")
    assert find_python(tmp_path).stdout == "python3.11\n"


def test_a_python_without_venv_is_said_in_a_sentence(tmp_path: Path) -> None:
    fake_python(tmp_path, "python3", 'case "$2" in *venv*) exit 1;; esac')
    found = find_python(tmp_path)
    assert found.returncode == 1
    assert "python3 lacks its venv module" in found.stderr


def test_a_named_python_is_the_only_one_tried(tmp_path: Path) -> None:
    fake_python(tmp_path, "python3", "exit 0")
    found = find_python(tmp_path, PYTHON="/no/such/python")
    assert found.returncode == 1
    assert "PYTHON=/no/such/python is none" in found.stderr


def test_the_makefile_installs_again_only_when_requirements_change(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_bytes((REPOSITORY / name).read_bytes())
    first, again = ready_mark(tmp_path), ready_mark(tmp_path)
    with (tmp_path / "constraints.txt").open("a") as file:
        file.write("another==1\n")
    assert first == again != ready_mark(tmp_path)


def ready_mark(folder: Path) -> str:
    """The mark that an installation in this folder would leave."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
    answer = subprocess.run(
        ["make", "-pn", "run"], cwd=folder, env=environment, capture_output=True, text=True
    )
    match = re.search(r"^RUN_READY := (.*)$", answer.stdout, re.MULTILINE)
    assert match is not None
    return match[1]
