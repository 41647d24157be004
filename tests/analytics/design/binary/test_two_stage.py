"""Simon's two-stage designs: against references, against a plain search, and refused."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom

from analytics.checks import InputError, NotEstimableError
from analytics.design.binary import TwoStageDesign, admissible_designs, simon_designs
from analytics.results import Result
from tests.analytics.design.endpoints.endpoint_trials import oracle_rows

DESIGN = TwoStageDesign(
    null_rate=0.1,
    target_rate=0.3,
    first_responses=1,
    first_subjects=12,
    responses=5,
    subjects=35,
)


@pytest.mark.parametrize(
    "row", oracle_rows("simon_designs"), ids=lambda r: f"{r.Index}-{r.design}-{r.quantity}"
)
def test_agrees_with_the_reference(row: Any) -> None:
    found = simon_designs(
        null_rate=row.null_rate, target_rate=row.target_rate, alpha=row.alpha, power=row.power
    )
    table = found.to_frame().set_index("design")
    assert table.loc[row.design, row.quantity] == pytest.approx(row.expected, abs=row.tolerance)


@pytest.mark.parametrize(
    ("null", "target", "alpha", "power"),
    [(0.1, 0.4, 0.05, 0.8), (0.3, 0.6, 0.1, 0.7), (0.6, 0.9, 0.1, 0.9), (0.05, 0.5, 0.02, 0.7)],
)
def test_no_other_design_is_better(null: float, target: float, alpha: float, power: float) -> None:
    found = simon_designs(null_rate=null, target_rate=target, alpha=alpha, power=power)
    least, fewest = np.inf, (np.inf, np.inf)
    for n in range(2, 40):
        for first in range(1, n):
            for r1 in range(first):
                stopped = binom.cdf(r1, first, null)
                expected = first + (1 - stopped) * (n - first)
                if expected > least + 1e-9 and n > fewest[0]:
                    continue
                if any(_holds(r1, first, n, null, target, alpha, power)):
                    least, fewest = min(least, expected), min(fewest, (n, expected))
    assert found.optimal.expected_subjects(null) == pytest.approx(least)
    assert found.minimax.subjects == fewest[0]
    assert found.minimax.expected_subjects(null) == pytest.approx(fewest[1])


@pytest.mark.parametrize(
    ("null", "target", "alpha", "power"),
    [(0.1, 0.4, 0.05, 0.8), (0.3, 0.6, 0.1, 0.7), (0.05, 0.3, 0.1, 0.8)],
)
def test_admissible_designs_are_best_for_their_weights(
    null: float, target: float, alpha: float, power: float
) -> None:
    simon = simon_designs(null_rate=null, target_rate=target, alpha=alpha, power=power)
    found = admissible_designs(simon)
    assert (found.designs[0], found.designs[-1]) == (simon.minimax, simon.optimal)
    points = np.array(
        [
            (n, first + binom.sf(r1, first, null) * (n - first))
            for n in range(simon.minimax.subjects, simon.optimal.subjects + 3)
            for first in range(1, n)
            for r1 in range(first)
            if any(_holds(r1, first, n, null, target, alpha, power))
        ]
    )
    for row in found.to_frame().itertuples():
        own = np.array((row.subjects, row.expected_subjects))
        for weight in np.linspace(row.from_weight, row.to_weight, 5):
            loss = np.array((weight, 1 - weight))
            assert own @ loss == pytest.approx((points @ loss).min())
    frame = found.to_frame()
    assert (frame["from_weight"] < frame["to_weight"]).all()
    assert Result.from_json(found.to_json()) == found


def test_one_design_may_be_both() -> None:
    simon = simon_designs(null_rate=0.1, target_rate=0.6, alpha=0.05, power=0.7)
    both = replace(simon, minimax=simon.optimal)
    frame = admissible_designs(both).to_frame()
    assert frame["design"].tolist() == ["optimal and minimax"]
    assert frame[["from_weight", "to_weight"]].to_numpy().tolist() == [[0, 1]]


def _holds(
    r1: int, first: int, n: int, null: float, target: float, alpha: float, power: float
) -> Any:
    """For each r, whether the error rates are kept."""
    seen, r = np.arange(r1 + 1, first + 1), np.arange(r1, n)[:, None]
    error, reached = (
        binom.sf(r - seen, n - first, rate) @ binom.pmf(seen, first, rate)
        for rate in (null, target)
    )
    return (error <= alpha) & (reached >= power)


def test_simulated_trials_behave_so() -> None:
    rng, trials, rate = np.random.default_rng(5), 20_000, 0.25
    first = rng.binomial(12, rate, trials)
    stopped = first <= 1
    shown = ~stopped & (first + rng.binomial(23, rate, trials) > 5)
    for share, expected in (
        (stopped.mean(), DESIGN.early_stop(rate)),
        (shown.mean(), DESIGN.success(rate)),
    ):
        assert abs(share - expected) < 4 * sqrt(expected * (1 - expected) / trials)


def test_laws_and_the_way_back() -> None:
    shown = [DESIGN.success(rate) for rate in (0, 0.1, 0.2, 0.5, 1)]
    assert shown == sorted(shown)
    assert shown[0] == 0
    assert shown[-1] == pytest.approx(1)
    assert DESIGN.to_frame()["success"].tolist() == [DESIGN.type_one_error, DESIGN.power]
    assert Result.from_json(DESIGN.to_json()) == DESIGN
    assert eval(repr(DESIGN), {"TwoStageDesign": TwoStageDesign}) == DESIGN
    found = simon_designs(null_rate=0.1, target_rate=0.3)
    assert Result.from_json(found.to_json()) == found


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"null_rate": 0.3}, "0 < null_rate < target_rate < 1"),
        ({"target_rate": 1.0}, "0 < null_rate < target_rate < 1"),
        ({"first_subjects": 35}, "0 < first_subjects < subjects <= 400"),
        ({"subjects": 10**9}, "0 < first_subjects < subjects <= 400"),
        ({"first_responses": -1}, "0 <= first_responses"),
        ({"responses": 0}, "first_responses <= responses < subjects"),
    ],
)
def test_refuses(changed: dict[str, Any], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        replace(DESIGN, **changed)


def test_refuses_searches() -> None:
    with pytest.raises(InputError, match=r"0 < alpha < 0\.5"):
        simon_designs(null_rate=0.1, target_rate=0.3, alpha=0.0)
    with pytest.raises(InputError, match="alpha < power < 1"):
        simon_designs(null_rate=0.1, target_rate=0.3, power=1.0)
    with pytest.raises(InputError, match="0 <= rate <= 1"):
        DESIGN.success(1.1)
    with pytest.raises(NotEstimableError, match="set a higher target rate"):
        simon_designs(null_rate=0.1, target_rate=0.12)
