"""Against reference values of the field's method."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analytics.milestones import (
    ExactMilestones,
    RemainingEnrolment,
    fit_event_models,
    forecast_milestones,
)
from tests.analytics.milestones.trials import interim_trial, oracle_rows

CASES: dict[str, tuple[int, bool, RemainingEnrolment | None]] = {
    "evt-sim-plugin-60": (60, False, None),
    "evt-sim-bayes-60": (60, True, None),
    "evt-sim-bayes-ongoing-100": (100, True, RemainingEnrolment(ends=(8,), rates=(15,))),
}


def test_what_is_known_at_the_interim_analysis() -> None:
    known = interim_trial()
    models, summary = fit_event_models(known, families=["exponential"]), known.summary()
    by_arm = {
        "at_risk": summary["at_risk"],
        "exposure": summary["exposure"],
        "events_by_arm": summary["events"],
        "hazard_by_arm": [one.estimates[0] for one in models.models[0].hazards],  # type: ignore[union-attr]
    }
    whole: dict[str, Any] = {
        "events": known.events,
        "dropouts": summary["dropouts"].sum(),
        "dropout_hazard": models.dropout[0].estimates[0],
    }
    for row in oracle_rows("evt-interim-summary").itertuples():
        found = whole[row.quantity] if np.isnan(row.at) else by_arm[row.quantity][int(row.at)]
        assert float(found) == pytest.approx(row.expected, abs=row.tolerance), row.quantity


@pytest.mark.parametrize("case", CASES)
def test_quantiles_of_the_date_of_an_event(case: str) -> None:
    milestone, uncertain, enrolment = CASES[case]
    known = interim_trial()
    found = forecast_milestones(
        known,
        fit_event_models(known, families=["exponential"]),
        [milestone],
        enrolment=enrolment,
        uncertain=uncertain,
        times=[12.0],
        replications=100_000,
        seed=3,
    )
    rows = oracle_rows(case)
    for row in rows[rows["quantity"] == "quantile"].itertuples():
        assert found.quantile(milestone, row.at) == pytest.approx(row.expected, abs=row.tolerance)
    never = float(1 - found.to_frame()["probability_ever"].iloc[0])
    [expected] = rows.loc[rows["quantity"] == "probability_never", "expected"]
    assert never == pytest.approx(expected, abs=0.01)


def test_exact_quantiles_of_the_plug_in_forecast() -> None:
    known = interim_trial()
    exact = ExactMilestones(
        follow_up=known, models=fit_event_models(known, families=["exponential"])
    )
    rows = oracle_rows("evt-sim-plugin-60")
    rows = rows[rows["quantity"] == "exact_quantile"]
    assert len(rows) == 9
    for row in rows.itertuples():
        assert exact.quantile(60, row.at) == pytest.approx(row.expected, abs=row.tolerance)
