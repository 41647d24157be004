"""What would have been forecast on earlier days, beside what came."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.enrolment import SLOWING, WEAK, EnrolmentBackTest, back_test_enrolment
from analytics.progress import Progress, unheard
from analytics.results import Result, registered
from dashboard.analyses.enrolment.forecast import (
    RATES,
    Rates,
    RecruitmentAnalysis,
    RecruitmentAnswer,
)
from dashboard.analyses.enrolment.recruited import MONTH, Recruitment, recruitment
from queries.store import Store

LEAST_SUBJECTS = 20
MOST_CUT_OFFS = 20
_CHECKS = 4
_FROM, _TO = 0.2, 0.8


def day_of_share(found: Recruitment, share: float) -> datetime.date:
    """The day by which a share of the subjects was enrolled.

    Examples
    --------
    >>> day_of_share(recruitment(store), 0.5)
    datetime.date(2024, 2, 20)
    """
    require(0 < share < 1, "0 < share < 1", share=share)
    days = found.enrolled_days
    return days[max(int(np.ceil(share * len(days))) - 1, 0)]


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict(Result):
    """A forecast from the past, judged on the day of the last enrolment.

    Parameters
    ----------
    known_on, day : date
        Of the forecast, and of the last enrolment.
    rates : {"constant", "slowing"}
    happened : int
        Subjects enrolled by the day.
    expected : float
    lower, upper : int
        Band of 90 %.
    """

    known_on: datetime.date
    day: datetime.date
    rates: str
    happened: int
    expected: float
    lower: int
    upper: int

    @property
    def side(self) -> str:
        """Where the forecast was: "inside", or "too high", or "too low"."""
        if self.happened < self.lower:
            return "too high"
        return "too low" if self.happened > self.upper else "inside"

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        said = (
            f"With {self.rates} rates the forecast of {self.known_on} expected "
            f"{self.expected:,.0f} subjects by {self.day} (90% band {self.lower:,}–"
            f"{self.upper:,}); {self.happened:,} came"
        )
        if self.side == "inside":
            return f"{said}, which the band holds."
        return f"{said}: it missed, {self.side}."


def verdict_of(answer: RecruitmentAnswer) -> Verdict | None:
    """Judge a forecast on the day of the last enrolment; None when nobody came since.

    Examples
    --------
    >>> asked = RecruitmentAnalysis(known_on=datetime.date(2024, 3, 2))
    >>> verdict_of(asked.run(store)).happened
    8
    """
    if not answer.is_past:
        return None
    day = answer.recruitment.enrolled_days[-1]
    band = answer.enrolled_by(day)
    return Verdict(
        known_on=answer.known_on,
        day=day,
        rates=answer.rates,
        happened=answer.recruitment.enrolled_on(day),
        expected=float(band["mean"]),
        lower=int(band["lower_90"]),
        upper=int(band["upper_90"]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RecruitmentBackTest:
    """Forecasts from several earlier days, with constant and with slowing rates.

    Parameters
    ----------
    recruitment : RecruitmentAnalysis
        Of which subjects and sites; its day, rates and target are not used.
    cut_offs : int
        From 2 to 20, evenly from 20 to 80 % of the subjects enrolled. Each forecast is judged at
        four times, evenly from then to the last enrolment.

    Examples
    --------
    >>> RecruitmentBackTest(recruitment=RecruitmentAnalysis()).run(store)
    Traceback (most recent call last):
        ...
    analytics.checks.NotEstimableError: A back-test needs 20 subjects enrolled, and there are 8.
    """

    recruitment: RecruitmentAnalysis
    cut_offs: int = 7

    def __post_init__(self) -> None:
        some = 2 <= self.cut_offs <= MOST_CUT_OFFS
        require(some, f"2 <= cut_offs <= {MOST_CUT_OFFS}", cut_offs=self.cut_offs)

    def run(self, store: Store, progress: Progress = unheard) -> RecruitmentBackTestAnswer:
        """Ask the store, go back and compare.

        Raises
        ------
        NotEstimableError
            With fewer than 20 subjects, or when all came on too few days.
        """
        asked = self.recruitment
        found = recruitment(store, cohort=asked.cohort, plan=asked.plan)
        days = found.enrolled_days
        if len(days) < LEAST_SUBJECTS:
            raise NotEstimableError(
                f"A back-test needs {LEAST_SUBJECTS} subjects enrolled, and there are {len(days)}."
            )
        shares = np.linspace(_FROM, _TO, self.cut_offs)
        cuts = sorted({found.month_of(day_of_share(found, float(one))) for one in shares})
        last = found.month_of(days[-1])
        cuts = [one for one in cuts if one < last]
        if not cuts:
            raise NotEstimableError("A back-test needs subjects enrolled on more than one day.")
        tables: dict[Rates, list[pd.DataFrame]] = {one: [] for one in RATES}
        for place, cut in enumerate(cuts):
            progress(place / len(cuts), f"Forecast from {found.day_of(cut)}.")
            for rates in RATES:
                tables[rates].append(_forecast(found, cut, last, rates))
        return RecruitmentBackTestAnswer(
            constant=_joined(tables["constant"], "none"),
            slowing=_joined(tables["slowing"], "calendar"),
            recruitment=found,
        )


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecruitmentBackTestAnswer(Result):
    """The record of both kinds of forecast.

    Parameters
    ----------
    constant, slowing : EnrolmentBackTest
    recruitment : Recruitment
    """

    constant: EnrolmentBackTest
    slowing: EnrolmentBackTest
    recruitment: Recruitment

    def to_frame(self) -> pd.DataFrame:
        """Both tables with `rates`, and days in place of months."""
        day_of = self.recruitment.day_of
        both = [
            one.table.assign(rates=rates)
            for rates, one in (("constant", self.constant), ("slowing", self.slowing))
        ]
        table = pd.concat(both, ignore_index=True)
        days = {
            name: pd.Series([day_of(month) for month in table[name]], dtype=object)
            for name in ("cut_off", "month")
        }
        return table.assign(**days).rename(columns={"month": "day"})

    @property
    def sentences(self) -> tuple[str, ...]:
        """The record in words."""
        said = [
            f"{rates.capitalize()} rates: {int(one.table['inside'].sum()):,} of "
            f"{len(one.table):,} bands of {one.level:.0%} held what came ({one.coverage:.0%}); "
            f"{_side(one.table)}."
            for rates, one in (("constant", self.constant), ("slowing", self.slowing))
        ]
        return (
            *said,
            "Forecasts of one study share its subjects and are not independent of each other: few "
            "bands that hold may be one miss, seen several times.",
        )


def _side(table: pd.DataFrame) -> str:
    off = float((table["median"] / table["happened"] - 1).mean())
    if abs(off) < 0.005:
        return "medians were right on average"
    way = "high" if off > 0 else "low"
    return f"medians were {abs(off):.0%} too {way} on average"


def _forecast(found: Recruitment, cut: float, last: float, rates: Rates) -> pd.DataFrame:
    months = np.unique(np.ceil(np.linspace(cut, last, _CHECKS + 1)[1:] * MONTH - 1e-6)) / MONTH
    constant = rates == "constant"
    return back_test_enrolment(
        found.sites,
        found.patients,
        cut_offs=[cut],
        months=months,
        clock="none" if constant else "calendar",
        beliefs=WEAK if constant else SLOWING,
    ).table


def _joined(tables: list[pd.DataFrame], clock: Any) -> EnrolmentBackTest:
    return EnrolmentBackTest(table=pd.concat(tables, ignore_index=True), level=0.9, clock=clock)
