"""An escalation design for the protocol: paragraphs with every number, and Python."""

from __future__ import annotations

from typing import Any

from analytics.dosing.efficacy_toxicity import JointOutcomes, conduct_boin12
from analytics.dosing.escalation import (
    Blrm,
    Boin,
    Crm,
    EscalationDesign,
    Ewoc,
    Keyboard,
    Mtpi2,
    Outcomes,
    ThreePlusThree,
    TwoParameterCrm,
)
from analytics.dosing.late_toxicity import TrialCourse, conduct_tite
from dashboard.analyses.dosing.efficacy_toxicity.protocol import boin12_paragraphs, boin12_summary
from dashboard.analyses.dosing.families import FACTS
from dashboard.analyses.dosing.late_toxicity.protocol import tite_paragraphs, tite_summary
from dashboard.analyses.dosing.proposal import DosingProposal
from dashboard.analyses.dosing.seen import SeenScenarios
from dashboard.analyses.dosing.words import counted_doses, months, percent, studied_doses
from dashboard.scripts import Made, given, write_script


def rebuilding_code(proposal: DosingProposal) -> str:
    """Python that makes the design again and asks it for the first dose.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> made = {}
    >>> exec(rebuilding_code(usual_dosing()).replace("print", "str"), made)
    >>> made["design"] == usual_dosing().design()
    True
    """
    found: Made[Any]
    if proposal.family == "TITE-CRM":
        course = given(TrialCourse(doses=proposal.doses, today=0), name="course")
        found = given(proposal.tite_crm(), name="design").then(conduct_tite, course)
    elif proposal.family == "BOIN12":
        seen = given(JointOutcomes(doses=proposal.doses), name="seen")
        found = given(proposal.boin12(), name="design").then(conduct_boin12, seen)
    else:
        none = given(Outcomes(doses=proposal.doses), name="seen")
        found = given(proposal.design(), name="design").call("recommend", none)
    made: dict[str, Made[Any]] = {"found": found}
    said: list[str] = []
    if proposal.seen is not None:
        made["scenarios"] = given(proposal.seen.scenarios)
        said = [f"# {' '.join(one.split())}" for one in proposal.seen.notes]
        said.append(f"# Snapshot {proposal.seen.source.snapshot}.")
    return "\n".join([*said, write_script(made, snapshot="", pooled=True, shown="found")])


def protocol_paragraphs(proposal: DosingProposal) -> list[str]:
    """The dose-escalation section of a protocol: doses, method, rules, course, references.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> protocol_paragraphs(usual_dosing())[0]
    'Five doses are studied: 10 mg, 20 mg, 40 mg, 60 mg, 80 mg. The target is a probability of \
dose-limiting toxicity of 25 %. The first cohort is given 10 mg.'
    """
    if proposal.family == "TITE-CRM":
        return tite_paragraphs(proposal)
    if proposal.family == "BOIN12":
        return boin12_paragraphs(proposal)
    design = proposal.design()
    return [
        _doses(proposal),
        _method(proposal, design),
        _rules(design),
        _course(proposal, design),
        *([] if proposal.seen is None else [_seen(proposal.seen)]),
        f"The recommendations support the dose-escalation committee, which decides. Method: "
        f"{FACTS[proposal.family].paper}.",
    ]


def summary_sentence(proposal: DosingProposal) -> str:
    """The design in a line, under which every tab stands.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> summary_sentence(usual_dosing())
    'BOIN, target 25 %, five doses from 10 mg to 80 mg, cohorts of 3, at most 30 patients.'
    """
    if proposal.family == "TITE-CRM":
        return tite_summary(proposal)
    if proposal.family == "BOIN12":
        return boin12_summary(proposal)
    cohorts = "3" if proposal.family == "3+3" else f"{proposal.cohort_size}"
    return (
        f"{proposal.family}, target {percent(proposal.target)}, "
        f"{counted_doses(proposal.doses)} from {proposal.names[0]} to {proposal.names[-1]}, "
        f"cohorts of {cohorts}, at most {proposal.most_patients} patients."
    )


def _doses(proposal: DosingProposal) -> str:
    return (
        f"{studied_doses(proposal.names)} The target is a probability of dose-limiting toxicity of "
        f"{percent(proposal.target)}. The first cohort is given "
        f"{proposal.dose_name(proposal.start)}."
    )


def _method(proposal: DosingProposal, design: EscalationDesign) -> str:
    method = design.method
    if isinstance(method, ThreePlusThree):
        return (
            f'The dose is escalated by 3+3, variant "{method.variant}": three patients are given '
            "a dose, three more when one of them has a toxicity; after at most one toxicity among "
            "six the next dose follows; two or more make a dose too toxic."
        )
    if isinstance(method, Boin):
        return _boin(method)
    if isinstance(method, Keyboard | Mtpi2):
        return (
            f"The dose is escalated by {proposal.family}. The interval on target is from "
            f"{percent(method.target - method.below)} to "
            f"{percent(method.target + method.beyond)}; after each cohort the dose moves towards "
            "the interval of this length with the most posterior probability under a uniform "
            f"prior. {_elimination(method.elimination, method.eliminate_from)}"
        )
    if isinstance(method, Crm | TwoParameterCrm):
        return _crm(method)
    assert isinstance(method, Blrm | Ewoc)
    return _by_amount(proposal, method)


