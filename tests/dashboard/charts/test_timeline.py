"""One subject's profile puts everything on its day and loses nothing that has none."""

from __future__ import annotations

from datetime import date
from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.checks import InputError
from dashboard.charts.contrast import contrast, ink_on, luminance
from dashboard.charts.theme import alt_text, themed
from dashboard.charts.timeline import draw_timeline
from dashboard.charts.timeline.days import DayAxis
from dashboard.charts.timeline.events import GRADE_COLOURS, UNKNOWN_COLOUR
from tests.dashboard.charts.colour_vision import DEUTERANOPIA, NORMAL, PROTANOPIA, lab
from tests.dashboard.charts.drawing import LayOut

NONE = np.nan
EVENT = ["term", "grade", "start_day", "end_day", "serious", "related"]
PERIOD = ["start_day", "end_day", "dose", "unit"]
EVENTS = pd.DataFrame(
    [
        ("Headache", 1, -5, 3, False, False),
        ("Headache", 2, 20, 40, False, True),
        ("Headache", 2, 30, 34, False, True),
        ("Neutropenia", 4, 43, NONE, True, True),
        ("Fatigue", NONE, 10, 12, None, None),
        ("Nausea", 3, NONE, 50, True, True),
        ("Dizziness", 1, 30, 20, False, False),
    ],
    columns=EVENT,
)
EXPOSURE = pd.DataFrame(
    [
        (1, 21, 100, "mg"),
        (22, 42, 100, "mg"),
        (50, 80, 75, "mg"),
        (81, 90, 0, "mg"),
        (91, NONE, 100, "mg"),
        (NONE, 12, 10, "mg"),
    ],
    columns=PERIOD,
)
VISITS = pd.DataFrame({"day": [-14, 1, 22, NONE], "name": ["Screening", "C1", None, "Unscheduled"]})
MILESTONES = pd.DataFrame(
    [
        (-3, "Randomised", "disposition"),
        (1, "First dose", "disposition"),
        (95, "Progression", "endpoint"),
        (98, "Death", "endpoint"),
        (100, "Data cut", "cut"),
        (NONE, "New therapy", "disposition"),
    ],
    columns=["day", "name", "kind"],
)


def _whole(**more) -> go.Figure:
    return draw_timeline(
        events=EVENTS, exposure=EXPOSURE, visits=VISITS, milestones=MILESTONES, **more
    )


def _part(figure: go.Figure, part: str) -> list:
    return [trace for trace in figure.data if trace.meta["part"] == part]


def _notes(figure: go.Figure) -> str:
    return " ".join(note.text.replace("<br>", " ") for note in figure.layout.annotations)


def test_there_is_no_day_zero() -> None:
    axis = DayAxis(first=-10, last=100)
    assert axis.ends(-1) == axis.starts(1) == 0
    assert [axis.starts(day) for day in (-2, -1, 1, 2)] == [-2, -1, 0, 1]
    for frame in ({"events": EVENTS.assign(start_day=0)}, {"visits": VISITS.assign(day=0)}):
        with pytest.raises(InputError, match="there is no study day 0"):
            draw_timeline(**frame)


@given(st.integers(-400, -1), st.integers(1, 4000))
def test_ticks_are_few_and_a_round_number_of_days_from_day_one(first: int, last: int) -> None:
    axis = DayAxis(first=first, last=last)
    ticks = axis.ticks
    assert 1 in ticks
    assert len(ticks) <= 7
    assert 0 not in ticks
    assert all(first <= tick <= last for tick in ticks)
    steps = {axis.starts(b) - axis.starts(a) for a, b in pairwise(ticks)}
    assert len(steps) <= 1


def test_dates_follow_the_day_of_the_first_dose() -> None:
    axis = DayAxis(first=-1, last=2, first_dose=date(2024, 3, 1))
    assert [axis.say(day) for day in (-1, 1, 2)] == [
        "day −1 (29 February 2024)",
        "day 1 (1 March 2024)",
        "day 2 (2 March 2024)",
    ]
    assert DayAxis(first=1, last=2).say(2) == "day 2"


