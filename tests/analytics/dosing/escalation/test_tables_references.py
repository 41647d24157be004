"""Decision tables, isotonic regression and MTD selection, against references."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analytics.dosing.escalation import Boin, Keyboard, Mtpi, Mtpi2, isotonic
from analytics.dosing.escalation.counts import Counts
from analytics.dosing.escalation.interval_design import IntervalDesign
from analytics.dosing.escalation.isotonic_regression import above, isotonic_estimates
from tests.analytics.dosing.oracle_rows import assert_agrees, oracle_rows

COLUMNS = {
    "escalate_le": "escalate",
    "deescalate_ge": "deescalate",
    "eliminate_ge": "eliminate",
}


@pytest.mark.parametrize("row", oracle_rows("dosing_boundaries"))
def test_decision_tables(row: dict[str, Any]) -> None:
    given, quantity = row["inputs"], row["quantity"]
    design = _design(row)
    if quantity == "decisions":
        table = design.decisions(len(row["expected"])).set_index("patients")
        assert [" ".join(one).strip() for one in table.to_numpy()] == row["expected"]
    elif quantity.startswith("lambda"):
        assert isinstance(design, Boin)
        names = {"lambda_e": design.escalate_at, "lambda_d": design.deescalate_at}
        assert_agrees(names[quantity], row)
    elif quantity == "stop_lowest_ge":
        assert _stops_at(given["target"], 0.95 - given["offset"]) == row["expected"]
    else:
        most = given.get("patients", range(1, len(row["expected"]) + 1))
        table = design.boundaries(max(most)).set_index("patients")
        found = table.loc[list(most), COLUMNS[quantity]]
        assert [None if np.isnan(one) else int(one) for one in found] == row["expected"]


@pytest.mark.parametrize("target", [0.2, 0.25, 0.3])
def test_keyboard_and_mtpi2_decide_alike(target: float) -> None:
    # One design by two names: github.com/ruitaolin/IntervalDesign, README, design 4 ("the Keyboard
    # design (or mTPI2 design)"). The table of Keyboard 0.1.3 for 0.25 and that of Guo and others
    # (2017) for 0.30, both in `dosing_boundaries`, thereby hold for both.
    own, other = (kind(doses=5, target=target) for kind in (Keyboard, Mtpi2))
    most, decided = 30, ["escalate", "deescalate"]
    found = own.boundaries(most)[decided]
    assert found.equals(other.boundaries(most)[decided])


def _design(row: dict[str, Any]) -> IntervalDesign:
    given, case = row["inputs"], row["case"]
    target = given["target"]
    if case.startswith("boin"):
        return Boin(doses=5, target=target, under=given.get("p_saf"), over=given.get("p_tox"))
    if case.startswith("keyboard"):
        return Keyboard(doses=5, target=target, eliminate_from=1)
    return (Mtpi2 if case.startswith("mtpi2") else Mtpi)(doses=5, target=target)


def _stops_at(target: float, cutoff: float) -> list[int | None]:
    found: list[int | None] = [None, None]
    for n in range(3, 31):
        seen = Counts.of([[n]] * (n + 1), [[t] for t in range(n + 1)])
        stops = Boin(doses=1, target=target, extra_safety=0.95 - cutoff).selected(seen) == 0
        assert (stops == (above(target, seen)[:, 0] > cutoff)).all()
        found.append(int(np.flatnonzero(stops)[0]))
    return found


@pytest.mark.parametrize("row", oracle_rows("dosing_isotonic"))
def test_isotonic(row: dict[str, Any]) -> None:
    given = row["inputs"]
    if row["quantity"] == "fit":
        assert_agrees(isotonic(given["y"], given["w"]), row)
        return
    for case, expected in zip(given["cases"], row["expected"], strict=True):
        seen = Counts.of([case["npts"]], [case["ntox"]])
        if row["quantity"] == "mtd":
            design = Boin(
                doses=seen.doses,
                target=case["target"],
                extra_safety=0.05 if case.get("extrasafe") else None,
                bounded=case.get("boundMTD", False),
            )
            assert int(design.selected(seen)[0]) == (0 if expected == 99 else expected)
        else:
            found = isotonic_estimates(seen, np.ones((1, seen.doses), dtype=bool))[0]
            printed = np.array([np.nan if one is None else one for one in expected])
            assert np.allclose(found, printed, atol=row["tolerance"], rtol=0, equal_nan=True)
