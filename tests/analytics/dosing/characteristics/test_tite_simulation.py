"""Simulated TITE-CRM against references, CRM and the conduct of its own trials."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analytics.checks import InputError
from analytics.dosing.characteristics import (
    PatientAccrual,
    ToxicityScenario,
    simulate_characteristics,
    simulate_tite,
    tite_simulation,
)
from analytics.dosing.escalation import Crm, EscalationDesign, FixedCohorts, NoSkipping
from analytics.dosing.late_toxicity import TiteCrm
from analytics.results import Result, same
from tests.analytics.dosing.oracle_rows import oracle_rows

ROWS = [one for one in oracle_rows("dosing_tite") if one.values[0]["quantity"][:4] == "char"]
METHOD = Crm(skeleton=(0.05, 0.12, 0.25, 0.4, 0.55), target=0.25)
DESIGN = TiteCrm(method=METHOD, window=28.0, most_patients=18)
TRUTH = (ToxicityScenario(probabilities=(0.05, 0.12, 0.25, 0.4, 0.55)),)
ACCRUAL = PatientAccrual(rate=1 / 7)


@pytest.mark.parametrize("row", ROWS)
def test_references(row: dict[str, Any]) -> None:
    given, expected = row["inputs"], row["expected"]
    method = Crm(skeleton=tuple(given["prior"]), target=given["target"])
    window = float(given["obswin"])
    design = TiteCrm(method=method, window=window, most_patients=given["n"], start=given["x0"])
    accrual = PatientAccrual(rate=given["rate"] / window, arrivals=given["accrual"])
    truth = ToxicityScenario(probabilities=tuple(given["PI"]))
    found = simulate_tite(design, (truth,), accrual=accrual, replications=4000)
    doses = found.doses
    error = np.hypot(doses["selected_se"], expected["select_mc_se"])
    assert (np.abs(doses["selected"] - expected["select"]) <= 4 * error + 1e-3).all()
    for own, theirs in (("patients", "mean_n"), ("toxicities", "mean_dlt")):
        spread = doses[f"{own}_se"] * np.sqrt(1 + 4000 / expected["trials"])
        assert (np.abs(doses[own] - expected[theirs]) <= 4 * spread + 0.01).all()
    error = np.hypot(found.error("duration"), expected["duration_mc_se"])
    assert abs(found.value("duration") - expected["mean_duration"]) <= 4 * error + 1e-9


def test_slow_accrual_is_the_crm_one_by_one() -> None:
    crm = EscalationDesign(
        method=METHOD, most_patients=18, cohorts=FixedCohorts(size=1), limit=NoSkipping()
    )
    slow = PatientAccrual(rate=1e-4, arrivals="fixed")
    found = simulate_tite(DESIGN, TRUTH, accrual=slow, replications=4000).doses
    other = simulate_characteristics(crm, TRUTH, replications=4000).doses
    for name in ("selected", "patients", "toxicities"):
        error = np.hypot(found[f"{name}_se"], other[f"{name}_se"])
        assert (np.abs(found[name] - other[name]) <= 4 * error).all()


def test_late_toxicities_expose_more_patients_to_high_doses() -> None:
    quick, late = (
        simulate_tite(DESIGN, TRUTH, accrual=PatientAccrual(rate=0.5, lateness=one))
        for one in (0.2, 8.0)
    )
    assert late.value("patients_above_target") > quick.value("patients_above_target") + 0.3


def test_stops_when_every_dose_is_too_toxic() -> None:
    safe = TiteCrm(
        method=Crm(skeleton=METHOD.skeleton, target=0.25, overdose=0.9),
        window=28.0,
        most_patients=18,
    )
    toxic = (ToxicityScenario(probabilities=(0.7, 0.8, 0.9, 0.9, 0.9), right=()),)
    found = simulate_tite(safe, toxic, accrual=ACCRUAL, replications=500)
    assert found.value("none") > 0.9
    assert found.value("stopped_early") > 0.9
    assert found.value("patients") < 12


def test_a_seed_says_it_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(seed: int) -> Any:
        return simulate_tite(DESIGN, TRUTH, accrual=ACCRUAL, replications=300, seed=seed)

    first = run(3)
    monkeypatch.setattr(tite_simulation, "_BLOCK", 70)  # as if on more threads
    assert same(run(3), first)
    assert not same(run(4).doses, first.doses)
    assert same(Result.from_json(first.to_json()), first)


def test_refuses() -> None:
    with pytest.raises(InputError, match="100 <= replications"):
        simulate_tite(DESIGN, TRUTH, accrual=ACCRUAL, replications=10)
    with pytest.raises(InputError, match="lateness > 0"):
        PatientAccrual(rate=1.0, lateness=0.0)
    with pytest.raises(InputError, match="arrivals in"):
        PatientAccrual(rate=1.0, arrivals="bursts")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="rate > 0"):
        PatientAccrual(rate=0.0)
