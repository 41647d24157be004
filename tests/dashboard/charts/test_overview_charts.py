"""The figures of the Overview page show the numbers they were given."""

from __future__ import annotations

from datetime import date

import pandas as pd
import plotly.graph_objects as go
import pytest

from dashboard.charts.baseline import draw_age
from dashboard.charts.disposition import draw_disposition
from dashboard.charts.enrolment import draw_enrolment
from dashboard.charts.maturity import draw_maturity
from dashboard.charts.sites import draw_sites
from dashboard.charts.theme import alt_text, arm_styles, themed
from queries.workspace import PlannedEndpoint

STYLES = arm_styles(["A", "B"])
BY_DAY = pd.DataFrame(
    {
        "arm": ["A", "B", "A", "B"],
        "enrolled_on": pd.to_datetime(["2024-01-10", "2024-01-20", "2024-02-01", "2024-04-30"]),
        "subjects": [2, 3, 1, 4],
    }
)
PLANNED = pd.DataFrame(
    {"date": pd.to_datetime(["2024-01-01", "2024-05-20"]), "subjects": [0.0, 14.0]}
)
DISPOSITION = pd.DataFrame(
    [
        ("A", "COMPLETED", None, 5),
        ("A", "DISCONTINUED", "ADVERSE EVENT", 3),
        ("A", None, None, 2),
        ("B", "ONGOING", None, 4),
        ("B", "DISCONTINUED", None, 1),
        ("B", "DEATH", None, 5),
    ],
    columns=["arm", "status", "reason", "subjects"],
)
ENDPOINTS = pd.DataFrame(
    {
        "endpoint": ["OS", "OS", "PFS"],
        "label": ["Overall survival", "Overall survival", "Progression-free survival"],
        "subjects": [50, 50, 100],
        "events": [10, 20, 65],
    }
)


def _part(figure: go.Figure, part: str) -> list:
    return [trace for trace in figure.data if trace.meta and trace.meta["part"] == part]


def test_enrolment_adds_up_and_runs_to_the_data_cut() -> None:
    figure = draw_enrolment(
        BY_DAY, styles=STYLES, planned=PLANNED, target=14, data_cut=date(2024, 5, 20)
    )
    total = _part(figure, "enrolled")[0]
    assert list(total.y) == [0, 2, 5, 6, 10, 10]
    assert pd.Timestamp(total.x[-1]) == pd.Timestamp(2024, 5, 20)
    assert total.text[-1] == ", 14 planned"
    months = {
        trace.name: dict(zip(trace.x, trace.y, strict=True)) for trace in _part(figure, "months")
    }
    assert {name: sum(rows.values()) for name, rows in months.items()} == {"A": 3, "B": 7}
    assert "71% of the target of 14" in alt_text(figure)


def test_enrolment_without_a_plan_has_no_plan_line() -> None:
    for planned in (None, PLANNED.iloc[:0]):
        figure = draw_enrolment(BY_DAY, styles=STYLES, planned=planned)
        assert not _part(figure, "planned")


def test_disposition_counts_every_subject_once() -> None:
    figure = draw_disposition(DISPOSITION, arms=["A", "B"])
    counts = {trace.name: [n for n, _ in trace.customdata] for trace in figure.data}
    assert counts == {
        "Completed": [5, 0],
        "Ongoing": [0, 4],
        "Death": [0, 5],
        "Adverse event": [3, 0],
        "Reason not collected": [0, 1],
        "Not collected": [2, 0],
    }
    assert [sum(trace.x[place] for trace in figure.data) for place in (0, 1)] == [1, 1]


def test_disposition_folds_rare_reasons_by_name_and_loses_nobody() -> None:
    rows = [("A", "DISCONTINUED", f"Reason {n:02}", 20 - n) for n in range(12)]
    figure = draw_disposition(
        pd.DataFrame(rows, columns=["arm", "status", "reason", "subjects"]), arms=["A"]
    )
    assert figure.data[-1].name == "Other reasons (6)"
    assert sum(trace.customdata[0][0] for trace in figure.data) == sum(row[3] for row in rows)


