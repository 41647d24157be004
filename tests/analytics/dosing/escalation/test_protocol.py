"""Outcomes in, recommendation out: every method, rules, deviations, and what is refused."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.checks import InputError
from analytics.dosing import escalation
from analytics.dosing.escalation import (
    AcceleratedTitration,
    Blrm,
    Boin,
    Coherent,
    Cohort,
    Confident,
    Crm,
    EscalationDesign,
    Ewoc,
    FixedCohorts,
    Keyboard,
    Mtpi,
    Mtpi2,
    NoSkipping,
    Outcomes,
    Patients,
    PatientsAtDose,
    Precise,
    Recommendation,
    ThreePlusThree,
    TwoParameterCrm,
    Unsafe,
    indifference_skeleton,
    isotonic,
)
from analytics.results import Result, same

SKELETON = (0.05, 0.12, 0.25, 0.4)
CRM = Crm(skeleton=SKELETON, target=0.25)
METHODS: list[Any] = [
    ThreePlusThree(doses=4),
    ThreePlusThree(doses=4, variant="no de-escalation"),
    Boin(doses=4, target=0.25),
    Keyboard(doses=4, target=0.25),
    Mtpi(doses=4, target=0.25),
    Mtpi2(doses=4, target=0.25),
    CRM,
    Crm(skeleton=SKELETON, target=0.25, curve="logistic", overdose=0.3),
    TwoParameterCrm(skeleton=SKELETON, target=0.25, overdose=0.5),
    Blrm(amounts=(10, 20, 40, 80), reference=40, prior_mean=(-1, 0), prior_sd=(2, 1)),
    Ewoc(amounts=(10, 20, 40, 80), target=0.25),
]
BOIN = EscalationDesign(method=Boin(doses=5, target=0.3), most_patients=30)


@st.composite
def trials(draw: st.DrawFn) -> Outcomes:
    cohorts = []
    for _ in range(draw(st.integers(0, 5))):
        patients = draw(st.integers(1, 4))
        dose, toxic = draw(st.integers(1, 4)), draw(st.integers(0, patients))
        cohorts.append(Cohort(dose=dose, patients=patients, toxicities=toxic))
    return Outcomes(doses=4, cohorts=tuple(cohorts))


@pytest.mark.parametrize("method", METHODS, ids=lambda one: type(one).__name__)
@settings(max_examples=6)
@given(seen=trials())
def test_any_outcomes_have_a_recommendation(method: Any, seen: Outcomes) -> None:
    design = EscalationDesign(method=method, most_patients=24)
    found = design.recommend(seen)
    assert found.dose is None or 1 <= found.dose <= 4
    assert found.stop == (found.patients == 0)
    assert found.stop or found.dose is not None
    assert found.reasons
    assert all(one.endswith(".") for one in found.reasons)
    table = found.to_frame()
    assert table["patients"].tolist() == list(seen.patients)
    known = table["estimate"].dropna()
    assert ((known >= 0) & (known <= 1)).all()
    assert (table["lower"].isna() | (table["lower"] <= table["upper"])).all()
    again = Recommendation.from_json(found.to_json())
    assert same(again, found)
    assert design == EscalationDesign.from_json(design.to_json())


@settings(max_examples=25)
@given(seen=trials())
def test_text_and_back(seen: Outcomes) -> None:
    assert Outcomes.parse(str(seen), doses=4) == seen
    assert sum(seen.patients) == sum(one.patients for one in seen.cohorts)
    assert Outcomes.from_json(seen.to_json()) == seen


def test_a_design_is_python_that_rebuilds_it() -> None:
    design = EscalationDesign(
        method=CRM,
        most_patients=30,
        start=2,
        cohorts=AcceleratedTitration(size=3),
        limit=NoSkipping(above="given") & Coherent() | NoSkipping(),
        stopping=Unsafe(cutoff=0.9) | Precise(width=0.2) & Patients(patients=12),
    )
    names = {
        name: value
        for module in (escalation, escalation.rules)
        for name, value in inspect.getmembers(module, inspect.isclass)
    }
    assert eval(repr(design), names) == design
    assert Result.from_json(design.to_json()) == design


def test_deviations_are_allowed_and_named() -> None:
    found = BOIN.recommend(Outcomes.parse("1NNN 3NNN 3TTN", doses=5))
    assert found.deviations == (
        "Cohort 2 was given dose 3; the design recommended dose 2.",
        "Cohort 3 was given dose 3; the design recommended dose 4.",
    )
    assert found.dose == 3
    after = BOIN.recommend(Outcomes.parse("1TTT 1NNN", doses=5))
    assert after.deviations == ("Cohort 2 was given dose 1 after the trial's end.",)
    assert BOIN.recommend(Outcomes.parse("1NNN 2NTN", doses=5)).deviations == ()


def test_edges_are_said() -> None:
    top = "1NNN 2NNN 3NNN 4NNN 5NNN 5NNN 5NNN 5NNN 5NNN 5NNN"
    found = BOIN.recommend(Outcomes.parse(top, doses=5))
    assert (found.stop, found.dose, found.at_edge) == (True, 5, True)
    assert found.reasons[-1].endswith("the highest: a higher one was not studied.")
    none = BOIN.recommend(Outcomes.parse("1TTT", doses=5))
    assert (none.stop, none.dose, none.at_edge, none.admissible) == (True, None, False, ())
    assert none.reasons[-2:] == (
        "The lowest dose is too toxic.",
        "The trial stops and no dose is selected.",
    )
    first = BOIN.recommend(Outcomes(doses=5))
    assert (first.dose, first.patients, first.stop) == (1, 3, False)


def _next(design: EscalationDesign, text: str) -> tuple[bool, int | None, int]:
    found = design.recommend(Outcomes.parse(text, doses=design.doses))
    return found.stop, found.dose, found.patients


@pytest.mark.parametrize(
    ("limit", "text", "dose"),
    [
        (None, "1NNN", 4),
        (NoSkipping(), "1NNN", 2),
        (NoSkipping(), "3NNN 1NNN", 2),
        (NoSkipping(above="given"), "3NNN 1NNN", 4),
        (NoSkipping() | NoSkipping(above="given"), "3NNN 1NNN", 4),
        (NoSkipping() & NoSkipping(above="given"), "3NNN 1NNN", 2),
        (None, "1NNN 1NNN 1NNN 1NNN 2NNT", 3),
        (Coherent(), "1NNN 1NNN 1NNN 1NNN 2NNT", 2),
    ],
)
def test_limits(limit: Any, text: str, dose: int) -> None:
    design = EscalationDesign(method=CRM, most_patients=30, limit=limit)
    assert _next(design, text)[1] == dose
    held = design.recommend(Outcomes.parse(text, doses=4)).reasons
    assert any("and not" in one for one in held) == (dose < int(_next(_free(), text)[1] or 0))


def _free() -> EscalationDesign:
    return EscalationDesign(method=CRM, most_patients=30)


@pytest.mark.parametrize(
    ("rule", "text", "stops"),
    [
        (Patients(patients=6), "1NNN 2NNN", True),
        (Patients(patients=7), "1NNN 2NNN", False),
        (PatientsAtDose(patients=6), "1NNN 2NNT 2NNT", True),
        (PatientsAtDose(patients=3), "1NNN 2NNN", False),
        (Unsafe(cutoff=0.9), "1TTT", True),
        (Unsafe(cutoff=0.9, patients=6), "1TTT", False),
        (Unsafe(cutoff=0.9) & Patients(patients=4), "1TTT", False),
        (Unsafe(cutoff=0.9) | Patients(patients=4), "1TTT", True),
        (Precise(width=0.9), "1NNN 2NNT", True),
        (Precise(width=0.1), "1NNN 2NNT", False),
        (Confident(low=0.0, high=1.0, cutoff=0.99), "1NNN 2NNT", True),
        (Confident(low=0.2, high=0.3, cutoff=0.8), "1NNN 2NNT", False),
    ],
)
def test_stopping(rule: Any, text: str, stops: bool) -> None:
    design = EscalationDesign(method=CRM, most_patients=30, limit=NoSkipping(), stopping=rule)
    found = design.recommend(Outcomes.parse(text, doses=4))
    assert found.stop == stops
    # What stops for safety selects no dose; whatever else stops selects one.
    assert stops == (found.patients == 0)
    if stops:
        assert (found.dose is None) == (text == "1TTT" and "Unsafe" in repr(rule))


def test_a_safety_rule_also_holds_at_the_last_patient() -> None:
    design = EscalationDesign(method=CRM, most_patients=3, stopping=Unsafe(cutoff=0.9))
    assert _next(design, "1TTT") == (True, None, 0)


def test_titration() -> None:
    design = EscalationDesign(
        method=Boin(doses=4, target=0.3), most_patients=12, cohorts=AcceleratedTitration(size=3)
    )
    steps = {
        "": (False, 1, 1),
        "1N": (False, 2, 1),
        "1N 2T": (False, 2, 2),
        "1N 2T 2NN": (False, 2, 3),
        "1N 2N 3N 4N": (False, 4, 2),
        "1N 2T 2NN 2NNN 2NNN": (False, 3, 2),
        "1N 2T 2NT 1NNN 2NNN": (False, 2, 2),
    }
    assert {text: _next(design, text) for text in steps} == steps


def test_three_plus_three_walks() -> None:
    def after(text: str, variant: Any) -> tuple[bool, int | None, int]:
        method = ThreePlusThree(doses=3, variant=variant)
        return _next(EscalationDesign(method=method, most_patients=18), text)

    free, down, six = "no de-escalation", "de-escalation", "de-escalation, six at the MTD"
    assert after("1NNN", free) == (False, 2, 3)
    assert after("1NNT", free) == (False, 1, 3)
    assert after("1NNT 1NNN", free) == (False, 2, 3)
    assert after("1NNT 1NNT", free) == (True, None, 0)
    assert after("1NNN 2NTT", free) == (True, 1, 0)
    assert after("1NNN 2NTT", down) == (False, 1, 3)
    assert after("1NNN 2NTT 1NNT", down) == (True, 1, 0)
    assert after("1NNN 2NTT 1NTT", down) == (True, None, 0)
    assert after("1NNN 2NNN 3NNN", down) == (True, 3, 0)
    assert after("1NNN 2NNN 3NNN", six) == (False, 3, 3)
    assert after("1NN", down) == (False, 1, 3)


def test_counts_alone_are_enough() -> None:
    seen = Outcomes.of_counts([3, 6, 0], [0, 1, 0])
    assert (seen.current, seen.patients, seen.toxicities) == (2, (3, 6, 0), (0, 1, 0))
    assert Outcomes.of_counts([3, 6, 0], [0, 1, 0], current=1).current == 1


@settings(max_examples=40)
@given(
    values=st.lists(st.floats(-5, 5), min_size=1, max_size=8),
    heavy=st.lists(st.floats(0.1, 5), min_size=8, max_size=8),
)
def test_isotonic_regression_is_the_projection(values: list[float], heavy: list[float]) -> None:
    weights = np.array(heavy[: len(values)])
    fitted = isotonic(values, weights.tolist())
    assert (np.diff(fitted) >= 0).all()
    assert fitted @ weights == pytest.approx(np.array(values) @ weights, abs=1e-9)
    # No other rising values are nearer: the residuals have no product with what rises.
    residual = (np.array(values) - fitted) * weights
    assert (np.cumsum(residual[::-1])[::-1] <= 1e-9).all()
    assert residual @ fitted == pytest.approx(0, abs=1e-8)


@pytest.mark.parametrize(
    ("work", "rule"),
    [
        (lambda: Boin(doses=5, target=1.0), "0 < target < 1"),
        (lambda: Boin(doses=0, target=0.3), "1 <= doses <= 30"),
        (lambda: Boin(doses=5, target=0.3, under=0.35), "0 < under < target < over < 1"),
        (lambda: Boin(doses=5, target=0.8), "0 < under < target < over < 1"),
        (lambda: Boin(doses=5, target=0.3, elimination=0.4), r"0\.5 < elimination < 1"),
        (lambda: Boin(doses=5, target=0.3, extra_safety=0.5), "extra_safety < elimination"),
        (lambda: Keyboard(doses=5, target=0.03), "0 < target - below"),
        (lambda: Keyboard(doses=5, target=0.3, eliminate_from=0), "eliminate_from >= 1"),
        (lambda: ThreePlusThree(doses=3, variant="other"), "variant in"),  # type: ignore[arg-type]
        (lambda: Crm(skeleton=(0.2, 0.1), target=0.2), "the skeleton rises"),
        (lambda: Crm(skeleton=(0.1, 0.1), target=0.2), "the skeleton rises"),
        (lambda: Crm(skeleton=(0.0, 0.1), target=0.2), "0 < skeleton < 1"),
        (lambda: Crm(skeleton=(), target=0.2), "doses in the skeleton"),
        (lambda: Crm(skeleton=SKELETON, target=0.0), "0 < target < 1"),
        (lambda: Crm(skeleton=SKELETON, target=0.2, prior_sd=0.0), "0 < prior_sd"),
        (
            lambda: Crm(skeleton=(0.5, 0.96), target=0.2, curve="logistic"),
            "intercept > logit",
        ),
        (lambda: TwoParameterCrm(skeleton=(0.2, 0.1), target=0.2), "the skeleton rises"),
        (lambda: Ewoc(amounts=(10, 5), target=0.3), "amounts rise"),
        (lambda: Ewoc(amounts=(10, 20), target=0.3, least=15), "least <= the lowest"),
        (
            lambda: Blrm(amounts=(0, 1), reference=1, prior_mean=(0, 0), prior_sd=(1, 1)),
            "amounts rise from above 0",
        ),
        (
            lambda: indifference_skeleton(target=0.2, half_width=0.3, prior_mtd=1, doses=3),
            "0 < half_width < min",
        ),
        (
            lambda: indifference_skeleton(target=0.2, half_width=0.05, prior_mtd=4, doses=3),
            "1 <= prior_mtd <= 3",
        ),
        (lambda: Outcomes.parse("2NNX", doses=3), "a cohort is a dose and N or T"),
        (lambda: Outcomes.parse("NNT", doses=3), "a cohort is a dose and N or T"),
        (lambda: Outcomes.parse("2", doses=3), "a cohort is a dose and N or T"),
        (lambda: Outcomes.parse("4NNN", doses=3), "1 <= dose <= 3.*dose=4"),
        (lambda: Outcomes.parse("0NNN", doses=3), "dose >= 1"),
        (lambda: Cohort(dose=1, patients=3, toxicities=4), "0 <= toxicities <= patients"),
        (lambda: Cohort(dose=1, patients=0, toxicities=0), "1 <= patients"),
        (lambda: Outcomes.of_counts([3, 0], [4, 0]), "toxicities=4, patients=3"),
        (lambda: Outcomes.of_counts([3], [0, 0]), "one number per dose"),
        (lambda: Outcomes.of_counts([3, 0], [0, 0], current=2), "the current dose was given"),
        (lambda: BOIN.recommend(Outcomes(doses=4)), "outcomes of 5 doses"),
        (lambda: EscalationDesign(method=CRM, most_patients=0), "1 <= most_patients"),
        (lambda: EscalationDesign(method=CRM, most_patients=9, start=5), "1 <= start <= 4"),
        (
            lambda: EscalationDesign(
                method=ThreePlusThree(doses=3), most_patients=9, cohorts=FixedCohorts(size=2)
            ),
            r"3\+3 has cohorts of three",
        ),
        (lambda: FixedCohorts(size=0), "1 <= size"),
        (lambda: isotonic([0.1, 0.2], [1.0, 0.0]), "weights are above 0"),
        (lambda: isotonic([0.1, float("nan")]), "values are finite"),
    ],
)
def test_refuses(work: Any, rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        work()
