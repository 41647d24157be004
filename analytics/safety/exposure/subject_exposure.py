"""Duration, dose and dose intensity of each subject, and their distribution by arm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd

from analytics.checks import require
from analytics.results import Result, registered, require_columns
from analytics.safety.exposure.dosing import Dosing

Reference = Literal["first", "highest"]

SUBJECT_COLUMNS = (
    "subject", "arm", "ongoing", "days", "cumulative", "intensity", "planned", "relative",
    "reductions", "interruptions", "days_interrupted", "first_reduction",
)  # fmt: skip
MEASURES: Mapping[str, str] = MappingProxyType(
    {
        "days": "Duration of treatment, days",
        "cumulative": "Cumulative dose",
        "intensity": "Dose intensity, per day",
        "relative": "Relative dose intensity",
        "reductions": "Dose reductions",
        "interruptions": "Interruptions",
        "days_interrupted": "Days interrupted",
        "first_reduction": "Day of first reduction",
    }
)
RELATIVE_BANDS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "<70%": (-np.inf, 0.7),
        "70–<80%": (0.7, 0.8),
        "80–<90%": (0.8, 0.9),
        "90–<100%": (0.9, 1.0),
        "≥100%": (1.0, np.inf),
    }
)
"""Bands of the relative dose intensity: from the lower limit on, below the upper one."""

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDose:
    """The daily dose that was planned, which the dose intensity is relative to.

    Parameters
    ----------
    reference : {"first", "highest"}
        Where no dose is stated: the first dose that a subject was given, or the highest (for
        arms whose dose is raised at the start).
    stated : tuple of (str, float)
        Arms and the dose per day that was planned for all their subjects.

    Examples
    --------
    >>> PlannedDose(stated=(("Active", 200.0),)).sentence("mg")
    'The planned dose is 200 mg a day in Active, else the first dose given.'
    """

    reference: Reference = "first"
    stated: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        require(
            self.reference in ("first", "highest"), "first or highest", reference=self.reference
        )
        for arm, dose in self.stated:
            require(0 < dose < np.inf, "a planned dose is above 0", arm=arm, dose=dose)

    def sentence(self, unit: str = "") -> str:
        """Which dose is meant."""
        given = f"the {self.reference} dose given"
        if not self.stated:
            return f"The planned dose is {given} to each subject."
        unit = f" {unit}" if unit else ""
        doses = ", ".join(f"{dose:g}{unit} a day in {arm}" for arm, dose in self.stated)
        return f"The planned dose is {doses}, else {given}."


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SubjectExposure(Result):
    """The exposure of each treated subject.

    Parameters
    ----------
    table : DataFrame
        `subject`, `arm`, `ongoing`, `days` of treatment, `cumulative` dose, `intensity`
        (cumulative dose over days), `planned` dose per day, `relative` (intensity over planned, a
        share), `reductions` (times that a dose above 0 is below the dose above 0 before it),
        `interruptions` (spells without a dose that a dose follows or precedes), `days_interrupted`
        and `first_reduction` (study day). NaN where there are no doses on record; `relative` and
        what it rests on also for subjects on placebo of dose 0.
    arms : tuple of str
    unit : str
        Of the dose.
    """

    table: pd.DataFrame
    arms: tuple[str, ...]
    unit: str

    def __post_init__(self) -> None:
        require_columns(self.table, SUBJECT_COLUMNS, "a table of exposures")

    def summary(self) -> pd.DataFrame:
        """The distribution of each measure, by arm.

        Quartiles are those of definition 7 of Hyndman and Fan; the SD has the divisor n - 1.

        Returns
        -------
        DataFrame
            `measure` (of `MEASURES`), `arm`, `subjects` (treated), `n` (with a value), `mean`,
            `sd`, `median`, `q1`, `q3`, `low`, `high`.
        """
        return pd.DataFrame(
            [
                {"measure": measure, "arm": arm, **_described(self._of(arm)[measure])}
                for measure in MEASURES
                for arm in self.arms
            ]
        )

    def bands(self) -> pd.DataFrame:
        """Subjects by arm and band of the relative dose intensity.

        Returns
        -------
        DataFrame
            `band`, `arm`, `subjects`, `of` (those with a relative dose intensity) and `share`
            (NaN where nobody has one).
        """
        rows = []
        for band, (low, high) in RELATIVE_BANDS.items():
            for arm in self.arms:
                known = self._of(arm)["relative"].dropna() + _ROUNDING
                inside, n = int(((known >= low) & (known < high)).sum()), len(known)
                share = inside / n if n else np.nan
                rows.append({"band": band, "arm": arm, "subjects": inside, "of": n, "share": share})
        return pd.DataFrame(rows)

    def in_band(self, band: str, arm: str) -> tuple[str, ...]:
        """The subjects of an arm within a band."""
        low, high = RELATIVE_BANDS[band]
        own = self._of(arm)
        known = own["relative"] + _ROUNDING
        return tuple(own["subject"][(known >= low) & (known < high)])

    def to_frame(self) -> pd.DataFrame:
        """One row per subject."""
        return self.table.copy()

    def _of(self, arm: str) -> pd.DataFrame:
        return self.table[self.table["arm"] == arm]


def measure_exposure(dosing: Dosing, planned: PlannedDose = PlannedDose()) -> SubjectExposure:
    """Measure the exposure of each subject.

    An interruption is a spell of days of treatment at dose 0, or, where doses are daily, without
    a record; days at dose 0 that follow one another are one. Where doses are given at intervals, a
    relative dose intensity needs a stated planned dose per day, since the dose of a record is
    not the dose of a day.

    Parameters
    ----------
    dosing : Dosing
    planned : PlannedDose
        What the dose intensity is relative to.

    References
    ----------
    Hryniuk and Goodyear (1990), Journal of Clinical Oncology 8:1935-1937.

    Examples
    --------
    >>> subjects = pd.DataFrame(
    ...     {"subject": ["1"], "arm": "A", "days": 10, "ongoing": False, "followed": np.nan}
    ... )
    >>> periods = pd.DataFrame({"subject": "1", "start": [1, 8], "end": [5, 10], "dose": [100, 50]})
    >>> table = measure_exposure(Dosing.of(subjects, periods, arms=("A",))).table
    >>> table[["cumulative", "intensity", "relative", "reductions", "interruptions"]]
       cumulative  intensity  relative  reductions  interruptions
    0       650.0       65.0      0.65         1.0            1.0
    """
    table = dosing.subjects.set_index("subject")[["arm", "ongoing", "days"]]
    periods = dosing.periods
    amount = periods["dose"] * (periods["end"] - periods["start"] + 1)
    table["cumulative"] = amount.groupby(periods["subject"]).sum()
    table["intensity"] = table["cumulative"] / table["days"]
    table["planned"] = _planned(dosing, planned, table["arm"])
    table["relative"] = table["intensity"] / table["planned"]
    table = table.join(_reductions(periods)).join(_interruptions(dosing))
    undosed = ~table.index.isin(dosing.dosed)
    for name in ("reductions", "interruptions", "days_interrupted"):
        table[name] = table[name].astype(float).fillna(0.0).mask(undosed)
    table = table.reset_index(names="subject")[list(SUBJECT_COLUMNS)]
    return SubjectExposure(table=table, arms=dosing.arms, unit=dosing.unit)


def _planned(dosing: Dosing, planned: PlannedDose, arms: pd.Series) -> pd.Series:
    stated = arms.map(dict(planned.stated)).astype(float)
    stated[~arms.index.isin(dosing.dosed) | arms.index.isin(dosing.placebo)] = np.nan
    if not dosing.daily:
        return stated
    taken = dosing.periods[dosing.periods["dose"] > 0].groupby("subject")["dose"]
    given = taken.first() if planned.reference == "first" else taken.max()
    return stated.fillna(given.reindex(arms.index))


def _reductions(periods: pd.DataFrame) -> pd.DataFrame:
    taken = periods[periods["dose"] > 0]
    lower = taken[taken["dose"] < taken.groupby("subject")["dose"].shift()]
    own = lower.groupby("subject")["start"]
    return pd.DataFrame({"reductions": own.size(), "first_reduction": own.min().astype(float)})


def _interruptions(dosing: Dosing) -> pd.DataFrame:
    states = dosing.states()
    without = ~states["given"]
    starts = without & states.groupby("subject")["given"].shift(fill_value=True)
    days = (states["end"] - states["start"] + 1).where(without, 0)
    by = states["subject"]
    return pd.DataFrame(
        {"interruptions": starts.groupby(by).sum(), "days_interrupted": days.groupby(by).sum()}
    )


def _described(values: pd.Series) -> dict[str, float | int]:
    known = values.dropna().to_numpy(dtype=float)
    if not known.size:
        empty = dict.fromkeys(("mean", "sd", "median", "q1", "q3", "low", "high"), np.nan)
        return {"subjects": len(values), "n": 0, **empty}
    q1, median, q3 = np.quantile(known, [0.25, 0.5, 0.75])
    return {
        "subjects": len(values),
        "n": known.size,
        "mean": known.mean(),
        "sd": known.std(ddof=1) if known.size > 1 else np.nan,
        "median": median,
        "q1": q1,
        "q3": q3,
        "low": known.min(),
        "high": known.max(),
    }
