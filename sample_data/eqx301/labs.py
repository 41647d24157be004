"""ADLB of EQX-301: eight laboratory tests, and a handful of liver-injury candidates."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.random import Generator

from sample_data.eqx301.protocol import ARMS
from sample_data.eqx301.visits import draw_visits, long_form, longest_weeks
from sample_data.hazards import Floats

WEEKS = longest_weeks((3, 6, 9, 12), 9)
CANDIDATES = 6
"""Subjects with aminotransferases and bilirubin both raised; one has a raised ALP, one placebo."""

_TESTS = pd.DataFrame(
    [
        # low and high limit for women, for men; typical value as a share of the upper limit
        ("ALT", "Alanine aminotransferase (U/L)", "U/L", 7, 35, 9, 45, 0.55),
        ("AST", "Aspartate aminotransferase (U/L)", "U/L", 8, 32, 9, 40, 0.58),
        ("ALP", "Alkaline phosphatase (U/L)", "U/L", 35, 110, 40, 125, 0.66),
        ("BILI", "Bilirubin (umol/L)", "umol/L", 3, 20, 3, 20, 0.48),
        ("CREAT", "Creatinine (umol/L)", "umol/L", 45, 90, 60, 110, np.nan),
        ("HGB", "Haemoglobin (g/L)", "g/L", 118, 155, 130, 172, 0.80),
        ("NEUT", "Neutrophils (10^9/L)", "10^9/L", 1.8, 7.5, 1.8, 7.5, 0.56),
        ("PLAT", "Platelets (10^9/L)", "10^9/L", 150, 400, 150, 400, 0.62),
    ],
    columns=["PARAMCD", "PARAM", "AVALU", "low_f", "high_f", "low_m", "high_m", "typical"],
)
_BETWEEN = np.array([0.28, 0.26, 0.22, 0.25, 0.08, 0.08, 0.24, 0.22])  # sd of log, subjects
_WITHIN = np.array([0.16, 0.15, 0.10, 0.14, 0.07, 0.04, 0.18, 0.12])  # sd of log, visits
_DRUG = np.array([0.12, 0.10, 0.03, 0.04, 0.04, -0.05, -0.18, -0.10])  # log ratio when active
_DIGITS = np.array([0, 0, 0, 1, 0, 0, 2, 0])
_ALT, _AST, _ALP, _BILI, _CREAT = range(5)
_BUMP_SHARE = (0.02, 0.06)  # aminotransferase elevations without bilirubin, by arm
_HIGHEST_QUIET_BILIRUBIN = 1.6  # multiple of the upper limit
_LIMITS_MISSING_SHARE = 0.002


def build_adlb(adsl: pd.DataFrame, adae: pd.DataFrame, rng: Generator) -> pd.DataFrame:
    """ADLB with limits, toxicity grades and baseline.

    Parameters
    ----------
    adsl : DataFrame
        As built, with observed days.
    adae : DataFrame
        Liver-injury candidates are chosen among subjects with a liver event, and
        peak at the visit after it.
    rng : Generator
    """
    visits = draw_visits(adsl, WEEKS, rng)
    low, high = _limits(adsl)
    values = _course(adsl, visits, high, rng)
    _raise_aminotransferases(adsl, visits, values, high, rng)
    _raise_candidates(visits, values, high, _candidates(adsl, adae, visits))
    values = np.round(values * 10.0**_DIGITS) / 10.0**_DIGITS
    values[(rng.random(values.shape) < 0.01) & (visits["AVISITN"] > 0).to_numpy()[:, None]] = np.nan
    frame = long_form(adsl, visits, values, _TESTS)
    row, column = frame["row"].to_numpy(), frame["column"].to_numpy()
    unknown = rng.random(len(frame)) < _LIMITS_MISSING_SHARE
    for name, limit in (("ANRLO", low), ("ANRHI", high)):
        frame[name] = np.where(unknown, np.nan, limit[row, column])
    return _graded(frame)


def _limits(adsl: pd.DataFrame) -> tuple[Floats, Floats]:
    """Lower and upper limits of normal; subjects x tests."""
    female = (adsl["SEX"] == "F").to_numpy()[:, None]
    low = np.where(female, _TESTS["low_f"].to_numpy(float), _TESTS["low_m"].to_numpy(float))
    high = np.where(female, _TESTS["high_f"].to_numpy(float), _TESTS["high_m"].to_numpy(float))
    return low, high


def _course(adsl: pd.DataFrame, visits: pd.DataFrame, high: Floats, rng: Generator) -> Floats:
    """Typical values with differences between subjects, visits, and the drug's drift."""
    typical = high * _TESTS["typical"].to_numpy(float)
    kidneys = 0.9 * np.log(90 / adsl["EGFRBL"].to_numpy(float))
    typical[:, _CREAT] = 0.80 * high[:, _CREAT] * np.exp(kidneys)
    subject = np.log(typical) + rng.normal(size=typical.shape) * _BETWEEN
    row = visits["row"].to_numpy()
    ramp = np.clip(visits["day"].to_numpy() / 63, 0, 1)
    active = (adsl["TRT01A"] == ARMS[1]).to_numpy()[row]
    drift = np.outer(ramp * active, _DRUG)
    values = np.exp(subject[row] + drift + rng.normal(size=(len(row), len(_TESTS))) * _WITHIN)
    values[:, _BILI] = np.minimum(values[:, _BILI], _HIGHEST_QUIET_BILIRUBIN * high[row, _BILI])
    return np.asarray(values)


