"""When a text is a number, a date or a time: strictly, and the same for every format."""

from __future__ import annotations

import re

# Leading zeros make an identifier, not a number, and so do more digits than a double holds.
_PATTERNS = {
    "BIGINT": r"-?(0|[1-9][0-9]{0,18})",
    "DOUBLE": r"-?((0|[1-9][0-9]{0,14})\.?|(0|[1-9][0-9]*)?\.[0-9]+)([eE][-+]?[0-9]{1,3})?",
    "DATE": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "TIMESTAMP": r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?",
    "TIME": r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?",
    "BOOLEAN": r"true|false|TRUE|FALSE|True|False",
}
TYPES = tuple(_PATTERNS)


def reading(column: str, type_name: str, *, proven: bool = False) -> str:
    """SQL that reads a text column as a type; NULL where the text is no value of it.

    `proven` says that every text is known to be one, so that its form need not be looked at.

    Examples
    --------
    >>> import duckdb
    >>> texts = "(VALUES ('2014-03-01'), ('2014-03')) AS source(text)"
    >>> duckdb.sql(f"SELECT {reading('text', 'DATE')} FROM {texts}").fetchall()
    [(datetime.date(2014, 3, 1),), (None,)]
    """
    cast = f"TRY_CAST({column} AS {type_name})"
    if type_name == "TIME":  # DuckDB wants the seconds, which ISO lets out
        cast = f"COALESCE({cast}, TRY_CAST({column} || ':00' AS TIME))"
    if proven:
        return cast
    return f"CASE WHEN regexp_full_match({column}, '{_PATTERNS[type_name]}') THEN {cast} END"


def not_blank(column: str) -> str:
    """SQL that is true for a text that holds more than spaces.

    Examples
    --------
    >>> import duckdb
    >>> texts = "(VALUES ('x'), (' é'), ('  '), (''), (NULL)) AS source(text)"
    >>> duckdb.sql(f"SELECT count(*) FROM {texts} WHERE {not_blank('text')}").fetchall()
    [(2,)]
    """
    # Most texts begin with a visible ASCII character; to look at that is much faster.
    return f"(({column} >= '!' AND {column} < chr(127)) OR trim({column}) <> '')"


def is_text_by_name(name: str) -> bool:
    """Whether a column is text whatever its values look like.

    Identifiers stay text, so that subject `0101` is not subject 101, and so do the
    `--DTC` columns of SDTM, which may hold partial dates in the next delivery.

    Examples
    --------
    >>> is_text_by_name("SITEID"), is_text_by_name("AESTDTC"), is_text_by_name("AGE")
    (True, True, False)
    """
    return is_identifier(name) or re.fullmatch(r"[A-Z]{2,6}DTC", name.upper()) is not None


def is_identifier(name: str) -> bool:
    """Whether a column identifies a study, site or subject.

    Examples
    --------
    >>> is_identifier("usubjid"), is_identifier("AGE")
    (True, False)
    """
    return name.upper() in {"STUDYID", "USUBJID", "SUBJID", "SITEID"}
