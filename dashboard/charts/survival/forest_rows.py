"""The rows of a forest plot, with every text that stands in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal

from analytics.survival.regression import SubgroupHazardRatios
from dashboard.charts.lettering import fitted, literal, text_width
from dashboard.text import p_value

SMALLEST, LARGEST = 0.1, 10.0
"""Ends of the widest axis; an interval beyond them ends in an arrow."""

SIZE, HEAD = 13, 12
"""Of the fonts, in pixels."""

NAMES, RATIO, GAP = 108, 104, 8
"""Pixels of the columns of names and of ratios, and of the room between columns."""

RIGHT = RATIO + GAP
"""Pixels to the right of the plot."""

_INDENT = 16
_LEAST_COUNT, _MOST_COUNT = 58, 82
_HEAD_WIDTH = 226  # a factor's name runs on over the columns of counts


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestOptions:
    """What a forest plot calls things.

    Parameters
    ----------
    arm, reference : str
        The two arms.
    endpoint : str
        Said in the description.
    labels : mapping
        Of the factors, by column.
    planned : sequence of str
        Factors that the plan names.
    """

    arm: str
    reference: str
    endpoint: str = ""
    labels: Mapping[str, str] | None = None
    planned: Sequence[str] = ()

    @property
    def count(self) -> int:
        """Pixels of a column of counts: as wide as the longest word of the arms' names."""
        words = (word for name in (self.arm, self.reference) for word in str(name).split())
        widest = max((text_width(word, HEAD) for word in words), default=0)
        return int(min(max(widest + 3, _LEAST_COUNT), _MOST_COUNT))

    @property
    def left(self) -> int:
        """Pixels to the left of the plot."""
        return NAMES + 2 * self.count + GAP


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestRow:
    """One row.

    Parameters
    ----------
    kind : {"overall", "factor", "level"}
    name, said : str
        As drawn, in lines; and in one line for the hover text.
    spoken : str
        In plain text, for those who cannot see the figure.
    lines : int
        Of the name.
    of_arm, of_reference : str
        "events/n" in each arm.
    events : int
        In both.
    ratio, lower, upper : float
        NaN where there is none.
    test : str
        The p-value of the interaction, in the row of the factor.
    hover : str
        Why something is not estimable.
    """

    kind: Literal["overall", "factor", "level"]
    name: str
    said: str
    spoken: str
    lines: int
    of_arm: str = ""
    of_reference: str = ""
    events: int = 0
    ratio: float = float("nan")
    lower: float = float("nan")
    upper: float = float("nan")
    test: str = ""
    hover: str = ""


def forest_rows(
    result: SubgroupHazardRatios,
    *,
    labels: Mapping[str, str],
    planned: Sequence[str],
    width: int,
) -> list[ForestRow]:
    """All subjects, then each factor with its levels.

    Parameters
    ----------
    labels : mapping
        Of the factors, by column.
    planned : sequence of str
        Factors that the plan names.
    width : int
        Pixels of the column of names.
    """
    return list(_rows(result, labels, planned, width))


def _rows(
    result: SubgroupHazardRatios, labels: Mapping[str, str], planned: Sequence[str], width: int
) -> Iterator[ForestRow]:
    tests = {row["subgroup"]: row for row in result.interactions.to_dict("records")}
    seen: set[str] = set()
    for row in result.table.to_dict("records"):
        factor = str(row["subgroup"])
        if not factor:
            yield _with_numbers(row, "overall", "<b>All subjects</b>", "All subjects", "all")
            continue
        label = labels.get(factor) or factor
        if factor not in seen:
            seen.add(factor)
            yield _head(label, tests.get(factor, {}), factor in planned)
        level = str(row["level"])
        name = fitted(level, width - _INDENT, size=SIZE, most=4)
        said = f"{literal(label)}: {literal(level)}"
        yield _with_numbers(row, "level", name, said, f"{label} {level}")


def _head(label: str, test: Mapping[Any, Any], planned: bool) -> ForestRow:
    name = fitted(label, _HEAD_WIDTH - (96 if planned else 0), size=SIZE * 1.08, most=2)
    name = "<br>".join(f"<b>{line}</b>" for line in name.split("<br>"))
    flag = " · pre-specified" if planned else ""
    note = str(test.get("note", "") or "")
    return ForestRow(
        kind="factor",
        name=f"{name}{flag}",
        said=literal(label),
        spoken=label,
        lines=name.count("<br>") + 1,
        test=_test(float(test.get("p_value", float("nan")))),
        hover=literal(note) if note else "",
    )


def _test(p: float) -> str:
    """The p-value of an interaction."""
    shown = p_value(p)
    return shown if shown == "NE" else f"p {shown.replace('<', '&#60;')}"


def _with_numbers(
    row: Mapping[Any, Any], kind: Literal["overall", "level"], name: str, said: str, spoken: str
) -> ForestRow:
    note = str(row["note"] or "")
    return ForestRow(
        kind=kind,
        name=name,
        said=said,
        spoken=spoken,
        lines=name.count("<br>") + 1,
        of_arm=f"{row['events']:,}/{row['subjects']:,}",
        of_reference=f"{row['events_reference']:,}/{row['subjects_reference']:,}",
        events=int(row["events"]) + int(row["events_reference"]),
        ratio=float(row["hazard_ratio"]),
        lower=float(row["lower"]),
        upper=float(row["upper"]),
        hover=f"not estimable<br>{fitted(note, 320, size=SIZE)}" if note else "",
    )


def ratio_text(row: ForestRow) -> str:
    """A hazard ratio with its interval, as short as its size allows.

    Examples
    --------
    >>> row = ForestRow(kind="level", name="F", said="F", spoken="F", lines=1,
    ...     ratio=0.547, lower=0.373, upper=123.4)
    >>> ratio_text(row)
    '0.55 (0.37–123)'
    """
    if not isfinite(row.ratio):
        return "NE"
    return f"{_short(row.ratio)} ({_short(row.lower)}–{_short(row.upper)})"


def _short(value: float) -> str:
    if not isfinite(value):
        return "∞"
    if value >= 1000:
        return "&#62;999"
    if 0 < value < 0.005:
        return "&#60;0.01"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
