"""R-hat and effective sample sizes where they are known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lfilter

from analytics.checks import InputError
from analytics.safety.multiplicity.convergence import assess, probability_error

RNG = np.random.default_rng(20260331)


def _autoregressive(correlation: float, draws: int = 5000, chains: int = 8) -> np.ndarray:
    noise = RNG.standard_normal((draws + 500, chains))
    return lfilter([1], [1, -correlation], noise, axis=0)[500:]


@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.7, 0.95])
def test_draws_that_follow_each_other_are_worth_less(correlation: float) -> None:
    """Of an autoregressive chain: (1 - r) / (1 + r) of the draws."""
    draws = _autoregressive(correlation)
    found = assess(draws)
    expected = draws.size * (1 - correlation) / (1 + correlation)
    assert found.ess == pytest.approx(expected, rel=0.12)
    assert found.rhat < 1.01


def test_draws_that_alternate_are_worth_more() -> None:
    draws = _autoregressive(-0.5)
    assert draws.size < assess(draws).ess <= draws.size * np.log10(draws.size)


def test_only_ranks_count() -> None:
    draws = _autoregressive(0.3)
    assert assess(np.exp(5 * draws)).ess == assess(draws).ess
    assert assess(np.tan(np.pi * (RNG.random((1000, 4)) - 0.5))).rhat < 1.01  # without moments


def test_chains_that_disagree_are_noticed() -> None:
    draws = RNG.standard_normal((1000, 4))
    assert assess(draws).rhat < 1.01
    assert assess(draws + np.array([0, 0, 0, 1.5])).rhat > 1.1
    assert assess(draws * np.array([1, 1, 1, 3])).rhat > 1.05  # in spread alone
    assert assess(draws + np.linspace(0, 2, 1000)[:, None]).rhat > 1.1  # within each chain
    stuck = np.broadcast_to([0.0, 0.0, 1.0, 1.0], (1000, 4))
    assert assess(stuck).rhat > 1000


def test_two_values() -> None:
    found = assess((RNG.random((2000, 4)) < 0.3).astype(float))
    assert found.ess == pytest.approx(8000, rel=0.1)
    assert found.rhat < 1.01


def test_what_never_changes_has_none() -> None:
    found = assess(np.ones((100, 4)))
    assert np.isnan(found.ess)
    assert np.isnan(found.rhat)
    assert probability_error(0.0, found.ess, 250.0) == 1 / 250


def test_refuses_too_few() -> None:
    with pytest.raises(InputError, match="four draws, two chains"):
        assess(np.ones((3, 4)))
    with pytest.raises(InputError, match="draws by draw and chain"):
        assess(np.ones(100))
