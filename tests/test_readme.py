"""Every Python example in a README runs, top to bottom, as a reader would type it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
LEFT_OUT = {".venv", "node_modules", ".git"}
# ```python runs, in order, in one namespace per file; ```py is shown only.
_BLOCK = re.compile(r"^```python[ \t]*\n(.*?)^```", re.DOTALL | re.MULTILINE)


def readmes() -> list[Path]:
    """All README files of the repository."""
    found = sorted(REPOSITORY.rglob("README.md"))
    return [path for path in found if not LEFT_OUT & set(path.relative_to(REPOSITORY).parts)]


def examples(text: str) -> list[tuple[int, str]]:
    """Line number and code of each example."""
    return [(text.count("\n", 0, m.start(1)) + 1, m.group(1)) for m in _BLOCK.finditer(text)]


@pytest.mark.parametrize("path", readmes(), ids=lambda p: str(p.relative_to(REPOSITORY)))
def test_examples_run(path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(REPOSITORY)
    monkeypatch.setenv("EQUIPOISE_HOME", str(tmp_path / "home"))
    names: dict[str, object] = {"__name__": "__main__"}
    for line, code in examples(path.read_text(encoding="utf-8")):
        exec(compile("\n" * (line - 1) + code, str(path), "exec"), names)


def test_examples_are_found_with_their_lines() -> None:
    text = "# Title\n\n```python\nx = 1\n```\n\n```py\nno()\n```\n\n```python\nx += 1\n```\n"
    assert examples(text) == [(4, "x = 1\n"), (12, "x += 1\n")]
