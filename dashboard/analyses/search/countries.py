"""Countries as a search may use them: how fast their sites enrol, and how fast they were opened."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

import numpy as np
import pandas as pd

from analytics.checks import NotEstimableError
from analytics.enrolment import estimate_site_rates
from analytics.results import Result, registered, require_columns
from analytics.search import CountrySites
from analytics.survival.counts import DAYS
from dashboard.analyses.enrolment import RecruitmentAnalysis
from queries.store import Store

COUNTRY_COLUMNS = ("country", "sites", "randomised", "rate", "opened_month", "activated_per_month")


@dataclass(frozen=True, slots=True, kw_only=True)
class CountryAnalysis:
    """The countries of a study, from what their sites have enrolled.

    Parameters
    ----------
    recruitment : RecruitmentAnalysis
        Whose sites; its target is not used.

    Examples
    --------
    >>> answer = CountryAnalysis(recruitment=RecruitmentAnalysis()).run(store)
    >>> answer.table[["country", "sites", "randomised"]].values.tolist()
    [['DEU', 1, 4], ['FRA', 1, 4]]
    """

    recruitment: RecruitmentAnalysis

    def run(self, store: Store) -> Countries:
        """Ask the store, and estimate the rates of sites."""
        model = self.recruitment.run(store).model
        rates = estimate_site_rates(model).table
        opened = pd.Series(model.sites.column("activated_month"), name="opened")
        table = rates.assign(opened=opened).dropna(subset="opened")
        table = table[table["country"] != ""]
        if table.empty:
            raise NotEstimableError("No sites by country: countries were not collected (COUNTRY).")
        rows = [_row(str(name), group) for name, group in table.groupby("country", sort=True)]
        return Countries(table=pd.DataFrame(rows, columns=list(COUNTRY_COLUMNS)))


def _row(name: str, group: pd.DataFrame) -> tuple[object, ...]:
    """One country; its rate is the mean of those of its sites, each shrunken."""
    first, last = float(group["opened"].min()), float(group["opened"].max())
    pace = (len(group) - 1) / (last - first) if last > first else float(len(group))
    randomised = int(group["randomised"].sum())
    return (name, len(group), randomised, float(group["rate"].mean()), first, pace)


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Countries(Result):
    """What the sites of each country have shown.

    Parameters
    ----------
    table : DataFrame
        One row per country: sites that opened, subjects, subjects per site and month (mean of
        the shrunken rates), month of the first opening, sites opened per month.
    """

    table: pd.DataFrame

    def __post_init__(self) -> None:
        require_columns(self.table, COUNTRY_COLUMNS, "one row per country")

    def searched(
        self, *, share: tuple[float, float], hastened: float = 1.0, time_unit: str = "months"
    ) -> tuple[CountrySites, ...]:
        """The countries with ranges for a search.

        Parameters
        ----------
        share : (float, float)
            Fewest and most sites, as shares of those that the country had.
        hastened : float
            >= 1; sites are opened as fast as they were, up to so many times as fast.
        time_unit : str
            Of the assumptions that the search is about.

        Examples
        --------
        >>> countries = CountryAnalysis(recruitment=RecruitmentAnalysis()).run(store)
        >>> [(one.name, one.sites) for one in countries.searched(share=(0, 2))]
        [('DEU', (0, 2)), ('FRA', (0, 2))]
        """
        per = DAYS["months"] / DAYS[time_unit]
        begun = float(np.min(self.table["opened_month"]))
        return tuple(
            CountrySites(
                name=str(row.country),
                sites=(floor(share[0] * row.sites), ceil(share[1] * row.sites)),
                rate=float(row.rate) / per,
                opens=(float(row.opened_month) - begun) * per,
                activated_per_time=(
                    float(row.activated_per_month) / per,
                    float(row.activated_per_month) / per * hastened,
                ),
            )
            for row in self.table.itertuples(index=False)
        )

    def to_frame(self) -> pd.DataFrame:
        """The table."""
        return self.table.copy()
