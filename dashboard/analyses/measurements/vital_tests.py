"""Which vital signs and intervals a study measured, and in which units."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from dashboard.analyses.safety.subjects import SafetySubjects
from queries import questions
from queries.store import Store

# Codes that stand for a test of the usual thresholds, best first.
_CODES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "QTCF": ("QTCF", "QTCFAG", "QTCFR"),
        "SYSBP": ("SYSBP", "SBP"),
        "DIABP": ("DIABP", "DBP"),
        "PULSE": ("PULSE", "HR"),
        "TEMP": ("TEMP",),
        "WEIGHT": ("WEIGHT",),
    }
)
# Spellings of one unit, in small letters.
_SPELLINGS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "ms": frozenset({"ms", "msec", "millisecond", "milliseconds"}),
        "mmHg": frozenset({"mmhg", "mm hg", "mm[hg]"}),
        "/min": frozenset({"/min", "beats/min", "bpm", "beats per minute", "1/min"}),
        "°C": frozenset({"c", "°c", "cel", "celsius", "deg c", "degrees c"}),
    }
)
_IN_LABEL = re.compile(r"\(([^()]+)\)\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class VitalTest:
    """A test that was recorded.

    Parameters
    ----------
    code : str
        As in the data.
    label : str
    units : tuple of str
        On record, else the one that the label ends with; empty where neither says any.
    time_points : tuple of str
        Such as lying and standing.
    """

    code: str
    label: str
    units: tuple[str, ...]
    time_points: tuple[str, ...] = ()

    @property
    def unit(self) -> str:
        """Its unit; empty where none or several are on record."""
        return self.units[0] if len(self.units) == 1 else ""

    def measured_in(self, unit: str) -> bool:
        """Whether a cut in a unit can be held against it; yes where the data say no unit.

        Examples
        --------
        >>> VitalTest(code="TEMP", label="Temperature (F)", units=("F",)).measured_in("°C")
        False
        """
        accepted = _SPELLINGS.get(unit, frozenset({unit.lower()}))
        return not unit or all(one.strip().lower() in accepted for one in self.units)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedTests:
    """Which vital signs and electrocardiograms some subjects have on record.

    Parameters
    ----------
    subjects : SafetySubjects
    """

    subjects: SafetySubjects = field(default_factory=SafetySubjects)

    def run(self, store: Store) -> dict[str, VitalTest]:
        """The tests by code."""
        cohort = self.subjects.chosen()
        found = questions.measured_tests(store=store, cohort=cohort, arm=self.subjects.arm)
        return {
            row.test: VitalTest(
                code=row.test,
                label=row.label or row.test,
                units=tuple(row.units) or tuple(_IN_LABEL.findall(row.label or "")),
                time_points=tuple(row.time_points),
            )
            for row in found.itertuples()
        }


def code_of(test: str, tests: Mapping[str, VitalTest]) -> str | None:
    """The code that a study has for a test; None when it was not measured.

    Examples
    --------
    >>> code_of("PULSE", {"HR": VitalTest(code="HR", label="Heart rate", units=())})
    'HR'
    """
    return next((code for code in _CODES.get(test, (test,)) if code in tests), None)
