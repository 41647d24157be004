"""The page that a link opens, as HTML; every text of it is escaped here."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from dashboard.access.forms import icon_address
from dashboard.sharing.audiences import promise
from dashboard.sharing.content import ShareContent
from dashboard.sharing.look import SCRIPT, STYLE
from dashboard.sharing.sponsor_card import card_section, who_said
from dashboard.sharing.sponsor_text import field, hidden, moment, words
from queries.workspace.share_talk import MEANINGS


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Who reads: the proof their forms carry, the name they signed with, what was refused.

    Parameters
    ----------
    csrf : str
    name : str
    alert : str
        Said above everything; "" when there is nothing to say.
    about : str
        Id of the card whose comments are open.
    text : str
        What a refused form held.

    Examples
    --------
    >>> Reading(csrf="token").name
    ''
    """

    csrf: str
    name: str = ""
    alert: str = ""
    about: str = ""
    text: str = ""


def page(content: ShareContent, reading: Reading) -> str:
    """The whole page."""
    alert = f'<p class="alert" role="alert">{words(reading.alert)}</p>' if reading.alert else ""
    sections = [
        _brand(f"For {content.share.recipient}"),
        "<main>",
        alert,
        _opening(content),
        _changes(content),
        _contents(content),
        *(card_section(content, one, reading) for one in content.cards),
        _gone(content),
        _sign_off(content, reading),
        "</main>",
        _footer(content),
    ]
    return document(content.share.title, "\n".join(sections), alive=f"{home(content)}/alive")


def home(content: ShareContent) -> str:
    """The address of the page."""
    return f"/shared/{content.share.id}"


def document(title: str, body: str, *, alive: str = "") -> str:
    """A page around its body.

    Examples
    --------
    >>> "<title>A &lt;b&gt;</title>" in document("A <b>", "")
    True
    """
    watched = f' data-alive="{escape(alive)}"' if alive else ""
    script = f"<script>{SCRIPT}</script>" if alive else ""
    return (
        f'<!doctype html>\n<html lang="en"{watched}>\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="robots" content="noindex">\n'
        f'<link rel="icon" href="{icon_address()}">\n'
        f"<title>{words(title)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f'<body>\n<div class="page">\n{body}\n</div>\n{script}\n</body>\n</html>\n'
    )


def message(title: str, said: str) -> str:
    """A page that only says something.

    Examples
    --------
    >>> "<h1>Ended</h1>" in message("Ended", "Ask for a new link.")
    True
    """
    return document(
        title,
        f'{_brand("")}<main class="card alone"><h1>{words(title)}</h1><p>{words(said)}</p></main>',
    )


def passcode_page(share_id: str, csrf: str, said: str = "") -> str:
    """The question for the passcode; says nothing of the share.

    Examples
    --------
    >>> 'action="/shared/S/passcode"' in passcode_page("S", "token")
    True
    """
    alert = f'<p class="alert" role="alert">{words(said)}</p>' if said else ""
    return document(
        "Passcode",
        f'{_brand("")}<main class="card alone"><h1>Passcode</h1>'
        "<p>Whoever sent you this link has told you a passcode.</p>"
        f'{alert}<form method="post" action="/shared/{escape(share_id)}/passcode">{hidden(csrf)}'
        '<label>Passcode<input type="password" name="passcode" required maxlength="100" '
        'autocomplete="off" autofocus></label><button>Open</button></form></main>',
    )


def _brand(said: str) -> str:
    return f'<header class="brand"><b>Equipoise</b><span>{words(said)}</span></header>'


def _opening(content: ShareContent) -> str:
    share, version, study = content.share, content.version, content.study
    named = study.code if study.title == study.code else f"{study.code} · {study.title}"
    since = content.other_subjects
    facts = {
        "Data cut": version.data_cut,
        "Frozen": f"{moment(version.made_at)} by {version.made_by}, version {version.number}",
        "Shown to you": promise(share.audience, share.threshold)
        + (" All arms together: the study was blinded." if version.pooled else ""),
        "Open until": moment(share.expires_at),
        # An erasure writes the file anew: the footnotes of the cards name what it was then.
        "Snapshot, as it is now" if since else "Snapshot": content.snapshot_sha256[:12],
    }
    lines = "".join(f"<dt>{name}</dt><dd>{words(said)}</dd>" for name, said in facts.items())
    others = f'<p class="alert">{words(since)}</p>' if since else ""
    note = f'<p class="note">{escape(version.note)}</p>' if version.note else ""
    return (
        f'<header class="card"><p class="muted small">{words(named)}</p>'
        f"<h1>{words(share.title)}</h1>"
        f'<p class="cohort">{words(version.cohort)}</p>{others}{note}<dl>{lines}</dl></header>'
    )


