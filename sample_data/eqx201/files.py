"""EQX-201 drawn, laid out and written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.random import Generator

from sample_data.eqx201.datasets import DATASETS
from sample_data.eqx201.outcomes import build_adae, build_adeff, build_adex, build_adtte
from sample_data.eqx201.truth import DAYS, DOSES, queasiness_rate, stopping_rate
from sample_data.written import write_plan, write_sites
from sample_data.xport import write_xport

STUDY = "EQX-201"
TITLE = "Five doses of Tavorex in an invented chronic itch"
ARMS = ("Placebo", "10 mg", "30 mg", "60 mg", "100 mg")
_CODES = ("D0", "D10", "D30", "D60", "D100")
_START = np.datetime64("2024-01-15")
_COUNTRIES = ("NLD", "CZE", "CAN")
_SITES_A_COUNTRY = 6
_STOPS_FOR_QUEASINESS = 0.15


def build_eqx201(*, seed: int = 201, subjects_per_dose: int = 40) -> dict[str, pd.DataFrame]:
    """All tables of EQX-201, and "sites".

    Parameters
    ----------
    seed : int
        The same seed gives the same tables.
    subjects_per_dose : int
        Subjects in each of the five arms, at least 1.

    Examples
    --------
    >>> tables = build_eqx201()
    >>> tables["adsl"].groupby("DOSE01P").size().tolist()
    [40, 40, 40, 40, 40]
    """
    streams = [np.random.default_rng([seed, part]) for part in range(4)]
    sites = _draw_sites(streams[0], subjects_per_dose * len(DOSES))
    adsl, onset = _draw_subjects(sites, subjects_per_dose * len(DOSES), streams[1])
    adae = build_adae(adsl, onset, streams[2])
    tables = {
        "adsl": adsl,
        "adeff": build_adeff(adsl, streams[3]),
        "adae": adae,
        "adtte": build_adtte(adsl, adae),
        "adex": build_adex(adsl),
    }
    files = {d.name.lower(): tables[d.name.lower()][d.columns] for d in DATASETS}
    return {**files, "sites": sites}


def write_eqx201(folder: Path, *, seed: int = 201, subjects_per_dose: int = 40) -> tuple[Path, ...]:
    """Write EQX-201 to a folder: transport files, `sites.csv` and `plan.json`.

    Parameters
    ----------
    folder : Path
        Created when it does not exist.
    seed : int
        The same seed writes the same bytes.
    subjects_per_dose : int
        Subjects in each of the five arms.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> len(write_eqx201(Path(mkdtemp())))
    7
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = build_eqx201(seed=seed, subjects_per_dose=subjects_per_dose)
    written = [write_xport(folder, tables[d.name.lower()], d) for d in DATASETS]
    plan = _plan(subjects_per_dose * len(DOSES))
    return (*written, write_sites(folder, tables["sites"]), write_plan(folder, plan))


def _draw_sites(rng: Generator, subjects: int) -> pd.DataFrame:
    count = len(_COUNTRIES) * _SITES_A_COUNTRY
    country, place = np.divmod(np.arange(count), _SITES_A_COUNTRY)
    opened = np.sort(rng.integers(0, 120, count))
    opened[0] = 0
    rng.shuffle(opened[1:])
    planned = np.maximum(opened - rng.integers(-5, 40, count), 0)
    cost = rng.lognormal(0.0, 0.15, count)
    return pd.DataFrame(
        {
            "SITEID": [f"{c + 1}{p + 1:02d}" for c, p in zip(country, place, strict=True)],
            "COUNTRY": np.array(_COUNTRIES, dtype=object)[country],
            "planned_activation": _START + planned.astype("timedelta64[D]"),
            "actual_activation": _START + opened.astype("timedelta64[D]"),
            "status": "closed",
            "target_subjects": np.diff(np.linspace(0, subjects, count + 1).round()).astype(int),
            "cost_activation": (np.round(cost * 240) * 50).astype(int),
            "cost_per_subject": (np.round(cost * 150) * 50).astype(int),
            "cost_per_month": (np.round(cost * 10) * 50).astype(int),
            "currency": "EUR",
        }
    )


