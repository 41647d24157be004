"""Data-quality findings as a table, wherever they are shown."""

from __future__ import annotations

import pandas as pd

_COLUMNS = {
    "severity": "Severity",
    "dataset": "Dataset",
    "variable": "Variable",
    "sentence": "Finding",
    "subjects": "Subjects",
    "records": "Records",
    "example": "For instance",
}


def findings_table(findings: pd.DataFrame) -> pd.DataFrame:
    """Findings with the columns that a reader expects, warnings first.

    Examples
    --------
    >>> rows = [{"severity": "warning", "dataset": "adae", "variable": "AENDT", "subjects": 1,
    ...          "records": 2, "sentence": "Ends before it starts.", "example": "S1"}]
    >>> findings_table(pd.DataFrame(rows))["Dataset"].item()
    'ADAE'
    """
    ordered = findings.sort_values(
        ["severity", "records"], ascending=[False, False], kind="stable"
    ).reset_index(drop=True)
    ordered = ordered.assign(
        dataset=ordered["dataset"].str.upper(),
        severity=ordered["severity"].str.capitalize(),
        example=ordered["example"].fillna(""),
    )
    return ordered[list(_COLUMNS)].rename(columns=_COLUMNS)
