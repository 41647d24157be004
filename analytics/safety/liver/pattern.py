"""The pattern of a liver injury: R, the ratio of ALT to ALP in multiples of their limits."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

HEPATOCELLULAR, CHOLESTATIC = 5.0, 2.0


def r_value(alt: npt.ArrayLike, alp: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """R = (ALT / its ULN) / (ALP / its ULN); missing where one is, or ALP is 0.

    With the higher of ALT and AST in place of ALT this is nR, the new R.

    Parameters
    ----------
    alt, alp : array-like
        In multiples of the ULN, measured at the same time.

    References
    ----------
    Danan, Benichou (1993), J Clin Epidemiol 46:1323-30. For nR: Robles-Diaz et al. (2014),
    Gastroenterology 147:109-118.

    Examples
    --------
    >>> r_value([8.0, 5.0], [1.1, 1.0]).round(4).tolist()
    [7.2727, 5.0]
    """
    above, below = np.asarray(alt, dtype=float), np.asarray(alp, dtype=float)
    usable = np.where(below > 0, below, np.nan)
    ratio: npt.NDArray[np.float64] = above / usable
    return ratio


def injury_class(r: npt.ArrayLike) -> npt.NDArray[np.object_]:
    """Hepatocellular (R at least 5), cholestatic (at most 2) or mixed; None without R.

    Examples
    --------
    >>> injury_class([5.0, 3.0, 2.0, float("nan")]).tolist()
    ['hepatocellular', 'mixed', 'cholestatic', None]
    """
    ratio = np.round(np.asarray(r, dtype=float), 10)  # exactly 5 times is 5
    found = np.full(ratio.shape, "mixed", dtype=object)
    found[ratio >= HEPATOCELLULAR] = "hepatocellular"
    found[ratio <= CHOLESTATIC] = "cholestatic"
    found[np.isnan(ratio)] = None
    return found
