"""Importing a study's data files as one checked snapshot file."""

from __future__ import annotations

from queries.importers.archive import LIMITS, Limits
from queries.importers.intake import import_files
from queries.importers.refusal import ImportRefused
from queries.importers.report import (
    CheckReport,
    DatasetSummary,
    Finding,
    NotCollected,
    Skipped,
)
from queries.importers.snapshot import sweep

__all__ = [
    "LIMITS",
    "CheckReport",
    "DatasetSummary",
    "Finding",
    "ImportRefused",
    "Limits",
    "NotCollected",
    "Skipped",
    "import_files",
    "sweep",
]
