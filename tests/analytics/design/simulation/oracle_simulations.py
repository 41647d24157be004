"""The simulations that the reference values are about, and others that tests share."""

from __future__ import annotations

from functools import cache

from analytics.design import (
    Accrual,
    HazardAssumption,
    SurvivalAssumptions,
    TreatmentEffect,
    dropout_hazard,
)
from analytics.design.boundaries import GroupSequential, LanDeMetsPocock
from analytics.design.simulation import ComparedTest, SimulatedTrials, TrialSimulation
from analytics.design.survival import LogRankWeight, ModestWeight, SurvivalDesign
from analytics.survival.logrank_weights import fleming_harrington
from tests.analytics.design.survival.oracle_trials import trial_of

EVENTS = (165, 248, 330)
LOOKS = GroupSequential(information_fractions=(0.5, 248 / 330, 1.0))
EFFECTS = {
    "ph": TreatmentEffect.constant(0.7),
    "crossing": TreatmentEffect.crossing(early=1.4, late=0.5, change=4),
    "null": TreatmentEffect.constant(1.0),
}
PAIRS = {
    "00": (0, 0),
    "01": (0, 1),
    "10": (1, 0),
    "11": (1, 1),
    "005": (0, 0.5),
    "0505": (0.5, 0.5),
}
FIXED_TESTS = (
    "logrank",
    "fh_0_0.5",
    "fh_0_1",
    "fh_1_0",
    "fh_0.5_0.5",
    "fh_1_1",
    "modestly_weighted_delay6_wmax2",
    "maxcombo_00_01_10_11",
    "maxcombo_00_005",
    "maxcombo_00_01",
    "maxcombo_00_005_0505",
)
EVENT_TESTS = FIXED_TESTS[:3]


def base_design(effect: TreatmentEffect) -> SurvivalDesign:
    """500 subjects, control median 12 months, looks at 165, 248 and 330 events."""
    return SurvivalDesign(assumptions=trial_of(effect), monitoring=LOOKS, events=330)


def test_of(name: str) -> ComparedTest:
    """A test by the name that it has in the oracle table."""
    kind, *rest = name.split("_")
    if kind == "modestly":
        return ComparedTest(weights=(ModestWeight(delay=6, most=2),))
    pairs = {
        "logrank": lambda: [(0, 0)],
        "fh": lambda: [tuple(map(float, rest))],
        "maxcombo": lambda: [PAIRS[one] for one in rest],
    }[kind]()
    weights: tuple[LogRankWeight, ...] = tuple(fleming_harrington(*pair) for pair in pairs)
    return ComparedTest(weights=weights)


test_of.__test__ = False  # type: ignore[attr-defined]  # a test of a hypothesis


def oracle_simulation(case: str, replications: int) -> TrialSimulation:
    """The simulation of a case of `simulated_trials.csv`."""
    if case.startswith("sim-gs"):
        return TrialSimulation(
            design=_sim_gs(case), entry="even", replications=replications, seed=11
        )
    effect = EFFECTS[case.rsplit("-", 1)[-1]]
    if case.startswith("nph-gs-events"):
        return TrialSimulation(
            design=base_design(effect),
            tests=tuple(test_of(name) for name in EVENT_TESTS),
            own_boundaries=False,
            replications=replications,
            seed=12,
        )
    trial = SurvivalAssumptions.of(
        control=HazardAssumption.exponential(median=12),
        effect=effect,
        accrual=Accrual.uniform(subjects=400, duration=12),
        dropout=dropout_hazard(0.05, by=12),
    )
    return TrialSimulation(
        design=SurvivalDesign.at_calendar_times(
            trial, GroupSequential(information_fractions=(1.0,)), (36.0,)
        ),
        look_times=(36.0,),
        tests=tuple(test_of(name) for name in FIXED_TESTS),
        replications=replications,
        seed=13,
    )


@cache
def simulated(case: str, replications: int) -> SimulatedTrials:
    """What it shows."""
    return oracle_simulation(case, replications).run()


def _sim_gs(case: str) -> SurvivalDesign:
    if case == "sim-gs-base-hr1":
        return base_design(TreatmentEffect.constant(1.0))
    if case == "sim-gs-delayed4":
        return base_design(TreatmentEffect.delayed(hazard_ratio=0.6, delay=4))
    trial = SurvivalAssumptions.of(
        control=HazardAssumption.exponential(median=12),
        effect=TreatmentEffect.constant(0.65),
        accrual=Accrual(ends=(6.0, 18.0), rates=(10.0, 25.0)),
        dropout=dropout_hazard(0.1, by=12),
        allocation_ratio=2,
    )
    return SurvivalDesign(
        assumptions=trial,
        monitoring=GroupSequential(
            information_fractions=(0.25, 0.5, 0.75, 1.0), efficacy=LanDeMetsPocock()
        ),
        events=228,
    )
