"""What if sites were added, closed, delayed or faster: each a new value of `Sites`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analytics.checks import require
from analytics.enrolment.sites import Sites


def add_sites(sites: Sites, planned_months: Any, **columns: Any) -> Sites:
    """More sites, which open from now on.

    Parameters
    ----------
    sites : Sites
    planned_months : array-like
        Of each new site, not before now.
    **columns
        Further columns of `Sites`, such as `country`, `cap` or `pace`; names are made when
        `site` is not among them.

    Examples
    --------
    >>> add_sites(Sites.planned([0, 1]), [4, 5], country="France").names
    ('Site 1', 'Site 2', 'Added 1', 'Added 2')
    """
    opens = np.atleast_1d(np.asarray(planned_months, dtype=float))
    ahead = bool((opens >= sites.now).all())
    require(ahead, "new sites open from now on", planned_months=opens.tolist(), now=sites.now)
    before = sum(name.startswith("Added ") for name in sites.names)
    names = [f"Added {before + i}" for i in range(1, opens.size + 1)]
    added = Sites.of({"site": names, "planned_month": opens, **columns}, now=sites.now)
    table = pd.concat([sites.table, added.table], ignore_index=True)
    return Sites(table=table, now=sites.now)


def close_sites(
    sites: Sites, month: float, *, names: tuple[str, ...] | None = None, country: str | None = None
) -> Sites:
    """Sites, of these names or of a country, stop enrolling at a month from now on.

    Those that would open later never do; those that close earlier still do.

    Examples
    --------
    >>> close_sites(Sites.planned([0, 6]), 4, names=("Site 1",)).closing_months.tolist()
    [4.0, inf]
    """
    require(month >= sites.now, "month >= now", month=month, now=sites.now)
    _require_some(names, country)
    chosen = sites.chosen(sites=names, country=country)
    closed = np.fmin(sites.column("closed_month"), float(month))
    closed = np.fmax(closed, sites.opening_months)
    return _with(sites, "closed_month", np.where(chosen, closed, sites.column("closed_month")))


def delay_sites(
    sites: Sites, months: float, *, names: tuple[str, ...] | None = None, country: str | None = None
) -> Sites:
    """Sites that are not open yet open later, or earlier with months < 0, but not before now.

    Closures stay where they are, or move to the opening when that is later.

    Parameters
    ----------
    sites : Sites
    months : float
        Added to when each would open.
    names, country : tuple of str, str, optional
        Which ones; all when neither is given.

    Examples
    --------
    >>> delay_sites(Sites.planned([0, 6]), 2).opening_months.tolist()
    [2.0, 8.0]
    """
    require(bool(np.isfinite(months)), "months is finite", months=months)
    ahead = sites.table["activated_month"].isna().to_numpy()
    chosen = sites.chosen(sites=names, country=country) & ahead
    opens = np.fmax(sites.opening_months + months, sites.now)
    moved = np.where(chosen, opens, sites.column("planned_month"))
    closed = sites.column("closed_month")
    late = chosen & (closed < opens)
    table = sites.table.assign(planned_month=moved, closed_month=np.where(late, opens, closed))
    return Sites(table=table, now=sites.now)


def multiply_rates(
    sites: Sites, factor: float, *, names: tuple[str, ...] | None = None, country: str | None = None
) -> Sites:
    """Sites enrol `factor` times as fast from now on; all of them when none are named.

    Examples
    --------
    >>> multiply_rates(Sites.planned([0, 6]), 1.5, names=("Site 2",)).column("pace").tolist()
    [1.0, 1.5]
    """
    require(0 < factor < np.inf, "factor > 0", factor=factor)
    chosen = sites.chosen(sites=names, country=country)
    pace = sites.column("pace")
    return _with(sites, "pace", np.where(chosen, pace * factor, pace))


def cap_sites(
    sites: Sites, cap: float, *, names: tuple[str, ...] | None = None, country: str | None = None
) -> Sites:
    """Sites randomise at most `cap` patients each, but not fewer than they have.

    Examples
    --------
    >>> cap_sites(Sites.planned([0, 6]), 12).column("cap").tolist()
    [12.0, 12.0]
    """
    require(0 <= cap < np.inf, "cap >= 0", cap=cap)
    chosen = sites.chosen(sites=names, country=country)
    most = np.fmax(float(cap), sites.column("randomised"))
    return _with(sites, "cap", np.where(chosen, most, sites.column("cap")))


def _require_some(names: tuple[str, ...] | None, country: str | None) -> None:
    some = names is not None or country is not None
    require(some, "names or a country are given", names=names, country=country)


def _with(sites: Sites, column: str, values: Any) -> Sites:
    return Sites(table=sites.table.assign(**{column: values}), now=sites.now)
