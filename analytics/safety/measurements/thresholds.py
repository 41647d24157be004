"""Thresholds of vital signs and of the QT interval: who crossed them after baseline.

The usual thresholds follow the ICH guideline E14 (QTcF above 450, 480 and 500 ms, and increases
of more than 30 and 60 ms) and cuts in common use (vital signs). A
threshold looks one way, so that a subject's highest and lowest values decide it.

References
----------
ICH E14 (2005), The clinical evaluation of QT/QTc interval prolongation, section 3.2.2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from types import MappingProxyType
from typing import Literal, get_args

import pandas as pd

from analytics.checks import require
from analytics.safety.incidence import IncidenceCounts

Kind = Literal["value", "change", "percent change"]
Direction = Literal["above", "at least", "below", "at most"]

SIGNS: Mapping[Direction, str] = MappingProxyType(
    {"above": ">", "at least": "≥", "below": "<", "at most": "≤"}
)
# What decides a threshold of each kind: the column when it looks up, and when it looks down.
_EXTREMES: Mapping[Kind, tuple[str, str]] = MappingProxyType(
    {
        "value": ("highest", "lowest"),
        "change": ("highest_change", "lowest_change"),
        "percent change": ("highest_percent_change", "lowest_percent_change"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A value, or a change from baseline, that a subject may cross after baseline.

    Parameters
    ----------
    test : str
        The code of what is measured, such as "QTCF".
    kind : {"value", "change", "percent change"}
        Changes are from baseline; a decrease is a change below 0.
    direction : {"above", "at least", "below", "at most"}
        "above" and "below" leave the cut itself out.
    cut : float
        In the unit of the test; for a percent change in percent.
    unit : str
        The unit that the cut is meant in; empty is whatever the data have.
    label : str
        What it is called, else test, sign, cut and unit.

    Raises
    ------
    InputError
        For an unknown kind or direction, a cut that is no number, or no test.

    Examples
    --------
    >>> Threshold(test="QTCF", direction="above", cut=450, unit="ms").name
    'QTCF > 450 ms'
    >>> Threshold(test="SYSBP", kind="change", direction="at most", cut=-20, unit="mmHg").name
    'SYSBP decrease ≥ 20 mmHg'
    """

    test: str
    direction: Direction
    cut: float
    kind: Kind = "value"
    unit: str = ""
    label: str = ""

    def __post_init__(self) -> None:
        require(bool(self.test), "a threshold is of a test", test=self.test)
        require(self.kind in get_args(Kind), f"kind is one of {get_args(Kind)}", kind=self.kind)
        require(
            self.direction in get_args(Direction),
            f"direction is one of {get_args(Direction)}",
            direction=self.direction,
        )
        require(isfinite(self.cut), "cut is a number", cut=self.cut)

    @property
    def name(self) -> str:
        """What it is called."""
        return self.label or f"{self.test} {self.words}"

    @property
    def words(self) -> str:
        """What has to happen, without the test: "increase > 30 ms"."""
        unit = "%" if self.kind == "percent change" else self.unit
        sign, cut, said = SIGNS[self.direction], self.cut, ""
        if self.kind != "value":
            said = "change "
            if self.looks_up and cut >= 0:
                said = "increase "
            elif not self.looks_up and cut <= 0:
                # A change of at most -20 is a decrease of at least 20.
                said, cut = "decrease ", -cut
                sign = {"<": ">", "≤": "≥"}[sign]
        return f"{said}{sign} {_number(cut)} {unit}".strip()

    @property
    def looks_up(self) -> bool:
        """Whether high values cross it."""
        return self.direction in ("above", "at least")

    def extremes(self, worst: pd.DataFrame) -> pd.Series:
        """Of each subject, the value or change that decides; missing where there is none.

        Parameters
        ----------
        worst : DataFrame
            `highest`, `lowest`, `highest_change`, `lowest_change`, `highest_percent_change` and
            `lowest_percent_change`, one row per subject.
        """
        return worst[_EXTREMES[self.kind][0 if self.looks_up else 1]].astype(float)

    def crossed(self, worst: pd.DataFrame) -> pd.Series:
        """Who crossed it; a subject without the value or the change did not.

        Examples
        --------
        >>> worst = pd.DataFrame({"highest": [450.0, 450.1]})
        >>> Threshold(test="QTCF", direction="above", cut=450).crossed(worst).tolist()
        [False, True]
        """
        found, cut = self.extremes(worst), self.cut
        tests = {
            "above": found.gt,
            "at least": found.ge,
            "below": found.lt,
            "at most": found.le,
        }
        return tests[self.direction](cut)


