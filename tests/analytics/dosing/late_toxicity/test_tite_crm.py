"""TITE-CRM against references, against CRM with full follow-up, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.checks import InputError
from analytics.dosing.escalation import Crm
from analytics.dosing.escalation.counts import Counts
from analytics.dosing.late_toxicity import FollowedPatient, TiteCrm, follow_up_weights
from analytics.results import Result, same
from tests.analytics.dosing.oracle_rows import assert_agrees, oracle_rows

SKELETON = (0.05, 0.12, 0.25, 0.4, 0.55)
DESIGN = TiteCrm(method=Crm(skeleton=SKELETON, target=0.25), window=28.0, most_patients=24)
CONDUCT = [one for one in oracle_rows("dosing_tite") if one.values[0]["quantity"][:4] != "char"]


def _design(inputs: dict[str, Any], estimate: Any = "plug-in") -> TiteCrm:
    method = Crm(
        skeleton=tuple(inputs["prior"]),
        target=inputs["target"],
        curve="power" if inputs["model"] == "empiric" else "logistic",
        prior_sd=inputs["prior_sd_beta"],
        estimate=estimate,
    )
    scheme = inputs.get("scheme", "linear")
    return TiteCrm(
        method=method, window=inputs["obswin"], most_patients=24, scheme=scheme, skips=True
    )


def _patients(inputs: dict[str, Any]) -> tuple[FollowedPatient, ...]:
    columns = zip(inputs["level"], inputs["tox"], inputs["followup"], strict=True)
    return tuple(
        FollowedPatient(dose=dose, toxicity=bool(toxic), followed=float(time))
        for dose, toxic, time in columns
    )


@pytest.mark.parametrize("row", CONDUCT)
def test_references(row: dict[str, Any]) -> None:
    inputs, quantity = row["inputs"], row["quantity"]
    design, patients = _design(inputs), _patients(inputs)
    if quantity == "weights":
        assert_agrees(design.weights(patients), row)
    elif quantity == "mtd":
        assert design.recommend(patients).dose == row["expected"]
    elif quantity == "posterior_mean_ptox":
        assert_agrees(_design(inputs, "posterior mean").estimates(patients), row)
    elif quantity == "ptox":
        assert_agrees(design.estimates(patients), row)
    else:
        mean, variance = design.moments(patients)
        assert_agrees(mean if quantity == "estimate" else variance, row)


def _followed(doses: list[int], toxic: list[bool], time: float) -> tuple[FollowedPatient, ...]:
    pairs = zip(doses, toxic, strict=True)
    return tuple(FollowedPatient(dose=d, toxicity=t, followed=time) for d, t in pairs)


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 5), st.booleans()), min_size=1, max_size=20),
    st.sampled_from(["plug-in", "posterior mean"]),
    st.sampled_from(["power", "logistic"]),
)
def test_with_the_whole_window_it_is_the_crm(
    seen: list[tuple[int, bool]], estimate: Any, curve: Any
) -> None:
    method = Crm(skeleton=SKELETON, target=0.25, estimate=estimate, curve=curve)
    design = replace(DESIGN, method=method, skips=True)
    doses, toxic = [one for one, _ in seen], [one for _, one in seen]
    found = design.recommend(_followed(doses, toxic, 28.0))
    at = np.array(doses) - 1
    counts = Counts.of(
        [np.bincount(at, minlength=5).tolist()],
        [np.bincount(at, toxic, minlength=5).astype(int).tolist()],
    )
    estimated, low, high = method.posterior(counts, 0.9)
    assert np.allclose(found.table["estimate"], estimated[0], atol=1e-9)
    assert np.allclose(found.table["lower"], low[0], atol=1e-7)
    assert np.allclose(found.table["upper"], high[0], atol=1e-7)
    assert np.allclose(found.table["above_target"], method.above(counts, 0.25)[0], atol=1e-8)
    assert found.dose == method.selected(counts)[0]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 40), st.booleans()), min_size=1, max_size=20),
    st.sampled_from(["linear", "adaptive"]),
)
def test_weights_rise_from_0_to_1(seen: list[tuple[float, bool]], scheme: Any) -> None:
    times = np.array([one for one, _ in seen])
    toxic = np.array([one for _, one in seen])
    weights = follow_up_weights(times, toxic, window=28.0, scheme=scheme)
    assert ((weights >= 0) & (weights <= 1)).all()
    assert (weights[toxic | (times >= 28)] == 1).all()
    order = np.argsort(times[~toxic])
    assert (np.diff(weights[~toxic][order]) >= 0).all()


def test_longer_follow_up_without_toxicity_never_lowers_the_dose() -> None:
    found = [
        DESIGN.estimates(_followed([3, 3, 3], [False] * 3, time)) for time in (0.0, 7.0, 14.0, 28.0)
    ]
    assert (np.diff(np.array(found), axis=0) < 0).all()


def test_conduct() -> None:
    first = DESIGN.recommend(())
    assert (first.stop, first.dose) == (False, 1)
    assert first.table["patients"].sum() == 0
    held = DESIGN.recommend(_followed([1], [False], 28.0))
    assert held.dose == 2
    assert held.reasons[-1].endswith("no dose is skipped.")
    whole = _followed([3] * 24, [False] * 20 + [True] * 4, 28.0)
    assert DESIGN.recommend(whole).stop
    waiting = (*whole[:23], FollowedPatient(dose=3, toxicity=False, followed=3.0))
    found = DESIGN.recommend(waiting)
    assert not found.stop
    assert found.reasons[-1] == "All patients have come; 1 of them are still followed."
    safe = replace(DESIGN, method=replace(DESIGN.method, overdose=0.9))
    stopped = safe.recommend(_followed([1] * 5, [True] * 5, 3.0))
    assert (stopped.stop, stopped.dose) == (True, None)
    assert same(Result.from_json(found.to_json()), found)


def test_refuses() -> None:
    with pytest.raises(InputError, match="followed >= 0"):
        FollowedPatient(dose=1, toxicity=False, followed=-1.0)
    with pytest.raises(InputError, match="1 <= dose <= 5"):
        DESIGN.recommend((FollowedPatient(dose=6, toxicity=False, followed=1.0),))
    with pytest.raises(InputError, match="at most 24 patients"):
        DESIGN.recommend(_followed([1] * 25, [False] * 25, 1.0))
    with pytest.raises(InputError, match="window > 0"):
        replace(DESIGN, window=0.0)
    with pytest.raises(InputError, match="scheme in"):
        replace(DESIGN, scheme="late")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="1 <= start <= 5"):
        replace(DESIGN, start=6)
