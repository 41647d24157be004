"""Group-sequential plans drawn at random."""

from __future__ import annotations

from hypothesis import assume
from hypothesis import strategies as st

from analytics.checks import NotEstimableError
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
    Spending,
    UserSpending,
    WangTsiatis,
)


@st.composite
def fractions(draw: st.DrawFn, most: int = 5) -> tuple[float, ...]:
    """Rising, the last 1, at least 0.04 apart."""
    gaps = draw(st.lists(st.floats(0.2, 1.0), min_size=1, max_size=most))
    reached = [sum(gaps[: place + 1]) / sum(gaps) for place in range(len(gaps))]
    return (*reached[:-1], 1.0)


def spending() -> st.SearchStrategy[Spending]:
    """Every family."""
    user = UserSpending(information_fractions=(0.5, 1.0), cumulative_share=(0.3, 1.0))
    fixed = [LanDeMetsOBrienFleming(), LanDeMetsPocock(), user]
    return st.one_of(
        st.sampled_from(fixed),
        st.floats(-6, 3).map(lambda gamma: HwangShihDeCani(gamma=gamma)),
        st.floats(0.5, 4).map(lambda power: KimDeMets(power=power)),
    )


def efficacy() -> st.SearchStrategy[Efficacy]:
    """Every rule."""
    shape = st.floats(0.0, 0.5).map(lambda delta: WangTsiatis(delta=delta))
    return st.one_of(spending(), shape, st.sampled_from([HaybittlePeto(), NoEfficacyStop()]))


@st.composite
def plans(draw: st.DrawFn, rules: st.SearchStrategy[Efficacy] | None = None) -> GroupSequential:
    """With every rule unless some are given; a third each two-sided, without futility, with."""
    looks, kind = draw(fractions()), draw(st.sampled_from(["two-sided", "efficacy", "futility"]))
    futility: Futility | None = None
    if kind == "futility":
        own = BetaSpending(spending=draw(spending()), beta=draw(st.floats(0.05, 0.3)))
        bounds = tuple(draw(st.floats(-1, 1)) for _ in looks[1:])
        futility = draw(st.sampled_from([own, FixedFutility(z=bounds)]))
    plan = GroupSequential(
        information_fractions=looks,
        alpha=draw(st.floats(0.02, 0.1)),
        sides=2 if kind == "two-sided" else 1,
        efficacy=draw(rules if rules is not None else efficacy()),
        futility=futility,
        binding=kind == "futility" and draw(st.booleans()),
    )
    assume(has_bounds(plan))
    return plan


def has_bounds(plan: GroupSequential) -> bool:
    """Whether alpha can be spent, and not more."""
    try:
        plan.boundaries()
    except NotEstimableError:
        return False
    return True
