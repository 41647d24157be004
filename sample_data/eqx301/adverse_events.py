"""Adverse events of EQX-301: drawn as Poisson processes while treatment lasts.

The draws use the rates of `risk.event_rates`. Events that stop treatment are
drawn first, since they decide how long the others have; that is exact, because
marks of a Poisson process split it into independent ones.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from sample_data.eqx301.catalogue import CATALOGUE, SERIOUS, SHAPES, STOPPING
from sample_data.eqx301.efficacy import draw_course
from sample_data.eqx301.risk import EVENTS, event_rates
from sample_data.hazards import Floats, draw_times, shape_day, shape_integral

_LONGEST_FATAL_COURSE = 10.0  # days from onset to death


def draw_events(
    subjects: pd.DataFrame, course: pd.DataFrame, rng: Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All adverse events on treatment, and the course as these events change it.

    Parameters
    ----------
    subjects : DataFrame
        Baseline columns, as from `draw_subjects`.
    course : DataFrame
        From `efficacy.draw_course`, same rows.
    rng : Generator

    Returns
    -------
    events : DataFrame
        `row` (position of the subject), `term` (position in the catalogue), `onset`
        (days from the start of treatment), `grade`, `serious`, `stops` (treatment
        is withdrawn for it); in order of subject and onset.
    course : DataFrame
        With `treatment_end`, `reason`, `death` and `dropout` as they now are, and `fatal`.

    Examples
    --------
    >>> from sample_data.eqx301.efficacy import draw_course
    >>> from sample_data.eqx301.subjects import draw_subjects
    >>> rng = np.random.default_rng(1)
    >>> people = draw_subjects(100, rng)
    >>> events, course = draw_events(people, draw_course(people, rng), rng)
    >>> bool((events["onset"] <= course["treatment_end"].to_numpy()[events["row"]]).all())
    True
    """
    rates = event_rates(subjects)
    stopping = _first_stopping(rates, rng)
    stops = stopping["onset"].to_numpy() < course["treatment_end"].to_numpy()
    course = _changed(course, stopping, stops, rng)
    others = _other_events(rates, course["treatment_end"].to_numpy(), rng)
    events = pd.concat([stopping[stops].assign(stops=True), others.assign(stops=False)])
    events = events.sort_values(["row", "onset"], kind="stable").reset_index(drop=True)
    chance = SERIOUS[events["grade"].to_numpy() - 1]
    events["serious"] = rng.random(len(events)) < chance
    return events, course


def observe_first(subjects: pd.DataFrame, *, event: str, rng: Generator) -> pd.DataFrame:
    """A fresh fate for each subject: when the event came first, or what came instead.

    Nothing is censored: there is no data cut. This is what `true_risk` foretells.

    Parameters
    ----------
    subjects : DataFrame
        From `draw_subjects`.
    event : str
        One of `EVENTS`.
    rng : Generator

    Returns
    -------
    DataFrame
        `day` (study day) and `cause`: 1 the event, 2 the end of treatment before it.

    Examples
    --------
    >>> from sample_data.eqx301.subjects import draw_subjects
    >>> rng = np.random.default_rng(1)
    >>> observe_first(draw_subjects(500, rng), event="SERIOUS", rng=rng)["cause"].nunique()
    2
    """
    events, course = draw_events(subjects, draw_course(subjects, rng), rng)
    first = events[counts_as(events, event)].groupby("row")["onset"].first()
    onset = first.reindex(range(len(subjects))).to_numpy()
    came = ~np.isnan(onset)
    time = np.where(came, onset, course["treatment_end"].to_numpy())
    return pd.DataFrame({"day": np.floor(time) + 1, "cause": np.where(came, 1, 2)})


def counts_as(events: pd.DataFrame, event: str) -> NDArray[np.bool_]:
    """Which drawn events are of the kind, class or term named by one of `EVENTS`."""
    if event not in EVENTS:
        raise ValueError(f"event is one of sample_data.eqx301.EVENTS, but got {event!r}.")
    kinds = {
        "ANY": events["grade"] > 0,
        "GRADE3": events["grade"] >= 3,
        "SERIOUS": events["serious"],
        "DISCONTINUED": events["stops"],
        "FATAL": events["grade"] == 5,
    }
    if event in kinds:
        return np.asarray(kinds[event], dtype=bool)
    named = [event in pair for pair in zip(CATALOGUE.terms, CATALOGUE.classes, strict=True)]
    return np.asarray(np.array(named)[events["term"].to_numpy()])


def _first_stopping(rates: Floats, rng: Generator) -> pd.DataFrame:
    """The first event that would stop treatment: one row per subject, onset may be infinite."""
    weight = CATALOGUE.grades * STOPPING
    shapes = np.array(CATALOGUE.shapes)
    best = pd.DataFrame({"row": np.arange(len(rates)), "term": 0, "onset": np.inf, "grade": 1})
    for name, shape in SHAPES.items():
        terms = np.flatnonzero(shapes == name)
        level = rates[:, terms] * weight[terms].sum(axis=1)
        times = draw_times(np.outer(level.sum(axis=1), shape), rng)
        term = terms[_choose(level, rng)]
        sooner = times < best["onset"].to_numpy()
        best["onset"] = np.where(sooner, times, best["onset"])
        best["term"] = np.where(sooner, term, best["term"])
    best["grade"] = _choose(weight[best["term"].to_numpy()], rng) + 1
    return best


def _other_events(rates: Floats, end: Floats, rng: Generator) -> pd.DataFrame:
    """Events that do not stop treatment, from its start to its end."""
    kept = CATALOGUE.grades * (1 - STOPPING)
    parts = []
    for term, shape_name in enumerate(CATALOGUE.shapes):
        shape = SHAPES[shape_name]
        exposure = shape_integral(shape, end)
        count = rng.poisson(rates[:, term] * kept[term].sum() * exposure)
        row = np.repeat(np.arange(len(rates)), count)
        onset = shape_day(shape, rng.random(len(row)) * exposure[row])
        grade = rng.choice(5, size=len(row), p=kept[term] / kept[term].sum()) + 1
        parts.append(pd.DataFrame({"row": row, "term": term, "onset": onset, "grade": grade}))
    return pd.concat(parts, ignore_index=True)


def _changed(
    course: pd.DataFrame, stopping: pd.DataFrame, stops: NDArray[np.bool_], rng: Generator
) -> pd.DataFrame:
    """The course when those events stop treatment, and the fatal ones end in death."""
    fatal = stops & (stopping["grade"].to_numpy() == 5)
    death = stopping["onset"].to_numpy() + rng.random(len(course)) * _LONGEST_FATAL_COURSE
    return course.assign(
        treatment_end=np.where(stops, stopping["onset"], course["treatment_end"]),
        reason=np.where(stops, "adverse event", course["reason"]),
        death=np.where(fatal, death, course["death"]),
        dropout=np.where(fatal, np.inf, course["dropout"]),
        fatal=fatal,
    )


def _choose(weights: Floats, rng: Generator) -> NDArray[np.int64]:
    """One column per row, with chances in proportion to the row's weights."""
    edges = np.cumsum(weights, axis=1)
    point = rng.random(len(weights)) * edges[:, -1]
    return np.asarray((edges < point[:, None]).sum(axis=1))