def test_events_run_from_the_start_of_their_first_day_to_the_end_of_their_last() -> None:
    bars = {
        (term, base): length
        for trace in _part(_whole(), "events")
        for term, base, length in zip(trace.meta["terms"], trace.base, trace.x, strict=True)
    }
    assert bars == {
        ("Headache", -5): 8,  # day −5 to −1, day 1 to 3
        ("Headache", 19): 21,
        ("Headache", 29): 5,
        ("Neutropenia", 42): 58,  # no end recorded: to the end of day 100
        ("Fatigue", 9): 3,
    }


def test_grades_are_written_and_seriousness_changes_the_shape() -> None:
    badges = _part(_whole(), "badges")
    shown = {
        (text, symbol, trace.marker.color)
        for trace in badges
        for text, symbol in zip(trace.text, trace.marker.symbol, strict=True)
    }
    assert shown == {
        ("1", "square", GRADE_COLOURS[1]),
        ("2", "square", GRADE_COLOURS[2]),
        ("4", "diamond", GRADE_COLOURS[4]),
        ("?", "square", UNKNOWN_COLOUR),
    }
    keys = {shape.name for shape in _whole().layout.shapes if (shape.name or "").startswith("key")}
    assert {"key: Grade 4", "key: Serious", "key: No end recorded"} <= keys
    assert "key: Grade 5" not in keys


def test_an_event_without_an_end_is_open() -> None:
    arrows = list(_part(_whole(), "open ends"))
    assert [list(trace.x) for trace in arrows] == [[100]]
    assert arrows[0].hovertext[0] == (
        "<b>Neutropenia</b><br>grade 4, serious<br>related to treatment<br>"
        "from day 43<br>no end recorded"
    )


def test_what_has_no_place_is_listed() -> None:
    said = _notes(_whole())
    assert "Nausea, grade 3, serious, no start day, ended day 50" in said
    assert "Dizziness, grade 1, not serious, ends before it starts on day 30" in said
    assert "10 mg, no start day, until day 12" in said
    assert "Visits without a day: Unscheduled." in said
    assert "Milestones without a day: New therapy." in said
    assert "7 adverse events, worst grade 4, 2 serious, 1 without a start day" in alt_text(_whole())


def test_occurrences_of_a_term_share_its_lane_unless_they_overlap() -> None:
    middles = [
        (base, y)
        for trace in _part(_whole(), "events")
        for term, base, y in zip(trace.meta["terms"], trace.base, trace.y, strict=True)
        if term == "Headache"
    ]
    by_onset = dict(middles)
    assert by_onset[-5] == by_onset[19]
    assert by_onset[29] > by_onset[19]


_day = st.integers(1, 300)


