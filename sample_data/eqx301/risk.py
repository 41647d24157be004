"""What is true: the risk of any adverse event of EQX-301 by any day, for any subject.

The hazards here are the ones that `adverse_events.draw_events` draws from. A
subject's rate of a term is its placebo rate times exp(arm + age + renal +
biomarker), times the shape of the term over time. The events considered start
on treatment; whatever ends treatment first (death, progression, another event
that stops treatment, withdrawal, dropout) competes.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sample_data.eqx301.catalogue import CATALOGUE, SERIOUS, SHAPES, STOPPING
from sample_data.eqx301.efficacy import death_hazard, leaving_hazard, progression_hazard
from sample_data.eqx301.protocol import ARMS
from sample_data.hazards import Floats, incidence

_GRADE = np.arange(1, 6)
_BY_GRADE = {
    "ANY": np.ones(5),
    "GRADE3": (_GRADE >= 3).astype(float),
    "SERIOUS": SERIOUS,
    "DISCONTINUED": STOPPING,
    "FATAL": (_GRADE == 5).astype(float),
}
EVENTS = (*_BY_GRADE, *dict.fromkeys(CATALOGUE.classes), *CATALOGUE.terms)
"""What `true_risk` can be asked for: kinds of event, system organ classes, terms."""


def event_rates(subjects: pd.DataFrame) -> Floats:
    """Daily rate of each term for each subject, before the shape over time; subjects x terms.

    Examples
    --------
    >>> from sample_data.eqx301.subjects import draw_subjects
    >>> event_rates(draw_subjects(3, np.random.default_rng(1))).shape == (3, len(CATALOGUE.terms))
    True
    """
    columns = np.column_stack(
        [
            (subjects["TRT01A"] == ARMS[1]).to_numpy(float),
            (subjects["AGE"].to_numpy(float) - 62) / 10,
            (80 - subjects["EGFRBL"].to_numpy(float)) / 20,
            (subjects["BMKBL"].to_numpy(float) - 130) / 60,
        ]
    )
    return np.exp(columns @ CATALOGUE.log_ratios.T) * CATALOGUE.daily_rate


def true_risk(
    subjects: pd.DataFrame, *, event: str, by_day: float, arm: str | None = None
) -> Floats:
    """Cumulative incidence of the first such event on treatment, by a study day.

    Parameters
    ----------
    subjects : DataFrame
        TRT01A, AGE, EGFRBL, BMKBL, BMKGR1, ECOGBL, STAGEBL and PRIORLN, as in ADSL
        or from `draw_subjects`.
    event : str
        One of `EVENTS`: "ANY", "GRADE3", "SERIOUS", "DISCONTINUED", "FATAL", a system
        organ class (AEBODSYS) or a term (AEDECOD).
    by_day : float
        Study day; the event's ASTDY is at most this.
    arm : str, optional
        Give everybody this arm instead of their own: what would have been.

    Returns
    -------
    array
        One risk per subject. Any end of treatment competes; the data cut does not.

    Examples
    --------
    >>> from sample_data.eqx301.subjects import draw_subjects
    >>> fresh = draw_subjects(1000, np.random.default_rng(1))
    >>> on, off = (true_risk(fresh, event="GRADE3", by_day=180, arm=a).mean() for a in ARMS[::-1])
    >>> bool(on > off)
    True
    """
    if event not in EVENTS:
        raise ValueError(f"event is one of sample_data.eqx301.EVENTS, but got {event!r}.")
    if arm is not None:
        if arm not in ARMS:
            raise ValueError(f"arm is one of {ARMS}, but got {arm!r}.")
        subjects = subjects.assign(TRT01A=arm)
    counted, stopped_by_others = _marks(event)
    rates = event_rates(subjects)
    cause = _over_time(rates, counted)
    total = cause + death_hazard(subjects) + progression_hazard(subjects)
    total += leaving_hazard(subjects) + _over_time(rates, stopped_by_others)
    return incidence(cause, total, by_day)


def _marks(event: str) -> tuple[Floats, Floats]:
    """Per term: chance that an onset counts, and that it does not but stops treatment."""
    counts = np.tile(_BY_GRADE.get(event, np.ones(5)), (len(CATALOGUE.terms), 1))
    if event not in _BY_GRADE:
        named = [event in pair for pair in zip(CATALOGUE.terms, CATALOGUE.classes, strict=True)]
        counts *= np.array(named, dtype=float)[:, None]
    # Whether an onset stops treatment is drawn apart from seriousness, given the grade,
    # but *is* the event when the question is discontinuation.
    stops = np.zeros(5) if event == "DISCONTINUED" else STOPPING
    counted = (CATALOGUE.grades * counts).sum(axis=1)
    others = (CATALOGUE.grades * stops * (1 - counts)).sum(axis=1)
    return counted, others


def _over_time(rates: Floats, weight: Floats) -> Floats:
    """Summed hazard of all terms between the edges; subjects x 4."""
    total = np.zeros((len(rates), 4))
    shapes = np.array(CATALOGUE.shapes)
    for name, shape in SHAPES.items():
        inside = shapes == name
        total += np.outer(rates[:, inside] @ weight[inside], shape)
    return total
