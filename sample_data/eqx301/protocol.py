"""What the protocol of EQX-301 fixes: names, dates, arms, and the independent random streams."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

STUDY = "EQX-301"
TITLE = "Lumarestat or placebo, added to standard care, in an invented advanced cancer"
ARMS = ("Placebo", "Lumarestat 200 mg")
ARM_CODES = ("PBO", "LUM200")
SUBJECTS = 720
SITES = 64

DAYS_A_MONTH = 30.4375
ACCRUAL_START = np.datetime64("2024-02-05")
ACTIVATION_MONTHS = 14
ACCRUAL_MONTHS = 20.0
DATA_CUT = np.datetime64("2026-06-30")

DOSE_LEVELS = (200.0, 150.0, 100.0)
SAFETY_WINDOW_DAYS = 30
STRATIFICATION = ("REGION1", "BMKGR1", "ECOGBL")
SUBGROUPS = ("BMKGR1", "SEX", "AGEGR1", "REGION1")
BLOCK = 4

_STREAMS = (
    "sites", "screening", "subjects", "randomisation", "course", "adverse_events",
    "reporting", "labs", "vitals", "disposition",
)  # fmt: skip


def stream(seed: int, part: str) -> Generator:
    """The random stream of one part of the trial.

    Each part has its own, so that a change in one domain leaves the others as they were.

    Examples
    --------
    >>> bool(stream(301, "labs").random() == stream(301, "labs").random())
    True
    >>> bool(stream(301, "labs").random() == stream(301, "vitals").random())
    False
    """
    return np.random.default_rng([seed, _STREAMS.index(part)])
