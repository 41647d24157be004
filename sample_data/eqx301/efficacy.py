"""Death, progression, and leaving treatment or study: the hazards of EQX-301 and one course each.

All clocks start with treatment (with randomisation for the few who never start).
Death and progression have hazards of their own, independent given the baseline
columns, so progression-free survival is the earlier of the two and its hazard
is their sum: the treatment's hazard ratio is the same for both endpoints.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.random import Generator

from sample_data.eqx301.protocol import ARMS
from sample_data.hazards import Floats, draw_times

EARLY_HAZARD_RATIO = 1.0
LATE_HAZARD_RATIO = {"NEGATIVE": 0.75, "POSITIVE": 0.50}
"""Lumarestat against placebo from day 91 on, by BMKGR1; before that it is 1."""

_DEATH = 0.00067 * np.array([0.40, 0.75, 1.10, 1.15])
_PROGRESSION = 0.00180 * np.array([0.55, 1.10, 1.10, 0.95])
_WITHDRAWAL = 0.00024 * np.ones(4)
_DROPOUT = 0.00014 * np.ones(4)

# log hazard ratios: ECOG 1, stage IV, a prior line, 10 years of age, biomarker positive
_DEATH_EFFECTS = np.array([0.40, 0.35, 0.12, 0.10, 0.12])
_PROGRESSION_EFFECTS = np.array([0.22, 0.30, 0.10, 0.00, 0.08])


def death_hazard(subjects: pd.DataFrame) -> Floats:
    """Daily hazard of death from the disease, between the edges; fatal events come on top.

    Examples
    --------
    >>> from sample_data.eqx301.subjects import draw_subjects
    >>> death_hazard(draw_subjects(5, np.random.default_rng(1))).shape
    (5, 4)
    """
    return _with_effect(subjects, _DEATH, _DEATH_EFFECTS)


def progression_hazard(subjects: pd.DataFrame) -> Floats:
    """Daily hazard of progression while alive, between the edges.

    Examples
    --------
    >>> from sample_data.eqx301.subjects import draw_subjects
    >>> progression_hazard(draw_subjects(5, np.random.default_rng(1))).shape
    (5, 4)
    """
    return _with_effect(subjects, _PROGRESSION, _PROGRESSION_EFFECTS)


def leaving_hazard(subjects: pd.DataFrame) -> Floats:
    """Daily hazard of ending treatment by withdrawal or by dropping out of the study.

    Examples
    --------
    >>> leaving_hazard(pd.DataFrame(index=range(2))).round(5).tolist()[0][0]
    0.00038
    """
    return np.tile(_WITHDRAWAL + _DROPOUT, (len(subjects), 1))


def _with_effect(subjects: pd.DataFrame, base: Floats, effects: Floats) -> Floats:
    columns = np.column_stack(
        [
            subjects["ECOGBL"].to_numpy(float),
            (subjects["STAGEBL"] == "IV").to_numpy(float),
            subjects["PRIORLN"].to_numpy(float),
            (subjects["AGE"].to_numpy(float) - 62) / 10,
            (subjects["BMKGR1"] == "POSITIVE").to_numpy(float),
        ]
    )
    rates = np.outer(np.exp(columns @ effects), base)
    active = (subjects["TRT01A"] == ARMS[1]).to_numpy()
    late = subjects["BMKGR1"].map(LATE_HAZARD_RATIO).to_numpy(float)
    rates[:, 2:] *= np.where(active, late, EARLY_HAZARD_RATIO)[:, None]
    return rates


def draw_course(subjects: pd.DataFrame, rng: Generator) -> pd.DataFrame:
    """One latent course per subject, in days from the start of treatment.

    Returns
    -------
    DataFrame
        `death`, `progression`, `withdrawal` (of treatment only) and `dropout`
        (out of the study), each the time it would happen if nothing else did,
        and `treatment_end` with its `reason`, before adverse events have a say.

    Examples
    --------
    >>> from sample_data.eqx301.subjects import draw_subjects
    >>> rng = np.random.default_rng(1)
    >>> course = draw_course(draw_subjects(200, rng), rng)
    >>> bool((course["treatment_end"] <= course["death"]).all())
    True
    """
    n = len(subjects)
    course = pd.DataFrame(
        {
            "death": draw_times(death_hazard(subjects), rng),
            "progression": draw_times(progression_hazard(subjects), rng),
            "withdrawal": draw_times(np.tile(_WITHDRAWAL, (n, 1)), rng),
            "dropout": draw_times(np.tile(_DROPOUT, (n, 1)), rng),
        }
    )
    causes = course.to_numpy()
    names = np.array(course.columns, dtype=object)
    course["treatment_end"] = causes.min(axis=1)
    course["reason"] = names[causes.argmin(axis=1)]
    return course
