"""What a report is: a plain value, whatever it is written as.

A template is a tuple of parts; a report is made of one or of several:

    SAFETY = (Heading("Safety"), Comment("What was looked at."), *cards)
    Report(title="Safety review", parts=(*SAFETY, Heading("Laboratory"), ...))
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
import plotly.graph_objects as go

from analytics.checks import require
from dashboard.exports.fitting import cells_of, fit
from dashboard.exports.wording import printable

_LEVELS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Heading:
    """Begins a part of the report; `level` 1 starts on a new page.

    Examples
    --------
    >>> Heading("Safety").level
    1
    """

    text: str
    level: int = 1

    def __post_init__(self) -> None:
        require(self.level in _LEVELS, "level is 1, 2 or 3", level=self.level)


@dataclass(frozen=True, slots=True)
class Comment:
    """Text between results; empty lines part its paragraphs, `by` signs it.

    Examples
    --------
    >>> Comment("Agreed by the committee.", by="A. Reader").by
    'A. Reader'
    """

    text: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReportFigure:
    """A figure with its title, numbered in the order of the report.

    Parameters
    ----------
    title : str
    figure : Figure
        As a chart drew it, with its alt text.
    notes : sequence of str
        Population, cohort, method, data cut, and "exploratory" where it is.
    comment : str
        Said before it.
    code : str, optional
        The Python that makes it again.

    Examples
    --------
    >>> ReportFigure(title="Survival", figure=go.Figure()).notes
    ()
    """

    title: str
    figure: go.Figure
    notes: Sequence[str] = ()
    comment: str = ""
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReportTable:
    """A table with its title, numbered in the order of the report; see `ReportFigure`.

    Parameters
    ----------
    frame : DataFrame
        The table as it is shown; a cell's leading space indents it.

    Examples
    --------
    >>> len(ReportTable(title="Events", frame=pd.DataFrame({"n": [3]})).frame)
    1
    """

    title: str
    frame: pd.DataFrame
    notes: Sequence[str] = ()
    comment: str = ""
    code: str | None = None


Part = Heading | Comment | ReportFigure | ReportTable


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Report:
    """A report.

    Parameters
    ----------
    title, subtitle : str
    parts : sequence of Heading, Comment, ReportFigure or ReportTable
        In reading order.
    facts : sequence of (name, value)
        On the first page: study, data cut, snapshot, cohort, who wrote it, version.
    written_at : datetime, optional
        When, for the properties of the document; the bytes depend on nothing else that
        changes from one day to the next.
    with_code : bool
        Whether the Python of every result stands at the end.

    Examples
    --------
    >>> report = Report(title="Safety review", parts=[Heading("Adverse events")])
    >>> [one.label for one in report.placed()]
    ['1']
    """

    title: str
    parts: Sequence[Part]
    subtitle: str = ""
    facts: Sequence[tuple[str, str]] = ()
    written_at: datetime | None = None
    with_code: bool = False

    def __post_init__(self) -> None:
        require(bool(printable(self.title)), "a report has a title", title=self.title)

    def placed(self) -> tuple[Placed, ...]:
        """The parts with their numbers: headings `1.2`, results `Figure 1` and `Table 1`."""
        return tuple(_placed(self.parts))

    def across(self) -> list[bool]:
        """Which parts stand on pages that lie across: wide tables, and what leads to one."""
        turned, ahead = [], False
        for part in reversed(self.parts):
            if isinstance(part, ReportFigure):
                ahead = False
            elif isinstance(part, ReportTable):
                ahead = fit(cells_of(part.frame)).landscape
            turned.append(ahead)
            if isinstance(part, Heading) and part.level == 1:  # what is before it ends its page
                ahead = False
        return turned[::-1]

    def with_numbers(self, kind: type[ReportFigure] | type[ReportTable]) -> list[Placed]:
        """The figures, or the tables."""
        return [one for one in self.placed() if isinstance(one.part, kind)]

    def coded(self) -> list[Placed]:
        """The results whose code the report shows at its end."""
        if not self.with_code:
            return []
        results = (ReportFigure, ReportTable)
        return [one for one in self.placed() if isinstance(one.part, results) and one.part.code]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A part with its number and the name that links lead to; a comment has none."""

    part: Part
    label: str = ""
    anchor: str = ""

    @property
    def title(self) -> str:
        """The heading or the title of the result, in one line."""
        if isinstance(self.part, Comment):
            return ""
        text = self.part.text if isinstance(self.part, Heading) else self.part.title
        return printable(text)


def _placed(parts: Sequence[Part]) -> Iterator[Placed]:
    depths = [0, 0, 0]
    counts = {"Figure": 0, "Table": 0}
    for part in parts:
        if isinstance(part, Comment):
            yield Placed(part=part)
        elif isinstance(part, Heading):
            depths[part.level - 1] += 1
            depths[part.level :] = [0] * (len(_LEVELS) - part.level)
            label = ".".join(str(number) for number in depths[: part.level])
            yield Placed(part=part, label=label, anchor=f"part-{label.replace('.', '-')}")
        else:
            kind = "Figure" if isinstance(part, ReportFigure) else "Table"
            counts[kind] += 1
            number = counts[kind]
            yield Placed(part=part, label=f"{kind} {number}", anchor=f"{kind.lower()}-{number}")
