"""What becomes of the subjects of EQX-LARGE: treatment, death, leaving, events to expect."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sample_data.hazards import Floats
from sample_data.large.catalogue import CATALOGUE
from sample_data.large.columns import flag, named, since
from sample_data.large.draws import Draws
from sample_data.large.protocol import (
    FOLLOW_UP_DAYS,
    SAFETY_WINDOW_DAYS,
    SCREENING_DAYS,
    STUDY_END,
    TREATMENT_DAYS,
)

HAZARD_RATIOS: Floats = np.array([[1.0, 1.0], [0.90, 0.90], [0.85, 0.65]])
"""Of death against placebo: arms x (biomarker negative, positive)."""

OFF_TREATMENT = 0.25
"""Factor on the rate of adverse events before the first dose and after the last."""

_DEATH, _DROPOUT = 0.00022, 0.00008  # a day
_STOPPING: Floats = np.array([0.0012, 0.0013, 0.0016])  # a day, by arm
_FRAILTY_SD = 0.6  # of the logarithm
_REASONS = ("DEATH", "LOST TO FOLLOW-UP", "WITHDRAWAL BY SUBJECT")


def death_hazard(frame: pd.DataFrame) -> Floats:
    """Daily hazard of death: constant for a subject.

    It is 0.00022 for ECOG 0, stage I, age 62 on placebo, times exp(0.30 per ECOG point +
    0.35 per stage + 0.15 per 10 years), times the ratio of arm and biomarker.
    """
    arm, positive = frame["TRT01P"].cat.codes, frame["BMKGR1"].cat.codes
    risk = 0.30 * frame["ECOGBL"] + 0.35 * frame["STAGEBL"].cat.codes + 0.015 * (frame["AGE"] - 62)
    return np.asarray(_DEATH * np.exp(risk) * HAZARD_RATIOS[arm, positive])


def add_course(frame: pd.DataFrame, draws: Draws) -> None:
    """Add how treatment and study ended: days and what only the generator knows, then ADSL's."""
    _add_days(frame, draws)
    _add_reasons(frame, draws)
    start = frame["start"].to_numpy("datetime64[D]")
    seen = since(start, frame["last_day"].to_numpy())
    ended = since(start, frame["end_day"].to_numpy())
    frame["TRTEDT"] = np.where(frame["end_day"] >= 0, ended, np.datetime64("NaT"))
    frame["DTHFL"] = flag(frame["died"].to_numpy())
    frame["DTHDT"] = np.where(frame["died"], seen, np.datetime64("NaT"))
    frame["LSTALVDT"] = seen


def _add_days(frame: pd.DataFrame, draws: Draws) -> None:
    """Days since `start`; whatever comes first ends treatment, and study."""
    arm = frame["TRT01A"].cat.codes.to_numpy()
    horizon = (STUDY_END - frame["start"].to_numpy("datetime64[D]")).astype(int) + 1
    death = draws.exponential("death") / death_hazard(frame)
    leaving = draws.exponential("dropout") / _DROPOUT
    last = np.minimum(np.minimum(death, leaving), horizon - 1)
    planned_end = np.minimum(last, TREATMENT_DAYS - 1)
    stopping = draws.exponential("stopping") / _STOPPING[arm]
    end = np.floor(np.minimum(stopping, planned_end)).astype(np.int64)
    frame["died"] = death < np.minimum(leaving, horizon)
    frame["left"] = leaving < np.minimum(death, horizon)
    frame["last_day"] = np.floor(last).astype(np.int64)
    frame["end_day"] = np.where(arm >= 0, end, -1)
    frame["stopped"] = (arm >= 0) & (stopping < planned_end)


def _add_reasons(frame: pd.DataFrame, draws: Draws) -> None:
    died, left = frame["died"].to_numpy(), frame["left"].to_numpy()
    withdrew = left & draws.happens("withdrew", 0.55)
    frame["DCSREAS"] = named(np.select([died, withdrew, left], [0, 2, 1], -1), _REASONS)
    frame["EOSSTT"] = named((died | left).astype(int), ("COMPLETED", "DISCONTINUED"))
    frame["stopped_by_event"] = frame["stopped"] & draws.happens("stopped by event", 0.3)
    soon = frame["last_day"] <= frame["end_day"] + SAFETY_WINDOW_DAYS
    frame["fatal_event"] = died & soon & draws.happens("fatal event", 0.25)


def event_burden(frame: pd.DataFrame, reporting: Floats, draws: Draws) -> Floats:
    """Expected adverse events up to a constant: rate times time under observation.

    `reporting` is the factor of each subject's site. The rate also depends on arm, age,
    ECOG, and a frailty that stands in no column.
    """
    arm = frame["TRT01A"].cat.codes.to_numpy()
    frailty = np.exp(_FRAILTY_SD * draws.normal("frailty"))
    risk = np.exp(0.012 * (frame["AGE"] - 62) + 0.10 * frame["ECOGBL"])
    rate = frailty * risk * reporting * CATALOGUE.arm_rates().sum(axis=1)[arm]
    return np.asarray(np.where(arm >= 0, rate * sum(watched_days(frame)), 0.0))


def watched_days(frame: pd.DataFrame) -> tuple[Floats, Floats, Floats]:
    """Days in which events are recorded: before, on and after treatment.

    Those off treatment are counted by `OFF_TREATMENT`, so that events come evenly over them.
    """
    last, end = frame["last_day"].to_numpy(), frame["end_day"].to_numpy()
    before = np.full(len(frame), SCREENING_DAYS * OFF_TREATMENT)
    return before, end + 1.0, np.minimum(last - end, FOLLOW_UP_DAYS) * OFF_TREATMENT
