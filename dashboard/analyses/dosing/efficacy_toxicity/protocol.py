"""BOIN12 for the protocol: paragraphs with every number."""

from __future__ import annotations

from analytics.dosing.efficacy_toxicity import Boin12
from dashboard.analyses.dosing.families import FACTS
from dashboard.analyses.dosing.proposal import DosingProposal
from dashboard.analyses.dosing.words import counted_doses, months, percent, studied_doses


def boin12_paragraphs(proposal: DosingProposal) -> list[str]:
    """Doses, method, admissible doses, rules, course, references.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> boin12_paragraphs(usual_dosing().of_family("BOIN12"))[0]
    'Five doses are studied: 10 mg, 20 mg, 40 mg, 60 mg, 80 mg. Wanted is the optimal biological \
dose: of those with a toxicity probability of at most 35 % and an efficacy probability of at least \
25 % the one with the highest mean utility. The first cohort is given 10 mg.'
    """
    design = proposal.boin12()
    return [
        f"{studied_doses(proposal.names)} Wanted is the optimal biological dose: of those with a "
        f"toxicity probability of at most {percent(design.toxicity_limit)} and an efficacy "
        f"probability of at least {percent(design.least_efficacy)} the one with the highest mean "
        f"utility. The first cohort is given {proposal.dose_name(proposal.start)}.",
        _method(design),
        _admissible(design),
        _rules(design),
        _course(proposal),
        "The recommendations support the dose-escalation committee, which decides. Method: "
        f"{FACTS['BOIN12'].paper}.",
    ]


def boin12_summary(proposal: DosingProposal) -> str:
    """The design in a line.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> boin12_summary(usual_dosing())
    'BOIN12, toxicity at most 35 %, efficacy at least 25 %, five doses from 10 mg to 80 mg, \
cohorts of 3, at most 30 patients.'
    """
    own = proposal.joint
    return (
        f"BOIN12, toxicity at most {percent(own.toxicity_limit)}, efficacy at least "
        f"{percent(own.least_efficacy)}, {counted_doses(proposal.doses)} from {proposal.names[0]} "
        f"to {proposal.names[-1]}, cohorts of {proposal.cohort_size}, at most "
        f"{proposal.most_patients} patients."
    )


def _method(design: Boin12) -> str:
    low, high = design.boundaries
    return (
        "Doses are given by BOIN12. Utilities of a patient's outcome are 100 for efficacy without "
        f"toxicity, {design.both:g} for both, {design.neither:g} for neither and 0 for toxicity "
        "without efficacy. The desirability of a dose is the posterior probability, under a "
        "uniform prior, that its mean utility is above "
        f"{design.benchmark:g}. When the share of patients at the current dose with a toxicity is "
        f"at least {high:.3f}, the next cohort is given the dose below. Otherwise it is given the "
        "most desirable of the current dose, the one below and, when the share is at most "
        f"{low:.3f} or fewer than {design.explore_until} patients have been given the current "
        "dose, the one above; of equally desirable doses the lowest."
    )


def _admissible(design: Boin12) -> str:
    return (
        "A dose is left out, with all above it, when its toxicity probability is above "
        f"{percent(design.toxicity_limit)} with a posterior probability over "
        f"{design.toxicity_cutoff:g}, and left out when its efficacy probability is below "
        f"{percent(design.least_efficacy)} with a posterior probability over "
        f"{design.efficacy_cutoff:g}. When none of the doses to choose from is left, the trial "
        "stops and no dose is selected."
    )


def _rules(design: Boin12) -> str:
    said = [
        f"Patients are treated in cohorts of {design.cohort}.",
        f"At most {design.most_patients} patients are treated.",
    ]
    if design.patients_at_dose is not None:
        said.append(f"The trial stops when a dose has {design.patients_at_dose} patients.")
    if design.extra_exploration is not None:
        said.append(
            f"With {design.extra_exploration} patients at the current dose, and no need to "
            "de-escalate, the dose above follows if it was never given and is not left out."
        )
    said.append(
        "At the end the dose with the highest posterior mean utility is selected, of those given "
        "and not left out, up to the one whose isotonic estimate of toxicity is nearest to the "
        "limit."
    )
    return " ".join(said)


def _course(proposal: DosingProposal) -> str:
    accrual, most = proposal.accrual, proposal.most_patients
    cohorts = -(-most // proposal.cohort_size)
    longest = accrual.expected(float(most), float(cohorts))
    return (
        f"With {accrual.rate:g} eligible patients a month and an assessment of both outcomes of "
        f"{months(accrual.window)}, a cohort opening when the former one has been assessed, a "
        f"trial of {most} patients in {cohorts} cohorts is expected to take {longest:.1f} months."
    )