def _changes(content: ShareContent) -> str:
    if content.before is None:
        return ""
    new, old = content.version, content.before
    lines = [
        f'<li><span class="tag{" changed" * (one.kind != "new")}">{one.kind.capitalize()}</span>'
        f"{words(one.name)}{f'<p>{words(one.said)}</p>' if one.said else ''}</li>"
        for one in content.changes
    ]
    for what, was, now in (
        ("Cohort", old.cohort, new.cohort),
        ("Data cut", old.data_cut, new.data_cut),
    ):
        if was != now:
            said = f"{was} before, {now} now."
            lines.insert(0, f'<li><span class="tag changed">{what}</span><p>{words(said)}</p></li>')
    listed = "".join(lines) or "<li>Nothing that is shown here has changed.</li>"
    return (
        f'<section class="card" aria-labelledby="changes"><h2 id="changes">'
        f"What changed since version {old.number}</h2>"
        f'<p class="muted small">Version {old.number} was frozen {moment(old.made_at)}.</p>'
        f'<ul class="changes">{listed}</ul></section>'
    )


def _contents(content: ShareContent) -> str:
    kinds = {one.name: one.kind for one in content.changes}
    lines = []
    for one in content.cards:
        number = sum(comment.card == one.kept.name for comment in content.comments)
        tags = ""
        if kind := kinds.get(one.kept.name):
            tags += f'<span class="tag{" changed" * (kind != "new")}">{kind.capitalize()}</span>'
        if number:
            tags += f'<span class="tag quiet">{number} comment{"s" * (number > 1)}</span>'
        lines.append(
            f'<li><a href="#card-{one.kept.position}"><span>{words(one.kept.name)}</span>'
            f"{tags}</a></li>"
        )
    signed = f'<span class="tag quiet">{len(content.signatures)}</span>'
    lines.append(
        f'<li><a href="#sign-off"><span>Sign-off</span>{signed * bool(content.signatures)}</a></li>'
    )
    listed = f"<ul>{''.join(lines)}</ul>"
    head = '<h2 id="contents">Contents</h2>'
    return f'<nav class="card" aria-labelledby="contents">{head}{listed}</nav>'


def _gone(content: ShareContent) -> str:
    here = {one.kept.name for one in content.cards}
    left = [one for one in content.comments if one.card not in here]
    if not left:
        return ""
    said = "".join(f"<h3>{words(one.card)}</h3>{who_said(one)}" for one in left)
    return (
        '<section class="card"><h2>Comments on results that are no longer shown</h2>'
        f"{said}</section>"
    )


def _sign_off(content: ShareContent, reading: Reading) -> str:
    version = content.version
    lines = "".join(
        f"<li><b>{words(one.name)}</b>: {words(one.meaning)}"
        f'<br><span class="muted small">{moment(one.signed_at)}, version {one.version}, '
        f"content {one.content_sha256[:12]}</span></li>"
        for one in content.signatures
    )
    listed = f'<ul class="signed">{lines}</ul>' if lines else ""
    meanings = "".join(f"<option>{words(meaning)}</option>" for meaning in MEANINGS)
    return (
        '<section class="card" id="sign-off" aria-labelledby="sign-off-title">'
        f'<h2 id="sign-off-title">Sign-off</h2>{listed}'
        '<p class="small muted">Your name, the time and what you mean by it are kept with '
        f"version {version.number} and shown to whoever has this link.</p>"
        f'<form method="post" action="{home(content)}/sign">{hidden(reading.csrf)}'
        f'<input type="hidden" name="version" value="{version.number}">'
        f"{field('Your name', 'name', reading.name, most=100, autocomplete='name')}"
        f'<label>Meaning<select name="meaning">{meanings}</select></label>'
        '<label class="check"><input type="checkbox" name="read" value="yes" required>'
        f"<span>I have read version {version.number} as it stands here.</span></label>"
        "<button>Sign</button></form></section>"
    )


def _footer(content: ShareContent) -> str:
    return (
        f"<footer>This page stands as it was frozen; nothing on it is computed anew. "
        f"Reference {words(content.share.id)}, content {content.version.content_sha256[:12]}."
        "</footer>"
    )
