"""EQX-201: an invented, complete phase 2 trial of five doses, whose truth is known."""

from __future__ import annotations

from sample_data.eqx201.files import build_eqx201, write_eqx201
from sample_data.eqx201.truth import (
    DOSES,
    queasiness_rate,
    true_mean_change,
    true_queasiness_risk,
)

__all__ = [
    "DOSES",
    "build_eqx201",
    "queasiness_rate",
    "true_mean_change",
    "true_queasiness_risk",
    "write_eqx201",
]
