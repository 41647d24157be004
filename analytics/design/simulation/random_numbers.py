"""Random numbers by position: the i-th number of replication k of a seed is the same everywhere.

A number is a bijective mixture of a counter (SplitMix64), so that replications may be made in any
order and on any number of threads. Each replication owns 2^24 counters; no two of them overlap.
"""

from __future__ import annotations

from math import exp, log

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

STREAM_BITS = 24
MOST_REPLICATIONS = 1 << (63 - STREAM_BITS)
_GOLDEN = uint64(0x9E3779B97F4A7C15)
_FIRST = uint64(0xBF58476D1CE4E5B9)
_SECOND = uint64(0x94D049BB133111EB)
_TO_UNIT = 1.0 / (1 << 53)
_LAYERS = 256
_LAYER_MASK = uint64(_LAYERS - 1)
_TAIL = 7.69711747013104972  # where the lowest layer of the ziggurat begins its tail
_AREA = 3.9496598225815571993e-3  # of each layer


def _ziggurat() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Right ends of the layers, from the lowest one up, and the density at them."""
    ends = np.empty(_LAYERS + 1)
    ends[0], ends[1] = _AREA / exp(-_TAIL), _TAIL
    for layer in range(2, _LAYERS):
        ends[layer] = -log(_AREA / ends[layer - 1] + exp(-ends[layer - 1]))
    ends[_LAYERS] = 0.0
    return ends, np.exp(-ends)


_ENDS, _HEIGHTS = _ziggurat()


@njit(cache=True, nogil=True)
def mixed(counter: np.uint64) -> np.uint64:
    """64 bits that look random, a bijection of the counter.

    References
    ----------
    Steele, Lea and Flood (2014), Fast splittable pseudorandom number generators, OOPSLA.

    Examples
    --------
    >>> mixed(np.uint64(1)) == mixed(np.uint64(1)), mixed(np.uint64(1)) == mixed(np.uint64(2))
    (True, False)
    """
    word = counter * _GOLDEN
    word = (word ^ (word >> uint64(30))) * _FIRST
    word = (word ^ (word >> uint64(27))) * _SECOND
    return word ^ (word >> uint64(31))


@njit(cache=True, nogil=True)
def stream_of(seed: np.uint64, replication: int) -> np.uint64:
    """The counter before the first number of a replication."""
    return mixed(seed + uint64(1)) + (uint64(replication) << uint64(STREAM_BITS))


@njit(cache=True, nogil=True)
def uniform(counter: np.uint64) -> float:
    """From 0, inclusive, to 1, exclusive."""
    return float((mixed(counter) >> uint64(11)) * _TO_UNIT)


@njit(cache=True, nogil=True)
def exponential(counter: np.uint64) -> float:
    """With mean 1, by the ziggurat method.

    One number in 90 needs more than the word of its counter: those come from a chain that starts
    at the word itself, and use up no counters.

    References
    ----------
    Marsaglia and Tsang (2000), The ziggurat method for generating random variables, Journal of
    Statistical Software 5(8).

    Examples
    --------
    >>> draws = [exponential(np.uint64(i)) for i in range(2000)]
    >>> bool(0.9 < np.mean(draws) < 1.1)
    True
    """
    word = mixed(counter)
    layer = word & _LAYER_MASK
    value: float = (word >> uint64(11)) * _TO_UNIT * _ENDS[layer]
    if value < _ENDS[layer + uint64(1)]:
        return float(value)
    return _rare_exponential(word, layer, value)


@njit(cache=True, nogil=True)
def _rare_exponential(word: np.uint64, layer: np.uint64, value: float) -> float:
    """In the tail, or in the wedge of a layer, or drawn again."""
    shift = 0.0
    while True:
        if layer == 0:  # the tail is the distribution itself, moved
            shift += _TAIL
        else:
            word = mixed(word + uint64(1))
            low, high = _HEIGHTS[layer], _HEIGHTS[layer + uint64(1)]
            if low + (word >> uint64(11)) * _TO_UNIT * (high - low) < exp(-value):
                return shift + value
        word = mixed(word + uint64(2))
        layer = word & _LAYER_MASK
        value = (word >> uint64(11)) * _TO_UNIT * _ENDS[layer]
        if value < _ENDS[layer + uint64(1)]:
            return shift + value
