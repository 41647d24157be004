"""Identifiers in a delivery: looked for, listed, and taken out before a snapshot is written."""

from __future__ import annotations

from queries.importers.identifiers.applying import Deidentified, deidentify
from queries.importers.identifiers.classes import CLASSES
from queries.importers.identifiers.detection import IdentifierFound, find_identifiers
from queries.importers.identifiers.plan import ACTIONS, ColumnAction, DeidentificationPlan
from queries.importers.identifiers.risk import Anonymity, anonymity

__all__ = [
    "ACTIONS",
    "CLASSES",
    "Anonymity",
    "ColumnAction",
    "DeidentificationPlan",
    "Deidentified",
    "IdentifierFound",
    "anonymity",
    "deidentify",
    "find_identifiers",
]
