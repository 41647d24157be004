"""Drawing the log-odds of each term, given everything above it in the hierarchy.

Given the rest, the terms are independent: each has a log-odds g in the reference and a log odds
ratio theta, which is exactly 0 with some probability. All three are proposed at once from what
they nearly follow (either model approximated around its mode, the two weighed by their
approximate evidence; Laplace's method) and accepted or not (Metropolis and Hastings), so that the
draws follow the exact distribution however good the approximation is. Most proposals are
accepted, and nothing needs tuning.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma, log, pi

import numpy as np
from scipy.special import expit

from analytics.safety.incidence.cells import Flags, Floats

HEAVINESS = 5.0  # degrees of freedom of the proposals: their tails must exceed the target's
STEPS = 2  # of Newton's method, from a start that depends on the data and the layers above only
LONGEST_STEP = 2.0  # in log-odds: Newton's method may overshoot where events are rare

_LOG_2_PI = log(2 * pi)
_T1 = lgamma((HEAVINESS + 1) / 2) - lgamma(HEAVINESS / 2) - log(HEAVINESS * pi) / 2
_T2 = lgamma((HEAVINESS + 2) / 2) - lgamma(HEAVINESS / 2) - log(HEAVINESS * pi)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Events and subjects, in the order both arms together, reference, arm: (3, chains, terms)."""

    events: Floats
    subjects: Floats
    start: Floats  # log-odds, half an event added to either side
    start_weight: Floats  # its information
    nobody: Flags  # has an event: as likely with any lower log-odds
    everybody: Flags  # has one: as likely with any higher log-odds

    @classmethod
    def of(cls, events: Floats, subjects: Floats) -> Cells:
        """From the two arms: (2, chains or 1, terms), the reference first."""
        x, n = (np.concatenate([one.sum(axis=0, keepdims=True), one]) for one in (events, subjects))
        start = np.log((x + 0.5) / (n - x + 0.5))
        chance = expit(start)
        return cls(
            events=x,
            subjects=n,
            start=start,
            start_weight=n * chance * (1 - chance),
            nobody=x == 0,
            everybody=x == n,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Above:
    """What a term's log-odds are drawn from: normal means and precisions, each (chains, terms)."""

    mean: Floats  # of g and of theta: (2, chains, terms)
    precision: Floats
    log_odds_of_none: Floats  # that theta is 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The state of the terms; theta is 0 where there is no effect."""

    g: Floats
    theta: Floats
    effect: Flags


@dataclass(frozen=True, slots=True, kw_only=True)
class _Modes:
    """Most likely log-odds without an effect, and of both arms with one; curvature there."""

    at: Floats  # (3, chains, terms): shared; reference; arm
    shared: Floats  # curvature without an effect
    reference: Floats
    arm: Floats
    link: Floats  # curvature between the two arms, with its sign turned
    determinant: Floats


def draw_terms(state: Terms, cells: Cells, above: Above, rng: np.random.Generator) -> Terms:
    """One draw of every term in every chain.

    Examples
    --------
    >>> cells = Cells.of(np.array([[[3.0]], [[13.0]]]), np.array([[[132.0]], [[148.0]]]))
    >>> none = np.zeros((1, 1))
    >>> above = Above(
    ...     mean=np.array([[[-3.0]], [[0.0]]]), precision=np.ones((2, 1, 1)), log_odds_of_none=none
    ... )
    >>> state = Terms(g=none - 3, theta=none, effect=none > 0)
    >>> draw_terms(state, cells, above, np.random.default_rng(1)).g.shape
    (1, 1)
    """
    modes = _modes(cells, above)
    effect_odds = _effect_odds(modes, cells, above)
    new = _proposed(modes, effect_odds, rng)
    both = Terms(
        g=np.stack([state.g, new.g]),
        theta=np.stack([state.theta, new.theta]),
        effect=np.stack([state.effect, new.effect]),
    )
    gain = log_target(both, cells, above) - _log_proposal(both, modes, effect_odds)
    accepted = -rng.standard_exponential(new.g.shape) < gain[1] - gain[0]
    return Terms(
        g=np.where(accepted, new.g, state.g),
        theta=np.where(accepted, new.theta, state.theta),
        effect=np.where(accepted, new.effect, state.effect),
    )


def log1pexp(x: Floats) -> Floats:
    """log(1 + exp(x)) for any x.

    Examples
    --------
    >>> log1pexp(np.array([-800.0, 800.0])).tolist()
    [0.0, 800.0]
    """
    found: Floats = np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
    return found


def log_target(terms: Terms, cells: Cells, above: Above) -> Floats:
    """Log density of the terms, up to a constant that is the same with and without an effect."""
    g = terms.g
    (mean, mean_theta), (precision, precision_theta) = above.mean, above.precision
    prior = -0.5 * precision * (g - mean) ** 2
    apart = precision_theta * (terms.theta - mean_theta) ** 2
    with_effect = 0.5 * (np.log(precision_theta) - _LOG_2_PI - apart)
    switch = np.where(terms.effect, with_effect, above.log_odds_of_none)
    found: Floats = log_likelihood(g, terms.theta, cells) + prior + switch
    return found


def log_likelihood(g: Floats, theta: Floats, cells: Cells) -> Floats:
    """Of the counts of both arms, up to a constant."""
    h = g + theta
    (_, x, y), (_, n, m) = cells.events, cells.subjects
    found: Floats = x * g - n * log1pexp(g) + y * h - m * log1pexp(h)
    return found


def _modes(cells: Cells, above: Above) -> _Modes:
    """A step from the data's own log-odds, then Newton's method."""
    mean, mean_theta = above.mean
    beyond = np.stack([mean, mean, mean + mean_theta]) - cells.start
    agreed = np.where(beyond < 0, cells.nobody, cells.everybody)
    weight = np.where(agreed, 0.0, cells.start_weight)
    at = _step(weight, weight * cells.start, above)
    for _ in range(STEPS):
        weight, pull = _linearised(at, cells)
        apart = _step(weight, pull, above) - at
        at = at + np.minimum(np.maximum(apart, -LONGEST_STEP), LONGEST_STEP)
    weight, _ = _linearised(at, cells)
    return _Modes(at=at, **_curvature(weight, above))


def _linearised(at: Floats, cells: Cells) -> tuple[Floats, Floats]:
    """Weights and pulls of the normal distributions that are like the likelihood around `at`."""
    chance = expit(at)
    expected = cells.subjects * chance
    weight = expected * (1 - chance)
    return weight, cells.events - expected + weight * at


def _curvature(weight: Floats, above: Above) -> dict[str, Floats]:
    precision, link = above.precision
    reference, arm = weight[1] + precision + link, weight[2] + link
    return {
        "shared": weight[0] + precision,
        "reference": reference,
        "arm": arm,
        "link": link,
        "determinant": reference * arm - link * link,
    }


def _step(weight: Floats, pull: Floats, above: Above) -> Floats:
    """The modes, if the likelihood were normal with these weights."""
    (mean, mean_theta), (precision, link) = above.mean, above.precision
    curved = _curvature(weight, above)
    shared = (pull[0] + precision * mean) / curved["shared"]
    first = pull[1] + precision * mean - link * mean_theta
    second = pull[2] + link * mean_theta
    reference = (curved["arm"] * first + link * second) / curved["determinant"]
    arm = (curved["reference"] * second + link * first) / curved["determinant"]
    return np.stack([shared, reference, arm])


def _effect_odds(modes: _Modes, cells: Cells, above: Above) -> Floats:
    """Approximate log-odds that there is an effect: both evidences by Laplace's method."""
    shared, reference, arm = modes.at
    none = np.zeros(shared.shape, dtype=bool)
    peaks = log_target(
        Terms(
            g=np.stack([shared, reference]),
            theta=np.stack([np.zeros_like(shared), arm - reference]),
            effect=np.stack([none, ~none]),
        ),
        cells,
        above,
    )
    widths = 0.5 * (_LOG_2_PI + np.log(modes.shared) - np.log(modes.determinant))
    found: Floats = peaks[1] - peaks[0] + widths
    return found


def _proposed(modes: _Modes, effect_odds: Floats, rng: np.random.Generator) -> Terms:
    """Student's t around the mode, in one or two dimensions."""
    shared, reference, arm = modes.at
    shape = shared.shape
    effect = rng.random(shape) < expit(effect_odds)
    spread = rng.standard_gamma(HEAVINESS / 2, shape) * (2 / HEAVINESS)
    first, second = rng.standard_normal((2, *shape)) / np.sqrt(spread)
    g = np.where(
        effect,
        reference + first * np.sqrt(modes.arm / modes.determinant),
        shared + first / np.sqrt(modes.shared),
    )
    h = arm + modes.link / modes.arm * (g - reference) + second / np.sqrt(modes.arm)
    return Terms(g=g, theta=np.where(effect, h - g, 0.0), effect=effect)


def _log_proposal(terms: Terms, modes: _Modes, effect_odds: Floats) -> Floats:
    shared, reference, arm = modes.at
    apart = terms.g - reference
    second = terms.g + terms.theta - arm - modes.link / modes.arm * apart
    two = apart**2 * (modes.determinant / modes.arm) + second**2 * modes.arm
    distance = np.where(terms.effect, two, (terms.g - shared) ** 2 * modes.shared)
    fall = np.log1p(distance / HEAVINESS) / 2
    with_effect = _T2 + 0.5 * np.log(modes.determinant) - log1pexp(-effect_odds)
    without = _T1 + 0.5 * np.log(modes.shared) - log1pexp(effect_odds)
    found: Floats = np.where(
        terms.effect,
        with_effect - (HEAVINESS + 2) * fall,
        without - (HEAVINESS + 1) * fall,
    )
    return found
