"""Every page runs on its own and through the app, on the demo studies."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import links
from queries.cohorts import AnyRecord, Between, Cohort, OneOf, Window
from queries.workspace import open_workspace
from tests.dashboard.views.drawn import SECONDS, charts_of, run_script, shown, unescaped

MAIN = str(Path(__file__).parents[3] / "dashboard" / "main.py")
PAGES = {
    "overview": "from dashboard.views import overview",
    "survival": "from dashboard.views.survival import page as survival",
}


def through_the_app(view: str | None = None) -> AppTest:
    app = AppTest.from_file(MAIN, default_timeout=SECONDS)
    if view is not None:
        app.query_params["view"] = view
    return app.run()


def on_its_own(page: str, *, link: str | None = None, **state: object) -> AppTest:
    script = f"""
from dashboard import links, state
from dashboard.results import explained
from dashboard.views import sidebar
{PAGES[page]}

state.begin_run()
with explained():
    links.open_link()
sidebar.show()
{page}.show()
with explained():
    links.save_link({page!r})
"""
    return run_script(script, state, link=link)


def tiles(app: AppTest) -> dict[tuple[str, str], str]:
    return {(metric.label, unescaped(metric.delta)): metric.value for metric in app.metric}


def test_the_first_page_has_a_real_answer(home: Path) -> None:
    app = through_the_app()
    assert not app.exception
    assert not app.error
    assert "720 of 720 subjects" in shown(app)
    assert tiles(app)["Subjects", "of 720 planned"] == "720"
    assert len(app.get("plotly_chart")) == 5


def test_before_any_import_the_app_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EQUIPOISE_HOME", str(tmp_path / "empty"))
    st.cache_resource.clear()
    app = through_the_app()
    st.cache_resource.clear()
    assert not app.exception
    assert "No study is here yet" in shown(app)


@pytest.mark.parametrize("study", ["EQX-201", "EQX-301", "GBSG2"])
@pytest.mark.parametrize("page", ["overview", "survival"])
def test_every_page_shows_every_demo_study(home: Path, page: str, study: str) -> None:
    app = on_its_own(page, study=study)
    assert not app.exception
    assert not app.error
    assert study in shown(app)


def test_what_was_not_collected_is_said(home: Path) -> None:
    app = on_its_own("overview", study="GBSG2")
    assert tiles(app)["Sites", ""] == "not collected"
    assert "Date of enrolment: not collected." in shown(app)


def test_the_plan_gives_the_defaults_of_an_endpoint(home: Path) -> None:
    app = on_its_own("survival", study="EQX-301")
    assert app.session_state["survival_endpoint"] == "OS"
    assert app.session_state["survival_set_OS"] == "ITTFL"
    assert app.session_state["survival_role_OS"] == "planned"
    assert app.session_state["survival_strata_OS"] == ["REGION1", "BMKGR1", "ECOGBL"]
    assert ("Stratified log-rank p", "pre-specified, nominal, interim") in tiles(app)
    assert "Interim data: p-values are nominal" in shown(app)
    assert "from randomisation" in shown(app)
    app.selectbox("survival_endpoint").select("TTSAE").run()
    assert app.session_state["survival_role_TTSAE"] == "actual"
    assert "Actual arms (TRT01A)" in shown(app)
    assert app.session_state["survival_strata_TTSAE"] == []
    assert "5 subjects of the cohort were left out (outside SAFFL: 5)" in shown(app)


def test_a_cohort_changes_every_number_and_marks_p_values(home: Path) -> None:
    women = Cohort(OneOf(column="SEX", values=("F",)))
    app = on_its_own("survival", study="EQX-301", cohort=women)
    assert not app.exception
    assert "316 of 720 subjects**: Sex is F" in shown(app)
    assert "720 of 720" not in shown(app)
    assert any((about or "").startswith("exploratory") for _, about in tiles(app))
    assert "Exploratory: the cohort is filtered" in shown(app)
    app.button("clear_filters").click().run()
    assert "720 of 720 subjects" in shown(app)


def test_a_cohort_chosen_by_the_future_is_compared_from_a_landmark_or_not_at_all(
    home: Path,
) -> None:
    dead = Cohort(OneOf(column="DTHFL", values=("Y",)))
    app = on_its_own("survival", study="EQX-301", cohort=dead)
    assert not app.exception
    assert "no landmark can be stated" in shown(app)
    assert not [label for label, _ in tiles(app) if "Hazard ratio" in label or "p" in label.split()]

    early = Cohort(AnyRecord(dataset="adae", within=Window(low=0, high=30)))
    app = on_its_own("survival", study="EQX-301", cohort=early)
    assert "Set a landmark of day 34 or later" in shown(app), "first dose is up to 3 days later"
    app.number_input("survival_landmark").set_value(33).run()
    assert "Set a landmark of day 34 or later" in shown(app)
    app.number_input("survival_landmark").set_value(34).run()
    assert not app.exception
    assert "immortal" not in shown(app)
    assert [label for label, _ in tiles(app) if "Hazard ratio" in label]
    assert "from day 34 after randomisation (landmark)" in shown(app)
    assert "event or censoring by day 34" in shown(app)


def test_a_pooled_study_shows_no_arm_until_a_reason_is_given(home: Path) -> None:
    app = on_its_own("survival", study="EQX-301")
    assert "Lumarestat" in shown(app)
    app.button("pool_arms").click().run()
    for page in ("survival", "overview"):
        app = on_its_own(page, study="EQX-301")
        assert not app.exception
        everything = shown(app) + charts_of(app) + str(tiles(app))
        assert "Lumarestat 200 mg" not in everything.replace("Lumarestat or placebo", "")
        assert "Hazard ratio (95% CI)" not in everything
        assert "Cox" not in shown(app)  # packed numbers of a chart may spell anything
        assert "All subjects" in everything
        assert all("Lumarestat" not in block.value for block in app.code)
        assert not [m for m in app.multiselect if m.label == "Planned arm"]
    app.button("show_arms").click().run()
    assert app.button("unblind").disabled
    app.text_input("unblinding_reason").input("Data monitoring committee").run()
    app.button("unblind").click().run()
    with open_workspace(home) as workspace:
        last, pooled = workspace.activity("EQX-301", limit=2)
        assert (last.act, last.detail["reason"]) == ("unblind", "Data monitoring committee")
        assert pooled.act == "blind"
        assert not workspace.study("EQX-301").blinded


def test_a_link_brings_the_same_view_to_somebody_else(home: Path) -> None:
    fifties = Cohort(Between(column="AGE", low=50, high=60))
    app = on_its_own("survival", study="GBSG2", cohort=fifties)
    link = str(app.query_params["view"])
    assert len(link) >= 22
    assert "GBSG2" not in link
    other = on_its_own("survival", link=link)
    assert other.session_state["study"] == "GBSG2"
    assert other.session_state["cohort"] == fifties
    assert tiles(other) == tiles(app)


def test_a_late_address_takes_nothing_back_but_the_reader_can_go_back(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = on_its_own("survival", study="EQX-301")
    first = app.query_params["view"]
    app.selectbox("survival_endpoint").select("PFS").run()
    second = app.query_params["view"]
    assert second != first

    app.query_params["view"] = first  # the browser has not heard of the second one yet
    app.selectbox("survival_endpoint").select("TTSAE").run()
    assert app.session_state["survival_endpoint"] == "TTSAE"

    app.query_params["view"] = first  # nor of the third, and nothing is changed since
    app.run()
    assert app.session_state["survival_endpoint"] == "TTSAE"

    app.query_params["view"] = first  # the Back button
    monkeypatch.setattr(links, "_goes_back", lambda: True)
    app.run()
    assert app.session_state["survival_endpoint"] == "OS"


@pytest.mark.parametrize("link", ["nonsense", "../../etc/passwd", "'; DROP TABLE views; --"])
def test_an_unknown_link_is_said_and_the_page_still_stands(home: Path, link: str) -> None:
    app = through_the_app(view=link)
    assert not app.exception
    assert "a link is one that this workspace knows" in shown(app)
    assert "720 of 720 subjects" in shown(app)


def test_the_code_on_screen_makes_the_same_numbers(home: Path) -> None:
    app = on_its_own("survival", study="EQX-301")
    code = next(block.value for block in app.code if "draw_kaplan_meier" in block.value)
    names: dict[str, object] = {}
    exec(compile(code, "shown", "exec"), names)
    table = names["answer"].hazard_ratio.to_frame().iloc[0]
    expected = f"{table.hazard_ratio:.2f} ({table.lower:.2f}–{table.upper:.2f})"
    assert expected in tiles(app).values()
