"""What a design costs if it stops at each look, and what finishing then is worth."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.design.binary import BinaryEvaluation
from analytics.design.continuous import ContinuousEvaluation
from analytics.design.cost import ITEMS, Costs, ValueCurve
from analytics.design.survival import SurvivalEvaluation

_KINDS = {
    "sites": "Sites",
    "activated sites": "Activation",
    "screened subjects": "Screening",
    "randomised subjects": "Randomised subjects",
    "subject months": "Subject months",
    "trial months": "Trial months",
    "analyses": "Analyses",
}


def looks_of(
    evaluation: SurvivalEvaluation | BinaryEvaluation | ContinuousEvaluation,
) -> pd.DataFrame:
    """`month`, `subjects`, `subject_months` at each look, and `probability` of stopping there.

    Examples
    --------
    >>> from dashboard.analyses.designs import usual_proposal
    >>> float(looks_of(usual_proposal().design().evaluate())["probability"].sum().round(6))
    1.0
    """
    if isinstance(evaluation, SurvivalEvaluation):
        return pd.DataFrame(
            {
                "month": evaluation.calendar_times,
                "subjects": evaluation.subjects,
                "subject_months": evaluation.subject_months,
                "probability": evaluation.stopping.stop,
            }
        )
    looks = evaluation.looks
    return looks[["subject_months"]].assign(
        month=looks["months"], subjects=looks["randomised"], probability=looks["stop"]
    )


def cost_by_look(costs: Costs, looks: pd.DataFrame) -> pd.DataFrame:
    """`look`, `month`, `kind`, `cost`, `probability`.

    Parameters
    ----------
    looks : DataFrame
        From `looks_of`.

    Examples
    --------
    >>> from dashboard.analyses.designs import usual_proposal
    >>> looks = looks_of(usual_proposal().design().evaluate())
    >>> cost_by_look(Costs(per_analysis=10.0), looks)["cost"].tolist()
    [10.0, 20.0, 30.0]
    """
    amounts = costs.amounts(
        months=looks["month"].to_numpy(float),
        subjects=looks["subjects"].to_numpy(float),
        analyses=np.arange(1.0, len(looks) + 1),
        activated_sites=None,
        subject_months=looks["subject_months"].to_numpy(float),
    )
    return pd.DataFrame(
        [
            (look + 1, month, _KINDS[item], amounts[at, look], looks["probability"].iloc[look])
            for at, item in enumerate(ITEMS)
            if amounts[at].any()
            for look, month in enumerate(looks["month"])
        ],
        columns=["look", "month", "kind", "cost", "probability"],
    )


def worth_by_month(value: ValueCurve, looks: pd.DataFrame) -> pd.DataFrame:
    """`month`, `value`: what finishing is worth, to a little beyond the last look.

    Examples
    --------
    >>> value = ValueCurve.drawn([(0, 10.0), (60, 0.0)], currency="EUR")
    >>> worth_by_month(value, pd.DataFrame({"month": [12.0, 24.0]}))["value"].tolist()
    [10.0, 0.0, 0.0]
    """
    last = 1.05 * max(float(looks["month"].iloc[-1]), value.months[-1])
    times = np.unique([0.0, *value.months, last])
    return pd.DataFrame({"month": times, "value": value.value(times)})


def worth_at_looks(value: ValueCurve, looks: pd.DataFrame) -> pd.DataFrame:
    """The looks with their number, `look`, and what finishing then is worth, `value`.

    Examples
    --------
    >>> value = ValueCurve.drawn([(0, 10.0), (60, 0.0)], currency="EUR")
    >>> worth_at_looks(value, pd.DataFrame({"month": [12.0, 24.0]}))["value"].tolist()
    [8.0, 6.0]
    """
    return looks.assign(
        look=np.arange(1, len(looks) + 1), value=value.value(looks["month"].to_numpy(float))
    )
