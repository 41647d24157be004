"""The numbers of SAS XPORT files, written: IBM System/360 floating point, base 16."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_MISSING = np.uint64(0x2E << 56)  # a full stop, then zeros


def to_ibm(values: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """Doubles as rows of 8 bytes, to the last bit; NaN as the missing value `.`.

    Values are 0 or, absolute, between 16^-65 and 16^63; `xport_rules` sees to that.

    Examples
    --------
    >>> to_ibm(np.array([1.0, np.nan]))[:, :3].tolist()
    [[65, 16, 0], [46, 0, 0]]
    """
    missing = np.isnan(values)
    known = np.where(missing, 0.0, values)
    mantissa, exponent = np.frexp(np.abs(known))
    sixteens = -(-exponent // 4)
    # A double has 53 bits and the fraction takes 56, so that nothing is lost by the shift.
    fraction = np.ldexp(mantissa, exponent - 4 * sixteens + 56).astype(np.uint64)
    power = (sixteens + 64).astype(np.uint64) << np.uint64(56)
    sign = (known < 0).astype(np.uint64) << np.uint64(63)
    bits = np.where(fraction == 0, np.uint64(0), sign | power | fraction)
    bits = np.where(missing, _MISSING, bits)
    return bits.astype(">u8").view(np.uint8).reshape(-1, 8)
