"""Saved designs: opened, saved as new or as a version, retired; and where the one shown is from."""

from __future__ import annotations

from typing import Any

import streamlit as st

from analytics.checks import InputError
from analytics.results import Result
from dashboard import results, state
from dashboard.analyses.designs import DesignProposal, EndpointProposal
from dashboard.text import plain
from dashboard.views.designs import current
from dashboard.views.designs.current import Proposal, Screen
from queries.errors import DataError
from queries.workspace import SavedDesign
from queries.workspace.cohorts import CohortSource

_SAID, _FILES = "design_said", "design_files"


def show(screen: Screen[Proposal], shown: Proposal) -> None:
    """Two popovers."""
    known = of_study(screen.kind)
    with st.popover(f"Open ({len(known):,})", icon=":material/folder_open:"):
        _open(screen, known)
        _upload(screen)
    if state.may("designs"):
        with st.popover("Save", icon=":material/save:"):
            _save(screen, shown, known)


def of_study(kind: str) -> tuple[SavedDesign, ...]:
    """The designs of a kind that this reader may see."""
    found = state.workspace().designs.of_study(state.study().code, pooled=state.store().pooled)
    return tuple(one for one in found if one.kind == kind)


def proposal_of(saved: SavedDesign) -> DesignProposal | EndpointProposal:
    """What was saved; `InputError` for what this version cannot read."""
    found = Result.from_json(saved.design_json)
    if not isinstance(found, DesignProposal | EndpointProposal):
        raise InputError(f"The design {saved.name!r} cannot be read by this version.")
    return found


def survival_of(saved: SavedDesign) -> DesignProposal:
    """A saved survival design; `InputError` for what this version cannot read as one."""
    found = proposal_of(saved)
    if not isinstance(found, DesignProposal):
        raise InputError(f"The design {saved.name!r} is not one of time to event.")
    return found


def say_where_from(screen: Screen[Proposal], shown: Proposal) -> None:
    """Under the buttons: the saved design on screen, whether it is stale, and the data behind."""
    if (said := st.session_state.pop(_SAID, None)) is not None:
        st.error(plain(said), icon=":material/error:")
    _say_saved(screen, shown)
    source = shown.source
    if source is not None:
        with st.expander(
            f"{screen.taken.capitalize()} from {plain(source.endpoint)} of the cohort",
            icon=":material/groups:",
        ):
            st.markdown(plain(source.cohort_sentence))
            for sentence in source.sentences:
                st.markdown(f"- {plain(sentence)}")
            if source.unblinded:
                st.badge("Computed by arm", icon=":material/visibility:", color="orange")
        show_stale(screen, shown)
    elif shown.origin:
        st.caption(plain(f"{shown.origin}. {_open_questions(shown)}"))


def _open_questions(shown: Proposal) -> str:
    if not shown.origin.startswith("The plan"):
        return ""
    return (
        "No plan states the control hazard, the effect and the dropout: a median of 12 months, "
        "5 % a year and the hazard ratio that gives 90 % power stand in for them."
    )


def _say_saved(screen: Screen[Proposal], shown: Proposal) -> None:
    pointer = screen.saved()
    if pointer is None:
        return
    try:
        saved = state.workspace().designs.one(
            pointer[0], pointer[1], pooled=state.store().pooled, study=state.study().code
        )
    except DataError:
        return
    changed = "" if saved.design_json == shown.to_json() else ", changed since"
    newer = "" if saved.version == saved.latest else f"; version {saved.latest} is newer"
    st.caption(
        f":material/bookmark: **{plain(saved.name)}**, version {saved.version} by "
        f"{plain(saved.saved_by)}{changed}{newer}."
    )


def show_stale(screen: Screen[Proposal], shown: Proposal) -> None:
    """Warn when the data behind are not those of today."""
    for reason in _stale(screen, shown):
        st.warning(plain(reason), icon=":material/update:")


def _stale(screen: Screen[Proposal], shown: Proposal) -> list[str]:
    source = shown.source
    if source is None:
        return []
    reasons = []
    newest = state.workspace().current_snapshot(state.study().code)
    if newest is not None and newest.id != source.snapshot:
        reasons.append(
            f"Stale: the {screen.taken} were fitted to an earlier snapshot of the study. Take them "
            "from the cohort again."
        )
    if source.cohort is not None and source.cohort_version is not None:
        reasons += _stale_cohort(screen.taken, source.cohort, source.cohort_version)
    return reasons


def _stale_cohort(taken: str, cohort: str, version: int) -> list[str]:
    try:
        newest = state.workspace().cohort(cohort)
    except DataError:
        return [f"Stale: the saved cohort behind the {taken} is not there any more."]
    if newest.version == version:
        return []
    return [
        f"Stale: the {taken} rest on version {version} of the cohort {newest.name!r}; it has "
        f"version {newest.version} now. Take them from the cohort again."
    ]


# Opening and saving -----------------------------------------------------------------------


