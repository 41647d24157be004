"""The four quadrants of an eDISH plot."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from analytics.safety.liver.criteria import LiverCriteria

Quadrant = Literal["hys_law_range", "temples_corollary", "cholestasis", "normal"]
QUADRANTS: tuple[Quadrant, ...] = ("hys_law_range", "temples_corollary", "cholestasis", "normal")
"""In the order in which they worry."""


def quadrant_of(
    aminotransferase: npt.ArrayLike, bilirubin: npt.ArrayLike, criteria: LiverCriteria | None = None
) -> npt.NDArray[np.object_]:
    """The quadrant of each pair of peaks; None where one of the two is missing.

    Parameters
    ----------
    aminotransferase : array-like
        The higher of the peaks of ALT and AST, in multiples of the ULN.
    bilirubin : array-like
        The peak of total bilirubin, likewise.
    criteria : LiverCriteria, optional
        Whose cuts divide: aminotransferase at or above, bilirubin above.

    References
    ----------
    Senior (2014), Drug Safety 37(S1):S9-17.

    Examples
    --------
    >>> quadrant_of([8, 5, 1.8, 3, float("nan")], [3.1, 1.2, 3.0, 2.0, 1]).tolist()
    ['hys_law_range', 'temples_corollary', 'cholestasis', 'temples_corollary', None]
    """
    cuts = criteria or LiverCriteria()
    at, tbl = np.asarray(aminotransferase, dtype=float), np.asarray(bilirubin, dtype=float)
    right, above = at >= cuts.aminotransferase, tbl > cuts.bilirubin
    conditions = [np.isnan(at) | np.isnan(tbl), right & above, right, above]
    names = [None, "hys_law_range", "temples_corollary", "cholestasis"]
    found = np.full(at.shape, "normal", dtype=object)
    for condition, name in reversed(list(zip(conditions, names, strict=True))):
        found[condition] = name
    return found