def _number(cut: float) -> str:
    """At most what was meant: 450 and not 450.0, 38.5, and a minus that is one."""
    return f"{cut:,.10g}".replace("-", "−")


def usual_thresholds() -> tuple[Threshold, ...]:
    """The thresholds that are looked at unless others are asked for.

    Examples
    --------
    >>> [one.name for one in usual_thresholds()][:5]  # doctest: +NORMALIZE_WHITESPACE
    ['QTcF > 450 ms', 'QTcF > 480 ms', 'QTcF > 500 ms', 'QTcF increase > 30 ms',
     'QTcF increase > 60 ms']
    """
    found = []
    for test, called, unit, rules in _USUAL:
        for kind, direction, cut in rules:
            one = Threshold(test=test, kind=kind, direction=direction, cut=cut, unit=unit)
            label = f"{called} {one.words}"
            found.append(
                Threshold(
                    test=test, kind=kind, direction=direction, cut=cut, unit=unit, label=label
                )
            )
    return tuple(found)


_Rule = tuple[Kind, Direction, float]


def _either_way(cut: float) -> tuple[_Rule, _Rule]:
    """An increase and a decrease of the same size."""
    return ("change", "at least", cut), ("change", "at most", -cut)


_USUAL: tuple[tuple[str, str, str, tuple[_Rule, ...]], ...] = (
    # ICH E14, 3.2.2: categorical analyses of the interval and of its change.
    (
        "QTCF",
        "QTcF",
        "ms",
        (
            ("value", "above", 450),
            ("value", "above", 480),
            ("value", "above", 500),
            ("change", "above", 30),
            ("change", "above", 60),
        ),
    ),
    # Cuts in common use: levels and changes of blood pressure and pulse.
    (
        "SYSBP",
        "Systolic",
        "mmHg",
        (
            ("value", "at least", 140),
            ("value", "at least", 160),
            ("value", "at most", 90),
            *_either_way(20),
        ),
    ),
    (
        "DIABP",
        "Diastolic",
        "mmHg",
        (
            ("value", "at least", 90),
            ("value", "at least", 105),
            ("value", "at most", 50),
            *_either_way(15),
        ),
    ),
    (
        "PULSE",
        "Pulse",
        "/min",
        (
            ("value", "at least", 100),
            ("value", "at least", 120),
            ("value", "at most", 50),
            *_either_way(15),
        ),
    ),
    # Fever by the usual limits of body temperature.
    ("TEMP", "Temperature", "°C", (("value", "at least", 38.0), ("value", "at least", 38.5))),
    # A change of weight of 7 % is notable in the FDA's guide.
    (
        "WEIGHT",
        "Weight",
        "kg",
        (("percent change", "at least", 7), ("percent change", "at most", -7)),
    ),
)


def count_thresholds(
    worst: pd.DataFrame, thresholds: Sequence[Threshold], *, arms: tuple[str, ...]
) -> IncidenceCounts:
    """Subjects who crossed each threshold, of those with the value or change that it needs.

    Parameters
    ----------
    worst : DataFrame
        `test`, `arm` and the columns of `Threshold.extremes`, one row per subject and test.
    thresholds : sequence of Threshold
        Of different names.
    arms : tuple of str
        Reference first.

    Raises
    ------
    InputError
        When two thresholds have one name.

    Examples
    --------
    >>> worst = pd.DataFrame({"test": ["QTCF"] * 3, "arm": ["A", "A", "B"],
    ...                       "highest": [449.0, 451.0, float("nan")]})
    >>> rule = Threshold(test="QTCF", direction="above", cut=450)
    >>> count_thresholds(worst, [rule], arms=("A", "B")).frame[["with_event", "subjects"]]
       with_event  subjects
    0           1         2
    1           0         0
    """
    names = [one.name for one in thresholds]
    require(len(set(names)) == len(names), "each threshold has a name of its own", names=names)
    rows = []
    for one in thresholds:
        own = worst[worst["test"] == one.test]
        has, crossed = one.extremes(own).notna(), one.crossed(own)
        for arm in arms:
            here = own["arm"] == arm
            rows.append((one.name, arm, int((crossed & here).sum()), int((has & here).sum())))
    frame = pd.DataFrame(rows, columns=["term", "arm", "with_event", "subjects"])
    return IncidenceCounts(frame=frame, arms=arms, endpoint="thresholds crossed after baseline")
