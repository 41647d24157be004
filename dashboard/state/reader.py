"""Who asks, and what they may."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import streamlit as st

from dashboard.access.asking import SignedOutError, reader_of, session_behind
from dashboard.access.rights import NotAllowedError, Reader
from dashboard.state.open_files import workspace
from dashboard.state.run import once_a_run

_READ_AS: ContextVar[Reader | None] = ContextVar("read_as", default=None)


def person() -> Reader:
    """Who asks, looked up anew in every run; the local owner while there are no accounts.

    Raises
    ------
    SignedOutError
        When accounts are in force and the session of this page has ended.
    """
    return once_a_run("person", _person)


def _person() -> Reader:
    return _READ_AS.get() or reader_of(workspace(), st.context.cookies)


@contextmanager
def read_as(reader: Reader) -> Iterator[None]:
    """Draw pages for a reader without a browser, in this thread: for the command line and jobs."""
    before = _READ_AS.set(reader)
    try:
        yield
    finally:
        _READ_AS.reset(before)


def is_signed_in() -> bool:
    """Whether there is somebody to show anything to."""
    try:
        return bool(person())
    except SignedOutError:
        return False


def may(right: str) -> bool:
    """Whether who asks has a right, one of `dashboard.access.rights.RIGHTS`.

    It decides what is drawn. What is done asks `acting`, as a browser may send clicks on what
    was never drawn.
    """
    return person().may(right)


def acting(right: str) -> str:
    """The name that an act is recorded under; a refusal when who asks must not do it.

    Asked anew each time: a click is done before the run that looks up who asks.
    """
    return _person().require(right)


def acting_by_arm(study_code: str) -> str:
    """As `acting`, for showing or pooling the arms of an ongoing study."""
    reader = _person()
    if not reader.may_unblind(study_code):
        raise NotAllowedError("your membership does not allow you to see the arms", got=study_code)
    return reader.name


def session_here() -> str | None:
    """What the session of this page is known by; None while there are no accounts."""
    found = session_behind(workspace(), st.context.cookies)
    return None if found is None else found.session.token_sha256
