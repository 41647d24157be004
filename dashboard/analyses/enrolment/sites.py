"""How fast each site enrols, how many it screens in vain, and where it ranks; none of it raw."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analytics.checks import NotEstimableError
from analytics.enrolment import (
    SiteFailures,
    SiteRanking,
    SiteRates,
    estimate_site_failures,
    estimate_site_rates,
    rank_sites,
)
from analytics.results import Result, registered
from dashboard.analyses.enrolment.forecast import RecruitmentAnalysis, RecruitmentAnswer
from queries.store import Store

LEVEL = 0.9
TOP = 5
LEAST_FOR_RAW = 5
"""Subjects from which on a raw rate is drawn beside the estimate: fewer say next to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteAnalysis:
    """The sites as a forecast sees them.

    Parameters
    ----------
    recruitment : RecruitmentAnalysis
        Whose sites, known on which day; its target is not used.

    Examples
    --------
    >>> answer = SiteAnalysis(recruitment=RecruitmentAnalysis()).run(store)
    >>> answer.to_frame()[["site", "randomised", "lower_rank", "upper_rank"]].values.tolist()
    [['02', 4, 1, 2], ['01', 4, 1, 2]]
    """

    recruitment: RecruitmentAnalysis

    def run(self, store: Store) -> SiteAnswer:
        """Ask the store, fit, and estimate site by site."""
        answer = self.recruitment.run(store)
        sites, notes = answer.model.sites, []
        opened = int(sites.table["activated_month"].notna().sum())
        failures = None
        if answer.recruitment.screening:
            try:
                failures = estimate_site_failures(sites, level=LEVEL)
            except NotEstimableError as error:
                notes.append(str(error))
        return SiteAnswer(
            answer=answer,
            rates=estimate_site_rates(answer.model, level=LEVEL),
            ranking=rank_sites(answer.model, top=min(TOP, opened), level=LEVEL),
            failures=failures,
            notes=tuple(notes),
        )


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SiteAnswer(Result):
    """Estimates by site.

    Parameters
    ----------
    answer : RecruitmentAnswer
        The forecast whose sites these are.
    rates : SiteRates
    ranking : SiteRanking
        Of the sites that have opened.
    failures : SiteFailures or None
        None where screening was not collected, or nobody failed.
    notes : tuple of str
    """

    answer: RecruitmentAnswer
    rates: SiteRates
    ranking: SiteRanking
    failures: SiteFailures | None
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row per site, the smallest expected rank first: rate with its interval, rank with
        its interval, share of screening failures with its interval, `planned_on` and `open_since`.

        Raw rates are NaN for sites with fewer than 5 subjects.
        """
        ranks = self.ranking.table.drop(columns=["country", "rate"])
        table = self.rates.table.merge(ranks, on="site", how="left")
        few = table["randomised"] < LEAST_FOR_RAW
        table["raw_rate"] = table["raw_rate"].mask(few)
        sites, day_of = self.answer.model.sites, self.answer.recruitment.day_of
        for name, column in (("open_since", "activated_month"), ("planned_on", "planned_month")):
            days = [day_of(month) for month in sites.column(column)]
            table[name] = pd.Series(days, dtype=object)
        if self.failures is not None:
            own = self.failures.table[["site", "decided", "failed", "share", "lower", "upper"]]
            named = {"share": "failure", "lower": "failure_lower", "upper": "failure_upper"}
            table = table.merge(own.rename(columns=named), on="site", how="left")
        return table.sort_values(
            ["expected_rank", "rate", "site"], ascending=[True, False, True], ignore_index=True
        )
