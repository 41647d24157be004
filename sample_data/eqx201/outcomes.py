"""What is measured in EQX-201: score, adverse events, time to the event of interest, exposure."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.random import Generator

from sample_data.eqx201.truth import DAYS, WEEKS, true_mean_change

_SUBJECT_SD, _VISIT_SD = 8.0, 5.0
_OF_INTEREST = ("Morning queasiness", "Digestive complaints")
_OTHER_TERMS = (
    # term, class, daily hazard at any dose
    ("Band headache", "Nerves and sleep", 0.0020),
    ("Restless night", "Nerves and sleep", 0.0011),
    ("Throat infection, demo type", "Infections of any kind", 0.0018),
    ("Heavy tiredness", "General condition", 0.0015),
    ("Sluggish gut", "Digestive complaints", 0.0010),
    ("Back tightness", "Muscles and joints", 0.0010),
    ("Parchment skin", "Skin and nail changes", 0.0012),
    ("Warm flush", "General condition", 0.0006),
)
_PERSON = ["STUDYID", "USUBJID", "SUBJID", "SITEID"]
_ACTUAL = {"TRT01A": "TRTA", "TRT01AN": "TRTAN", "DOSE01A": "DOSEA"}


def build_adeff(adsl: pd.DataFrame, rng: Generator) -> pd.DataFrame:
    """Itch score at baseline and at each visit while in the study."""
    planned = {"TRT01P": "TRTP", "TRT01PN": "TRTPN", "DOSE01P": "DOSEP"}
    person = adsl[[*_PERSON, *planned, "ITTFL", "TRTSDT", "TRTEDT", "SCOREBL"]]
    person = person.rename(columns=planned)
    lasting = rng.normal(0, _SUBJECT_SD, len(adsl))
    parts = [person.assign(AVISIT="BASELINE", AVISITN=0.0, day=0, AVAL=person["SCOREBL"])]
    for week in WEEKS:
        mean = true_mean_change(person["DOSEP"], week=week)
        passing = rng.normal(0, _VISIT_SD, len(adsl))
        score = person["SCOREBL"] + mean + lasting * min(week / 4, 1) + passing
        day = np.minimum(7 * week + rng.integers(-2, 3, len(adsl)), DAYS - 1)
        seen = day <= (person["TRTEDT"] - person["TRTSDT"]).dt.days
        visit = person.assign(
            AVISIT=f"WEEK {week}",
            AVISITN=float(week),
            day=day,
            AVAL=np.clip(score, 0, 100).round(1),
        )
        parts.append(visit[seen])
    frame = pd.concat(parts).sort_values(["USUBJID", "AVISITN"], kind="stable")
    frame["PARAM"], frame["PARAMCD"], frame["AVALU"] = "Itch score (points)", "SCORE", "POINTS"
    later = frame["AVISITN"] > 0
    frame["BASE"] = frame["SCOREBL"]
    frame["CHG"] = (frame["AVAL"] - frame["BASE"]).round(1).where(later)
    frame["ABLFL"], frame["ANL01FL"] = np.where(later, "", "Y"), "Y"
    frame["ADT"] = frame["TRTSDT"] + pd.to_timedelta(frame["day"], unit="D")
    frame["ADY"] = frame["day"] + 1.0
    return frame.reset_index(drop=True)


def build_adae(adsl: pd.DataFrame, onset: np.ndarray, rng: Generator) -> pd.DataFrame:
    """Adverse events on treatment; `onset` is the day of first queasiness."""
    end = (adsl["TRTEDT"] - adsl["TRTSDT"]).dt.days.to_numpy()
    came = np.flatnonzero(np.isfinite(onset))
    term, body = _OF_INTEREST
    parts = [pd.DataFrame({"row": came, "day": np.floor(onset[came]), "t": term, "c": body})]
    for term, body, hazard in _OTHER_TERMS:
        row = np.repeat(np.arange(len(adsl)), rng.poisson(hazard * (end + 1)))
        day = np.floor(rng.random(len(row)) * (end[row] + 1))
        parts.append(pd.DataFrame({"row": row, "day": day, "t": term, "c": body}))
    events = pd.concat(parts, ignore_index=True).sort_values(["row", "day"], kind="stable")
    frame = adsl[[*_PERSON, *_ACTUAL, "TRTSDT", "TRTEDT", "DCSREAS"]].iloc[events["row"]]
    frame = frame.rename(columns=_ACTUAL).reset_index(drop=True)
    frame["AETERM"] = frame["AEDECOD"] = events["t"].to_numpy()
    frame["AEBODSYS"] = events["c"].to_numpy()
    frame["ASTDY"] = events["day"].to_numpy() + 1
    frame["ASTDT"] = frame["TRTSDT"] + pd.to_timedelta(frame["ASTDY"] - 1, unit="D")
    _add_answers(frame, rng)
    frame["AESEQ"] = frame.groupby("USUBJID").cumcount() + 1.0
    first = ~frame.duplicated(["USUBJID", "AEDECOD"])
    frame["AOCCPFL"], frame["TRTEMFL"] = np.where(first, "Y", ""), "Y"
    return frame


def _add_answers(frame: pd.DataFrame, rng: Generator) -> None:
    n = len(frame)
    last = frame["ASTDT"] + pd.to_timedelta(rng.geometric(0.12, n), unit="D")
    ended = last <= frame["TRTEDT"]
    frame["AENDT"] = last.where(ended)
    frame["AEOUT"] = np.where(ended, "RECOVERED/RESOLVED", "NOT RECOVERED/NOT RESOLVED")
    severity = rng.choice(3, n, p=[0.68, 0.28, 0.04])
    frame["AESEV"] = np.array(["MILD", "MODERATE", "SEVERE"], dtype=object)[severity]
    frame["AESER"] = np.where((severity == 2) & (rng.random(n) < 0.2), "Y", "N")
    queasy = frame["AEDECOD"] == _OF_INTEREST[0]
    related = rng.random(n) < np.where(queasy, 0.75, 0.2)
    frame["AEREL"] = np.where(related, "RELATED", "NOT RELATED")
    stops = queasy & (frame["DCSREAS"] == "ADVERSE EVENT") & (frame["ASTDT"] == frame["TRTEDT"])
    frame["AEACN"] = np.where(stops, "DRUG WITHDRAWN", "DOSE NOT CHANGED")


def build_adtte(adsl: pd.DataFrame, adae: pd.DataFrame) -> pd.DataFrame:
    """Time to first morning queasiness, censored at the end of treatment."""
    frame = adsl[[*_PERSON, *_ACTUAL, "SAFFL", "TRTSDT", "TRTEDT", "EOSSTT"]].rename(
        columns=_ACTUAL
    )
    queasy = adae[adae["AEDECOD"] == _OF_INTEREST[0]]
    first = frame["USUBJID"].map(queasy.groupby("USUBJID")["ASTDT"].min())
    completed = frame["EOSSTT"] == "COMPLETED"
    frame["PARAM"], frame["PARAMCD"] = "Time to first morning queasiness (days)", "TTQUEAS"
    frame["STARTDT"], frame["ADT"] = frame["TRTSDT"], first.fillna(frame["TRTEDT"])
    frame["AVAL"] = (frame["ADT"] - frame["STARTDT"]).dt.days + 1.0
    frame["AVALU"] = "DAYS"
    frame["CNSR"] = np.select([first.notna(), completed], [0.0, 1.0], 2.0)
    frame["EVNTDESC"] = np.where(first.notna(), _OF_INTEREST[0], "")
    reasons = {0.0: "", 1.0: "End of treatment as planned", 2.0: "Treatment stopped early"}
    frame["CNSDTDSC"] = frame["CNSR"].map(reasons)
    return frame


def build_adex(adsl: pd.DataFrame) -> pd.DataFrame:
    """One dosing record and two summaries per subject."""
    frame = adsl[[*_PERSON, *_ACTUAL, "TRTSDT", "TRTEDT"]].rename(columns=_ACTUAL)
    frame = frame.rename(columns={"TRTSDT": "ASTDT", "TRTEDT": "AENDT"})
    frame["EXTRT"] = np.where(frame["DOSEA"] > 0, "TAVOREX", "MATCHING PLACEBO")
    days = (frame["AENDT"] - frame["ASTDT"]).dt.days + 1.0
    values = (
        ("DOSE", "Daily dose (mg)", frame["DOSEA"]),
        ("TRTDUR", "Duration of treatment (days)", days),
        ("CUMDOSE", "Cumulative dose (mg)", days * frame["DOSEA"]),
    )
    parts = [frame.assign(PARAMCD=code, PARAM=name, AVAL=value) for code, name, value in values]
    both = pd.concat(parts).sort_values("USUBJID", kind="stable").reset_index(drop=True)
    dosing = both["PARAMCD"] == "DOSE"
    both["EXDOSE"] = both["DOSEA"].where(dosing)
    both["EXDOSU"] = np.where(dosing, "mg", "")
    return both
