"""The subjects behind a number of the Liver tab."""

from __future__ import annotations

from dashboard import state
from dashboard.analyses.measurements.liver import LiverAnswer, subjects_rule
from dashboard.views.measurements.liver_notes import group_name
from dashboard.views.safety import behind, marks


def show(answer: LiverAnswer, mark: str) -> None:
    """List the subjects of the mark that was chosen; nothing while none is."""
    chosen = marks.chosen(mark)
    if chosen is None or not answer.knows(chosen[0]) or chosen[1] not in ("", *answer.arms):
        return
    group, arm = chosen
    rule = subjects_rule(state.store(), answer.members(group, arm or None))
    title = group_name(group)
    if len(answer.arms) > 1:
        title += f", {arm or 'all arms'}"
    behind.show(answer.asked.subjects.chosen(rule), title, key=f"{mark}_behind")
