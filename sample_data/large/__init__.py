"""EQX-LARGE: an invented, complete trial as large as one asks for, to measure with.

A million subjects and twenty million adverse events by default. Any stretch of its rows
can be drawn by itself, so the files are written piece by piece in little memory.
"""

from __future__ import annotations

from sample_data.large.files import check_sizes, write_large
from sample_data.large.protocol import ADVERSE_EVENTS, STUDY, SUBJECTS

__all__ = ["ADVERSE_EVENTS", "STUDY", "SUBJECTS", "check_sizes", "write_large"]
