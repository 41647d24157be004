"""The subjects of EQX-LARGE: who is randomised where and when, what they are like, which arm."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sample_data.hazards import Floats
from sample_data.large.columns import flag, named, since
from sample_data.large.course import add_course, event_burden
from sample_data.large.draws import Draws
from sample_data.large.protocol import ACCRUAL_MONTHS, ACCRUAL_START, ARMS, DAYS_A_MONTH, STUDY
from sample_data.large.sites import COUNTRIES, REGIONS, Sites

BIOMARKER_CUT = 145
"""BMKBL from which a subject is biomarker positive."""

_RACES = ("WHITE", "ASIAN", "BLACK OR AFRICAN AMERICAN", "OTHER", "NOT REPORTED")
_RACE_SHARES: Floats = np.array(
    [
        [0.72, 0.07, 0.14, 0.04, 0.03],
        [0.87, 0.03, 0.03, 0.02, 0.05],
        [0.15, 0.81, 0.01, 0.02, 0.01],
        [0.60, 0.03, 0.12, 0.22, 0.03],
    ]
)  # by region
_BLOCKS = np.array(list(permutations(range(len(ARMS)))))


def draw_subjects(sites: Sites, seed: int, first: int, last: int) -> pd.DataFrame:
    """Subjects `first` to `last` of the study, the last one left out.

    Parameters
    ----------
    sites : Sites
    seed : int
    first, last : int
        Rows of the whole study; any stretch gives the rows that the whole would.

    Returns
    -------
    DataFrame
        Columns of ADSL, in order of USUBJID; and, in lower case, what only the generator
        knows: `start` (first dose, or randomisation for the never treated), `end_day` and
        `last_day` (days from there to last dose and last contact; `end_day` is -1 for the
        never treated), `stopped_by_event`, `fatal_event`, and `burden`, the expected number
        of adverse events up to a constant.

    Examples
    --------
    >>> from sample_data.large.sites import draw_sites
    >>> people = draw_subjects(draw_sites(1, 5000), 1, 100, 200)
    >>> len(people), people["USUBJID"].is_unique
    (100, True)
    """
    draws = Draws(seed=seed, first=first, last=last)
    site = sites.of_rows(first, last)
    frame = pd.DataFrame({"place": np.arange(first, last) - sites.first[site]})
    _add_site(frame, sites, site)
    _add_person(frame, sites.region[site], draws)
    _add_disease(frame, draws)
    _add_arm(frame, draws)
    _add_dates(frame, sites, site, draws)
    add_course(frame, draws)
    frame["burden"] = event_burden(frame, sites.reporting[site], draws)
    return frame


def _add_site(frame: pd.DataFrame, sites: Sites, site: NDArray[np.int64]) -> None:
    numbers = zip(site, frame["place"] + 1, strict=True)
    subjects = [f"{STUDY}-{sites.names[s]}-{number:06d}" for s, number in numbers]
    frame["USUBJID"] = named(np.arange(len(subjects)), subjects)
    frame["SITEID"] = named(site, sites.names)
    frame["COUNTRY"] = named(sites.country[site], COUNTRIES)
    frame["REGION1"] = named(sites.region[site], REGIONS)


def _add_person(frame: pd.DataFrame, region: NDArray[np.int64], draws: Draws) -> None:
    age = np.clip(np.round(62 + 11 * draws.normal("age")), 18, 92)
    frame["AGE"] = age
    frame["AGEGR1"] = named(np.digitize(age, [65, 75]), ("<65", "65-74", ">=75"))
    male = draws.happens("sex", 0.5)
    frame["SEX"] = named(male.astype(int), ("F", "M"))
    edges = np.cumsum(_RACE_SHARES, axis=1)[region, :-1]
    frame["RACE"] = named((draws.uniform("race")[:, None] > edges).sum(axis=1), _RACES)
    height = np.round(163 + 12.5 * male + 6.5 * draws.normal("height"), 1) / 100
    weight = np.round(np.clip(26 + 4.5 * draws.normal("weight"), 16, 48) * height**2, 1)
    weighed, measured = draws.happens("weighed", 0.97), draws.happens("measured", 0.98)
    frame["WEIGHTBL"] = np.where(weighed, weight, np.nan)
    frame["BMIBL"] = np.where(weighed & measured, np.round(weight / height**2, 1), np.nan)


def _add_disease(frame: pd.DataFrame, draws: Draws) -> None:
    frame["ECOGBL"] = draws.choice("ecog", (0.45, 0.42, 0.13)).astype(float)
    stage = draws.choice("stage", (0.10, 0.20, 0.32, 0.38))
    frame["STAGEBL"] = named(stage, ("I", "II", "III", "IV"))
    frame["BMKBL"] = np.clip(np.round(130 + 60 * draws.normal("biomarker")), 0, 300)
    positive = (frame["BMKBL"] >= BIOMARKER_CUT).to_numpy()
    frame["BMKGR1"] = named(positive.astype(int), ("NEGATIVE", "POSITIVE"))


def _add_arm(frame: pd.DataFrame, draws: Draws) -> None:
    """Permuted blocks of three in the order of the rows; a few get another arm, or no dose."""
    row = np.arange(draws.first, draws.last)
    block = row // len(ARMS)
    blocks = Draws(seed=draws.seed, first=int(block[0]), last=int(block[-1]) + 1)
    order = (blocks.uniform("block") * len(_BLOCKS)).astype(int)[block - block[0]]
    planned = _BLOCKS[order, row % len(ARMS)]
    luck = draws.uniform("as randomised")
    actual = np.where(luck < 0.004, (planned + 1) % len(ARMS), planned)
    actual = np.where(luck > 1 - 0.007, -1, actual)
    for name, arm in (("TRT01P", planned), ("TRT01A", actual)):
        frame[name] = named(arm, ARMS)
        frame[f"{name}N"] = np.where(arm < 0, np.nan, arm + 1.0)
    frame["SAFFL"] = flag(actual >= 0, "N")
    frame["ITTFL"] = flag(actual >= -1)


def _add_dates(frame: pd.DataFrame, sites: Sites, site: NDArray[np.int64], draws: Draws) -> None:
    """Sites recruit evenly from their activation; a subject's number follows the date."""
    through = (frame["place"].to_numpy() + draws.uniform("arrival")) / sites.size[site]
    days = sites.opened[site] + through * (ACCRUAL_MONTHS * DAYS_A_MONTH - sites.opened[site])
    randomised = since(ACCRUAL_START, days.astype(np.int64))
    treated = frame["SAFFL"].to_numpy() == "Y"
    delay = np.where(treated, draws.choice("delay", (0.45, 0.30, 0.15, 0.10)), 0)
    frame["RANDDT"] = randomised
    frame["start"] = start = since(randomised, delay)
    frame["TRTSDT"] = np.where(treated, start, np.datetime64("NaT"))
