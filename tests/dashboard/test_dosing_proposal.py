"""Escalation designs on screen: there and back, what applies to which family, card, scenarios."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.dosing.characteristics import exact_characteristics, simulate_characteristics
from analytics.dosing.efficacy_toxicity import JointCohort, JointOutcomes
from analytics.dosing.escalation import Boin, Outcomes
from analytics.results import Result
from dashboard.analyses.dosing import (
    FAMILIES,
    AmountSettings,
    CharacteristicsRequest,
    ConductRequest,
    DosingProposal,
    IntervalSettings,
    RuleSettings,
    SkeletonSettings,
    request_for,
    usual_dosing,
)
from dashboard.analyses.dosing.card import card_html, card_notes, card_rows, decision_limits
from dashboard.analyses.dosing.compared import MEASURES, benchmark_table, compared
from dashboard.analyses.dosing.efficacy_toxicity.card import joint_card_html, joint_limits, scores
from dashboard.analyses.dosing.efficacy_toxicity.scenarios import (
    fixed_joint_scenarios,
    parsed_joint,
    written_joint,
)
from dashboard.analyses.dosing.families import FACTS
from dashboard.analyses.dosing.late_toxicity.settings import with_window
from dashboard.analyses.dosing.protocol import protocol_paragraphs, rebuilding_code
from dashboard.analyses.dosing.scenarios import drawn_scenarios, fixed_scenarios, parsed, written
from dashboard.jobs.requests import read_request, write_request

CHANGED = replace(
    usual_dosing(),
    amounts=(2.5, 5.0, 7.5),
    unit="µg/kg",
    labels=("low", "middle", "high"),
    target=0.3,
    prior_mtd=2,
    interval=IntervalSettings(under=0.5, over=1.5, elimination=0.9, extra_safety=0.05),
    skeleton=SkeletonSettings(
        stated=(0.1, 0.3, 0.6), curve="logistic", estimate="posterior mean", overdose=0.6
    ),
    amount=AmountSettings(half_width=0.07, choice="highest", correlation=-0.2, feasibility=0.3),
    rules=RuleSettings(unsafe=0.9, enough_at_dose=9, precise=0.3, accelerated=True),
    cohort_size=2,
    start=2,
    most_patients=24,
)
families = pytest.mark.parametrize("family", FAMILIES)
both = pytest.mark.parametrize("proposal", [usual_dosing(), CHANGED], ids=["usual", "changed"])


@both
@families
def test_there_and_back(proposal: DosingProposal, family: str) -> None:
    own = proposal.of_family(family)  # type: ignore[arg-type]
    assert Result.from_json(own.to_json()) == own
    made: dict[str, Any] = {}
    exec(rebuilding_code(own).replace("print", "str"), made)
    assert made["design"] == own.design()
    assert own.design().target == pytest.approx(own.target)
    request = request_for(own, own.family, fixed_scenarios(own), seed=3)
    assert read_request(write_request(request), CharacteristicsRequest) == request


@both
@families
def test_the_paragraph_has_every_number(proposal: DosingProposal, family: str) -> None:
    own = proposal.of_family(family)  # type: ignore[arg-type]
    said = " ".join(protocol_paragraphs(own))
    assert "None" not in said
    assert "nan" not in said
    assert f"{100 * own.target:g} %" in said
    assert all(name in said for name in own.names)
    assert f"At most {own.most_patients} patients" in said
    assert re.search(r"\(\d{4}\)", said)
    design = own.design()
    if design.stopping is not None:
        assert design.stopping.sentence in said
    if design.limit is not None:
        assert design.limit.sentence in said


@families
def test_rules_apply_where_a_family_takes_them(family: str) -> None:
    design, facts = CHANGED.design(family), FACTS[family]  # type: ignore[arg-type,index]
    assert (design.limit is not None) == facts.limited
    assert (design.stopping is not None) == facts.ruled
    assert (design.cohorts.size == 2) == facts.ruled
    assert ("lowest dose" in (design.stopping.sentence if design.stopping else "")) == (
        facts.safeguarded
    )


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"amounts": ()}, "1 to 30 doses"),
        ({"amounts": (10.0, 10.0, 20.0, 30.0, 40.0)}, "doses rise from above 0"),
        ({"target": 1.0}, "0 < target < 1"),
        ({"family": "6+6"}, "family in"),
        ({"prior_mtd": 6}, "1 <= prior_mtd <= 5"),
        ({"start": 6}, "1 <= start <= 5"),
        ({"labels": ("a", "a", "b", "c", "d")}, "names of doses differ"),
        ({"labels": ("a",)}, "one name for each of 5 doses"),
        ({"most_patients": 0}, "1 <= most_patients"),
        ({"cohort_size": 13}, "1 <= size <= 12"),
        ({"interval": IntervalSettings(over=0.9)}, "under < target < over"),
        ({"family": "CRM", "skeleton": SkeletonSettings(stated=(0.1, 0.2))}, "one guess for each"),
        (
            {"family": "CRM", "skeleton": SkeletonSettings(stated=(0.1, 0.3, 0.2, 0.5, 0.6))},
            "the skeleton rises",
        ),
        ({"family": "BLRM", "amount": AmountSettings(half_width=0.3)}, "0 < low < high < 1"),
    ],
)
def test_what_is_unsound_is_refused(changed: dict[str, Any], rule: str) -> None:
    with pytest.raises(InputError, match=re.escape(rule)):
        replace(usual_dosing(), **changed)


@pytest.mark.parametrize("family", [one for one in FAMILIES if FACTS[one].has_card])
def test_the_card_is_what_the_design_does(family: str) -> None:
    own = usual_dosing().of_family(family)  # type: ignore[arg-type]
    design = own.design()
    limits = decision_limits(own).set_index("patients")
    below = Outcomes.parse("1NNN 2NNN", doses=5)
    for toxicities in range(4):
        letters = "N" * (3 - toxicities) + "T" * toxicities
        seen = Outcomes.parse(f"{below} 3{letters}", doses=5)
        found = design.recommend(seen)
        row = limits.loc[3]
        expected = 4 if toxicities <= row["escalate"] else 3
        expected = 2 if toxicities >= row["deescalate"] else expected
        assert found.dose == expected
        assert (3 in found.admissible) == (not toxicities >= row["eliminate"])


@pytest.mark.parametrize("family", [one for one in FAMILIES if not FACTS[one].has_card])
def test_no_card_is_explained(family: str) -> None:
    with pytest.raises(NotEstimableError, match="has no table by patients at the dose"):
        decision_limits(usual_dosing().of_family(family))  # type: ignore[arg-type]


def test_the_printed_card_escapes_names_and_names_its_extra_rules() -> None:
    names = ("<script>", "b", "c", "d", "e")
    own = replace(usual_dosing(), labels=names, interval=CHANGED.interval)
    page = card_html(own, "<i>")
    assert "<script>" not in page
    assert "<i>" not in page
    assert "decides nothing" in page
    assert all(f"<td>{one}</td>" in page for one in card_rows(decision_limits(own)).iloc[5])
    assert any("0.85" in one for one in card_notes(own))
    assert isinstance(own.design().method, Boin)


def test_scenarios_are_written_and_read() -> None:
    own = usual_dosing()
    fixed = fixed_scenarios(own)
    assert parsed(written(fixed), doses=5) == fixed
    named = fixed_scenarios(replace(own, labels=("a: 1 | none", "b" * 40, "c", "d", "e")))
    assert parsed(written(named), doses=5) == named
    assert [one.right_doses(own.target) for one in fixed] == [(1,), (2,), (3,), (4,), (5,), ()]
    assert min(fixed[-1].probabilities) > own.target
    assert drawn_scenarios(own, count=4, seed=2) == drawn_scenarios(own, count=4, seed=2)
    assert drawn_scenarios(own, count=4, seed=2) != drawn_scenarios(own, count=4, seed=3)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "1 to 30 scenarios, one a line"),
        ("0.1 0.2", "a scenario is a name, a colon and a probability for each dose"),
        ("A: 0.1 x", "a scenario is a name, a colon and a probability for each dose"),
        ("A: 0.1", "a scenario has 2 probabilities"),
        ("A: 0.2 0.1", "probabilities do not fall with dose"),
        ("A: 0.2 1.1", "0 <= probabilities <= 1"),
        ("A: nan 0.1", "0 <= probabilities <= 1"),
        ("A: 0.2 0.3 | some", "behind the bar stands none"),
        ("A: 0.2 0.3\nA: 0.2 0.3", "names of scenarios differ"),
    ],
)
def test_scenarios_that_are_none_are_refused(text: str, rule: str) -> None:
    with pytest.raises(InputError, match=re.escape(rule)):
        parsed(text, doses=2)


@pytest.mark.parametrize("family", ["3+3", "BOIN", "Keyboard", "mTPI-2", "CRM"])
def test_usual_designs_are_exact_and_agree_with_simulation(family: str) -> None:
    own, truths = usual_dosing(), fixed_scenarios(usual_dosing())[2:3]
    asked = request_for(own, family, truths, seed=1)  # type: ignore[arg-type]
    assert asked.replications is None
    exact = asked.run()
    assert exact.summary.equals(
        exact_characteristics(asked.proposal.design(asked.family), truths, accrual=own.accrual)
        .summary
    )  # fmt: skip
    drawn = simulate_characteristics(
        own.design(asked.family), truths, accrual=own.accrual, replications=2_000, seed=4
    )
    for measure in MEASURES:
        off = abs(exact.value(measure) - drawn.value(measure))
        assert off <= 4 * drawn.error(measure) + 1e-9


def test_what_is_exact_simulated_and_a_job() -> None:
    usual, truths = usual_dosing(), fixed_scenarios(usual_dosing())
    large = replace(usual, most_patients=60)
    assert request_for(large, "BOIN", truths, seed=1).replications == 10_000
    assert request_for(large, "BOIN", truths, seed=1).is_quick
    assert not request_for(large, "CRM", truths, seed=1).is_quick
    assert not request_for(usual, "BLRM", truths, seed=1).is_quick
    assert ConductRequest(proposal=usual, outcomes=Outcomes(doses=5)).is_quick
    with pytest.raises(InputError, match="1 to 30 scenarios"):
        request_for(usual, "BOIN", truths * 6, seed=1)


def test_comparisons_keep_scenarios_and_average_them() -> None:
    own = usual_dosing()
    truths = fixed_scenarios(own)
    found = {one: request_for(own, one, truths, seed=1).run() for one in ("3+3", "BOIN")}  # type: ignore[arg-type]
    table = compared(found, "correct")
    assert table["scenario"].tolist() == 2 * [one.name for one in truths]
    mean = compared(found, "correct", averaged=True).set_index("design")["value"]
    assert mean["BOIN"] == pytest.approx(
        np.mean([found["BOIN"].value("correct", k) for k in range(6)])
    )
    assert benchmark_table(own, truths)["scenario"].tolist() == [one.name for one in truths[:5]]
    assert benchmark_table(own, truths, averaged=True).empty
    assert len(benchmark_table(own, truths[:5], averaged=True)) == 1


OTHERS = {"TITE-CRM": "tite_crm", "BOIN12": "boin12"}


@both
@pytest.mark.parametrize("family", OTHERS)
def test_designs_of_their_own_kind_go_there_and_back(proposal: DosingProposal, family: str) -> None:
    own = proposal.of_family(family)  # type: ignore[arg-type]
    assert Result.from_json(own.to_json()) == own
    made: dict[str, Any] = {}
    exec(rebuilding_code(own), made)
    assert made["design"] == getattr(own, OTHERS[family])()
    said = " ".join(protocol_paragraphs(own))
    assert "None" not in said
    assert all(name in said for name in own.names)
    assert f"At most {own.most_patients} patients" in said
    assert re.search(r"\(\d{4}\)", said)
    with pytest.raises(NotEstimableError, match="counted cohort by cohort"):
        own.design()


def test_the_window_is_one_number_in_months_and_days() -> None:
    own = replace(usual_dosing(), accrual=with_window(usual_dosing().accrual, 84))
    assert own.tite_crm().window == 84.0
    assert own.accrual.window == pytest.approx(2.76, abs=0.01)
    assert with_window(own.accrual, 84) is own.accrual
    request = request_for(own, "TITE-CRM", fixed_scenarios(own)[:1], seed=1)
    assert read_request(write_request(request), CharacteristicsRequest) == request
    assert request.tite_in_months().window == own.accrual.window


def test_scenarios_of_both_outcomes_are_written_and_read() -> None:
    own = usual_dosing()
    fixed = fixed_joint_scenarios(own)
    assert parsed_joint(written_joint(fixed), doses=5) == fixed
    right = [own.boin12().best_doses(one) for one in fixed]
    assert right == [(1,), (2,), (3,), (4,), (5,), (), ()]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "1 to 30 scenarios, one a line"),
        ("0.1 0.2 / 0.1 0.2", "a scenario is a name, a colon, toxicity by dose, a slash"),
        ("A: 0.1 0.2", "a scenario is a name, a colon, toxicity by dose, a slash"),
        ("A: 0.1 x / 0.1 0.2", "a scenario is a name, a colon, toxicity by dose, a slash"),
        ("A: 0.1 / 0.1 0.2", "a scenario has 2 probabilities of toxicity"),
        ("A: 0.1 0.2 / 0.1", "a scenario has 2 probabilities of efficacy"),
        ("A: 0.2 0.1 / 0.1 0.2", "toxicity does not fall with dose"),
        ("A: 0.1 0.2 / 0.1 1.2", "probabilities in [0, 1]"),
        ("A: 0.1 0.2 / 0.1 0.2\nA: 0.1 0.2 / 0.1 0.2", "names of scenarios differ"),
    ],
)
def test_scenarios_of_both_outcomes_that_are_none_are_refused(text: str, rule: str) -> None:
    with pytest.raises(InputError, match=re.escape(rule)):
        parsed_joint(text, doses=2)


@pytest.mark.parametrize("patients", [3, 6, 9])
def test_the_card_of_boin12_is_what_the_design_does(patients: int) -> None:
    own = usual_dosing()
    design, table = own.boin12(), scores(own).set_index(["patients", "toxicities", "efficacies"])
    limits = joint_limits(own).set_index("patients").loc[patients]
    below = JointOutcomes.parse("1NNE", doses=5).cohorts
    for toxic in range(patients + 1):
        for effective in range(patients + 1):
            both = max(toxic + effective - patients, 0)
            cohort = JointCohort(
                dose=2,
                neither=patients - toxic - effective + both,
                efficacy=effective - both,
                toxicity=toxic - both,
                both=both,
            )
            found = design.recommend(JointOutcomes(doses=5, cohorts=(*below, cohort)))
            score = {1: table["score"][3, 0, 1], 3: table["score"][0, 0, 0]}
            score[2] = table["score"][patients, toxic, effective]
            open_ = {1: score[1]}
            if not toxic >= limits["deescalate"]:
                open_[2] = score[2]
                if toxic <= limits["escalate"] and not toxic >= limits["too_toxic"]:
                    open_[3] = score[3]
            best = min(k for k, v in open_.items() if v == np.nanmax(list(open_.values())))
            assert found.dose == best
            left_out = toxic >= limits["too_toxic"] or effective <= limits["futile"]
            assert left_out == np.isnan(score[2])


def test_the_printed_card_of_boin12_escapes_names() -> None:
    page = joint_card_html(usual_dosing(), "<script>")
    assert "<script>" not in page
    assert "decides nothing" in page
    assert all(f"<h3>{n} patients at the dose</h3>" in page for n in (3, 6, 9, 12))
