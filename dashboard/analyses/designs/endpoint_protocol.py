"""A binary or continuous design for the protocol: a paragraph with every number."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.design.binary import BinaryAssumptions, BinaryDesign, BinaryEvaluation
from analytics.design.continuous import (
    ContinuousAssumptions,
    ContinuousDesign,
    ContinuousEvaluation,
)
from analytics.design.endpoints.enrolling import enrol_until
from dashboard.analyses.designs.endpoint_wording import (
    Design,
    effect_phrase,
    null_sentence,
    phrase_of_test,
    short_effect,
)
from dashboard.analyses.designs.wording import (
    allocation_words,
    boundary_name,
    boundary_sentence,
    futility_sentence,
    listed,
    pace_words,
)

Evaluation = BinaryEvaluation | ContinuousEvaluation


def endpoint_paragraphs(design: Design, found: Evaluation) -> list[str]:
    """The sample-size section of a protocol, with every number filled in.

    Returns
    -------
    list of str
        Paragraphs: hypothesis and test, assumptions, looks, what is expected, references.

    Examples
    --------
    >>> from dashboard.analyses.designs.endpoint_proposal import usual_binary
    >>> design = usual_binary().design()
    >>> said = endpoint_paragraphs(design, design.evaluate())
    >>> said[0][-60:]
    'control) give a power of 90.1 % under the assumptions below.'
    """
    said = [
        _test(design, found),
        _assumptions(design),
        _looks(design, found),
        _expected(found),
        _methods(design),
    ]
    return [paragraph for paragraph in said if paragraph]


def _test(design: Design, found: Evaluation) -> str:
    plan, by_arm = design.monitoring, design.subjects_by_arm
    sides = "one-sided" if plan.sides == 1 else "two-sided"
    arms = ""
    if len(by_arm) == 2:
        arms = f" ({by_arm[0]:,.5g} on treatment, {by_arm[1]:,.5g} on control)"
    return (
        f"The primary analysis is a {sides} {phrase_of_test(design)} at the overall significance "
        f"level {plan.alpha:g}; the null hypothesis is "
        f"{null_sentence(design.assumptions, plan.sides)}. {_whole(design.subjects)} subjects"
        f"{arms} give a power of {100 * found.power:.1f} % under the assumptions below."
    )


def _assumptions(design: Design) -> str:
    assumed = design.assumptions
    what = "rate" if isinstance(assumed, BinaryAssumptions) else "mean"
    said = [
        f"The design assumes {effect_phrase(assumed)}; a "
        f"{'higher' if assumed.higher_is_better else 'lower'} {what} is better."
    ]
    if len(design.subjects_by_arm) == 2:
        ratio = allocation_words(assumed.allocation_ratio)
        said.append(f"Subjects are randomised {ratio} to treatment and control.")
    if not assumed.certain:
        on_log = isinstance(assumed, BinaryAssumptions) and assumed.scale != "difference"
        of = f"the logarithm of the {assumed.scale}" if on_log else f"the {short_effect(assumed)}"
        said.append(
            f"The uncertainty of the effect is a normal distribution of {of} with a standard "
            f"deviation of {assumed.effect_std_err:g}."
        )
    return " ".join([*said, *_enrolment(design)])


def _enrolment(design: Design) -> list[str]:
    later = design.months_to_endpoint
    known = (
        f"The endpoint is known {later:g} months after randomisation."
        if later
        else "The endpoint is known at once."
    )
    if design.accrual is None:
        return [known] if later else []
    accrual = enrol_until(design.accrual, design.subjects)
    pace = pace_words(accrual, "months")
    return [f"Subjects enter {pace}, all of them within {accrual.duration:.4g} months. {known}"]


def _looks(design: Design, found: Evaluation) -> str:
    plan, looks = design.monitoring, found.looks
    z_is = "z" if plan.sides == 1 else "|z|"
    effect, bounds = short_effect(design.assumptions), _bounds(looks["z_efficacy"])
    effects = _effects(looks["effect_efficacy"])
    deviate = ""
    if isinstance(design, ContinuousDesign) and design.test == "t":
        deviate = " Here z is the normal deviate of the one-sided p-value of the t test."
    if len(looks) == 1:
        return (
            f"There is one analysis, of {_whole(design.subjects)} subjects. The null hypothesis "
            f"is rejected if {z_is} is at least {bounds[0]}, which an observed {effect} of about "
            f"{effects[0]} reaches.{deviate}"
        )
    subjects = [_whole(one) for one in looks["subjects"]]
    fractions = [f"{100 * one:.4g} %" for one in plan.information_fractions]
    z = [None if np.isnan(one) else float(one) for one in looks["z_futility"]]
    return (
        f"Analyses are made of {listed(subjects)} subjects ({listed(fractions)} of the "
        f"information). The type I error is spent by the {boundary_name(plan.efficacy)}: the "
        f"null hypothesis is rejected if {z_is} is at least {listed(bounds)}, respectively, which "
        f"an observed {effect} of about {listed(effects)} reaches.{deviate} "
        f"{futility_sentence(plan, z)}"
    )


def _bounds(z: pd.Series[float]) -> list[str]:
    return ["no bound" if np.isnan(one) else f"{one:.4f}" for one in z]


def _effects(values: pd.Series[float]) -> list[str]:
    return ["–" if np.isnan(one) else f"{one:.4g}" for one in values]


def _whole(subjects: float) -> str:
    return f"{np.ceil(subjects - 1e-9):,.0f}"


def _expected(found: Evaluation) -> str:
    looks, said = found.looks, ""
    if len(looks) > 1:
        said = (
            f"Under the assumptions {found.expected_subjects:.0f} subjects are expected to be "
            f"analysed, {found.expected_subjects_null:.0f} under the null hypothesis; the trial "
            "stops before the final analysis with probability "
            f"{100 * (1 - looks['stop'].iloc[-1]):.1f} %."
        )
    if found.expected_duration is not None:
        months = listed([f"{one:.1f}" for one in looks["months"]])
        said += (
            f" Analyses are expected {months} months after the first subject is randomised, and "
            f"the trial is expected to last {found.expected_duration:.1f} months with "
            f"{found.expected_randomised:.0f} subjects randomised."
        )
    if found.assurance is not None:
        said += (
            " Averaged over the uncertainty of the effect, the probability of success (assurance) "
            f"is {100 * found.assurance:.1f} %."
        )
    return said.strip()


def _methods(design: Design) -> str:
    kind = boundary_sentence(design.monitoring)
    if isinstance(design, BinaryDesign):
        power = "power is by normal approximation (Farrington and Manning 1990)"
    elif design.test == "z":
        power = "power is that of a normal test"
    else:
        power = "power is by the noncentral t distribution (Johnson and Welch 1940)"
    if (
        isinstance(design.assumptions, ContinuousAssumptions)
        and design.assumptions.scale == "ratio"
    ):
        power += ", for the ratio of means after Kieser and Hauschke (1999)"
    if len(design.monitoring.information_fractions) == 1:
        return f"{power[0].upper()}{power[1:]}."
    return (
        f"Boundaries ({kind}) are exact for normal statistics by recursive numerical integration "
        f"(Jennison and Turnbull 2000); {power}, and looks act through the inflation factor."
    )
