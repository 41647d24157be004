"""Binary and continuous proposals: there and back, what they come to, and their paragraph."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.design import Accrual
from analytics.design.binary import BinaryAssumptions, simon_designs
from analytics.design.boundaries import (
    BetaSpending,
    GroupSequential,
    LanDeMetsOBrienFleming,
    LanDeMetsPocock,
)
from analytics.design.continuous import ContinuousAssumptions
from analytics.design.cost import Costs
from analytics.results import Result
from dashboard.analyses.designs import EndpointProposal, usual_binary, usual_continuous
from dashboard.analyses.designs.endpoint_protocol import endpoint_paragraphs
from dashboard.analyses.designs.endpoint_wording import (
    effect_name,
    effect_phrase,
    null_sentence,
    phrase_of_test,
)
from dashboard.analyses.designs.protocol import rebuilding_code
from dashboard.analyses.designs.two_stage_protocol import two_stage_sentences

PLAN = GroupSequential(
    information_fractions=(0.4, 0.7, 1.0),
    efficacy=LanDeMetsPocock(),
    futility=BetaSpending(spending=LanDeMetsOBrienFleming(), beta=0.1),
)
ODDS = EndpointProposal(
    assumptions=BinaryAssumptions(
        treatment_rate=0.4,
        control_rate=0.25,
        scale="odds ratio",
        allocation_ratio=2.0,
        effect_std_err=0.25,
    ),
    monitoring=PLAN,
    enrolment_months=18.0,
    months_to_endpoint=6.0,
    costs=Costs(per_randomised=12_000.0),
)
RISK = EndpointProposal(
    assumptions=BinaryAssumptions(
        treatment_rate=0.1,
        control_rate=0.1,
        scale="risk ratio",
        margin=1.5,
        higher_is_better=False,
    ),
    monitoring=PLAN,
    variance="unpooled",
    sizing="subjects",
    subjects=1500.0,
    accrual=Accrual(ends=(6.0, 18.0), rates=(20.0, 60.0)),
)
RATIO = EndpointProposal(
    assumptions=ContinuousAssumptions(
        treatment_mean=9.0, control_mean=10.0, sd=3.0, treatment_sd=4.0, scale="ratio", margin=0.8
    ),
    monitoring=PLAN,
    accrual=Accrual(ends=(12.0,), rates=(15.0,)),
)
ONE_ARM = EndpointProposal(
    assumptions=ContinuousAssumptions(
        treatment_mean=9.0, control_mean=None, sd=3.0, margin=10.0, higher_is_better=False
    ),
    monitoring=GroupSequential(information_fractions=(1.0,), sides=2, alpha=0.05),
    test="z",
)
EVERY = {"odds": ODDS, "risk": RISK, "ratio": RATIO, "one arm": ONE_ARM}
ALL = {**EVERY, "binary": usual_binary(), "continuous": usual_continuous()}
every = pytest.mark.parametrize("proposal", ALL.values(), ids=ALL)


@every
def test_there_and_back(proposal: EndpointProposal) -> None:
    assert Result.from_json(proposal.to_json()) == proposal
    made: dict[str, Any] = {}
    exec(rebuilding_code(proposal).replace("print", "str"), made)
    assert made["design"] == proposal.design()
    assert made["evaluation"].power == proposal.design().evaluate().power


@every
def test_what_is_found_is_whole_and_enough(proposal: EndpointProposal) -> None:
    design = proposal.design()
    if proposal.sizing == "subjects":
        assert design.subjects == proposal.subjects
        return
    assert design.subjects == int(design.subjects)
    assert all(one == pytest.approx(round(one)) for one in design.subjects_by_arm)
    fewer = replace(design, subjects=design.subjects - proposal.assumptions.allocation_ratio - 1)
    assert fewer.evaluate().power < proposal.target_power < design.evaluate().power + 1e-9


def test_enrolment_is_stated_in_one_way() -> None:
    design = ODDS.design()
    assert design.accrual == Accrual.uniform(subjects=549, duration=18)
    assert design.evaluate().looks["months"].iloc[-1] == pytest.approx(24)
    assert RISK.design().accrual == RISK.accrual
    assert usual_binary().design().evaluate().expected_duration is None
    with pytest.raises(InputError, match="enrolment is stated once"):
        replace(ODDS, accrual=RISK.accrual)


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"sizing": "events"}, "sizing in"),
        ({"target_power": 1.0}, "0 < power < 1"),
        ({"enrolment_months": 0.0}, "enrolment_months > 0"),
    ],
)
def test_refuses(changed: dict[str, Any], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        replace(usual_binary(), **changed)


def test_refuses_what_the_design_refuses() -> None:
    with pytest.raises(InputError, match="variance in"):
        replace(usual_binary(), variance="own").design()
    with pytest.raises(InputError, match="more than one subject in each arm"):
        replace(usual_continuous(), sizing="subjects", subjects=2.0).design()
    none = BinaryAssumptions(treatment_rate=0.2, control_rate=0.25)
    with pytest.raises(NotEstimableError, match="assume a higher treatment rate"):
        replace(usual_binary(), assumptions=none).design()


def test_a_text_of_another_hand_is_refused() -> None:
    text = usual_binary().to_json()
    with pytest.raises(InputError, match="0 < treatment_rate < 1"):
        Result.from_json(text.replace('"treatment_rate": 0.4', '"treatment_rate": 4.0'))


# The paragraph --------------------------------------------------------------------------


@every
def test_the_numbers_of_the_paragraph_are_those_of_the_evaluation(
    proposal: EndpointProposal,
) -> None:
    design = proposal.design()
    found = design.evaluate()
    said = " ".join(endpoint_paragraphs(design, found))
    assert f"give a power of {100 * found.power:.1f} %" in said
    assert f"{design.subjects:,.0f} subjects" in said
    assert f"significance level {design.monitoring.alpha:g}" in said
    for z in found.looks["z_efficacy"]:
        assert f"{z:.4f}" in said
    for z in found.looks["z_futility"].dropna():
        assert f"{z:.4f} at look" in said
    for effect in found.looks["effect_efficacy"]:
        assert f"{effect:.4g}" in said
    assert ("(assurance) is" in said) == (found.assurance is not None)
    if found.assurance is not None:
        assert f"(assurance) is {100 * found.assurance:.1f} %" in said
    assert ("expected to last" in said) == (found.expected_duration is not None)
    if found.expected_duration is not None:
        assert f"expected to last {found.expected_duration:.1f} months" in said
        assert f"with {found.expected_randomised:.0f} subjects randomised" in said
    if len(found.looks) > 1:
        assert f"{found.expected_subjects:.0f} subjects are expected" in said
        assert f"{found.expected_subjects_null:.0f} under the null hypothesis" in said
        assert f"probability {100 * (1 - found.looks['stop'].iloc[-1]):.1f} %" in said
    assert not re.search(r"nan|None|\binf\b|  ", said)


def test_what_is_assumed_is_said() -> None:
    said = {name: " ".join(_paragraphs(one)) for name, one in EVERY.items()}
    assert "rates of 40 % on treatment and 25 % on control, an odds ratio of 2;" in said["odds"]
    assert "randomised 2 : 1 to treatment and control" in said["odds"]
    assert "logarithm of the odds ratio with a standard deviation of 0.25" in said["odds"]
    assert "all of them within 18 months. The endpoint is known 6 months after" in said["odds"]
    assert "a risk ratio of at least 1.5 (non-inferiority)" in said["risk"]
    assert "at 20 and 60 a month in periods that end at 6 and 29 months" in said["risk"]
    assert "Satterthwaite's degrees of freedom" in said["ratio"]
    assert "a ratio of at most 0.8 (non-inferiority)" in said["ratio"]
    assert "the null hypothesis is a mean of 10." in said["one arm"]
    assert "rejected if |z| is at least 1.9600, which an observed mean of" in said["one arm"]


def _paragraphs(proposal: EndpointProposal) -> list[str]:
    design = proposal.design()
    return endpoint_paragraphs(design, design.evaluate())


def test_words() -> None:
    assert effect_name(ODDS.assumptions) == "odds ratio, treatment / control"
    assert effect_name(RATIO.assumptions) == "ratio of means, treatment / control"
    assert effect_name(ONE_ARM.assumptions) == "mean"
    assert null_sentence(usual_binary().assumptions, 1) == "equal rates"
    assert effect_phrase(RATIO.assumptions).endswith("and standard deviations of 4 and 3")
    pooled = replace(RISK, variance="pooled").design()
    assert "at the rates most likely under the null" in phrase_of_test(pooled)


def test_two_stages_in_words() -> None:
    design = simon_designs(null_rate=0.1, target_rate=0.3, alpha=0.05, power=0.8).optimal
    said = two_stage_sentences(design)
    assert "10 subjects are treated first; with 1 response or fewer" in said
    assert "19 more are treated, 29 in all; with 5 responses or fewer" in said
    assert f"probability {100 * design.early_stop(0.1):.1f} %" in said
    assert f"{design.expected_subjects(0.1):.1f} subjects are expected" in said
    assert f"error is {100 * design.type_one_error:.2f} %" in said
    assert f"the power is {100 * design.power:.1f} %" in said
