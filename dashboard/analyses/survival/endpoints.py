"""All endpoints of a study side by side, as one table."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from dashboard.analyses.survival.analysis import SurvivalAnswer

_ARM = [
    *("arm", "subjects", "events", "median_followup", "median", "median_lower", "median_upper"),
    *("hazard_ratio", "hazard_ratio_lower", "hazard_ratio_upper"),
]
_RATIO = {"lower": "hazard_ratio_lower", "upper": "hazard_ratio_upper"}


def endpoints_table(answers: Mapping[str, SurvivalAnswer | str]) -> pd.DataFrame:
    """One row per endpoint and arm.

    Parameters
    ----------
    answers : mapping of str to SurvivalAnswer or str
        By endpoint; the sentence that says why where it cannot be analysed.

    Returns
    -------
    DataFrame
        `endpoint`, `analysis_set`, `unit`, `arm`, counts, medians in `unit`, `hazard_ratio`
        against the reference, the endpoint's `p_value`, and `reason` where there is no answer.

    Examples
    --------
    >>> endpoints_table({"OS": "Nobody has a time."})[["endpoint", "reason"]].values.tolist()
    [['OS', 'Nobody has a time.']]
    """
    columns = ["endpoint", "analysis_set", "unit", *_ARM, "p_value", "reason"]
    rows = [row for code, answer in answers.items() for row in _rows(code, answer)]
    return pd.DataFrame(rows, columns=columns)


def _rows(code: str, answer: SurvivalAnswer | str) -> list[dict[str, object]]:
    if isinstance(answer, str):
        return [{"endpoint": code, "reason": answer}]
    table, test = answer.endpoint_table(), answer.comparison
    if not isinstance(answer.hazard_ratio, str):
        ratios = answer.hazard_ratio.to_frame().rename(columns=_RATIO)
        table = table.merge(ratios[["arm", "hazard_ratio", *_RATIO.values()]], on="arm", how="left")
    said = {
        "endpoint": code,
        "analysis_set": answer.analysis.analysis_set or "",
        "unit": answer.analysis.unit,
        "p_value": float("nan") if isinstance(test, str) else test.p_value,
        "reason": "",
    }
    return [{**said, **{str(k): v for k, v in row.items()}} for row in table.to_dict("records")]
