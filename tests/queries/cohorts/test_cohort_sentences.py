"""Sentences read naturally, and nothing in the data can rewrite them."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from queries.cohorts import AllOf, AnyOf, Between, Cohort, Not, OneOf

LABELS = {
    "SEX": "Sex",
    "AGE": "Age",
    "COUNTRY": "Country",
    "BMI": "BMI (kg/m²)",
    "RAND": "Randomised on",
}
FEMALE = OneOf(column="SEX", values=("F",))
ELDERLY = Between(column="AGE", low=65, high=80)
COUNTRIES = OneOf(column="COUNTRY", values=("DEU", "FRA"), keep_missing=True)


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (None, "All subjects"),
        (AllOf(()), "Every subject"),
        (AnyOf(()), "No subject"),
        (FEMALE, "Sex is F"),
        (AllOf((FEMALE, ELDERLY)), "Sex is F and age is between 65 and 80"),
        (
            AllOf((FEMALE, ELDERLY, COUNTRIES)),
            "Sex is F; age is between 65 and 80; and country is one of DEU, FRA (missing kept)",
        ),
        (
            AllOf((FEMALE, AnyOf((ELDERLY, COUNTRIES)))),
            "Sex is F and (age is between 65 and 80 or country is one of DEU, FRA (missing kept))",
        ),
        (AnyOf((FEMALE, ELDERLY)), "Sex is F or age is between 65 and 80"),
        (Not(AllOf((FEMALE, ELDERLY))), "Not (sex is F and age is between 65 and 80)"),
        (Not(FEMALE), "Sex is other than F (missing kept)"),
        (Not(COUNTRIES), "Country is other than DEU, FRA"),
        (Not(ELDERLY), "Age is outside 65 to 80 (missing kept)"),
        (Not(Not(FEMALE)), "Not (sex is other than F (missing kept))"),
        (Between(column="AGE", low=65.0), "Age is at least 65"),
        (Between(column="AGE", high=0.1), "Age is at most 0.1"),
        (Not(Between(column="AGE", high=65)), "Age is above 65 (missing kept)"),
        (Between(column="BMI", low=30), "BMI (kg/m²) is at least 30"),
        (Between(column="RAND", low=date(2024, 2, 1)), "Randomised on is on or after 2024-02-01"),
        (
            Between(column="RAND", high=datetime(2024, 2, 1, 9)),
            "Randomised on is on or before 2024-02-01 09:00:00",
        ),
        (Between(column="RAND", high=time(9)), "Randomised on is at or before 09:00:00"),
        (OneOf(column="SEX", values=(), keep_missing=True), "Sex is missing"),
        (Not(OneOf(column="SEX", values=(), keep_missing=True)), "Sex is recorded"),
        (Between(column="AGE"), "Age is recorded"),
        (OneOf(column="SAFFL", values=("Y",)), "SAFFL is Y"),
        (OneOf(column="FLAG", values=(True, False)), "FLAG is one of true, false"),
        (
            OneOf(column="AGE", values=tuple(range(22))),
            f"Age is one of {', '.join(map(str, range(20)))} and 2 more",
        ),
    ],
)
def test_a_rule_reads_as_english(rule, sentence):
    assert Cohort(rule).sentence(LABELS) == sentence


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("", '""'),
        (" F", '" F"'),
        ("F; age is 5", '"F; age is 5"'),
        ("F and M", '"F and M"'),
        ("DEU, FRA", '"DEU, FRA"'),
        ('F" or "M', r'"F\" or \"M"'),
        ("a\nb\x1b[31m", r'"a\nb\x1b[31m"'),
        ("a\u202eb", r'"a\u202eb"'),
        ("a\u200bb", r'"a\u200bb"'),
        ("a\u00a0b", r'"a\xa0b"'),
        ("BLACK OR AFRICAN AMERICAN", '"BLACK OR AFRICAN AMERICAN"'),
        ("Drug 50 mg/day", "Drug 50 mg/day"),
        ("Größe", "Größe"),
        ("<b>F</b>", '"<b>F</b>"'),
    ],
)
def test_a_value_cannot_rewrite_the_sentence(value, shown):
    assert Cohort(OneOf(column="X", values=(value,))).sentence() == f"X is {shown}"


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("Sex is F; age", '"Sex is F; age"'),
        ("line\nbreak", r'"line\nbreak"'),
        ("", "X"),
        ("Time to event, days", "time to event, days"),
        ("ECOG", "ECOG"),
        ("A", "a"),
    ],
)
def test_a_label_cannot_rewrite_the_sentence(label, shown):
    rule = AllOf((OneOf(column="Y", values=(1,)), OneOf(column="X", values=(1,))))
    assert Cohort(rule).sentence({"X": label}) == f"Y is 1 and {shown} is 1"


def test_a_hostile_column_name_is_quoted():
    rule = OneOf(column='"; drop table adsl; --', values=("x",))
    assert Cohort(rule).sentence() == r'"\"; drop table adsl; --" is x'


def test_names():
    assert Cohort().name == "All subjects"
    assert Cohort(FEMALE).name == "Unnamed cohort"
    assert Cohort(FEMALE, name="Women").name == "Women"