def test_maturity_is_events_by_planned_events_with_looks() -> None:
    planned = [PlannedEndpoint(code="OS", events=40, looks=(0.5, 1.0)), PlannedEndpoint(code="X")]
    figure = draw_maturity(ENDPOINTS, planned=planned)
    assert list(_part(figure, "bar")[0].x) == [0.75]
    assert [look.x[0] for look in _part(figure, "look")] == [0.5, 1.0]
    said = [note.text for note in figure.layout.annotations]
    assert "30 of 40 events · 75%" in said
    assert "65 events in 100 subjects" in said


def test_maturity_without_a_plan_counts_subjects() -> None:
    figure = draw_maturity(ENDPOINTS)
    assert list(_part(figure, "track")[0].x) == [100, 100]
    assert list(_part(figure, "bar")[0].x) == [30, 65]
    assert figure.layout.xaxis.title.text == "Subjects with an event"


def test_maturity_beyond_plan_stays_inside_the_axis() -> None:
    figure = draw_maturity(ENDPOINTS, planned=[PlannedEndpoint(code="PFS", events=50)])
    assert figure.layout.xaxis.range[1] > 1.3


def test_ages_are_shares_of_their_own_arm() -> None:
    bands = pd.DataFrame(
        {"arm": ["A", "A", "B"], "age_from": [50.0, 60.0, 60.0], "subjects": [1, 3, 8]}
    )
    by_arm = {trace.name: trace for trace in draw_age(bands, styles=STYLES, width=10).data}
    assert list(by_arm["A"].y) == [0, 0.25, 0.75, 0]
    assert list(by_arm["B"].y) == [0, 0, 1, 0]
    assert list(by_arm["A"].customdata) == [0, 1, 3, 0]


def test_sites_fall_and_name_their_country() -> None:
    sites = pd.DataFrame(
        {"site": ["01", "02", None], "country": ["FRA", None, None], "subjects": [3, 9, 1]}
    )
    figure = draw_sites(sites, targets={"02": 5})
    assert list(figure.data[0].y) == [9, 3, 1]
    assert list(figure.data[0].text) == ["Site 02", "Site 01, FRA", "Site not recorded"]
    assert list(figure.data[1].y) == [5, None, None]


def _figures() -> dict[str, go.Figure]:
    pooled = arm_styles(["All subjects"])
    one = BY_DAY.head(1).assign(arm="All subjects")
    return {
        "enrolment": draw_enrolment(BY_DAY, styles=STYLES, planned=PLANNED),
        "enrolment of one": draw_enrolment(one, styles=pooled, data_cut=date(2024, 1, 10)),
        "enrolment of nobody": draw_enrolment(BY_DAY.iloc[:0], styles=STYLES),
        "disposition": draw_disposition(DISPOSITION, arms=["A", "B"]),
        "disposition of nobody": draw_disposition(DISPOSITION.iloc[:0], arms=["A"]),
        "disposition of an empty arm": draw_disposition(DISPOSITION, arms=["A", "B", "C"]),
        "maturity": draw_maturity(ENDPOINTS),
        "maturity without events": draw_maturity(ENDPOINTS.assign(events=0)),
        "maturity of nothing": draw_maturity(ENDPOINTS.iloc[:0]),
        "age of nobody": draw_age(
            pd.DataFrame({"arm": [], "age_from": [], "subjects": []}), styles=STYLES
        ),
        "age of one": draw_age(
            pd.DataFrame({"arm": ["A"], "age_from": [70.0], "subjects": [1]}), styles=STYLES
        ),
        "sites of nobody": draw_sites(pd.DataFrame({"site": [], "country": [], "subjects": []})),
    }


@pytest.mark.parametrize("name", list(_figures()))
def test_every_figure_is_described_and_can_be_drawn_in_both_modes(name: str) -> None:
    figure = _figures()[name]
    assert alt_text(figure).endswith(".")
    assert figure.layout.height
    for mode in ("light", "dark"):
        assert themed(figure, mode).to_json()


@pytest.mark.parametrize("name", ["enrolment", "maturity", "disposition", "age of one"])
def test_horizontal_axes_have_titles(name: str) -> None:
    assert _figures()[name].layout.xaxis.title.text
