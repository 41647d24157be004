"""Survival from times known only to lie between two visits (Turnbull's estimate).

lifelines reads the intervals as closed and has no certificate that its iterations have arrived.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analytics.checks import require
from analytics.results import Result, registered, require_columns
from analytics.survival.counts import DAYS, merged_times
from analytics.survival.npmle import Cells, maximise
from analytics.survival.quantiles import TOLERANCE

Floats = NDArray[np.float64]

MASS_COLUMNS = ("arm", "left", "right", "mass", "survival")
FIT_COLUMNS = ("arm", "subjects", "log_likelihood", "excess", "iterations")


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Turnbull(Result):
    """Non-parametric maximum-likelihood estimates from interval-censored times.

    There are no standard errors and no confidence limits: the estimate converges at the cube root
    of the number of subjects, to no normal distribution, and neither Greenwood's formula nor the
    usual bootstrap holds. Better none than wrong ones.

    Parameters
    ----------
    table : DataFrame
        One row per interval in which the estimate can fall: `arm`, `left` (excluded unless it
        equals `right`), `right` (included; infinite for those who may never have the event),
        `mass` (the fall), `survival` (from `right` on). Within an interval the data say nothing
        about when the curve falls.
    fits : DataFrame
        One row per arm: `arm`, `subjects`, `log_likelihood`, `excess`, `iterations`. `excess` is
        the certificate of Gentleman and Geyer: the largest directional derivative per subject,
        which is 0 at the maximum; the log-likelihood falls short of its maximum by no more than
        `subjects` times it. The masses that reach the maximum are unique.
    """

    table: pd.DataFrame
    fits: pd.DataFrame
    arms: tuple[str, ...]
    endpoint: str
    time_unit: str

    def __post_init__(self) -> None:
        require_columns(self.table, MASS_COLUMNS, "the table of masses")
        require_columns(self.fits, FIT_COLUMNS, "the table of fits")

    def at(self, time: float) -> pd.DataFrame:
        """What the estimate says about survival at one time.

        Returns
        -------
        DataFrame
            `arm`, `time`, `lowest`, `highest`: they differ within an interval, where survival is
            not determined.

        Examples
        --------
        >>> fit = fit_turnbull([0, 2, 4], [2, 4, float("inf")])
        >>> fit.at(3)[["lowest", "highest"]].round(3)
           lowest  highest
        0   0.333    0.667
        """
        require(0 <= time < np.inf, "0 <= time < infinity", time=time)
        rows = []
        for arm in self.arms:
            own = self.table[self.table["arm"] == arm]
            exact = own["left"] == own["right"]
            begun = (own["left"] < time) | (exact & (own["left"] == time))
            fallen = (float(own["mass"][which].sum()) for which in (begun, own["right"] <= time))
            lowest, highest = (max(0.0, 1 - mass) for mass in fallen)
            rows.append({"arm": arm, "time": time, "lowest": lowest, "highest": highest})
        return pd.DataFrame(rows)

    def quantile(self, p: float = 0.5) -> pd.DataFrame:
        """Interval in which a share `p` of the subjects comes to have had the event.

        Returns
        -------
        DataFrame
            `arm`, `left`, `right`; NaN means not reached.

        Examples
        --------
        >>> fit_turnbull([0, 2, 4], [2, 4, float("inf")]).quantile(0.5)[["left", "right"]]
           left  right
        0   2.0    4.0
        """
        require(0 < p < 1, "0 < p < 1", p=p)
        rows = []
        for arm in self.arms:
            own = self.table[(self.table["arm"] == arm) & np.isfinite(self.table["right"])]
            reached = own[own["survival"] <= 1 - p + TOLERANCE]
            ends = reached[["left", "right"]].iloc[0] if len(reached) else [np.nan, np.nan]
            rows.append((arm, *ends))
        return pd.DataFrame(rows, columns=["arm", "left", "right"])

    def to_frame(self) -> pd.DataFrame:
        """The intervals and their masses."""
        return self.table.copy()


def fit_turnbull(
    left: ArrayLike,
    right: ArrayLike,
    *,
    arms: Sequence[str] | None = None,
    order: tuple[str, ...] | None = None,
    endpoint: str = "",
    time_unit: str = "days",
) -> Turnbull:
    """Estimate survival of each arm when events are found at visits.

    Parameters
    ----------
    left, right : array
        The event came after `left` (the last visit without it; 0 when there was none) and not
        after `right` (the first visit with it; infinite when it was never found). Equal ends mean
        a time known exactly.
    arms : sequence of str, optional
        Each subject's arm; one arm "All subjects" unless given.
    order : tuple of str, optional
        The arms in order; alphabetical unless given.
    endpoint, time_unit
        As in `SurvivalCounts`.

    Raises
    ------
    InputError
        Ends that are missing, negative or in the wrong order.
    NotEstimableError
        When the certificate is not reached (see `npmle.maximise`).

    References
    ----------
    Peto (1973), Applied Statistics 22:86-91; Turnbull (1976), JRSS B 38:290-295; Gentleman and
    Geyer (1994), Biometrika 81:618-623.

    Examples
    --------
    >>> fit = fit_turnbull([0, 1, 2, 3], [2, 3, 4, float("inf")])
    >>> fit.table[["left", "right", "mass"]].round(3).to_numpy().tolist()
    [[1.0, 2.0, 0.5], [2.0, 3.0, 0.0], [3.0, 4.0, 0.5]]
    """
    require(time_unit in DAYS, f"time_unit in {tuple(DAYS)}", time_unit=time_unit)
    after, until = _checked_ends(left, right)
    own = np.asarray(["All subjects"] * after.size if arms is None else arms, dtype=object)
    require(own.size == after.size, "one value per subject", arms=own.size, subjects=after.size)
    known = tuple(sorted(set(own.tolist()))) if order is None else order
    require(
        set(known) == set(own.tolist()) and len(set(known)) == len(known),
        "the order names each arm that has subjects once",
        order=known,
    )
    fitted = [_fit(arm, after[own == arm], until[own == arm]) for arm in known]
    return Turnbull(
        table=pd.concat([masses for masses, _ in fitted], ignore_index=True),
        fits=pd.DataFrame([fit for _, fit in fitted], columns=list(FIT_COLUMNS)),
        arms=known,
        endpoint=endpoint,
        time_unit=time_unit,
    )


def _checked_ends(left: ArrayLike, right: ArrayLike) -> tuple[Floats, Floats]:
    after, until = (np.asarray(one, dtype=np.float64).ravel() + 0.0 for one in (left, right))
    require(after.size == until.size, "one value per subject", left=after.size, right=until.size)
    require(after.size > 0, "there is at least one subject", subjects=0)
    wrong = np.flatnonzero(~((after >= 0) & (after < np.inf) & (until >= after)))
    first = wrong[0] if wrong.size else 0
    got = {"left": float(after[first]), "right": float(until[first])} if wrong.size else {}
    require(wrong.size == 0, "0 <= left <= right, left finite", **got, rows=wrong.size)
    ends = np.concatenate((after, until))
    finite = np.isfinite(ends)
    ends[finite] = merged_times(ends[finite])
    return ends[: after.size], ends[after.size :]


def _fit(arm: str, after: Floats, until: Floats) -> tuple[pd.DataFrame, tuple[object, ...]]:
    ends, subjects = np.unique(np.column_stack((after, until)), axis=0, return_counts=True)
    cells = Cells.of(ends[:, 0], ends[:, 1], subjects.astype(np.float64))
    found = maximise(cells)
    masses = pd.DataFrame(
        {
            "arm": arm,
            "left": cells.left,
            "right": cells.right,
            "mass": found.mass,
            "survival": np.maximum(0.0, 1 - np.cumsum(found.mass)),
        }
    )
    masses.loc[masses.index[-1], "survival"] = 0.0  # all of the mass has fallen
    return masses, (arm, after.size, found.log_likelihood, found.excess, found.iterations)
