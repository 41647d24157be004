"""Bundles: results with all that makes them again, in one zip, and the proof that it does."""

from dashboard.bundles.bundle import Bundle, BundledResult
from dashboard.bundles.reading import OpenBundle, open_bundle
from dashboard.bundles.reproducing import Comparison, reproduce
from dashboard.bundles.writing import write_bundle

__all__ = [
    "Bundle",
    "BundledResult",
    "Comparison",
    "OpenBundle",
    "open_bundle",
    "reproduce",
    "write_bundle",
]
