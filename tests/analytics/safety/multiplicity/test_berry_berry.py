"""Berry and Berry's model against other samplers, exact answers, its prior and itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.results import Result, same
from analytics.safety.incidence import IncidenceCounts
from analytics.safety.multiplicity import BerryBerry, fit_berry_berry
from tests.analytics.survival.oracle_data import oracle_table
from tests.invariants import check_ordered, check_probabilities

KEYS = ("class", "term")
EXPECTED = oracle_table("berry_berry")
MMRV = oracle_table("mmrv_counts")


def _counts(rows: list[tuple[str, str, int, int]], sizes: tuple[int, int]) -> IncidenceCounts:
    """Class, term, events of the reference and of the arm."""
    wide = pd.DataFrame(rows, columns=[*KEYS, "A", "B"])
    long = wide.melt([*KEYS], var_name="arm", value_name="with_event")
    long["subjects"] = long["arm"].map(dict(zip("AB", sizes, strict=True)))
    return IncidenceCounts(frame=long, arms=("A", "B"), keys=KEYS, endpoint="TEAE")


def _mmrv() -> IncidenceCounts:
    rows = MMRV[[*KEYS, "reference_with_event", "with_event"]]
    return _counts(list(rows.itertuples(index=False, name=None)), (132, 148))


def _small() -> IncidenceCounts:
    rows = [("Skin", "Rash", 3, 13), ("Skin", "Itch", 0, 0), ("Gut", "Sick", 0, 6)]
    return _counts(rows, (132, 148))


def _quick(counts: IncidenceCounts, **more: object) -> BerryBerry:
    return fit_berry_berry(counts, draws=100, warm_up=50, **more)


def _check(fit: BerryBerry) -> None:
    table = fit.table
    three = table[["probability_higher", "probability_equal", "probability_lower"]]
    check_probabilities(three)
    np.testing.assert_allclose(three.sum(axis=1), 1, atol=1e-12)
    check_ordered(table["lower"], table["odds_ratio"], table["upper"])
    errors = table.filter(like="_error")
    assert (errors > 0).all(axis=None)
    assert (errors.filter(like="probability") < 0.5).all(axis=None)
    assert len(fit.diagnostics) == 4 * len(table)
    assert fit.smallest_ess == fit.diagnostics["ess"].min()
    assert fit.largest_rhat == fit.diagnostics["rhat"].max()


@pytest.mark.parametrize(
    "seed",
    [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 20260331))],
)
def test_agrees_with_other_samplers(seed: int) -> None:
    fit = fit_berry_berry(_mmrv(), seed=seed)
    _check(fit)
    found = fit.table.set_index("term").loc[EXPECTED["term"], "probability_higher"]
    apart = np.abs(found.to_numpy() - EXPECTED["expected"].to_numpy())
    assert (apart <= EXPECTED["tolerance"]).all()
    assert apart.mean() < 0.01
    assert fit.warning == ""
    assert fit.smallest_ess > 1000
    assert (fit.table["probability_higher_error"] < 0.012).all()


@pytest.mark.slow
def test_error_is_how_far_seeds_are_apart() -> None:
    fits = [fit_berry_berry(_small(), draws=500, seed=seed).table for seed in range(12)]
    for name in ("probability_higher", "probability_equal", "log_odds_ratio"):
        values = np.array([fit[name] for fit in fits])
        stated = np.array([fit[f"{name}_error"] for fit in fits])
        ratio = values.std(axis=0, ddof=1) / np.sqrt((stated**2).mean(axis=0))
        assert ((ratio > 0.4) & (ratio < 1.8)).all(), (name, ratio)


def test_same_seed_same_answer() -> None:
    one, again, other = (_quick(_small(), seed=seed) for seed in (3, 3, 4))
    assert same(one, again)
    assert not same(one.table.iloc[0].to_dict(), other.table.iloc[0].to_dict())


def test_rows_without_events_have_a_posterior() -> None:
    fit = fit_berry_berry(_counts([("Skin", "Rash", 0, 0)], (20, 20)), draws=500)
    _check(fit)
    row = fit.table.iloc[0]
    assert row["probability_equal"] > 0.4
    assert row["odds_ratio"] == 1
    assert 0 < row["lower"] < 1 < row["upper"] < np.inf


def test_every_subject_with_an_event() -> None:
    rows = [("Skin", "Rash", 20, 20), ("Skin", "Itch", 0, 20), ("Gut", "Sick", 20, 0)]
    fit = fit_berry_berry(_counts(rows, (20, 20)), draws=500)
    _check(fit)
    assert np.isfinite(fit.table["log_odds_ratio"]).all()
    assert fit.table["probability_higher"].iloc[1] > 0.95
    assert fit.table["probability_lower"].iloc[2] > 0.95


RIDGES = {
    "events in one arm only": [("Skin", f"t{place}", 0, 1) for place in range(30)],
    "classes of one term": [(f"c{place}", "Rash", 0, 1) for place in range(15)],
    "all or nobody": [("Skin", "Rash", 80, 80), ("Skin", "Itch", 0, 80), ("Gut", "Sick", 80, 0)],
}


@pytest.mark.slow
@pytest.mark.parametrize("rows", RIDGES.values(), ids=RIDGES)
def test_chains_settle_where_level_and_effect_are_hard_to_tell_apart(
    rows: list[tuple[str, str, int, int]],
) -> None:
    fit = fit_berry_berry(_counts(rows, (80, 80)))
    _check(fit)
    assert fit.largest_rhat < 1.03
    assert fit.smallest_ess > 200


@pytest.mark.slow
def test_terms_of_a_class_learn_from_each_other() -> None:
    """The same counts mean more beside others that went up than beside some that did not."""
    up = [("Skin", f"t{place}", 5, 25) for place in range(4)]
    level = [("Skin", f"t{place}", 15, 15) for place in range(4)]
    beside_up, beside_level = (
        fit_berry_berry(_counts([("Skin", "Rash", 5, 11), *others], (100, 100)), draws=1000)
        for others in (up, level)
    )
    name = "probability_higher"
    assert beside_up.table[name].iloc[0] > beside_level.table[name].iloc[0] + 0.1


def test_too_few_draws_are_said() -> None:
    fit = _quick(_mmrv())
    assert "The chains have not settled" in fit.warning
    assert f"{fit.smallest_ess:.0f} (at least 400 is wanted)" in fit.warning
    assert f"{fit.largest_rhat:.3f} (at most 1.01 is wanted)" in fit.warning


def test_the_arm_is_chosen() -> None:
    frame = _small().frame
    third = frame[frame["arm"] == "B"].assign(arm="C", subjects=99)
    counts = IncidenceCounts(frame=pd.concat([frame, third]), arms=("A", "B", "C"), keys=KEYS)
    with pytest.raises(InputError, match="the arm is one of 'B', 'C'"):
        fit_berry_berry(counts)
    with pytest.raises(InputError, match="the arm is one of 'B', 'C'"):
        fit_berry_berry(counts, arm="A")
    own = _quick(counts, arm="B")
    assert same(own.table, _quick(_small()).table)
    assert (_quick(counts, arm="C").table["subjects"] == 99).all()


def test_strata_are_added_up() -> None:
    frame = _small().frame
    parts = [frame.assign(stratum=name) for name in "xy"]
    parts[1]["with_event"] = 0
    parts[0]["subjects"] -= 50
    parts[1]["subjects"] = 50
    counts = IncidenceCounts(frame=pd.concat(parts), arms=("A", "B"), keys=KEYS, endpoint="TEAE")
    assert same(_quick(counts), _quick(_small()))


@pytest.mark.slow
def test_the_order_of_classes_does_not_matter() -> None:
    """Classes need not stand together."""
    rows = [("Skin", "Rash", 3, 13), ("Gut", "Sick", 9, 9), ("Skin", "Itch", 2, 12)]
    one = fit_berry_berry(_counts(rows, (99, 99))).table.set_index("term")
    other = fit_berry_berry(_counts(rows[::-1], (99, 99)), seed=9).table.set_index("term")
    name = "probability_higher"
    errors = np.hypot(one[f"{name}_error"], other[f"{name}_error"])
    assert (np.abs(one[name] - other[name]) < 4 * errors).all()


def test_json_keeps_every_bit() -> None:
    fit = _quick(_small(), seed=5)
    assert same(Result.from_json(fit.to_json()), fit)
    assert list(fit.to_frame()["term"]) == ["Rash", "Itch", "Sick"]
    assert (fit.seed, fit.draws, fit.chains, fit.endpoint) == (5, 100, 4, "TEAE")


@pytest.mark.parametrize(
    ("sizes", "arm"), [((0, 148), "A"), ((132, 0), "B")], ids=["reference", "arm"]
)
def test_refuses_an_arm_without_subjects(sizes: tuple[int, int], arm: str) -> None:
    counts = _counts([("Skin", "Rash", 0, 0)], sizes)
    with pytest.raises(NotEstimableError, match=f"compares two arms with subjects; {arm} has none"):
        fit_berry_berry(counts)


def test_refuses_what_cannot_be_compared() -> None:
    counts = _small()
    alone = IncidenceCounts(frame=counts.frame.query("arm == 'A'"), arms=("A",), keys=KEYS)
    with pytest.raises(NotEstimableError, match="only one"):
        fit_berry_berry(alone)
    empty = IncidenceCounts(frame=counts.frame.iloc[:0], arms=("A", "B"), keys=KEYS)
    with pytest.raises(NotEstimableError, match="no term"):
        fit_berry_berry(empty)
    flat = IncidenceCounts(frame=counts.frame.drop(columns="class"), arms=("A", "B"))
    with pytest.raises(InputError, match="the keys name a class and a term"):
        fit_berry_berry(flat)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"draws": 99}, "draws is a whole number >= 100"),
        ({"draws": 1e3}, "draws is a whole number >= 100"),
        ({"chains": 3}, "chains is a whole number >= 4"),
        ({"warm_up": 0}, "warm_up is a whole number >= 1"),
        ({"seed": -1}, "seed is a whole number >= 0"),
        ({"credible_level": 95}, "0 < credible_level < 1"),
    ],
)
def test_refuses_a_run_that_makes_no_sense(options: dict, match: str) -> None:
    with pytest.raises(InputError, match=match):
        fit_berry_berry(_small(), **options)
