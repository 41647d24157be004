"""A report as a bundle."""

from __future__ import annotations

from datetime import datetime

from dashboard.bundles import Bundle, BundledResult
from dashboard.reports.content import ReportContent


def bundle_of(
    content: ReportContent,
    *,
    made_at: datetime,
    made_by: str,
    snapshot_file: bytes | None = None,
) -> Bundle:
    """The bundle of a report; with the data only when their encrypted file is given."""
    return Bundle(
        title=content.title,
        study=content.study,
        made_at=made_at,
        made_by=made_by,
        cohort_json=content.cohort.to_json(),
        data_cut=content.data_cut,
        snapshot_file=snapshot_file,
        results=[
            BundledResult(
                card=entry.card,
                comment=entry.comment,
                snapshot=entry.snapshot,
                pooled=entry.pooled,
            )
            for entry in content.entries
        ],
    )
