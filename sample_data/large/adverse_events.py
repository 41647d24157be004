"""The adverse events of EQX-LARGE, of any stretch of its subjects.

How many events each subject has is drawn once for the whole study, so that there are exactly
as many as were asked for; given their sum, counts of Poisson processes are multinomial.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sample_data.hazards import Floats
from sample_data.large.catalogue import CATALOGUE, GRADES, SERIOUS
from sample_data.large.columns import flag, named, since
from sample_data.large.course import OFF_TREATMENT, watched_days
from sample_data.large.draws import Draws
from sample_data.large.protocol import SAFETY_WINDOW_DAYS, SCREENING_DAYS

_TYPICAL_DAYS: Floats = np.array([9.0, 14.0, 18.0, 21.0, 1.0])  # median duration by grade
_INTERRUPTED: Floats = np.array([0.01, 0.05, 0.20, 0.40, 0.0])  # chance by grade
_REDUCED: Floats = np.array([0.00, 0.02, 0.12, 0.20, 0.0])
_ACTIONS = (
    "DOSE NOT CHANGED", "DRUG INTERRUPTED", "DOSE REDUCED", "DRUG WITHDRAWN", "NOT APPLICABLE",
)  # fmt: skip
_OUTCOMES = ("RECOVERED/RESOLVED", "NOT RECOVERED/NOT RESOLVED", "FATAL")
_OF_SUBJECT = [
    "USUBJID", "TRT01A", "start", "end_day", "last_day", "stopped_by_event", "fatal_event",
]  # fmt: skip
_DAYS = 4096  # more than any subject is in the study
_TERMS = len(CATALOGUE.terms)


def count_events(burden: Floats, events: int, seed: int) -> NDArray[np.int64]:
    """How many events each subject has, `events` in all.

    Examples
    --------
    >>> count_events(np.array([1.0, 0.0, 2.0]), 300, seed=1).sum()
    np.int64(300)
    """
    counts = np.zeros(len(burden), dtype=np.int64)
    watched = np.flatnonzero(burden)
    share = burden[watched] / burden[watched].sum()
    counts[watched] = np.random.default_rng([seed, 1]).multinomial(events, share)
    return counts


def draw_events(
    subjects: pd.DataFrame, counts: NDArray[np.int64], seed: int, first: int
) -> pd.DataFrame:
    """ADAE of some subjects.

    Parameters
    ----------
    subjects : DataFrame
        From `draw_subjects`.
    counts : array
        From `count_events`, of these subjects.
    seed : int
    first : int
        How many events the subjects before these have.

    Returns
    -------
    DataFrame
        In order of subject, day and term.

    Examples
    --------
    >>> from sample_data.large.sites import draw_sites
    >>> from sample_data.large.subjects import draw_subjects
    >>> people = draw_subjects(draw_sites(1, 100), 1, 0, 100)
    >>> counts = count_events(people["burden"].to_numpy(), 2000, seed=1)
    >>> len(draw_events(people, counts, seed=1, first=0))
    2000
    """
    draws = Draws(seed=seed, first=first, last=first + int(counts.sum()))
    row, day, term = _onsets(np.repeat(np.arange(len(subjects)), counts), subjects, draws)
    frame = subjects[_OF_SUBJECT].iloc[row].reset_index(drop=True)
    frame = frame.rename(columns={"TRT01A": "TRTA"}).assign(day=day, term=term)
    starts = np.cumsum(counts) - counts
    frame["AESEQ"] = np.arange(len(row)) - starts[row] + 1.0
    frame["AEDECOD"] = named(term, CATALOGUE.terms)
    frame["AEBODSYS"] = named(CATALOGUE.class_of[term], CATALOGUE.classes)
    _add_times(frame, row)
    _add_grade(frame, draws)
    _add_dates(frame, draws)
    _add_answers(frame, draws)
    return frame


def _onsets(
    row: NDArray[np.int64], subjects: pd.DataFrame, draws: Draws
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Subject, day since first dose and term of each event, in this order."""
    before, on, after = (days[row] for days in watched_days(subjects))
    passed = draws.uniform("onset") * (before + on + after)
    day = np.select(
        [passed < before, passed < before + on],
        [passed / OFF_TREATMENT - SCREENING_DAYS, passed - before],
        on + (passed - before - on) / OFF_TREATMENT,
    )
    day = np.minimum(np.floor(day), subjects["last_day"].to_numpy()[row]).astype(np.int64)
    arm = subjects["TRT01A"].cat.codes.to_numpy(np.int64)
    term = _terms(arm[row], draws.uniform("term"))
    key = _without_repeats((row * _DAYS + day + SCREENING_DAYS) * _TERMS + term, arm, draws)
    when = key // _TERMS
    return when // _DAYS, when % _DAYS - SCREENING_DAYS, key % _TERMS


