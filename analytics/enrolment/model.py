"""A model of enrolment: the sites, the distribution of their rates, and screening failures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.checks import require
from analytics.enrolment.negative_binomial_sums import CountSum
from analytics.enrolment.rate_prior import RatePrior
from analytics.enrolment.screening import ScreenFailure
from analytics.enrolment.sites import Sites
from analytics.results import Result, registered

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]
_FEW, _MORE, _WELL_KNOWN = 3, 5, 30.0
"""Nodes of the share of failures: few when more patients than that have shown it."""


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EnrolmentModel(Result):
    """Poisson enrolment at sites whose rates are Gamma distributed.

    Parameters
    ----------
    sites : Sites
        With their patients so far.
    prior : RatePrior
        Of the rates of all sites, before what each has enrolled: stated, or estimated from the
        same sites by `fit_rate_prior`.
    failure : ScreenFailure, optional
        With it rates are those of screening, of which a share fails; patients in screening are
        taken to be decided right after now. Without it rates are those of randomisation.

    References
    ----------
    Anisimov and Fedorov (2007), Statistics in Medicine 26:4958-4975.

    Examples
    --------
    >>> model = EnrolmentModel(sites=Sites.planned([0] * 10),
    ...                        prior=RatePrior.gamma(shape=1.2, rate=2.4))
    >>> int(model.counts.sum())
    0
    """

    sites: Sites
    prior: RatePrior
    failure: ScreenFailure | None = None

    @property
    def counts(self) -> NDArray[np.int64]:
        """Patients whose rate is modelled: screened ones if failures are, else randomised."""
        name = "randomised" if self.failure is None else "screened"
        return np.asarray(self.sites.table[name].to_numpy(np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class SitePosteriors:
    """Gamma posteriors of the rates: a row per node, a column per site.

    A node is one possibility of the prior with one of the share of failures.
    """

    model: EnrolmentModel
    weights: Floats
    sizes: Floats
    rates: Floats
    kept: Floats

    @classmethod
    def of(cls, model: EnrolmentModel) -> SitePosteriors:
        """By Bayes' rule within each node.

        Examples
        --------
        >>> sites = Sites.of({"site": ["A"], "activated_month": [0], "randomised": [9]}, now=6)
        >>> prior = RatePrior.gamma(shape=1.2, rate=1.5)
        >>> posteriors = SitePosteriors.of(EnrolmentModel(sites=sites, prior=prior))
        >>> posteriors.sizes.tolist(), posteriors.rates.tolist()
        ([[10.2]], [[7.5]])
        """
        prior, sites = model.prior, model.sites
        shapes, means = np.array(prior.shapes)[:, None], np.array(prior.means)[:, None]
        opens = sites.opening_months
        past = prior.exposure(opens, sites.closing_months, opens, sites.now)
        sizes, rates = shapes + model.counts.astype(float), shapes / means + past
        if model.failure is None:
            kept = np.ones(sizes.shape[0])
            return cls(model, np.array(prior.weights), sizes, rates, kept)
        many = _FEW if model.failure.failed + model.failure.passed > _WELL_KNOWN else _MORE
        shares, likely = model.failure.nodes(many)
        return cls(
            model,
            np.repeat(prior.weights, many) * np.tile(likely, sizes.shape[0]),
            np.repeat(sizes, many, axis=0),
            np.repeat(rates, many, axis=0),
            np.tile(1 - shares, sizes.shape[0]),
        )

    def exposure(self, start: float, end: float) -> Floats:
        """Of sites between two months from now on, with their pace and without failures."""
        sites, prior = self.model.sites, self.model.prior
        months = prior.exposure(sites.opening_months, sites.closing_months, start, end)
        again = self.weights.size // months.shape[0]
        return np.repeat(months * sites.column("pace"), again, axis=0) * self.kept[:, None]

    def count_until(self, month: float, chosen: Marks | None = None) -> CountSum:
        """Patients randomised after now by a month, at the chosen sites or at all."""
        sites = self.model.sites
        require(month >= sites.now, "month >= now", month=month, now=sites.now)
        among = np.ones(len(sites.names), dtype=bool) if chosen is None else chosen
        odds = self.exposure(sites.now, month) / self.rates
        waiting = 0
        if self.model.failure is not None and month > sites.now:
            waiting = int(sites.in_screening[among].sum())
        places = np.flatnonzero(among)
        places = places[np.argsort(self.model.counts[places], kind="stable")]
        sizes = np.ascontiguousarray(self.sizes[:, places])
        odds = np.ascontiguousarray(odds[:, places])
        return CountSum(self.weights, sizes, odds, self.kept, waiting)

    def expected_by(self, month: float) -> Floats:
        """Patients randomised after now by a month, expected of each site.

        Examples
        --------
        >>> model = EnrolmentModel(sites=Sites.planned([0, 3]),
        ...                        prior=RatePrior.gamma(shape=1, mean=2))
        >>> SitePosteriors.of(model).expected_by(6).tolist()
        [12.0, 6.0]
        """
        sites = self.model.sites
        require(month >= sites.now, "month >= now", month=month, now=sites.now)
        means = self.weights @ (self.sizes * self.exposure(sites.now, month) / self.rates)
        if self.model.failure is not None and month > sites.now:
            means = means + sites.in_screening * float(self.weights @ self.kept)
        return np.asarray(means)
