"""The comparison of groups: the numbers of plain pandas, and a sentence where there are none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from analytics.baseline import LevelTable, TableOne, TableOptions, ValueTable
from analytics.checks import InputError, NotEstimableError
from dashboard.analyses.comparison import ComparedVariable, ComparisonAnalysis
from dashboard.analyses.comparison_answer import ComparisonAnswer
from queries.cohorts import AnyOf, Between, Cohort, Not, OneOf
from queries.importers import import_files
from queries.store import Store, open_store
from tests.tiny_snapshot import write_tiny_snapshot

ARMS = ("Placebo", "Xanomeline Low Dose", "Xanomeline High Dose")
NUMBERS = ("AGE", "BMIBL", "WEIGHTBL", "HEIGHTBL", "EDUCLVL", "DURDIS", "MMSETOT")
LEVELS = ("SEX", "RACE", "ETHNIC", "AGEGR1", "BMIBLGR1", "DURDSGR1")
STATISTICS = ("subjects", "n", "missing", "mean", "sd", "min", "q1", "median", "q3", "max")
EXACT = {"rtol": 1e-12, "atol": 1e-12}

WOMEN = Cohort(OneOf(column="SEX", values=("F",)), name="Women")
ELDERLY = Cohort(Between(column="AGE", low=60), name="Elderly")
NOBODY = Cohort(AnyOf(()), name="Nobody")
AGE = ComparedVariable(column="AGE", kind="numbers", label="Age", unit="years")
RACE = ComparedVariable(column="RACE", label="Race")
TESTED = TableOptions(overall="Overall", differences=True, p_values=True)


def variables_of(numbers: tuple[str, ...], levels: tuple[str, ...]) -> tuple[ComparedVariable, ...]:
    return (
        *(ComparedVariable(column=name, kind="numbers") for name in numbers),
        *(ComparedVariable(column=name) for name in levels),
    )


def by_arm(column: str, arms: tuple[str, ...]) -> tuple[Cohort, ...]:
    return tuple(Cohort(OneOf(column=column, values=(arm,)), name=arm) for arm in arms)


@pytest.fixture(scope="module")
def pilot(trial_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("pilot") / "pilot.duckdb"
    import_files([trial_data / "cdisc-pilot" / "adam" / "adsl.xpt"], path)
    with open_store(path) as store:
        yield store


def subjects_of(store: Store) -> pd.DataFrame:
    with duckdb.connect(str(store.path), read_only=True) as connection:
        return connection.execute("SELECT * FROM adsl").df()


def described(values: pd.Series) -> dict[str, float]:
    """What a table says of numbers, by pandas alone."""
    return {
        "subjects": len(values),
        "n": values.count(),
        "missing": values.isna().sum(),
        "mean": values.mean(),
        "sd": values.std(),
        "min": values.min(),
        "q1": values.quantile(0.25),
        "median": values.median(),
        "q3": values.quantile(0.75),
        "max": values.max(),
    }


def difference(one: pd.Series, other: pd.Series) -> float:
    """The absolute standardised difference, from its definition."""
    if one.dtype.kind == "f":
        spread = np.sqrt((one.var() + other.var()) / 2)
        return abs(float(other.mean() - one.mean()) / spread)
    levels = sorted({*one.dropna(), *other.dropna()})[1:]
    p, q = (
        np.array([(values.dropna() == level).mean() for level in levels]) for values in (one, other)
    )
    spread = sum(np.diag(share) - np.outer(share, share) for share in (p, q)) / 2
    return float(np.sqrt((p - q) @ np.linalg.pinv(spread) @ (p - q)))


def check_against_pandas(answer: ComparisonAnswer, members: dict[str, pd.DataFrame]) -> None:
    """Every number of the table, for each group and all together (`Overall`)."""
    assert isinstance(answer.table, TableOne)
    for one, variable in zip(answer.table.variables, answer.analysis.variables, strict=True):
        table = one.description.table
        for name, rows in members.items():
            own, values = table[table["group"] == name], rows[variable.column]
            if isinstance(one.description, ValueTable):
                expected = described(values)
                got = own[list(STATISTICS)].iloc[0].astype(float)
                np.testing.assert_allclose(got, [expected[s] for s in STATISTICS], **EXACT)
            else:
                counts = values.value_counts()
                levels = own[own["level"].notna()]
                got = dict(zip(levels["level"], levels["subjects"], strict=True))
                assert {k: n for k, n in got.items() if n} == counts.to_dict()
                shares = levels["subjects"] / values.count()
                np.testing.assert_allclose(levels["proportion"], shares, **EXACT)
                assert own.loc[own["level"].isna(), "subjects"].item() == values.isna().sum()


def test_table_one_of_the_pilot_by_arm_is_that_of_pandas(pilot: Store) -> None:
    analysis = ComparisonAnalysis(
        groups=by_arm("TRT01P", ARMS), variables=variables_of(NUMBERS, LEVELS)
    )
    answer = analysis.run(pilot)
    subjects = subjects_of(pilot)
    members = {arm: subjects[subjects["TRT01P"] == arm] for arm in ARMS}
    check_against_pandas(answer, {**members, "Overall": subjects})
    assert isinstance(answer.table, TableOne)
    for one, variable in zip(answer.table.variables, analysis.variables, strict=True):
        assert one.differences is not None
        pairs = [
            difference(members[a][variable.column], members[b][variable.column])
            for a, b in combinations(ARMS, 2)
        ]
        np.testing.assert_allclose(one.differences.table["difference"].abs(), pairs, rtol=1e-10)
    assert answer.remarks() == ()


def test_the_table_of_the_pilot_as_it_is_printed(pilot: Store) -> None:
    analysis = ComparisonAnalysis(
        groups=by_arm("TRT01P", ARMS), variables=(AGE, ComparedVariable(column="AGEGR1"))
    )
    text = analysis.run(pilot).display().set_index(["Variable", "Statistic"])
    assert text.loc[("Age (years)", "Mean (SD)")].tolist()[1:5] == [
        "75.2 (8.59)",
        "75.7 (8.29)",
        "74.4 (7.89)",
        "75.1 (8.25)",
    ]
    assert text.loc["AGEGR1, n (%)"].index.tolist() == ["<65", "65-80", ">80"]
    assert text.loc[("AGEGR1, n (%)", "<65"), "Placebo"] == "14 (16.3%)"


def test_arms_within_a_cohort_are_those_of_pandas(pilot: Store) -> None:
    women = Cohort(OneOf(column="SEX", values=("F",)))
    answer = ComparisonAnalysis(
        groups=by_arm("TRT01A", ARMS), variables=variables_of(NUMBERS, ("RACE",)), within=women
    ).run(pilot)
    subjects = subjects_of(pilot)
    inside = subjects[subjects["SEX"] == "F"]
    members = {arm: inside[inside["TRT01A"] == arm] for arm in ARMS}
    check_against_pandas(answer, {**members, "Overall": inside})


def test_cohorts_that_overlap_have_their_union_as_overall_and_no_tests(pilot: Store) -> None:
    old = Cohort(Between(column="AGE", low=80), name="Old")
    treated = Cohort(Not(OneOf(column="TRT01P", values=("Placebo",))), name="Treated")
    answer = ComparisonAnalysis(
        groups=(old, treated, WOMEN),
        variables=variables_of(NUMBERS, LEVELS),
        options=TESTED,
    ).run(pilot)
    subjects = subjects_of(pilot)
    rows = {
        "Old": subjects["AGE"] >= 80,
        "Treated": subjects["TRT01P"] != "Placebo",
        "Women": subjects["SEX"] == "F",
    }
    union = rows["Old"] | rows["Treated"] | rows["Women"]
    members = {name: subjects[chosen] for name, chosen in rows.items()}
    check_against_pandas(answer, {**members, "Overall": subjects[union]})
    assert answer.overlap.union == union.sum()
    assert answer.overlap.outside == (~union).sum()
    assert answer.patterns()["subjects"].sum() == len(subjects)
    assert "p (exploratory)" not in answer.display().columns
    shared = (sum(rows.values()) > 1).sum()
    assert answer.remarks() == (
        f"{(~union).sum()} of {len(subjects)} subjects are in none of the groups.",
        f"The groups overlap: {shared} of {union.sum()} subjects are in more than one of them.",
        "No tests: the groups share subjects, and the tests are for separate groups.",
    )


def test_histograms_count_everybody_with_a_value_once(pilot: Store) -> None:
    variables = variables_of(NUMBERS, ())
    answer = ComparisonAnalysis(groups=by_arm("TRT01P", ARMS), variables=variables).run(pilot)
    subjects = subjects_of(pilot)
    for column in NUMBERS:
        bins = answer.histogram(column)
        for arm in ARMS:
            own = bins[bins["group"] == arm]
            values = subjects.loc[subjects["TRT01P"] == arm, column]
            assert own["subjects"].sum() == values.count()
            for low, high, n in own[["low", "high", "subjects"]].itertuples(index=False):
                inside = (values >= low - 1e-9) & (values < high - 1e-9)
                assert inside.sum() == n, (column, arm, low)


# What has to be said -----------------------------------------------------------------


def test_empty_groups_are_left_out_and_said(tiny_store: Store) -> None:
    answer = ComparisonAnalysis(groups=(NOBODY, WOMEN, ELDERLY), variables=(AGE,)).run(tiny_store)
    assert answer.groups == ("Women", "Elderly")
    assert answer.remarks()[:2] == (
        "Left out, since no subject is in it: Nobody.",
        "The reference is Women.",
    )
    assert set(answer.differences()["reference"]) == {"Women"}


def test_one_group_is_described_and_nothing_is_compared(tiny_store: Store) -> None:
    analysis = ComparisonAnalysis(groups=(WOMEN,), variables=(AGE, RACE), options=TESTED)
    answer = analysis.run(tiny_store)
    assert answer.display().columns.tolist() == ["Section", "Variable", "Statistic", "Women"]
    assert "There is one group only, so nothing is compared." in answer.remarks()
    with pytest.raises(NotEstimableError, match="compares groups, and there is one"):
        answer.differences()


def test_nobody_in_any_group_is_said(tiny_store: Store) -> None:
    with pytest.raises(NotEstimableError, match="No subject is in any of these groups"):
        ComparisonAnalysis(groups=(NOBODY,), variables=(AGE,)).run(tiny_store)


def test_no_variable_is_said(tiny_store: Store) -> None:
    answer = ComparisonAnalysis(groups=(WOMEN, ELDERLY)).run(tiny_store)
    assert answer.overlap.sets["subjects"].tolist() == [4, 4]
    with pytest.raises(NotEstimableError, match="No variable was chosen"):
        answer.display()


def test_a_variable_that_cannot_be_described_leaves_the_others(tmp_path: Path) -> None:
    path = write_tiny_snapshot(tmp_path / "tiny.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute('ALTER TABLE adsl ADD COLUMN "ODD" DOUBLE')
        connection.execute("""UPDATE adsl SET "ODD" = 'inf'""")
    odd = ComparedVariable(column="ODD", kind="numbers", label="Odd")
    with open_store(path) as store:
        answer = ComparisonAnalysis(groups=(WOMEN,), variables=(odd, AGE)).run(store)
    assert set(answer.counts) == {"AGE"}
    assert "Odd is left out: `values are finite and within ±1e150` must hold" in str(
        answer.remarks()
    )


def test_a_variable_that_nobody_has_is_not_estimable(tmp_path: Path) -> None:
    path = write_tiny_snapshot(tmp_path / "tiny.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute('ALTER TABLE adsl ADD COLUMN "NONE" DOUBLE')
    variables = (
        ComparedVariable(column="NONE", kind="numbers"),
        ComparedVariable(column="DTHDT"),
    )
    with open_store(path) as store:
        arms = by_arm("TRT01P", ("Placebo", "Active"))
        answer = ComparisonAnalysis(groups=arms, variables=variables, options=TESTED).run(store)
    text = answer.display()
    assert text.loc[text["Statistic"] == "Mean (SD)", "Placebo"].item() == "NE"
    assert answer.histogram("NONE").empty


def test_variables_stand_in_the_order_asked_for(tiny_store: Store) -> None:
    sex = ComparedVariable(column="SEX", label="Sex")
    analysis = ComparisonAnalysis(
        groups=by_arm("TRT01P", ("Placebo", "Active")), variables=(sex, AGE, RACE)
    )

    def order(**change: object) -> list[str]:
        table = replace(analysis, **change).run(tiny_store).table
        assert isinstance(table, TableOne)
        return [one.label for one in table.variables]

    assert order() == ["Sex", "Age", "Race"]
    assert order(order="alphabetical") == ["Age", "Race", "Sex"]
    table = analysis.run(tiny_store).table
    assert isinstance(table, TableOne)
    largest = {one.label: one.differences.largest()[0] for one in table.variables}
    assert order(order="difference") == sorted(largest, key=lambda label: -largest[label])


def test_levels_stand_in_their_order_or_by_size(tiny_store: Store) -> None:
    analysis = ComparisonAnalysis(groups=(Cohort(),), variables=(RACE,))
    found = analysis.run(tiny_store).described("RACE")
    assert isinstance(found, LevelTable)
    assert found.levels == ("ASIAN", "WHITE")
    found = replace(analysis, frequent_first=True).run(tiny_store).described("RACE")
    assert isinstance(found, LevelTable)
    assert found.levels == ("WHITE", "ASIAN")


def test_two_variables_of_one_name_are_refused() -> None:
    with pytest.raises(InputError, match="each variable has a label of its own"):
        ComparisonAnalysis(groups=(WOMEN,), variables=(AGE, replace(RACE, label="Age")))
