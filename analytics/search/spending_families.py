"""Families of spending functions by name, with the one parameter that some of them have."""

from __future__ import annotations

from collections.abc import Mapping

from analytics.checks import InputError, require
from analytics.design.boundaries.rules import Efficacy
from analytics.design.boundaries.spending import (
    HwangShihDeCani,
    KimDeMets,
    LanDeMetsOBrienFleming,
    LanDeMetsPocock,
    Spending,
)

FAMILIES = ("obrien_fleming", "pocock", "hwang_shih_decani", "kim_demets")
PARAMETERS = {"hwang_shih_decani": "gamma", "kim_demets": "rho"}
"""What the parameter of a family is called in a search; other families have none."""


def spending_of(family: str, parameters: Mapping[str, float]) -> Spending:
    """The spending function of a family.

    Parameters
    ----------
    family : str
        One of `FAMILIES`.
    parameters : mapping
        "gamma" for "hwang_shih_decani", "rho" for "kim_demets"; others are ignored.

    Examples
    --------
    >>> spending_of("hwang_shih_decani", {"gamma": -2.0})
    HwangShihDeCani(gamma=-2.0)
    """
    require(family in FAMILIES, f"family in {FAMILIES}", family=family)
    if family == "hwang_shih_decani":
        return HwangShihDeCani(gamma=parameters["gamma"])
    if family == "kim_demets":
        return KimDeMets(power=parameters["rho"])
    return LanDeMetsOBrienFleming() if family == "obrien_fleming" else LanDeMetsPocock()


def family_of(rule: Efficacy) -> tuple[str, dict[str, float]]:
    """The name of the family of a spending function, and its parameters.

    Raises
    ------
    InputError
        For a rule of another kind: it is not among what a search varies.

    Examples
    --------
    >>> family_of(KimDeMets(power=2.0))
    ('kim_demets', {'rho': 2.0})
    """
    match rule:
        case LanDeMetsOBrienFleming():
            return "obrien_fleming", {}
        case LanDeMetsPocock():
            return "pocock", {}
        case HwangShihDeCani(gamma=gamma):
            return "hwang_shih_decani", {"gamma": gamma}
        case KimDeMets(power=power):
            return "kim_demets", {"rho": power}
    name = type(rule).__name__
    raise InputError(f"`a searched rule is one of {FAMILIES}` must hold, but got {name}.")
