"""How enrolment goes on, from what the sites of the study have enrolled."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analytics.checks import InputError, require
from analytics.design import Accrual
from analytics.enrolment import (
    SLOWING,
    EnrolmentModel,
    RatePrior,
    Sites,
    TimeToTarget,
    enrolled_by,
    forecast_enrolment,
    months_of,
    posterior_rate_prior,
    probability_by,
    time_to_target,
)
from analytics.results import Result, registered, require_columns
from dashboard.analyses.enrolment.recruited import MONTH, Recruitment, recruitment
from queries.cohorts import EVERYONE, Cohort
from queries.site_plan import SitePlan
from queries.store import Store

Rates = Literal["constant", "slowing"]
RATES: tuple[Rates, ...] = ("constant", "slowing")
BANDS = {"lower_90": 0.05, "lower_80": 0.1, "lower_50": 0.25, "median": 0.5,
         "upper_50": 0.75, "upper_80": 0.9, "upper_90": 0.95}  # fmt: skip
MOST_TARGET = 1_000_000
QUANTILES = (0.05, 0.5, 0.95)
_POINTS, _LEAST_AHEAD, _MOST_AHEAD = 16, 3.0, 60.0
_TREND_NODES = 5
"""Per parameter: with a trend there are three, and seven nodes for each take five times as long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecruitmentAnalysis:
    """Which forecast of enrolment to make.

    Parameters
    ----------
    cohort : Cohort
        Known at baseline.
    plan : SitePlan, optional
        Activation, closure and costs of sites, and sites that are still to open.
    known_on : date, optional
        The forecast knows what was known at the end of this day; None for the data cut.
    rates : {"constant", "slowing"}
        Whether the rates of sites stay as they are, or may change with calendar time, with the
        prior belief that recruitment slows (by 0 to 9 % a month with 95 %).
    target : int, optional
        Subjects to be enrolled in all, from 1 to 1,000,000.

    Examples
    --------
    >>> answer = RecruitmentAnalysis(target=20).run(store)
    >>> answer.so_far, answer.known_on
    (8, datetime.date(2024, 5, 1))
    """

    cohort: Cohort = EVERYONE
    plan: SitePlan | None = None
    known_on: datetime.date | None = None
    rates: Rates = "constant"
    target: int | None = None

    def __post_init__(self) -> None:
        require(self.rates in RATES, f"rates in {RATES}", rates=self.rates)
        target = self.target
        sound = target is None or 1 <= target <= MOST_TARGET
        require(sound, f"1 <= target <= {MOST_TARGET:,}", target=target)

    def run(self, store: Store) -> RecruitmentAnswer:
        """Ask the store, fit and forecast.

        Raises
        ------
        NotEstimableError
            As of `recruitment`.
        InputError
            For a day before the first enrolment or after the data cut.
        """
        return self.of(recruitment(store, cohort=self.cohort, plan=self.plan))

    def of(self, found: Recruitment) -> RecruitmentAnswer:
        """From recruitment that was asked for before."""
        known_on = self.known_on or found.cut_on
        sites = found.sites_on(known_on)
        model = EnrolmentModel(sites=sites, prior=self._prior(sites, found))
        return RecruitmentAnswer.of(
            model, found, known_on=known_on, rates=self.rates, target=self.target
        )

    def _prior(self, sites: Sites, found: Recruitment) -> RatePrior:
        if self.rates == "constant":
            return posterior_rate_prior(sites)
        seen = months_of(found.patients, sites)
        return posterior_rate_prior(
            sites, clock="calendar", patients=seen, beliefs=SLOWING, nodes=_TREND_NODES
        )


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecruitmentAnswer(Result):
    """The forecast with its days, and what it rests on.

    Parameters
    ----------
    model : EnrolmentModel
        The sites as they were known, and the distribution of their rates.
    recruitment : Recruitment
        All that is known now.
    known_on : date
        The forecast knows nothing after this day.
    rates : {"constant", "slowing"}
    target : int or None
        Subjects in all.
    bands : DataFrame
        `month`, `mean` and the columns of `BANDS`: subjects enrolled by each month from
        `known_on` on. Enrolment goes on beyond the target.
    reached : TimeToTarget or None
        None without a target, and when it had been reached.
    """

    model: EnrolmentModel
    recruitment: Recruitment
    known_on: datetime.date
    rates: Rates
    target: int | None
    bands: pd.DataFrame
    reached: TimeToTarget | None

    def __post_init__(self) -> None:
        require_columns(self.bands, ("month", "mean", *BANDS), "one row per month")

    @classmethod
    def of(
        cls,
        model: EnrolmentModel,
        found: Recruitment,
        *,
        known_on: datetime.date,
        rates: Rates,
        target: int | None,
    ) -> RecruitmentAnswer:
        """The forecast of a model."""
        ahead = target is not None and model.sites.randomised < target
        reached = (
            time_to_target(model, target, probabilities=QUANTILES) if ahead and target else None
        )
        return cls(
            model=model,
            recruitment=found,
            known_on=known_on,
            rates=rates,
            target=target,
            bands=_bands(model, _grid(model, found, reached)),
            reached=reached,
        )

    @property
    def so_far(self) -> int:
        """Subjects enrolled by the day on which the forecast was made."""
        return self.model.sites.randomised

    @property
    def is_past(self) -> bool:
        """Whether subjects were enrolled since, which the forecast did not know of."""
        return self.recruitment.enrolled_days[-1] > self.known_on

    @property
    def reached_on(self) -> datetime.date | None:
        """The day on which the target was reached in fact; None when it was not."""
        days = self.recruitment.enrolled_days
        return days[self.target - 1] if self.target and len(days) >= self.target else None

    @property
    def last_day(self) -> datetime.date:
        """To which the bands go."""
        day = self.recruitment.day_of(float(self.bands["month"].iloc[-1]))
        return day or self.known_on

    def to_frame(self) -> pd.DataFrame:
        """The bands by `day`."""
        days = [self.recruitment.day_of(month) for month in self.bands["month"]]
        return self.bands.drop(columns="month").assign(day=days)[["day", "mean", *BANDS]]

    def course(self) -> pd.DataFrame:
        """What came: `day`, `subjects` so far, and `known` to the forecast."""
        table = pd.Series(self.recruitment.enrolled_days).value_counts().sort_index().cumsum()
        found = pd.DataFrame({"day": list(table.index), "subjects": table.to_numpy()})
        return found.assign(known=[day <= self.known_on for day in found["day"]])

    def target_day(self, probability: float) -> datetime.date | None:
        """The day by which the target is reached with a probability; None when it is not."""
        if self.reached is None:
            return None
        return self.recruitment.day_of(self.reached.quantile(probability))

    def probability_by(self, day: datetime.date) -> float:
        """That the target is reached by the end of a day.

        Raises
        ------
        InputError
            Without a target, or for a day before the one of the forecast.
        """
        if self.target is None:
            raise InputError("`a target is stated` must hold, but got None.")
        month = self._ahead(day)
        if self.reached is None:
            return 1.0
        return float(probability_by(self.model, self.target, [month])[0])

    def enrolled_by(self, day: datetime.date) -> pd.Series:
        """Subjects by the end of a day: `mean` and the columns of `BANDS`."""
        return _bands(self.model, [self._ahead(day)]).iloc[0].drop("month")

    def by_country(self, day: datetime.date) -> pd.DataFrame:
        """By country: `country`, `sites`, `so_far`, and `lower`, `median`, `upper` (90 %) subjects
        by the end of a day, and what `happened` by then; -1 for a day after the data cut."""
        month = self._ahead(day)
        table = forecast_enrolment(self.model, [month], scopes=("country",)).table
        sites, patients = self.model.sites.table, self.recruitment.patients
        past = day <= self.recruitment.cut_on
        came = patients[patients["randomised_month"] < month].merge(
            sites[["site", "country"]], on="site", suffixes=("_recorded", "")
        )
        happened = came.groupby("country").size()
        return pd.DataFrame(
            {
                "country": table["name"],
                "sites": [int((sites["country"] == one).sum()) for one in table["name"]],
                "so_far": [
                    int(sites.loc[sites["country"] == one, "randomised"].sum())
                    for one in table["name"]
                ],
                **{name: table[name].astype(int) for name in ("lower", "median", "upper")},
                "happened": [int(happened.get(one, 0)) if past else -1 for one in table["name"]],
            }
        ).sort_values(["median", "country"], ascending=[False, True], ignore_index=True)

    def accrual(self) -> Accrual:
        """The forecast as the accrual of a design: what came, then what is expected, by month
        since the first enrolment and until the target; the pace as uncertain as its date.

        Raises
        ------
        InputError
            Without a target that is still ahead, or when it may never be reached.
        """
        if self.reached is None or self.target is None:
            raise InputError("`a target is ahead of the forecast` must hold, but there is none.")
        first = self.recruitment.month_of(self.recruitment.enrolled_days[0]) - 1 / MONTH
        low, middle, high = (self.reached.quantile(one) - first for one in (0.05, 0.5, 0.95))
        require(
            bool(np.isfinite(high)), "the target is reached with 95 %", never=self.reached.never
        )
        edges = np.append(np.arange(0.0, middle - 0.5), middle)
        counts = np.array([self._expected(first + one) for one in edges])
        counts[0], counts[-1] = 0.0, self.target
        rates = np.fmax(np.diff(np.maximum.accumulate(counts)), 0.0) / np.diff(edges)
        return Accrual(
            ends=tuple(edges[1:].tolist()),
            rates=tuple(rates.tolist()),
            log_std_err=float(np.log(high / low) / (2 * 1.6448536269514722)),
        )

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the forecast rests on, in words."""
        sites = self.model.sites
        opened = int(sites.table["activated_month"].notna().sum())
        ahead = len(sites.names) - opened
        later = f", {ahead:,} planned to open later" if ahead else ""
        trend = (
            "Rates of sites stay as they are."
            if self.rates == "constant"
            else "Rates of sites may change with calendar time, with the prior belief that they "
            "fall by 0 to 9% a month."
        )
        openings = (
            ("Sites that opened since are taken as planned for the month in which they did.",)
            if self.is_past and ahead
            else ()
        )
        return (
            f"Known on {self.known_on}: {self.so_far:,} subjects enrolled at {opened:,} open "
            f"sites{later}.",
            f"Poisson enrolment with Gamma distributed rates of sites, full posterior. {trend}",
            *openings,
            *self.recruitment.notes,
        )

    def _ahead(self, day: datetime.date) -> float:
        if day < self.known_on:
            rule = f"the day is {self.known_on}, that of the forecast, or later"
            raise InputError(f"`{rule}` must hold, but got {day}.")
        return max(self.recruitment.month_of(day), self.model.sites.now)

    def _expected(self, month: float) -> float:
        if month <= self.model.sites.now:
            came = self.recruitment.patients["randomised_month"]
            return float((came < month).sum())
        return enrolled_by(self.model, month).mean


def _grid(model: EnrolmentModel, found: Recruitment, reached: TimeToTarget | None) -> list[float]:
    """Ends of days from now to the target with 95 %, and over what came; 3 to 60 months."""
    now = model.sites.now
    last = found.month_of(found.enrolled_days[-1])
    ends = [now + _LEAST_AHEAD, last]
    if reached is not None:
        ends.append(reached.quantile(0.95) + 0.5)
    end = min(max(ends), now + _MOST_AHEAD)
    days = np.unique(np.ceil(np.linspace(now, end, _POINTS)[1:] * MONTH - 1e-6))
    return [now, *(float(day / MONTH) for day in days)]


def _bands(model: EnrolmentModel, months: list[float]) -> pd.DataFrame:
    counts = [enrolled_by(model, month) for month in months]
    return pd.DataFrame(
        {
            "month": months,
            "mean": [one.mean for one in counts],
            **{name: [one.quantile(p) for one in counts] for name, p in BANDS.items()},
        }
    )


def usual_day(found: Recruitment, target: int | None) -> datetime.date:
    """The day from which a page forecasts of itself: the data cut, or when enrolment has ended,
    because the target is reached or nobody entered in the last 60 days, that of half of it.

    Examples
    --------
    >>> found = recruitment(store)
    >>> str(usual_day(found, target=20)), str(usual_day(found, target=8))
    ('2024-05-01', '2024-02-20')
    """
    days = found.enrolled_days
    ended = (target is not None and len(days) >= target) or ((found.cut_on - days[-1]).days > 60)
    return days[max(len(days) // 2 - 1, 0)] if ended else found.cut_on
