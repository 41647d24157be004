"""How many subjects reached which multiple of a limit: the standard table of liver tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analytics.safety.liver.peaks import LiverPeaks


@dataclass(frozen=True, slots=True, kw_only=True)
class Elevation:
    """One row of the table.

    Parameters
    ----------
    name : str
        As the table prints it.
    tests : tuple of str
        Whose peaks it looks at; N are the subjects who have all of them. "at" is the higher
        one of ALT and AST.
    at_least, above, below : tuple of (str, float)
        Every named peak at or above, above, or below the multiple.

    Examples
    --------
    >>> Elevation(name="ALT ≥ 3 × ULN", at_least=(("alt", 3),)).tests
    ('alt',)
    """

    name: str
    at_least: tuple[tuple[str, float], ...] = ()
    above: tuple[tuple[str, float], ...] = ()
    below: tuple[tuple[str, float], ...] = ()

    @property
    def tests(self) -> tuple[str, ...]:
        """The peaks that a subject must have to be counted in N."""
        return tuple(test for test, _ in (*self.at_least, *self.above, *self.below))

    def reached(self, peaks: pd.DataFrame) -> pd.Series:
        """Whether each subject meets it; `peaks` as `LiverPeaks.to_frame` gives them."""
        met = pd.Series(True, index=peaks.index)
        for test, cut in self.at_least:
            met &= peaks[test] >= cut
        for test, cut in self.above:
            met &= peaks[test] > cut
        for test, cut in self.below:
            met &= peaks[test] < cut
        return met


_TIMES = "× ULN"
_BOTH = (("ALT", "alt"), ("AST", "ast"), ("ALT or AST", "at"))
ELEVATIONS: tuple[Elevation, ...] = (
    *(
        Elevation(name=f"{name} ≥ {cut} {_TIMES}", at_least=((test, cut),))
        for name, test in _BOTH
        for cut in (3, 5, 10, 20)
    ),
    *(
        Elevation(name=f"Total bilirubin > {cut:g} {_TIMES}", above=(("tbl", cut),))
        for cut in (1.5, 2)
    ),
    *(Elevation(name=f"ALP > {cut:g} {_TIMES}", above=(("alp", cut),)) for cut in (1.5, 2, 3)),
    *(
        Elevation(
            name=f"ALT or AST ≥ {at} {_TIMES} and bilirubin > {tbl:g} {_TIMES}",
            at_least=(("at", at),),
            above=(("tbl", tbl),),
        )
        for at, tbl in ((3, 1.5), (3, 2), (5, 2), (10, 2))
    ),
    Elevation(
        name=f"ALT or AST ≥ 3 {_TIMES}, bilirubin > 2 {_TIMES} and ALP < 2 {_TIMES}",
        at_least=(("at", 3),),
        above=(("tbl", 2),),
        below=(("alp", 2),),
    ),
)
"""By peaks, whenever they were. Multiples as FDA (2009) counts them, and others in use."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LiverElevations:
    """Counts of subjects by arm.

    Parameters
    ----------
    table : DataFrame
        `elevation`, `arm`, `subjects` (those who reached it), `measured` (N: those with a
        result of every test that it looks at).

    Examples
    --------
    >>> results = pd.DataFrame(
    ...     {"subject": ["S1", "S2"], "test": "alt", "day": 8, "multiple": [3.0, 1.0]}
    ... )
    >>> peaks = LiverPeaks.from_results(results, arms={"S1": "A", "S2": "A", "S3": "A"})
    >>> LiverElevations.count(peaks, arms=["A"]).to_frame().head(1)
           elevation arm  subjects  measured
    0  ALT ≥ 3 × ULN   A         1         2
    """

    table: pd.DataFrame

    @classmethod
    def count(
        cls,
        peaks: LiverPeaks,
        *,
        arms: Sequence[str],
        elevations: Sequence[Elevation] = ELEVATIONS,
    ) -> LiverElevations:
        """Count the subjects of each arm."""
        table, rows = peaks.to_frame(), []
        for elevation in elevations:
            measured = table[list(elevation.tests)].notna().all(axis=1)
            met = elevation.reached(table) & measured
            for arm in arms:
                own = table["arm"] == arm
                counts = int((met & own).sum()), int((measured & own).sum())
                rows.append((elevation.name, arm, *counts))
        columns = ["elevation", "arm", "subjects", "measured"]
        return cls(table=pd.DataFrame(rows, columns=columns))

    def to_frame(self) -> pd.DataFrame:
        """The counts, one row an elevation and arm."""
        return self.table.copy()
