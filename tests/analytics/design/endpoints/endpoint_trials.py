"""The designs that the reference values for binary and continuous endpoints are about."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analytics.design.boundaries import BetaSpending, GroupSequential, HwangShihDeCani

FOLDER = Path(__file__).parents[3] / "oracles"
LDOF = GroupSequential(information_fractions=(0.4, 0.7, 1.0))
HSD = GroupSequential(
    information_fractions=(0.5, 1.0),
    efficacy=HwangShihDeCani(gamma=-4),
    futility=BetaSpending(spending=HwangShihDeCani(gamma=-2), beta=0.2),
)
PLANS = {
    "fixed": GroupSequential(information_fractions=(1.0,)),
    "ldof 0.4/0.7/1": LDOF,
    "hsd(-4) hsd(-2) 0.5/1": HSD,
}


def oracle_rows(name: str) -> list[Any]:
    """The rows of an oracle table; each has a source. Empty cells are None."""
    table = pd.read_csv(FOLDER / f"{name}.csv")
    assert table["source"].notna().all()
    return list(table.astype(object).where(table.notna(), None).itertuples())


def plan_of(row: Any) -> GroupSequential:
    """Its looks and bounds, at its type I error."""
    return replace(PLANS[row.plan], alpha=row.alpha, sides=row.sides)


def quantity_of(design: Any, row: Any) -> float:
    """What a row is about, of its design."""
    if row.quantity == "subjects":
        return float(design.subjects)
    if row.quantity in ("subjects_treatment", "subjects_control"):
        return float(design.subjects_by_arm[row.quantity == "subjects_control"])
    found = design.evaluate()
    if row.look is None:
        return float(getattr(found, row.quantity))
    column = "subjects" if row.quantity == "look_subjects" else row.quantity
    return float(found.looks[column][int(row.look) - 1])


def crossed(statistics: Any, plan: GroupSequential) -> Any:
    """Share of simulated trials (rows) that stop for efficacy at each look (columns)."""
    bounds = plan.boundaries()
    going = np.ones(statistics.shape[0], dtype=bool)
    shares = []
    for look, (low, high) in enumerate(zip(bounds.lower, bounds.upper, strict=True)):
        beyond = statistics[:, look] >= high
        shares.append((going & beyond).mean())
        going &= ~beyond & (statistics[:, look] >= low)
    return np.array(shares)
