"""The files of EQX-301: every dataset as a frame, and written to a folder."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from sample_data.eqx301.datasets import DATASETS
from sample_data.eqx301.disposition import build_adsl, build_dm, build_ds
from sample_data.eqx301.endpoints import build_adtte
from sample_data.eqx301.exposure import build_adex, dose_periods, draw_actions
from sample_data.eqx301.labs import build_adlb
from sample_data.eqx301.plan import build_plan
from sample_data.eqx301.planted import plant_problems
from sample_data.eqx301.protocol import SUBJECTS, stream
from sample_data.eqx301.reporting import build_adae, report_events
from sample_data.eqx301.sites import SITE_COLUMNS
from sample_data.eqx301.trial import draw_trial
from sample_data.eqx301.vitals import build_advs
from sample_data.written import write_plan, write_sites
from sample_data.xport import write_xport


def build_eqx301(*, seed: int = 301, subjects: int = SUBJECTS) -> dict[str, pd.DataFrame]:
    """All tables of EQX-301.

    Parameters
    ----------
    seed : int
        The same seed gives the same tables.
    subjects : int
        Subjects planned and randomised, at least 24.

    Returns
    -------
    dict of DataFrame
        "adsl", "adtte", "adae", "adlb", "advs", "adex", "dm", "ds", "sites", with the
        columns of the files, and "problems": the planted ones.

    Examples
    --------
    >>> tables = build_eqx301(subjects=60)
    >>> len(tables["adsl"]), tables["problems"]["problem"].nunique() >= 2
    (60, True)
    """
    trial = draw_trial(seed, subjects)
    adsl = build_adsl(trial)
    reporting = stream(seed, "reporting")
    action, pause_days = draw_actions(trial.events, trial.subjects, reporting)
    reported = report_events(trial.subjects, trial.events, action, reporting)
    adae, problems = plant_problems(build_adae(adsl, reported))
    periods = dose_periods(trial.events, trial.subjects, action, pause_days)
    tables = {
        "adsl": adsl.sort_values("USUBJID", kind="stable"),
        "adtte": build_adtte(adsl, adae),
        "adae": adae,
        "adlb": build_adlb(adsl, adae, stream(seed, "labs")),
        "advs": build_advs(adsl, stream(seed, "vitals")),
        "adex": build_adex(adsl, periods),
        "dm": build_dm(trial, adsl),
        "ds": build_ds(trial, adsl),
    }
    columns = {dataset.name.lower(): dataset.columns for dataset in DATASETS}
    files = {name: table[columns[name]].reset_index(drop=True) for name, table in tables.items()}
    return files | {"sites": trial.sites[SITE_COLUMNS], "problems": problems}


def write_eqx301(folder: Path, *, seed: int = 301, subjects: int = SUBJECTS) -> tuple[Path, ...]:
    """Write EQX-301 to a folder: transport files, `sites.csv` and `plan.json`.

    Parameters
    ----------
    folder : Path
        Created when it does not exist; files of these names in it are replaced.
    seed : int
        The same seed writes the same bytes.
    subjects : int
        Subjects planned and randomised, at least 24.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> [path.name for path in write_eqx301(Path(mkdtemp()), subjects=60)][-2:]
    ['sites.csv', 'plan.json']
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = build_eqx301(seed=seed, subjects=subjects)
    written = [write_xport(folder, tables[d.name.lower()], d) for d in DATASETS]
    return (
        *written,
        write_sites(folder, tables["sites"]),
        write_plan(folder, build_plan(subjects)),
    )
