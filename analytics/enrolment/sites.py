"""Sites of a trial: when each opens and closes, what it has enrolled, its cap and its costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.checks import require
from analytics.results import Result, registered, require_columns

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

_COUNTS = ("screened", "failed", "randomised")
_MONTHS = ("planned_month", "activated_month", "closed_month")
_COSTS = ("cost_per_site", "cost_per_patient")
COLUMNS = ("site", "country", *_MONTHS, *_COUNTS, "cap", "pace", *_COSTS)
_ABSENT: dict[str, Any] = {
    "country": "",
    "planned_month": np.nan,
    "activated_month": np.nan,
    "closed_month": np.nan,
    "failed": 0,
    "randomised": 0,
    "cap": np.nan,
    "pace": 1.0,
    "cost_per_site": 0.0,
    "cost_per_patient": 0.0,
}


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sites(Result):
    """The sites of a trial as they are at a moment, and as they are planned from then on.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per site, with the columns of `COLUMNS`; `Sites.of` fills in those that are
        absent.

        - `site`: its name, of its own; `country`: text, may be empty.
        - `planned_month`: planned activation; `activated_month`: actual activation, NaN when the
          site is not yet open; `closed_month`: when it stops enrolling, NaN for never. In months
          since the start of the study.
        - `screened`, `failed`, `randomised`: patients so far; those who are neither failed nor
          randomised are still in screening.
        - `cap`: most patients randomised, NaN for no limit.
        - `pace`: factor > 0 on the site's rate from now on; 1 as until now.
        - `cost_per_site`, `cost_per_patient`: >= 0, in one currency.
    now : float
        Months since the start of the study, >= 0: the cut-off of the counts.

    Notes
    -----
    A site that should have been open but is not is taken to open now. One that has reached its cap
    is still open unless `closed_month` says when it stopped.

    Examples
    --------
    >>> sites = Sites.of({"site": ["A", "B"], "activated_month": [0, None],
    ...                   "planned_month": [0, 7], "randomised": [9, 0]}, now=6)
    >>> sites.exposure_months.tolist(), sites.opening_months.tolist()
    ([6.0, 0.0], [0.0, 7.0])
    """

    table: pd.DataFrame
    now: float

    def __post_init__(self) -> None:
        require(0 <= self.now < np.inf, "0 <= now", now=self.now)
        require_columns(self.table, COLUMNS, "one row per site")
        require(len(self.table) > 0, "at least one site", sites=len(self.table))
        _require_names(self.table)
        _require_months(self.table, self.now)
        _require_counts(self.table)
        for column in _COSTS:
            values = self.table[column].to_numpy(float)
            sound = bool((np.isfinite(values) & (values >= 0)).all())
            require(sound, f"{column} >= 0", **{column: values.tolist()})

    @classmethod
    def of(cls, columns: Any, *, now: float) -> Sites:
        """Sites from a frame or a mapping of columns; absent ones and empty cells are filled in.

        Without `planned_month` it is the actual activation, without `screened` it is the patients
        who failed or were randomised; other counts and costs are 0, the pace is 1.

        Examples
        --------
        >>> Sites.of({"site": ["A"], "activated_month": [0], "randomised": [3]}, now=2).randomised
        3
        """
        table = pd.DataFrame(columns).reset_index(drop=True)
        known = "site" in table and set(table) <= set(COLUMNS)
        require(known, f"columns site and of {', '.join(COLUMNS)}", columns=tuple(table))
        named = bool(table["site"].notna().all())
        require(named, "each site has a name of its own", sites=table["site"].tolist())
        for column, value in _ABSENT.items():
            if column not in table:
                table[column] = value
        for column in COLUMNS[2:]:
            if column in table:
                table[column] = _numbers(table[column])
        for column, value in _ABSENT.items():  # empty cells of a CSV
            table[column] = table[column].where(table[column].notna(), value)
        decided = table["failed"] + table["randomised"]
        table["screened"] = table.get("screened", decided)
        table["screened"] = table["screened"].where(table["screened"].notna(), decided)
        table["planned_month"] = table["planned_month"].where(
            table["planned_month"].notna(), table["activated_month"]
        )
        return cls(table=_typed(table[list(COLUMNS)]), now=float(now))

    @classmethod
    def planned(cls, months: Any, *, country: str = "") -> Sites:
        """Sites before the start of a study, by their planned activation in months.

        Examples
        --------
        >>> Sites.planned([0, 0, 3]).names
        ('Site 1', 'Site 2', 'Site 3')
        """
        opens = np.asarray(months, dtype=float)
        names = [f"Site {i}" for i in range(1, opens.size + 1)]
        return cls.of({"site": names, "planned_month": opens, "country": country}, now=0.0)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the sites, in order."""
        return tuple(self.table["site"])

    @property
    def countries(self) -> tuple[str, ...]:
        """Each once, in order of appearance."""
        return tuple(dict.fromkeys(self.table["country"]))

    @property
    def randomised(self) -> int:
        """Patients so far, at all sites."""
        return int(self.table["randomised"].sum())

    @property
    def opening_months(self) -> Floats:
        """Actual activation, or the planned one, which cannot be before now."""
        actual = self.column("activated_month")
        return np.where(np.isnan(actual), np.fmax(self.column("planned_month"), self.now), actual)

    @property
    def closing_months(self) -> Floats:
        """Infinite for a site that stays open; a site never closes before it opens."""
        closed = self.column("closed_month")
        return np.fmax(np.where(np.isnan(closed), np.inf, closed), self.opening_months)

    @property
    def exposure_months(self) -> Floats:
        """For how long each site has been open."""
        return np.asarray(
            np.fmax(np.fmin(self.now, self.closing_months) - self.opening_months, 0.0)
        )

    @property
    def in_screening(self) -> Whole:
        """Patients screened who have neither failed nor been randomised."""
        table = self.table
        waiting = table["screened"] - table["failed"] - table["randomised"]
        return np.asarray(waiting.to_numpy(np.int64))

    def column(self, name: str) -> Floats:
        """A column of numbers."""
        return np.asarray(self.table[name].to_numpy(float))

    def chosen(
        self, *, sites: tuple[str, ...] | None = None, country: str | None = None
    ) -> NDArray[np.bool_]:
        """Which sites are named, or are of a country; all when neither is said.

        Examples
        --------
        >>> Sites.planned([0, 1]).chosen(sites=("Site 2",)).tolist()
        [False, True]
        """
        mask = np.ones(len(self.table), dtype=bool)
        if sites is not None:
            unknown = set(sites) - set(self.names)
            require(not unknown, "sites are among those of the trial", unknown=sorted(unknown))
            mask &= self.table["site"].isin(sites).to_numpy()
        if country is not None:
            known = country in self.countries
            require(known, f"country in {self.countries}", country=country)
            mask &= (self.table["country"] == country).to_numpy()
        return mask

    def to_frame(self) -> pd.DataFrame:
        """The table with `opens_month` and `exposure_months`."""
        return self.table.assign(
            opens_month=self.opening_months, exposure_months=self.exposure_months
        )


