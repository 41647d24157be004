"""Bayesian logistic regression with overdose control, against references."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analytics.dosing.escalation import Blrm
from analytics.dosing.escalation.counts import Counts
from tests.analytics.dosing.oracle_rows import assert_agrees, oracle_rows


@pytest.mark.parametrize("row", oracle_rows("dosing_blrm"))
def test_agrees_with_the_reference(row: dict[str, Any]) -> None:
    given = row["inputs"]
    method = _method(given)
    found = _found(method, _counts(given), row["quantity"], given["interval_cuts"])
    assert_agrees(found, row)


def _method(given: dict[str, Any], **changes: Any) -> Blrm:
    # The intervals on target of these cases end where overdosing begins, as those of the design.
    cuts = given["interval_cuts"]
    return Blrm(
        amounts=tuple(given["doses"]),
        reference=given["dref"],
        prior_mean=tuple(given["prior_mean"]),
        prior_sd=tuple(given["prior_sd"]),
        prior_correlation=given["prior_corr"],
        low=cuts[cuts.index(given["overdose_above"]) - 1],
        high=given["overdose_above"],
        control=given["ewoc_threshold"],
        **changes,
    )


def _counts(given: dict[str, Any]) -> Counts:
    places = [given["doses"].index(dose) for dose in given["data_dose"]]
    patients, toxicities = np.zeros((2, 1, len(given["doses"])), dtype=np.int64)
    patients[0, places], toxicities[0, places] = given["data_n"], given["data_dlt"]
    return Counts(patients=patients, toxicities=toxicities)


def _found(method: Blrm, counts: Counts, quantity: str, cuts: list[float]) -> Any:
    grid = method.model.grid(counts)
    if quantity.startswith("post_"):
        mean, variance = grid.moments(counts)
        found = mean if "mean" in quantity else np.sqrt(variance)
        return found[0, 0 if "alpha" in quantity else 1]
    if quantity == "sd_ptox":
        toxic = grid.nodes.toxic
        return np.sqrt(grid.nodes.expectations(counts, toxic**2) - grid.mean_toxic(counts) ** 2)[0]
    if quantity == "quantiles":
        return grid.quantiles(counts, (0.025, 0.25, 0.5, 0.75, 0.975))[:, 0].T
    if quantity == "interval_probs":
        over = [np.ones(method.doses), *(method.above(counts, cut)[0] for cut in cuts)]
        return -np.diff([*over, np.zeros(method.doses)], axis=0).T
    if quantity == "max_ewoc_dose":
        return method.amounts[int(method.admissible(counts)[0].sum()) - 1]
    if quantity == "best_target_prob_dose_among_ok":
        return method.amounts[int(method.selected(counts)[0]) - 1]
    return {
        "mean_ptox": lambda: grid.mean_toxic(counts)[0],
        "prob_overdose": lambda: method.above(counts, method.high)[0],
        "ewoc_ok": lambda: method.admissible(counts)[0],
    }[quantity]()
