"""The subjects of EQX-301: who is screened where and when, what they are like, which arm."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from sample_data.eqx301.protocol import ACCRUAL_START, ARMS, BLOCK, DAYS_A_MONTH

BIOMARKER_CUT = 145
"""BMKBL from which a subject is biomarker positive."""

REGIONS = ("North America", "Europe", "Asia-Pacific")
_REGION_SHARE = (0.22, 0.55, 0.23)
_RACES = ("WHITE", "ASIAN", "BLACK OR AFRICAN AMERICAN", "OTHER", "NOT REPORTED")
_RACE_SHARE = {
    "North America": (0.72, 0.07, 0.14, 0.04, 0.03),
    "Europe": (0.87, 0.03, 0.03, 0.02, 0.05),
    "Asia-Pacific": (0.17, 0.81, 0.00, 0.01, 0.01),
}
_LONGEST_ACCRUAL_MONTHS = 30


def draw_subjects(
    n: int, rng: Generator, *, region: NDArray[np.object_] | None = None
) -> pd.DataFrame:
    """Fresh subjects at baseline, each given an arm by a fair coin.

    This is how prediction models are judged: the study's own subjects come from
    the same function, and `true_risk` knows everybody's chances.

    Parameters
    ----------
    n : int
    rng : Generator
    region : array of str, optional
        REGION1 of each subject; drawn when not given.

    Returns
    -------
    DataFrame
        Baseline columns of ADSL, with planned and actual arm equal.

    Examples
    --------
    >>> fresh = draw_subjects(1000, np.random.default_rng(7))
    >>> bool(fresh["AGE"].between(24, 89).all()), sorted(fresh["BMKGR1"].unique())
    (True, ['NEGATIVE', 'POSITIVE'])
    """
    if region is None:
        region = rng.choice(np.array(REGIONS, dtype=object), size=n, p=_REGION_SHARE)
    frame = pd.DataFrame({"REGION1": region})
    _add_person(frame, rng)
    _add_disease(frame, rng)
    arm = rng.integers(0, 2, size=n)
    for column in ("TRT01P", "TRT01A"):
        frame[column] = np.array(ARMS, dtype=object)[arm]
    return frame


def _add_person(frame: pd.DataFrame, rng: Generator) -> None:
    n = len(frame)
    frame["AGE"] = np.clip(np.round(rng.normal(62.5, 10.5, n)), 24, 89)
    frame["AGEGR1"] = np.select([frame["AGE"] < 65, frame["AGE"] < 75], ["<65", "65-74"], ">=75")
    frame["SEX"] = np.where(rng.random(n) < 0.46, "F", "M")
    frame["RACE"] = _races(frame["REGION1"].to_numpy(), rng)
    hispanic = rng.random(n) < np.where(frame["REGION1"] == "North America", 0.16, 0.04)
    frame["ETHNIC"] = np.where(hispanic, "HISPANIC OR LATINO", "NOT HISPANIC OR LATINO")
    male = (frame["SEX"] == "M").to_numpy()
    height = rng.normal(163, 6.5, n) + 12.5 * male
    bmi = np.clip(rng.normal(26.0, 4.2, n), 16.5, 45)
    frame["HEIGHTBL"] = np.round(height, 1)
    frame["WEIGHTBL"] = np.round(bmi * (height / 100) ** 2, 1)
    frame["BMIBL"] = np.round(frame["WEIGHTBL"] / (frame["HEIGHTBL"] / 100) ** 2, 1)


def _races(region: NDArray[np.object_], rng: Generator) -> NDArray[np.object_]:
    chance = rng.random(len(region))
    race = np.empty(len(region), dtype=object)
    for name, shares in _RACE_SHARE.items():
        inside = region == name
        position = np.searchsorted(np.cumsum(shares), chance[inside]).clip(max=len(_RACES) - 1)
        race[inside] = np.array(_RACES, dtype=object)[position]
    return race


def _add_disease(frame: pd.DataFrame, rng: Generator) -> None:
    n = len(frame)
    frame["ECOGBL"] = (rng.random(n) < 0.55).astype(float)
    frame["STAGEBL"] = np.where(rng.random(n) < 0.68, "IV", "III")
    frame["PRIORLN"] = rng.choice([0.0, 1.0, 2.0], size=n, p=[0.52, 0.33, 0.15])
    frame["BMKBL"] = np.clip(np.round(rng.normal(130, 60, n)), 0, 300)
    frame["BMKGR1"] = np.where(frame["BMKBL"] >= BIOMARKER_CUT, "POSITIVE", "NEGATIVE")
    kidneys = 98 - 0.75 * (frame["AGE"] - 50) + rng.normal(0, 17, n)
    frame["EGFRBL"] = np.clip(np.round(kidneys), 30, 130)
    frame["EGFRGR1"] = np.select(
        [frame["EGFRBL"] < 60, frame["EGFRBL"] < 90], ["<60", "60-89"], ">=90"
    )


def draw_screenings(sites: pd.DataFrame, rng: Generator, subjects: int) -> pd.DataFrame:
    """Everybody screened until the last planned subject is randomised.

    Sites recruit as Poisson processes from their activation; recruitment is
    competitive and stops with the last planned subject.

    Parameters
    ----------
    sites : DataFrame
        From `draw_sites`.
    rng : Generator
    subjects : int
        Subjects to randomise.

    Returns
    -------
    DataFrame
        In order of date: `SITEID`, `COUNTRY`, `REGION1`, `consent` (date),
        `RANDDT` (missing when screening failed) and `SUBJID`, numbered by site.

    Examples
    --------
    >>> from sample_data.eqx301.sites import draw_sites
    >>> rng = np.random.default_rng(1)
    >>> screened = draw_screenings(draw_sites(rng, 100), rng, 100)
    >>> int(screened["RANDDT"].notna().sum())
    100
    """
    consent, site = _arrivals(sites, rng)
    fails = rng.random(len(site)) < sites["failure"].to_numpy()[site]
    decided = consent + rng.integers(6, 22, size=len(site))
    randomised = np.flatnonzero(~fails)
    if len(randomised) < subjects:
        months = _LONGEST_ACCRUAL_MONTHS
        raise ValueError(f"{subjects} subjects take {months} months to randomise at most.")
    order = randomised[np.argsort(decided[randomised], kind="stable")][:subjects]
    last_day = decided[order[-1]]
    kept = np.isin(np.arange(len(site)), order) | (fails & (decided <= last_day))
    frame = pd.DataFrame(
        {
            "SITEID": sites["SITEID"].to_numpy()[site],
            "COUNTRY": sites["COUNTRY"].to_numpy()[site],
            "REGION1": sites["region"].to_numpy()[site],
            "consent": _date(consent),
            "RANDDT": np.where(fails, np.datetime64("NaT"), _date(decided)),
            "decided": decided,
        }
    )[kept]
    frame = frame.sort_values(["consent", "SITEID", "decided"], kind="stable")
    number = frame.groupby("SITEID").cumcount() + 1
    width = max(3, len(str(int(number.max()))))
    frame["SUBJID"] = frame["SITEID"] + "-" + number.astype(str).str.zfill(width)
    return frame.drop(columns="decided").reset_index(drop=True)


def _arrivals(sites: pd.DataFrame, rng: Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Consent days and site numbers of everybody who would come within 30 months."""
    horizon = _LONGEST_ACCRUAL_MONTHS * DAYS_A_MONTH
    opened = sites["open_day"].to_numpy()
    closed = (sites["closed_on"].to_numpy("datetime64[D]") - ACCRUAL_START).astype(float)
    closed = np.where(sites["closed_on"].isna(), horizon, closed)
    screening_rate = sites["rate"].to_numpy() / (1 - sites["failure"].to_numpy()) / DAYS_A_MONTH
    counts = rng.poisson(screening_rate * (closed - opened))
    site = np.repeat(np.arange(len(sites)), counts)
    days = opened[site] + rng.random(len(site)) * (closed - opened)[site]
    return np.floor(days).astype(np.int64), site


def _date(day: NDArray[np.int64]) -> NDArray[np.datetime64]:
    return ACCRUAL_START + day.astype("timedelta64[D]")


def randomise(frame: pd.DataFrame, strata: tuple[str, ...], rng: Generator) -> NDArray[np.int64]:
    """Arms 0 and 1 by permuted blocks of four within strata, in the order of the rows.

    Examples
    --------
    >>> frame = pd.DataFrame({"SEX": ["F", "M"] * 8})
    >>> int(randomise(frame, ("SEX",), np.random.default_rng(1)).sum())
    8
    """
    stratum = frame.groupby(list(strata), observed=True).ngroup().to_numpy()
    place = pd.Series(stratum).groupby(stratum).cumcount().to_numpy()
    block = place // BLOCK
    # Blocks come in the order of stratum and number, whoever fills them first.
    slots, row = np.unique(np.column_stack([stratum, block]), axis=0, return_inverse=True)
    half = np.arange(BLOCK) >= BLOCK // 2
    tickets = rng.permuted(np.tile(half, (len(slots), 1)), axis=1)
    arms: NDArray[np.int64] = tickets[row, place % BLOCK].astype(np.int64)
    return arms
