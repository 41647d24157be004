"""The Parametric tab: its table, figures, what it refuses, and what it gives away."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from analytics.design import FittedHazards
from analytics.results import Result
from dashboard.analyses.designs import DesignProposal
from dashboard.views.designs.current import SURVIVAL
from queries.cohorts import Cohort, OneOf
from queries.workspace import open_workspace
from tests.dashboard.views.drawn import page_script, run_script, shown

PAGE = page_script("survival")


def opened(study: str, **inputs: object) -> AppTest:
    return run_script(PAGE, {"study": study, "survival_tab": "Parametric", **inputs})


def table_with(app: AppTest, column: str) -> pd.DataFrame:
    """The first table with such a column, as a reader sees it: without Markdown's backslashes."""
    tables = (
        pd.DataFrame(table.value)
        .map(lambda cell: str(cell).replace("\\", ""))
        .rename(columns=lambda name: str(name).replace("\\", ""))
        for table in app.table
    )
    return next(table for table in tables if any(column in name for name in table.columns))


def test_the_best_fit_is_marked_and_drawn(home: Path) -> None:
    app = opened("EQX-301")
    assert not app.exception
    assert not app.error
    table = table_with(app, "Distribution").set_index("Distribution")
    best = table.index[table["AIC, All arms"].str.contains("lowest")].tolist()
    assert best == ["Log-logistic"]
    assert app.session_state["survival_distributions"] == ["loglogistic"]
    assert "compare fits within the observed range only" in shown(app)
    assert "each arm fitted on its own" in shown(app)
    assert len(app.get("plotly_chart")) == 3
    assert app.session_state["survival_horizon_months"] == 48


def test_choices_change_what_is_drawn(home: Path) -> None:
    app = opened("EQX-301")
    app.multiselect("survival_distributions").set_value(["piecewise", "weibull"]).run()
    app.text_input("survival_cuts_months").set_value("3, 6; 12").run()
    app.number_input("survival_horizon_months").set_value(60.0).run()
    assert not app.exception
    assert not app.error
    assert "cut at 3, 6, 12 months" in shown(app)
    summary = table_with(app, "RMST to 60 months")
    assert set(summary["From"]) == {"Kaplan–Meier", "Weibull", "Piecewise exponential"}
    observed = summary[summary["From"] == "Kaplan–Meier"]
    assert set(observed["RMST to 60 months (95% CI)"]) == {"–"}
    fits = summary[summary["From"] != "Kaplan–Meier"]
    assert fits["RMST to 60 months (95% CI)"].str.endswith("*").all()
    app.text_input("survival_cuts_months").set_value("3, six").run()
    assert not app.exception
    assert "cut points are numbers with commas between them" in shown(app)
    app.text_input("survival_cuts_months").set_value("6, 3").run()
    assert "ascending times > 0" in shown(app)


def test_nothing_chosen_leaves_the_table(home: Path) -> None:
    app = opened("EQX-301")
    app.multiselect("survival_distributions").set_value([]).run()
    assert not app.exception
    assert table_with(app, "Distribution") is not None
    assert len(app.get("plotly_chart")) == 1, "the curves above the tabs"


@pytest.mark.parametrize("study", ["EQX-201", "GBSG2"])
def test_every_demo_study_has_fits_or_reasons(home: Path, study: str) -> None:
    app = opened(study)
    assert not app.exception
    assert not app.error
    if study == "EQX-201":
        assert "no fit" in shown(app)
        assert "Generalised gamma in Placebo" in shown(app)
        assert "the likelihood keeps rising" in shown(app)


def test_times_of_zero_wait_for_a_decision(home: Path) -> None:
    with open_workspace(home) as workspace:
        snapshot = workspace.current_snapshot("GBSG2")
        assert snapshot is not None
        path = workspace.path(snapshot)
    path.chmod(0o600)
    with duckdb.connect(str(path)) as connection:
        connection.execute('UPDATE adtte SET "AVAL" = 0 WHERE "AVAL" < 20')
    app = opened("GBSG2")
    assert not app.exception
    assert "subjects have a time of 0" in shown(app)
    app.selectbox("survival_zeros").select("half a day").run()
    assert not app.exception
    assert not app.error
    assert "were counted as half a day" in shown(app)


def test_a_filtered_cohort_is_said_under_its_fits(home: Path) -> None:
    women = Cohort(OneOf(column="SEX", values=("F",)))
    app = opened("EQX-301", cohort=women)
    assert not app.exception
    assert "316 of 720 subjects: Sex is F" in shown(app)


def test_the_assumptions_carry_their_origin(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[FittedHazards] = []
    to_json = FittedHazards.to_json
    monkeypatch.setattr(
        "dashboard.views.survival.assumptions._said",
        lambda hazards: kept.append(hazards) or ["taken"],
    )
    app = opened("EQX-301")
    assert not app.exception
    (found,) = kept
    assert FittedHazards.from_json(to_json(found)) == found
    with open_workspace(home) as workspace:
        snapshot = workspace.current_snapshot("EQX-301")
    assert snapshot is not None
    assert (found.study, found.endpoint) == ("EQX-301", "OS")
    assert found.snapshot == snapshot.content_sha256
    assert (found.by, found.blinding, found.analysis_set) == ("planned arm", "unblinded", "ITTFL")
    assert [one.arm for one in found.hazards] == ["Placebo", "Lumarestat 200 mg"]
    assert [one.events for one in found.hazards] == [159, 115]
    assert found.time_origin == "randomisation"


def test_a_pooled_reader_gets_pooled_hazards_only(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[FittedHazards] = []
    monkeypatch.setattr(
        "dashboard.views.survival.assumptions._said",
        lambda hazards: kept.append(hazards) or ["taken"],
    )
    with open_workspace(home) as workspace:
        workspace.blind("EQX-301", person="anna", reason="A test")
    app = opened("EQX-301")
    assert not app.exception
    assert not app.error
    everything = shown(app) + "\n".join(chart.proto.spec for chart in app.get("plotly_chart"))
    assert "Placebo" not in everything.replace("Lumarestat or placebo", "")
    assert "Lumarestat 200 mg" not in everything
    assert all("Lumarestat" not in block.value for block in app.code)
    (found,) = kept
    assert (found.by, found.blinding) == ("pooled", "pooled")
    assert [one.arm for one in found.hazards] == ["All subjects"]
    assert "Lumarestat" not in found.to_json()
    assert "AIC" in table_with(app, "Distribution").columns


def test_a_cohort_of_the_future_is_drawn_but_not_taken_over(home: Path) -> None:
    dead = Cohort(OneOf(column="DTHFL", values=("Y",)))
    app = opened("EQX-301", cohort=dead)
    assert not app.exception
    assert len(app.get("plotly_chart")) == 3
    assert "immortal time" in shown(app)
    assert not [b for b in app.get("download_button") if "hazards" in b.proto.label]


@pytest.mark.usefixtures("home")
def test_a_fitted_hazard_becomes_the_control_of_a_design():
    app = opened("EQX-301")
    button = next(b for b in app.button if b.label == "Design a trial with Placebo as control")
    button.click().run()
    assert not app.exception
    proposal = Result.from_json(app.session_state[SURVIVAL.text])
    assert isinstance(proposal, DesignProposal)
    assert proposal.source is not None
    assert proposal.source.unblinded
    assert proposal.source.endpoint == "OS"
    assert not proposal.assumptions.subgroups[0].control.certain
    assert app.session_state["page_wanted"] == "designs"
