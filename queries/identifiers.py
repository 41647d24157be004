"""The one place where a name becomes SQL.

Values are always parameters. Names (columns, datasets) cannot be, so they pass
through `quoted`, after the caller has found them in the catalogue.
"""

from __future__ import annotations

from queries.errors import DataError


def quoted(name: str) -> str:
    """An SQL identifier for any name, however hostile.

    Examples
    --------
    >>> quoted("AGE")
    '"AGE"'
    >>> quoted('"; drop table adsl; --')
    '\"""; drop table adsl; --"'
    """
    if not name or "\x00" in name:
        raise DataError("a name has at least one character and no NUL byte", got=name)
    return '"' + name.replace('"', '""') + '"'
