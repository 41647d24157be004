"""The Compare page: every study, every tab, and a sentence for everything that can be odd."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.analyses.comparison_answer import ComparisonAnswer
from dashboard.views.compare.table_one import NAME
from queries.cohorts import AllOf, AnyOf, AnyRecord, Between, Cohort, Not, OneOf, Rule, Window
from queries.workspace import SavedCohort, open_workspace
from tests.dashboard.views.drawn import charts_of, page_script, run_script, shown, unescaped

TABLE, BALANCE = ":material/table: Table 1", ":material/balance: Balance"
OVERLAP, DISTRIBUTIONS = ":material/join: Overlap", ":material/bar_chart: Distributions"
WOMEN = OneOf(column="SEX", values=("F",))
ELDERLY = Between(column="AGE", low=65)
SCRIPT = page_script("compare", saves="compare", said_by_sidebar=True)


def compare_page(
    rule: Rule | None = None, *, study: str = "EQX-301", link: str | None = None, **more: object
) -> AppTest:
    about = {} if link is not None else {"study": study}
    cohort = {} if rule is None else {"cohort": Cohort(rule)}
    return run_script(SCRIPT, {**about, **cohort, **more}, link=link)


def table_of(app: AppTest) -> pd.DataFrame:
    """The first table, as a reader sees it."""
    table = app.table[0].value.map(unescaped)
    table.columns = [unescaped(name).replace("\xa0", " ") for name in table.columns]
    return table


def everything(app: AppTest) -> str:
    infos = [unescaped(one.value) for one in (*app.info, *app.warning, *app.error)]
    code = [block.value for block in app.code]
    return "\n".join([shown(app), charts_of(app), *infos, *code])


def no_traceback(app: AppTest) -> None:
    assert not app.exception
    assert not app.error


def save(home: Path, **rules: Rule) -> dict[str, SavedCohort]:
    with open_workspace(home) as workspace:
        snapshot = workspace.current_snapshot("EQX-301")
        assert snapshot is not None
        return {
            name: workspace.save_cohort(
                study="EQX-301", name=name, cohort_json=Cohort(rule).to_json(),
                snapshot=snapshot.id, subjects=1, person="somebody",
            )
            for name, rule in rules.items()
        }  # fmt: skip


def keys(saved: dict[str, SavedCohort]) -> list[str]:
    return [f"{one.id}/{one.version}" for one in saved.values()]


@pytest.mark.parametrize("study", ["EQX-301", "EQX-201", "GBSG2"])
@pytest.mark.parametrize("tab", [TABLE, BALANCE, DISTRIBUTIONS])
@pytest.mark.parametrize("rule", [None, ELDERLY])
def test_every_tab_compares_the_arms_of_every_demo_study(
    home: Path, study: str, tab: str, rule: Rule | None
) -> None:
    app = compare_page(rule, study=study, compare_tab=tab)
    no_traceback(app)
    assert "Groups: Planned arm (TRT01P)." in shown(app)
    assert len(app.get("plotly_chart")) == (tab != TABLE)
    assert study in shown(app)


def test_table_one_has_the_variables_of_a_trial_and_none_after_baseline(home: Path) -> None:
    table = table_of(compare_page())
    assert table.columns.tolist() == [
        NAME, "Placebo (N = 359)", "Lumarestat 200 mg (N = 361)", "Overall (N = 720)", "|SMD|",
    ]  # fmt: skip
    lines = table[NAME].tolist()
    for name in ("Age at consent (years)", "Sex, n (%)", "Race, n (%)", "Weight at baseline (kg)"):
        assert f"**{name}**" in lines
    assert lines.index(":gray[**Stratification factors**]") < lines.index(
        "**ECOG performance status at baseline, n (%)**"
    )
    assert not [line for line in lines if "treatment duration" in line or "after baseline" in line]


def test_a_variable_after_baseline_is_marked(home: Path) -> None:
    app = compare_page(compare_variables=["AGE", "TRTDURD"])
    no_traceback(app)
    assert "**Total treatment duration (days) (after baseline)**" in table_of(app)[NAME].tolist()
    assert "Not known at baseline: Total treatment duration (days) (after baseline)." in shown(app)


def test_the_options_change_the_table(home: Path) -> None:
    app = compare_page()
    for name in ("overall", "differences", "sections"):
        app.checkbox(f"compare_{name}").uncheck()
    for name in ("p_values", "missing_lines"):
        app.checkbox(f"compare_{name}").check()
    app.selectbox("compare_test").select("ranks")
    app.number_input("compare_digits_percent").set_value(0).run()
    no_traceback(app)
    table = table_of(app)
    assert table.columns[-1] == "p (exploratory)"
    assert "Overall (N = 720)" not in table.columns
    assert "169 (47%)" in table["Placebo (N = 359)"].tolist()
    assert not [line for line in table[NAME] if line.startswith(":gray")]
    assert table[NAME].str.endswith("Missing").sum() == 13
    assert "p-values are exploratory and not adjusted for their number" in shown(app)
    assert "Wilcoxon rank-sum test" in shown(app)


def test_a_filtered_cohort_marks_its_p_values(home: Path) -> None:
    app = compare_page(WOMEN, compare_p_values=True)
    assert "Exploratory: the cohort is filtered" in shown(app)


def test_the_reference_comes_first(home: Path) -> None:
    app = compare_page(study="EQX-201")
    app.selectbox("compare_reference_TRT01P").select("60 mg").run()
    no_traceback(app)
    assert table_of(app).columns[1] == "60 mg (N = 40)"
    app = compare_page(study="EQX-201", compare_tab=BALANCE, compare_reference_TRT01P="60 mg")
    assert "from 60 mg" in everything(app)


def test_many_levels_are_cut_to_the_most_frequent(home: Path) -> None:
    app = compare_page(compare_variable="SITEID")
    no_traceback(app)
    assert "Of 62 levels, the 8 most frequent in the snapshot are compared." in shown(app)
    assert "432 of 720 subjects are in none of the groups." in shown(app)
    assert len(table_of(app).columns) == 1 + 8 + 2


def test_nine_groups_are_eight_and_a_sentence(home: Path) -> None:
    sites = ["103", "109", "110", "111", "207", "404", "703", "902", "101"]
    app = compare_page(compare_variable="SITEID", compare_levels_SITEID=sites)
    no_traceback(app)
    assert "At most 8 groups are compared: the first 8 of 9." in shown(app)


def test_levels_of_numbers_and_missing_ones_are_groups(home: Path) -> None:
    app = compare_page(compare_variable="TRT01A")
    assert "5 of 720 subjects are in none of the groups." in shown(app)
    app.multiselect("compare_levels_TRT01A").select(None).run()
    no_traceback(app)
    assert "No arm recorded (N = 5)" in table_of(app).columns
    app = compare_page(compare_variable="ECOGBL")
    assert table_of(app).columns.tolist()[1:3] == ["0 (N = 311)", "1 (N = 409)"]
    assert "ECOG performance status at baseline, n (%)" not in str(table_of(app)[NAME].tolist())


def test_no_level_and_no_variable_are_sentences(home: Path) -> None:
    app = compare_page()
    app.multiselect("compare_levels_TRT01P").set_value([]).run()
    no_traceback(app)
    assert "Choose at least one level." in everything(app)
    app = compare_page()
    app.multiselect("compare_variables").set_value([]).run()
    no_traceback(app)
    assert "Choose variables to compare, under Variables." in everything(app)


def test_one_group_and_empty_groups_are_sentences(home: Path) -> None:
    placebo = OneOf(column="TRT01P", values=("Placebo",))
    app = compare_page(placebo)
    no_traceback(app)
    assert "Left out, since no subject is in it: Lumarestat 200 mg." in shown(app)
    assert "There is one group only, so nothing is compared." in shown(app)
    assert table_of(app).columns.tolist() == [NAME, "Placebo (N = 359)"]
    app = compare_page(placebo, compare_tab=BALANCE)
    assert "compares groups, and there is one" in shown(app)
    app = compare_page(AnyOf(()))
    no_traceback(app)
    assert "No subject is in any of these groups" in shown(app)
    assert not app.table


# Cohorts ---------------------------------------------------------------------------------


@pytest.mark.parametrize("tab", [TABLE, BALANCE, OVERLAP, DISTRIBUTIONS])
def test_a_cohort_against_everyone_else(home: Path, tab: str) -> None:
    app = compare_page(WOMEN, compare_by_levels="cohorts", compare_tab=tab)
    no_traceback(app)
    said = "Everyone else, 404 subjects: Sex is other than F (missing kept)"
    assert said in shown(app)
    assert "Cohort on screen, 316 subjects: Sex is F" in shown(app)
    assert "groups overlap" not in shown(app)


def test_cohorts_that_overlap_are_said_and_not_tested(home: Path) -> None:
    saved = save(home, Women=WOMEN, Elderly=ELDERLY)
    app = compare_page(
        compare_by_levels="cohorts", compare_cohorts=keys(saved), compare_p_values=True
    )
    no_traceback(app)
    assert "The groups overlap: " in shown(app)
    assert "No tests: the groups share subjects" in shown(app)
    table = table_of(app)
    assert "p (exploratory)" not in table.columns
    [overall] = [name for name in table.columns if name.startswith("Overall")]
    assert overall == "Overall (N = 483)"


def test_a_saved_cohort_that_does_not_fit_is_said_and_left_out(home: Path) -> None:
    saved = save(home, Women=WOMEN, Odd=OneOf(column="NOPE", values=("Y",)), Elderly=ELDERLY)
    app = compare_page(compare_by_levels="cohorts", compare_cohorts=keys(saved))
    no_traceback(app)
    assert "Odd does not fit this snapshot and is left out: column 'NOPE'" in shown(app)
    assert len(table_of(app).columns) == 5
    only = {"Odd": saved["Odd"]}
    app = compare_page(compare_by_levels="cohorts", compare_cohorts=keys(only))
    no_traceback(app)
    assert "Choose at least one cohort." in everything(app)


def test_saved_cohorts_are_compared_where_none_is_on_screen(home: Path) -> None:
    save(home, Women=WOMEN, Odd=OneOf(column="NOPE", values=("Y",)))
    app = compare_page(compare_by_levels="cohorts")
    no_traceback(app)
    assert table_of(app).columns.tolist()[1:3] == ["All subjects (N = 720)", "Women (N = 316)"]
    assert "Odd" not in shown(app)


def test_what_is_compared_can_change_while_the_overlap_is_open(home: Path) -> None:
    app = compare_page(WOMEN, compare_by_levels="cohorts", compare_tab=OVERLAP)
    app.radio("compare_by_levels").set_value("levels").run()
    no_traceback(app)
    assert table_of(app).columns[1] == "Placebo (N = 169)"
    app.radio("compare_by_levels").set_value("cohorts").run()
    app.button("clear_filters").click().run()
    no_traceback(app)
    assert "There is one group only" in shown(app)


def test_an_older_version_stays_what_a_link_compared(home: Path) -> None:
    saved = save(home, Women=WOMEN)
    app = compare_page(compare_by_levels="cohorts", compare_cohorts=[*keys(saved), "all"])
    link = str(app.query_params["view"])
    with open_workspace(home) as workspace:
        workspace.save_cohort_version(
            saved["Women"].id, based_on=1, cohort_json=Cohort(AllOf((WOMEN, ELDERLY))).to_json(),
            snapshot=saved["Women"].snapshot, subjects=1, person="somebody else",
        )  # fmt: skip
    other = compare_page(link=link)
    no_traceback(other)
    assert "Women, version 1, 316 subjects: Sex is F" in shown(other)


def test_cohorts_chosen_by_the_future_are_warned_about(home: Path) -> None:
    early = AnyRecord(dataset="adae", within=Window(low=0, high=30))
    app = compare_page(early, compare_by_levels="cohorts")
    no_traceback(app)
    warned = "\n".join(unescaped(one.value) for one in app.warning)
    assert "The subjects were chosen by what happened after baseline" in warned
    assert "differences between the groups may be made by this selection" in warned
    app = compare_page(compare_variable="EOSSTT")
    assert "End of study status is ONGOING" in "\n".join(one.value for one in app.warning)
    assert not compare_page(WOMEN).warning


# Blinding, links, code, odd names -------------------------------------------------------------


def test_a_pooled_study_compares_no_arms(home: Path) -> None:
    saved = save(home, Placebo=OneOf(column="TRT01P", values=("Placebo",)), Women=WOMEN)
    app = compare_page()
    app.button("pool_arms").click().run()
    for tab in (TABLE, BALANCE, DISTRIBUTIONS):
        app = compare_page(compare_tab=tab, compare_variable="TRT01P", compare_variables=["TRT01P"])
        no_traceback(app)
        assert "Lumarestat 200 mg" not in everything(app).replace("Lumarestat or placebo", "")
        assert "Arms pooled: the study is blinded." in shown(app)
        assert "TRT01P" not in everything(app)
    app = compare_page(WOMEN)
    assert "Cohort on screen, 316 subjects" in shown(app), "the cohort against everyone else"
    app = compare_page(compare_by_levels="cohorts", compare_cohorts=keys(saved))
    no_traceback(app)
    assert "Placebo does not fit this snapshot and is left out" in shown(app)
    assert table_of(app).columns.tolist()[1:] == ["Women (N = 316)"]
    assert "pooled=True" in app.code[0].value


def test_a_link_brings_the_same_comparison(home: Path) -> None:
    app = compare_page(
        ELDERLY,
        compare_variable="REGION1",
        compare_reference_REGION1="Europe",
        compare_variables=["SEX", "BMKBL"],
        compare_tab=DISTRIBUTIONS,
        compare_shown="BMKBL",
        compare_drawing="outlines",
    )
    other = compare_page(link=str(app.query_params["view"]))
    no_traceback(other)
    assert shown(other) == shown(app)
    assert charts_of(other) == charts_of(app)
    assert "Outlines" in shown(other)


@pytest.mark.parametrize("tab", [TABLE, BALANCE, OVERLAP, DISTRIBUTIONS])
def test_the_code_on_screen_makes_the_same_numbers(home: Path, tab: str) -> None:
    app = compare_page(WOMEN, compare_by_levels="cohorts", compare_tab=tab)
    names: dict[str, object] = {}
    exec(compile(app.code[0].value, "shown", "exec"), names)
    answer = names["answer"]
    assert isinstance(answer, ComparisonAnswer)
    assert answer.overlap.sets["subjects"].tolist() == [404, 316]
    if tab == TABLE:
        lines = answer.display()
        cells = table_of(app)["Cohort on screen (N = 316)"].tolist()
        assert [cell for cell in cells if cell] == lines["Cohort on screen"].tolist()[1:]


def test_names_out_of_the_data_are_names(home: Path) -> None:
    with open_workspace(home) as workspace:
        snapshot = workspace.current_snapshot("EQX-301")
        assert snapshot is not None
        path = workspace.path(snapshot)
    with duckdb.connect(str(path)) as connection:
        for before, after in [("Placebo", "Overall"), ("Lumarestat 200 mg", "|SMD| <b>$x$</b>")]:
            names = {"before": before, "after": after}
            connection.execute("UPDATE adsl SET TRT01P = $after WHERE TRT01P = $before", names)
        connection.execute("UPDATE adsl SET RACE = '[x](y) **z**' WHERE RACE = 'ASIAN'")
        connection.execute("UPDATE adsl SET SEX = ' ' WHERE SEX = 'F'")
        connection.execute("UPDATE provenance.variables SET label = 'Sex' WHERE name = 'RACE'")
        connection.execute(
            """UPDATE provenance.variables SET label = 'n | <i>$a$' """
            """WHERE name = 'AGE'"""
        )
    for tab in (TABLE, BALANCE, DISTRIBUTIONS):
        app = compare_page(compare_tab=tab)
        no_traceback(app)
    app = compare_page()
    table = table_of(app)
    assert table.columns.tolist()[1:3] == ["Overall (2) (N = 359)", "|SMD| <b>$x$</b> (N = 361)"]
    lines = [line.replace("\xa0", "") for line in table[NAME]]
    assert {"(blank)", "[x](y) **z**", "**Sex (2), n (%)**", "**n | <i>$a$ (years)**"} <= {*lines}
    for cell in (*app.table[0].value[NAME], *app.table[0].value.columns):
        assert "<i>" not in cell
        assert "[x]" not in cell


def test_leaving_a_study_leaves_its_comparison(home: Path) -> None:
    app = compare_page(compare_variable="REGION1", compare_variables=["SEX"])
    app.selectbox("study").select("GBSG2").run()
    no_traceback(app)
    assert "Groups: Planned arm (TRT01P)." in shown(app)
    app.selectbox("study").select("EQX-301").run()
    assert app.session_state["compare_variable"] == "TRT01P"
    assert len(app.session_state["compare_variables"]) > 1


def test_complex_rules_can_be_compared(home: Path) -> None:
    rule = AllOf((Not(AnyOf((WOMEN, ELDERLY))), AnyRecord(dataset="adae", within=Window(low=1))))
    for tab in (TABLE, OVERLAP):
        app = compare_page(rule, compare_by_levels="cohorts", compare_tab=tab)
        no_traceback(app)
