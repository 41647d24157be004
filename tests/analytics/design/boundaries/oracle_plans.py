"""The group-sequential plans that the reference values are about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from analytics.design.boundaries import (
    BetaSpending,
    Efficacy,
    FixedFutility,
    Futility,
    GroupSequential,
    HaybittlePeto,
    HwangShihDeCani,
    KimDeMets,
    LanDeMetsOBrienFleming,
    LanDeMetsPocock,
    NoEfficacyStop,
    UserSpending,
    WangTsiatis,
)

FOLDER = Path(__file__).parents[3] / "oracles"


def oracle_rows(name: str) -> pd.DataFrame:
    """An oracle table; cells without a value are empty text."""
    table = pd.read_csv(FOLDER / f"{name}.csv", keep_default_na=False)
    assert (table["source"] != "").all()
    return table


def oracle_plan(case: str) -> GroupSequential:
    """The plan of a case of `group_sequential_plans.csv`."""
    row = PLANS.loc[case]
    looks = numbers(row.information_fractions)
    return GroupSequential(
        information_fractions=looks,
        alpha=float(row.alpha),
        sides=int(row.sides),
        efficacy=oracle_efficacy(row.efficacy, numbers(row.efficacy_parameter), looks),
        futility=_futility(row.futility, numbers(row.futility_parameter), 1 - float(row.power)),
        binding=row.binding == "yes",
    )


def numbers(text: object) -> tuple[float, ...]:
    """Numbers with semicolons between them."""
    return tuple(float(one) for one in str(text).split(";") if one)


PLANS: Any = oracle_rows("group_sequential_plans").set_index("case")


def oracle_efficacy(name: str, given: tuple[float, ...], looks: tuple[float, ...]) -> Efficacy:
    """A rule by its name in the tables, with its parameters."""
    known: dict[str, Any] = {
        "obrien-fleming": LanDeMetsOBrienFleming,
        "pocock": LanDeMetsPocock,
        "none": NoEfficacyStop,
        "hwang-shih-decani": lambda: HwangShihDeCani(gamma=given[0]),
        "kim-demets": lambda: KimDeMets(power=given[0]),
        "wang-tsiatis": lambda: WangTsiatis(delta=given[0]),
        "haybittle-peto": lambda: HaybittlePeto(z=given[0]),
        "user": lambda: UserSpending(information_fractions=looks, cumulative_share=given),
    }
    made: Efficacy = known[name]()
    return made


def _futility(name: str, given: tuple[float, ...], beta: float) -> Futility | None:
    if name == "":
        return None
    if name == "fixed":
        return FixedFutility(z=given)
    spending: Any = oracle_efficacy(name, given, ())
    return BetaSpending(spending=spending, beta=beta)
