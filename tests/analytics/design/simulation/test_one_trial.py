"""One simulated trial after another, looked at once more in plain NumPy."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytics.design import (
    Accrual,
    HazardAssumption,
    Subgroup,
    SurvivalAssumptions,
    TreatmentEffect,
)
from analytics.design.boundaries import GroupSequential
from analytics.design.simulation import LOG_RANK_TEST, ComparedTest, TrialSimulation
from analytics.design.simulation.block import Block, simulate_block
from analytics.design.simulation.random_numbers import stream_of
from analytics.design.simulation.trial import draw_courses, draw_entries
from analytics.design.survival import ModestWeight, SurvivalDesign
from analytics.survival import LOG_RANK, SurvivalCounts, fleming_harrington, test_logrank
from tests.analytics.design.simulation.oracle_simulations import base_design

Floats = NDArray[np.float64]
WEIGHTS = (
    LOG_RANK,
    fleming_harrington(0, 1),
    fleming_harrington(1, 0),
    fleming_harrington(0.5, 0.5),
)
DESIGN = base_design(TreatmentEffect.delayed(hazard_ratio=0.6, delay=4))
STRATA = SurvivalDesign(
    assumptions=SurvivalAssumptions(
        subgroups=(
            Subgroup(
                name="Positive",
                prevalence=0.3,
                control=HazardAssumption.weibull(shape=0.7, scale=10),
                effect=TreatmentEffect.constant(0.5),
            ),
            Subgroup(
                name="Negative",
                prevalence=0.7,
                control=HazardAssumption.cure(cured=0.2, median_uncured=9),
                effect=TreatmentEffect.crossing(early=1.4, late=0.5, change=4),
            ),
        ),
        accrual=Accrual(ends=(4.0, 6.0, 20.0), rates=(10.0, 0.0, 12.0)),
        control_dropout=HazardAssumption.exponential(rate=0.01),
        allocation_ratio=2.0,
    ),
    monitoring=GroupSequential(information_fractions=(0.1, 0.4, 0.7, 1.0)),
    events=120,
)
SIMULATIONS = {
    "log-rank": TrialSimulation(design=DESIGN),
    "even": TrialSimulation(design=DESIGN, entry="even"),
    "weights": TrialSimulation(
        design=DESIGN, tests=tuple(ComparedTest(weights=(one,)) for one in WEIGHTS)
    ),
    "MaxCombo": TrialSimulation(
        design=STRATA, tests=(LOG_RANK_TEST, ComparedTest(weights=WEIGHTS[:3]))
    ),
    "strata": TrialSimulation(design=STRATA),
    "times": TrialSimulation(design=STRATA, look_times=(5.0, 12.0, 18.0, 40.0)),
}


@dataclass(frozen=True)
class Trial:
    """Subjects of one trial in the order of their entry."""

    entries: Floats
    times: Floats
    event: NDArray[np.bool_]
    treated: NDArray[np.bool_]

    @classmethod
    def of(cls, simulation: TrialSimulation, replication: int) -> Trial:
        """Drawn once more."""
        entry, shares, ends, group, treated, _, *tables = simulation._inputs()[:11]
        entries, times = np.empty(group.size), np.empty(group.size)
        event = np.empty(group.size, dtype=np.uint8)
        counter = np.uint64(stream_of(np.uint64(simulation.seed), replication))
        counter = np.uint64(draw_entries(counter, entry, shares, ends, entries))
        draw_courses(counter, group, *tables, times, event)
        return cls(entries, times, event > 0, treated > 0)

    def seen(self, when: float) -> tuple[Floats, NDArray[np.bool_], NDArray[np.bool_]]:
        """Time on study, event and arm of those enrolled by a calendar time."""
        inside = self.entries <= when
        left = self.entries + self.times
        time = np.where(left <= when, self.times, when - self.entries)
        return time[inside], (self.event & (left <= when))[inside], self.treated[inside]


def _block(simulation: TrialSimulation, trials: int, first: int = 0) -> Block:
    block = Block.empty(trials, len(simulation.look_events), len(simulation.weights))
    simulate_block(np.uint64(simulation.seed), first, *simulation._inputs(), *block.outputs)
    return block


@pytest.mark.parametrize("name", SIMULATIONS)
def test_looks_are_those_of_the_subjects(name: str) -> None:
    simulation = SIMULATIONS[name]
    block = _block(simulation, 4, first=17)
    assert not block.short.any()
    for row in range(4):
        trial = Trial.of(simulation, 17 + row)
        happened = np.sort((trial.entries + trial.times)[trial.event])
        for look, events in enumerate(simulation.look_events):
            when = block.months[row, look]
            wanted = happened[events - 1] if events else (simulation.look_times or ())[look]
            assert when == wanted
            assert block.enrolled[row, look] == (trial.entries <= when).sum()
            assert block.events[row, look] == (happened <= when).sum()
            assert not events or block.events[row, look] == events


@pytest.mark.parametrize("name", SIMULATIONS)
def test_statistics_are_those_of_the_log_rank_family(name: str) -> None:
    """Weighted events on control more than expected, and their variance."""
    simulation = SIMULATIONS[name]
    block = _block(simulation, 4, first=17)
    for row in range(4):
        trial = Trial.of(simulation, 17 + row)
        for look in range(len(simulation.look_events)):
            time, event, treated = trial.seen(block.months[row, look])
            arms = np.where(treated, "treatment", "control").tolist()
            counts = SurvivalCounts.from_subjects(time, event, arms=arms)
            for place, weight in enumerate(simulation.weights):
                other = test_logrank(counts, weight)
                table = other.table.set_index("arm").loc["treatment"]
                score = table["expected"] - table["observed"]
                variance = other.variance["treatment"].to_numpy()
                variance = variance[other.arms.index("treatment")]
                assert block.scores[row, look, place] == pytest.approx(score, abs=1e-10)
                found = block.covariances[row, look, place, place]
                assert found == pytest.approx(variance, abs=1e-10)


def test_the_walk_for_the_log_rank_test_alone_gives_what_the_other_gives() -> None:
    alone = _block(SIMULATIONS["log-rank"], 300)
    beside = _block(SIMULATIONS["weights"], 300)
    np.testing.assert_allclose(alone.scores[..., 0], beside.scores[..., 0], atol=1e-10)
    np.testing.assert_allclose(
        alone.covariances[..., 0, 0], beside.covariances[..., 0, 0], atol=1e-10
    )
    assert (alone.months == beside.months).all()


@pytest.mark.parametrize("margin", [1.0, 1.3])
def test_margins_modest_weights_and_covariances(margin: float) -> None:
    """Sums over events, written out: under the margin's hazard ratio treatment has a larger part
    of the risk."""
    weights = (LOG_RANK, ModestWeight(delay=6, most=2), fleming_harrington(0, 0.5))
    simulation = TrialSimulation(
        design=replace(DESIGN, margin=margin), tests=(ComparedTest(weights=weights),)
    )
    block = _block(simulation, 3)
    for row in range(3):
        trial = Trial.of(simulation, row)
        for look in range(3):
            score, covariance = _sums(*trial.seen(block.months[row, look]), margin)
            np.testing.assert_allclose(block.scores[row, look], score, atol=1e-10)
            np.testing.assert_allclose(block.covariances[row, look], covariance, atol=1e-10)


def _sums(
    time: Floats, event: NDArray[np.bool_], treated: NDArray[np.bool_], margin: float
) -> tuple[Floats, Floats]:
    curve, floor, score, covariance = 1.0, 1.0, np.zeros(3), np.zeros((3, 3))
    for at in np.sort(time[event]):
        on_treatment, on_control = ((time >= at) & arm for arm in (treated, ~treated))
        weighted = margin * on_treatment.sum()
        share = weighted / (weighted + on_control.sum())
        after = curve * (1 - 1 / (on_treatment.sum() + on_control.sum()))
        if at <= 6:
            floor = after
        modest = min(1 / (curve if at <= 6 else max(curve, floor)), 2.0)
        weights = np.array([1.0, modest, np.sqrt(1 - curve)])
        score += weights * (share - treated[time == at][0])
        covariance += np.outer(weights, weights) * share * (1 - share)
        curve = after
    return score, covariance


@settings(max_examples=60, derandomize=True)
@given(
    subjects=st.integers(2, 40),
    share=st.floats(0.02, 1.0),
    control=st.sampled_from(
        [
            HazardAssumption.exponential(median=6),
            HazardAssumption.piecewise(cuts=[7], rates=[1e-6, 0.5]),
            HazardAssumption.cure(cured=0.5, median_uncured=3),
            HazardAssumption.weibull(shape=0.4, scale=5),
        ]
    ),
    dropout=st.sampled_from([None, HazardAssumption.exponential(rate=0.2)]),
    ratio=st.sampled_from([0.5, 1.0, 3.0]),
    margin=st.sampled_from([0.8, 1.0, 1.3]),
    at_times=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_small_trials(
    subjects: int,
    share: float,
    control: HazardAssumption,
    dropout: HazardAssumption | None,
    ratio: float,
    margin: float,
    at_times: bool,
    seed: int,
) -> None:
    """Looks before anybody is in, arms that are empty, events that never come."""
    trial = SurvivalAssumptions.of(
        control=control,
        effect=TreatmentEffect.delayed(hazard_ratio=0.6, delay=1),
        accrual=Accrual(ends=(2.0, 5.0, 9.0), rates=(subjects / 4, 0.0, subjects / 8)),
        dropout=dropout,
        allocation_ratio=ratio,
    )
    design = SurvivalDesign(
        assumptions=trial,
        monitoring=GroupSequential(information_fractions=(0.3, 1.0)),
        events=max(share * subjects, 0.1),
        margin=margin,
    )
    times = (0.01, 8.0) if at_times else None
    weights = (LOG_RANK, ModestWeight(delay=6, most=2), fleming_harrington(0, 0.5))
    simulation = TrialSimulation(
        design=design, look_times=times, tests=(ComparedTest(weights=weights),), seed=seed
    )
    alone = replace(simulation, tests=(LOG_RANK_TEST,))
    block, other = _block(simulation, 2), _block(alone, 2)
    for row, look in ((0, 0), (0, 1), (1, 0), (1, 1)):
        drawn, when = Trial.of(simulation, row), block.months[row, look]
        left = drawn.entries + drawn.times
        wanted, happened = simulation.look_events[look], np.sort(left[drawn.event])
        assert block.short[row, look] == (wanted > happened.size)
        if times:
            assert when == times[look]
        elif wanted > happened.size:
            assert when == max(left[np.isfinite(left)], default=0.0)
        else:
            assert when == happened[wanted - 1]
        assert block.enrolled[row, look] == (drawn.entries <= when).sum()
        assert block.events[row, look] == (happened <= when).sum()
        score, covariance = _sums(*drawn.seen(when), margin)
        np.testing.assert_allclose(block.scores[row, look], score, atol=1e-9)
        np.testing.assert_allclose(block.covariances[row, look], covariance, atol=1e-9)
        np.testing.assert_allclose(other.scores[row, look, 0], score[0], atol=1e-9)
        np.testing.assert_allclose(other.covariances[row, look, 0, 0], covariance[0, 0], atol=1e-9)


def test_events_that_never_come_end_a_trial_with_the_last_who_leaves() -> None:
    """300 subjects, of whom six tenths are cured and nobody drops out, and looks at 100 and 200."""
    trial = SurvivalAssumptions.of(
        control=HazardAssumption.cure(cured=0.6, median_uncured=5),
        effect=TreatmentEffect.constant(1.0),
        accrual=Accrual.uniform(subjects=300, duration=10),
    )
    design = SurvivalDesign(
        assumptions=trial,
        monitoring=GroupSequential(information_fractions=(0.5, 1.0)),
        events=200,
    )
    simulation = TrialSimulation(design=design, replications=50)
    block = _block(simulation, 50)
    assert block.short[:, 1].all()
    assert not block.short[:, 0].any()
    for row in range(50):
        drawn = Trial.of(simulation, row)
        left = (drawn.entries + drawn.times)[drawn.event]
        assert block.months[row, 1] == left.max()
        assert block.events[row, 1] == left.size < 200
    looks = simulation.run().by_look
    assert looks["events_never_reached"].tolist() == [0, 1]
    assert looks["events"].iloc[1] == pytest.approx(block.events[:, 1].mean())
