"""Drawn courses: times and kinds of what happens, against the assumed hazards."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from analytics.design import HazardAssumption, TreatmentEffect
from analytics.design.simulation.courses import CourseTables
from analytics.design.simulation.random_numbers import stream_of
from analytics.design.simulation.trial import EVEN, RANDOM, draw_courses, draw_entries
from analytics.design.survival.arm_hazards import ArmHazard

Floats = NDArray[np.float64]
DRAWS = 100_000
LIMIT = 1.95 / np.sqrt(DRAWS)  # of the Kolmogorov-Smirnov distance: exceeded once in 1,000
CONTROLS = {
    "exponential": HazardAssumption.exponential(median=12),
    "piecewise": HazardAssumption.piecewise(cuts=[6, 9], rates=[0.025, 0.14, 0.015]),
    "many pieces": HazardAssumption.piecewise(
        cuts=list(range(1, 13)), rates=[0.02 + 0.01 * (piece % 4) for piece in range(13)]
    ),
    "rising": HazardAssumption.weibull(shape=3, scale=15),
    "falling": HazardAssumption.weibull(shape=0.5, scale=15),
    "lognormal": HazardAssumption(
        family="lognormal", parameters=("meanlog", "log(sdlog)"), estimates=(2.5, 0.1)
    ),
    "cure": HazardAssumption.cure(cured=0.3, median_uncured=10),
    "mostly cured": HazardAssumption.cure(cured=0.9, median_uncured=10, shape=2),
    "gompertz": HazardAssumption(
        family="gompertz", parameters=("shape", "log(rate)"), estimates=(-0.1, -2.5)
    ),
}
EFFECTS = {
    "none": TreatmentEffect.constant(1.0),
    "strong": TreatmentEffect.constant(0.1),
    "crossing": TreatmentEffect.crossing(early=1.4, late=0.5, change=4),
}
DROPOUTS = {
    "nobody": None,
    "constant": HazardAssumption.exponential(rate=0.01),
    "early": HazardAssumption.weibull(shape=0.5, scale=60),
}


def _arm(control: str, effect: str, dropout: str) -> ArmHazard:
    return ArmHazard(
        subgroup="All subjects",
        arm="treatment",
        share=0.5,
        control=CONTROLS[control],
        effect=EFFECTS[effect],
        dropout=DROPOUTS[dropout],
    )


def _drawn(arm: ArmHazard, seed: int) -> tuple[Floats, NDArray[np.uint8]]:
    tables = CourseTables.of((arm,))
    times, events = np.empty(DRAWS), np.empty(DRAWS, dtype=np.uint8)
    draw_courses(
        np.uint64(stream_of(np.uint64(seed), 0)),  # Python would make it an int
        np.zeros(DRAWS, dtype=np.uint8),
        tables.pieces,
        tables.starts,
        tables.reached,
        tables.pace,
        tables.event_share,
        times,
        events,
    )
    return times, events


def _distance(times: Floats, survival: Floats) -> float:
    """Between the shares still followed and those that should be; infinite times come last."""
    known = np.sort(times[np.isfinite(times)])
    left = 1 - np.arange(known.size + 1) / times.size
    return float(np.maximum(abs(survival - left[:-1]), abs(survival - left[1:])).max())


@pytest.mark.parametrize("dropout", DROPOUTS)
@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("control", CONTROLS)
def test_times_are_those_of_the_hazards(control: str, effect: str, dropout: str) -> None:
    arm = _arm(control, effect, dropout)
    times, events = _drawn(arm, 5)
    known = np.sort(times[np.isfinite(times)])
    assert _distance(times, arm.followed(known)) < LIMIT
    expected, grid = _competing(arm)
    share = np.array([(events[times <= one] > 0).sum() for one in grid]) / DRAWS
    error = np.sqrt(expected * (1 - expected) / DRAWS)
    assert (abs(share - expected) <= 4.5 * error + 2e-5).all()


def _competing(arm: ArmHazard) -> tuple[Floats, Floats]:
    """Shares with the event before dropout, by some times: the integral of hazard x followed."""
    fine = np.unique(np.concatenate([[0.0], np.geomspace(1e-9, 300, 60_000), arm.cuts]))
    steps = -np.diff(arm.cumulative_hazard(fine), prepend=0.0)
    followed = arm.followed(fine)
    middle = (followed + np.concatenate([[1.0], followed[:-1]])) / 2
    by = np.cumsum(-steps * middle)
    grid = np.array([1.0, 4.0, 10.0, 30.0, 100.0])
    return np.clip(np.interp(grid, fine, by), 0, 1), grid


@pytest.mark.parametrize("control", CONTROLS)
def test_without_treatment_and_dropout_survival_is_that_of_control(control: str) -> None:
    times, events = _drawn(_arm(control, "none", "nobody"), 6)
    known = np.sort(times[np.isfinite(times)])
    assert _distance(times, CONTROLS[control].survival(known)) < LIMIT
    assert (events == np.isfinite(times)).all()


def test_the_cured_never_have_the_event() -> None:
    times, events = _drawn(_arm("cure", "none", "nobody"), 7)
    cured = np.isinf(times).mean()
    assert cured == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / DRAWS))
    assert not events[np.isinf(times)].any()
    tables = CourseTables.of((_arm("cure", "none", "constant"),))
    last = int(tables.pieces[0]) - 1
    assert tables.event_share[0, last] == 0
    assert tables.pace[0, last] == pytest.approx(100)


def test_arms_of_different_size_share_one_table() -> None:
    arms = (_arm("exponential", "none", "nobody"), _arm("piecewise", "crossing", "constant"))
    tables = CourseTables.of(arms)
    assert tables.pieces.tolist() == [1, 4]
    assert tables.reached[1].tolist() == pytest.approx(
        [0, *(arms[1].cumulative_hazard([4, 6, 9]) + 0.01 * np.array([4, 6, 9]))]
    )


@pytest.mark.parametrize(("entry", "used"), [(EVEN, 0), (RANDOM, DRAWS + 1)])
def test_entries_follow_the_accrual(entry: int, used: int) -> None:
    """60 % in the first month, nobody in the second, the others in the next four."""
    shares, times = np.array([0.0, 0.6, 0.6, 1.0]), np.array([0.0, 1.0, 2.0, 6.0])
    found, start = np.empty(DRAWS), np.uint64(stream_of(np.uint64(8), 3))
    after = draw_entries(start, entry, shares, times, found)
    assert int(after) - int(start) == used
    assert (np.diff(found) >= 0).all()
    assert not ((found > 1) & (found < 2)).any()
    entered = np.interp(found, times, shares)
    assert abs(entered - (np.arange(DRAWS) + 0.5) / DRAWS).max() < LIMIT
