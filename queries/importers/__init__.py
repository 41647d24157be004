"""Importing a study's data files as one checked snapshot file."""

from __future__ import annotations

from queries.importers.archive import LIMITS, Limits
from queries.importers.identifiers import (
    Anonymity,
    ColumnAction,
    DeidentificationPlan,
    IdentifierFound,
)
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
    "Anonymity",
    "CheckReport",
    "ColumnAction",
    "DatasetSummary",
    "DeidentificationPlan",
    "Finding",
    "IdentifierFound",
    "ImportRefused",
    "Limits",
    "NotCollected",
    "Skipped",
    "import_files",
    "sweep",
]
