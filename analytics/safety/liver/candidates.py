"""Who is a biochemical candidate for Hy's law, and which rule excludes the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from analytics.checks import require
from analytics.safety.liver.criteria import LiverCriteria
from analytics.safety.liver.pattern import injury_class, r_value
from analytics.safety.liver.peaks import TESTS, LiverPeaks

STATUSES: Mapping[str, str] = MappingProxyType(
    {
        "candidate": "Candidate",
        "alp_unknown": "ALP unknown",
        "excluded_timing": "Excluded: window",
        "excluded_alp": "Excluded: ALP",
        "excluded_both": "Excluded: window and ALP",
    }
)
"""What becomes of a subject in the Hy's law quadrant. ALP that is unknown settles nothing."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LiverCandidates:
    """Subjects outside the normal quadrant, and what became of those in the Hy's law one.

    Parameters
    ----------
    criteria : LiverCriteria
    table : DataFrame
        The columns of `LiverPeaks.in_quadrants`, and: `r`, `r_class`, `nr` (at the peaks, with
        the ALP of that time), and in the Hy's law quadrant `at_elevated_day`,
        `tbl_elevated_day`, `days_between` (bilirubin after aminotransferase; negative before),
        `alp_at_elevation` and `status`, one of `STATUSES`, "" elsewhere.
    """

    criteria: LiverCriteria
    table: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """The table, those in the Hy's law quadrant first."""
        order = {status: place for place, status in enumerate([*STATUSES, ""])}
        ranks = self.table["status"].map(order)
        by = self.table.assign(_rank=ranks).sort_values(["_rank", "at"], ascending=[True, False])
        return by.drop(columns="_rank").reset_index(drop=True)

    def of_status(self, *statuses: str) -> pd.DataFrame:
        """The subjects of these statuses."""
        return self.table[self.table["status"].isin(statuses)]


def find_candidates(
    peaks: LiverPeaks, results: pd.DataFrame, criteria: LiverCriteria | None = None
) -> LiverCandidates:
    """Judge every subject outside the normal quadrant.

    The window is looked at from each elevated aminotransferase; the earliest one with elevated
    bilirubin in its window counts, and ALP is that of its day. Without one in its window the
    two elevations nearest to each other are shown, and the window excludes the subject.

    Parameters
    ----------
    peaks : LiverPeaks
    results : DataFrame
        `subject`, `test`, `day`, `multiple`: the results of those subjects at least.
    criteria : LiverCriteria, optional

    Examples
    --------
    >>> results = pd.DataFrame(
    ...     {"subject": "S1", "test": ["alt", "alp", "tbl"], "day": [8, 8, 15],
    ...      "multiple": [8.0, 1.1, 3.1]}
    ... )
    >>> peaks = LiverPeaks.from_results(results, arms={"S1": "Active"})
    >>> found = find_candidates(peaks, results).to_frame().iloc[0]
    >>> found["status"], round(float(found["r"]), 4), found["r_class"], int(found["days_between"])
    ('candidate', 7.2727, 'hepatocellular', 7)
    """
    criteria = criteria or LiverCriteria()
    unknown = sorted(set(results["test"]) - set(TESTS))
    require(not unknown, f"a test is one of {TESTS}", test=unknown)
    table = peaks.in_quadrants(criteria)
    table = table[table["quadrant"].notna() & (table["quadrant"] != "normal")]
    table = _with_pattern(table.reset_index(drop=True), results, criteria)
    elevated = _elevations(table, results, criteria)
    table = table.merge(elevated, on="subject", how="left")
    return LiverCandidates(criteria=criteria, table=table.assign(status=_status(table, criteria)))


def _with_pattern(
    table: pd.DataFrame, results: pd.DataFrame, criteria: LiverCriteria
) -> pd.DataFrame:
    """R at the peak of ALT, nR at the peak of ALT or AST, each with the ALP of that time."""
    r = r_value(table["alt"], _alp_at(table["subject"], table["alt_day"], results, criteria))
    nr = r_value(table["at"], _alp_at(table["subject"], table["at_day"], results, criteria))
    return table.assign(r=r, r_class=injury_class(r), nr=nr)


def _alp_at(
    subjects: pd.Series, days: pd.Series, results: pd.DataFrame, criteria: LiverCriteria
) -> np.ndarray:
    """ALP of each subject at a day: the nearest, then the earlier, then the highest."""
    asked = pd.DataFrame({"subject": subjects.to_numpy(), "at": days.to_numpy(dtype=float)})
    alp = results.loc[results["test"] == "alp", ["subject", "day", "multiple"]]
    found = asked.reset_index().merge(alp, on="subject")
    found["away"] = (found["day"] - found["at"]).abs()
    found = found[found["away"] <= criteria.alp_days]
    found = found.sort_values(["away", "day", "multiple"], ascending=[True, True, False])
    nearest = found.drop_duplicates("index").set_index("index")["multiple"]
    taken: np.ndarray = nearest.reindex(asked.index).to_numpy(dtype=float)
    return taken


def _elevations(
    table: pd.DataFrame, results: pd.DataFrame, criteria: LiverCriteria
) -> pd.DataFrame:
    """The pair of elevations that counts for each subject of the Hy's law quadrant."""
    both = table.loc[table["quadrant"] == "hys_law_range", "subject"]
    own = results[results["subject"].isin(both)]
    at = own[own["test"].isin(["alt", "ast"]) & (own["multiple"] >= criteria.aminotransferase)]
    tbl = own[(own["test"] == "tbl") & (own["multiple"] > criteria.bilirubin)]
    pairs = at[["subject", "day"]].merge(
        tbl[["subject", "day"]], on="subject", suffixes=("_at", "_tbl")
    )
    pairs = pairs.rename(columns={"day_at": "at_elevated_day", "day_tbl": "tbl_elevated_day"})
    gap = (pairs["tbl_elevated_day"] - pairs["at_elevated_day"]).astype(float)
    least = 0 if criteria.order == "after" else -criteria.window_days
    within = gap.between(least, criteria.window_days)
    # Of those in the window the earliest aminotransferase; else whatever lies nearest.
    first = pairs["at_elevated_day"].where(within, 0)
    pairs = pairs.assign(days_between=gap, outside=~within, first=first, away=gap.abs())
    pairs = pairs.sort_values(["outside", "first", "away"]).drop_duplicates("subject")
    taken = _alp_at(pairs["subject"], pairs["at_elevated_day"], results, criteria)
    return pairs.drop(columns=["first", "away"]).assign(alp_at_elevation=taken)


def _status(table: pd.DataFrame, criteria: LiverCriteria) -> np.ndarray:
    alp = table["alp_at_elevation" if criteria.alp_taken == "elevation" else "alp"]
    in_range = table["quadrant"] == "hys_law_range"
    outside = table["outside"].eq(True)
    high = alp >= criteria.alkaline_phosphatase
    conditions = [~in_range, outside & high, outside, high, alp.isna()]
    names = ["", "excluded_both", "excluded_timing", "excluded_alp", "alp_unknown"]
    return np.select(conditions, names, default="candidate")
