"""Small parts of the reader's page: texts, moments, fields of forms."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape

from dashboard.exports.wording import printable


def words(text: object) -> str:
    """Text in one line, escaped, without what turns the text around it.

    Examples
    --------
    >>> words("<script>  alert(1)</script>")
    '&lt;script&gt; alert(1)&lt;/script&gt;'
    """
    return escape(printable(text))


def moment(at: datetime) -> str:
    """A moment as the page prints it.

    Examples
    --------
    >>> moment(datetime(2026, 3, 31, 12, 5, tzinfo=UTC))
    '31 March 2026, 12:05 UTC'
    """
    utc = at.astimezone(UTC)
    return f"{utc.day} {utc:%B %Y, %H:%M} UTC"


def hidden(csrf: str) -> str:
    """The field that proves that a form was on our page."""
    return f'<input type="hidden" name="csrf" value="{escape(csrf)}">'


def field(label: str, name: str, value: str, *, most: int, autocomplete: str = "off") -> str:
    """A field for one line, which has to be filled in."""
    return (
        f'<label>{escape(label)}<input name="{name}" value="{escape(value)}" required '
        f'maxlength="{most}" autocomplete="{autocomplete}"></label>'
    )
