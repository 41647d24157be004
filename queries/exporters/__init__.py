"""Writing the datasets of a cohort as files: the way back out of a snapshot."""

from __future__ import annotations

from queries.exporters.export import About, Examined, examine, into, write_export
from queries.exporters.formats import FORMATS
from queries.exporters.refusal import ExportRefused
from queries.exporters.staging import refuse_replacing, staged

__all__ = [
    "FORMATS",
    "About",
    "Examined",
    "ExportRefused",
    "examine",
    "into",
    "refuse_replacing",
    "staged",
    "write_export",
]
