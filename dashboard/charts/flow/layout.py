"""Where the boxes and lines of a flow diagram go, in pixels, before anything is drawn.

Boxes are as high as their text and follow one another downwards, so none can overlap or
overflow; arms stand side by side in as many columns as the width allows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from dashboard.charts.flow.values import ArmFlow, Flow, Losses
from dashboard.charts.lettering import LINE_SPACING, lines_within, literal

SIZE = 12  # of the font
PADDING = 8
_LINE = SIZE * LINE_SPACING
_GAP, _DROP, _BESIDE = 16, 22, 14  # between columns, from box to box, beside the stem
_MOST_REASONS = 8
_COLUMN_LEAST, _COLUMN_MOST, _MAIN_MOST = 152, 300, 330
_INDENT = "\N{NO-BREAK SPACE}" * 3

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Lines of text in a frame; pixels from the upper left corner of the diagram."""

    left: float
    top: float
    width: float
    height: float
    lines: tuple[str, ...]
    hover: str = ""
    arm: str = ""

    @property
    def middle(self) -> float:
        return self.left + self.width / 2

    @property
    def bottom(self) -> float:
        return self.top + self.height


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line through points; an arrow stands at its end, or does not."""

    points: tuple[Point, ...]
    arrow: bool = True


@dataclass(slots=True, kw_only=True)
class Diagram:
    """Boxes and lines so far, and the lowest pixel they reach.

    Arms stand in `per_row` columns of one width; a line to what stands further down runs
    along their left.
    """

    width: float
    left: float
    per_row: int
    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    @property
    def bottom(self) -> float:
        return max((box.bottom for box in self.boxes), default=0)

    @property
    def middle(self) -> float:
        return (self.left + self.width) / 2

    @property
    def column(self) -> float:
        room = self.width - self.left - _GAP * (self.per_row - 1)
        return min(_COLUMN_MOST, room / self.per_row)

    @property
    def trunk(self) -> float:
        clear_of = min(self.columns(self.per_row)[0], self.middle - _MAIN_MOST / 2)
        return max(1, clear_of - _GAP)

    def columns(self, number: int) -> list[float]:
        """Left edges of so many columns around the middle."""
        start = self.middle - (self.column * number + _GAP * (number - 1)) / 2
        return [start + place * (self.column + _GAP) for place in range(number)]

    def add(self, box: Box) -> Box:
        self.boxes.append(box)
        return box

    def connect(self, *points: Point, arrow: bool = True) -> None:
        self.lines.append(Line(points=points, arrow=arrow))


def arrange(flow: Flow, width: float) -> Diagram:
    """Lay a flow out in a width.

    Parameters
    ----------
    flow : Flow
    width : float
        Pixels, at least 300.

    Examples
    --------
    >>> arm = ArmFlow(arm="A", allocated=50, received=50, analysed=50)
    >>> [box.lines[0] for box in arrange(Flow(randomised=50, arms=(arm,)), 380).boxes][:2]
    ['<b>Randomised (n=50)</b>', '<b>Allocated to A (n=50)</b>']
    """
    per_row = _per_row(len(flow.arms), width)
    further_down = len(flow.arms) > per_row or bool(flow.cohort)
    diagram = Diagram(width=width, left=_GAP if further_down else 0, per_row=per_row)
    entry = _add_enrolment(diagram, flow)
    bus = entry.bottom + _DROP / 2
    diagram.connect((entry.middle, entry.bottom), (entry.middle, bus), arrow=False)
    _add_arms(diagram, flow.arms[:per_row], bus)
    end = bus
    for start in range(per_row, len(flow.arms), per_row):
        end = diagram.bottom + _DROP
        _add_arms(diagram, flow.arms[start : start + per_row], end)
    if flow.cohort:
        end = _add_cohort(diagram, flow)
    if further_down:
        x = diagram.trunk
        diagram.connect((entry.middle, bus), (x, bus), (x, end), arrow=False)
    return diagram


def _per_row(arms: int, width: float) -> int:
    most = max(1, int((width - _GAP) // (_COLUMN_LEAST + _GAP)))
    rows = -(-arms // most)
    return -(-arms // rows)


def _add_enrolment(diagram: Diagram, flow: Flow) -> Box:
    if flow.screened is None:
        return diagram.add(_main(diagram, f"Randomised (n={flow.randomised:,})", 0))
    screened = diagram.add(_main(diagram, f"Screened (n={flow.screened:,})", 0))
    x = diagram.middle
    room = min(_COLUMN_MOST, diagram.width - x - _BESIDE)
    text, hover = _losses("Excluded", flow.excluded, room, bold=True)
    side = diagram.add(_box(x + _BESIDE, screened.bottom + _DROP / 2, room, text, hover=hover))
    entry = diagram.add(
        _main(diagram, f"Randomised (n={flow.randomised:,})", side.bottom + _DROP / 2)
    )
    diagram.connect((x, screened.bottom), (x, entry.top))
    across = (side.top + side.bottom) / 2
    diagram.connect((x, across), (side.left, across))
    return entry


def _main(diagram: Diagram, title: str, top: float) -> Box:
    width = min(_MAIN_MOST, 0.62 * (diagram.width - diagram.left))
    return _box(diagram.middle - width / 2, top, width, _title(title, width))


def _add_arms(diagram: Diagram, arms: Sequence[ArmFlow], bus: float) -> None:
    """One row of arms below the line that leads to them."""
    column, lefts = diagram.column, diagram.columns(len(arms))
    middles = [left + column / 2 for left in lefts]
    first_row = all(not box.arm for box in diagram.boxes)
    ends = [*middles, diagram.middle if first_row else diagram.trunk]
    diagram.connect((min(ends), bus), (max(ends), bus), arrow=False)
    top, above = bus + _DROP / 2, bus
    for stage in (_allocation, _follow_up, _analysis):
        texts = [stage(arm, column) for arm in arms]
        high = max(_height(lines) for lines, _ in texts)
        for left, arm, (lines, hover) in zip(lefts, arms, texts, strict=True):
            named = arm.arm if stage is _allocation else ""
            box = _box(left, top, column, lines, hover=hover, height=high, arm=named)
            diagram.connect((box.middle, above), (box.middle, top))
            diagram.add(box)
        above, top = top + high, top + high + _DROP


def _allocation(arm: ArmFlow, width: float) -> tuple[list[str], str]:
    losses, hover = _losses("Did not receive it", arm.not_received, width)
    lines = [
        *_title(f"Allocated to {arm.arm} (n={arm.allocated:,})", width),
        *_plain(f"Received treatment (n={arm.received:,})", width),
    ]
    return lines + losses, hover


def _follow_up(arm: ArmFlow, width: float) -> tuple[list[str], str]:
    lost, hover = _losses("Lost to follow-up", arm.lost, width)
    left, more = _losses("Discontinued the study", arm.discontinued, width)
    return lost + left, "<br>".join(filter(None, (hover, more)))


def _analysis(arm: ArmFlow, width: float) -> tuple[list[str], str]:
    losses, hover = _losses("Not analysed", arm.not_analysed, width)
    return _title(f"Analysed (n={arm.analysed:,})", width) + losses, hover


def _add_cohort(diagram: Diagram, flow: Flow) -> float:
    """The rules of a cohort below one another; the pixel where the line to them ends."""
    width = min(_MAIN_MOST, diagram.width - diagram.left - 2 * _GAP)
    left = diagram.middle - width / 2
    above: Box | None = None
    entry = 0.0
    for number, step in enumerate(flow.cohort, start=1):
        lines = [
            *_title(f"Cohort rule {number}: {step.rule}", width),
            *_plain(f"Left out (n={step.left_out:,})", width),
            *_plain(f"Remaining (n={step.remaining:,})", width),
        ]
        top = diagram.bottom + (_DROP if above else 1.5 * _DROP)
        box = diagram.add(_box(left, top, width, lines))
        if above:
            diagram.connect((box.middle, above.bottom), (box.middle, box.top))
        else:
            entry = (box.top + box.bottom) / 2
            diagram.connect((diagram.trunk, entry), (box.left, entry))
        above = box
    return entry


def _losses(
    head: str, losses: Losses, width: float, *, bold: bool = False
) -> tuple[list[str], str]:
    """Lines of a loss with its reasons, and a hover with those that did not fit."""
    said = f"{head} (n={losses.subjects:,})"
    lines = _title(said, width) if bold else _plain(said, width)
    shown, folded = losses.ordered[:_MOST_REASONS], losses.ordered[_MOST_REASONS:]
    for reason, n in shown:
        lines += _reason(f"{reason} (n={n:,})", width)
    if not folded:
        return lines, ""
    more = sum(n for _, n in folded)
    lines += _reason(f"{len(folded):,} more reasons (n={more:,})", width)
    hover = "<br>".join(f"{literal(reason)} (n={n:,})" for reason, n in folded)
    return lines, f"<b>{head}, more reasons</b><br>{hover}"


def _title(text: str, width: float) -> list[str]:
    room = width - 2 * PADDING
    return [f"<b>{literal(line)}</b>" for line in lines_within(text, room, size=SIZE, bold=True)]


def _plain(text: str, width: float) -> list[str]:
    return [literal(line) for line in lines_within(text, width - 2 * PADDING, size=SIZE)]


def _reason(text: str, width: float) -> list[str]:
    first, *rest = lines_within(text, width - 2 * PADDING - SIZE, size=SIZE)
    return [f"•\N{NO-BREAK SPACE}{literal(first)}", *(_INDENT + literal(line) for line in rest)]


def _height(lines: Sequence[str]) -> float:
    return 2 * PADDING + _LINE * len(lines)


def _box(
    left: float,
    top: float,
    width: float,
    lines: Sequence[str],
    *,
    hover: str = "",
    height: float | None = None,
    arm: str = "",
) -> Box:
    return Box(
        left=left,
        top=top,
        width=width,
        height=_height(lines) if height is None else height,
        lines=tuple(lines),
        hover=hover,
        arm=arm,
    )
