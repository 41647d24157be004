"""What subjects were given, day by day: the start of everything that is said of exposure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.checks import require
from analytics.results import Result, registered

SUBJECT_COLUMNS = ("subject", "arm", "days", "ongoing", "followed")
PERIOD_COLUMNS = ("subject", "start", "end", "dose")
STATE_COLUMNS = ("subject", "arm", "start", "end", "dose", "given")


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dosing(Result):
    """Treatment of each subject, and the doses within it.

    Days are study days: day 1 is that of the first dose. Periods are tidied: what lies outside
    a subject's treatment is cut off, and of a day that two periods claim, the one that starts
    later has it (of two that start together, the last one listed).

    Parameters
    ----------
    subjects : DataFrame
        One row per treated subject: `subject`, `arm`, `days` of treatment (last minus first day of
        dosing plus 1), `ongoing` (whether treatment goes on at the end of the data) and `followed`
        (days from first dose to the data cut, both included; NaN where no cut is known).
    periods : DataFrame
        `subject`, `start`, `end` (both included), `dose` per day; perhaps none.
    arms : tuple of str
        In order; the first is the reference. Not each needs to have treated subjects.
    unit : str
        Of the dose, such as "mg".
    daily : bool
        Whether doses are given every day. Otherwise days between records are no interruptions,
        and the dose in force is the last one given.
    cut_periods : int
        Of the periods given, those that were shortened or left out when tidied.

    Raises
    ------
    InputError
        A subject listed twice, of an unknown arm, or treated for less than a day; a period of an
        unknown subject, one that ends before it starts, or a dose below 0.

    Examples
    --------
    >>> subjects = pd.DataFrame(
    ...     {"subject": ["1"], "arm": "A", "days": 10, "ongoing": False, "followed": np.nan}
    ... )
    >>> periods = pd.DataFrame({"subject": "1", "start": [1, 8], "end": [5, 10], "dose": [100, 50]})
    >>> Dosing.of(subjects, periods, arms=("A",)).states()[["start", "end", "dose", "given"]]
       start  end   dose  given
    0      1    5  100.0   True
    1      6    7    0.0  False
    2      8   10   50.0   True
    """

    subjects: pd.DataFrame
    periods: pd.DataFrame
    arms: tuple[str, ...]
    unit: str = ""
    daily: bool = True
    cut_periods: int = 0

    @classmethod
    def of(
        cls,
        subjects: pd.DataFrame,
        periods: pd.DataFrame,
        *,
        arms: tuple[str, ...],
        unit: str = "",
        daily: bool = True,
    ) -> Dosing:
        """Check and tidy what was given."""
        own = _checked_subjects(subjects, arms)
        tidy, cut = _tidy(_checked_periods(periods, own), own)
        return cls(subjects=own, periods=tidy, arms=arms, unit=unit, daily=daily, cut_periods=cut)

    @property
    def dosed(self) -> pd.Index:
        """The subjects who have doses on record."""
        return pd.Index(self.periods["subject"].unique())

    @property
    def placebo(self) -> pd.Index:
        """Subjects whose dose on record is 0 throughout: given a placebo, not interrupted."""
        highest = self.periods.groupby("subject")["dose"].max()
        return pd.Index(highest.index[highest == 0])

    def states(self) -> pd.DataFrame:
        """Every day of treatment of the subjects with doses on record, each in one row.

        Returns
        -------
        DataFrame
            `subject`, `arm`, `start`, `end`, `dose` and `given`: False at dose 0 and where no
            period has the day. A dose of 0 is given to subjects on placebo.
        """
        rows = self._filled() if self.daily else self._held()
        rows["given"] = (rows["dose"] > 0) | (rows["subject"].isin(self.placebo) & ~rows["gap"])
        rows = rows.merge(self.subjects[["subject", "arm"]], on="subject")
        rows = rows.sort_values(["subject", "start"], ignore_index=True)
        return rows[list(STATE_COLUMNS)]

    def _filled(self) -> pd.DataFrame:
        """The periods, with what lies between them as gaps of dose 0."""
        periods = self._with_days()
        before = periods.groupby("subject")["end"].shift(fill_value=0)
        last = ~periods.duplicated("subject", keep="last")
        gaps = pd.concat(
            [
                _gap(periods["subject"], before + 1, periods["start"] - 1),
                _gap(periods["subject"][last], periods["end"][last] + 1, periods["days"][last]),
            ]
        )
        kept = gaps[gaps["end"] >= gaps["start"]]
        return pd.concat([self.periods.assign(gap=False), kept], ignore_index=True)

    def _held(self) -> pd.DataFrame:
        """Each dose until the day before the next; the first from the first day on."""
        periods = self._with_days()
        following = periods.groupby("subject")["start"].shift(-1)
        end = (following - 1).fillna(periods["days"]).astype(np.int64)
        first = ~periods.duplicated("subject")
        start = periods["start"].where(~first, 1)
        return self.periods.assign(start=start, end=end, gap=False)

    def _with_days(self) -> pd.DataFrame:
        return self.periods.merge(self.subjects[["subject", "days"]], on="subject")


def _gap(subject: pd.Series, start: pd.Series, end: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({"subject": subject, "start": start, "end": end, "dose": 0.0, "gap": True})


def _checked_subjects(subjects: pd.DataFrame, arms: tuple[str, ...]) -> pd.DataFrame:
    missing = [name for name in SUBJECT_COLUMNS if name not in subjects.columns]
    require(not missing, f"subjects have the columns {', '.join(SUBJECT_COLUMNS)}", missing=missing)
    require(not subjects["subject"].duplicated().any(), "each subject is treated once")
    unknown = sorted(set(subjects["arm"]) - set(arms))
    require(not unknown, f"the arms are {arms}", unknown=unknown)
    require(bool((subjects["days"] >= 1).all()), "treatment lasts at least a day")
    typed = {"days": np.int64, "ongoing": bool, "followed": float}
    return subjects[list(SUBJECT_COLUMNS)].astype(typed).reset_index(drop=True)


def _checked_periods(periods: pd.DataFrame, subjects: pd.DataFrame) -> pd.DataFrame:
    missing = [name for name in PERIOD_COLUMNS if name not in periods.columns]
    require(not missing, f"periods have the columns {', '.join(PERIOD_COLUMNS)}", missing=missing)
    unknown = sorted(set(periods["subject"]) - set(subjects["subject"]))
    require(not unknown, "periods are of treated subjects", unknown=unknown[:3])
    require(bool((periods["end"] >= periods["start"]).all()), "periods end after they start")
    require(bool((periods["dose"] >= 0).all()), "doses are 0 or more")
    typed = {"start": np.int64, "end": np.int64, "dose": float}
    return periods[list(PERIOD_COLUMNS)].astype(typed)


def _tidy(periods: pd.DataFrame, subjects: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    days = periods["subject"].map(subjects.set_index("subject")["days"]).astype(np.int64)
    rows = periods.assign(
        start=np.maximum(periods["start"], 1),
        end=np.minimum(periods["end"], days),
        length=periods["end"] - periods["start"],
    )
    rows = rows[rows["end"] >= rows["start"]].sort_values(["subject", "start"], kind="stable")
    following = rows.groupby("subject")["start"].shift(-1).fillna(np.inf)
    rows["end"] = np.minimum(rows["end"], following - 1).astype(np.int64)
    whole = int((rows["end"] - rows["start"] == rows["length"]).sum())
    tidy = rows[rows["end"] >= rows["start"]][list(PERIOD_COLUMNS)]
    return tidy.reset_index(drop=True), len(periods) - whole
