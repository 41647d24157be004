"""Inputs of the looks of a design: when, what type I error, which boundaries."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from analytics.design.boundaries import (
    BetaSpending,
    Efficacy,
    FixedFutility,
    GroupSequential,
    HaybittlePeto,
    HwangShihDeCani,
    KimDeMets,
    LanDeMetsOBrienFleming,
    LanDeMetsPocock,
    NoEfficacyStop,
    Spending,
    UserSpending,
    WangTsiatis,
)
from dashboard.views.designs import fields

EFFICACY: Mapping[str, str] = {
    "LanDeMetsOBrienFleming": "Lan–DeMets, O'Brien–Fleming type",
    "LanDeMetsPocock": "Lan–DeMets, Pocock type",
    "HwangShihDeCani": "Hwang–Shih–DeCani",
    "KimDeMets": "Kim–DeMets power",
    "UserSpending": "Own α-spending",
    "WangTsiatis": "Wang–Tsiatis",
    "HaybittlePeto": "Haybittle–Peto",
    "NoEfficacyStop": "No early stop for efficacy",
}
_SPENDING = ("LanDeMetsOBrienFleming", "LanDeMetsPocock", "HwangShihDeCani", "KimDeMets")
FUTILITY: Mapping[str, str] = {
    "none": "None",
    **{name: f"β-spending: {EFFICACY[name]}" for name in _SPENDING},
    "FixedFutility": "Fixed z",
}


def choose_monitoring(first: GroupSequential, *, unit: str) -> GroupSequential:
    """The monitoring that the inputs describe, which begin with `first`.

    Parameters
    ----------
    unit : str
        What information is counted in: "events", "subjects".
    """
    with st.grid(3, min_column_width=130):
        looks = fields.numbers(
            f"Looks at shares of {unit}",
            name="looks",
            first=first.information_fractions,
            help="Rising, the last is 1; one to ten looks.",
        )
        sides = fields.choose("Sides", [1, 2], name="sides", first=first.sides)
        alpha = fields.number(
            "Type I error α",
            name="alpha",
            first=first.alpha,
            low=0.0,
            high=1.0,
            step=0.005,
        )
    efficacy = _efficacy(first, looks)
    futility, binding = _futility(first, looks) if sides == 1 else (None, False)
    return GroupSequential(
        information_fractions=looks,
        alpha=alpha,
        sides=sides,
        efficacy=efficacy,
        futility=futility,
        binding=binding,
    )


def _efficacy(first: GroupSequential, looks: tuple[float, ...]) -> Efficacy:
    usual = type(first.efficacy).__name__
    with st.container():
        name = fields.choose(
            "Efficacy boundary",
            list(EFFICACY),
            name="efficacy",
            first=usual,
            format_func=EFFICACY.__getitem__,
        )
        own = first.efficacy if name == usual else None
        if name in _SPENDING:
            return _spending(name, own, "efficacy")
        if name == "UserSpending":
            return _user_spending(own, looks)
        if name == "WangTsiatis":
            return WangTsiatis(delta=_wang_tsiatis(own))
        if name == "HaybittlePeto":
            z = own.z if isinstance(own, HaybittlePeto) else 3.0
            return HaybittlePeto(
                z=fields.number("z at interim looks", name="peto", first=z, low=1, high=8, step=0.1)
            )
        return NoEfficacyStop()


def _spending(name: str, own: object, role: str) -> Spending:
    if name == "HwangShihDeCani":
        gamma = own.gamma if isinstance(own, HwangShihDeCani) else -4.0
        return HwangShihDeCani(
            gamma=fields.number(
                "γ",
                name=f"{role}_gamma",
                first=gamma,
                low=-40,
                high=40,
                step=0.5,
                help="−4 is near O'Brien–Fleming, 1 near Pocock.",
            )
        )
    if name == "KimDeMets":
        power = own.power if isinstance(own, KimDeMets) else 3.0
        return KimDeMets(
            power=fields.number(
                "Power of time", name=f"{role}_power", first=power, low=0.1, high=20, step=0.5
            )
        )
    return LanDeMetsPocock() if name == "LanDeMetsPocock" else LanDeMetsOBrienFleming()


def _user_spending(own: object, looks: tuple[float, ...]) -> UserSpending:
    first = own.cumulative_share if isinstance(own, UserSpending) else looks
    shares = fields.numbers(
        "Share of α spent by each look",
        name="user_spending",
        first=first,
        help="Cumulative and rising, one for each look; the last is 1.",
    )
    return UserSpending(information_fractions=looks, cumulative_share=shares)


def _wang_tsiatis(own: object) -> float:
    return fields.number(
        "Δ",
        name="wang_tsiatis",
        first=own.delta if isinstance(own, WangTsiatis) else 0.25,
        low=-1,
        high=1,
        step=0.05,
        help="0 is O'Brien–Fleming, 0.5 is Pocock.",
    )


def _futility(
    first: GroupSequential, looks: tuple[float, ...]
) -> tuple[BetaSpending | FixedFutility | None, bool]:
    usual = _futility_name(first)
    with st.container():
        name = fields.choose(
            "Futility boundary",
            list(FUTILITY),
            name="futility",
            first=usual,
            format_func=FUTILITY.__getitem__,
        )
        if name == "none" or len(looks) == 1:
            return None, False
        own = first.futility if name == usual else None
        if name == "FixedFutility":
            z = own.z if isinstance(own, FixedFutility) else (0.0,) * (len(looks) - 1)
            shown = tuple(one for one in z if one is not None)
            chosen = fields.numbers("z at interim looks", name="futility_z", first=shown)
            return FixedFutility(z=chosen), _binding(first)
        spent = own.spending if isinstance(own, BetaSpending) else None
        beta = own.beta if isinstance(own, BetaSpending) else 0.1
        spending = _spending(name, spent, "futility")
        share = fields.number("Type II error β", name="beta", first=beta, low=0, high=1, step=0.05)
        return BetaSpending(spending=spending, beta=share), _binding(first)


def _futility_name(first: GroupSequential) -> str:
    if isinstance(first.futility, BetaSpending):
        return type(first.futility.spending).__name__
    return "none" if first.futility is None else "FixedFutility"


def _binding(first: GroupSequential) -> bool:
    return fields.switch(
        "Binding",
        name="binding",
        first=first.binding,
        help="Binding: efficacy boundaries count on stops for futility. Not binding: they ignore "
        "them, and α holds when the trial goes on regardless.",
    )
