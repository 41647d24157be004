"""Runs the scripts of a bundle in a process of its own: `python -m dashboard.bundles.rerun FOLDER`.

In the folder, `N.py` are the scripts; what they make is written beside them as `N.table.csv` and
`N.figure.json`, and what goes wrong as `N.error.txt`.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Any


def main(folder: Path) -> None:
    """Run every script of the folder, one after the other."""
    from dashboard.bundles.script_form import require_our_form

    for script in sorted(folder.glob("*.py")):
        text = script.read_text(encoding="utf-8")
        try:
            require_our_form(text)
            made: dict[str, Any] = {}
            with contextlib.redirect_stdout(None):
                exec(compile(text, script.name, "exec"), made)  # noqa: S102  (of our form)
            _write(folder, script.stem, made)
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
            folder.joinpath(f"{script.stem}.error.txt").write_text(said, encoding="utf-8")


def _write(folder: Path, name: str, made: dict[str, Any]) -> None:
    from dashboard.bundles.writing import figure_json
    from dashboard.exports.tables import to_csv

    if made.get("table") is not None:
        folder.joinpath(f"{name}.table.csv").write_bytes(to_csv(made["table"]))
    if made.get("figure") is not None:
        folder.joinpath(f"{name}.figure.json").write_bytes(figure_json(made["figure"]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
