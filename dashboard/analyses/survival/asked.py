"""A question of the store, asked for the arms or the groups of a survival analysis."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from analytics.checks import NotEstimableError
from analytics.survival.counts import DAYS
from dashboard.analyses.survival.analysis import SurvivalAnalysis
from queries.cohorts import Cohort
from queries.store import Store


def by_arm_or_group(
    analysis: SurvivalAnalysis, ask: Callable[[Cohort], pd.DataFrame]
) -> pd.DataFrame:
    """The answers for everybody analysed, `arm` being the group where cohorts are compared.

    Parameters
    ----------
    ask : callable
        What the store says of a cohort, with a column `arm`.

    Examples
    --------
    >>> from queries import questions
    >>> analysis = SurvivalAnalysis(endpoint="OS", arms=("Active",))
    >>> asked = lambda cohort: questions.survival_counts(
    ...     store=store, endpoint="OS", cohort=cohort)
    >>> by_arm_or_group(analysis, asked)["arm"].unique().tolist()
    ['Active']
    """
    if analysis.groups:
        parts = [ask(members).assign(arm=name) for name, members in analysis.members().items()]
        return pd.concat(parts, ignore_index=True)
    frame = ask(analysis.subjects())
    return frame[frame["arm"].isin(analysis.arms)] if analysis.arms else frame


def arms_present(store: Store, analysis: SurvivalAnalysis, frame: pd.DataFrame) -> tuple[str, ...]:
    """The arms or groups that have rows, reference first.

    Raises
    ------
    NotEstimableError
        When there are none.
    """
    order = tuple(analysis.members()) or analysis.arms or store.arms(analysis.arm)
    present = set(frame["arm"])
    arms = tuple(arm for arm in order if arm in present)
    if not arms:
        raise NotEstimableError("No subject of this cohort can be analysed; widen the cohort.")
    return arms


def since_landmark(frame: pd.DataFrame, analysis: SurvivalAnalysis, unit: str) -> pd.DataFrame:
    """Times counted from the landmark; whoever's time has ended by then is left out.

    Parameters
    ----------
    frame : DataFrame
        With `time` in `unit`.

    Examples
    --------
    >>> analysis = SurvivalAnalysis(endpoint="OS", landmark_day=2)
    >>> since_landmark(pd.DataFrame({"time": [1, 2, 5]}), analysis, "days")["time"].tolist()
    [3.0]
    """
    if analysis.landmark_day is None:
        return frame
    start = analysis.landmark_day / DAYS[unit]
    later = frame[frame["time"] > start]
    return later.assign(time=later["time"] - start)
