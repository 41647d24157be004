"""Shapes, guesses and candidates against DoseFinding, and their slopes against differences."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.checks import InputError
from analytics.dosing.response import FAMILIES, Candidates, Shape
from analytics.results import same
from tests.analytics.dosing.response.oracle_shapes import (
    SIX_DOSES,
    SIX_SHAPES,
    biom_candidates,
    shape,
    table,
)

TYPICAL = {
    "linear-log": (1.5,),
    "emax": (25.0,),
    "sigmoid-emax": (40.0, 3.0),
    "exponential": (85.0,),
    "quadratic": (-0.004,),
    "logistic": (50.0, 10.0),
    "beta": (0.33, 2.31, 200.0),
}


@pytest.mark.parametrize(
    ("text", "direction"), [*table("shapes").groupby(["shape", "direction"]).groups]
)
def test_means_are_those_of_dosefinding(text: str, direction: str) -> None:
    rows = table("shapes").query("shape == @text and direction == @direction")
    candidates = Candidates(
        doses=tuple(rows["dose"].astype(float)), shapes=(shape(text),), direction=direction
    )
    found = candidates.means(placebo=0.2, max_effect=0.6)[0]
    np.testing.assert_allclose(found, rows["expected"], atol=rows["tolerance"].min(), rtol=0)


@pytest.mark.parametrize("family", table("guesses")["family"].unique())
def test_guesses_are_those_of_dosefinding(family: str) -> None:
    rows = table("guesses").query("family == @family")
    points = [tuple(map(float, one.split())) for one in rows["points"].iloc[0].split(";")]
    pairs = (pair.split("=") for pair in rows["options"].iloc[0].split(";") if pair)
    options = {name: float(value) for name, value in pairs}
    found = Shape.through(family, points, **options)
    for name, expected, tolerance in zip(
        rows["parameter"], rows["expected"], rows["tolerance"], strict=True
    ):
        value = found.parameters[found.kind.shape_parameters.index(name)]
        assert value == pytest.approx(expected, rel=tolerance)


@given(
    st.sampled_from(["emax", "quadratic", "exponential"]), st.floats(0.05, 0.6), st.floats(0.1, 0.9)
)
def test_a_guess_goes_through_its_point(family: str, dose: float, share: float) -> None:
    if family == "exponential":
        share *= dose
    found = Shape.through(family, [(dose, share)], highest_dose=1)
    top = {"emax": 1.0, "exponential": found.at(1.0), "quadratic": found.at(found.peak(10.0))}
    assert found.at(dose) / top[family] == pytest.approx(share, rel=1e-6)


@pytest.mark.parametrize("family", [name for name in FAMILIES if FAMILIES[name].bounds])
def test_slopes_are_differences(family: str) -> None:
    kind, parameters = FAMILIES[family], np.array(TYPICAL[family])
    doses = np.array([0.0, 3.0, 40.0, 150.0])
    found = kind.slopes(doses, parameters)
    for place in range(len(kind.searched)):
        step = np.zeros(parameters.size)
        step[place] = 1e-5 * parameters[place]
        above, below = (
            kind.standard(doses, parameters + step),
            kind.standard(doses, parameters - step),
        )
        difference = (above - below) / (2 * step[place])
        np.testing.assert_allclose(found[:, place], difference, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("text", SIX_SHAPES)
def test_the_largest_effect_is_what_was_stated(text: str) -> None:
    fine = np.linspace(0, 150, 100_001)
    values = shape(text).with_effect(fine, placebo=1.0, effect=-0.4)
    assert values[0] == pytest.approx(1.0)
    assert values.min() == pytest.approx(0.6, abs=1e-8)


def test_candidates_come_back_from_json_and_repr() -> None:
    candidates = biom_candidates()
    assert same(Candidates.from_json(candidates.to_json()), candidates)
    assert eval(repr(candidates)) == candidates
    assert candidates.to_frame()["shape"].tolist() == list(candidates.names)


@pytest.mark.parametrize(
    ("doses", "rule"),
    [
        ((0, 2, 1), "rise from 0"),
        ((0, 1, 1), "rise from 0"),
        ((1, 2), "rise from 0"),
        ((-1, 0, 1), "rise from 0"),
        ((0,), "two or more doses"),
        ((0, float("nan")), "two or more doses"),
    ],
)
def test_doses_rise_from_placebo(doses: tuple[float, ...], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        Candidates(doses=doses, shapes=(Shape.of("linear"),))


@pytest.mark.parametrize(
    ("build", "rule"),
    [
        (lambda: Shape.of("cubic"), "family in"),
        (lambda: Shape.of("emax"), "a emax shape has"),
        (lambda: Shape.of("emax", ed50=-1), "parameters > 0"),
        (lambda: Shape.of("emax", ed50=float("inf")), "a emax shape has"),
        (lambda: Shape.through("emax", [(0.2, 1.2)]), "0 < share < 1"),
        (lambda: Shape.through("linear", []), "family in"),
        (lambda: Shape.through("logistic", [(1, 0.5), (2, 0.3)]), "higher share"),
        (lambda: Shape.through("exponential", [(0.4, 0.5)], highest_dose=1), "below the line"),
        (lambda: Shape.through("beta", [(0.4, 0.5)]), "peak_dose < scale"),
        (lambda: Candidates(doses=SIX_DOSES, shapes=()), "there are shapes"),
        (
            lambda: Candidates(
                doses=SIX_DOSES, shapes=(shape("beta:delta1=1,delta2=1,scale=100"),)
            ),
            "scale of a beta",
        ),
    ],
)
def test_shapes_that_cannot_be(build: object, rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        build()  # type: ignore[operator]
