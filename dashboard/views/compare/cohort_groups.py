"""Groups that are cohorts: the one on screen, everyone else, all subjects, saved ones."""

from __future__ import annotations

import streamlit as st

from dashboard import cohorts, state
from dashboard.views.compare.groups import CHIPS, Group, Groups, most, named
from queries.cohorts import EVERYONE, check_rule, difference
from queries.errors import DataError
from queries.groups import MOST_GROUPS
from queries.workspace import SavedCohort


def choose_cohorts(key: str = "compare_cohorts", *, may_overlap: bool = True) -> Groups | None:
    """Let the reader choose cohorts, which the session remembers by a key; None without any.

    Where they must not overlap, everyone is no usual choice beside others.
    """
    known = named(_groups(key))
    names = {group.key: group.name for group in known}
    fit, _ = _fitting(known)
    usual = [key for key in ("screen", "rest") if key in names]
    usual = usual or [group.key for group in fit if may_overlap or group.key != "all"]
    usual = usual[:MOST_GROUPS] or ["all"]
    keys = st.multiselect(
        "Cohorts",
        list(names),
        key=state.choices(key, list(names), usual),
        persist_state="session",
        format_func=lambda key: names[key],
        placeholder="Choose cohorts to compare",
        select_all=False,
        wrap=True,
        width=CHIPS,
    )
    fitting, left_out = _fitting([group for group in known if group.key in keys])
    chosen, too_many = most(fitting)
    if not chosen:
        for sentence in left_out:
            st.warning(sentence)
        st.info("Choose at least one cohort.", icon=":material/compare_arrows:")
        return None
    return Groups(
        by="cohorts",
        chosen=tuple(chosen),
        sentence="Groups: cohorts.",
        whole="cohort",
        remarks=(*left_out, *too_many),
        known=tuple(known),
        usual_reference="rest",
    )


def _groups(chosen: str) -> list[Group]:
    shown, origin = state.current_cohort(), cohorts.origin()
    groups = []
    if shown.rule is not None:
        name = "Cohort on screen" if origin is None else origin.name
        others = difference(EVERYONE, shown)
        groups += [
            Group(key="screen", name=name, rule=shown.rule),
            Group(key="rest", name="Everyone else", rule=others.rule),
        ]
    groups.append(Group(key="all", name=EVERYONE.name, rule=None))
    for saved in _saved(chosen):
        is_shown = origin is not None and (origin.id, origin.version) == (saved.id, saved.version)
        if not is_shown:
            groups.append(Group(key=_key(saved), name=_name(saved), rule=saved.cohort.rule))
    return groups


def _saved(chosen: str) -> list[SavedCohort]:
    """The saved cohorts in use, and the older versions that a link has chosen."""
    here, study = state.workspace(), state.study().code
    known = {_key(saved): saved for saved in here.cohorts(study)}
    for key in st.session_state.get(chosen, ()):
        cohort_id, _, version = str(key).partition("/")
        if key not in known and version.isdigit():
            try:
                known[key] = here.cohort(cohort_id, int(version), study=study)
            except DataError:
                continue  # of a workspace that this is not
    return list(known.values())


def _key(saved: SavedCohort) -> str:
    return f"{saved.id}/{saved.version}"


def _name(saved: SavedCohort) -> str:
    return saved.name if saved.version == saved.latest else f"{saved.name}, version {saved.version}"


def _fitting(groups: list[Group]) -> tuple[list[Group], tuple[str, ...]]:
    """The groups that this reader's data can answer, and a sentence for each of the others."""
    fitting, said = [], []
    for group in groups:
        try:
            check_rule(group.rule, state.store().schema)
        except DataError as error:
            said.append(f"{group.name} does not fit this snapshot and is left out: {error}")
        else:
            fitting.append(group)
    return fitting, tuple(said)
