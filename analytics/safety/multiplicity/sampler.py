"""Gibbs sampling of Berry and Berry's model, all chains side by side."""

from __future__ import annotations

import numpy as np

from analytics.progress import Progress, unheard
from analytics.safety.incidence.cells import Floats, Ints
from analytics.safety.multiplicity.hierarchy import Classes, Layers
from analytics.safety.multiplicity.shifts import Shifts
from analytics.safety.multiplicity.term_draws import Cells, Terms, draw_terms

_SWEEPS_A_REPORT = 20


def sample_log_odds_ratios(
    events: Floats,
    subjects: Floats,
    class_of_term: Ints,
    *,
    chains: int,
    warm_up: int,
    draws: int,
    rng: np.random.Generator,
    progress: Progress = unheard,
) -> Floats:
    """Draws of theta, the log odds ratio of each term; exactly 0 where a draw has no effect.

    Parameters
    ----------
    events, subjects : array
        By arm (the reference first) and term, or by arm, chain and term: each chain may have data
        of its own. Subjects may be 0; then the prior is drawn.
    class_of_term : array of int
        The number of each term's class, from 0 without gaps.
    chains, warm_up, draws : int
        Chains, and draws of each that are left out and that are kept.
    rng : Generator
        The only source of chance.
    progress : callable
        Is told the share of the draws that is made.

    Returns
    -------
    array
        By term, draw and chain.

    Examples
    --------
    >>> draws = sample_log_odds_ratios(
    ...     np.array([[3.0], [13.0]]), np.array([[132.0], [148.0]]), np.array([0]),
    ...     chains=4, warm_up=200, draws=500, rng=np.random.default_rng(1))
    >>> draws.shape, bool((draws > 0).mean() > 0.6)
    ((1, 500, 4), True)
    """
    classes = Classes.of(class_of_term)
    cells = Cells.of(_by_chain(events), _by_chain(subjects))
    terms = _scattered(cells, (chains, len(class_of_term)), rng)
    layers = Layers.scattered(classes, terms.g.mean(axis=1, keepdims=True), rng)
    together, at_once = (
        Shifts.of(groups, chains) for groups in (classes, Classes.of(0 * class_of_term))
    )
    kept = np.empty((draws, *terms.g.shape))
    for sweep in range(-warm_up, draws):
        pace = 0.0 if sweep >= 0 else 1 / np.sqrt(sweep + warm_up + 1)
        layers.draw(terms, classes, rng, pace=pace)
        terms = draw_terms(terms, cells, layers.above(classes), rng)
        terms = together.move_classes(layers, terms, cells, rng, pace)
        terms = at_once.move_all(layers, terms, cells, rng, pace)
        if sweep >= 0:
            kept[sweep] = terms.theta
        if sweep % _SWEEPS_A_REPORT == 0:
            done = sweep + warm_up + 1
            progress(done / (warm_up + draws), _said(done, warm_up, draws))
    return np.ascontiguousarray(kept.transpose(2, 0, 1))


def _said(done: int, warm_up: int, draws: int) -> str:
    if done <= warm_up:
        return f"Warming up: draw {done:,} of {warm_up:,} of each chain."
    return f"Drawing: {done - warm_up:,} of {draws:,} of each chain."


def _by_chain(counts: Floats) -> Floats:
    return counts if counts.ndim == 3 else counts[:, None, :]


def _scattered(cells: Cells, shape: tuple[int, int], rng: np.random.Generator) -> Terms:
    """Starting values that differ between chains more than the posterior does."""
    effect = rng.random(shape) < 0.5
    g = cells.start[1] + rng.standard_normal(shape)
    return Terms(g=g, theta=np.where(effect, rng.standard_normal(shape), 0.0), effect=effect)
