"""The layers above the terms of Berry and Berry's model, drawn given the terms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln

from analytics.safety.incidence.cells import Floats, Ints
from analytics.safety.multiplicity.term_draws import Above, Terms

TOP_VARIANCE = 10.0  # of the means at the top, whose own mean is 0
VARIANCE_SHAPE, VARIANCE_SCALE = 3.0, 1.0  # inverse gamma, of every variance
SHARE_MOVES = 2  # of the parameters of the shares, in each sweep
WANTED_ACCEPTANCE = 0.35  # of these moves


@dataclass(frozen=True, slots=True, kw_only=True)
class Classes:
    """Which terms belong to which class."""

    of_term: Ints
    member: Floats  # (terms, classes): 1 where a term belongs
    terms: Floats  # in each class

    @classmethod
    def of(cls, class_of_term: Ints) -> Classes:
        """From the number of each term's class, from 0."""
        member = np.eye(int(class_of_term.max()) + 1)[class_of_term]
        return cls(of_term=class_of_term, member=member, terms=member.sum(axis=0))


@dataclass(slots=True, kw_only=True)
class Layers:
    """What stands above the terms; the first axis is g and theta, the second the chains.

    `top` and `between` are the mean and variance of the classes' means, `mean` and `variance`
    those of the terms in each class. `share` is (2, chains, 1): the parameters of the beta
    distribution of the probability that a term has no effect, of which `log_odds_of_none` is the
    log-odds for each class; `reach` is how far moves of `share` go, tuned while warming up.
    """

    top: Floats
    between: Floats
    mean: Floats
    variance: Floats
    share: Floats
    log_odds_of_none: Floats
    reach: Floats

    @classmethod
    def scattered(cls, classes: Classes, centre: Floats, rng: np.random.Generator) -> Layers:
        """Starting values that differ between chains: around `centre` (chains, 1) in g."""
        chains, groups = len(centre), len(classes.terms)
        top = np.stack([centre, np.zeros_like(centre)]) + rng.standard_normal((2, chains, 1))
        return cls(
            top=top,
            between=_inverse_gamma(np.full((2, chains, 1), VARIANCE_SHAPE), VARIANCE_SCALE, rng),
            mean=top + 0.5 * rng.standard_normal((2, chains, groups)),
            variance=_inverse_gamma(
                np.full((2, chains, groups), VARIANCE_SHAPE), VARIANCE_SCALE, rng
            ),
            share=1 + rng.standard_exponential((2, chains, 1)),
            log_odds_of_none=rng.standard_normal((chains, groups)),
            reach=np.ones((chains, 1)),
        )

    def above(self, classes: Classes) -> Above:
        """The layers as each term sees them."""
        return Above(
            mean=self.mean[:, :, classes.of_term],
            precision=1 / self.variance[:, :, classes.of_term],
            log_odds_of_none=self.log_odds_of_none[:, classes.of_term],
        )

    def draw(
        self, terms: Terms, classes: Classes, rng: np.random.Generator, *, pace: float = 0.0
    ) -> None:
        """One draw of all layers but the terms; `pace` > 0 tunes `reach` while warming up."""
        values = np.stack([terms.g, terms.theta])
        counted = np.stack([np.ones_like(terms.g), terms.effect])
        number, total = counted @ classes.member, (values * counted) @ classes.member
        self._draw_means(number, total, rng)
        self._draw_variances(values, counted, number, classes, rng)
        self._draw_shares(number[1], classes, rng, pace)

    def _draw_means(self, number: Floats, total: Floats, rng: np.random.Generator) -> None:
        """The tops with the means of the classes integrated out, then these means."""
        weight = 1 / (self.variance + number * self.between)
        precision = 1 / TOP_VARIANCE + (number * weight).sum(axis=2, keepdims=True)
        centre = (total * weight).sum(axis=2, keepdims=True) / precision
        self.top = centre + rng.standard_normal(centre.shape) / np.sqrt(precision)
        precision = number / self.variance + 1 / self.between
        centre = (total / self.variance + self.top / self.between) / precision
        self.mean = centre + rng.standard_normal(centre.shape) / np.sqrt(precision)

    def _draw_variances(
        self,
        values: Floats,
        counted: Floats,
        number: Floats,
        classes: Classes,
        rng: np.random.Generator,
    ) -> None:
        apart = ((self.mean - self.top) ** 2).sum(axis=2, keepdims=True)
        shape = np.full(apart.shape, VARIANCE_SHAPE + len(classes.terms) / 2)
        self.between = _inverse_gamma(shape, VARIANCE_SCALE + apart / 2, rng)
        apart = (counted * (values - self.mean[:, :, classes.of_term]) ** 2) @ classes.member
        self.variance = _inverse_gamma(VARIANCE_SHAPE + number / 2, VARIANCE_SCALE + apart / 2, rng)

    def _draw_shares(
        self, effects: Floats, classes: Classes, rng: np.random.Generator, pace: float
    ) -> None:
        """The parameters with the shares integrated out, then the shares."""
        none = classes.terms - effects
        for _ in range(SHARE_MOVES):
            moved = self.reach * rng.standard_normal(self.share.shape)
            both = np.stack([self.share, 1 + (self.share - 1) * np.exp(moved)])
            gain = np.diff(_log_shares(both, none, effects), axis=0)[0]
            accepted = (-rng.standard_exponential(gain.shape) < gain)[:, None]
            self.share = np.where(accepted, both[1], both[0])
            self.reach = self.reach * np.exp(pace * (accepted - WANTED_ACCEPTANCE))
        first, second = self.share
        chances = rng.standard_gamma(first + none), rng.standard_gamma(second + effects)
        self.log_odds_of_none = np.log(chances[0]) - np.log(chances[1])


def _inverse_gamma(shape: Floats, scale: Floats | float, rng: np.random.Generator) -> Floats:
    found: Floats = scale / rng.standard_gamma(shape)
    return found


def _log_shares(share: Floats, none: Floats, effects: Floats) -> Floats:
    """Log density of the two parameters, on the scale on which they are moved: log(a - 1)."""
    first, second = share[:, 0], share[:, 1]
    likelihood = betaln(first + none, second + effects) - betaln(first, second)
    prior = (np.log(share - 1) - share).sum(axis=(1, 3))
    found: Floats = likelihood.sum(axis=-1) + prior
    return found
