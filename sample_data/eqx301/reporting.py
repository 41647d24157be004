"""ADAE of EQX-301: drawn events as an investigator reports them by the data cut."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from sample_data.eqx301.catalogue import (
    CATALOGUE,
    POST_TREATMENT_CLASS,
    POST_TREATMENT_TERM,
)
from sample_data.eqx301.protocol import SAFETY_WINDOW_DAYS

_TYPICAL_DAYS = np.array([9.0, 14.0, 18.0, 21.0, 5.0])  # median duration by grade
_VERBATIM = ("{}", "{}, as told by subject", "{} again")
_SEVERITY = np.array(["MILD", "MODERATE", "SEVERE", "SEVERE", "SEVERE"], dtype=object)
_PARTIAL_END_SHARE = 0.01
_PRE_TREATMENT_SHARE, _POST_TREATMENT_SHARE = 0.10, 0.12


def report_events(
    subjects: pd.DataFrame, events: pd.DataFrame, action: NDArray[np.object_], rng: Generator
) -> pd.DataFrame:
    """Reported adverse events, one row each, in order of subject and onset.

    Parameters
    ----------
    subjects : DataFrame
        `Trial.subjects`.
    events : DataFrame
        `Trial.events`.
    action : array
        AEACN of each event, from `exposure.draw_actions`.
    rng : Generator

    Returns
    -------
    DataFrame
        `row`, and what ADAE says about the event; days are since first dose.
    """
    on_treatment = pd.DataFrame(
        {
            "row": events["row"],
            "AEDECOD": np.array(CATALOGUE.terms, dtype=object)[events["term"]],
            "AEBODSYS": np.array(CATALOGUE.classes, dtype=object)[events["term"]],
            "day": np.floor(events["onset"]).astype(int),
            "grade": events["grade"],
            "serious": events["serious"],
            "related": rng.random(len(events)) < CATALOGUE.related[events["term"]],
            "AEACN": action,
        }
    )
    others = [_before_treatment(subjects, rng), _after_treatment(subjects, rng)]
    reported = pd.concat([on_treatment, *others], ignore_index=True)
    reported = reported.sort_values(["row", "day"], kind="stable").reset_index(drop=True)
    verbatim = rng.choice(len(_VERBATIM), size=len(reported), p=[0.86, 0.09, 0.05])
    reported["AETERM"] = [
        _VERBATIM[form].format(term)
        for form, term in zip(verbatim, reported["AEDECOD"], strict=True)
    ]
    _add_end(reported, subjects, rng)
    return reported


def _before_treatment(subjects: pd.DataFrame, rng: Generator) -> pd.DataFrame:
    mild = [i for i, grades in enumerate(CATALOGUE.grades) if grades[0] > 0.6]
    chosen = subjects["treated"].to_numpy() & (rng.random(len(subjects)) < _PRE_TREATMENT_SHARE)
    row = np.flatnonzero(chosen)
    term = rng.choice(mild, size=len(row))
    return _mild(row, np.array(CATALOGUE.terms, dtype=object)[term], rng).assign(
        AEBODSYS=np.array(CATALOGUE.classes, dtype=object)[term],
        day=-rng.integers(1, 6, size=len(row)),
        AEACN="NOT APPLICABLE",
    )


def _after_treatment(subjects: pd.DataFrame, rng: Generator) -> pd.DataFrame:
    day = subjects["end_day"].to_numpy() + rng.integers(1, SAFETY_WINDOW_DAYS + 1, len(subjects))
    chosen = subjects["treated"] & subjects["stopped"] & (day <= subjects["last_day"])
    row = np.flatnonzero(chosen & (rng.random(len(subjects)) < _POST_TREATMENT_SHARE))
    term = np.full(len(row), POST_TREATMENT_TERM, dtype=object)
    return _mild(row, term, rng).assign(
        AEBODSYS=POST_TREATMENT_CLASS, day=day[row], AEACN="NOT APPLICABLE"
    )


def _mild(row: NDArray[np.int64], term: NDArray[np.object_], rng: Generator) -> pd.DataFrame:
    grade = rng.integers(1, 3, size=len(row))
    return pd.DataFrame(
        {"row": row, "AEDECOD": term, "grade": grade, "serious": False, "related": False}
    )


def _add_end(reported: pd.DataFrame, subjects: pd.DataFrame, rng: Generator) -> None:
    """Ends and outcomes; what has not ended when the subject was last seen is ongoing."""
    row, grade = reported["row"].to_numpy(), reported["grade"].to_numpy()
    last, died = subjects["last_day"].to_numpy()[row], subjects["fatal"].to_numpy()[row]
    days = np.ceil(_TYPICAL_DAYS[grade - 1] * rng.lognormal(0.0, 0.8, len(row))).astype(int)
    fatal = (grade == 5) & died
    # Not dead yet at the cut: the investigator cannot know that it will be fatal.
    reported["grade"] = np.where((grade == 5) & ~died, 4, grade)
    end = np.where(fatal, last, reported["day"].to_numpy() + days)
    ended = end <= last
    reported["end_day"], reported["fatal"], reported["ended"] = end, fatal, ended
    sequelae = rng.random(len(row)) < 0.02 * grade
    reported["AEOUT"] = np.select(
        [fatal, ~ended, sequelae],
        ["FATAL", "NOT RECOVERED/NOT RESOLVED", "RECOVERED/RESOLVED WITH SEQUELAE"],
        "RECOVERED/RESOLVED",
    )
    reported["partial"] = ended & ~fatal & (rng.random(len(row)) < _PARTIAL_END_SHARE)


def build_adae(adsl: pd.DataFrame, reported: pd.DataFrame) -> pd.DataFrame:
    """ADAE from reported events: dates, coded answers, first-occurrence flags.

    Parameters
    ----------
    adsl : DataFrame
        In the order of the subjects' rows.
    reported : DataFrame
        From `report_events`.
    """
    person = ["STUDYID", "USUBJID", "SUBJID", "SITEID", "TRT01A", "TRT01AN", "TRTSDT", "TRTEDT",
              "LSTALVDT", "AGE", "SEX", "RACE", "SAFFL"]  # fmt: skip
    frame = reported.join(adsl[person], on="row").rename(
        columns={"TRT01A": "TRTA", "TRT01AN": "TRTAN"}
    )
    frame["ASTDT"] = frame["TRTSDT"] + pd.to_timedelta(frame["day"], unit="D")
    end = frame["TRTSDT"] + pd.to_timedelta(frame["end_day"], unit="D")
    month_end = np.minimum(end + pd.offsets.MonthEnd(0), frame["LSTALVDT"])
    frame["AENDT"] = end.where(~frame["partial"], month_end).where(frame["ended"])
    frame["AENDTF"] = np.where(frame["partial"], "D", "")
    frame["AESTDTC"] = frame["ASTDT"].dt.strftime("%Y-%m-%d")
    full, month = (end.dt.strftime(form) for form in ("%Y-%m-%d", "%Y-%m"))
    frame["AEENDTC"] = full.where(~frame["partial"], month).where(frame["ended"], "")
    _add_answers(frame)
    _add_days(frame)
    return _with_flags(frame)


def _add_answers(frame: pd.DataFrame) -> None:
    grade = frame["grade"].to_numpy()
    frame["AETOXGR"], frame["ATOXGRN"] = grade.astype(str), grade.astype(float)
    frame["AESEV"] = _SEVERITY[grade - 1]
    for column, true in (("AESER", "serious"), ("AESDTH", "fatal")):
        frame[column] = np.where(frame[true], "Y", "N")
    frame["AEREL"] = np.where(frame["related"], "RELATED", "NOT RELATED")
    emergent = (frame["ASTDT"] >= frame["TRTSDT"]) & (
        frame["ASTDT"] <= frame["TRTEDT"] + pd.Timedelta(days=SAFETY_WINDOW_DAYS)
    )
    frame["TRTEMFL"] = np.where(emergent, "Y", "")


def _add_days(frame: pd.DataFrame) -> None:
    for day, date in (("ASTDY", "ASTDT"), ("AENDY", "AENDT")):
        since = (frame[date] - frame["TRTSDT"]).dt.days
        frame[day] = since + (since >= 0)
    frame["ADURN"] = (frame["AENDT"] - frame["ASTDT"]).dt.days + 1.0


def _with_flags(frame: pd.DataFrame) -> pd.DataFrame:
    """Sequence numbers, and flags on the first treatment-emergent record of each kind."""
    frame = frame.sort_values(["USUBJID", "ASTDT"], kind="stable").reset_index(drop=True)
    frame["AESEQ"] = frame.groupby("USUBJID").cumcount() + 1.0
    emergent = frame[frame["TRTEMFL"] == "Y"]
    for flag, within in (
        ("AOCCFL", ["USUBJID"]),
        ("AOCCSFL", ["USUBJID", "AEBODSYS"]),
        ("AOCCPFL", ["USUBJID", "AEBODSYS", "AEDECOD"]),
    ):
        first = emergent.drop_duplicates(within).index
        frame[flag] = np.where(frame.index.isin(first), "Y", "")
    return frame
