"""The lines of a Table 1, how they are printed, and what is said under them."""

from __future__ import annotations

import pandas as pd
import pytest

from analytics.baseline import Digits, TableOne, TableOptions, Variable, table_one
from analytics.baseline.rounding import count_and_percent, decimals_of, p_value, rounded
from analytics.checks import InputError
from analytics.results import same
from tests.analytics.baseline import counted

ARMS = "A" * 4 + "B" * 4
AGE = counted.values(ARMS, [61, 64, 70, 81, 59, 66, 66, None], variable="Age")
SEX = counted.levels(ARMS, [*"FFFFFMM", None], variable="Sex")


def _lines(table: TableOne, column: str, **more: object) -> dict[str, str]:
    shown = table.display(**more)
    return dict(zip(shown["Statistic"], shown[column], strict=True))


def _age(**more: object) -> Variable:
    return Variable(counts=AGE, unit="years", **more)


def test_lines_of_a_number() -> None:
    table = table_one([_age()])
    assert _lines(table, "A") == {
        "N": "4",
        "n": "4",
        "Mean (SD)": "69.0 (8.83)",
        "Median [Q1, Q3]": "67.0 [63.3, 72.8]",
        "Min–Max": "61–81",
        "Missing": "0",
    }
    assert _lines(table, "B")["Missing"] == "1 (25.0%)"
    assert table.display()["Variable"].tolist() == ["Subjects", *["Age (years)"] * 5]


def test_lines_of_levels() -> None:
    table = table_one([Variable(counts=SEX)])
    assert _lines(table, "A") == {"N": "4", "F": "4 (100.0%)", "M": "0", "Missing": "0"}
    assert _lines(table, "B")["M"] == "2 (66.7%)"
    assert table.display()["Variable"].tolist() == ["Subjects", *["Sex, n (%)"] * 3]
    of_all = table_one([Variable(counts=SEX)], TableOptions(denominator="all"))
    assert _lines(of_all, "B")["M"] == "2 (50.0%)"


def test_a_line_of_missing_values_only_when_there_are_some_or_it_is_asked_for() -> None:
    table = table_one([Variable(counts=counted.values("AB", [1, 2]), label="Grade")])
    assert "Missing" not in _lines(table, "A")
    assert _lines(table, "A", missing_lines=True)["Missing"] == "0"


def test_digits_follow_the_data_unless_told() -> None:
    table = table_one([_age()])
    assert _lines(table, "A", digits=Digits(mean=0, sd=0))["Mean (SD)"] == "69 (9)"
    assert _lines(table_one([_age(decimals=1)]), "A")["Min–Max"] == "61.0–81.0"
    with pytest.raises(InputError, match=r"percent in 0 to 10.*percent=-1"):
        Digits(percent=-1)


def test_sections_stand_together_in_the_order_they_are_named() -> None:
    given = [
        _age(section="Demography"),
        Variable(counts=SEX, label="Sex at birth"),
        Variable(counts=SEX, section="Demography"),
    ]
    shown = table_one(given).display()[["Section", "Variable"]].drop_duplicates()
    assert shown.to_numpy().tolist() == [
        ["", "Subjects"],
        ["Demography", "Age (years)"],
        ["Demography", "Sex, n (%)"],
        ["", "Sex at birth, n (%)"],
    ]


def test_comparisons_stand_in_the_first_line_of_a_variable() -> None:
    options = TableOptions(differences=True, p_values=True, overall="All")
    shown = table_one([_age(), Variable(counts=SEX)], options).display()
    assert shown.columns.tolist() == [
        "Section", "Variable", "Statistic", "A", "B", "All", "|SMD|", "p (exploratory)",
    ]  # fmt: skip
    assert shown["|SMD|"].tolist() == ["", "0.777", "", "", "", "", "2.000", "", ""]
    assert shown["p (exploratory)"].tolist() == ["", "0.34", "", "", "", "", "0.14", "", ""]


