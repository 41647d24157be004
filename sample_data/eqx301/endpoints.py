"""ADTTE of EQX-301: survival, progression, and time to the first serious adverse event."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sample_data.eqx301.protocol import DATA_CUT, SAFETY_WINDOW_DAYS

ENDPOINTS = {
    "OS": "Overall survival (days)",
    "PFS": "Progression-free survival (days)",
    "TTSAE": "Time to first serious adverse event",
}
_AT_CUT = "No event at the data cut"


def build_adtte(adsl: pd.DataFrame, adae: pd.DataFrame) -> pd.DataFrame:
    """ADTTE: three records per subject, two for those never treated.

    Parameters
    ----------
    adsl : DataFrame
        As built by `build_adsl`, with the observed days still on it.
    adae : DataFrame
        As reported; serious events are taken from here.
    """
    both = pd.concat([_survival(adsl), _progression(adsl), _serious(adsl, adae)])
    both["PARAM"] = both["PARAMCD"].map(ENDPOINTS)
    both["AVAL"] = (both["ADT"] - both["STARTDT"]).dt.days + 1.0
    both["AVALU"] = "DAYS"
    both = both.rename(
        columns={"TRT01P": "TRTP", "TRT01PN": "TRTPN", "TRT01A": "TRTA", "TRT01AN": "TRTAN"}
    )
    order = both["PARAMCD"].map({code: i for i, code in enumerate(ENDPOINTS)})
    both = both.assign(order=order, CNSR=both["CNSR"].astype(float))
    return both.sort_values(["USUBJID", "order"], kind="stable").reset_index(drop=True)


def _survival(adsl: pd.DataFrame) -> pd.DataFrame:
    return _record(adsl, "OS", "RANDDT").assign(
        ADT=adsl["LSTALVDT"],
        CNSR=_censoring(adsl, adsl["died"]),
        EVNTDESC=np.where(adsl["died"], "Death", ""),
        CNSDTDSC=_why(adsl, adsl["died"]),
    )


def _progression(adsl: pd.DataFrame) -> pd.DataFrame:
    progressed = adsl["progressed"]
    found = adsl["start"] + pd.to_timedelta(adsl["progression_day"], unit="D")
    event = progressed | adsl["died"]
    return _record(adsl, "PFS", "RANDDT").assign(
        ADT=found.where(progressed, adsl["LSTALVDT"]),
        CNSR=_censoring(adsl, event),
        EVNTDESC=np.select([progressed, adsl["died"]], ["Progression", "Death"], ""),
        CNSDTDSC=_why(adsl, event),
    )


def _serious(adsl: pd.DataFrame, adae: pd.DataFrame) -> pd.DataFrame:
    treated = adsl[adsl["treated"]]
    serious = adae[(adae["AESER"] == "Y") & (adae["TRTEMFL"] == "Y")]
    first = treated["USUBJID"].map(serious.groupby("USUBJID")["ASTDT"].min())
    closes = treated["TRTEDT"] + pd.Timedelta(days=SAFETY_WINDOW_DAYS)
    closes = closes.where(treated["stopped"], DATA_CUT)
    watched = np.minimum(closes, treated["LSTALVDT"])
    reasons = {
        1: _AT_CUT,
        2: "End of adverse-event follow-up",
        3: "Death without a serious event",
    }
    dead = treated["died"] & (watched == treated["DTHDT"])
    code = np.select([first.notna(), dead, treated["stopped"]], [0, 3, 2], 1)
    return _record(treated, "TTSAE", "TRTSDT").assign(
        ADT=first.fillna(watched),
        CNSR=code,
        EVNTDESC=np.where(code == 0, "Serious adverse event", ""),
        CNSDTDSC=[reasons.get(value, "") for value in code],
    )


def _record(adsl: pd.DataFrame, code: str, start: str) -> pd.DataFrame:
    kept = ["STUDYID", "USUBJID", "SUBJID", "SITEID", "AGE", "SEX", "TRT01P", "TRT01PN",
            "TRT01A", "TRT01AN", "ITTFL", "SAFFL", "REGION1", "BMKGR1", "ECOGBL"]  # fmt: skip
    return adsl[kept].assign(PARAMCD=code, STARTDT=adsl[start])


def _censoring(adsl: pd.DataFrame, event: pd.Series) -> np.ndarray:
    """0 event, 1 data cut, 2 lost to follow-up, 3 consent withdrawn."""
    left = np.where(adsl["consent_withdrawn"], 3, 2)
    return np.select([event, adsl["dropped"]], [0, left], 1)


def _why(adsl: pd.DataFrame, event: pd.Series) -> np.ndarray:
    left = np.where(adsl["consent_withdrawn"], "Consent withdrawn", "Lost to follow-up")
    return np.select([event, adsl["dropped"]], ["", left], _AT_CUT)
