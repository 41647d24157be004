"""Charts of the Safety page: what they show, who is behind a mark, what a blinded reader sees."""

from __future__ import annotations

import json
import time
from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from queries.cohorts import AnyRecord, Cohort, OneOf
from queries.workspace import open_workspace
from tests.dashboard.views import drawn
from tests.dashboard.views.drawn import TEXTS, page_script, run_script

PAGE = page_script("safety")
CHARTS = ("Dot plot", "Volcano", "Butterfly", "Over time")
ARM = "Lumarestat 200 mg"


def opened(tab: str, study: str = "EQX-301", **inputs: object) -> AppTest:
    app = run_script(PAGE, {"study": study, "safety_tab": tab, **inputs})
    assert not app.exception
    return app


shown = partial(drawn.shown, kinds=(*TEXTS, "title"))


def figures(app: AppTest) -> list[dict]:
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def marks(app: AppTest) -> list[list[str]]:
    (figure,) = figures(app)
    return [list(one) for trace in figure["data"] for one in trace.get("customdata") or ()]


def test_every_chart_says_what_it_is_and_is_exploratory(home: Path) -> None:
    assert home.exists()
    for tab in CHARTS:
        app = opened(tab)
        assert len(figures(app)) == 1
        assert "Exploratory, not confirmatory." in shown(app)
        assert "snapshot" in shown(app)
        assert not app.error


@pytest.mark.usefixtures("home")
def test_the_numbers_under_a_chart_are_those_of_its_rows() -> None:
    app = opened("Dot plot", safety_rows=7)
    assert "7 of 56 terms shown." in shown(app)
    table = app.dataframe[-1].value
    assert len(table) == 7
    assert any("95% CI" in column for column in table.columns)
    assert any(column.endswith(": p") for column in table.columns)
    assert len({tuple(mark[:2]) for mark in marks(app)}) == 7
    assert "The first 7 of 56 are shown." in shown(app)


@pytest.mark.usefixtures("home")
def test_cuts_classes_level_and_order_are_the_same_in_every_chart() -> None:
    inputs = {
        "safety_least_percent": 10.0,
        "safety_least_difference": 5.0,
        "safety_classes": ["Skin complaints"],
        "safety_order": "difference",
    }
    first = opened("Dot plot")
    known = first.multiselect("safety_classes").options
    inputs["safety_classes"] = [known[0]]
    rows = {tab: {tuple(mark[:2]) for mark in marks(opened(tab, **inputs))} for tab in CHARTS}
    assert rows["Dot plot"]
    assert all(found == rows["Dot plot"] for found in rows.values())
    assert {class_ for class_, _ in rows["Dot plot"]} == {known[0]}
    classes = marks(opened("Dot plot", safety_level="class"))
    assert {term for _, term, _ in classes} == {""}
    terms = opened("Terms", safety_classes=[known[0]]).dataframe[0].value["Class and term"].tolist()
    assert terms[:2] == ["Any adverse event", known[0]]


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("emergence", ["flagged", "window"])
@pytest.mark.parametrize(
    ("tab", "mark"),
    [("Dot plot", "dots"), ("Butterfly", "butterfly"), ("Over time", "over_time")],
)
def test_the_subjects_behind_a_mark_are_as_many_as_it_counts(
    tab: str, mark: str, emergence: str
) -> None:
    inputs = {"safety_emergence": emergence, "safety_stacked": False}
    (figure,) = figures(opened(tab, **inputs))
    trace = next(
        one
        for one in figure["data"]
        if one.get("customdata") and one["customdata"][0][2] == ARM and "x" in one
    )
    said = next(line for line in trace["hovertext"][0].split("<br>") if " of " in line)
    n = int(said.split(" of ")[0].split(": ")[-1].replace(",", ""))
    app = opened(tab, **inputs, **{f"safety_mark_{mark}": trace["customdata"][0]})
    assert f"**: {n} subjects" in shown(app)


