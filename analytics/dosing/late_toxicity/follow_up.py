"""How much a patient counts who has been followed for a part of the window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numba import njit

from analytics.checks import require
from analytics.dosing.escalation.counts import Flags, Floats
from analytics.results import Result, registered

Scheme = Literal["linear", "adaptive"]
SCHEMES: tuple[Scheme, ...] = ("linear", "adaptive")


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedPatient(Result):
    """A patient, and what is known of the toxicity by now.

    Parameters
    ----------
    dose : int
        From 1.
    toxicity : bool
        Whether one was seen.
    followed : float
        Time from the first dose to the toxicity, or to now; 0 or more. More than the window of the
        design counts as the window.

    Examples
    --------
    >>> FollowedPatient(dose=2, toxicity=False, followed=21.0).followed
    21.0
    """

    dose: int
    toxicity: bool
    followed: float

    def __post_init__(self) -> None:
        require(self.dose >= 1, "dose >= 1", dose=self.dose)
        sound = 0 <= self.followed < float("inf")
        require(sound, "followed >= 0 and finite", followed=self.followed)


def follow_up_weights(
    followed: Floats, toxic: Flags, *, window: float, scheme: Scheme = "linear"
) -> Floats:
    """Weights of patients: 1 with a toxicity or the whole window, less for those still followed.

    Linear weights are the share of the window. Adaptive weights give each interval between the
    times of the toxicities seen so far the same share, and are linear within it: where toxicities
    are seen to come late, little follow-up counts for less.

    Parameters
    ----------
    followed : array
        Times to the toxicity, or to now.
    toxic : array of bool
        Who had one.
    window : float
        Above 0, in the unit of the times.
    scheme : {"linear", "adaptive"}

    References
    ----------
    Cheung and Chappell (2000), Biometrics 56:1177-1182.

    Examples
    --------
    >>> follow_up_weights(np.array([10.0, 30.0]), np.array([False, True]), window=40.0)
    array([0.25, 1.  ])
    >>> follow_up_weights(np.array([15.0, 30.0]), np.array([False, True]), window=40.0,
    ...                   scheme="adaptive")
    array([0.25, 1.  ])
    """
    require(0 < window < float("inf"), "window > 0 and finite", window=window)
    require(scheme in SCHEMES, f"scheme in {SCHEMES}", scheme=scheme)
    times = np.minimum(followed, window)
    onsets = np.sort(times[toxic]) if scheme == "adaptive" else np.empty(0)
    own = np.array([follow_up_weight(time, onsets, window) for time in times])
    return np.where(toxic, 1.0, own)


@njit(cache=True, nogil=True)
def follow_up_weight(time: float, onsets: Floats, window: float) -> float:
    """Weight of one patient without toxicity; linear when there are no onsets.

    Parameters
    ----------
    time : float
        Followed.
    onsets : array
        Times of toxicities, in order, at most the window.
    window : float

    Examples
    --------
    >>> follow_up_weight(35.0, np.array([30.0]), 40.0)
    0.75
    """
    if time >= window:
        return 1.0
    place = np.searchsorted(onsets, time, side="right")
    low = onsets[place - 1] if place > 0 else 0.0
    high = onsets[place] if place < len(onsets) else window
    return float((place + (time - low) / (high - low)) / (len(onsets) + 1))
