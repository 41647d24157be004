"""The files of EQX-LARGE, written in stretches of subjects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from sample_data.hazards import Floats
from sample_data.large.adverse_events import count_events, draw_events
from sample_data.large.columns import named
from sample_data.large.datasets import ADAE, ADSL, ADTTE
from sample_data.large.protocol import ADVERSE_EVENTS, STUDY, SUBJECTS, build_plan
from sample_data.large.sites import Sites, draw_sites
from sample_data.large.subjects import draw_subjects
from sample_data.parquet import written_parquet
from sample_data.written import write_plan

Progress = Callable[[float, str], None]

FEWEST_SUBJECTS, MOST_EVENTS_A_SUBJECT = 100, 100
_SUBJECTS_AT_ONCE = 25_000
_SHARE_OF_SUBJECTS = 0.15  # of the work, by experience
_CENSORED = ("End of study", "Lost to follow-up", "Consent withdrawn")


def write_large(
    folder: Path,
    *,
    subjects: int = SUBJECTS,
    adverse_events: int = ADVERSE_EVENTS,
    seed: int = 1,
    progress: Progress | None = None,
) -> tuple[Path, ...]:
    """Write EQX-LARGE to a folder: Parquet files and `plan.json`.

    Parameters
    ----------
    folder : Path
        Created when it does not exist; files of these names in it are replaced. The full
        size takes about 500 MB.
    subjects : int
        Subjects randomised, at least 100.
    adverse_events : int
        Records of ADAE, 0 to 100 per subject on average.
    seed : int
        The same seed writes the same bytes.
    progress : callable, optional
        Called with the share done and a sentence.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> files = write_large(Path(mkdtemp()), subjects=200, adverse_events=1000)
    >>> [path.name for path in files]
    ['adsl.parquet', 'adtte.parquet', 'adae.parquet', 'plan.json']
    """
    check_sizes(subjects, adverse_events)
    if seed < 0:
        raise ValueError(f"`seed` is 0 or more, but got {seed}.")
    folder.mkdir(parents=True, exist_ok=True)
    report = progress or _silent
    sites = draw_sites(seed, subjects)
    burden = _write_subjects(folder, sites, seed, subjects, report)
    _write_events(folder, sites, seed, count_events(burden, adverse_events, seed), report)
    files = [folder / f"{dataset.name.lower()}.parquet" for dataset in (ADSL, ADTTE, ADAE)]
    return (*files, write_plan(folder, build_plan(subjects)))


def _silent(share: float, sentence: str) -> None:
    """Progress that nobody asked for."""


def check_sizes(subjects: int, adverse_events: int) -> None:
    """Refuse sizes that make no study.

    Examples
    --------
    >>> check_sizes(50, 1000)
    Traceback (most recent call last):
        ...
    ValueError: `subjects` is at least 100, but got 50.
    """
    if subjects < FEWEST_SUBJECTS:
        raise ValueError(f"`subjects` is at least {FEWEST_SUBJECTS}, but got {subjects}.")
    most = MOST_EVENTS_A_SUBJECT * subjects
    if not 0 < adverse_events <= most:
        raise ValueError(f"`adverse_events` is from 1 to {most}, but got {adverse_events}.")


def _stretches(subjects: int) -> Iterator[tuple[int, int]]:
    for first in range(0, subjects, _SUBJECTS_AT_ONCE):
        yield first, min(first + _SUBJECTS_AT_ONCE, subjects)


def _write_subjects(
    folder: Path, sites: Sites, seed: int, subjects: int, report: Progress
) -> Floats:
    """Write ADSL and ADTTE; how many events to expect of each subject, up to a constant."""
    burdens = []
    with written_parquet(folder, ADSL) as adsl, written_parquet(folder, ADTTE) as adtte:
        for first, last in _stretches(subjects):
            people = draw_subjects(sites, seed, first, last).assign(STUDYID=_study(last - first))
            adsl.write(people)
            adtte.write(survival(people))
            burdens.append(people["burden"].to_numpy())
            report(_SHARE_OF_SUBJECTS * last / subjects, f"Making {subjects:,} subjects.")
    return np.concatenate(burdens)


def _write_events(
    folder: Path, sites: Sites, seed: int, counts: np.ndarray, report: Progress
) -> None:
    total, done = int(counts.sum()), 0
    with written_parquet(folder, ADAE) as adae:
        for first, last in _stretches(len(counts)):
            people = draw_subjects(sites, seed, first, last)
            events = draw_events(people, counts[first:last], seed, done)
            adae.write(events.assign(STUDYID=_study(len(events))))
            done += len(events)
            share = _SHARE_OF_SUBJECTS + (1 - _SHARE_OF_SUBJECTS) * done / total
            report(share, f"Making {total:,} adverse events.")


def survival(people: pd.DataFrame) -> pd.DataFrame:
    """ADTTE: overall survival in whole days, one row per subject of ADSL."""
    frame = people.rename(columns={"TRT01P": "TRTP", "TRT01PN": "TRTPN"})
    frame["STARTDT"], frame["ADT"] = people["RANDDT"], people["LSTALVDT"]
    frame["AVAL"] = (frame["ADT"] - frame["STARTDT"]).dt.days + 1.0
    reason = people["DCSREAS"].cat.codes.to_numpy()  # death, lost, withdrawn; -1 at the end
    censored = np.array([-1, 1, 2, 0])[reason]
    frame["CNSR"] = censored + 1.0
    same = np.zeros(len(frame), dtype=np.int64)
    frame["PARAM"], frame["PARAMCD"] = named(same, ["Overall survival (days)"]), named(same, ["OS"])
    frame["AVALU"] = named(same, ["DAYS"])
    frame["EVNTDESC"] = named(np.where(censored < 0, 0, -1), ["Death"])
    frame["CNSDTDSC"] = named(censored, _CENSORED)
    return frame


def _study(rows: int) -> pd.Categorical:
    return named(np.zeros(rows, dtype=np.int64), [STUDY])
