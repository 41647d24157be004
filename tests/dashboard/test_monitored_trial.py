"""The interim-analysis calculator: what was seen turned into z, and what it means."""

from __future__ import annotations

from math import exp, sqrt

import pytest
from scipy.stats import norm

from analytics.checks import InputError
from analytics.design.boundaries import GroupSequential
from analytics.design.survival import SurvivalDesign
from dashboard.analyses.designs import usual_proposal
from dashboard.analyses.designs.monitored import MonitoredTrial

# The analysis of a trial that stopped at its second look: rpact 4.5.0.9315, getAnalysisResults,
# log-rank z 1.9 and 2.6 at 165 and 248 of 330 events, bounds of looks at 50, 75 and 100 %.
STOPPED = {"p_value": 0.0053790035763, "ci": (1.0792954938, 1.7811925006), "mue": 1.3874232257}

DESIGN = SurvivalDesign(
    assumptions=usual_proposal().assumptions,
    monitoring=GroupSequential(information_fractions=(0.5, 0.75, 1.0)),
    events=330,
)


def seen(**facts: object) -> MonitoredTrial:
    return MonitoredTrial(design=DESIGN, **facts)  # type: ignore[arg-type]


def test_hazard_ratios_and_p_values_are_the_same_trial_as_their_z() -> None:
    z = (1.9, 2.2)
    ratios = tuple(exp(-one / sqrt(events / 4)) for one, events in zip(z, (165, 248), strict=True))
    by_z = seen(events=(165, 248), values=z)
    by_ratio = seen(events=(165, 248), values=ratios, measure="hazard ratio")
    by_p = seen(events=(165, 248), values=tuple(norm.sf(z)), measure="p-value")
    assert by_ratio.z == pytest.approx(z, abs=1e-12)
    assert by_p.z == pytest.approx(z, abs=1e-9)
    assert by_ratio.analysis().decision == by_z.analysis().decision == "continue"
    frame = by_z.to_frame(by_z.analysis())
    assert frame["hazard_ratio"].tolist() == pytest.approx(ratios)
    assert (frame["hazard_ratio_lower"] < frame["hazard_ratio"]).all()
    assert (frame["hazard_ratio"] < frame["hazard_ratio_upper"]).all()


def test_a_stopped_trial_has_the_adjusted_estimates_of_the_reference() -> None:
    trial = seen(events=(165, 248), values=(1.9, 2.6))
    found = trial.analysis()
    assert found.decision == "efficacy"
    stopped = found.stopped
    assert stopped is not None
    assert stopped.p_value == pytest.approx(STOPPED["p_value"], abs=1e-4)
    # The reference states the inverse ratio: control over treatment.
    assert 1 / trial.hazard_ratio(stopped.median_unbiased) == pytest.approx(
        STOPPED["mue"], abs=1e-3
    )
    limits = (1 / trial.hazard_ratio(stopped.lower), 1 / trial.hazard_ratio(stopped.upper))
    assert limits == pytest.approx(STOPPED["ci"], abs=1e-3)


def test_looks_at_other_events_than_planned_are_judged_by_their_own_bounds() -> None:
    found = seen(events=(172, 231, 345), values=(1.0, 1.5, 2.01)).analysis()
    bounds = [one.z_efficacy for one in found.looks]
    assert bounds == pytest.approx([2.8934716756, 2.4681026265, 2.0073633716], abs=1e-4)
    assert found.decision == "efficacy"


def test_a_prior_moves_the_predictive_power() -> None:
    flat = seen(events=(165,), values=(1.5,)).analysis()
    hopeful = seen(
        events=(165,), values=(1.5,), prior_hazard_ratio=0.6, prior_log_std_dev=0.1
    ).analysis()
    assert hopeful.predictive_power is not None
    assert flat.predictive_power is not None
    assert hopeful.predictive_power > flat.predictive_power


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"events": (165, 248), "values": (1.9,)}, "each look has its events and its value"),
        ({"events": (248, 165), "values": (1.9, 2.0)}, "information rises from above 0"),
        ({"events": (0,), "values": (1.9,)}, "events are > 0"),
        (
            {"events": (165,), "values": (-0.5,), "measure": "hazard ratio"},
            "hazard ratios are > 0",
        ),
        ({"events": (165,), "values": (1.5,), "measure": "p-value"}, "p-values are above 0"),
        ({"events": (165,), "values": (float("nan"),)}, "each look has a finite z"),
        ({"events": (165,), "values": (1.0,), "measure": "odds"}, "measure in"),
    ],
)
def test_bad_input_is_a_sentence(facts: dict[str, object], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        seen(**facts).analysis()
