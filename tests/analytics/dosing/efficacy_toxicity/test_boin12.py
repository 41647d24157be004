"""BOIN12 against published tables, conduct and characteristics, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from analytics.checks import InputError
from analytics.dosing.characteristics import CohortAccrual
from analytics.dosing.efficacy_toxicity import (
    Boin12,
    EfficacyToxicityScenario,
    JointCohort,
    JointOutcomes,
    simulate_boin12,
    simulation,
)
from analytics.results import Result, same
from tests.analytics.dosing.oracle_rows import oracle_rows

ROWS = {one.values[0]["quantity"]: one.values[0] for one in oracle_rows("dosing_boin12")}
DESIGN = Boin12(doses=5, toxicity_limit=0.35, least_efficacy=0.25)
TRUTH = EfficacyToxicityScenario(
    toxicity=(0.03, 0.17, 0.35, 0.5, 0.65), efficacy=(0.12, 0.39, 0.43, 0.55, 0.65)
)


def test_the_published_table_of_scores() -> None:
    row = ROWS["scores"]
    table = DESIGN.desirability_table(tuple(row["inputs"]["sample_sizes"]))
    expected = np.array(row["expected"], dtype=float)
    found = table.set_index(["patients", "toxicities", "efficacies"])["score"]
    own = found.loc[[tuple(map(int, one[:3])) for one in expected]].to_numpy()
    assert len(found) == len(expected)
    assert np.array_equal(own, expected[:, 3], equal_nan=True)


def test_the_benchmark() -> None:
    row = ROWS["benchmark"]
    assert DESIGN.benchmark == pytest.approx(row["expected"], abs=row["tolerance"])


def test_the_published_trial() -> None:
    row = ROWS["conduct"]
    design = replace(DESIGN, extra_exploration=9)
    histories = row["inputs"]["histories"]
    found = [design.recommend(JointOutcomes.parse(one, doses=5)).dose for one in histories]
    assert found == row["expected"]["next_dose"]
    last = design.recommend(JointOutcomes.parse(f"{histories[8]} 4NEN", doses=5))
    assert (last.stop, last.dose) == (True, row["expected"]["final_obd"])


def test_reference_characteristics() -> None:
    row, trials = ROWS["characteristics"], 20_000
    given, expected = row["inputs"], row["expected"]
    truth = EfficacyToxicityScenario(toxicity=tuple(given["p_tox"]), efficacy=tuple(given["p_eff"]))
    found = simulate_boin12(DESIGN, (truth,), replications=trials)
    doses = found.doses
    error = np.hypot(100 * doses["selected_se"], expected["select_mc_se_pct"])
    assert (np.abs(100 * doses["selected"] - expected["select_pct"]) <= 4 * error).all()
    none = 100 * found.value("none") - expected["select_pct_none"]
    more = np.sqrt(1 + trials / expected["n_trials"])
    assert abs(none) <= 4 * 100 * found.error("none") * more
    for own, theirs in (("patients", "mean_n"), ("toxicities", "mean_dlt")):
        far = np.abs(doses[own] - expected[theirs])
        assert (far <= 4 * doses[f"{own}_se"] * more).all()
    published = ROWS["published_selection"]
    for dose, share in published["expected"].items():
        own = 100 * doses["selected"].iloc[int(dose) - 1]
        assert abs(own - share) <= published["tolerance"]
    assert found.value("correct") == doses["selected"].iloc[1]


_PATIENTS = st.lists(
    st.tuples(st.integers(1, 5), st.text("NETB", min_size=1, max_size=6)), min_size=1, max_size=7
)


@settings(max_examples=60, deadline=None)
@given(_PATIENTS)
def test_any_outcomes_have_a_recommendation(cohorts: list[tuple[int, str]]) -> None:
    outcomes = JointOutcomes.parse(" ".join(f"{d}{seen}" for d, seen in cohorts), doses=5)
    found = DESIGN.recommend(outcomes)
    current, table = outcomes.cohorts[-1].dose, found.table.set_index("dose")
    if found.dose is not None:
        assert table.loc[found.dose, "admissible"]
        assert found.stop or abs(found.dose - current) <= 1
    n, e, t = (table[name] for name in ("patients", "efficacies", "toxicities"))
    assert np.allclose(table["too_toxic"], beta.sf(0.35, 1 + t, 1 + n - t))
    assert np.allclose(table["futile"], beta.cdf(0.25, 1 + e, 1 + n - e))
    assert table["utility"].between(0, 100).all()
    assert same(Result.from_json(found.to_json()), found)


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.05, 20))
def test_both_outcomes_have_their_margins(t: float, e: float, odds: float) -> None:
    both = EfficacyToxicityScenario(toxicity=(t,), efficacy=(e,), odds_ratio=odds).both[0]
    assert max(0.0, t + e - 1) - 1e-9 <= both <= min(t, e) + 1e-9
    cross = both * (1 - t - e + both) - odds * (t - both) * (e - both)
    assert abs(cross) < 1e-9 * max(1.0, odds)


def test_association_changes_who_has_both() -> None:
    tied = replace(TRUTH, odds_ratio=8.0)
    apart, together = simulate_boin12(DESIGN, (TRUTH, tied), replications=4000).doses.pipe(
        lambda doses: [own for _, own in doses.groupby("scenario")]
    )
    for column in ("toxicities", "efficacies"):
        truth = "toxicity" if column == "toxicities" else "efficacy"
        for one in (apart, together):
            rate = one[column].sum() / (one["patients"] * one[truth]).sum()
            assert rate == pytest.approx(1, abs=0.02)
    # With neither + both = 100 the association leaves the utility as it is.
    assert np.allclose(apart["utility"].to_numpy(), together["utility"].to_numpy())


def test_a_seed_says_it_all(monkeypatch: pytest.MonkeyPatch) -> None:
    accrual = CohortAccrual(rate=2.0, window=1.0)

    def run(seed: int) -> Any:
        return simulate_boin12(DESIGN, (TRUTH,), accrual=accrual, replications=300, seed=seed)

    first = run(3)
    monkeypatch.setattr(simulation, "_BLOCK", 70)  # as if on more threads
    assert same(run(3), first)
    assert not same(run(4).doses, first.doses)
    assert same(Result.from_json(first.to_json()), first)
    cohorts = first.value("patients") / 3
    expected = first.value("patients") / 2 + cohorts
    assert abs(first.value("duration") - expected) < 4 * first.error("duration")


def _exact(design: Boin12, truth: EfficacyToxicityScenario) -> tuple[float, float]:
    """Pr(no dose) and expected patients of a design with one dose, from all its outcomes."""
    t, e, joint = truth.toxicity[0], truth.efficacy[0], truth.both[0]
    chances = dict(zip("NETB", (1 - t - e + joint, e - joint, t - joint, joint), strict=True))
    going: dict[tuple[int, ...], float] = {(0, 0, 0, 0): 1.0}
    none, patients = 0.0, 0.0
    while going:
        after: dict[tuple[int, ...], float] = {}
        for seen, p in going.items():
            for letters in product("NETB", repeat=3):
                key = tuple(n + letters.count(one) for n, one in zip(seen, "NETB", strict=True))
                after[key] = after.get(key, 0.0) + p * np.prod([chances[x] for x in letters])
        going = {}
        for key, p in after.items():
            word = "1" + "".join(one * n for n, one in zip(key, "NETB", strict=True))
            found = design.recommend(JointOutcomes.parse(word, doses=1))
            if not found.stop:
                going[key] = p
                continue
            none += p * (found.dose is None)
            patients += p * sum(key)
    return none, patients


def test_simulation_agrees_with_all_outcomes_of_one_dose() -> None:
    design = replace(DESIGN, doses=1)
    truth = EfficacyToxicityScenario(toxicity=(0.4,), efficacy=(0.2,), odds_ratio=3.0)
    none, patients = _exact(design, truth)
    found = simulate_boin12(design, (truth,), replications=20_000)
    assert abs(found.value("none") - none) <= 4 * found.error("none")
    assert abs(found.value("patients") - patients) <= 4 * found.error("patients")


def test_nothing_works_and_everything_is_toxic() -> None:
    futile = EfficacyToxicityScenario(toxicity=(0.05,) * 2, efficacy=(0.01,) * 2)
    toxic = EfficacyToxicityScenario(toxicity=(0.7,) * 2, efficacy=(0.6,) * 2)
    found = simulate_boin12(replace(DESIGN, doses=2), (futile, toxic), replications=500)
    assert found.value("none", 0) > 0.8
    assert found.value("none", 1) > 0.85
    assert found.value("correct", 0) == found.value("none", 0)


def test_refuses() -> None:
    with pytest.raises(InputError, match="0 < toxicity_limit"):
        replace(DESIGN, toxicity_limit=0.8)
    with pytest.raises(InputError, match="0 <= both <= 100"):
        replace(DESIGN, both=101.0)
    with pytest.raises(InputError, match=r"neither \+ both = 100"):
        replace(DESIGN, both=61.0).desirability_table()
    with pytest.raises(InputError, match="toxicity does not fall"):
        EfficacyToxicityScenario(toxicity=(0.2, 0.1), efficacy=(0.2, 0.1))
    with pytest.raises(InputError, match="scenarios have 5 doses"):
        simulate_boin12(DESIGN, (EfficacyToxicityScenario(toxicity=(0.1,), efficacy=(0.1,)),))
    with pytest.raises(InputError, match="1 <= dose <= 5"):
        JointOutcomes.parse("6N", doses=5)
    with pytest.raises(InputError, match="1 <= patients"):
        JointCohort(dose=1)
