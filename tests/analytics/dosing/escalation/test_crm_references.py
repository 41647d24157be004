"""CRM posteriors, recommendations and skeletons, against references."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analytics.dosing.escalation import Crm, indifference_skeleton
from analytics.dosing.escalation.counts import Counts
from tests.analytics.dosing.oracle_rows import assert_agrees, oracle_rows

CURVES: dict[str, Any] = {"empiric": "power", "logistic": "logistic"}


@pytest.mark.parametrize("row", oracle_rows("dosing_crm"))
def test_agrees_with_the_reference(row: dict[str, Any]) -> None:
    given = row["inputs"]
    if row["quantity"] == "skeleton":
        found = indifference_skeleton(
            target=given["target"],
            half_width=given["halfwidth"],
            prior_mtd=given["nu"],
            doses=given["nlevel"],
        )
        assert_agrees(found, row)
    elif row["quantity"].startswith("mtd_p"):
        estimate: Any = "plug-in" if row["quantity"] == "mtd_plugin" else "posterior mean"
        method = Crm(skeleton=tuple(given["prior"]), target=given["target"], estimate=estimate)
        seen = [one["n"] for one in given["data"]], [one["dlt"] for one in given["data"]]
        assert method.selected(Counts.of(*seen)).tolist() == row["expected"]
    else:
        assert_agrees(_found(row["quantity"], given), row)


def _found(quantity: str, given: dict[str, Any]) -> Any:
    estimate: Any = "posterior mean" if "posterior_mean" in quantity else "plug-in"
    method = Crm(
        skeleton=tuple(given["prior"]),
        target=given["target"],
        curve=CURVES[given["model"]],
        estimate=estimate,
        prior_sd=given["prior_sd_beta"],
        intercept=given.get("intcpt", 3.0),
    )
    doses = np.arange(1, method.doses + 1)
    levels, toxic = np.array(given["level"]), np.array(given["tox"])
    patients = (levels == doses[:, None]).sum(axis=1)
    toxicities = ((levels == doses[:, None]) & (toxic == 1)).sum(axis=1)
    counts = Counts(patients=patients[None], toxicities=toxicities[None])
    found = {
        "estimate": lambda: method.model.grid(counts).moments(counts)[0][0],
        "post_var": lambda: method.model.grid(counts).moments(counts)[1][0],
        "ptox": lambda: method.estimates(counts)[0],
        "posterior_mean_ptox": lambda: method.estimates(counts)[0],
        "ptoxL": lambda: method.normal_limits(counts, 0.9)[0][0],
        "ptoxU": lambda: method.normal_limits(counts, 0.9)[1][0],
        "prob_ptox_above_target": lambda: method.above(counts, method.target)[0],
        "mtd": lambda: method.selected(counts)[0],
        "mtd_by_posterior_mean_ptox": lambda: method.selected(counts)[0],
    }
    return found[quantity]()
