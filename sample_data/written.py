"""Files that go beside the transport files: the plan and the table of sites."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd


def write_plan(folder: Path, plan: Mapping[str, object]) -> Path:
    """Write `plan.json` and return its path.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> write_plan(Path(mkdtemp()), {"study": "DEMO"}).read_text(encoding="utf-8")
    '{\\n  "study": "DEMO"\\n}\\n'
    """
    path = folder / "plan.json"
    text = json.dumps(plan, indent=2, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def write_sites(folder: Path, sites: pd.DataFrame) -> Path:
    """Write `sites.csv`, dates as ISO 8601, and return its path.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> write_sites(Path(mkdtemp()), pd.DataFrame({"SITEID": ["101"]})).read_text(encoding="utf-8")
    'SITEID\\n101\\n'
    """
    path = folder / "sites.csv"
    text = sites.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\n")
    path.write_text(text, encoding="utf-8", newline="\n")
    return path
