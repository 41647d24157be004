"""What pages put on the audit trail: files that are taken away, looks at single subjects.

What changes the workspace is recorded where it is changed, in `queries.workspace`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial

import streamlit as st

from dashboard import navigation, state
from queries.workspace import Workspace

EXPORT = "export results"
_SEEN = "_recorded_looks"
Content = str | bytes


def taken(
    made: Content | Callable[[], Content], *, what: str, ending: str
) -> Callable[[], Content]:
    """What a download makes when it is pressed, which puts it on the audit trail first.

    What cannot be recorded is not handed out. It is made outside the run of the page, so all
    that is recorded is known from here on.

    Parameters
    ----------
    made : str, bytes or callable
        The file, or what makes it.
    what : str
        What it is, for the record; no subject may be named.
    ending : str
        Of the file.
    """
    facts = {
        "what": what,
        "format": ending,
        "page": navigation.here(),
        "snapshot": state.snapshot().id,
        "pooled": state.store().pooled,
    }
    return partial(_made, made, state.workspace(), state.study().code, state.person().name, facts)


def _made(
    made: Content | Callable[[], Content],
    workspace: Workspace,
    study: str,
    person: str,
    facts: Mapping[str, object],
) -> Content:
    content = made() if callable(made) else made
    workspace.record(act=EXPORT, person=person, study=study, detail=facts)
    return content


def seen(what: str) -> None:
    """Put on the audit trail that the reader looks at single subjects: once a day and place.

    Parameters
    ----------
    what : str
        The place, such as "subject profile"; never which subject.
    """
    study, snapshot = state.study().code, state.snapshot().id
    person = state.person().name
    look = (person, study, what, snapshot, datetime.now(UTC).date())
    known: set[object] = st.session_state.setdefault(_SEEN, set())
    if look not in known:
        state.workspace().audit.see(person=person, study=study, what=what, snapshot=snapshot)
        known.add(look)
