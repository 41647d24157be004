"""What a Table 1 shows."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.baseline.level_table import DENOMINATORS
from analytics.baseline.samples import QUARTILES
from analytics.checks import require
from analytics.results import Result, registered


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TableOptions(Result):
    """What a Table 1 shows.

    Parameters
    ----------
    overall : str
        Name of a column for all groups together; "" for none.
    quartiles : {7, 2}
        Their definition, see `quartiles`.
    denominator : {"with value", "all"}
        What percentages are of, see `describe_levels`.
    differences : bool
        Whether standardised differences are computed.
    missing_as_level : bool
        Whether a missing level counts as one in them.
    p_values : bool
        Whether tests are made; their p-values are exploratory.

    Examples
    --------
    >>> TableOptions(differences=True).quartiles
    7
    """

    overall: str = ""
    quartiles: int = 7
    denominator: str = "with value"
    differences: bool = False
    missing_as_level: bool = False
    p_values: bool = False

    def __post_init__(self) -> None:
        rule = f"quartiles in {tuple(QUARTILES)}"
        require(self.quartiles in QUARTILES, rule, quartiles=self.quartiles)
        rule = f"denominator in {DENOMINATORS}"
        require(self.denominator in DENOMINATORS, rule, denominator=self.denominator)
