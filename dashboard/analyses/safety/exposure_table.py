"""The exposure of each arm as the lines of a table, as study reports print it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from analytics.safety.exposure import MEASURES, SubjectExposure

_DIGITS: Mapping[str, int] = {
    "days": 0, "cumulative": 0, "intensity": 1, "relative": 1, "days_interrupted": 0,
    "first_reduction": 0,
}  # fmt: skip
_COUNTS = {"reductions": "reduction", "interruptions": "interruption"}
_NOTHING = "–"


def exposure_lines(exposure: SubjectExposure) -> pd.DataFrame:
    """Measure, statistic and a column for each arm.

    Measures without a value in any arm are left out.

    Examples
    --------
    >>> from analytics.safety.exposure import Dosing, measure_exposure
    >>> subjects = pd.DataFrame(
    ...     {"subject": ["1", "2"], "arm": "A", "days": [10, 20], "ongoing": [False, True],
    ...      "followed": 30.0}
    ... )
    >>> none = pd.DataFrame(columns=["subject", "start", "end", "dose"])
    >>> lines = exposure_lines(measure_exposure(Dosing.of(subjects, none, arms=("A",))))
    >>> lines.values.tolist()[:3]
    [['Subjects treated', 'n', '2'], ['Still on treatment', 'n (%)', '1 (50.0%)'], \
['Duration of treatment, days', 'Mean (SD)', '15.0 (7.1)']]
    """
    lines = [
        ("Subjects treated", "n", [f"{len(own):,}" for own in _by_arm(exposure)]),
        (
            "Still on treatment",
            "n (%)",
            [_share(int(own["ongoing"].sum()), len(own)) for own in _by_arm(exposure)],
        ),
        *_measures(exposure),
    ]
    return pd.DataFrame(
        [[measure, statistic, *cells] for measure, statistic, cells in lines],
        columns=["Measure", "Statistic", *exposure.arms],
    )


def _measures(exposure: SubjectExposure) -> Iterator[tuple[str, str, list[str]]]:
    summary = exposure.summary().set_index(["measure", "arm"])
    for measure, label in MEASURES.items():
        rows = [summary.loc[(measure, arm)] for arm in exposure.arms]
        if not any(row["n"] for row in rows):
            continue
        if measure in _COUNTS:
            yield _any(exposure, measure)
            yield label, "Mean (range)", [_mean_range(row) for row in rows]
            continue
        named = _with_unit(label, measure, exposure.unit)
        if measure == "first_reduction":
            yield named, "Median (range)", [_median_range(row) for row in rows]
            continue
        yield named, "Mean (SD)", [_mean(row, measure) for row in rows]
        yield named, "Median (Q1–Q3)", [_median(row, measure) for row in rows]
        yield named, "Range", [_range(row, measure) for row in rows]
        if measure == "relative":
            yield from _bands(exposure)


def _bands(exposure: SubjectExposure) -> Iterator[tuple[str, str, list[str]]]:
    bands = exposure.bands()
    for band in bands["band"].unique():
        own = bands[bands["band"] == band]
        cells = [_share(n, of) for n, of in zip(own["subjects"], own["of"], strict=True)]
        yield "Relative dose intensity, %", f"{band}, n (%)", cells


def _any(exposure: SubjectExposure, measure: str) -> tuple[str, str, list[str]]:
    known = [own[measure].dropna() for own in _by_arm(exposure)]
    cells = [_share(int((own > 0).sum()), len(own)) for own in known]
    return f"Subjects with a dose {_COUNTS[measure]}", "n (%)", cells


def _by_arm(exposure: SubjectExposure) -> list[pd.DataFrame]:
    return [exposure.table[exposure.table["arm"] == arm] for arm in exposure.arms]


def _with_unit(label: str, measure: str, unit: str) -> str:
    if measure == "relative":
        return f"{label}, %"
    if not unit or measure not in ("cumulative", "intensity"):
        return label
    return f"Dose intensity, {unit} per day" if measure == "intensity" else f"{label}, {unit}"


def _share(n: int, of: int) -> str:
    return f"{n:,} ({n / of:.1%})" if of else _NOTHING


def _number(value: float, measure: str, more: int = 0) -> str:
    times = 100 if measure == "relative" else 1
    return f"{value * times:,.{_DIGITS.get(measure, 0) + more}f}"


def _mean(row: pd.Series, measure: str) -> str:
    if not row["n"]:
        return _NOTHING
    spread = "–" if row["sd"] != row["sd"] else _number(row["sd"], measure, 1)
    return f"{_number(row['mean'], measure, 1)} ({spread})"


def _median(row: pd.Series, measure: str) -> str:
    if not row["n"]:
        return _NOTHING
    # Between two whole numbers a quartile may have a half, which must not be rounded off.
    median, q1, q3 = (
        _number(row[name], measure, 0 if _DIGITS[measure] else 1).removesuffix(".0")
        for name in ("median", "q1", "q3")
    )
    return f"{median} ({q1}–{q3})"


def _range(row: pd.Series, measure: str) -> str:
    if not row["n"]:
        return _NOTHING
    return f"{_number(row['low'], measure)}–{_number(row['high'], measure)}"


def _mean_range(row: pd.Series) -> str:
    return f"{row['mean']:.2f} ({row['low']:.0f}–{row['high']:.0f})" if row["n"] else _NOTHING


def _median_range(row: pd.Series) -> str:
    if not row["n"]:
        return _NOTHING
    median = f"{row['median']:.1f}".removesuffix(".0")
    return f"{median} ({row['low']:.0f}–{row['high']:.0f})"
