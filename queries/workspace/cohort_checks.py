"""The single checks that a saved cohort is made of."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from queries.cohorts import Cohort
from queries.workspace.limits import checked_text

MAX_NAME = 200
MAX_COMMENT = 2_000


def checked_name(name: str, what: str = "the name of a cohort") -> str:
    """The name as it is stored: without characters that do not show, with single blanks.

    Examples
    --------
    >>> checked_name(" Elderly   women ")
    'Elderly women'
    """
    shown = checked_text(name, what, longest=MAX_NAME, visible=True)
    return " ".join(shown.split())


def name_key(name: str) -> str:
    """What names are compared by: upper and lower case are the same, and two spellings of "é".

    Examples
    --------
    >>> name_key("ELDERLY women") == name_key("Elderly Women")
    True
    """
    composed = unicodedata.normalize("NFC", name)
    return unicodedata.normalize("NFC", composed.casefold())


def checked_comment(comment: str) -> str:
    """The comment, which may have several lines, or none.

    Examples
    --------
    >>> checked_comment(" ")
    ''
    """
    if isinstance(comment, str) and not comment.strip():
        return ""
    return checked_text(comment, "the comment on a cohort", longest=MAX_COMMENT, lines=True)


def checked_cohort(cohort_json: str, name: str) -> str:
    """A cohort as JSON in its one written form, under the name it is saved by.

    Examples
    --------
    >>> checked_cohort('{"version": 1}', "Everyone")
    '{"version": 1, "name": "Everyone", "rule": null}'
    """
    written = replace(Cohort.from_json(cohort_json), name=name).to_json()
    # The written form can be longer than what was given, and past the limit unreadable for good.
    Cohort.from_json(written)
    return written
