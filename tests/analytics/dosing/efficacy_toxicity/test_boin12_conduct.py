"""A BOIN12 trial under way: the published one, deviations, posteriors, what may follow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import beta

from analytics.checks import InputError
from analytics.dosing.efficacy_toxicity import Boin12, JointOutcomes, conduct_boin12
from analytics.results import Result, same
from tests.analytics.dosing.oracle_rows import oracle_rows

[ROW] = [
    one.values[0] for one in oracle_rows("dosing_boin12") if one.values[0]["quantity"] == "conduct"
]
DESIGN = Boin12(doses=5, toxicity_limit=0.35, least_efficacy=0.25, extra_exploration=9)
HISTORY = ROW["inputs"]["histories"][8]


def test_the_published_trial_has_no_deviation() -> None:
    found = conduct_boin12(DESIGN, JointOutcomes.parse(f"{HISTORY} 4NEN", doses=5))
    assert (found.deviations, found.recommendation.stop) == ((), True)
    assert found.recommendation.dose == ROW["expected"]["final_obd"]
    assert found.following.empty
    assert same(Result.from_json(found.to_json()), found)


def test_deviations_are_named() -> None:
    found = conduct_boin12(DESIGN, JointOutcomes.parse(f"{HISTORY} 5NEN", doses=5))
    said = "Cohort 10 was given dose 5; the design recommended dose 4."
    assert (found.deviations, found.deviating) == ((said,), (10,))
    ended = replace(DESIGN, most_patients=3)
    after = conduct_boin12(ended, JointOutcomes.parse("1NNN 2NNN", doses=5))
    assert after.deviations == ("Cohort 2 was given dose 2 after the trial's end.",)


def test_posteriors_are_of_each_dose_alone() -> None:
    found = conduct_boin12(DESIGN, JointOutcomes.parse(HISTORY, doses=5), level=0.8)
    table = found.to_frame()
    for name, events in (("toxicity", "toxicities"), ("efficacy", "efficacies")):
        own = beta(1 + table[events], 1 + table["patients"] - table[events])
        assert np.allclose(table[name], own.mean())
        assert np.allclose(table[f"{name}_lower"], own.ppf(0.1))
        assert np.allclose(table[f"{name}_upper"], own.ppf(0.9))


def test_each_outcome_of_the_next_cohort_is_what_the_design_then_says() -> None:
    seen = JointOutcomes.parse("1NNE", doses=5)
    found = conduct_boin12(DESIGN, seen)
    assert len(found.following) == 20
    for row in found.following.itertuples():
        then = DESIGN.recommend(JointOutcomes.parse(f"1NNE {row.cohort}", doses=5))
        assert (then.dose or 0, then.stop) == (row.dose, row.stop)


def test_refuses() -> None:
    with pytest.raises(InputError, match="0 < level < 1"):
        conduct_boin12(DESIGN, JointOutcomes(doses=5), level=1.0)
    with pytest.raises(InputError, match="outcomes of 5 doses"):
        conduct_boin12(DESIGN, JointOutcomes(doses=4))
