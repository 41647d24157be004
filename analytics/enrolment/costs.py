"""What enrolment is expected to cost by a month: sites that have opened, and patients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analytics.enrolment.forecast import checked_months
from analytics.enrolment.model import EnrolmentModel, SitePosteriors
from analytics.results import Result, registered, require_columns

COST_COLUMNS = ("month", "sites_opened", "patients", "cost_of_sites", "cost_of_patients", "cost")


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EnrolmentCosts(Result):
    """Expected costs, in the currency of the sites.

    Parameters
    ----------
    model : EnrolmentModel
        What they rest on.
    table : pandas.DataFrame
        Columns `COST_COLUMNS`, one row per month: sites that have opened by then, closed ones too;
        expected patients randomised; and what both cost.
    """

    model: EnrolmentModel
    table: pd.DataFrame

    def __post_init__(self) -> None:
        require_columns(self.table, COST_COLUMNS, "one row per month")

    def to_frame(self) -> pd.DataFrame:
        """The table."""
        return self.table.copy()


def expected_costs(model: EnrolmentModel, months: ArrayLike) -> EnrolmentCosts:
    """Costs of the sites opened and the patients expected by each month.

    Caps of sites are not taken into account. A site that closes when it would open costs nothing.

    Parameters
    ----------
    model : EnrolmentModel
    months : array-like
        Months since the start of the study, rising, not before now.

    Examples
    --------
    >>> from analytics.enrolment import RatePrior, Sites
    >>> sites = Sites.of({"site": ["A", "B"], "planned_month": [0, 6],
    ...                   "cost_per_site": 10_000, "cost_per_patient": 500}, now=0)
    >>> model = EnrolmentModel(sites=sites, prior=RatePrior.gamma(shape=1, mean=2))
    >>> expected_costs(model, [3, 12]).table["cost"].tolist()
    [13000.0, 38000.0]
    """
    grid, sites, posteriors = checked_months(model, months), model.sites, SitePosteriors.of(model)
    opens = sites.opening_months
    real = (sites.closing_months > opens) | sites.table["activated_month"].notna().to_numpy()
    rows = []
    for month in grid:
        opened = real & (opens <= month)
        patients = sites.column("randomised") + posteriors.expected_by(month)
        spent = (
            float(sites.column("cost_per_site") @ opened),
            float(sites.column("cost_per_patient") @ patients),
        )
        rows.append((month, int(np.sum(opened)), float(patients.sum()), *spent, sum(spent)))
    return EnrolmentCosts(model=model, table=pd.DataFrame(rows, columns=list(COST_COLUMNS)))
