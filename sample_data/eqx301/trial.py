"""One draw of the whole trial: sites, screenings, subjects, courses, events, and the cut."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.random import Generator

from sample_data.eqx301.adverse_events import draw_events
from sample_data.eqx301.efficacy import draw_course
from sample_data.eqx301.protocol import (
    ARMS,
    DATA_CUT,
    STRATIFICATION,
    STUDY,
    SUBJECTS,
    stream,
)
from sample_data.eqx301.sites import draw_sites
from sample_data.eqx301.subjects import draw_screenings, draw_subjects, randomise

FEWEST_SUBJECTS = 24
_NEVER_TREATED_SHARE = 0.007
_OTHER_ARM_SHARE = 0.004
_PERSON = ["AGE", "AGEGR1", "SEX", "RACE", "ETHNIC"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trial:
    """What happened, including what the data cut hides.

    Attributes
    ----------
    sites : DataFrame
        As from `draw_sites`.
    screened : DataFrame
        Everybody screened, with person columns and USUBJID; RANDDT missing when screening failed.
    subjects : DataFrame
        The randomised, one row each: baseline, arms, dates, and observed days counted
        from `start` (first dose, or randomisation for the few never treated).
    events : DataFrame
        Adverse events on treatment that began by the data cut.
    """

    seed: int
    sites: pd.DataFrame
    screened: pd.DataFrame
    subjects: pd.DataFrame
    events: pd.DataFrame


def draw_trial(seed: int = 301, subjects: int = SUBJECTS) -> Trial:
    """Draw EQX-301.

    Examples
    --------
    >>> trial = draw_trial(seed=301, subjects=120)
    >>> len(trial.subjects), len(trial.sites)
    (120, 64)
    """
    if subjects < FEWEST_SUBJECTS:
        raise ValueError(f"`subjects` is at least {FEWEST_SUBJECTS}, but got {subjects}.")
    sites = draw_sites(stream(seed, "sites"), subjects)
    screened = _screened(sites, seed, subjects)
    frame = _randomised(screened, seed)
    rng = stream(seed, "course")
    course = draw_course(frame, rng)
    events, course = draw_events(frame, course, stream(seed, "adverse_events"))
    untreated = ~frame["treated"].to_numpy()
    events = events[~untreated[events["row"].to_numpy()]]
    course = _without_treatment(course, untreated)
    frame = _observed(frame, course, rng)
    seen = events["onset"].to_numpy() < frame["horizon"].to_numpy()[events["row"].to_numpy()]
    return Trial(
        seed=seed,
        sites=sites,
        screened=screened,
        subjects=frame,
        events=_reported_once(events[seen]),
    )


def _reported_once(events: pd.DataFrame) -> pd.DataFrame:
    """Without a second onset of a term on the same day: the gravest is reported."""
    order = ["row", "day", "term", "stops", "grade", "serious"]
    ranked = events.assign(day=np.floor(events["onset"]))
    ranked = ranked.sort_values(order, ascending=[True, True, True, False, False, False])
    first = ranked.drop_duplicates(["row", "day", "term"]).drop(columns="day")
    return first.sort_values(["row", "onset"], kind="stable").reset_index(drop=True)


def _screened(sites: pd.DataFrame, seed: int, subjects: int) -> pd.DataFrame:
    screened = draw_screenings(sites, stream(seed, "screening"), subjects)
    screened["USUBJID"] = STUDY + "-" + screened["SUBJID"]
    people = draw_subjects(
        len(screened), stream(seed, "subjects"), region=screened["REGION1"].to_numpy(object)
    )
    return pd.concat([screened, people.drop(columns="REGION1")], axis=1)


def _randomised(screened: pd.DataFrame, seed: int) -> pd.DataFrame:
    rng = stream(seed, "randomisation")
    frame = screened[screened["RANDDT"].notna()]
    frame = frame.sort_values(["RANDDT", "USUBJID"], kind="stable").reset_index(drop=True)
    n = len(frame)
    planned = randomise(frame, STRATIFICATION, rng)
    lottery = rng.permutation(n)
    untreated = np.zeros(n, dtype=bool)
    untreated[lottery[: max(1, round(n * _NEVER_TREATED_SHARE))]] = True
    swapped = np.zeros(n, dtype=bool)
    swapped[lottery[-max(1, round(n * _OTHER_ARM_SHARE)) :]] = True
    names = np.array(ARMS, dtype=object)
    frame["TRT01P"], frame["TRT01A"] = names[planned], names[planned ^ swapped]
    frame["treated"], frame["swapped"] = ~untreated, swapped
    delay = np.where(untreated, 0, rng.choice(4, size=n, p=[0.45, 0.3, 0.15, 0.1]))
    frame["start"] = frame["RANDDT"] + pd.to_timedelta(delay, unit="D")
    frame["horizon"] = (DATA_CUT - frame["start"].to_numpy("datetime64[D]")).astype(int) + 1
    return frame


def _without_treatment(course: pd.DataFrame, untreated: np.ndarray) -> pd.DataFrame:
    return course.assign(
        treatment_end=np.where(untreated, 0.0, course["treatment_end"]),
        reason=np.where(untreated, "never treated", course["reason"]),
        fatal=course["fatal"] & ~untreated,
    )


def _observed(frame: pd.DataFrame, course: pd.DataFrame, rng: Generator) -> pd.DataFrame:
    """Add what is seen by the data cut, in whole days since `start`."""
    horizon = frame["horizon"].to_numpy(float)
    death, dropout = course["death"].to_numpy(), course["dropout"].to_numpy()
    end, progression = course["treatment_end"].to_numpy(), course["progression"].to_numpy()
    in_study = np.minimum(dropout, horizon)
    last = np.minimum(np.minimum(death, dropout), horizon - 1)
    return frame.assign(
        died=death < in_study,
        dropped=dropout < np.minimum(death, horizon),
        progressed=progression < np.minimum(death, in_study),
        stopped=end < horizon,
        fatal=course["fatal"].to_numpy() & (death < in_study),
        reason=course["reason"].to_numpy(),
        last_day=np.floor(last).astype(int),
        end_day=np.floor(np.minimum(end, horizon - 1)).astype(int),
        progression_day=np.floor(np.minimum(progression, horizon)).astype(int),
        consent_withdrawn=rng.random(len(frame)) < 0.55,
        physician_decides=rng.random(len(frame)) < 0.3,
        other_cause=rng.random(len(frame)) < 0.1,
    )
