"""A forecast of enrolment as the accrual of a design."""

from __future__ import annotations

from dataclasses import replace

from analytics.design import Accrual
from analytics.survival.counts import DAYS
from dashboard.analyses.designs import DesignProposal
from dashboard.analyses.enrolment.forecast import RecruitmentAnswer

_SAID = ", accrual as forecast"


def with_forecast(proposal: DesignProposal, answer: RecruitmentAnswer) -> DesignProposal:
    """The proposal with subjects entering as they did and as they are forecast to, until the
    target, and with the sites of the forecast among its costs.

    Raises
    ------
    InputError
        As of `RecruitmentAnswer.accrual`.

    Examples
    --------
    >>> from dashboard.analyses.designs.proposal import usual_proposal
    >>> from dashboard.analyses.enrolment import RecruitmentAnalysis
    >>> answer = RecruitmentAnalysis(target=40).run(store)
    >>> round(with_forecast(usual_proposal(), answer).assumptions.accrual.subjects)
    40
    """
    found, assumed = answer.accrual(), proposal.assumptions
    per = DAYS["months"] / DAYS[assumed.time_unit]
    accrual = Accrual(
        ends=tuple(end * per for end in found.ends),
        rates=tuple(rate / per for rate in found.rates),
        log_std_err=found.log_std_err,
    )
    before = proposal.origin.split(_SAID)[0] or "Assumptions as entered"
    return replace(
        proposal,
        assumptions=replace(assumed, accrual=accrual),
        costs=replace(proposal.costs, sites=len(answer.model.sites.names)),
        origin=f"{before}{_SAID} on {answer.known_on}",
    )