def _draw_subjects(
    sites: pd.DataFrame, subjects: int, rng: Generator
) -> tuple[pd.DataFrame, np.ndarray]:
    """ADSL, and for each subject the day of first queasiness (infinite when never)."""
    opened = (sites["actual_activation"].to_numpy("datetime64[D]") - _START).astype(float)
    chance = rng.gamma(2.0, size=len(sites))
    site = np.sort(rng.choice(len(sites), size=subjects, p=chance / chance.sum()))
    day = np.floor(opened[site] + rng.random(subjects) * (300 - opened[site])).astype(int)
    order = np.argsort(day, kind="stable")
    site, day = site[order], day[order]
    frame = pd.DataFrame({"SITEID": sites["SITEID"].to_numpy()[site]})
    frame["COUNTRY"] = sites["COUNTRY"].to_numpy()[site]
    frame["RANDDT"] = _START + day.astype("timedelta64[D]")
    number = frame.groupby("SITEID").cumcount() + 1
    frame["SUBJID"] = frame["SITEID"] + "-" + number.astype(str).str.zfill(3)
    frame["STUDYID"], frame["USUBJID"] = STUDY, STUDY + "-" + frame["SUBJID"]
    _add_person(frame, rng)
    _add_arm(frame, rng)
    onset = _add_fate(frame, rng)
    by_name = frame["USUBJID"].argsort(kind="stable").to_numpy()
    return frame.iloc[by_name].reset_index(drop=True), onset[by_name]


def _add_person(frame: pd.DataFrame, rng: Generator) -> None:
    n = len(frame)
    frame["AGE"] = np.clip(np.round(rng.normal(47, 13, n)), 18, 80)
    frame["AGEU"] = "YEARS"
    frame["SEX"] = np.where(rng.random(n) < 0.55, "F", "M")
    frame["RACE"] = rng.choice(
        np.array(["WHITE", "ASIAN", "OTHER"], object), n, p=[0.8, 0.12, 0.08]
    )
    frame["SCOREBL"] = np.clip(np.round(rng.normal(64, 10, n), 1), 40, 96)
    frame["ITTFL"], frame["SAFFL"] = "Y", "Y"


def _add_arm(frame: pd.DataFrame, rng: Generator) -> None:
    """Permuted blocks of five in the order of randomisation."""
    blocks = -(-len(frame) // len(DOSES))
    arm = rng.permuted(np.tile(np.arange(len(DOSES)), (blocks, 1)), axis=1).ravel()[: len(frame)]
    for name in ("TRT01P", "TRT01A", "ARM", "ACTARM"):
        frame[name] = np.array(ARMS, dtype=object)[arm]
    for name in ("ARMCD", "ACTARMCD"):
        frame[name] = np.array(_CODES, dtype=object)[arm]
    frame["TRT01PN"] = frame["TRT01AN"] = arm + 1.0
    frame["DOSE01P"] = frame["DOSE01A"] = np.array(DOSES)[arm]


def _add_fate(frame: pd.DataFrame, rng: Generator) -> np.ndarray:
    n, dose = len(frame), frame["DOSE01A"].to_numpy()
    onset = rng.exponential(1 / queasiness_rate(dose))
    leaves = rng.exponential(1 / stopping_rate(dose))
    gives_up = rng.random(n) < _STOPS_FOR_QUEASINESS
    stops = np.where(gives_up & (onset < leaves), onset, leaves)
    early = stops < DAYS
    end = np.floor(np.minimum(stops, DAYS - 1)).astype("timedelta64[D]")
    frame["TRTSDT"] = frame["RANDDT"]
    frame["TRTEDT"] = frame["EOSDT"] = frame["LSTALVDT"] = frame["RANDDT"] + end
    frame["EOSSTT"] = np.where(early, "DISCONTINUED", "COMPLETED")
    for_event = early & gives_up & (onset <= stops)
    frame["DCSREAS"] = np.select([for_event, early], ["ADVERSE EVENT", "WITHDRAWAL BY SUBJECT"], "")
    return np.where(onset <= np.minimum(stops, DAYS), onset, np.inf)


def _plan(subjects: int) -> dict[str, object]:
    return {
        "study": STUDY,
        "title": TITLE,
        "phase": "2",
        "status": "complete",
        "arms": list(ARMS),
        "allocation": [1] * len(ARMS),
        "subjects": subjects,
        "alpha": 0.025,
        "sides": 1,
        "accrual_start": str(_START),
        "accrual": [{"from_month": 0, "to_month": 10, "subjects_per_month": subjects / 10}],
        "sites": len(_COUNTRIES) * _SITES_A_COUNTRY,
        "endpoints": [
            {
                "code": "SCORE", "label": "Change of itch score at week 12", "role": "primary",
                "analysis_set": "ITTFL", "arm": "planned", "alpha": 0.025, "test": "MCP-Mod",
            },
            {
                "code": "TTQUEAS", "label": "Time to first morning queasiness", "role": "safety",
                "analysis_set": "SAFFL", "arm": "actual",
            },
        ],
    }  # fmt: skip