@given(st.lists(st.tuples(st.sampled_from("ABC"), _day, st.integers(0, 90)), min_size=1))
def test_no_event_lies_on_another(found: list[tuple[str, int, int]]) -> None:
    rows = [(t, 2, day, day + long, False, False) for t, day, long in found]
    figure = draw_timeline(events=pd.DataFrame(rows, columns=EVENT))
    bars = [
        (base, base + length, y)
        for trace in _part(figure, "events")
        for base, length, y in zip(trace.base, trace.x, trace.y, strict=True)
    ]
    assert len(bars) == len(rows)
    for (a, b, y), (c, d, z) in combinations(bars, 2):
        assert abs(y - z) >= 20 or b <= c or d <= a


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"grade": 6}, "grade is 1 to 5 or missing"),
        ({"grade": 2.5}, "grade is 1 to 5 or missing"),
        ({"serious": "N"}, "serious is true, false or missing"),
        ({"related": "Y"}, "related is true, false or missing"),
        ({"start_day": 1.5}, "study days are whole numbers"),
    ],
)
def test_events_that_would_be_misread_are_refused(change: dict, rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        draw_timeline(events=EVENTS.assign(**change))


def _steps(figure: go.Figure) -> list[tuple[float, float, float]]:
    return [(t.meta["dose"], t.x[0], t.x[-1]) for t in _part(figure, "dose")]


def _breaks(figure: go.Figure) -> list[list[int]]:
    return [list(trace.meta["days"]) for trace in _part(figure, "interruption")]


def test_doses_are_steps_with_changes_and_interruptions_marked() -> None:
    figure = draw_timeline(exposure=EXPOSURE)
    assert _steps(figure) == [(100, 0, 21), (100, 21, 42), (75, 49, 80), (100, 90, 91)]
    assert sorted(_breaks(figure)) == [[43, 49], [81, 90]]
    assert [t.text for t in _part(figure, "Dose reduced")] == [
        "<b>Dose reduced</b> from 100 to 75 mg<br>on day 50"
    ]
    assert len(_part(figure, "Dose increased")) == 1
    assert "1 dose reduction, 2 interruptions" in alt_text(figure)
    heights = [trace.y[0] - trace.y[1] for trace in _part(figure, "dose")]
    assert heights[2] / heights[0] == pytest.approx(0.75)
    assert len(_part(figure, "open end")) == 1


def test_single_administrations_are_not_interruptions() -> None:
    rows = [(1 + 21 * n, 1 + 21 * n, 200, "mg") for n in range(5)]
    figure = draw_timeline(exposure=pd.DataFrame(rows, columns=PERIOD))
    assert _breaks(figure) == []
    assert [trace.x[0] for trace in _part(figure, "dose")] == [0.5 + 21 * n for n in range(5)]


def test_placebo_of_dose_zero_is_not_an_interruption() -> None:
    figure = draw_timeline(exposure=pd.DataFrame([(1, 21, 0, "mg")], columns=PERIOD))
    assert _breaks(figure) == []
    assert _steps(figure) == [(0, 0, 21)]


def test_there_is_no_gap_between_day_minus_one_and_day_one() -> None:
    rows = [(-5, -1, 10, "mg"), (1, 5, 10, "mg")]
    assert _breaks(draw_timeline(exposure=pd.DataFrame(rows, columns=PERIOD))) == []
    rows = [(-5, -2, 10, "mg"), (2, 5, 10, "mg")]
    figure = draw_timeline(exposure=pd.DataFrame(rows, columns=PERIOD))
    assert _breaks(figure) == [[-1, 1]]
    assert "(2 days)" in _part(figure, "interruption")[0].text


def test_treatments_and_units_have_lanes_of_their_own() -> None:
    rows = pd.DataFrame([(1, 9, 100, "mg"), (1, 9, 5, "mL")], columns=PERIOD)
    labels = draw_timeline(exposure=rows).layout.yaxis.ticktext
    assert list(labels) == ["Dose (mg)", "Dose (mL)"]
    named = rows.assign(treatment=["A", None], unit="mg")
    assert list(draw_timeline(exposure=named).layout.yaxis.ticktext) == ["A (mg)", "Dose (mg)"]


def test_milestones_are_upright_lines_through_all_lanes() -> None:
    figure = _whole()
    names = set(MILESTONES["name"])
    lines = {shape.name: shape for shape in figure.layout.shapes if shape.name in names}
    places = {name: line.x0 for name, line in lines.items()}
    assert places == {
        "Randomised": -2.5,
        "First dose": 0.5,
        "Progression": 94.5,
        "Death": 97.5,
        "Data cut": 99.5,
    }
    assert all(line.x0 == line.x1 for line in lines.values())
    assert {line.y1 for line in lines.values()} == {figure.layout.yaxis.range[0]}
    assert lines["Data cut"].line.dash != lines["Death"].line.dash
    assert lines["Death"].line.color != lines["Randomised"].line.color
    with pytest.raises(InputError, match="kind is one of disposition, endpoint, cut"):
        draw_timeline(milestones=MILESTONES.assign(kind="other"))


def test_visits_are_named_by_the_pointer() -> None:
    visits = _part(_whole(first_dose=date(2024, 3, 1)), "visits")[0]
    assert list(visits.x) == [-13.5, 0.5, 21.5]
    assert list(visits.hovertext) == [
        "<b>Screening</b><br>day −14 (16 February 2024)",
        "<b>C1</b><br>day 1 (1 March 2024)",
        "<b>Visit without a name</b><br>day 22 (22 March 2024)",
    ]


def test_a_span_widens_the_axis_and_never_cuts_it() -> None:
    assert draw_timeline(visits=VISITS, span=(-20, 400)).layout.xaxis.range[1] > 399
    assert draw_timeline(visits=VISITS, span=(1, 2)).layout.xaxis.range[0] < -14


def test_grades_stay_apart_for_every_reader_in_both_modes() -> None:
    colours = [*GRADE_COLOURS.values()]
    assert [luminance(c) for c in colours] == sorted(map(luminance, colours), reverse=True)
    for vision in (NORMAL, DEUTERANOPIA, PROTANOPIA):
        labs = [lab(colour, vision) for colour in colours]
        assert min(float(np.linalg.norm(a - b)) for a, b in pairwise(labs)) > 20
    assert all(contrast(ink_on(colour), colour) >= 4.5 for colour in [*colours, UNKNOWN_COLOUR])
    dark = themed(_whole(), "dark")
    assert {trace.marker.color for trace in _part(dark, "badges")} <= {*colours, UNKNOWN_COLOUR}


def test_nothing_recorded_is_a_sentence() -> None:
    assert alt_text(draw_timeline()) == "Nothing is recorded of this subject."


def _many() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    terms = [f"{a} {b}" for a in ("Acute", "Chronic", "Mild") for b in ("cough", "rash", "W" * 60)]
    rows = []
    for _ in range(90):
        start = int(rng.integers(1, 700))
        end = start + int(rng.exponential(30)) if rng.random() < 0.8 else NONE
        grade = int(rng.integers(1, 6))
        rows.append((terms[rng.integers(9)], grade, start, end, bool(rng.random() < 0.2), None))
    return pd.DataFrame(rows, columns=EVENT)


BAD = "<a href='x'>%{x}</a> & " + "W" * 60
FIGURES = {
    "whole": _whole,
    "many events": lambda: draw_timeline(events=_many(), exposure=EXPOSURE, milestones=MILESTONES),
    "one day": lambda: draw_timeline(
        events=EVENTS.head(1).assign(start_day=1, end_day=1), visits=VISITS[1:2]
    ),
    "no days": lambda: draw_timeline(
        events=EVENTS.assign(start_day=NONE), visits=VISITS.tail(1), milestones=MILESTONES.tail(1)
    ),
    "crowded milestones": lambda: draw_timeline(
        milestones=pd.concat(
            [MILESTONES.assign(day=[1, 2, 3, 4, 5, 6]), MILESTONES.assign(day=range(95, 101))]
        )
    ),
    "hostile": lambda: draw_timeline(
        events=EVENTS.assign(term=BAD),
        exposure=EXPOSURE.assign(unit=BAD),
        visits=VISITS.assign(name=BAD),
        milestones=MILESTONES.assign(name=BAD),
        subject=BAD,
    ),
}


@pytest.mark.browser
@pytest.mark.parametrize("width", [380, 1400])
@pytest.mark.parametrize("name", FIGURES)
def test_texts_can_be_read(name: str, width: int, lay_out: LayOut) -> None:
    drawing = lay_out(FIGURES[name](), width)
    assert drawing.crowded() == []
    assert drawing.clipped() == []
    assert drawing.links == 0


@pytest.mark.parametrize("name", FIGURES)
def test_figures_are_described_and_drawn_as_svg_in_both_modes(name: str) -> None:
    figure = FIGURES[name]()
    assert alt_text(figure).startswith("Profile of ")
    assert {trace.type for trace in figure.data} <= {"bar", "scatter"}
    assert figure.layout.xaxis.title.text == "Study day (1 = first dose)"
    assert figure.to_json() == FIGURES[name]().to_json()
    assert themed(figure, "dark").to_json()
