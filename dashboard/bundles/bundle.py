"""What a bundle is: a plain value that is written as a zip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dashboard.cards import Card


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BundledResult:
    """A result, what was said about it, and the snapshot that it was computed on.

    Parameters
    ----------
    card : Card
    comment : str
    snapshot : str
        SHA-256 of the snapshot's content.
    pooled : bool
        Whether it was made for a reader who sees no arms.
    """

    card: Card
    comment: str = ""
    snapshot: str = ""
    pooled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bundle:
    """Results to be taken away with all that makes them again.

    Parameters
    ----------
    title : str
    study : str
        Its code.
    results : sequence of BundledResult
    made_at : datetime
        In UTC.
    made_by : str
    cohort_json : str
        The cohort on screen when it was made; the scripts hold the one of each result.
    data_cut : str
    snapshot_file : bytes, optional
        The snapshot's file, encrypted; only when it was asked for.
    """

    title: str
    study: str
    results: Sequence[BundledResult]
    made_at: datetime
    made_by: str
    cohort_json: str = ""
    data_cut: str = ""
    snapshot_file: bytes | None = None
