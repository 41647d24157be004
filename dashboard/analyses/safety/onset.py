"""When adverse events begin: incidence of the first, with death and discontinuation competing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.survival.competing import AalenJohansen, CompetingCounts, fit_aalen_johansen
from analytics.survival.counts import DAYS
from dashboard.analyses.safety.adverse_events import one_arm
from dashboard.analyses.safety.onset_hazards import cause_specific_hazards
from dashboard.analyses.safety.subjects import SafetySubjects, comparison_refusal
from queries.events import EventSelection, EventTerms
from queries.store import Store

Competing = Literal["death", "death or discontinuation"]
TimeUnit = Literal["days", "weeks", "months"]
DEATH = "Death without the event"
DISCONTINUED = "Discontinuation without the event"
LANDMARKS = (7, 14, 28, 56, 84, 182, 365, 730, 1096)
_FEWEST_AT_RISK = 10
_ROUNDING = 1e-12  # of two products that are equal on paper
_CAUSES = {"died": DEATH, "discontinued": DISCONTINUED, "censored": ""}
_LEFT_OUT = ("not followed", "undated event")


@dataclass(frozen=True, slots=True, kw_only=True)
class OnsetAnalysis:
    """Which first event, what competes with it, and when its incidence is stated.

    Parameters
    ----------
    subjects : SafetySubjects
    selection : EventSelection
        Which records count, and until when subjects are followed for them.
    of : EventTerms
        The first event of these classes and terms; any event by default.
    column : str, optional
        The column of the adverse events whose levels are the classes of `of`.
    competing : {"death", "death or discontinuation"}
        Whether leaving, or stopping treatment with what follows of it, competes like death or
        censors. What competes rules the event out; what censors only hides it.
    unit : {"days", "weeks", "months"}
        Of the curves; 1 is the day of first dose.
    day : int, optional
        When incidences are stated and compared; unless given, see `usual_day`.
    confidence_level : float
        Two-sided coverage.

    Examples
    --------
    >>> OnsetAnalysis(day=84).competing
    'death or discontinuation'
    """

    subjects: SafetySubjects = field(default_factory=SafetySubjects)
    selection: EventSelection = field(default_factory=EventSelection)
    of: EventTerms = field(default_factory=EventTerms)
    column: str | None = None
    competing: Competing = "death or discontinuation"
    unit: TimeUnit = "days"
    day: int | None = None
    confidence_level: float = 0.95

    def __post_init__(self) -> None:
        known = get_args(Competing)
        require(self.competing in known, f"competing in {known}", competing=self.competing)
        units = get_args(TimeUnit)
        require(self.unit in units, f"unit in {units}", unit=self.unit)
        require(self.day is None or self.day >= 1, "day >= 1", day=self.day)

    @property
    def event(self) -> str:
        """What the first event is called."""
        return self.of.title()

    def run(self, store: Store) -> OnsetAnswer:
        """Ask the store and estimate.

        Raises
        ------
        NotEstimableError
            When nobody was followed.
        DataError
            For a column or an arm that the study does not have.
        """
        arms = self.subjects.arms_of(store)
        found = self._asked(store, arms)
        counts = onset_counts(found, arms=arms, event=self.event)
        if self.competing == "death":
            counts = counts.with_censored(DISCONTINUED)
        level = self.confidence_level
        refusal = comparison_refusal(store, self.subjects) or one_arm(store, counts.arms)
        return OnsetAnswer(
            asked=self,
            ends=found,
            arms_asked=arms,
            counts=counts,
            incidence=fit_aalen_johansen(counts, confidence_level=level),
            curves=fit_aalen_johansen(counts.in_unit(self.unit), confidence_level=level),
            hazards=None if refusal else cause_specific_hazards(counts, self.event, level),
            day=usual_day(counts) if self.day is None else self.day,
            refusal=refusal,
            deaths_recorded=store.collected("died_on") or store.collected("discontinuation_reason"),
            discontinuations_recorded=store.collected("status")
            or store.collected("treatment_status"),
        )

    def _asked(self, store: Store, arms: tuple[str, ...]) -> pd.DataFrame:
        found = store.event_sets.onset(
            self.selection,
            of=self.of,
            cohort=self.subjects.chosen(),
            arm=self.subjects.arm,
            column=self.column,
        )
        return found[found["arm"].isin(arms)].reset_index(drop=True)


def onset_counts(ends: pd.DataFrame, *, arms: tuple[str, ...], event: str) -> CompetingCounts:
    """What came first, from `EventSets.onset`; those without a time are left out.

    Raises
    ------
    NotEstimableError
        When nobody has a time.

    Examples
    --------
    >>> ends = pd.DataFrame({"arm": "A", "stratum": "", "day": [3, 5], "end": ["event", "died"],
    ...                      "subjects": [2, 1]})
    >>> onset_counts(ends, arms=("A",), event="Rash").frame[["time", "cause", "subjects"]]
       time                    cause  subjects
    0   3.0                     Rash         2
    1   5.0  Death without the event         1
    """
    timed = ends[~ends["end"].isin(_LEFT_OUT)]
    here = tuple(arm for arm in arms if arm in set(timed["arm"]))
    if not here:
        without = ends.groupby("end")["subjects"].sum()
        said = "; ".join(f"{name}: {n:,}" for name, n in without.items())
        raise NotEstimableError(
            f"No subject has a dated follow-up for this event ({said or 'no subject at all'})."
        )
    causes = {"event": event, **_CAUSES}
    return CompetingCounts(
        frame=timed.assign(time=timed["day"], cause=timed["end"].map(causes), stratum=""),
        arms=here,
        causes=(event, DEATH, DISCONTINUED),
        endpoint=event,
    )


def usual_day(counts: CompetingCounts) -> int:
    """The latest of `LANDMARKS` at which at least 10 subjects of every arm are at risk.

    Where there is none, the last day to which somebody of every arm was followed.

    Examples
    --------
    >>> usual_day(CompetingCounts.from_subjects([30.0] * 12, ["Rash"] * 12))
    28
    """
    by_arm = [own for _, own in counts.frame.groupby("arm")]
    reached = [
        day
        for day in LANDMARKS
        if all(own.loc[own["time"] >= day, "subjects"].sum() >= _FEWEST_AT_RISK for own in by_arm)
    ]
    return reached[-1] if reached else max(1, int(min(own["time"].max() for own in by_arm)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OnsetAnswer:
    """Incidence of the first event.

    Parameters
    ----------
    asked : OnsetAnalysis
    ends : DataFrame
        As `EventSets.onset` has it, of the arms asked for.
    arms_asked : tuple of str
        Reference first, with follow-up or without.
    counts : CompetingCounts
        In days.
    incidence, curves : AalenJohansen
        In days, and in the unit of the curves.
    hazards : DataFrame or None
        `cause_specific_hazards`; None where nothing is compared.
    day : int
        When incidences are stated.
    refusal : str or None
        Why arms are not compared.
    deaths_recorded, discontinuations_recorded : bool
        Whether the data can tell.
    """

    asked: OnsetAnalysis
    ends: pd.DataFrame
    arms_asked: tuple[str, ...]
    counts: CompetingCounts
    incidence: AalenJohansen
    curves: AalenJohansen
    hazards: pd.DataFrame | None
    day: int
    refusal: str | None
    deaths_recorded: bool
    discontinuations_recorded: bool

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms with follow-up, reference first."""
        return self.counts.arms

    @property
    def events(self) -> int:
        """Subjects with the event during follow-up."""
        frame = self.counts.frame
        return int(frame.loc[frame["cause"] == self.asked.event, "subjects"].sum())

    def table(self) -> pd.DataFrame:
        """One row per arm at the day.

        Returns
        -------
        DataFrame
            `arm`, `day`, `subjects`, `at_risk`, and by then `events`, `died`, `discontinued`,
            `censored`; `incidence`, `lower`, `upper`; `overestimate` (1 − Kaplan–Meier) and
            `too_much` (less the incidence); where arms are compared `difference` and `ratio` with
            `…_lower`, `…_upper`, `…_p_value`, missing for the reference.
        """
        found = self._own(self.incidence.landmark(self.day)).drop(columns=["std_err", "event_free"])
        table = self._by_then().merge(found.drop(columns="time"), on="arm")
        beside = self._own(self.incidence.overestimate([self.day]))
        table = table.merge(beside[["arm", "overestimate"]], on="arm")
        apart = table["overestimate"] - table["incidence"]
        table = table.assign(too_much=apart.mask(apart.abs() < _ROUNDING, 0.0))
        if self.refusal is not None:
            return table
        for name in ("difference", "ratio"):
            compared = getattr(self.incidence, f"{name}s")(self.day)
            ends = {side: f"{name}_{side}" for side in ("lower", "upper", "p_value")}
            columns = ["arm", name, *ends.values()]
            own = self._own(compared).rename(columns=ends)[columns]
            table = table.merge(own, on="arm", how="left")
        return table

    def _own(self, rows: pd.DataFrame) -> pd.DataFrame:
        return rows[rows["cause"] == self.asked.event].drop(columns="cause")

    def _by_then(self) -> pd.DataFrame:
        """Subjects, and what had ended their time by the day, whatever competes."""
        timed = self.ends[~self.ends["end"].isin(_LEFT_OUT)]
        early = timed[timed["day"] <= self.day]
        counts = early.pivot_table(
            index="arm", columns="end", values="subjects", aggfunc="sum", fill_value=0
        )
        names = {"event": "events", "died": "died", "discontinued": "discontinued"}
        names |= {"censored": "censored"}
        shown = counts.reindex(index=list(self.arms), columns=list(names), fill_value=0)
        table = shown.rename(columns=names).astype(int).reset_index()
        table.insert(1, "day", self.day)
        subjects = timed.groupby("arm")["subjects"].sum()
        table.insert(2, "subjects", table["arm"].map(subjects).astype(int))
        table.columns.name = None
        return table

    def comparison(self) -> pd.DataFrame:
        """One row per arm but the reference, with everything that compares it.

        Returns
        -------
        DataFrame
            As `cause_specific_hazards`, its limits and p-value named `hazard_ratio_…`, and the
            `difference` and `ratio` at the day as `table` has them; empty where nothing is
            compared.
        """
        if self.hazards is None:
            return pd.DataFrame()
        ends = {side: f"hazard_ratio_{side}" for side in ("lower", "upper", "p_value")}
        parts = [
            f"{name}{side}"
            for name in ("difference", "ratio")
            for side in ("", "_lower", "_upper", "_p_value")
        ]
        return self.hazards.rename(columns=ends).merge(
            self.table()[["arm", "day", *parts]], on="arm"
        )

    def left_out(self) -> pd.DataFrame:
        """Who has the event and is not in the curves as having it, and who is not in them at all.

        Returns
        -------
        DataFrame
            One row per arm: `not_followed`, `undated` (left out of the curves); `late` (the first
            event is after the end of follow-up, and counts as none); `before` (the first event is
            from before the first dose, and counts on day 1); `ever` (subjects with such an event
            by any of these, as the list of subjects has them).
        """
        ends = self.ends
        none = ends["end"] != "event"
        timed = ~ends["end"].isin(_LEFT_OUT)
        which = {
            "not_followed": ends["end"] == "not followed",
            "undated": ends["end"] == "undated event",
            "late": none & timed & ends["ever"],
            "before": (ends["end"] == "event") & ends["before"],
            "ever": ends["ever"],
        }
        columns = {
            name: ends["subjects"].where(flags, 0).groupby(ends["arm"]).sum()
            for name, flags in which.items()
        }
        known = [arm for arm in self.arms_asked if arm in set(ends["arm"])]
        return pd.DataFrame(columns).reindex(known).rename_axis("arm").reset_index()


def in_unit(day: float, unit: TimeUnit) -> float:
    """A day on another time scale.

    Examples
    --------
    >>> in_unit(84, "weeks")
    12.0
    """
    return day * DAYS["days"] / DAYS[unit]
