"""Sign-off of model cards: who, when, of which card, and what it means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from analytics.checks import require
from queries.workspace import Workspace

ACT = "sign model card"
MEANINGS = ("Reviewed", "Accepted for review of safety", "Not accepted")
_LONGEST = 200
_MOST = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A named person's word on a model card.

    Parameters
    ----------
    name : str
        Who signs, as they wrote it.
    meaning : str
        One of `MEANINGS`.
    comment : str
    fingerprint : str
        SHA-256 of the card that was signed; any change of the card is another one.
    at : datetime
        UTC.
    person : str
        Whose session it was.
    """

    name: str
    meaning: str
    comment: str
    fingerprint: str
    at: datetime
    person: str


def sign(
    workspace: Workspace,
    *,
    study: str,
    fingerprint: str,
    question: str,
    name: str,
    meaning: str,
    comment: str,
    person: str,
    proved: str,
) -> None:
    """Record a signature; it is never changed or taken back, only followed by another.

    Parameters
    ----------
    workspace : Workspace
    study, fingerprint, question : str
        Of the card.
    name, meaning, comment : str
        As they were given.
    person : str
        Whose session it is.
    proved : str
        How it is known that it is they: "password", "session" or "no accounts".

    Raises
    ------
    InputError
        Without a name, with an unknown meaning, or with a text that is too long.
    """
    require(bool(name.strip()), "whoever signs gives a name", name=name)
    require(meaning in MEANINGS, f"the meaning is one of {MEANINGS}", meaning=meaning)
    for text in (name, comment):
        require(len(text) <= _LONGEST, f"at most {_LONGEST} characters", length=len(text))
    workspace.record(
        act=ACT,
        person=person,
        study=study,
        detail={
            "fingerprint": fingerprint,
            "question": question,
            "name": name.strip(),
            "meaning": meaning,
            "comment": comment.strip(),
            "proved": proved,
        },
    )


def signatures(workspace: Workspace, study: str) -> tuple[Signature, ...]:
    """All signatures of a study's model cards, the latest first."""
    found = (one for one in workspace.activity(study, limit=_MOST) if one.act == ACT)
    return tuple(
        Signature(
            name=str(one.detail["name"]),
            meaning=str(one.detail["meaning"]),
            comment=str(one.detail["comment"]),
            fingerprint=str(one.detail["fingerprint"]),
            at=one.at,
            person=one.person,
        )
        for one in found
    )
