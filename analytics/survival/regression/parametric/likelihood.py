"""The likelihood of a parametric model, for every kind of censoring, in steps of one size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from analytics.survival.regression.columns import Flags, Floats
from analytics.survival.regression.newton import Expansion
from analytics.survival.regression.parametric.families import Family
from analytics.survival.regression.parametric.jets import Jet
from analytics.survival.regression.parametric.observations import Observations


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ParametricLikelihood:
    """Log-likelihood as a function of an estimate in which every step has the same size.

    Parameters
    ----------
    family : Family
        The distribution.
    seen : Observations
        Times.
    design : array, coefficients x rows
        What the coefficients multiply to make the location: the intercept, if the family has
        one, and standardised covariates.
    sizes : array
        What the further parameters of the estimate are multiplied with.
    to_units : array
        The matrix that turns an estimate into parameters in their own units.
    """

    family: Family
    seen: Observations
    design: Floats
    sizes: Floats
    to_units: Floats

    @classmethod
    def of(cls, family: Family, seen: Observations, covariates: Floats) -> Self:
        """Standardise the covariates (rows x columns)."""
        sizes = seen.sample().typical ** np.array(family.dimensions, dtype=np.float64)
        centre = covariates.mean(axis=0)
        spread = covariates.std(axis=0)
        scale = np.where(spread > 1e-12 * np.abs(centre), spread, 1.0)
        standard = ((covariates - centre) / scale).T
        first = int(family.intercept)
        one = np.ones((first, covariates.shape[0]))
        moved = first + covariates.shape[1]
        to_units = np.diag(np.concatenate((np.full(first, sizes[0]), sizes[0] / scale, sizes[1:])))
        # Centred covariates move the intercept; without one, the log hazards of all pieces.
        shifted = slice(0, 1) if first else slice(moved, None)
        to_units[shifted, first:moved] = -sizes[0] * centre / scale
        return cls(
            family=family,
            seen=seen,
            design=sizes[0] * np.vstack((one, standard)),
            sizes=sizes[1:],
            to_units=to_units,
        )

    def rows(self, estimate: Floats) -> Jet:
        """Log-likelihood of each row, with derivatives by its location and the sized others."""
        split = self.design.shape[0]
        location, others = estimate[:split] @ self.design, estimate[split:] * self.sizes
        jet = log_likelihood_rows(self.family, self.seen, location, others)
        factor = np.concatenate(([1.0], self.sizes))
        return Jet(
            value=jet.value,
            first=jet.first * factor[:, None],
            second=jet.second * (factor[:, None] * factor)[..., None],
        )

    def at(self, estimate: Floats) -> Expansion:
        """The log-likelihood around an estimate."""
        jet = self.rows(estimate)
        weight = np.ones(jet.value.size) if self.seen.weight is None else self.seen.weight
        first, second = jet.first * weight, jet.second * weight
        cross = self.design @ second[0, 1:].T
        curvature = np.block(
            [
                [(self.design * second[0, 0]) @ self.design.T, cross],
                [cross.T, second[1:, 1:].sum(axis=-1)],
            ]
        )
        return Expansion(
            estimate=estimate,
            value=float(weight @ jet.value),
            score=np.concatenate((self.design @ first[0], first[1:].sum(axis=-1))),
            information=-curvature,
        )

    def scores(self, estimate: Floats) -> Floats:
        """Parameters x rows: each row's part of the score, times its weight."""
        first = self.rows(estimate).first
        weight = 1.0 if self.seen.weight is None else self.seen.weight
        return np.vstack((self.design * first[0], first[1:])) * weight


def log_likelihood_rows(
    family: Family, seen: Observations, location: Floats, others: Floats
) -> Jet:
    """Log-likelihood of each row, with derivatives by location and further parameters.

    log f(t) for an event at t; log S(t) when right-censored; log(S(a) - S(b)) for an event in
    (a, b]; less log S(entry) for a late entry.
    """
    size, rows = 1 + others.size, location.size
    value, first, second = np.zeros(rows), np.zeros((size, rows)), np.zeros((size, size, rows))
    right = ~seen.exact & np.isinf(seen.upper)
    between = ~seen.exact & ~right
    for part, kind in ((seen.exact, _exact), (right, _right), (between, _between)):
        if part.any():
            found = kind(family, seen, part, location, others)
            value[part], first[:, part], second[:, :, part] = found.value, found.first, found.second
    if seen.entry is not None:
        late = seen.entry > 0
        found = family.log_survival(seen.entry[late], location[late], others)
        value[late] -= found.value
        first[:, late] -= found.first
        second[:, :, late] -= found.second
    return Jet(value=value, first=first, second=second)


def _exact(family: Family, seen: Observations, own: Flags, location: Floats, others: Floats) -> Jet:
    return family.log_density(seen.lower[own], location[own], others)


def _right(family: Family, seen: Observations, own: Flags, location: Floats, others: Floats) -> Jet:
    return family.log_survival(seen.lower[own], location[own], others)


def _between(
    family: Family, seen: Observations, own: Flags, location: Floats, others: Floats
) -> Jet:
    """log(S(a) - S(b)); S(a) is 1 where nothing is known before b."""
    lower, upper = seen.lower[own], seen.upper[own]
    known = np.isfinite(lower)
    end = family.log_survival(upper, location[own], others)
    start = family.log_survival(np.where(known, lower, upper), location[own], others).where(known)
    ratio = np.exp(end.value - start.value)
    before, after = 1 / (1 - ratio), ratio / (1 - ratio)
    first = before * start.first - after * end.first
    second = (
        before * (start.second + start.first[:, None] * start.first)
        - after * (end.second + end.first[:, None] * end.first)
        - first[:, None] * first
    )
    return Jet(value=start.value + np.log1p(-ratio), first=first, second=second)
