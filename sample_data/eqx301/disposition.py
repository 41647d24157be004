"""ADSL of EQX-301, and SDTM DM and DS: who they are and what became of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sample_data.eqx301.protocol import ARM_CODES, ARMS, DATA_CUT, STUDY, stream
from sample_data.eqx301.trial import Trial

_TREATMENT_REASONS = {
    "progression": "PROGRESSIVE DISEASE",
    "death": "DEATH",
    "adverse event": "ADVERSE EVENT",
    "withdrawal": "WITHDRAWAL BY SUBJECT",
    "dropout": "LOST TO FOLLOW-UP",
}
_FAILURES = (
    "Biomarker sample not evaluable", "Renal function below limit", "ECOG above 1",
    "Brain lesion found", "Consent withdrawn before randomisation",
)  # fmt: skip


def build_adsl(trial: Trial) -> pd.DataFrame:
    """ADSL in the order of the subjects' rows.

    Examples
    --------
    >>> from sample_data.eqx301.trial import draw_trial
    >>> adsl = build_adsl(draw_trial(subjects=120))
    >>> adsl["USUBJID"].is_unique, sorted(adsl["EOSSTT"].unique())
    (True, ['DISCONTINUED', 'ONGOING'])
    """
    frame = trial.subjects.copy()
    frame["STUDYID"], frame["AGEU"] = STUDY, "YEARS"
    frame["RFICDT"] = frame["consent"]
    _add_arms(frame)
    _add_treatment(frame)
    _add_fate(frame)
    _add_populations(frame, trial.seed)
    ecog = frame["ECOGBL"].astype(int).astype(str)
    frame["RANDSTR"] = frame["REGION1"] + " / " + frame["BMKGR1"] + " / ECOG " + ecog
    frame["DATACUT"] = DATA_CUT
    weighed = stream(trial.seed, "disposition").random(len(frame)) >= 0.005
    for column in ("WEIGHTBL", "BMIBL"):
        frame[column] = frame[column].where(weighed)
    return frame


def _add_arms(frame: pd.DataFrame) -> None:
    treated = frame["treated"].to_numpy()
    number = dict(zip(ARMS, (1.0, 2.0), strict=True))
    code = dict(zip(ARMS, ARM_CODES, strict=True))
    frame["ARM"], frame["TRT01PN"] = frame["TRT01P"], frame["TRT01P"].map(number)
    frame["ARMCD"] = frame["TRT01P"].map(code)
    frame["TRT01AN"] = frame["TRT01A"].map(number).where(treated)
    frame["ACTARMCD"] = frame["TRT01A"].map(code).where(treated, "NOTTRT")
    frame["ACTARM"] = frame["TRT01A"].where(treated, "Not Treated")
    frame["TRT01A"] = frame["TRT01A"].where(treated, "")


def _day(frame: pd.DataFrame, days: str) -> pd.Series:
    return frame["start"] + pd.to_timedelta(frame[days], unit="D")


def _add_treatment(frame: pd.DataFrame) -> None:
    treated, stopped = frame["treated"], frame["treated"] & frame["stopped"]
    frame["TRTSDT"] = frame["start"].where(treated)
    frame["TRTEDT"] = _day(frame, "end_day").where(treated)
    frame["TRTDURD"] = (frame["end_day"] + 1.0).where(treated)
    frame["EOTSTT"] = np.select([stopped, treated], ["DISCONTINUED", "ONGOING"], "")
    reason = frame["reason"].map(_TREATMENT_REASONS)
    withdrawn = (frame["reason"] == "dropout") & frame["consent_withdrawn"]
    reason = reason.mask(withdrawn, "WITHDRAWAL BY SUBJECT")
    physician = (frame["reason"] == "withdrawal") & frame["physician_decides"]
    frame["DCTREAS"] = reason.mask(physician, "PHYSICIAN DECISION").where(stopped, "")


def _add_fate(frame: pd.DataFrame) -> None:
    died, dropped = frame["died"].to_numpy(), frame["dropped"].to_numpy()
    seen = _day(frame, "last_day")
    frame["EOSSTT"] = np.where(died | dropped, "DISCONTINUED", "ONGOING")
    left = np.where(frame["consent_withdrawn"], "WITHDRAWAL BY SUBJECT", "LOST TO FOLLOW-UP")
    frame["DCSREAS"] = np.select([died, dropped], ["DEATH", left], "")
    frame["EOSDT"] = seen.where(died | dropped)
    frame["DTHFL"], frame["DTHDT"] = np.where(died, "Y", ""), seen.where(died)
    cause = np.where(frame["other_cause"], "OTHER", "DISEASE UNDER STUDY")
    frame["DTHCAUS"] = np.select([died & frame["fatal"], died], ["ADVERSE EVENT", cause], "")
    frame["LSTALVDT"] = seen


def _add_populations(frame: pd.DataFrame, seed: int) -> None:
    frame["ITTFL"] = "Y"
    frame["SAFFL"] = np.where(frame["treated"], "Y", "N")
    deviates = stream(seed, "disposition").random(len(frame)) < 0.03
    per_protocol = frame["treated"] & ~frame["swapped"] & ~deviates
    frame["PPROTFL"] = np.where(per_protocol, "Y", "N")


def build_dm(trial: Trial, adsl: pd.DataFrame) -> pd.DataFrame:
    """SDTM DM: everybody screened, screen failures included."""
    columns = ["USUBJID", "ARMCD", "ARM", "ACTARMCD", "ACTARM", "TRTSDT", "TRTEDT", "EOSDT",
               "DTHDT", "DTHFL"]  # fmt: skip
    frame = trial.screened.merge(adsl[columns], on="USUBJID", how="left")
    failed = frame["RANDDT"].isna()
    for code, name in (("ARMCD", "ARM"), ("ACTARMCD", "ACTARM")):
        frame[code] = frame[code].mask(failed, "SCRNFAIL")
        frame[name] = frame[name].mask(failed, "Screen Failure")
    frame["STUDYID"], frame["DOMAIN"], frame["AGEU"] = STUDY, "DM", "YEARS"
    frame["RFSTDT"] = frame["TRTSDT"].fillna(frame["RANDDT"])
    for text, date in (
        ("RFICDTC", "consent"), ("DMDTC", "consent"), ("RFSTDTC", "RFSTDT"), ("RFENDTC", "EOSDT"),
        ("RFXSTDTC", "TRTSDT"), ("RFXENDTC", "TRTEDT"), ("DTHDTC", "DTHDT"),
    ):  # fmt: skip
        frame[text] = _iso(frame[date])
    return frame.sort_values("USUBJID", kind="stable").reset_index(drop=True)


def build_ds(trial: Trial, adsl: pd.DataFrame) -> pd.DataFrame:
    """SDTM DS: consent, randomisation, end of treatment and of study, screen failure."""
    screened = trial.screened
    failed = screened[screened["RANDDT"].isna()]
    failures = np.array(_FAILURES, dtype=object)
    why = stream(trial.seed, "disposition").choice(len(_FAILURES), size=len(failed))
    milestone, event = "PROTOCOL MILESTONE", "DISPOSITION EVENT"
    stopped, left = adsl[adsl["DCTREAS"] != ""], adsl[adsl["DCSREAS"] != ""]
    parts = [
        _ds(screened, "consent", milestone, "", "INFORMED CONSENT OBTAINED"),
        _ds(adsl, "RANDDT", milestone, "", "RANDOMIZED"),
        _ds(failed, "consent", event, "STUDY PARTICIPATION", "SCREEN FAILURE", failures[why]),
        _ds(stopped, "TRTEDT", event, "STUDY TREATMENT", stopped["DCTREAS"]),
        _ds(left, "EOSDT", event, "STUDY PARTICIPATION", left["DCSREAS"]),
    ]
    frame = pd.concat(parts, ignore_index=True)
    frame = frame.sort_values(["USUBJID", "date"], kind="stable").reset_index(drop=True)
    frame["DSSEQ"] = frame.groupby("USUBJID").cumcount() + 1.0
    frame["STUDYID"], frame["DOMAIN"], frame["DSSTDTC"] = STUDY, "DS", _iso(frame["date"])
    return frame


def _ds(
    people: pd.DataFrame,
    date: str,
    category: str,
    scope: str,
    decoded: object,
    term: object | None = None,
) -> pd.DataFrame:
    frame = people[["USUBJID", "SITEID"]].assign(date=people[date], DSCAT=category, DSSCAT=scope)
    frame["DSDECOD"] = decoded
    frame["DSTERM"] = term if term is not None else decoded
    return frame


def _iso(dates: pd.Series) -> pd.Series:
    return pd.to_datetime(dates).dt.strftime("%Y-%m-%d").fillna("")
