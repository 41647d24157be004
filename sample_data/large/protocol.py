"""What the protocol of EQX-LARGE fixes: names, dates, arms; and its plan."""

from __future__ import annotations

import numpy as np

STUDY = "EQX-LARGE"
TITLE = "Two doses of Norvexat or placebo in an invented cancer: a very large trial to measure with"
ARMS = ("Placebo", "Norvexat 50 mg", "Norvexat 100 mg")
SUBJECTS = 1_000_000
ADVERSE_EVENTS = 20_000_000
SITES = 400

DAYS_A_MONTH = 30.4375
ACCRUAL_START = np.datetime64("2019-04-01")
ACTIVATION_MONTHS = 12.0
ACCRUAL_MONTHS = 30.0
STUDY_END = np.datetime64("2024-03-29")

TREATMENT_DAYS = 540
SCREENING_DAYS = 14
SAFETY_WINDOW_DAYS = 30
FOLLOW_UP_DAYS = 60

# months, and the share of all subjects that the protocol expects in them
_ACCRUAL = ((0, 6, 0.06), (6, 12, 0.20), (12, 30, 0.74))


def build_plan(subjects: int) -> dict[str, object]:
    """What `plan.json` says.

    Examples
    --------
    >>> plan = build_plan(7200)
    >>> sum((a["to_month"] - a["from_month"]) * a["subjects_per_month"] for a in plan["accrual"])
    7200.0
    """
    return {
        "study": STUDY,
        "title": TITLE,
        "phase": "3",
        "status": "complete",
        "data_cut": str(STUDY_END),
        "arms": list(ARMS),
        "allocation": [1] * len(ARMS),
        "subjects": subjects,
        "alpha": 0.025,
        "sides": 1,
        "accrual_start": str(ACCRUAL_START),
        "accrual": [
            {
                "from_month": first,
                "to_month": last,
                "subjects_per_month": round(share * subjects / (last - first), 4),
            }
            for first, last, share in _ACCRUAL
        ],
        "sites": SITES,
        "endpoints": [
            {
                "code": "OS", "label": "Overall survival", "role": "primary",
                "analysis_set": "ITTFL", "arm": "planned", "events": round(subjects * 0.4),
                "alpha": 0.025, "test": "log-rank",
            }
        ],
    }  # fmt: skip