def _open(screen: Screen[Proposal], known: tuple[SavedDesign, ...]) -> None:
    if not known:
        st.info("No design of this study is saved yet.", icon=":material/architecture:")
        return
    chosen = st.selectbox(
        "Saved design",
        known,
        format_func=lambda one: f"{one.name} (version {one.version})",
        key=f"design_open {[(one.id, one.version) for one in known]}",
    )
    st.caption(
        f"Version {chosen.version}, {chosen.saved_at:%Y-%m-%d %H:%M} UTC by "
        f"{plain(chosen.saved_by)}."
    )
    for reason in state.workspace().designs.stale_reasons(
        chosen.id, chosen.version, pooled=state.store().pooled
    ):
        st.warning(plain(reason), icon=":material/update:")
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Open",
            key="design_open_now",
            type="primary",
            icon=":material/folder_open:",
            on_click=_put,
            args=(screen, chosen),
        )
        if state.may("designs"):
            st.button(
                "Retire",
                key="design_retire",
                icon=":material/archive:",
                on_click=_retire,
                args=(chosen.id,),
                help="Takes it off the list for good; its versions can still be read.",
            )


def _upload(screen: Screen[Proposal]) -> None:
    """A design that was taken away as JSON comes back."""
    key = f"design_file_{st.session_state.get(_FILES, 0)}"
    st.file_uploader(
        "Design from a JSON file",
        type="json",
        key=key,
        max_upload_size=1,
        on_change=_take_file,
        args=(screen, key),
    )


def _take_file(screen: Screen[Proposal], key: str) -> None:
    given = st.session_state.get(key)
    if given is None:
        return
    st.session_state[_FILES] = st.session_state.get(_FILES, 0) + 1
    try:
        _show(screen, Result.from_json(given.getvalue().decode("utf-8")))
    except (InputError, UnicodeDecodeError) as error:
        st.session_state[_SAID] = f"{given.name} cannot be opened: {error}"


def _put(screen: Screen[Proposal], chosen: SavedDesign) -> None:
    try:
        _show(screen, Result.from_json(chosen.design_json), (chosen.id, chosen.version))
    except InputError as error:
        st.session_state[_SAID] = f"The design {chosen.name!r} cannot be opened: {error}"


def _show(screen: Screen[Proposal], found: object, pointer: tuple[str, int] | None = None) -> None:
    """On the screen; on the Designs page on that of its endpoint."""
    if screen.page == current.SURVIVAL.page:
        current.open_proposal(found, pointer)
    elif screen.holds(found):
        screen.put(found, saved=pointer)  # type: ignore[arg-type]
    else:
        raise InputError(current.NO_DESIGN)


def _retire(design_id: str) -> None:
    with results.explained():
        state.workspace().designs.retire(
            design_id, state.acting("designs"), pooled=state.store().pooled
        )


def _save(screen: Screen[Proposal], shown: Proposal, known: tuple[SavedDesign, ...]) -> None:
    pointer = screen.saved()
    own = next((one for one in known if pointer is not None and one.id == pointer[0]), None)
    name = st.text_input(
        "Name", value=own.name if own else "", key=f"design_name {own}", max_chars=200
    )
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Save as new",
            key="design_save_new",
            type="primary",
            icon=":material/save:",
            disabled=not name.strip(),
            on_click=_save_new,
            args=(screen, shown, name),
        )
        if own is not None and pointer is not None:
            st.button(
                f"Save as version {own.latest + 1}",
                key="design_save_version",
                icon=":material/history:",
                on_click=_save_version,
                args=(screen, shown, own, pointer[1], name),
            )


def _save_new(screen: Screen[Proposal], shown: Proposal, name: str) -> None:
    try:
        saved = state.workspace().designs.save(
            study=state.study().code,
            name=name,
            person=state.acting("designs"),
            **_facts(screen, shown),
        )
    except (DataError, InputError) as error:
        st.session_state[_SAID] = str(error)
        return
    screen.put(shown, saved=(saved.id, saved.version))


def _save_version(
    screen: Screen[Proposal], shown: Proposal, own: SavedDesign, based_on: int, name: str
) -> None:
    try:
        saved = state.workspace().designs.save_version(
            own.id,
            based_on=based_on,
            person=state.acting("designs"),
            pooled=state.store().pooled,
            name=name.strip() or None,
            **_facts(screen, shown),
        )
    except (DataError, InputError) as error:
        st.session_state[_SAID] = str(error)
        return
    screen.put(shown, saved=(saved.id, saved.version))


def _facts(screen: Screen[Proposal], shown: Proposal) -> dict[str, Any]:
    source = shown.source
    cohort = None
    if source is not None and source.cohort is not None and source.cohort_version is not None:
        cohort = CohortSource(cohort=source.cohort, version=source.cohort_version)
    return {
        "kind": screen.kind,
        "design_json": shown.to_json(),
        "unblinded": shown.unblinded,
        "cohort": cohort,
        "snapshot": source.snapshot if source is not None else None,
    }
