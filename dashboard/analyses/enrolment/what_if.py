"""What if sites or countries were added, closed, delayed or faster."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from analytics.checks import require
from analytics.enrolment import (
    Sites,
    add_sites,
    close_sites,
    delay_sites,
    expected_costs,
    multiply_rates,
)
from analytics.results import Result, registered
from dashboard.analyses.enrolment.forecast import RecruitmentAnalysis, RecruitmentAnswer
from dashboard.analyses.enrolment.recruited import Recruitment
from queries.store import Store

Change = Literal["add", "close", "delay", "pace"]
CHANGES: tuple[Change, ...] = ("add", "close", "delay", "pace")
MOST_ADDED, MOST_CHANGES = 500, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteChange:
    """One change of the sites, after the day on which the forecast is made.

    Parameters
    ----------
    kind : {"add", "close", "delay", "pace"}
    sites : tuple of str
        Which ones; empty for those of the country.
    country : str, optional
        Whose sites, or where new ones are; None for all sites, or for new ones anywhere.
    number : int
        Of new sites, 1 to 500.
    day : date, optional
        On which new sites open, or sites close.
    months : float
        By which sites that are not open yet are delayed; below 0 they open earlier.
    factor : float
        By which rates are multiplied, above 0 and at most 10.

    Examples
    --------
    >>> SiteChange(kind="close", country="FRA", day=datetime.date(2026, 4, 1)).sentence
    'Close the sites in FRA on 2026-04-01.'
    """

    kind: Change
    sites: tuple[str, ...] = ()
    country: str | None = None
    number: int = 1
    day: datetime.date | None = None
    months: float = 0.0
    factor: float = 1.0

    def __post_init__(self) -> None:
        require(self.kind in CHANGES, f"kind in {CHANGES}", kind=self.kind)
        some = 1 <= self.number <= MOST_ADDED
        require(some, f"1 <= number of new sites <= {MOST_ADDED}", number=self.number)
        require(-60 <= self.months <= 60, "-60 <= months of delay <= 60", months=self.months)
        require(0 < self.factor <= 10, "0 < factor <= 10", factor=self.factor)
        dated = self.kind not in ("add", "close") or self.day is not None
        require(dated, "new sites open, and sites close, on a day", day=self.day)

    @property
    def sentence(self) -> str:
        """The change in words."""
        if self.kind == "add":
            sites = "1 site" if self.number == 1 else f"{self.number:,} sites"
            where = f" in {self.country}" if self.country else ""
            return f"Add {sites}{where} on {self.day}."
        if self.sites:
            which = ("site " if len(self.sites) == 1 else "sites ") + ", ".join(self.sites)
        else:
            which = f"the sites in {self.country}" if self.country else "all sites"
        if self.kind == "close":
            return f"Close {which} on {self.day}."
        if self.kind == "delay":
            way = "later" if self.months >= 0 else "earlier"
            return f"Open {which} {abs(self.months):g} months {way}, where not open yet."
        return f"Let {which} enrol {self.factor:g} times as fast."

    def apply(self, sites: Sites, found: Recruitment) -> Sites:
        """The sites after the change; new ones cost as those with costs do on average.

        Raises
        ------
        InputError
            For a day that is not after the forecast, and for sites or a country that are not there.
        """
        names = self.sites or None
        country = None if names else self.country
        if names is None and country is None and self.kind != "add":
            names = sites.names
        if self.kind == "delay":
            return delay_sites(sites, self.months, names=names, country=country)
        if self.kind == "pace":
            return multiply_rates(sites, self.factor, names=names, country=country)
        assert self.day is not None
        month = found.month_of(self.day - datetime.timedelta(days=1))
        after = found.day_of(sites.now)
        require(
            month >= sites.now - 1e-9, f"the day is after {after}, that of the forecast",
            day=str(self.day),
        )  # fmt: skip
        month = max(month, sites.now)
        if self.kind == "close":
            return close_sites(sites, month, names=names, country=country)
        costs = {name: _typical(sites, name) for name in ("cost_per_site", "cost_per_patient")}
        return add_sites(sites, [month] * self.number, country=self.country or "", **costs)


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfAnalysis:
    """A forecast, and the same one after changes of the sites.

    Parameters
    ----------
    recruitment : RecruitmentAnalysis
    changes : tuple of SiteChange
        In order; at most 20.

    Examples
    --------
    >>> more = SiteChange(kind="add", number=4, day=datetime.date(2024, 6, 1))
    >>> asked = WhatIfAnalysis(recruitment=RecruitmentAnalysis(target=40), changes=(more,))
    >>> answer = asked.run(store)
    >>> answer.after.target_day(0.5) < answer.before.target_day(0.5)
    True
    """

    recruitment: RecruitmentAnalysis
    changes: tuple[SiteChange, ...]

    def __post_init__(self) -> None:
        few = len(self.changes) <= MOST_CHANGES
        require(few, f"at most {MOST_CHANGES} changes", changes=len(self.changes))

    def run(self, store: Store) -> WhatIfAnswer:
        """Forecast, change the sites, forecast again with the same distribution of rates."""
        before = self.recruitment.run(store)
        sites = before.model.sites
        for change in self.changes:
            sites = change.apply(sites, before.recruitment)
        after = RecruitmentAnswer.of(
            replace(before.model, sites=sites),
            before.recruitment,
            known_on=before.known_on,
            rates=before.rates,
            target=before.target,
        )
        return WhatIfAnswer(before=before, after=after, changes=self.sentences)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The changes in words."""
        return tuple(one.sentence for one in self.changes)


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WhatIfAnswer(Result):
    """Before and after.

    Parameters
    ----------
    before, after : RecruitmentAnswer
    changes : tuple of str
        In words.
    """

    before: RecruitmentAnswer
    after: RecruitmentAnswer
    changes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row each for "before" and "after": `sites`, the day of the target by which it is
        reached with 5, 50 and 95 %, and the expected `cost` until then (NaN without costs)."""
        return pd.DataFrame(
            [
                {
                    "which": which,
                    "sites": len(one.model.sites.names),
                    "early": one.target_day(0.05),
                    "median": one.target_day(0.5),
                    "late": one.target_day(0.95),
                    "cost": _cost(one),
                }
                for which, one in (("before", self.before), ("after", self.after))
            ]
        )


def _typical(sites: Sites, name: str) -> float:
    """The mean of a cost over the sites that state it."""
    stated = sites.column(name)
    return float(stated[stated > 0].mean()) if (stated > 0).any() else 0.0


def _cost(answer: RecruitmentAnswer) -> float:
    """Until the median day of the target, in the currency of the plan."""
    sites = answer.model.sites
    priced = sites.column("cost_per_site").any() or sites.column("cost_per_patient").any()
    month = answer.reached.quantile(0.5) if answer.reached is not None else float("inf")
    if not priced or month == float("inf"):
        return float("nan")
    return float(expected_costs(answer.model, [month]).table["cost"].iloc[0])
