"""Posteriors by quadrature against adaptive integration, and against finer grids."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import dblquad, quad
from scipy.special import expit, logit

from analytics.dosing.escalation import Blrm, Crm, Ewoc, TwoParameterCrm
from analytics.dosing.escalation.counts import Counts
from analytics.dosing.escalation.posteriors import two_parameters

SKELETON = (0.05, 0.12, 0.25, 0.4)
PIECES = (-4.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 4.0)


@st.composite
def outcomes(draw: st.DrawFn, doses: int = 4) -> Counts:
    patients = draw(st.lists(st.integers(0, 12), min_size=doses, max_size=doses))
    toxicities = [draw(st.integers(0, n)) for n in patients]
    return Counts.of([patients], [toxicities])


@settings(max_examples=20)
@given(counts=outcomes(), curve=st.sampled_from(["power", "logistic"]))
def test_one_parameter_agrees_with_adaptive_integration(counts: Counts, curve: Any) -> None:
    method = Crm(skeleton=SKELETON, target=0.25, curve=curve)
    n, t = counts.patients[0], counts.toxicities[0]
    top = float(np.max(_log_posterior(method, np.linspace(-9, 9, 2001), n, t)))

    def weight(b: float) -> float:
        return float(np.exp(_log_posterior(method, np.array([b]), n, t)[0] - top))

    def integral(high: float) -> float:
        ends = [-10.0, *(one for one in PIECES if one < high), high]
        parts = pairwise(ends)
        return sum(quad(weight, *one, epsabs=1e-14, epsrel=1e-11)[0] for one in parts)

    total = integral(10.0)
    limits = method.model.reaches(0.25)
    above = [integral(float(one)) / total for one in limits]
    assert method.above(counts, 0.25)[0] == pytest.approx(above, abs=1e-9)
    median = float(method.model.grid(counts).quantiles(counts, 0.5)[0])
    assert integral(median) / total == pytest.approx(0.5, abs=2e-5)


def _log_posterior(method: Crm, b: Any, n: Any, t: Any) -> Any:
    model = method.model
    logs = t @ model.log_toxic(b) + (n - t) @ model.log_free(b)
    return logs - b**2 / (2 * model.prior_sd**2)


def test_contradictory_outcomes_do_not_vanish() -> None:
    method = Crm(skeleton=SKELETON, target=0.25)
    counts = Counts.of([[240, 0, 0, 240]], [[240, 0, 0, 0]])
    found = method.estimates(counts)[0]
    assert np.isfinite(found).all()
    assert (np.diff(found) > 0).all()
    mean, variance = method.model.grid(counts).moments(counts)
    assert np.isfinite(mean).all()
    assert (variance > 0).all()


@pytest.mark.parametrize("patients", [12, 60, 400])
def test_no_finer_grid_is_needed(patients: int, monkeypatch: pytest.MonkeyPatch) -> None:
    shares = np.array([0.3, 0.3, 0.2, 0.2])
    n = np.round(patients * shares).astype(int)
    counts = Counts.of([n.tolist()], [np.round(n * (0.05, 0.1, 0.25, 0.5)).astype(int).tolist()])
    method = TwoParameterCrm(skeleton=SKELETON, target=0.25, prior_sd=(1.5, 0.8))
    found = (
        method.model.grid(counts).mean_toxic(counts),
        method.above(counts, 0.3),
        method.posterior(counts, 0.9)[1],
    )
    two_parameters._grid.cache_clear()
    monkeypatch.setattr(two_parameters, "_STEPS", (0.3, 0.6))
    finer = (
        method.model.grid(counts).mean_toxic(counts),
        method.above(counts, 0.3),
        method.posterior(counts, 0.9)[1],
    )
    two_parameters._grid.cache_clear()
    for own, other, far in zip(found, finer, (1e-8, 1e-6, 5e-5), strict=True):
        assert own == pytest.approx(other, abs=far)


def test_overdose_control_agrees_with_adaptive_integration() -> None:
    amounts, target = (100.0, 150.0, 220.0, 300.0), 0.33
    method = Ewoc(amounts=amounts, target=target)
    counts = Counts.of([[3, 3, 4, 2]], [[0, 1, 1, 2]])

    def weight(mtd: float, rho: float) -> float:
        slope = (logit(target) - logit(rho)) / (mtd - 100)
        p = expit(logit(rho) + slope * (np.array(amounts) - 100))
        n, t = counts.patients[0], counts.toxicities[0]
        return float(np.prod(p**t * (1 - p) ** (n - t)))

    def integral(low: float, high: float) -> float:
        return float(dblquad(weight, 0, target, low, high, epsabs=1e-12, epsrel=1e-8)[0])

    parts = [integral(one, other) for one, other in pairwise(amounts)]
    expected = np.concatenate([[0.0], np.cumsum(parts) / sum(parts)])
    assert method.above(counts, target)[0] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    "method",
    [
        Crm(skeleton=SKELETON, target=0.25),
        TwoParameterCrm(skeleton=SKELETON, target=0.25),
        Ewoc(amounts=(10, 20, 30, 40), target=0.25, least=5, most=50),
        Blrm(amounts=(10, 20, 30, 40), reference=30, prior_mean=(-1, 0), prior_sd=(2, 1)),
    ],
)
def test_limits_have_the_probability_that_they_claim(method: Any) -> None:
    counts = Counts.of([[3, 3, 6, 0]], [[0, 0, 2, 0]])
    estimate, low, high = method.posterior(counts, 0.8)
    for dose in range(4):
        assert method.above(counts, low[0, dose])[0, dose] == pytest.approx(0.9, abs=1e-4)
        assert method.above(counts, high[0, dose])[0, dose] == pytest.approx(0.1, abs=1e-4)
    assert (low < estimate).all()
    assert (estimate < high).all()
    assert (np.diff(estimate) > 0).all()
