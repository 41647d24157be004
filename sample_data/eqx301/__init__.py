"""EQX-301: an invented, ongoing phase 3 oncology trial, whose truth is known.

Write its files with `write_eqx301`; ask for the true risk of any adverse event with
`true_risk`; draw fresh subjects and their fates with `draw_subjects` and `observe_first`.
"""

from __future__ import annotations

from sample_data.eqx301.adverse_events import observe_first
from sample_data.eqx301.files import build_eqx301, write_eqx301
from sample_data.eqx301.risk import EVENTS, true_risk
from sample_data.eqx301.subjects import draw_subjects

__all__ = ["EVENTS", "build_eqx301", "draw_subjects", "observe_first", "true_risk", "write_eqx301"]
