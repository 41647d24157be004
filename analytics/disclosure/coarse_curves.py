"""Survival curves with so few steps that each stands for many subjects."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.checks import require

_STRETCHES = 24  # of the time axis, at most
_NICE = (1.0, 2.0, 2.5, 3.0, 5.0, 6.0, 10.0)
COLUMNS = ("arm", "time", "survival", "lower", "upper", "at_risk")


def coarsen_curves(curves: pd.DataFrame, *, threshold: int = 11) -> pd.DataFrame:
    """Curves at a few round times, each with at least `threshold` events since the one before.

    Times are multiples of one round step, so that none is the time of a subject. Between two
    times that are kept there are at least `threshold` events, and no censored subject or at
    least `threshold`; the same holds after the last of them, where the curve ends. Survival and
    its limits are rounded to whole percent. Numbers at risk are given at the kept times, where
    they are `threshold` at least. An arm with fewer subjects than that has no rows; one with
    fewer than two such stretches has its start alone.

    It does not protect against a reader who knows the time and the arm of all but a few
    subjects, nor against a curve of nearly the same subjects (see `small_differences`).

    Parameters
    ----------
    curves : DataFrame
        `arm`, `time`, `at_risk`, `events`, `censored`, `survival`, `lower`, `upper`, a row for
        each distinct time, as `KaplanMeier.to_frame` gives them.
    threshold : int

    Returns
    -------
    DataFrame
        `arm`, `time`, `survival`, `lower`, `upper`, `at_risk`.

    Examples
    --------
    >>> from analytics.survival import SurvivalCounts, fit_kaplan_meier
    >>> counts = SurvivalCounts.from_subjects(list(range(1, 41)), [1] * 40, arms=["A"] * 40)
    >>> coarse = coarsen_curves(fit_kaplan_meier(counts).to_frame())
    >>> coarse["time"].tolist(), coarse["survival"].tolist()
    ([0.0, 12.0, 24.0], [1.0, 0.7, 0.4])
    """
    require(threshold >= 2, "threshold >= 2", threshold=threshold)
    step = _round_step(float(curves["time"].max()) if len(curves) else 1.0)
    parts = [_one(own, str(arm), step, threshold) for arm, own in curves.groupby("arm", sort=False)]
    kept = [part for part in parts if not part.empty]
    return pd.concat(kept, ignore_index=True) if kept else pd.DataFrame(columns=list(COLUMNS))


def _round_step(longest: float) -> float:
    """A round length of which the axis holds `_STRETCHES` at most."""
    least = max(longest, 1e-9) / _STRETCHES
    power = 10.0 ** np.floor(np.log10(least))
    return float(next(nice * power for nice in _NICE if nice * power >= least * (1 - 1e-9)))


def _one(own: pd.DataFrame, arm: str, step: float, threshold: int) -> pd.DataFrame:
    rows = own.sort_values("time", kind="stable")
    time = rows["time"].to_numpy(dtype=float)
    events, censored = (rows[one].to_numpy(dtype=float) for one in ("events", "censored"))
    subjects = events.sum() + censored.sum()
    if subjects < threshold:
        return pd.DataFrame(columns=list(COLUMNS))
    kept: list[tuple[float, ...]] = [(0.0, 1.0, 1.0, 1.0, subjects)]
    done = np.zeros(2)
    whole = np.array([events.sum(), censored.sum()])
    for cut in step * np.arange(1, np.ceil(time[-1] / step) + 1):
        before = time <= cut
        gone = np.array([events[before].sum(), censored[before].sum()])
        if _enough(gone - done, threshold) and _enough(whole - gone, threshold):
            last = rows[before].iloc[-1]
            limits = [round(float(last[one]), 2) for one in ("survival", "lower", "upper")]
            kept.append((float(cut), *limits, float(whole.sum() - gone.sum())))
            done = gone
    table = pd.DataFrame(kept, columns=["time", "survival", "lower", "upper", "at_risk"])
    return table.assign(arm=arm, at_risk=table["at_risk"].astype("int64"))[list(COLUMNS)]


def _enough(gone: np.ndarray, threshold: int) -> bool:
    events, censored = gone
    return bool(events >= threshold and (censored == 0 or censored >= threshold))
