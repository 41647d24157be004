"""The flow diagram adds up, says every number, and never lets a box overlap or overflow."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.checks import InputError
from dashboard.charts.flow import ArmFlow, CohortStep, Flow, Losses, draw_flow, flow_table
from dashboard.charts.flow.layout import Box, arrange
from dashboard.charts.theme import alt_text, arm_styles, themed
from tests.dashboard.charts.drawing import LayOut

REASONS = {
    "Adverse event": 9,
    "Withdrawal by subject": 7,
    "Death": 12,
    "Protocol deviation of a kind that the sponsor considered important": 3,
    "<a href='x'>%{x}</a> & $y$": 2,
    "W" * 70: 1,
}
MANY = {**REASONS, **{f"Rare reason {n}": 1 for n in range(6)}}


def _arm(name: str = "A", n: int = 100) -> ArmFlow:
    return ArmFlow(
        arm=name,
        allocated=n,
        received=n - 2,
        not_received=Losses.by_reason({"Withdrew consent": 2}),
        lost=Losses.by_reason({"Moved away": 3}),
        discontinued=Losses.by_reason(MANY),
        analysed=n - 5,
        not_analysed=Losses(subjects=5),
    )


def _flow(arms: int = 2, steps: int = 2) -> Flow:
    names = ["Placebo", "Xanomeline low dose (54 mg patch)", "High", "D", "<b>E</b>", "F" * 60]
    n = 100 * arms
    cohort = tuple(
        CohortStep(
            rule=f"Rule about age, sex & <site> {k}", left_out=10, remaining=n - 10 * (k + 1)
        )
        for k in range(steps)
    )
    return Flow(
        screened=n + 34,
        excluded=Losses.by_reason(REASONS),
        randomised=n,
        arms=tuple(_arm(name) for name in names[:arms]),
        cohort=cohort,
    )


def test_the_table_has_every_number_once() -> None:
    table = flow_table(_flow())
    totals = table[table["reason"] == ""]
    assert totals.loc[totals["arm"] == "Placebo", ["item", "subjects"]].to_numpy().tolist() == [
        ["Allocated", 100],
        ["Received allocated treatment", 98],
        ["Did not receive it", 2],
        ["Lost to follow-up", 3],
        ["Discontinued the study", 40],
        ["Analysed", 95],
        ["Not analysed", 5],
    ]
    first = totals.loc[totals["arm"] == "", ["item", "subjects"]].to_numpy().tolist()
    assert first == [["Screened", 234], ["Excluded", 34], ["Randomised", 200]]
    cohort = table[table["stage"] == "Cohort"]
    assert cohort["subjects"].tolist() == [10, 190, 10, 180]
    assert not table.duplicated(["stage", "arm", "item", "reason"]).any()


def test_reasons_of_an_item_add_up_to_it() -> None:
    table = flow_table(_flow())
    reasons = table[table["reason"] != ""]
    key = ["stage", "arm", "item"]
    sums = reasons[reasons["stage"] != "Cohort"].groupby(key)["subjects"].sum()
    totals = table[table["reason"] == ""].set_index(key)["subjects"]
    assert sums.to_dict() == totals[sums.index].to_dict()


def test_the_diagram_says_every_total_of_the_table() -> None:
    flow = _flow()
    said = " ".join(note.text for note in draw_flow(flow, width=1000).layout.annotations)
    table = flow_table(flow)
    for n in table.loc[table["reason"] == "", "subjects"]:
        assert f"(n={n:,})" in said
        assert f"{n:,} " in alt_text(draw_flow(flow))


def test_beyond_eight_reasons_the_rest_is_counted_and_in_the_hover() -> None:
    notes = draw_flow(_flow(), width=1000).layout.annotations
    note = next(note for note in notes if "Discontinued" in note.text)
    assert note.text.count("•") == 1 + 8 + 1
    assert "4 more reasons (n=4)" in note.text
    assert note.hovertext.startswith("<b>Discontinued the study, more reasons</b><br>Rare reason 3")
    assert note.hovertext.count("(n=") == 4
    assert note.text.index("Death (n=12)") < note.text.index("Adverse event (n=9)")


def test_without_screening_the_diagram_starts_at_randomisation() -> None:
    figure = draw_flow(Flow(randomised=100, arms=(_arm(),)))
    assert figure.layout.annotations[0].text == "<b>Randomised (n=100)</b>"
    assert "screened" not in alt_text(figure)


def test_arms_carry_their_colour() -> None:
    styles = arm_styles(["Placebo", "Xanomeline low dose (54 mg patch)"])
    figure = draw_flow(_flow(), styles=styles)
    fills = [shape.fillcolor for shape in figure.layout.shapes]
    assert [fills.count(style.colour) for style in styles.values()] == [1, 1]


GOOD = {"arm": "A", "allocated": 10, "received": 9, "analysed": 10}
ONE = Losses(subjects=1)


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (lambda: Losses(subjects=2, reasons=(("Death", 1),)), "reasons add up to subjects"),
        (lambda: Losses(subjects=2, reasons=(("D", 1), ("D", 1))), "each reason stands once"),
        (lambda: Losses(subjects=-1), "a number of subjects is whole and at least 0"),
        (lambda: Losses(subjects=1.5), "a number of subjects is whole and at least 0"),  # type: ignore[arg-type]
        (lambda: Losses(subjects=True), "a number of subjects is whole and at least 0"),
        (lambda: ArmFlow(**GOOD), r"received \+ not received == allocated"),
        (
            lambda: ArmFlow(**GOOD, not_received=ONE, not_analysed=ONE),
            r"analysed \+ not analysed == allocated",
        ),
        (
            lambda: ArmFlow(**GOOD, not_received=ONE, lost=Losses(subjects=11)),
            "lost <= allocated",
        ),
        (
            lambda: ArmFlow(**GOOD, not_received=ONE, discontinued=Losses(subjects=11)),
            "discontinued <= allocated",
        ),
        (lambda: Flow(randomised=99, arms=(_arm(),)), "allocated subjects of all arms"),
        (lambda: Flow(randomised=200, arms=(_arm(), _arm())), "the names of arms differ"),
        (lambda: Flow(randomised=0, arms=()), "1 <= arms <= 6"),
        (
            lambda: Flow(randomised=100, arms=(_arm(),), screened=120),
            r"excluded \+ randomised == screened",
        ),
        (
            lambda: Flow(randomised=100, arms=(_arm(),), excluded=ONE),
            "exclusions need a number screened",
        ),
        (
            lambda: Flow(
                randomised=100,
                arms=(_arm(),),
                cohort=(CohortStep(rule="Women", left_out=10, remaining=80),),
            ),
            r"left out \+ remaining == subjects before the step",
        ),
    ],
)
def test_numbers_that_do_not_add_up_are_refused(make, rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        make()


def _apart(one: Box, other: Box) -> bool:
    return (
        one.left + one.width <= other.left
        or other.left + other.width <= one.left
        or one.bottom <= other.top
        or other.bottom <= one.top
    )


_names = st.text(min_size=1, max_size=60)
_reasons = st.dictionaries(_names, st.integers(0, 10_000), max_size=12)


@st.composite
def _flows(draw: st.DrawFn) -> Flow:
    arms = []
    for name in draw(st.lists(_names, min_size=1, max_size=6, unique=True)):
        out, untreated = Losses.by_reason(draw(_reasons)), Losses.by_reason(draw(_reasons))
        n = out.subjects + untreated.subjects + draw(st.integers(0, 50))
        arms.append(
            ArmFlow(
                arm=name,
                allocated=n,
                received=n - untreated.subjects,
                not_received=untreated,
                lost=out,
                discontinued=out,
                analysed=n - out.subjects,
                not_analysed=out,
            )
        )
    n = sum(arm.allocated for arm in arms)
    excluded = Losses.by_reason(draw(_reasons))
    rules = draw(st.lists(_names, max_size=4))
    steps = tuple(CohortStep(rule=rule, left_out=0, remaining=n) for rule in rules)
    return Flow(
        screened=n + excluded.subjects,
        excluded=excluded,
        randomised=n,
        arms=tuple(arms),
        cohort=steps,
    )


@settings(max_examples=60, deadline=None)
@given(_flows(), st.integers(320, 1400))
def test_boxes_never_overlap_and_stay_inside(flow: Flow, width: int) -> None:
    diagram = arrange(flow, width)
    assert all(_apart(one, other) for one, other in combinations(diagram.boxes, 2))
    assert all(box.left >= 0 and box.left + box.width <= width + 1e-6 for box in diagram.boxes)
    ends = [point for line in diagram.lines for point in line.points]
    assert all(0 <= x <= width and 0 <= y <= diagram.bottom for x, y in ends)


@pytest.mark.browser
@pytest.mark.parametrize("width", [380, 1050])
@pytest.mark.parametrize("arms", [1, 2, 3, 6])
def test_texts_stay_in_their_boxes(arms: int, width: int, lay_out: LayOut) -> None:
    for page in (width, 1400):
        drawing = lay_out(draw_flow(_flow(arms), width=width), page)
        boxes = [shape for shape in drawing.shapes if shape.bottom - shape.top > 20]
        assert drawing.clipped() == []
        assert drawing.crowded() == []
        assert drawing.links == 0
        for text in drawing.texts:
            assert any(text.inside(box) for box in boxes), text


def test_figures_are_the_same_every_time_and_in_both_modes() -> None:
    assert draw_flow(_flow()).to_json() == draw_flow(_flow()).to_json()
    assert themed(draw_flow(_flow(6)), "dark").to_json()
    assert alt_text(draw_flow(_flow())).startswith("Flow of subjects. 234 screened, 34 excluded")


def test_a_figure_narrower_than_a_phone_is_refused() -> None:
    with pytest.raises(InputError, match="width >= 320"):
        draw_flow(_flow(), width=200)
