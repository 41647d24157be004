"""The shares of a workspace: made and ended by people of the study, read through their links."""

from __future__ import annotations

from queries.workspace import passcodes, share_access, share_talk, share_versions, shares, studies
from queries.workspace.job_room import Transaction
from queries.workspace.share_access import Visit
from queries.workspace.share_talk import Comment, Signature
from queries.workspace.share_versions import NewVersion, SharedCard, SharedVersion, ShownOutside
from queries.workspace.shares import Audience, Readership, Share


class ShareRoom:
    """What pages and links do with shares; every method is one transaction.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from queries.workspace import open_workspace
    >>> with TemporaryDirectory() as folder, open_workspace(folder) as workspace:
    ...     _ = workspace.register_study(code="EQX-301", person="anna")
    ...     workspace.shares.of_study("EQX-301")
    ()
    """

    def __init__(self, reading: Transaction, writing: Transaction) -> None:
        self._reading, self._writing = reading, writing

    # For people of the study ---------------------------------------------------------

    def make(
        self,
        version: NewVersion,
        *,
        study: str,
        title: str,
        recipient: str,
        audience: Audience,
        person: str,
        threshold: int = shares.THRESHOLD,
        downloads: bool = False,
        passcode: str | None = None,
        days: int = 30,
    ) -> tuple[Share, str]:
        """Make a share and the token of its link, which is nowhere kept and cannot be asked again.

        Raises
        ------
        DataError
            When what is shared was made by arm and the study is blinded, or a value is refused.
        """
        kept = shares.prepared_passcode(passcode)
        with self._writing() as connection:
            made, token = shares.add(
                connection,
                study=study,
                title=title,
                recipient=recipient,
                audience=audience,
                threshold=threshold,
                downloads=downloads,
                passcode_hash=kept,
                days=days,
                person=person,
            )
            first = share_versions.add(connection, made, version, person=person)
            shares.record(
                connection,
                made,
                act="share",
                person=person,
                audience=audience,
                threshold=threshold,
                downloads=downloads,
                passcode=kept is not None,
                expires_at=made.expires_at.isoformat(),
                results=[card.name for card in version.cards][:50],
                pooled=version.pooled,
                content_sha256=first.content_sha256,
            )
            return made, token

    def renew(self, share: str, version: NewVersion, *, person: str) -> SharedVersion:
        """Freeze a new version, which the same link shows from now on."""
        with self._writing() as connection:
            found = shares.checked_open(shares.one(connection, share, lock=True))
            added = share_versions.add(connection, found, version, person=person)
            shares.record(
                connection,
                found,
                act="share version",
                person=person,
                version=added.number,
                pooled=added.pooled,
                content_sha256=added.content_sha256,
            )
            return added

    def revoke(self, share: str, *, person: str) -> Share:
        """End a share at once, also for those who have it open."""
        with self._writing() as connection:
            return shares.revoke(connection, share, person=person)

    def of_study(self, study: str) -> tuple[Share, ...]:
        """The shares of a study, newest first."""
        with self._reading() as connection:
            return shares.of_study(connection, study)

    def one(self, share: str) -> Share:
        """A share by its id."""
        with self._reading() as connection:
            return shares.one(connection, share)

    def readership(self, share: str) -> Readership:
        """How often a share was opened, and when last."""
        with self._reading() as connection:
            return shares.readership(connection, share)

    def shows_arms(self, share: str, *, pooled: bool = False) -> bool:
        """Whether a version was made by arm while its study is blinded, or its reader, now."""
        with self._reading() as connection:
            blinded = studies.one(connection, shares.one(connection, share).study).blinded
            found = share_versions.every(connection, share)
            return (blinded or pooled) and not all(version.pooled for version in found)

    def shown_outside(self, study: str) -> tuple[ShownOutside, ...]:
        """Whom the versions of each open external share of a study count."""
        with self._reading() as connection:
            return share_versions.shown_outside(connection, study)

    def answer(self, comment: Comment, text: str, *, person: str) -> Comment:
        """Answer a comment, in its thread."""
        with self._writing() as connection:
            found = shares.one(connection, comment.share)
            said = share_talk.say(
                connection,
                found,
                card=comment.card,
                text=text,
                author=person,
                from_team=True,
                answers=comment.id,
            )
            shares.record(connection, found, act="comment on share", person=person, comment=said.id)
            return said

    # For both ------------------------------------------------------------------------

    def versions(self, share: str) -> tuple[SharedVersion, ...]:
        """The versions of a share, newest first."""
        with self._reading() as connection:
            return share_versions.every(connection, share)

    def cards(self, share: str, version: int) -> tuple[SharedCard, ...]:
        """The cards of a version in their order."""
        with self._reading() as connection:
            return share_versions.cards(connection, share, version)

    def picture(self, share: str, card: str, variant: str) -> bytes | None:
        """A picture of a card; None when this share has none such."""
        with self._reading() as connection:
            return share_versions.picture(connection, share, card, variant)

    def comments(self, share: str) -> tuple[Comment, ...]:
        """Everything said about a share, in its order."""
        with self._reading() as connection:
            return share_talk.comments(connection, share)

    def signatures(self, share: str) -> tuple[Signature, ...]:
        """The signatures under a share, in their order."""
        with self._reading() as connection:
            return share_talk.signatures(connection, share)

    # For readers ---------------------------------------------------------------------

    def open(self, token: str) -> tuple[Share, str]:
        """Open a link: its share, and the secret of a session that sees this share alone.

        Raises
        ------
        ShareUnknownError, ShareEndedError
        """
        with self._writing() as connection:
            return share_access.begin(connection, token)

    def visit(self, share: str, secret: str) -> Visit:
        """Look up a session and its share, at every request.

        Raises
        ------
        ShareUnknownError
            When the session is of another share, too old, or unknown.
        ShareEndedError
        """
        with self._reading() as connection:
            return share_access.visit(connection, share, secret)

    def enter(self, visit: Visit, passcode: str) -> bool:
        """Try a passcode; whether it is right.

        Raises
        ------
        PasscodeWaitError
            After five wrong ones, for 15 minutes.
        """
        with self._writing() as connection:
            kept = share_access.begin_try(connection, visit.share.id)
        right = kept is not None and passcodes.is_right(passcode, kept)
        with self._writing() as connection:
            if right:
                share_access.passed(connection, visit)
            else:
                shares.record(connection, visit.share, act="wrong passcode of share")
        return right

    def seen(self, visit: Visit, version: int) -> None:
        """Note that a reader sees a version; recorded once for each browser."""
        with self._writing() as connection:
            if share_access.seen(connection, visit, version):
                shares.record(connection, visit.share, act="open share", version=version)

    def taken(self, visit: Visit, *, name: str, ending: str) -> None:
        """Record that a reader took a table away."""
        with self._writing() as connection:
            shares.record(
                connection, visit.share, act="download from share", result=name, form=ending
            )

    def say(
        self, visit: Visit, *, card: str, text: str, author: str, answers: str | None = None
    ) -> Comment:
        """A reader's comment on a card, or an answer in a thread."""
        with self._writing() as connection:
            said = share_talk.say(
                connection,
                visit.share,
                card=card,
                text=text,
                author=author,
                from_team=False,
                answers=answers,
            )
            share_access.named(connection, visit, author)
            shares.record(
                connection, visit.share, act="comment on share", comment=said.id, author=author
            )
            return said

    def sign(self, visit: Visit, *, name: str, meaning: str, version: int) -> Signature:
        """A reader's sign-off under the version on screen."""
        with self._writing() as connection:
            signed = share_talk.sign(
                connection, visit.share, name=name, meaning=meaning, version=version
            )
            share_access.named(connection, visit, name)
            shares.record(
                connection,
                visit.share,
                act="sign share",
                name=name,
                meaning=meaning,
                version=version,
                content_sha256=signed.content_sha256,
            )
            return signed
