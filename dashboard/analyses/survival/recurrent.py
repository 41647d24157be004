"""Events that recur: how many a subject has on average, at what rate, and hazards by arm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import pandas as pd

from analytics.checks import require
from analytics.survival.recurrent import (
    MeanCumulativeCount,
    RecurrentEvents,
    RecurrentRates,
    andersen_gill_rows,
    estimate_recurrent_rates,
    fit_mean_cumulative_count,
    prentice_williams_peterson_rows,
)
from analytics.survival.regression import CoxRegression, Factor, FollowUp, fit_cox
from dashboard.analyses.survival.analysis import SurvivalAnalysis, or_reason
from dashboard.analyses.survival.comparisons import nothing_to_compare
from dashboard.analyses.survival.endpoint_times import time_origin
from dashboard.analyses.survival.immortal_time import earliest_landmark
from dashboard.analyses.survival.recurrent_data import EventSource, RecurrentData, read_recurrent
from queries.store import Store

MODELS: Mapping[str, str] = MappingProxyType(
    {
        "andersen-gill": "Andersen–Gill",
        "total": "Prentice–Williams–Peterson, total time",
        "gap": "Prentice–Williams–Peterson, gap time",
    }
)
_FEWEST = 10
MODEL_COLUMNS = (
    "model", "arm", "reference", "events", "hazard_ratio", "lower", "upper", "p_value", "reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurrentAnalysis:
    """What recurs, for whom, and when mean counts are stated.

    Parameters
    ----------
    analysis : SurvivalAnalysis
        Subjects, arms, unit of time, landmark; its endpoint and its strata play no part. Arms
        are always the actual ones.
    source : EventSource
        The events, and the follow-up for them.
    time : float, optional
        When mean counts are stated, in the unit of the analysis; unless given, the latest
        of its landmarks that every arm reaches, else the last time that every arm does.
    per : float
        Patient-years that rates refer to.
    most : int, optional
        Prentice–Williams–Peterson models follow subjects to so many events; unless given, to
        the last number that at least 10 subjects of every arm reach.
    """

    analysis: SurvivalAnalysis
    source: EventSource
    time: float | None = None
    per: float = 100.0
    most: int | None = None

    def __post_init__(self) -> None:
        require(self.most is None or self.most >= 1, "most >= 1", most=self.most)
        require(self.time is None or self.time >= 0, "time >= 0", time=self.time)

    def run(self, store: Store) -> RecurrentAnswer:
        """Ask the store and estimate.

        Raises
        ------
        NotEstimableError
            When nobody was followed.
        DataError
            When the study does not collect what the kind of event needs.
        """
        data = read_recurrent(store, self.analysis, self.source)
        events = data.events.in_unit(self.analysis.unit)
        level = self.analysis.confidence_level
        refusal = self._refusal(store, events.arms)
        single = one_a_day(events)
        most = self.most or usual_most(single)
        lost = replace(events, followup=events.followup.assign(died=0))
        return RecurrentAnswer(
            asked=self,
            data=data,
            events=events,
            means=fit_mean_cumulative_count(events, confidence_level=level),
            if_lost=fit_mean_cumulative_count(lost, confidence_level=level),
            rates=or_reason(
                lambda: estimate_recurrent_rates(events, per=self.per, confidence_level=level)
            ),
            models={name: _fitted(single, name, most, level, refusal) for name in MODELS},
            most=most,
            time=self._time(events),
            deaths_recorded=store.collected("died_on"),
            refusal=refusal,
        )

    def _refusal(self, store: Store, arms: tuple[str, ...]) -> str | None:
        """Why arms are not compared; a landmark is stated on the endpoint's own time scale."""
        said = nothing_to_compare(store, self.analysis, arms)
        own = time_origin(store, self.analysis.endpoint)
        if said is None and earliest_landmark(store, self.analysis) and own != self.source.origin:
            return (
                "The cohort uses what happened after baseline, and its landmark is a day after "
                f"{own}: count events from there too, or nothing can be compared."
            )
        return said

    def _time(self, events: RecurrentEvents) -> float:
        if self.time is not None:
            return self.time
        last = last_common_time(events)
        return max((one for one in self.analysis.landmarks if one <= last), default=last)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecurrentAnswer:
    """The estimates; where one does not exist, the sentence that says why stands in its place.

    Parameters
    ----------
    asked : RecurrentAnalysis
    data : RecurrentData
        Counts of what was left out.
    events : RecurrentEvents
        In the unit of the analysis.
    means, if_lost : MeanCumulativeCount
        With death as a terminal event; with death as if follow-up had merely ended.
    rates : RecurrentRates or str
    models : dict
        By name, see `MODELS`: a Cox model, or why there is none.
    most : int
        Events to which Prentice–Williams–Peterson models follow subjects.
    time : float
        When mean counts are stated.
    deaths_recorded : bool
        Whether the data have dates of death.
    refusal : str or None
        Why nothing is compared.
    """

    asked: RecurrentAnalysis
    data: RecurrentData
    events: RecurrentEvents
    means: MeanCumulativeCount
    if_lost: MeanCumulativeCount
    rates: RecurrentRates | str
    models: dict[str, CoxRegression | str]
    most: int
    time: float
    deaths_recorded: bool
    refusal: str | None

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms with follow-up, reference first."""
        return self.events.arms

    @property
    def deaths(self) -> int:
        """Subjects whose follow-up ended in death."""
        return sum(curve.deaths for curve in self.means.curves)

    def rate_table(self) -> pd.DataFrame:
        """By arm: subjects, deaths, events, patient-years, rate, and its ratio to the reference.

        Returns
        -------
        DataFrame
            `arm`, `subjects`, `deaths`, `events`, `patient_years`, `rate`, `lower`, `upper`;
            where arms are compared also `ratio`, `ratio_lower`, `ratio_upper`, `ratio_p_value`,
            missing for the reference.
        """
        if isinstance(self.rates, str):
            return pd.DataFrame({"reason": [self.rates]})
        deaths = {curve.arm: curve.deaths for curve in self.means.curves}
        columns = ["arm", "subjects", "events", "patient_years", "rate", "lower", "upper"]
        table = self.rates.table[columns].copy()
        table.insert(2, "deaths", table["arm"].map(deaths))
        if self.refusal is not None:
            return table
        named = {name: f"ratio_{name}" for name in ("lower", "upper", "p_value")}
        ratios = self.rates.ratios().rename(columns=named)
        return table.merge(ratios[["arm", "ratio", *named.values()]], on="arm", how="left")

    def mean_table(self) -> pd.DataFrame:
        """By arm: the mean count at the stated time, its difference, and the count if lost.

        Returns
        -------
        DataFrame
            `arm`, `time`, `at_risk`, `mean`, `lower`, `upper`, `mean_if_lost`,
            `mean_if_lost_lower`, `mean_if_lost_upper`; where arms are compared also
            `difference`, `difference_lower`, `difference_upper`, `difference_p_value`.
        """
        table = self.means.landmark(self.time).drop(columns="std_err")
        lost = self.if_lost.landmark(self.time)
        for name in ("mean", "lower", "upper"):
            suffix = "" if name == "mean" else f"_{name}"
            table[f"mean_if_lost{suffix}"] = lost[name].to_numpy()
        if self.refusal is not None:
            return table
        named = {name: f"difference_{name}" for name in ("lower", "upper", "p_value")}
        found = self.means.differences(self.time).rename(columns=named)
        return table.merge(found[["arm", "difference", *named.values()]], on="arm", how="left")

    def model_table(self) -> pd.DataFrame:
        """Hazard ratios of each arm against the reference, by model, or why there is none."""
        parts = [_model_rows(MODELS[name], fit) for name, fit in self.models.items()]
        return pd.concat(parts, ignore_index=True)[list(MODEL_COLUMNS)]


def one_a_day(events: RecurrentEvents) -> RecurrentEvents:
    """The same, with what a subject has on one day as one event: no time passes in between.

    Examples
    --------
    >>> one_a_day(RecurrentEvents.from_subjects([10], [[2, 2, 5]])).events["time"].tolist()
    [2.0, 5.0]
    """
    return replace(events, events=events.events.drop_duplicates(["subject", "time"]))


def usual_most(events: RecurrentEvents) -> int:
    """The last number of events that at least 10 subjects of every arm reach, or 1.

    Examples
    --------
    >>> usual_most(RecurrentEvents.from_subjects([9] * 10, [[2, 5]] * 10))
    2
    """
    subjects = events.to_frame()
    reached = (
        sorted(own["events"], reverse=True)[_FEWEST - 1 : _FEWEST]
        for _, own in subjects.groupby("arm")
    )
    return max(1, min((int(own[0]) if own else 0) for own in reached))


def last_common_time(events: RecurrentEvents) -> float:
    """The last time to which somebody of every arm is followed.

    Examples
    --------
    >>> last_common_time(RecurrentEvents.from_subjects([9, 5], [[], []], arms=["A", "B"]))
    5.0
    """
    return float(events.followup.groupby("arm")["end"].max().min())


def _fitted(
    events: RecurrentEvents, name: str, most: int, level: float, refusal: str | None
) -> CoxRegression | str:
    return or_reason(lambda: fit_by_arm(events, name, most=most, confidence_level=level), refusal)


def fit_by_arm(
    events: RecurrentEvents, model: str, *, most: int, confidence_level: float = 0.95
) -> CoxRegression:
    """Fit one of `MODELS` to the arms, with a variance that is robust by subject.

    Examples
    --------
    >>> data = RecurrentEvents.from_subjects(
    ...     [9, 8, 7, 9, 9, 8], [[2, 5], [3], [], [4], [], [7]], arms=["A"] * 3 + ["B"] * 3
    ... )
    >>> fit_by_arm(data, "andersen-gill", most=1).table["hazard_ratio"].round(3).tolist()
    [0.667]
    """
    require(model in MODELS, f"model in {tuple(MODELS)}", model=model)
    ordered = model != "andersen-gill"
    rows = (
        prentice_williams_peterson_rows(events, time=model, most=most)
        if ordered
        else andersen_gill_rows(events)
    )
    follow_up = FollowUp(
        frame=rows,
        time="stop",
        event="event",
        entry="start",
        strata=("stratum",) if ordered else (),
        cluster="subject",
        endpoint=events.endpoint,
        time_unit=events.time_unit,
    )
    arm = Factor("arm", reference=events.arms[0], levels=events.arms)
    return fit_cox(follow_up, [arm], robust=True, confidence_level=confidence_level)


def _model_rows(name: str, fit: CoxRegression | str) -> pd.DataFrame:
    if isinstance(fit, str):
        return pd.DataFrame([{"model": name, "reason": fit}], columns=list(MODEL_COLUMNS))
    table = fit.table.rename(columns={"level": "arm"})
    kept = [column for column in MODEL_COLUMNS if column in table.columns]
    return table[kept].assign(model=name, events=fit.events, reason="")