@pytest.mark.usefixtures("home")
def test_a_bubble_opens_all_arms_and_then_one() -> None:
    app = opened("Volcano", safety_mark_volcano=["Digestive complaints", "Bowel quickening"])
    assert "**Bowel quickening (Digestive complaints)**: 218 subjects" in shown(app)
    app.radio("safety_volcano_behind_arm").set_value(ARM).run()
    assert not app.exception
    assert f"**Bowel quickening (Digestive complaints), {ARM}**: 145 subjects" in shown(app)


@pytest.mark.usefixtures("home")
def test_one_of_several_arms_is_chosen() -> None:
    app = opened("Volcano", study="EQX-201")
    arms = app.radio("safety_compared_arm").options
    assert len(arms) == 4
    before = figures(app)
    app.radio("safety_compared_arm").set_value("100 mg").run()
    assert not app.exception
    assert figures(app) != before
    assert len(figures(opened("Dot plot", study="EQX-201", safety_compared_arm="60 mg"))) == 1


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("tab", CHARTS)
@pytest.mark.parametrize("measure", ["risk ratio", "odds ratio", "rate ratio"])
def test_ratios_are_drawn_with_what_is_infinite(tab: str, measure: str) -> None:
    app = opened(tab, safety_measure=measure, safety_grade=3)
    assert len(figures(app)) == 1
    assert "NaN" not in json.dumps(figures(app))


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("tab", ["Dot plot", "Volcano"])
def test_stratified_differences_are_drawn(tab: str) -> None:
    known = opened(tab).multiselect("safety_strata").options
    plain, stratified = figures(opened(tab)), opened(tab, safety_strata=["REGION1"])
    assert known
    assert figures(stratified) != plain
    assert "stratified by REGION1" in shown(stratified)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("tab", CHARTS)
def test_terms_grouped_by_another_column_are_drawn_and_opened(tab: str) -> None:
    app = opened(tab, safety_column="AEOUT", safety_level="class")
    assert "RECOVERED/RESOLVED" in {mark[0] for mark in marks(app)}


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("tab", CHARTS)
def test_nothing_to_draw_is_said(tab: str) -> None:
    nothing = opened(tab, study="EQX-201", safety_kinds=["fatal"])
    assert "No adverse event of this kind is recorded in this cohort." in shown(nothing)
    cut = opened(tab, safety_least_percent=100.0)
    assert "Everything is cut away. Lower the cuts, or choose more classes." in shown(cut)
    assert not figures(cut)


@pytest.mark.usefixtures("home")
def test_arms_of_a_late_cohort_are_drawn_and_not_compared() -> None:
    late = Cohort(AnyRecord(dataset="adae", where=OneOf(column="AESER", values=("Y",))))
    dots = opened("Dot plot", cohort=late)
    assert "immortal time" in shown(dots)
    assert "xaxis2" not in figures(dots)[0]["layout"]
    volcano = opened("Volcano", cohort=late)
    assert "immortal time" in shown(volcano)
    assert "sets one arm against another" in shown(volcano)
    assert not figures(volcano)
    assert len(figures(opened("Over time", cohort=late))) == 1
    assert "immortal time" in shown(opened("Butterfly", cohort=late))


@pytest.mark.parametrize("tab", CHARTS)
def test_a_blinded_reader_sees_no_arm(home: Path, tab: str) -> None:
    with open_workspace(home) as workspace:
        workspace.blind("EQX-301", person="anna", reason="A test")
    app = opened(tab)
    sent = shown(app) + json.dumps(figures(app))
    sent += "".join(str(frame.value) for frame in app.dataframe)
    assert "Lumarestat" not in sent.replace("Lumarestat or placebo, added to standard care", "")
    if tab in ("Volcano", "Butterfly"):
        assert "Arms are pooled: the study is blinded." in sent
        assert not figures(app)
    else:
        assert "xaxis2" not in figures(app)[0]["layout"]
        assert "All subjects" in sent


@pytest.mark.usefixtures("home")
def test_a_change_of_a_control_redraws_at_once() -> None:
    for tab in CHARTS:
        app = opened(tab)
        app.selectbox("safety_grade").set_value(2).run()
        start = time.perf_counter()
        app.selectbox("safety_grade").set_value(3).run()
        took = time.perf_counter() - start
        assert not app.exception
        assert took < 3, f"{tab}: {took:.2f} s, without the browser"