def test_more_than_two_groups_show_the_largest_difference() -> None:
    counts = counted.values("AABBCC", [4, 6, 1, 3, 8, 10], variable="Age")
    table = table_one([Variable(counts=counts)], TableOptions(differences=True))
    assert table.display()["Largest |SMD|"].tolist() == ["", "4.950", "", "", ""]
    assert "Largest |SMD|: of all pairs of groups." in table.footnotes()


def test_every_number_is_there_unrounded() -> None:
    numbers = table_one([_age()], TableOptions(differences=True, p_values=True)).to_frame()
    found = numbers.set_index(["statistic", "group"])["value"]
    assert found["q1", "A"] == 63.25
    assert found["sd", "A"] == pytest.approx(78**0.5, rel=1e-15)
    assert found["proportion", "B"] == 0.25
    assert found["standardised difference", "B"] < 0
    assert 0.3 < found["p-value", ""] < 0.4


def test_what_is_not_estimable_reads_ne_and_says_why() -> None:
    counts = counted.values("AAABB", [1, 2, 6, None, None], variable="Score")
    table = table_one([Variable(counts=counts)], TableOptions(differences=True, p_values=True))
    shown = table.display()
    assert shown["B"].tolist() == ["2", "0", "NE", "NE", "NE", "2 (100.0%)"]
    assert shown.loc[1, ["|SMD|", "p (exploratory)"]].tolist() == ["NE", "NE"]
    assert table.footnotes()[-3:] == (
        "NE: not estimable.",
        "Score: no subject of 'B' has a value.",
        "Score: No test: each group needs 2 or more subjects with a value, and 'B' has 0.",
    )


def test_one_subject_has_a_mean_without_a_spread() -> None:
    table = table_one([Variable(counts=counted.values("AAB", [1, 2, 5], variable="Score"))])
    assert _lines(table, "B")["Mean (SD)"] == "5.0 (NE)"
    assert any("only one subject of 'B' has a value" in note for note in table.footnotes())


def test_footnotes_define_what_is_shown() -> None:
    notes = table_one(
        [_age(test="ranks"), Variable(counts=SEX)],
        TableOptions(quartiles=2, differences=True, missing_as_level=True, p_values=True),
    ).footnotes()
    for part in (
        "the default of SAS",
        "Percentages of levels are of subjects with a value",
        "Yang and Dalton 2012",
        "a missing level counts as a level",
        "p-values are exploratory",
        "Wilcoxon rank-sum test (normal approximation with continuity correction): Age.",
        "Age: A group has fewer than 10 values: the approximation is rough.",
        "Fisher's exact test: Sex.",
    ):
        assert any(part in note for note in notes), part
    plain = table_one([Variable(counts=SEX)]).footnotes()
    assert not any("quartile" in note or "SMD" in note or "p-value" in note for note in plain)


def test_overlapping_groups_are_described_and_not_tested() -> None:
    overall = pd.DataFrame({"value": [1.0, 2.0, 3.0], "subjects": [1, 2, 1]})
    counts = counted.values(
        "AABBB", [1, 2, 2, 2, 3], disjoint=False, overall=overall, variable="Grade"
    )
    options = TableOptions(overall="Any", differences=True, p_values=True)
    table = table_one([Variable(counts=counts)], options)
    assert _lines(table, "Any")["n"] == "4"
    assert table.display()["p (exploratory)"].tolist()[1] == "NE"
    notes = " ".join(table.footnotes())
    assert "A subject can be in several groups." in notes
    assert "Any: subjects in at least one group, each counted once." in notes
    assert "Subjects whom two groups share make their |SMD| smaller." in notes
    assert "the groups may share subjects" in notes


def test_one_group_has_nothing_to_compare() -> None:
    counts = counted.values("AAA", [1, 2, 2], variable="Grade")
    table = table_one([Variable(counts=counts)], TableOptions(differences=True, p_values=True))
    assert table.display().loc[1, ["|SMD|", "p (exploratory)"]].tolist() == ["NE", "NE"]


def _one(counts: object, **more: object) -> Variable:
    return Variable(counts=counts, **{"label": "x", **more})


