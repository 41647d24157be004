"""Who counts as enrolled: one definition for the import report and for every question."""

from __future__ import annotations

from queries.identifiers import quoted

# Screen failures stand in DM, and in some studies in ADSL, without a planned treatment.
NOT_ENROLLED = ("SCREEN FAILURE", "SCRNFAIL", "NOT ASSIGNED", "NOTASSGN")


def enrolled_sql(planned_arm: str | None) -> str:
    """SQL that is true for a subject who was given an arm.

    Parameters
    ----------
    planned_arm : str or None
        The column of the planned arm; None where a study has none.

    Examples
    --------
    >>> enrolled_sql(None)
    'TRUE'
    """
    if planned_arm is None:
        return "TRUE"
    listed = ", ".join(f"'{name}'" for name in NOT_ENROLLED)
    return f"COALESCE(upper({quoted(planned_arm)}::VARCHAR) NOT IN ({listed}), FALSE)"