def _boin(method: Boin) -> str:
    low, high = method.alternatives
    return (
        "The dose is escalated by the Bayesian optimal interval design (BOIN). Toxicity "
        f"probabilities of {percent(low)} and {percent(high)} are too low and too high. After "
        "each cohort the dose is escalated when the share of patients at the current dose with a "
        f"toxicity is at most {method.escalate_at:.3f}, de-escalated when it is at least "
        f"{method.deescalate_at:.3f}, and given again otherwise. "
        f"{_elimination(method.elimination, 3)}"
        + (
            ""
            if method.extra_safety is None
            else " The trial also stops when the lowest dose is above the target with a "
            f"probability over {method.elimination - method.extra_safety:g}."
        )
    )


def _elimination(cutoff: float, patients: int) -> str:
    given = "one patient" if patients == 1 else f"{patients} patients"
    return (
        f"A dose given to {given} or more that is above the target with a posterior probability "
        f"over {cutoff:g} is eliminated with all above it, and the trial stops when that is the "
        "lowest dose. At the end the dose is selected whose isotonic estimate is nearest to the "
        "target."
    )


def _crm(method: Crm | TwoParameterCrm) -> str:
    guesses = ", ".join(f"{one:.3f}" for one in method.skeleton)
    if isinstance(method, Crm):
        said = (
            f"The dose is escalated by the continual reassessment method with a {method.curve} "
            f"curve of one parameter, normal a priori with mean 0 and standard deviation "
            f"{method.prior_sd:.3g}; the toxicity probability of a dose is estimated by the "
            + (
                "curve at the posterior mean of the parameter."
                if method.estimate == "plug-in"
                else "posterior mean of the curve."
            )
        )
    else:
        said = (
            "The dose is escalated by the continual reassessment method with a logistic curve of "
            "two parameters, normal a priori with mean 0 and standard deviations "
            f"{method.prior_sd[0]:g} and {method.prior_sd[1]:g}; the toxicity probability of a "
            "dose is estimated by its posterior mean."
        )
    over = (
        ""
        if method.overdose is None
        else f" No dose is given that is above the target with a probability over "
        f"{method.overdose:g}."
    )
    return (
        f"{said} The prior guesses by dose (skeleton) are {guesses}. The next cohort is given the "
        f"dose with the estimate nearest to the target.{over}"
    )


def _by_amount(proposal: DosingProposal, method: Blrm | Ewoc) -> str:
    if isinstance(method, Ewoc):
        return (
            "The dose is escalated with overdose control (EWOC): each cohort is given the highest "
            f"dose that is above the MTD with a probability of at most {method.feasibility:g}. The "
            f"MTD is uniform a priori between {proposal.names[0]} and {proposal.names[-1]}; the "
            "lowest dose is therefore never held to be above it, and the model alone does not "
            "stop the trial for toxicity."
        )
    a, b = method.prior_mean
    wanted = (
        "the most probably on target"
        if method.choice == "most on target"
        else "the highest of those"
    )
    return (
        "The dose is escalated by Bayesian logistic regression on the logarithm of the dose over "
        f"{method.reference:g} {proposal.unit}, with a bivariate normal prior of log alpha (mean "
        f"{a:.3f}, standard deviation {method.prior_sd[0]:g}) and log beta (mean {b:g}, standard "
        f"deviation {method.prior_sd[1]:g}), correlation {method.prior_correlation:g}. Toxicity "
        f"probabilities from {percent(method.low)} to {percent(method.high)} are on target. A "
        f"dose may be given when it is above them with a probability below {method.control:g}; of "
        f"these doses the next cohort is given {wanted}, and the trial stops when there is none."
    )


def _rules(design: EscalationDesign) -> str:
    cohorts = design.cohorts
    said = [f"Patients are treated in cohorts of {cohorts.size}."]
    if cohorts.first == 1 and cohorts.size > 1:
        said = [
            "Single patients are given one dose after the other until the first toxicity; then "
            f"cohorts have {cohorts.size} patients."
        ]
    if design.limit is not None:
        said.append(design.limit.sentence)
    said.append(f"At most {design.most_patients} patients are treated.")
    if design.stopping is not None:
        said.append(f"The trial stops earlier when this holds. {design.stopping.sentence}")
    return " ".join(said)


def _course(proposal: DosingProposal, design: EscalationDesign) -> str:
    accrual, size = proposal.accrual, design.cohorts.size
    cohorts = -(-design.most_patients // size)
    longest = accrual.expected(float(design.most_patients), float(cohorts))
    said = (
        f"With {accrual.rate:g} eligible patients a month and an assessment of "
        f"{months(accrual.window)}, a cohort opening when the former one has been assessed,"
    )
    if design.cohorts.first != size:
        return f"{said} the duration depends on when the first toxicity is seen."
    return (
        f"{said} a trial of {design.most_patients} patients in {cohorts} cohorts is expected to "
        f"take {longest:.1f} months."
    )


def _seen(seen: SeenScenarios) -> str:
    central = ", ".join(percent(one) for one in seen.central)
    return (
        f"Scenarios of toxicity are taken from {seen.study}, {seen.source.endpoint}: at "
        f"{', '.join(f'{one:g}' for one in seen.amounts)} {seen.unit} {central} in the central "
        "one; the optimistic and the pessimistic one are the limits of its 95 % band."
        + (f" {seen.source.sentences[-1]}" if seen.beyond else "")
    )
