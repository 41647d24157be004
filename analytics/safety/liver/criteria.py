"""The cuts, the window and the ALP rule by which liver tests are judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analytics.checks import require

Order = Literal["after", "either"]
AlpTaken = Literal["elevation", "peak"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiverCriteria:
    """When a subject is a biochemical candidate for Hy's law.

    An aminotransferase (ALT or AST) at or above its cut, total bilirubin above its cut within
    the window, and alkaline phosphatase (ALP) below its cut: no initial cholestasis. All cuts
    are multiples of the upper limit of normal (ULN) of the result itself. Laboratory values
    make a candidate and never a case: other causes are left to clinical judgement.

    Parameters
    ----------
    aminotransferase : float
        ALT or AST is elevated at or above this multiple.
    bilirubin : float
        Total bilirubin is elevated above this multiple, not at it.
    alkaline_phosphatase : float
        The ALP rule is met below this multiple.
    window_days : int
        Most days between an elevated aminotransferase and elevated bilirubin.
    order : {"after", "either"}
        Whether bilirubin must be elevated on the day of the aminotransferase or after it, or
        may be so before as well.
    alp_taken : {"elevation", "peak"}
        ALP at the aminotransferase elevation (no *initial* cholestasis), or at its highest.
    alp_days : int
        ALP counts as measured at a day when it was so at most this many days away.

    References
    ----------
    FDA (2009), Drug-Induced Liver Injury: Premarketing Clinical Evaluation, for the multiples and
    the rule on ALP. The guidance states no window; 30 days is a default, to be set.

    Examples
    --------
    >>> LiverCriteria(window_days=14).sentence()
    'ALT or AST ≥ 3 × ULN, then total bilirubin > 2 × ULN within 14 days, ALP < 2 × ULN at that \
elevation of ALT or AST'
    """

    aminotransferase: float = 3.0
    bilirubin: float = 2.0
    alkaline_phosphatase: float = 2.0
    window_days: int = 30
    order: Order = "after"
    alp_taken: AlpTaken = "elevation"
    alp_days: int = 7

    def __post_init__(self) -> None:
        for name in ("aminotransferase", "bilirubin", "alkaline_phosphatase"):
            cut = getattr(self, name)
            require(0 < cut <= 1000, f"0 < {name} <= 1000", **{name: cut})
        for name in ("window_days", "alp_days"):
            require(getattr(self, name) >= 0, f"{name} >= 0", **{name: getattr(self, name)})
        require(self.order in ("after", "either"), "order is after or either", order=self.order)
        require(
            self.alp_taken in ("elevation", "peak"),
            "alp_taken is elevation or peak",
            alp_taken=self.alp_taken,
        )

    def sentence(self) -> str:
        """The criteria as a sentence, for notes."""
        then = "then" if self.order == "after" else "with"
        away = "within" if self.order == "after" else "at most"
        apart = "" if self.order == "after" else " before or after"
        at_peak = self.alp_taken == "peak"
        taken = "at its peak" if at_peak else "at that elevation of ALT or AST"
        return (
            f"ALT or AST ≥ {self.aminotransferase:g} × ULN, {then} total bilirubin > "
            f"{self.bilirubin:g} × ULN {away} {self.window_days} days{apart}, "
            f"ALP < {self.alkaline_phosphatase:g} × ULN {taken}"
        )
