"""The numbers of a flow diagram as rows: for screen readers, and for taking away."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from dashboard.charts.flow.values import ArmFlow, Flow, Losses

_COLUMNS = ["stage", "arm", "item", "reason", "subjects"]
_Row = tuple[str, str, str, str, int]


def flow_table(flow: Flow) -> pd.DataFrame:
    """Every number of a flow in the order of the diagram, with all reasons.

    Columns are `stage`, `arm` ("" before allocation), `item`, `reason` ("" for the total
    of an item) and `subjects`.

    Examples
    --------
    >>> from dashboard.charts.flow.values import ArmFlow, Flow
    >>> arm = ArmFlow(arm="A", allocated=50, received=50, analysed=50)
    >>> flow_table(Flow(randomised=50, arms=(arm,)))["item"].tolist()[:3]
    ['Randomised', 'Allocated', 'Received allocated treatment']
    """
    return pd.DataFrame(list(_rows(flow)), columns=_COLUMNS)


def _rows(flow: Flow) -> Iterator[_Row]:
    if flow.screened is not None:
        yield "Enrolment", "", "Screened", "", int(flow.screened)
        yield from _loss_rows("Enrolment", "", "Excluded", flow.excluded)
    yield "Enrolment", "", "Randomised", "", int(flow.randomised)
    for arm in flow.arms:
        yield from _arm_rows(arm)
    for number, step in enumerate(flow.cohort, start=1):
        yield "Cohort", "", f"Left out by rule {number}", step.rule, int(step.left_out)
        yield "Cohort", "", f"Remaining after rule {number}", step.rule, int(step.remaining)


def _arm_rows(arm: ArmFlow) -> Iterator[_Row]:
    name = arm.arm
    yield "Allocation", name, "Allocated", "", int(arm.allocated)
    yield "Allocation", name, "Received allocated treatment", "", int(arm.received)
    yield from _loss_rows("Allocation", name, "Did not receive it", arm.not_received)
    yield from _loss_rows("Follow-up", name, "Lost to follow-up", arm.lost)
    yield from _loss_rows("Follow-up", name, "Discontinued the study", arm.discontinued)
    yield "Analysis", name, "Analysed", "", int(arm.analysed)
    yield from _loss_rows("Analysis", name, "Not analysed", arm.not_analysed)


def _loss_rows(stage: str, arm: str, item: str, losses: Losses) -> Iterator[_Row]:
    yield stage, arm, item, "", int(losses.subjects)
    for reason, subjects in losses.ordered:
        yield stage, arm, item, reason, int(subjects)
