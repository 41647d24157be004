"""Means, quartiles and proportions against R, and tables that were tampered with."""

from __future__ import annotations

import pytest

from analytics.baseline import LevelTable, ValueTable, describe_levels, describe_values
from analytics.checks import InputError
from tests.analytics.baseline import counted
from tests.analytics.baseline.oracle_data import cases, level_counts, value_counts
from tests.analytics.survival.oracle_data import oracle_table

VALUES = oracle_table("baseline_values")
LEVELS = oracle_table("baseline_levels")


@pytest.mark.parametrize("data", VALUES["data"].unique())
def test_descriptions_of_values(data: str) -> None:
    found = {
        definition: describe_values(value_counts(data), quartiles=definition).table.set_index(
            "group"
        )
        for definition in (7, 2)
    }
    for row in VALUES[VALUES["data"] == data].itertuples():
        value = found[int(row.quartiles or 7)].loc[row.group, row.quantity]
        expected = pytest.approx(row.expected, rel=row.tolerance, abs=0, nan_ok=True)
        assert value == expected, f"{row.group} {row.quantity} {row.quartiles}"


@pytest.mark.parametrize(("data", "denominator"), cases(LEVELS, "data", "denominator"))
def test_proportions_of_levels(data: str, denominator: str) -> None:
    table = describe_levels(level_counts(data), denominator=denominator).table
    found = table.fillna({"level": ""}).set_index(["group", "level"])["proportion"]
    rows = LEVELS[(LEVELS["data"] == data) & (LEVELS["denominator"] == denominator)]
    for row in rows.itertuples():
        expected = pytest.approx(row.expected, rel=row.tolerance, abs=0, nan_ok=True)
        assert found[row.group, row.level] == expected, f"{row.group} {row.level}"


def test_refuses_unknown_definitions() -> None:
    with pytest.raises(InputError, match="quartiles in"):
        describe_values(counted.values("A", [1]), quartiles=6)
    with pytest.raises(InputError, match="denominator in"):
        describe_levels(counted.levels("A", ["x"]), denominator="some")


def test_the_wire_refuses_another_table() -> None:
    levels = describe_levels(counted.levels("A", ["x"])).to_json()
    with pytest.raises(InputError, match="the table of levels: columns group, level"):
        LevelTable.from_json(levels.replace('"proportion"', '"share"'))
    values = describe_values(counted.values("A", [1])).to_json()
    with pytest.raises(InputError, match="the table of values: columns group, subjects"):
        ValueTable.from_json(values.replace('"median"', '"middle"'))
