"""The Cohorts page: criteria come and go, are undone, saved, and never break the page."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from queries.cohorts import AllOf, AnyOf, AnyRecord, Between, Cohort, Not, OneOf, Rule, Window
from queries.workspace import open_workspace
from tests.dashboard.views.drawn import charts_of, page_script, run_script, shown, unescaped

WOMEN = OneOf(column="SEX", values=("F",))
ELDERLY = Between(column="AGE", low=65)
SEVERE = AnyRecord(dataset="adae", where=OneOf(column="AETOXGR", values=("3", "4", "5")))
SCRIPT = page_script("cohorts", saves="cohorts", said_by_sidebar=True)
SAVED, FLOW = ":material/bookmark: Saved", ":material/account_tree: Flow"


def cohorts_page(
    rule: Rule | None = None, *, study: str = "EQX-301", link: str | None = None, **more: object
) -> AppTest:
    about = {} if link is not None else {"study": study}
    cohort = {} if rule is None else {"cohort": Cohort(rule)}
    return run_script(SCRIPT, {**about, **cohort, **more}, link=link)


def chips(app: AppTest) -> list[str]:
    return [unescaped(b.label) for b in app.button if str(b.key).startswith("chip ")]


def rule_of(app: AppTest) -> Rule | None:
    return app.session_state["cohort"].rule if "cohort" in app.session_state else None


@pytest.mark.parametrize("study", ["EQX-301", "EQX-201", "GBSG2"])
@pytest.mark.parametrize("tab", [None, SAVED, FLOW])
@pytest.mark.parametrize("rule", [None, WOMEN, AnyOf(())])
def test_every_tab_shows_every_demo_study(
    home: Path, study: str, tab: str | None, rule: Rule | None
) -> None:
    more = {} if tab is None else {"cohort_tab": tab}
    app = cohorts_page(rule, study=study, **more)
    assert not app.exception
    assert not app.error
    if tab is None:
        assert len(app.get("plotly_chart")) >= 4


def test_chips_take_criteria_away_and_undo_brings_them_back(home: Path) -> None:
    app = cohorts_page(AllOf((WOMEN, ELDERLY, SEVERE)))
    assert chips(app) == [
        "Sex is F",
        "Age at consent is at least 65",
        "Any adverse event where toxicity grade is one of 3, 4, 5",
    ]
    app.button("chip 1").click().run()
    assert rule_of(app) == AllOf((WOMEN, SEVERE))
    app.button("clear").click().run()
    assert chips(app) == []
    app.button("undo").click().run()
    app.button("undo").click().run()
    assert rule_of(app) == AllOf((WOMEN, ELDERLY, SEVERE))
    assert app.button("undo").disabled
    app.button("redo").click().run()
    assert rule_of(app) == AllOf((WOMEN, SEVERE))


def test_attrition_adds_up(home: Path) -> None:
    app = cohorts_page(AllOf((WOMEN, ELDERLY)))
    [table] = [t.value for t in app.dataframe if "To gain" in t.value]
    assert table["Left"].tolist()[0] == 316
    n = table["Left"].tolist()[1]
    assert f"{n} of 720 subjects" in shown(app)
    assert table["To gain"].tolist()[1] == 316 - n


def test_a_criterion_after_baseline_is_marked(home: Path) -> None:
    app = cohorts_page(AllOf((WOMEN, OneOf(column="DTHFL", values=("Y",)))))
    assert "Not known at baseline: Subject death flag is Y" in shown(app)
    assert "Not known at baseline" not in shown(cohorts_page(WOMEN))


def test_a_cohort_is_saved_opened_versioned_and_becomes_stale(home: Path) -> None:
    app = cohorts_page(WOMEN)
    app.button("save").click().run()
    [name] = [one for one in app.text_input if one.label == "Name"]
    name.input("Women").run()
    app.button("save_now").click().run()
    assert not app.exception
    with open_workspace(home) as workspace:
        [saved] = workspace.cohorts("EQX-301")
        assert (saved.name, saved.subjects, saved.version) == ("Women", 316, 1)
        assert saved.cohort.rule == WOMEN
        snapshot = workspace.current_snapshot("EQX-301")
        assert snapshot is not None
    assert "Women, version 1" in shown(app)
    link = str(app.query_params["view"])
    with open_workspace(home) as workspace:
        workspace.save_cohort_version(
            saved.id, based_on=1, cohort_json=Cohort(AllOf((WOMEN, ELDERLY))).to_json(),
            snapshot=snapshot.id, subjects=1, person="somebody else",
        )  # fmt: skip
    other = cohorts_page(link=link)
    assert rule_of(other) == WOMEN
    assert "Stale" in shown(other)
    listed = cohorts_page(cohort_tab=SAVED)
    [table] = [t.value for t in listed.dataframe if "When saved" in t.value]
    assert table[["Name", "Version", "State"]].to_numpy().tolist() == [["Women", 2, "Current"]]


def test_a_link_keeps_the_rule_the_tab_and_the_panels(home: Path) -> None:
    rule = AllOf((Not(AnyOf((WOMEN, ELDERLY))), AnyRecord(dataset="adae", within=Window(low=1))))
    app = cohorts_page(rule, panels_shown=["SEX", "RANDDT"])
    other = cohorts_page(link=str(app.query_params["view"]))
    assert not other.exception
    assert rule_of(other) == rule
    assert other.session_state["panels_shown"] == ["SEX", "RANDDT"]
    assert len(other.get("plotly_chart")) == 2


@pytest.mark.parametrize(
    ("cohort", "sentence"),
    [
        ({"version": 1, "rule": {"column": "NOPE", "one_of": ["F"]}}, "'NOPE'"),
        ({"version": 1, "rule": {"column": "AGE", "between": [80, 65]}}, "from low to high"),
        ({"version": 1, "rule": {"column": "SEX", "one_of": [1]}}, "compared with text"),
        ({"version": 9, "rule": None}, "written in version 1"),
        ({"version": 1, "rule": {"any_record": "x; drop table adsl"}}, "dataset of the snapshot"),
        ("DROP TABLE adsl", "a cohort is a JSON object"),
    ],
)
def test_a_tampered_link_is_said_and_the_page_still_stands(
    home: Path, cohort: object, sentence: str
) -> None:
    with open_workspace(home) as workspace:
        link = workspace.save_view(
            study="EQX-301", snapshot=None, page="cohorts", state={"cohort": cohort}, person="x"
        )
    app = cohorts_page(link=link)
    assert not app.exception
    assert sentence in shown(app)
    assert rule_of(app) is None
    assert "720 of 720 subjects" in shown(app)


def test_pooling_takes_an_arm_out_of_the_cohort(home: Path) -> None:
    app = cohorts_page(OneOf(column="TRT01P", values=("Placebo",)))
    assert "359 of 720 subjects" in shown(app)
    app.button("pool_arms").click().run()
    assert not app.exception
    assert "a column that the snapshot's ADSL has" in shown(app)
    assert "720 of 720 subjects" in shown(app)
    assert "Placebo" not in charts_of(app)
    for tab in (SAVED, FLOW):
        app = cohorts_page(cohort_tab=tab)
        everything = shown(app) + charts_of(app)
        assert "Lumarestat 200 mg" not in everything.replace("Lumarestat or placebo", "")


def test_leaving_a_study_leaves_its_cohort(home: Path) -> None:
    app = cohorts_page(AnyRecord(dataset="adae"))
    app.selectbox("study").select("GBSG2").run()
    assert not app.exception
    assert "686 of 686 subjects" in shown(app)


def test_the_flow_agrees_with_the_cohort(home: Path) -> None:
    app = cohorts_page(AllOf((WOMEN, ELDERLY)), cohort_tab=FLOW)
    [table] = [t.value for t in app.table]
    text = str(table.to_numpy().tolist())
    assert "925" in text
    assert "205" in text
    assert "316" in text


def test_days_are_kept_as_days(home: Path) -> None:
    rule = Between(column="RANDDT", low=date(2025, 1, 1))
    app = cohorts_page(rule, panels_shown=["RANDDT"])
    state = json.loads(json.dumps({"rule": app.session_state["cohort"].to_json()}))
    assert '"date": "2025-01-01"' in state["rule"]
    assert chips(app) == ["Date of randomisation is on or after 2025-01-01"]
