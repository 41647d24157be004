"""The draws: exact answers where there are some, the prior, simulation-based calibration.

Each chain may have data of its own, so that one run answers many cases.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, log1p
from scipy.stats import binom, chisquare, invgamma, norm

from analytics.safety.multiplicity.convergence import assess
from analytics.safety.multiplicity.sampler import sample_log_odds_ratios

IG = invgamma(3, scale=1)
QUANTILES = IG.ppf((np.arange(200) + 0.5) / 200)
SPREAD = np.sqrt(10 + np.add.outer(QUANTILES, QUANTILES).ravel())
"""Standard deviations that a single term's log-odds may have under the prior."""

ONE_TERM = [(3, 132, 13, 148), (0, 20, 0, 20), (0, 40, 5, 40), (40, 40, 30, 40), (9, 30, 4, 60)]


def _close(draws: np.ndarray, exact: float) -> None:
    """The mean of draws (by draw and chain) within 4.5 Monte-Carlo standard errors."""
    error = draws.std() / np.sqrt(assess(draws.astype(float)).ess)
    assert abs(draws.mean() - exact) < 4.5 * error + 1e-4, (draws.mean(), exact, error)


def _exact(x: int, n: int, y: int, m: int) -> tuple[float, float]:
    """P(theta > 0) and P(theta = 0) of a single term, by adding up over a grid.

    Alone in its class, g is normal with variance 10 + tau2 + s2, and so is theta if it is not 0,
    which it is with probability 1/2: a and b are alike.
    """
    grid = np.linspace(-30, 30, 1501)
    prior = np.array([norm.pdf(value, scale=SPREAD).mean() for value in grid])
    reference = binom.pmf(x, n, expit(grid)) * prior
    none = (reference * binom.pmf(y, m, expit(grid))).sum()
    arm = binom.pmf(y, m, expit(np.add.outer(grid, grid)))
    effect = reference @ (arm * prior) * (grid[1] - grid[0])
    total = none + effect.sum()
    return effect[grid > 0].sum() / total, none / total


def test_a_single_term_has_the_exact_posterior() -> None:
    repeats = 12
    cells = np.repeat(np.array(ONE_TERM, dtype=float), repeats, axis=0)
    draws = sample_log_odds_ratios(
        cells[:, [0, 2]].T[:, :, None],
        cells[:, [1, 3]].T[:, :, None],
        np.array([0]),
        chains=len(cells),
        warm_up=300,
        draws=2500,
        rng=np.random.default_rng(20260331),
    )[0]
    for place, own in enumerate(ONE_TERM):
        mine = draws[:, place * repeats : (place + 1) * repeats]
        higher, equal = _exact(*own)
        _close(mine > 0, higher)
        _close(mine == 0, equal)


@pytest.mark.slow
def test_without_subjects_the_prior_is_drawn() -> None:
    nobody = np.zeros((2, 4))
    first, second, other, _ = sample_log_odds_ratios(
        *(nobody, nobody, np.array([0, 0, 1, 1])),
        chains=30,
        warm_up=300,
        draws=3000,
        rng=np.random.default_rng(20260331),
    )
    # a and b above 1: their moments over a grid of the quantiles of Exp(1).
    above_1 = 1 - log1p(-(np.arange(400) + 0.5) / 400)
    a, b = above_1[:, None], above_1[None, :]
    share = a / (a + b)
    _close(first == 0, 0.5)
    _close((first == 0) & (second == 0), (share * (a + 1) / (a + b + 1)).mean())
    _close((first == 0) & (other == 0), (share**2).mean())
    for bound in (-4.0, -1.0, 2.0):
        below = norm.cdf(bound, scale=SPREAD).mean()
        _close((first < bound) & (first != 0), below / 2)
    # Terms with an effect are alike within a class: their variance there is s2 alone.
    both = (first != 0) & (second != 0)
    gap = np.sqrt(2 * QUANTILES)
    _close(
        both & (np.abs(first - second) < 0.5), both.mean() * (2 * norm.cdf(0.5 / gap) - 1).mean()
    )


@pytest.mark.slow
def test_ranks_of_the_truth_are_uniform() -> None:
    """Simulation-based calibration: Talts, Betancourt, Simpson, Vehtari and Gelman (2018)."""
    rng = np.random.default_rng(20260331)
    studies, of_term, sizes = 600, np.array([0, 0, 0, 1, 1, 2]), np.array([40, 55])
    g, theta = _from_the_model(studies, of_term, rng)
    subjects = np.broadcast_to(sizes[:, None, None], (2, *g.shape)).astype(float)
    chances = expit(np.stack([g, g + theta]))
    events = rng.binomial(subjects.astype(int), chances).astype(float)
    draws = sample_log_odds_ratios(
        *(events, subjects, of_term), chains=studies, warm_up=500, draws=3960, rng=rng
    )
    apart = draws[:, ::40]
    truth = theta.T[:, None]
    ties = (apart == truth).sum(axis=1)
    ranks = (apart < truth).sum(axis=1) + rng.integers(0, ties + 1)
    for own in ranks:
        counts = np.bincount(own * 20 // 100, minlength=20)
        assert chisquare(counts).pvalue > 0.001, counts


def _from_the_model(
    studies: int, of_term: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """g and theta by study and term, written down as the model is."""
    classes = of_term.max() + 1
    values = []
    for _ in range(2):
        top = rng.normal(0, np.sqrt(10), (studies, 1))
        between = IG.rvs((studies, 1), random_state=rng)
        mean = rng.normal(top, np.sqrt(between), (studies, classes))
        variance = IG.rvs((studies, classes), random_state=rng)
        values.append(rng.normal(mean[:, of_term], np.sqrt(variance[:, of_term])))
    a, b = 1 + rng.exponential(size=(2, studies, 1))
    none = rng.random(values[1].shape) < rng.beta(a, b, (studies, classes))[:, of_term]
    return values[0], np.where(none, 0.0, values[1])
