"""Accrual as it was: subjects enrolled by month, and how sure the pace is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.checks import NotEstimableError
from analytics.design import Accrual
from analytics.results import Result, registered
from analytics.survival.counts import DAYS

MOST_STRETCHES = 48
_MONTH = DAYS["months"]


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class FittedAccrual(Result):
    """The accrual of a cohort, ready to be a design's assumption.

    Parameters
    ----------
    accrual : Accrual
        Its rate in each month since the first subject, with the uncertainty of the pace.
    subjects : int
        Whose day of enrolment is known.
    undated : int
        Subjects left out, since it is not.
    first_day, last_day : str
        ISO dates of the first and the last enrolment.
    dispersion : float or None
        How much more the counts of neighbouring months differ than Poisson counts would: 1 when
        not at all; None with fewer than two whole months.

    Examples
    --------
    >>> days = pd.Series(pd.date_range("2024-01-01", periods=61))
    >>> found = fit_accrual(pd.DataFrame({"enrolled_on": days, "subjects": 2}))
    >>> found.subjects, [round(rate, 1) for rate in found.accrual.rates]
    (122, [62.0, 59.8])
    """

    accrual: Accrual
    subjects: int
    undated: int
    first_day: str
    last_day: str
    dispersion: float | None

    @property
    def sentences(self) -> tuple[str, ...]:
        """What a reader must know of it."""
        said = [
            f"Accrual: {self.subjects:,} subjects from {self.first_day} to {self.last_day}, by "
            "month since the first."
        ]
        if self.undated:
            said.append(f"The accrual leaves out {self.undated:,} subjects without a date.")
        if self.dispersion is not None and self.dispersion >= 1.1:
            said.append(
                f"Neighbouring months differ {self.dispersion:.1f} times as much (in variance) as "
                "a Poisson process would; the uncertainty of the pace is widened for it."
            )
        return tuple(said)


def fit_accrual(
    by_day: pd.DataFrame, *, undated: int = 0, time_unit: str = "months"
) -> FittedAccrual:
    """Rates of enrolment by month (of 30.4375 days) since the first subject.

    A last stretch of less than half a month is counted with the one before it, and beyond
    48 months stretches are of several months.

    The pace is uncertain as a Poisson count is: the logarithm of a factor on all rates has the
    standard deviation sqrt(phi / n), with n subjects and the dispersion phi, at least 1, of the
    months. It is the mean of (x - y)^2 / (x + y) over the counts x, y of neighbouring months,
    which is 1 for Poisson counts and hardly rises when the rate itself moves slowly.

    Parameters
    ----------
    by_day : DataFrame
        `enrolled_on` (dates) and `subjects`, as `queries.questions.enrolment_by_day` answers.
    undated : int
        Subjects of whom no day is known.
    time_unit : {"days", "weeks", "months", "years"}
        Unit of the accrual.

    Raises
    ------
    NotEstimableError
        With fewer than two subjects, or all on one day.
    """
    dated = by_day.assign(day=pd.to_datetime(by_day["enrolled_on"]))
    subjects = int(dated["subjects"].sum())
    if dated["day"].nunique() < 2:
        raise NotEstimableError(
            "No accrual: it takes subjects enrolled on at least two days, and the data give a day "
            f"for {subjects:,}."
        )
    first, last = dated["day"].min(), dated["day"].max()
    edges = _edges(float((last - first).days + 1))
    days = (dated["day"] - first).dt.days.to_numpy(dtype=float)
    counts, _ = np.histogram(days, edges, weights=dated["subjects"].to_numpy(dtype=float))
    dispersion = _dispersion(days, dated["subjects"].to_numpy(dtype=float), edges[-1])
    unit = DAYS[time_unit]
    accrual = Accrual(
        ends=tuple((edges[1:] / unit).tolist()),
        rates=tuple((counts / (np.diff(edges) / unit)).tolist()),
        log_std_err=float(np.sqrt(max(dispersion or 1.0, 1.0) / subjects)),
    )
    return FittedAccrual(
        accrual=accrual,
        subjects=subjects,
        undated=undated,
        first_day=str(first.date()),
        last_day=str(last.date()),
        dispersion=dispersion,
    )


def _edges(length: float) -> NDArray[np.float64]:
    """Of the stretches, in days; the last day of enrolment belongs to the last one."""
    width = _MONTH * max(1, int(np.ceil(length / _MONTH / MOST_STRETCHES)))
    whole = np.arange(0, length, width)
    if whole.size > 1 and length - whole[-1] < width / 2:
        whole = whole[:-1]
    return np.append(whole, length)


def _dispersion(
    days: NDArray[np.float64], subjects: NDArray[np.float64], length: float
) -> float | None:
    whole = np.arange(0, length + 1e-9, _MONTH)  # what is left over is no month
    if whole.size < 3:
        return None
    counts, _ = np.histogram(days[days < whole[-1]], whole, weights=subjects[days < whole[-1]])
    together = counts[1:] + counts[:-1]
    some = together > 0
    if not some.any():
        return None
    return float(((counts[1:] - counts[:-1])[some] ** 2 / together[some]).mean())