def _numbers(column: pd.Series[Any]) -> pd.Series[Any]:
    """As numbers; empty cells are NaN."""
    numbers = pd.to_numeric(column, errors="coerce").astype(float)
    text = column[numbers.isna() & column.notna()]
    require(text.empty, f"{column.name} holds numbers", got=text.tolist())
    return numbers


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    for column in _COUNTS:
        values = table[column].to_numpy(float)
        whole = bool((values == np.round(values)).all())
        require(whole, f"{column} are whole numbers", **{column: values.tolist()})
    counts = dict.fromkeys(_COUNTS, np.int64)
    names = {"site": str, "country": str}
    return table.astype({**counts, **names}).astype({"site": object, "country": object})


def _require_names(table: pd.DataFrame) -> None:
    names = list(table["site"])
    own = all(isinstance(one, str) and one for one in names) and len(set(names)) == len(names)
    require(own, "each site has a name of its own", sites=names)


def _require_months(table: pd.DataFrame, now: float) -> None:
    planned, actual, closed = (table[name].to_numpy(float) for name in _MONTHS)
    opens = np.where(np.isnan(actual), planned, actual)
    require(bool(np.isfinite(opens).all()), "each site opens at some month", opens=opens.tolist())
    past = bool((np.isnan(actual) | (actual <= now)).all())
    require(past, "sites were activated by now", activated=actual.tolist(), now=now)
    after = bool((np.isnan(closed) | (closed >= opens)).all())
    require(after, "sites close after they open", closed=closed.tolist(), opens=opens.tolist())
    pace = table["pace"].to_numpy(float)
    require(bool((np.isfinite(pace) & (pace > 0)).all()), "pace > 0", pace=pace.tolist())


def _require_counts(table: pd.DataFrame) -> None:
    screened, failed, randomised = (table[name].to_numpy(float) for name in _COUNTS)
    sound = bool(((failed >= 0) & (randomised >= 0) & (failed + randomised <= screened)).all())
    require(sound, "failed and randomised patients are among the screened", screened=screened)
    idle = (screened == 0) | table["activated_month"].notna().to_numpy()
    require(bool(idle.all()), "only sites that are open have patients", screened=screened)
    cap = table["cap"].to_numpy(float)
    within = bool((np.isnan(cap) | (cap >= randomised)).all())
    require(within, "randomised <= cap", cap=cap.tolist(), randomised=randomised.tolist())