def _raise_aminotransferases(
    adsl: pd.DataFrame, visits: pd.DataFrame, values: Floats, high: Floats, rng: Generator
) -> None:
    """Elevations of ALT and AST alone, at one visit, without bilirubin."""
    active = (adsl["TRT01A"] == ARMS[1]).to_numpy().astype(int)
    chosen = rng.random(len(adsl)) < np.array(_BUMP_SHARE)[active]
    later = visits[(visits["AVISITN"] > 0) & chosen[visits["row"].to_numpy()]]
    at = later.groupby("row")["AVISITN"].transform("size").to_numpy()
    place = later.groupby("row").cumcount().to_numpy()
    peak = later.index[place == at // 2].to_numpy()
    height = 2.5 + rng.gamma(2.0, 1.2, len(peak))
    row = visits["row"].to_numpy()[peak]
    values[peak, _ALT] = height * high[row, _ALT]
    values[peak, _AST] = 0.8 * height * high[row, _AST]


def _candidates(adsl: pd.DataFrame, adae: pd.DataFrame, visits: pd.DataFrame) -> pd.DataFrame:
    """Rows of ADSL chosen as candidates and the visit of the peak: five active, one placebo."""
    liver = adae[(adae["AEBODSYS"] == "Liver and bile strain") & (adae["TRTEMFL"] == "Y")]
    onset = liver.groupby("USUBJID")["ASTDY"].min()
    later = visits[visits["AVISITN"] > 0]
    onset_of = adsl["USUBJID"].map(onset).to_numpy()[later["row"].to_numpy()]
    after = later[later["day"].to_numpy() >= onset_of]  # comparisons with NaN are false
    peaks = after.reset_index().groupby("row").agg(peak=("index", "first"), left=("index", "size"))
    peaks = peaks[peaks["left"] >= 3]
    active = (adsl["TRT01A"] == ARMS[1]).to_numpy()[peaks.index.to_numpy()]
    chosen = [peaks[active].iloc[: CANDIDATES - 1], peaks[~active].iloc[:1]]
    return pd.concat(chosen).reset_index()


def _raise_candidates(
    visits: pd.DataFrame, values: Floats, high: Floats, candidates: pd.DataFrame
) -> None:
    """A peak at one visit and half of it at the next; the first candidate is cholestatic."""
    row_of = visits["row"].to_numpy()
    for number, (row, peak) in enumerate(zip(candidates["row"], candidates["peak"], strict=True)):
        height = 4.5 + 1.3 * number
        for visit, share in ((peak, 1.0), (peak + 1, 0.55)):
            if row_of[visit] != row:
                continue
            values[visit, _ALT] = share * height * high[row, _ALT]
            values[visit, _AST] = 0.85 * share * height * high[row, _AST]
            values[visit, _BILI] = max(share * (2.4 + 0.3 * number), 0.8) * high[row, _BILI]
            if number == 0:
                values[visit, _ALP] = share * 3.4 * high[row, _ALP]


# Multiples of a limit from which grade 1, 2, 3, 4 begin.
_ABOVE: dict[str, tuple[float, ...]] = {
    "ALT": (1, 3, 5, 20), "AST": (1, 3, 5, 20), "ALP": (1, 2.5, 5, 20),
    "BILI": (1, 1.5, 3, 10), "CREAT": (1, 1.5, 3, 6),
}  # fmt: skip
_BELOW: dict[str, tuple[float, ...]] = {
    "HGB": (1, 0.80, 0.64, 0.5), "NEUT": (1, 0.83, 0.55, 0.28), "PLAT": (1, 0.5, 0.33, 0.17),
}  # fmt: skip


def _graded(frame: pd.DataFrame) -> pd.DataFrame:
    """Toxicity grade of the value and of baseline; blank where the limit is missing."""
    for grade, value in (("ATOXGR", "AVAL"), ("BTOXGR", "BASE")):
        number = np.zeros(len(frame))
        code = frame["PARAMCD"].to_numpy()
        for test, cuts in _ABOVE.items():
            ratio = frame[value] / frame["ANRHI"]
            number[code == test] = sum((ratio > cut).to_numpy() for cut in cuts)[code == test]
        for test, cuts in _BELOW.items():
            ratio = frame[value] / frame["ANRLO"]
            number[code == test] = sum((ratio < cut).to_numpy() for cut in cuts)[code == test]
        text = number.astype(int).astype(str).astype(object)
        frame[grade] = np.where(frame["ANRHI"].isna() | frame[value].isna(), "", text)
    low, high = frame["AVAL"] < frame["ANRLO"], frame["AVAL"] > frame["ANRHI"]
    frame["ANRIND"] = np.select([frame["ANRHI"].isna(), low, high], ["", "LOW", "HIGH"], "NORMAL")
    return frame
