"""What many simulated trials show, with the Monte-Carlo error of every figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.checks import require
from analytics.design.cost import Costs, ValueCurve
from analytics.design.courses import CostForecast, TrialCourses
from analytics.design.simulation.stops import EFFICACY, FUTILITY, HARM, Stops
from analytics.results import Result, registered, require_columns

Floats = NDArray[np.float64]
LOOK_COLUMNS = (
    "test",
    "look",
    "information_fraction",
    "z_efficacy",
    "z_futility",
    "efficacy",
    "efficacy_mc_std_err",
    "futility",
    "futility_mc_std_err",
    "harm",
    "harm_mc_std_err",
    "mean_z",
    "mean_z_mc_std_err",
    "events",
    "calendar_time",
    "calendar_time_mc_std_err",
    "calendar_time_sd",
    "events_never_reached",
)
TEST_COLUMNS = (
    "test",
    "power",
    "power_mc_std_err",
    "expected_events",
    "expected_events_mc_std_err",
    "expected_subjects",
    "expected_subjects_mc_std_err",
    "expected_duration",
    "expected_duration_mc_std_err",
    "duration_q05",
    "duration_median",
    "duration_q95",
)


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SimulatedTrials(Result):
    """Summary of a simulation.

    Parameters
    ----------
    by_look : DataFrame
        One row per test and look: bounds on z; the shares of trials that stop there for efficacy,
        futility or harm; mean z, events and calendar time of the look in all trials, stopped
        before or not; the share of trials in which its events never came, so that it was made when
        nothing more could happen. `…_mc_std_err` are Monte-Carlo standard errors.
    by_test : DataFrame
        One row per test: power, and mean events, subjects and duration when the trial stops, with
        5 %, 50 % and 95 % points of the duration.
    forecast : CostForecast or None
        Of the first test, when costs were given.
    replications, seed : int
    time_unit : str
    """

    by_look: pd.DataFrame
    by_test: pd.DataFrame
    forecast: CostForecast | None
    replications: int
    seed: int
    time_unit: str

    def __post_init__(self) -> None:
        require_columns(self.by_look, LOOK_COLUMNS, "one row per test and look")
        require_columns(self.by_test, TEST_COLUMNS, "one row per test")

    @classmethod
    def of(
        cls,
        stops: Stops,
        *,
        tests: list[str],
        costs: Costs | None,
        value: ValueCurve | None,
        seed: int,
        time_unit: str,
    ) -> Self:
        """Once all trials are in."""
        forecast = None if costs is None else _courses(stops).forecast(costs, value)
        looks = [row for test, name in enumerate(tests) for row in _looks(stops, test, name)]
        return cls(
            by_look=pd.DataFrame(looks, columns=list(LOOK_COLUMNS)),
            by_test=pd.DataFrame(
                [_test(stops, test, name) for test, name in enumerate(tests)],
                columns=list(TEST_COLUMNS),
            ),
            forecast=forecast,
            replications=stops.done,
            seed=seed,
            time_unit=time_unit,
        )

    @property
    def power(self) -> float:
        """Share of trials in which the first test succeeds."""
        return float(self.by_test["power"].iloc[0])

    @property
    def power_mc_std_err(self) -> float:
        """Monte-Carlo standard error of the power."""
        return float(self.by_test["power_mc_std_err"].iloc[0])

    def of_test(self, name: str) -> pd.Series[object]:
        """The row of one test in `by_test`."""
        known = tuple(self.by_test["test"])
        require(name in known, f"test in {known}", test=name)
        return self.by_test.set_index("test").loc[name]

    def to_frame(self) -> pd.DataFrame:
        """One row per test and look, as in `by_look`."""
        return self.by_look.copy()


def _looks(stops: Stops, test: int, name: str) -> list[tuple[object, ...]]:
    n, bounds, sums = stops.done, stops.boundaries[test], stops.sums
    rows = []
    for look in range(stops.sums["months"].size):
        at = stops.looks[test] == look
        shares = [
            part
            for reason in (EFFICACY, FUTILITY, HARM)
            for part in _share(float((at & (stops.reasons[test] == reason)).mean()), n)
        ]
        z = _mean(sums["z"][test, look], sums["z_squared"][test, look], n)
        month = _mean(sums["months"][look], sums["months_squared"][look], n)
        rows.append(
            (
                name,
                look + 1,
                bounds.information_fractions[look],
                _number(bounds.z_efficacy[look]),
                _number(bounds.z_futility[look]),
                *shares,
                z[0],
                z[1] / np.sqrt(n),
                sums["events"][look] / n,
                month[0],
                month[1] / np.sqrt(n),
                month[1],
                sums["short"][look] / n,
            )
        )
    return rows


def _test(stops: Stops, test: int, name: str) -> tuple[object, ...]:
    n = stops.done
    power = _share(float((stops.reasons[test] == EFFICACY).mean()), n)
    means = [
        part
        for values in (stops.events[test], stops.subjects[test], stops.months[test])
        for part in (
            float(values.mean(dtype=np.float64)),
            float(values.std(dtype=np.float64) / np.sqrt(n)),
        )
    ]
    spread = np.quantile(stops.months[test], (0.05, 0.5, 0.95)).tolist()
    return (name, *power, *means, *spread)


def _courses(stops: Stops) -> TrialCourses:
    return TrialCourses.simulated(
        months=stops.months[0],
        subjects=stops.subjects[0],
        looks=stops.looks[0] + 1,
        success=stops.reasons[0] == EFFICACY,
    )


def _share(share: float, n: int) -> tuple[float, float]:
    return share, float(np.sqrt(share * (1 - share) / n))


def _mean(total: float, squares: float, n: int) -> tuple[float, float]:
    mean = total / n
    return float(mean), float(np.sqrt(max(squares / n - mean**2, 0.0)))


def _number(value: float | None) -> float:
    return np.nan if value is None else value
