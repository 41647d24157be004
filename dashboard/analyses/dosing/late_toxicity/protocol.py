"""TITE-CRM for the protocol: paragraphs with every number."""

from __future__ import annotations

from analytics.dosing.escalation import Crm
from dashboard.analyses.dosing.families import FACTS
from dashboard.analyses.dosing.late_toxicity.settings import DAYS_PER_MONTH
from dashboard.analyses.dosing.proposal import DosingProposal
from dashboard.analyses.dosing.words import counted_doses, months, percent, studied_doses

_WEIGHTS = {
    "linear": "which rises from 0 to 1 in proportion to the follow-up",
    "adaptive": "which rises from 0 to 1 over the window, by the same step between any two "
    "neighbouring times of toxicities seen so far",
}


def tite_paragraphs(proposal: DosingProposal) -> list[str]:
    """Doses, method, rules, course, references.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> tite_paragraphs(usual_dosing().of_family("TITE-CRM"))[3]
    'Patients are treated when they come, however many are still followed. With 2 eligible \
patients a month a trial of 30 patients is expected to take 16 months, of which the last 30 days \
are the follow-up of the last patient.'
    """
    design = proposal.tite_crm()
    return [
        f"{studied_doses(proposal.names)} The target is a probability of dose-limiting toxicity "
        f"within {design.window:g} days of {percent(proposal.target)}. The first patient is given "
        f"{proposal.dose_name(proposal.start)}.",
        "The dose is escalated by the time-to-event continual reassessment method (TITE-CRM): "
        f"each patient is given a dose on arrival and is followed for {design.window:g} days. A "
        "patient with a toxicity counts in full, one without counts with a weight "
        f"{_WEIGHTS[design.scheme]}. {_curve(design.method)} Each patient is given the dose with "
        "the estimate nearest to the target.",
        _rules(proposal),
        _course(proposal),
        "The recommendations support the dose-escalation committee, which decides. Method: "
        f"{FACTS['TITE-CRM'].paper}.",
    ]


def tite_summary(proposal: DosingProposal) -> str:
    """The design in a line.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> tite_summary(usual_dosing())
    'TITE-CRM, target 25 % within 30 days, five doses from 10 mg to 80 mg, patient by patient, at \
most 30 patients.'
    """
    return (
        f"TITE-CRM, target {percent(proposal.target)} within {proposal.tite_crm().window:g} days, "
        f"{counted_doses(proposal.doses)} from {proposal.names[0]} to {proposal.names[-1]}, "
        f"patient by patient, at most {proposal.most_patients} patients."
    )


def _curve(method: Crm) -> str:
    guesses = ", ".join(f"{one:.3f}" for one in method.skeleton)
    estimate = (
        "the curve at the posterior mean of the parameter"
        if method.estimate == "plug-in"
        else "the posterior mean of the curve"
    )
    return (
        f"The toxicity probability follows a {method.curve} curve of one parameter, normal a "
        f"priori with mean 0 and standard deviation {method.prior_sd:.3g}, with the prior guesses "
        f"(skeleton) {guesses}; its estimate is {estimate}."
    )


def _rules(proposal: DosingProposal) -> str:
    design, said = proposal.tite_crm(), []
    if not design.skips:
        said.append("The dose is at most one above that of the patient before.")
    if design.method.overdose is not None:
        said.append(
            "No dose is given that is above the target with a posterior probability over "
            f"{design.method.overdose:g}, and the trial stops without a dose when none is left."
        )
    said.append(
        f"At most {design.most_patients} patients are treated; the dose is selected when all of "
        "them have been followed."
    )
    return " ".join(said)


def _course(proposal: DosingProposal) -> str:
    accrual, days = proposal.accrual, proposal.tite_crm().window
    longest = proposal.most_patients / accrual.rate + days / DAYS_PER_MONTH
    return (
        "Patients are treated when they come, however many are still followed. With "
        f"{accrual.rate:g} eligible patients a month a trial of {proposal.most_patients} patients "
        f"is expected to take {months(longest)}, of which the last {days:g} days are the "
        "follow-up of the last patient."
    )
