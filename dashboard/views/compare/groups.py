"""Which groups are compared: the levels of a variable, or cohorts; and which is the reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import streamlit as st

from dashboard import state
from dashboard.charts.theme import ArmStyle, arm_styles
from dashboard.views.compare.names import group_names
from queries.cohorts import EVERYONE, Cohort, Rule, late_parts
from queries.groups import MOST_GROUPS

By = Literal["levels", "cohorts"]
INPUT, CHIPS = 230, 480  # pixels
BY = {"levels": "Levels of a variable", "cohorts": "Cohorts"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group that can be compared.

    Parameters
    ----------
    key : object
        What the page remembers it by.
    name : str
    rule : Rule, optional
        None is everyone.
    """

    key: Any
    name: str
    rule: Rule | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """The groups on screen.

    Parameters
    ----------
    by : {"levels", "cohorts"}
    chosen : tuple of Group
        The first is the reference.
    within : Cohort
        Whose subjects they are groups of.
    sentence : str
        What they are.
    whole : str
        What one of them is called: "arm", "group", "cohort".
    column : str
        Whose levels they are; "" for cohorts.
    remarks : tuple of str
        What has to be said of their choice.
    known : tuple of Group
        All that could be chosen, in order.
    usual_reference : object
        Key of the group to start with as the reference; None is the first.
    """

    by: By
    chosen: tuple[Group, ...]
    within: Cohort = EVERYONE
    sentence: str
    whole: str
    column: str = ""
    remarks: tuple[str, ...] = ()
    known: tuple[Group, ...] = ()
    usual_reference: Any = None

    @property
    def cohorts(self) -> tuple[Cohort, ...]:
        """The groups as cohorts."""
        return tuple(Cohort(group.rule, name=group.name) for group in self.chosen)

    @property
    def styles(self) -> dict[str, ArmStyle]:
        """How each group is drawn: an arm as on every page, no two alike."""
        few = len(self.known) <= MOST_GROUPS
        ordered = self.known if few else [one for one in self.known if one in self.chosen]
        return arm_styles([one.name for one in self.chosen], [one.name for one in ordered])

    def late(self) -> tuple[str, ...]:
        """The criteria that use what happened after baseline, as sentences."""
        schema, labels = state.store().schema, state.labels()
        rules = [self.within.rule, *(group.rule for group in self.chosen)]
        late = [part for rule in rules for part in late_parts(rule, schema)]
        return tuple(dict.fromkeys(Cohort(one.part).sentence(labels) for one in late))


def named(groups: Sequence[Group]) -> list[Group]:
    """The same groups under names of their own."""
    names = group_names([group.name for group in groups])
    return [replace(group, name=name) for group, name in zip(groups, names, strict=True)]


def most(chosen: Sequence[Group]) -> tuple[list[Group], tuple[str, ...]]:
    """As many groups as can be compared, and the sentence about the others."""
    if len(chosen) <= MOST_GROUPS:
        return list(chosen), ()
    said = f"At most {MOST_GROUPS} groups are compared: the first {MOST_GROUPS} of {len(chosen)}."
    return list(chosen[:MOST_GROUPS]), (said,)


def reference_first(groups: Groups, *, key: str | None = None) -> Groups:
    """Let the reader choose the reference; the same groups with it in front."""
    key = key or f"compare_reference_{groups.column or 'cohort'}"
    names = {group.key: group.name for group in groups.chosen}
    usual = groups.usual_reference if groups.usual_reference in names else groups.chosen[0].key
    reference = st.selectbox(
        "Reference",
        list(names),
        key=state.choice(key, list(names), usual),
        persist_state="session",
        format_func=lambda one: names[one],
        disabled=len(names) < 2,
        width=INPUT,
        help="Differences are those from this group.",
    )
    ordered = sorted(groups.chosen, key=lambda group: group.key != reference)
    return replace(groups, chosen=tuple(ordered))