def _terms(arm: NDArray[np.int64], chance: Floats) -> NDArray[np.int64]:
    """The term to which a number from 0 to 1 leads, by the rates in each event's arm."""
    rates = CATALOGUE.arm_rates()
    edges = np.cumsum(rates, axis=1) / rates.sum(axis=1, keepdims=True)
    edges[:, -1] = 1.0
    # One ladder for all arms: arm k goes from k to k + 1.
    ladder = (edges + np.arange(len(edges))[:, None]).ravel()
    rung = np.searchsorted(ladder, arm + chance, side="right") - arm * _TERMS
    # The sum may have been rounded up to the next arm.
    return np.asarray(np.minimum(rung, _TERMS - 1), dtype=np.int64)


def _without_repeats(
    key: NDArray[np.int64], arm: NDArray[np.int64], draws: Draws
) -> NDArray[np.int64]:
    """Keys in order; a second onset of a term on the same day gets a term drawn anew."""
    key = np.sort(key)
    attempt = 1
    while len(repeated := 1 + np.flatnonzero(key[1:] == key[:-1])):
        chance = draws.uniform(f"term, attempt {attempt + 1}")[repeated]
        subject = key[repeated] // (_DAYS * _TERMS)
        key[repeated] += _terms(arm[subject], chance) - key[repeated] % _TERMS
        key.sort()
        attempt += 1
    return key


def _add_times(frame: pd.DataFrame, row: NDArray[np.int64]) -> None:
    """Which events come on treatment or soon after, end it, or end in death."""
    after_start, end = frame["day"] >= 0, frame["end_day"]
    frame["on"] = on = after_start & (frame["day"] <= end)
    frame["emergent"] = after_start & (frame["day"] <= end + SAFETY_WINDOW_DAYS)
    frame["TRTEMFL"] = flag(frame["emergent"].to_numpy())
    frame["fatal"] = frame["fatal_event"] & frame["emergent"] & _last_of_each(row)
    frame["stops"] = on & frame["fatal"]
    on_treatment = np.flatnonzero(on)
    last = on_treatment[_last_of_each(row[on_treatment])]
    frame.loc[last, "stops"] |= frame.loc[last, "stopped_by_event"]


def _last_of_each(row: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether an event is the last one of its subject; `row` is in order."""
    return np.append(row[1:] != row[:-1], True)[: len(row)]


def _add_grade(frame: pd.DataFrame, draws: Draws) -> None:
    edges = np.cumsum(GRADES, axis=1)[CATALOGUE.profile[frame["term"]], :-1]
    drawn = (draws.uniform("grade")[:, None] > edges).sum(axis=1)
    step = np.where(frame["fatal"], len(SERIOUS) - 1, drawn)
    frame["AETOXGR"] = named(step, ("1", "2", "3", "4", "5"))
    frame["ATOXGRN"] = step + 1.0


def _add_dates(frame: pd.DataFrame, draws: Draws) -> None:
    """Start and end; what has not ended when the subject was last seen has no end."""
    start = frame["start"].to_numpy("datetime64[D]")
    day, last_seen = frame["day"].to_numpy(), frame["last_day"].to_numpy()
    typical = _TYPICAL_DAYS[frame["AETOXGR"].cat.codes]
    days = np.ceil(typical * np.exp(0.8 * draws.normal("duration"))).astype(np.int64)
    end = np.where(frame["fatal"], last_seen, day + days)
    ended = end <= last_seen
    frame["ASTDT"] = since(start, day)
    frame["ASTDY"] = (day + (day >= 0)).astype(float)
    frame["AENDT"] = np.where(ended, since(start, end), np.datetime64("NaT"))
    frame["AEOUT"] = named(np.select([frame["fatal"], ended], [2, 0], 1), _OUTCOMES)


def _add_answers(frame: pd.DataFrame, draws: Draws) -> None:
    step = frame["AETOXGR"].cat.codes
    frame["AESER"] = flag(draws.happens("serious", SERIOUS[step]), "N")
    related = draws.happens("related", CATALOGUE.related[frame["term"]])
    frame["AEREL"] = named(related.astype(int), ("NOT RELATED", "RELATED"))
    point = draws.uniform("action")
    reduced = point < _REDUCED[step]
    interrupted = point < _REDUCED[step] + _INTERRUPTED[step]
    answer = np.select([~frame["on"], frame["stops"], reduced, interrupted], [4, 3, 2, 1], 0)
    frame["AEACN"] = named(answer, _ACTIONS)
