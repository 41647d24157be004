"""p-values of terms by name: the one place where charts get theirs from."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from dashboard.analyses.safety.adverse_events import AdverseEventsAnswer, Level

P_VALUES: Mapping[str, tuple[str, str]] = {
    "unadjusted": ("fisher", "Unadjusted"),
    "adjusted": ("adjusted", "Adjusted"),
}
"""Each kind of p-value: its column among the contrasts, and what it is called."""


def kinds_of_p(contrasts: pd.DataFrame) -> tuple[str, ...]:
    """The kinds of p-values that contrasts come with.

    Examples
    --------
    >>> kinds_of_p(pd.DataFrame({"fisher": [0.1]}))
    ('unadjusted',)
    """
    return tuple(kind for kind, (column, _) in P_VALUES.items() if column in contrasts)


def p_of(answer: AdverseEventsAnswer, level: Level, kind: str = "unadjusted") -> pd.DataFrame:
    """The contrasts of a level with the p-values of a kind as `p`.

    Parameters
    ----------
    kind : str
        One of `P_VALUES`. An adjusted p-value is missing where its class does not pass.

    Returns
    -------
    DataFrame
        As `AdverseEventsAnswer.contrasts`, and `p`; with `subjects` and `reference_subjects`
        whatever arms are compared by. Empty where nothing is compared.
    """
    contrasts = answer.contrasts(level)
    if contrasts.empty:
        return contrasts
    sizes = answer.incidence(level).groupby("arm")["subjects"].first()
    return contrasts.assign(
        p=contrasts[P_VALUES[kind][0]],
        subjects=contrasts["arm"].map(sizes),
        reference_subjects=contrasts["reference"].map(sizes),
    )
