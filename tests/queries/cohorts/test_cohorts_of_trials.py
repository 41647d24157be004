"""Cohorts of real and of demo studies, and the same rules in plain pandas."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queries import questions
from queries.cohorts import (
    AllOf,
    AnyOf,
    AnyRecord,
    Between,
    Cohort,
    MultipleOf,
    Not,
    OneOf,
    Rule,
    Window,
    late_parts,
)
from queries.importers import import_files
from queries.store import Store, open_store

NUMBERS = {"AGE": (50, 90), "WEIGHTBL": (40, 110), "BMIBL": (15, 40)}


@pytest.fixture(scope="module")
def pilot(trial_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("pilot") / "pilot.duckdb"
    import_files([trial_data / "cdisc-pilot" / part for part in ("adam", "parquet")], path)
    with open_store(path) as store:
        yield store


@pytest.fixture(scope="module")
def frames(pilot: Store) -> dict[str, pd.DataFrame]:
    with duckdb.connect(str(pilot.path), read_only=True) as connection:
        return {
            name: connection.execute(f"SELECT * FROM {name}").df()
            for name in ("adsl", "adae", "adlbc")
        }


def chosen(store: Store, rule: Rule | None) -> set[str]:
    return set(questions.subjects(store=store, cohort=Cohort(rule))["subject"])


def test_elderly_on_treatment_with_a_dermatologic_event(pilot, frames):
    rule = AllOf(
        (
            OneOf(column="SAFFL", values=("Y",)),
            Between(column="AGE", low=76),
            Not(OneOf(column="TRT01A", values=("Placebo",))),
            AnyRecord(
                dataset="adae",
                where=AllOf(
                    (
                        OneOf(column="TRTEMFL", values=("Y",)),
                        OneOf(column="CQ01NAM", values=("DERMATOLOGIC EVENTS",)),
                    )
                ),
            ),
        )
    )
    adsl, adae = frames["adsl"], frames["adae"]
    events = adae[(adae.TRTEMFL == "Y") & (adae.CQ01NAM == "DERMATOLOGIC EVENTS")]
    expected = adsl[
        (adsl.SAFFL == "Y")
        & (adsl.AGE > 75)
        & (adsl.TRT01A != "Placebo")
        & adsl.USUBJID.isin(events.USUBJID)
    ]
    assert chosen(pilot, rule) == set(expected.USUBJID)
    assert len(expected) == 65
    assert [type(late.part).__name__ for late in late_parts(rule, pilot.schema)] == ["AnyRecord"]
    assert pilot.schema.after_baseline >= {"EOSSTT", "DCDECOD", "TRTEDT", "CUMDOSE", "EFFFL"}
    assert pilot.schema.after_baseline.isdisjoint({"AGE", "DURDIS", "SAFFL", "TRTSDT", "MMSETOT"})


def test_high_alt_after_baseline(pilot, frames):
    rule = AnyRecord(
        dataset="adlbc",
        where=AllOf(
            (
                OneOf(column="PARAMCD", values=("ALT",)),
                MultipleOf(column="AVAL", comparison="above", factor=3, of="A1HI"),
            )
        ),
        within=Window(low=1),
    )
    labs = frames["adlbc"].merge(
        frames["adsl"][["USUBJID", "TRTSDT"]], on="USUBJID", suffixes=("", "_adsl")
    )
    high = labs[
        (labs.PARAMCD == "ALT")
        & (labs.AVAL > 3 * labs.A1HI)
        & ((labs.ADT - labs.TRTSDT_adsl).dt.days >= 1)
    ]
    assert chosen(pilot, rule) == set(high.USUBJID)
    assert len(set(high.USUBJID)) > 0


# Random cohorts ----------------------------------------------------------------------


@st.composite
def _subject_criteria(draw: st.DrawFn) -> Rule:
    keep = draw(st.booleans())
    match draw(st.integers(0, 3)):
        case 0:
            return OneOf(column="SEX", values=(draw(st.sampled_from("FM")),), keep_missing=keep)
        case 1:
            races = st.sets(st.sampled_from(["WHITE", "BLACK OR AFRICAN AMERICAN", "ASIAN"]))
            values = tuple(sorted(draw(races)))
            return OneOf(column="RACE", values=values, keep_missing=keep or not values)
        case 2:
            name = draw(st.sampled_from(sorted(NUMBERS)))
            low, high = sorted(draw(st.tuples(*[st.integers(*NUMBERS[name])] * 2)))
            return Between(column=name, low=low, high=high, keep_missing=keep)
        case _:
            values = draw(st.sampled_from([("Death",), ("Adverse Event",)]))
            return OneOf(column="DCSREAS", values=values, keep_missing=keep)


@st.composite
def _record_criteria(draw: st.DrawFn) -> Rule:
    window = draw(st.none() | st.integers(0, 60).map(lambda day: Window(low=0, high=day)))
    number = draw(st.integers(1, 3))
    if draw(st.booleans()):
        where = OneOf(column="AESEV", values=(draw(st.sampled_from(["MILD", "SEVERE"])),))
        return AnyRecord(dataset="adae", where=where, within=window, at_least=number)
    high = MultipleOf(
        column="AVAL", comparison="above", factor=draw(st.sampled_from([1, 2])), of="A1HI"
    )
    where = AllOf((OneOf(column="PARAMCD", values=("ALT",)), high))
    return AnyRecord(dataset="adlbc", where=where, within=window, at_least=number)


RULES = st.recursive(
    _subject_criteria() | _record_criteria(),
    lambda parts: (
        st.lists(parts, max_size=3).map(lambda found: AllOf(tuple(found)))
        | st.lists(parts, max_size=3).map(lambda found: AnyOf(tuple(found)))
        | parts.map(Not)
    ),
    max_leaves=6,
)


def _mask(rule: Rule, frames: dict[str, pd.DataFrame]) -> pd.Series:
    adsl = frames["adsl"]
    match rule:
        case AllOf():
            mask = pd.Series(True, index=adsl.index)
            for part in rule.criteria:
                mask &= _mask(part, frames)
            return mask
        case AnyOf():
            mask = pd.Series(False, index=adsl.index)
            for part in rule.criteria:
                mask |= _mask(part, frames)
            return mask
        case Not():
            return ~_mask(rule.criterion, frames)
        case AnyRecord():
            return _with_records(rule, frames)
    return _row_mask(rule, adsl)


def _row_mask(rule: Rule, rows: pd.DataFrame) -> pd.Series:
    match rule:
        case AllOf():
            return pd.concat([_row_mask(part, rows) for part in rule.criteria], axis=1).all(axis=1)
        case MultipleOf():
            return rows[rule.column] > rule.factor * rows[rule.of]
        case OneOf():
            return rows[rule.column].isin(rule.values) | (
                rows[rule.column].isna() & rule.keep_missing
            )
    return rows[rule.column].between(rule.low, rule.high) | (
        rows[rule.column].isna() & rule.keep_missing
    )


def _with_records(rule: AnyRecord, frames: dict[str, pd.DataFrame]) -> pd.Series:
    adsl, rows = frames["adsl"], frames[rule.dataset]
    found = rows[_row_mask(rule.where, rows)]
    if rule.within is not None:
        day = "ASTDT" if rule.dataset == "adae" else "ADT"
        first = found.USUBJID.map(adsl.set_index("USUBJID").TRTSDT)
        found = found[(found[day] - first).dt.days.between(0, rule.within.high)]
    numbers = adsl.USUBJID.map(found.groupby("USUBJID").size()).fillna(0)
    return numbers >= rule.at_least


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rule=RULES)
def test_random_cohorts_are_those_of_plain_pandas(pilot, frames, rule):
    expected = frames["adsl"][_mask(rule, frames)]
    assert chosen(pilot, rule) == set(expected.USUBJID)


# Records that are found once and remembered ---------------------------------------------


def test_what_was_found_once_is_found_again(pilot, monkeypatch):
    rules = [
        AnyRecord(dataset="adae", where=OneOf(column="AESEV", values=(severity,)), at_least=number)
        for severity in ("MILD", "MODERATE", "SEVERE")
        for number in (1, 2)
    ]
    expected = [chosen(pilot, Not(rule)) for rule in rules]
    monkeypatch.setattr("queries.records_found._MANY_RECORDS", 10)
    monkeypatch.setattr("queries.records_found._MOST_REMEMBERED", 2)
    with open_store(pilot.path) as store:
        for _ in range(2):
            assert [chosen(store, Not(rule)) for rule in rules] == expected
        both = AnyOf(tuple(rules))
        assert chosen(store, both) == chosen(pilot, both)
