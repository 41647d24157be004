"""The protocol plan of EQX-301, as `plan.json` beside the data."""

from __future__ import annotations

from sample_data.eqx301.protocol import (
    ACCRUAL_START,
    ARMS,
    DATA_CUT,
    SAFETY_WINDOW_DAYS,
    SITES,
    STRATIFICATION,
    STUDY,
    SUBGROUPS,
    TITLE,
)

# months, and the share of all subjects that the protocol expects in them
_ACCRUAL = ((0, 3, 0.03), (3, 6, 0.09), (6, 9, 0.15), (9, 12, 0.21), (12, 18, 0.52))


def build_plan(subjects: int) -> dict[str, object]:
    """The plan, scaled to a number of subjects.

    Examples
    --------
    >>> plan = build_plan(720)
    >>> sum((a["to_month"] - a["from_month"]) * a["subjects_per_month"] for a in plan["accrual"])
    720.0
    """
    accrual = [
        {
            "from_month": first,
            "to_month": last,
            "subjects_per_month": round(share * subjects / (last - first), 4),
        }
        for first, last, share in _ACCRUAL
    ]
    return {
        "study": STUDY,
        "title": TITLE,
        "phase": "3",
        "status": "ongoing",
        "data_cut": str(DATA_CUT),
        "arms": list(ARMS),
        "allocation": [1, 1],
        "subjects": subjects,
        "alpha": 0.025,
        "sides": 1,
        "accrual_start": str(ACCRUAL_START),
        "accrual": accrual,
        "stratification": list(STRATIFICATION),
        "subgroups": list(SUBGROUPS),
        "sites": SITES,
        "endpoints": _endpoints(subjects),
    }


_TREATMENT = f"{ARMS[1]} against {ARMS[0]}, once daily until progression or toxicity"
_ESTIMANDS = {
    "OS": {
        "treatment": _TREATMENT,
        "intercurrent_events": "Stopping treatment, dose changes and subsequent therapy: "
        "treatment policy (followed and counted regardless)",
        "censoring": "Subjects not known to have died: at the last date known alive, at the "
        "latest the data cut",
    },
    "PFS": {
        "treatment": _TREATMENT,
        "intercurrent_events": "Stopping treatment and subsequent therapy: treatment policy; "
        "death without progression: composite (counted as an event)",
        "censoring": "Subjects alive without progression: at the last date known alive, at the "
        "latest the data cut",
    },
    "TTSAE": {
        "treatment": _TREATMENT,
        "intercurrent_events": "Stopping treatment: while on treatment, up to "
        f"{SAFETY_WINDOW_DAYS} days after the last dose; death without a serious event: "
        "censored, as in a cause-specific hazard",
        "censoring": "At the end of adverse-event follow-up, death or the data cut",
    },
}


def _endpoints(subjects: int) -> list[dict[str, object]]:
    spending = "Lan-DeMets O'Brien-Fleming"
    return [
        {
            "code": "OS", "label": "Overall survival", "role": "primary",
            "analysis_set": "ITTFL", "arm": "planned", "events": round(subjects * 420 / 720),
            "looks": [0.6, 0.8, 1.0], "spending": spending, "alpha": 0.02,
            "test": "stratified log-rank", **_ESTIMANDS["OS"],
        },
        {
            "code": "PFS", "label": "Progression-free survival", "role": "secondary",
            "analysis_set": "ITTFL", "arm": "planned", "events": round(subjects * 580 / 720),
            "looks": [0.8, 1.0], "spending": spending, "alpha": 0.005,
            "test": "stratified log-rank", **_ESTIMANDS["PFS"],
        },
        {
            "code": "TTSAE", "label": "Time to first serious adverse event", "role": "safety",
            "analysis_set": "SAFFL", "arm": "actual", **_ESTIMANDS["TTSAE"],
        },
    ]  # fmt: skip
