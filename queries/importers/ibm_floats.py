"""The numbers of SAS XPORT files: IBM System/360 floating point, base 16."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

# A missing value is one byte out of `.`, `_`, `A` to `Z`, then zeros.
_MISSING = np.zeros(256, dtype=bool)
_MISSING[[0x2E, 0x5F, *range(0x41, 0x5B)]] = True


def from_ibm(raw: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """Rows of 2 to 8 bytes as doubles; all of SAS's missing values as NaN.

    SAS tells 28 kinds of missing value apart; here they are one.

    Examples
    --------
    >>> one, missing = [0x41, 0x10, 0, 0, 0, 0, 0, 0], [0x2E, 0, 0, 0, 0, 0, 0, 0]
    >>> from_ibm(np.array([one, missing], dtype=np.uint8))
    array([ 1., nan])
    """
    padded = np.zeros((len(raw), 8), dtype=np.uint8)
    padded[:, : raw.shape[1]] = raw
    bits = padded.view(">u8").ravel().astype(np.uint64)
    fraction = (bits & np.uint64(0x00FF_FFFF_FFFF_FFFF)).astype(np.float64)
    exponent = padded[:, 0].astype(np.int32) & 0x7F
    values = np.ldexp(fraction, 4 * (exponent - 64) - 56)
    values = np.where(padded[:, 0] & 0x80, -values, values)
    missing = _MISSING[padded[:, 0]] & (fraction == 0)
    return np.where(missing, np.nan, values)
