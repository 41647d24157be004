"""Subjects with an event by term and arm: what incidences and their contrasts start from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered
from analytics.safety.incidence.cells import (
    Floats,
    Ints,
    subjects_with_event,
    times_at_risk,
    whole_numbers,
)

OPTIONAL = ("events", "patient_years")


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IncidenceCounts(Result):
    """Subjects with an event, and all subjects, of each term, arm and stratum.

    Parameters
    ----------
    frame : DataFrame
        The columns of `keys`, `arm`, `with_event` (subjects with at least one event) and
        `subjects`; if wanted `stratum`, `patient_years` (up to the first event, or the end of
        observation) and `events` (all of them, recurrent ones too). One row for each term, arm
        and stratum, those without events included; `from_affected` fills them in. Kept in order
        of the terms' first rows, of the arms and of the strata.
    arms : tuple of str
        The arms in order; the first is the reference.
    keys : tuple of str
        The columns that name a term, such as system organ class and preferred term.
    endpoint : str
        Which events: the record filters in words.

    Raises
    ------
    InputError
        Counts that are not whole numbers >= 0, more subjects with an event than subjects or than
        events, patient-years below 0, a row that is missing, twice there or of an unknown arm.

    Examples
    --------
    >>> frame = pd.DataFrame(
    ...     {"term": "Rash", "arm": ["A", "B"], "with_event": [3, 13], "subjects": [132, 148]}
    ... )
    >>> counts = IncidenceCounts(frame=frame, arms=("A", "B"))
    >>> counts.terms["term"].tolist(), counts.cells("with_event").tolist()
    (['Rash'], [[[3.0], [13.0]]])
    """

    frame: pd.DataFrame
    arms: tuple[str, ...]
    keys: tuple[str, ...] = ("term",)
    endpoint: str = ""

    def __post_init__(self) -> None:
        require(len(self.arms) > 0, "there is an arm", arms=self.arms)
        require(len(set(self.arms)) == len(self.arms), "each arm is named once", arms=self.arms)
        frame = _columns(self.frame, self.keys)
        _require_numbers(frame)
        object.__setattr__(self, "frame", _in_order(frame, self.keys, self.arms))

    @classmethod
    def from_affected(
        cls,
        affected: pd.DataFrame,
        at_risk: pd.DataFrame,
        *,
        arms: tuple[str, ...],
        keys: tuple[str, ...] = ("term",),
        endpoint: str = "",
    ) -> Self:
        """Counts from the rows that have events, and what each arm has at risk.

        Parameters
        ----------
        affected : DataFrame
            The columns of `keys`, `arm`, `with_event`, and `stratum`, `events` and
            `patient_years` if wanted; a row that is not there has no event.
        at_risk : DataFrame
            `arm`, `subjects`, and `stratum` and `patient_years` (of everybody, nobody having an
            event) where `affected` has them; one row per arm and stratum.
        arms, keys, endpoint
            As in the class.

        Examples
        --------
        >>> affected = pd.DataFrame({"term": ["Rash"], "arm": ["B"], "with_event": [2]})
        >>> at_risk = pd.DataFrame({"arm": ["A", "B"], "subjects": [132, 148]})
        >>> counts = IncidenceCounts.from_affected(affected, at_risk, arms=("A", "B"))
        >>> counts.frame[["term", "arm", "with_event", "subjects"]]
           term arm  with_event  subjects
        0  Rash   A           0       132
        1  Rash   B           2       148
        """
        frame = _filled(affected, at_risk, keys)
        return cls(frame=frame, arms=arms, keys=keys, endpoint=endpoint)

    @property
    def terms(self) -> pd.DataFrame:
        """The columns of `keys`, one row per term, in order."""
        every = len(self.arms) * len(self.strata) or 1
        return self.frame[list(self.keys)].iloc[::every].reset_index(drop=True)

    @property
    def strata(self) -> tuple[str, ...]:
        """The strata in alphabetical order; ("",) when there are none."""
        return tuple(sorted(self.frame["stratum"].unique()))

    def has(self, name: str) -> bool:
        """Whether an optional column was given."""
        return name in self.frame.columns

    def cells(self, name: str) -> Floats:
        """A column as numbers by term, arm and stratum."""
        values: Floats = self.frame[name].to_numpy(dtype=np.float64)
        return values.reshape(-1, len(self.arms), max(len(self.strata), 1))

    def totals(self, name: str) -> Floats:
        """A column as numbers by term and arm, strata added up."""
        sums: Floats = self.cells(name).sum(axis=2)
        return sums

    def require_comparison(self) -> None:
        """Say no unless there is an arm besides the reference."""
        if len(self.arms) < 2:
            raise NotEstimableError("A comparison needs two arms, and there is only one.")

    def to_frame(self) -> pd.DataFrame:
        """The counts, one row per term, arm and stratum."""
        return self.frame.copy()


def _columns(frame: pd.DataFrame, keys: tuple[str, ...]) -> pd.DataFrame:
    """The columns that are used, in order, with a stratum."""
    require(len(keys) > 0, "a key names the terms", keys=keys)
    needed = [*keys, "arm", "with_event", "subjects"]
    require(len(set(needed)) == len(needed), "each column has a name of its own", columns=needed)
    missing = [name for name in needed if name not in frame.columns]
    require(not missing, f"the counts have the columns {', '.join(needed)}", missing=missing)
    used = frame if "stratum" in frame.columns else frame.assign(stratum="")
    more = [name for name in OPTIONAL if name in frame.columns]
    return used[[*keys, "arm", "stratum", "with_event", "subjects", *more]]


def _require_numbers(frame: pd.DataFrame) -> None:
    subjects_with_event(frame["with_event"].to_numpy(), frame["subjects"].to_numpy())
    if "patient_years" in frame.columns:
        times_at_risk(frame["patient_years"].to_numpy())
    if "events" in frame.columns:
        events = whole_numbers(frame["events"].to_numpy(), "events")
        fewer = frame["with_event"].to_numpy() > events
        require(not fewer.any(), "events >= with_event", first=events[fewer][:1].tolist())


def _in_order(frame: pd.DataFrame, keys: tuple[str, ...], arms: tuple[str, ...]) -> pd.DataFrame:
    names = frame[[*keys, "arm", "stratum"]]
    unnamed = names.columns[names.isna().any()].tolist()
    require(not unnamed, "every row has a term, an arm and a stratum", missing=unnamed)
    arm = pd.Index(arms).get_indexer(pd.Index(frame["arm"]))
    unknown = frame["arm"][arm < 0].unique().tolist()
    require(not unknown, f"the arms are {', '.join(map(repr, arms))}", arm=unknown)
    text = frame["stratum"].astype(str)
    stratum, strata = pd.factorize(text, sort=True)
    term = frame.groupby(list(keys), sort=False).ngroup().to_numpy()
    place = (term * len(arms) + arm) * max(len(strata), 1) + stratum
    _require_each_once(frame, place, len(arms) * len(strata))
    ordered = frame.assign(stratum=text).iloc[np.argsort(place, kind="stable")]
    return ordered.astype({"with_event": np.int64, "subjects": np.int64}).reset_index(drop=True)


def _require_each_once(frame: pd.DataFrame, place: Ints, per_term: int) -> None:
    rule = "there is one row for each term, arm and stratum"
    twice = frame[pd.Series(place, index=frame.index).duplicated()]
    require(twice.empty, rule, twice=twice.iloc[:1, :-2].to_dict("records"))
    expected = (int(place.max()) // per_term + 1) * per_term if place.size else 0
    require(place.size == expected, rule, rows=place.size, expected=expected)


def _filled(affected: pd.DataFrame, at_risk: pd.DataFrame, keys: tuple[str, ...]) -> pd.DataFrame:
    at = ["arm", "stratum"] if "stratum" in at_risk.columns else ["arm"]
    needed = [*keys, *at, "with_event"]
    missing = [name for name in needed if name not in affected.columns]
    require(not missing, f"the affected have the columns {', '.join(needed)}", missing=missing)
    same = ("patient_years" in affected.columns) == ("patient_years" in at_risk.columns)
    require(same, "both tables have patient_years or neither", at_risk=list(at_risk.columns))
    require("subjects" in at_risk.columns, "at_risk has subjects", columns=list(at_risk.columns))
    strange = affected.merge(at_risk[at], on=at, how="left", indicator=True)["_merge"] != "both"
    require(not strange.any(), f"every affected {' and '.join(at)} is at risk", rows=strange.sum())
    grid = affected[list(keys)].drop_duplicates().merge(at_risk, how="cross")
    names = [name for name in ("with_event", *OPTIONAL) if name in affected.columns]
    both = grid.merge(
        affected[[*keys, *at, *names]], on=[*keys, *at], how="left", suffixes=("_of_all", "")
    )
    for name in names:
        both[name] = both[name].fillna(both.get(f"{name}_of_all", 0))
    counted = [name for name in ("with_event", "events") if name in names]
    return both.astype(dict.fromkeys(counted, np.int64))
