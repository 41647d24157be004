"""The question of a prediction: who may be harmed, by when, and from what was known before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from analytics.checks import NotEstimableError, require
from analytics.safety.prediction.data import ARM, CENSORED, COMPETING, EVENT, Floats, Ints, RiskData
from dashboard.analyses.prediction.leakage import require_known
from dashboard.analyses.safety.subjects import SafetySubjects
from queries import questions
from queries.events import EventSelection, EventTerms
from queries.events.selection import KINDS_SAID
from queries.predictor_rows import predictor_rows
from queries.store import Store

Competing = Literal["death", "death or discontinuation"]
DOSE = "average daily dose"
MOST_DAYS = 10_000
LEAST_FOLLOWED = 20  # subjects known to be without the event at the horizon
_MOST_LEVELS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionQuestion:
    """The risk of a first adverse event within some days, from what is known at a landmark.

    Parameters
    ----------
    subjects : SafetySubjects
    selection : EventSelection
        Which records count, and until when subjects are followed.
    of : EventTerms
        Classes and terms; any by default.
    landmark : int
        Days after first dose on which the prediction is made; 0 is baseline. Predictors were
        known by the end of that day; subjects who had the event by then are left out.
    horizon : int
        Days after the landmark by which the event is to happen.
    competing : {"death", "death or discontinuation"}
        What keeps the event from happening; the other ends of follow-up are censoring.
    columns : tuple of str
        Columns of ADSL that predict.
    tests : tuple of str
        Laboratory tests, vital signs and intervals whose last value by the landmark predicts.
    dose : bool
        Whether the average daily dose until the landmark predicts; after baseline only.
    confirmed : tuple of str
        Columns without a sign of having been known at baseline, for which a person answers.
    """

    subjects: SafetySubjects = field(default_factory=SafetySubjects)
    selection: EventSelection = field(default_factory=EventSelection)
    of: EventTerms = field(default_factory=EventTerms)
    landmark: int = 0
    horizon: int = 180
    competing: Competing = "death or discontinuation"
    columns: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    dose: bool = False
    confirmed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        days = f"a whole number of days, at most {MOST_DAYS}"
        whole = type(self.landmark) is int and 0 <= self.landmark <= MOST_DAYS
        require(whole, f"landmark is {days}", landmark=self.landmark)
        whole = type(self.horizon) is int and 1 <= self.horizon <= MOST_DAYS
        require(whole, f"horizon is {days}, at least 1", horizon=self.horizon)
        known = ("death", "death or discontinuation")
        require(self.competing in known, f"competing in {known}", competing=self.competing)
        for named in (self.columns, self.tests):
            require(len(set(named)) == len(named), "each predictor is named once", named=named)
        require(not self.dose or self.landmark > 0, "dose predicts after baseline", dose=self.dose)

    def sentence(self) -> str:
        """The question in words."""
        when = "first dose" if self.landmark == 0 else f"day {self.landmark} after first dose"
        return (
            f"Risk of {self.event()} within {self.horizon} days after {when}; "
            f"{self.competing} competes."
        )

    def event(self) -> str:
        """What is foretold, such as "Rash (Skin), grade 3 or higher"."""
        kinds = [KINDS_SAID[kind] for kind in self.selection.kinds]
        if self.selection.least_grade:
            kinds.append(f"grade {self.selection.least_grade} or higher")
        return ", ".join([self.of.title(), *kinds])

    def run(self, store: Store) -> PredictionData:
        """Read what may be learnt from.

        Raises
        ------
        DataError
            For a column or a test that is not there.
        InputError
            For a predictor that may be from the future.
        NotEstimableError
            When nobody is left, the event did not happen by the horizon, or hardly anybody was
            followed to it.
        """
        require_known(self, store)
        rows = predictor_rows(
            store,
            selection=self.selection,
            of=self.of,
            columns=self.columns,
            cohort=self.subjects.chosen(),
            arm=self.subjects.arm,
        )
        rows = rows[rows["arm"].isin(self.subjects.arms_of(store))]
        kept, left_out = _at_risk(rows, self.landmark)
        data = RiskData(
            subjects=kept["subject"].tolist(),
            predictors=self._predictors(store, kept),
            days=_days(kept, self.landmark),
            cause=_causes(kept, self.competing),
            sites=kept["site"].fillna("not recorded").tolist(),
        )
        by_then = int(((data.cause == EVENT) & (data.days <= self.horizon)).sum())
        if by_then == 0:
            raise NotEstimableError(
                f"Nobody of {len(data):,} subjects had {self.event()} within "
                f"{self.horizon} days: there is nothing to learn from."
            )
        _require_followed(data, self.horizon)
        return PredictionData(asked=self, data=data, left_out=left_out, events_by_then=by_then)

    def _predictors(self, store: Store, kept: pd.DataFrame) -> pd.DataFrame:
        """The arm, the columns, then what was measured and given by the landmark."""
        own = kept.set_index("subject")
        table = own[[ARM, *self.columns]].copy()
        if self.tests:
            found = questions.last_measurements(
                store=store,
                tests=self.tests,
                until_day=self.landmark,
                cohort=self.subjects.chosen(),
            )
            wide = found.pivot(index="subject", columns="test", values="value")
            for test in self.tests:
                values = wide[test] if test in wide.columns else pd.Series(dtype=float)
                table[test] = values.reindex(table.index).astype(float)
        if self.dose:
            doses = questions.doses_until(
                store=store, until_day=self.landmark, cohort=self.subjects.chosen()
            ).set_index("subject")["daily_dose"]
            table[DOSE] = doses.reindex(table.index).astype(float)
        return _as_predictors(table).reset_index(drop=True)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PredictionData:
    """What a prediction learns from, and whom it leaves out.

    Parameters
    ----------
    asked : PredictionQuestion
    data : RiskData
    left_out : dict
        Subjects by the reason why they are not at risk at the landmark.
    events_by_then : int
        Subjects with the event by the horizon.
    """

    asked: PredictionQuestion
    data: RiskData
    left_out: dict[str, int]
    events_by_then: int

    def missing(self) -> pd.DataFrame:
        """One row per predictor: `predictor`, `kind`, `missing` subjects, `levels` or NaN."""
        predictors = self.data.predictors
        return pd.DataFrame(
            {
                "predictor": list(predictors.columns),
                "kind": ["number" if n in self.data.numbers else "category" for n in predictors],
                "missing": [int(predictors[name].isna().sum()) for name in predictors],
                "levels": [
                    np.nan if name in self.data.numbers else predictors[name].nunique()
                    for name in predictors
                ],
            }
        )


def _require_followed(data: RiskData, horizon: int) -> None:
    """Refuse a day that hardly anybody was followed to: only events would be known of it.

    Raises
    ------
    NotEstimableError
        Says the latest day that enough subjects were followed to.
    """
    free = np.sort(data.days[data.cause == CENSORED])[::-1]
    later = data.days[(data.cause != CENSORED) & (data.days > horizon)]
    followed = int((free >= horizon).sum()) + later.size
    if followed >= LEAST_FOLLOWED:
        return
    every = np.sort(data.days)[::-1]
    latest = int(every[LEAST_FOLLOWED - 1]) if every.size >= LEAST_FOLLOWED else 0
    raise NotEstimableError(
        f"Only {followed:,} of {len(data):,} subjects were followed to day {horizon} without the "
        f"event, and at least {LEAST_FOLLOWED} are needed to tell a risk by then; the latest such "
        f"day is {latest}."
    )


def _at_risk(rows: pd.DataFrame, landmark: int) -> tuple[pd.DataFrame, dict[str, int]]:
    """Who is still to be foretold at the landmark; the others by reason."""
    # The day of first dose is day 1. At baseline it is the first day at risk; at a later
    # landmark that day itself has passed.
    passed = landmark + 1 if landmark else 0
    reasons = {
        "no dated follow-up": rows["end"] == "not followed",
        "an event without a date": rows["end"] == "undated event",
        "had the event by the landmark": (rows["end"] == "event") & (rows["day"] <= passed),
        "follow-up ended by the landmark": ~rows["end"].isin(
            ["not followed", "undated event", "event"]
        )
        & (rows["day"] <= passed),
    }
    counted = {reason: int(which.sum()) for reason, which in reasons.items() if which.any()}
    kept = rows[~np.logical_or.reduce(list(reasons.values()))]
    if kept.empty:
        raise NotEstimableError("No subject of this cohort is at risk at the landmark.")
    return kept.reset_index(drop=True), counted


def _days(kept: pd.DataFrame, landmark: int) -> Floats:
    days: Floats = kept["day"].to_numpy(dtype=np.float64) - (landmark + 1 if landmark else 0)
    return days


def _causes(kept: pd.DataFrame, competing: Competing) -> Ints:
    compete = ["died"] if competing == "death" else ["died", "discontinued"]
    cause = np.where(kept["end"].isin(compete), COMPETING, CENSORED)
    return np.where(kept["end"] == "event", EVENT, cause)


def _as_predictors(table: pd.DataFrame) -> pd.DataFrame:
    """Numbers as they are, everything else as text; a text with too many levels is refused."""
    for name in table.columns:
        column = table[name]
        if is_numeric_dtype(column) and column.dtype != bool:
            table[name] = column.astype(float)
            continue
        table[name] = column.map(lambda value: None if pd.isna(value) else str(value))
        levels = table[name].nunique()
        few = f"a category that predicts has at most {_MOST_LEVELS} levels"
        require(levels <= _MOST_LEVELS, few, predictor=name, levels=levels)
    return table
