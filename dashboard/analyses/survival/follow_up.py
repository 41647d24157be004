"""The rows of a survival analysis as a regression reads them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analytics.checks import NotEstimableError
from analytics.survival.regression import FollowUp
from dashboard.analyses.survival.analysis import SurvivalAnalysis
from queries.level_order import numbers_beside, ordered_levels
from queries.store import Store

ARM = "arm"
"""The column of the rows that holds the arm, or the group."""

MISSING = "missing"


def follow_up_of(
    store: Store,
    analysis: SurvivalAnalysis,
    columns: Sequence[str],
    *,
    cluster: str | None = None,
) -> tuple[FollowUp, dict[str, int]]:
    """The subjects of an analysis with its strata, and how many lack a cluster, if any do.

    A stratum that is missing is one of its own, as in the test and the curves; only where the
    column is a covariate as well, the subject lacks that covariate.

    Parameters
    ----------
    columns : sequence of str
        Columns of ADSL: covariates or subgroups. Text gets the order of a table.
    cluster : str, optional
        The column of ADSL that says which subjects belong together.

    Raises
    ------
    NotEstimableError
        When nobody has a time, or for a column that tells what happened after baseline.

    Examples
    --------
    >>> follow_up, left_out = follow_up_of(store, SurvivalAnalysis(endpoint="OS"), ["AGE"])
    >>> follow_up.events, left_out
    (4, {})
    """
    own = [cluster] if cluster else []
    wanted = list(dict.fromkeys([*columns, *analysis.strata, *own]))
    _require_baseline(store, wanted)
    frame = _in_order(store, analysis.rows(store, wanted), columns)
    for name in analysis.strata:
        if name not in columns and frame[name].isna().any():
            frame[name] = frame[name].map(_text).astype(object).fillna(MISSING)
    lacking = frame[cluster].isna() if cluster else pd.Series(False, index=frame.index)
    left_out = {f"the cluster {cluster!r} is missing": int(lacking.sum())} if lacking.any() else {}
    follow_up = FollowUp(
        frame=frame[~lacking].reset_index(drop=True),
        time="time",
        event="event",
        strata=analysis.strata,
        cluster=cluster,
        endpoint=analysis.endpoint,
        time_unit=analysis.unit,
    )
    return follow_up, left_out


def _require_baseline(store: Store, columns: Sequence[str]) -> None:
    late = [name for name in columns if name in store.schema.after_baseline]
    if late:
        raise NotEstimableError(
            f"{', '.join(late)}: what is only known after baseline is no covariate of a model "
            "from baseline, because its value depends on how long a subject was followed."
        )


def _in_order(store: Store, frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Text as categories in the order that a table has."""
    texts = [name for name in columns if store.columns[name] == "VARCHAR"]
    numbers = numbers_beside(store, texts)
    for name in texts:
        # Blank text is no level: it is how SAS writes a missing value.
        held = frame[name].where(frame[name].fillna("").str.strip() != "")
        order = ordered_levels(held.dropna().unique(), numbers.get(name, {}))
        frame[name] = pd.Categorical(held, categories=order)
    return frame


def _text(value: object) -> str | None:
    if pd.isna(value):
        return None
    return f"{value:g}" if isinstance(value, float) else str(value)
