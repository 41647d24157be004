"""Rows of the dosing oracles: case, inputs, quantity, expected, tolerance, source."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

FOLDER = Path(__file__).parents[2] / "oracles"
TEN_DIGITS = 6e-10


def oracle_rows(name: str) -> list[Any]:
    """The rows of a table as parameters of a test."""
    rows = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert all(row["source"] for row in rows)
    return [pytest.param(row, id=f"{row['case']}-{row['quantity']}") for row in rows]


def assert_agrees(found: Any, row: dict[str, Any]) -> None:
    """Within the tolerance of the row, or of the ten digits to which it is printed."""
    expected = np.array(row["expected"], dtype=float)
    far = np.abs(np.asarray(found, dtype=float) - expected)
    allowed = np.maximum(row["tolerance"], TEN_DIGITS * np.abs(expected))
    assert (far <= allowed).all(), (found, row["expected"])