@pytest.mark.parametrize(
    ("variables", "options", "sentence"),
    [
        ([], {}, "there is at least one variable"),
        ([_age(), _age()], {}, "each variable of a section has a label of its own"),
        (
            [_age(), _one(counted.values("AB", [1, 2]))],
            {},
            "all variables count the same subjects.*variable='x'",
        ),
        (
            [_age(), _one(counted.values(ARMS, range(8), order=("B", "A")))],
            {},
            "all variables have the same groups",
        ),
        (
            [_age(), _one(counted.values(ARMS, range(8), disjoint=False))],
            {},
            "say alike whether they are disjoint",
        ),
        ([_age()], {"overall": "A"}, "overall is not the name of a group"),
        ([_age()], {"overall": "|SMD|"}, "no group is called Section"),
        ([_one(counted.values(["Variable"], [1]))], {}, "no group is called Section"),
        (
            [_one(counted.values("AB", [1, 2], disjoint=False))],
            {"overall": "All"},
            "groups that overlap come with counts for the overall column",
        ),
    ],
)
def test_refuses(variables: list[Variable], options: dict[str, str], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        table_one(variables, TableOptions(**options))


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"test": "medians"}, "test in"),
        ({"decimals": -1}, "decimals in 0 to 12"),
        ({"label": " "}, "a variable has a label"),
    ],
)
def test_refuses_a_variable(more: dict[str, object], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        Variable(counts=AGE, **more)


def test_refuses_options() -> None:
    with pytest.raises(InputError, match="quartiles in"):
        TableOptions(quartiles=5)
    with pytest.raises(InputError, match="denominator in"):
        TableOptions(denominator="none")


def test_a_table_survives_the_wire() -> None:
    options = TableOptions(overall="All", differences=True, p_values=True)
    for variables in ([_age(), Variable(counts=SEX)], [_one(counted.values("AA", [1, None]))]):
        table = table_one(variables, options)
        again = TableOne.from_json(table.to_json())
        assert same(again, table)
        pd.testing.assert_frame_equal(again.display(), table.display())
        assert again.footnotes() == table.footnotes()


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        (2.345, 2, "2.35"),  # the float is a trace below; SAS and a hand round it up
        (-2.5, 0, "-3"),
        (0.5, 0, "1"),
        (-0.04, 1, "0.0"),
        (1234567.891, 1, "1,234,567.9"),
        (1e150, 0, "1" + ",000" * 50),
        (1e-150, 1, "0.0"),
    ],
)
def test_halves_are_rounded_away_from_zero(value: float, digits: int, shown: str) -> None:
    assert rounded(value, digits) == shown


@pytest.mark.parametrize(
    ("count", "denominator", "shown"),
    [
        (1, 16, "1 (6.3%)"),  # 6.25
        (0, 0, "0"),
        (1, 2000, "1 (0.1%)"),  # 0.05
        (1, 2001, "1 (<0.1%)"),
        (1999, 2000, "1,999 (>99.9%)"),  # 99.95
        (2000, 2000, "2,000 (100.0%)"),
    ],
)
def test_percentages_are_rounded_from_the_counts(count: int, denominator: int, shown: str) -> None:
    assert count_and_percent(count, denominator, 1) == shown


def test_p_values_have_digits_where_they_matter() -> None:
    found = [p_value(p) for p in (1.0, 0.1, 0.0999, 0.00999, 0.000123, 0.00009, float("nan"))]
    assert found == ["1.00", "0.10", "0.100", "0.010", "0.0001", "< 0.0001", "NE"]


@pytest.mark.parametrize(
    ("values", "decimals"),
    [
        ([], 0),
        ([61, 70], 0),
        ([0.1, 0.25], 2),
        ([0.1 + 0.2], 1),
        ([22.031405, 40.1], 1),
        ([0.0001, 0.0002], 6),
        ([1 / 3], 3),
        ([1e150, 3e149], 0),
    ],
)
def test_decimals_of_the_data(values: list[float], decimals: int) -> None:
    assert decimals_of(pd.Series(values, dtype=float).to_numpy()) == decimals


def test_a_range_with_negative_numbers_can_be_read() -> None:
    table = table_one([Variable(counts=counted.values("A" * 3, [-5, -1, 2], variable="Change"))])
    assert _lines(table, "A")["Min–Max"] == "-5 to 2"
