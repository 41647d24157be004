"""What the reader's page is made of: one version of a share and all that was said about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from dashboard.access.restrictions import since_then
from dashboard.cards import Card
from dashboard.sharing.changes import Change, changes
from queries.workspace import (
    Comment,
    Share,
    SharedCard,
    SharedVersion,
    Signature,
    Study,
    Workspace,
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrozenCard:
    """A card of a share and the result that is in it.

    Examples
    --------
    >>> kept = SharedCard(id="C" * 22, position=1, name="A", card_json="{}", pictures=())
    >>> FrozenCard(kept=kept, card=Card(name="A", notes=())).kept.position
    1
    """

    kept: SharedCard
    card: Card


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShareContent:
    """All of it, as it is now.

    Parameters
    ----------
    share : Share
    study : Study
    version : SharedVersion
        The newest.
    snapshot_sha256 : str
    cards : tuple of FrozenCard
    before : SharedVersion or None
        The version before, and in `changes` what is different since.
    comments, signatures : tuple
    other_subjects : str
        That subjects were left out or let in since it was frozen; "" when none were.

    Examples
    --------
    >>> "cards" in ShareContent.__slots__
    True
    """

    share: Share
    study: Study
    version: SharedVersion
    snapshot_sha256: str
    cards: tuple[FrozenCard, ...]
    before: SharedVersion | None = None
    changes: tuple[Change, ...] = ()
    comments: tuple[Comment, ...] = ()
    signatures: tuple[Signature, ...] = field(default=())
    other_subjects: str = ""


def content_of(workspace: Workspace, share: Share) -> ShareContent:
    """What a share shows now."""
    room = workspace.shares
    versions = room.versions(share.id)
    newest, before = versions[0], next(iter(versions[1:]), None)
    cards = frozen_cards(workspace, newest)
    return ShareContent(
        share=share,
        study=workspace.study(share.study),
        version=newest,
        snapshot_sha256=workspace.snapshot(newest.snapshot).content_sha256,
        cards=cards,
        before=before,
        changes=changes_since(workspace, before, cards),
        comments=room.comments(share.id),
        signatures=room.signatures(share.id),
        other_subjects=since_then(workspace.subjects.of_study(share.study), newest.made_at),
    )


def frozen_cards(workspace: Workspace, version: SharedVersion) -> tuple[FrozenCard, ...]:
    """The cards of a version, as results again."""
    kept = workspace.shares.cards(version.share, version.number)
    return tuple(FrozenCard(kept=one, card=Card.from_json(one.card_json)) for one in kept)


def changes_since(
    workspace: Workspace, before: SharedVersion | None, cards: tuple[FrozenCard, ...]
) -> tuple[Change, ...]:
    """What differs from an earlier version; nothing when there is none."""
    if before is None:
        return ()
    old = {one.kept.name: one.card for one in frozen_cards(workspace, before)}
    return changes(old, {one.kept.name: one.card for one in cards})
