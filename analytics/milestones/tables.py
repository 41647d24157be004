"""What the kernel reads: for each draw a model, and the parameters of each arm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.design.assumptions.hazard import HazardAssumption
from analytics.milestones.kernel import LOGLOGISTIC, PIECEWISE, WEIBULL
from analytics.milestones.models import EventModel, EventModels
from analytics.milestones.rates import GammaRates

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Belief = GammaRates | HazardAssumption

_KINDS = {"piecewise": PIECEWISE, "weibull": WEIBULL, "loglogistic": LOGLOGISTIC}


@dataclass(frozen=True, slots=True)
class HazardTables:
    """Arrays of kinds (models), cuts (models x arms x places), models (draws), rows of parameters
    (draws x arms x places) and hazards of dropout (draws x arms)."""

    kinds: Whole
    cuts: Floats
    model_of: Whole
    rows: Floats
    dropout: Floats

    @classmethod
    def of(
        cls, models: EventModels, draws: int, seed: int, *, uncertain: bool = True
    ) -> HazardTables:
        """Drawn from what is believed; at the central estimates unless `uncertain`."""
        arms, rng = len(models.arms), _stream(seed, 0)
        chosen = rng.random(draws)
        ends = np.cumsum([one.weight for one in models.models])
        model_of = np.minimum(np.searchsorted(ends, chosen, side="right"), ends.size - 1)
        places = max(2, *(len(h.cuts) + 1 for one in models.models for h in one.hazards))
        cuts = np.full((len(models.models), arms, places - 1), np.inf)
        rows = np.zeros((draws, arms, places))
        for place, one in enumerate(models.models):
            own = np.flatnonzero(model_of == place)
            _fill(one, own, cuts[place], rows, _stream(seed, place + 2), uncertain)
        kinds = np.array([_KINDS[one.family] for one in models.models], dtype=np.int64)
        dropout = _dropout(models, draws, _stream(seed, 1), uncertain)
        return cls(kinds, cuts, model_of.astype(np.int64), rows, dropout)


def _stream(seed: int, place: int) -> np.random.Generator:
    """Counter-based, one for each purpose."""
    return np.random.Generator(np.random.Philox(key=np.array([seed, place], dtype=np.uint64)))


def _fill(
    model: EventModel,
    own: Whole,
    cuts: Floats,
    rows: Floats,
    rng: np.random.Generator,
    uncertain: bool,
) -> None:
    for arm, belief in enumerate(model.hazards):
        cuts[arm, : len(belief.cuts)] = belief.cuts
        drawn = _drawn(belief, own.size, rng, uncertain)
        rows[own, arm, : drawn.shape[1]] = drawn


def _drawn(belief: Belief, n: int, rng: np.random.Generator, uncertain: bool) -> Floats:
    """Rates; of a Weibull and a log-logistic hazard the shape and the logarithm of the scale."""
    if isinstance(belief, GammaRates):
        return belief.draws(rng, n) if uncertain else np.tile(belief.estimates, (n, 1))
    if uncertain and n:
        working = belief.sample(rng, n)
    else:
        working = np.tile(np.array(belief.estimates), (n, 1))
    if belief.family in ("exponential", "piecewise"):
        return np.asarray(np.exp(working))
    return np.column_stack([np.exp(working[:, 0]), working[:, 1]])


def _dropout(models: EventModels, draws: int, rng: np.random.Generator, uncertain: bool) -> Floats:
    arms = len(models.arms)
    if not models.dropout:
        return np.zeros((draws, arms))
    found = [_drawn(one, draws, rng, uncertain)[:, :1] for one in models.dropout]
    return np.ascontiguousarray(np.broadcast_to(np.hstack(found), (draws, arms)))
