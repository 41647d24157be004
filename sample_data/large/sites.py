"""The 400 sites of EQX-LARGE: where, how many subjects each recruits, and how it reports."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sample_data.hazards import Floats
from sample_data.large.draws import Draws
from sample_data.large.protocol import ACTIVATION_MONTHS, DAYS_A_MONTH, SITES

# country, region, number of sites
_COUNTRIES = (
    ("USA", "North America", 88), ("CAN", "North America", 22),
    ("DEU", "Europe", 36), ("FRA", "Europe", 32), ("GBR", "Europe", 28), ("ESP", "Europe", 24),
    ("ITA", "Europe", 24), ("POL", "Europe", 20), ("NLD", "Europe", 12), ("CZE", "Europe", 10),
    ("JPN", "Asia-Pacific", 32), ("KOR", "Asia-Pacific", 20), ("AUS", "Asia-Pacific", 16),
    ("BRA", "Latin America", 20), ("ARG", "Latin America", 10), ("CHL", "Latin America", 6),
)  # fmt: skip
COUNTRIES = tuple(country for country, _, _ in _COUNTRIES)
REGIONS = tuple(dict.fromkeys(region for _, region, _ in _COUNTRIES))

_SIZE_SD, _REPORTING_SD = 0.7, 0.25  # of the logarithms


@dataclass(frozen=True, slots=True, kw_only=True)
class Sites:
    """One value per site, in order of SITEID.

    Attributes
    ----------
    names : tuple of str
        SITEID.
    country, region : array
        Positions in `COUNTRIES` and `REGIONS`.
    size : array
        Subjects that the site randomises.
    first : array
        Row of its first subject.
    opened : array
        Day of activation, counted from the start of accrual.
    reporting : array
        Factor on the rate at which it reports adverse events.
    """

    names: tuple[str, ...]
    country: NDArray[np.int64]
    region: NDArray[np.int64]
    size: NDArray[np.int64]
    first: NDArray[np.int64]
    opened: Floats
    reporting: Floats

    def of_rows(self, first: int, last: int) -> NDArray[np.int64]:
        """The site of each of these subjects."""
        return np.searchsorted(self.first, np.arange(first, last), side="right") - 1


def draw_sites(seed: int, subjects: int) -> Sites:
    """The sites of a study with that many subjects.

    Examples
    --------
    >>> sites = draw_sites(1, 10_000)
    >>> len(sites.names), int(sites.size.sum()), sites.names[0], sites.names[-1]
    (400, 10000, '1101', '2606')
    """
    draws = Draws(seed=seed, first=0, last=SITES)
    country = np.repeat(np.arange(len(_COUNTRIES)), [sites for _, _, sites in _COUNTRIES])
    number = np.concatenate([np.arange(1, sites + 1) for _, _, sites in _COUNTRIES])
    region = np.array([REGIONS.index(name) for _, name, _ in _COUNTRIES])
    weight = np.exp(_SIZE_SD * draws.normal("sites: size"))
    share_up_to = np.cumsum(weight) / weight.sum()
    last = np.rint(share_up_to * subjects).astype(np.int64)
    first = np.concatenate([[0], last[:-1]])
    return Sites(
        names=tuple(f"{11 + c}{n:02d}" for c, n in zip(country, number, strict=True)),
        country=country,
        region=region[country],
        size=last - first,
        first=first,
        opened=draws.uniform("sites: opened") * ACTIVATION_MONTHS * DAYS_A_MONTH,
        reporting=np.exp(_REPORTING_SD * draws.normal("sites: reporting")),
    )
