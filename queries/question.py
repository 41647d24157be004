"""SQL files as questions: read, checked against their own header.

Each file under `queries/sql/` answers one question and says so in its header::

    -- Subjects by arm.
    -- grain: arm
    -- params: until DATE
    -- columns: arm VARCHAR, subjects BIGINT

The grain is what tells rows apart; `record` says that every record is a row, and no grain that
there is one row. A file reads FROM `cohort`, the subjects asked about, and from the standard views
of the store. It never contains a value: values are `$parameters`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from queries.errors import DataError

_HEADER = re.compile(r"^-- (grain|params|columns): *(.*)$", re.MULTILINE)
_PARAMETER = re.compile(r"\$([a-z_][a-z0-9_]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One SQL file: what it asks, and what it promises to answer."""

    name: str
    summary: str
    grain: tuple[str, ...]
    params: dict[str, str]
    columns: dict[str, str]
    sql: str


def _typed(text: str) -> dict[str, str]:
    pairs = (part.split(maxsplit=1) for part in text.split(",") if part.strip())
    return {name: kind.strip() for name, kind in pairs}


@cache
def read_question(name: str) -> Question:
    """The question of that name.

    Raises
    ------
    DataError
        When there is no such file, or its header and its parameters disagree.

    Examples
    --------
    >>> read_question("subjects_by_arm").grain
    ('arm',)
    """
    source = files("queries") / "sql" / f"{name}.sql"
    if not re.fullmatch(r"[a-z_]+", name) or not source.is_file():
        raise DataError("a question is the name of a file in queries/sql", got=name)
    text = source.read_text(encoding="utf-8")
    header = {key: value.strip() for key, value in _HEADER.findall(text)}
    sql = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    question = Question(
        name=name,
        summary=text.splitlines()[0].removeprefix("--").strip(),
        grain=tuple(part.strip() for part in header.get("grain", "").split(",") if part.strip()),
        params=_typed(header.get("params", "")),
        columns=_typed(header["columns"]),
        sql=sql.strip().rstrip(";"),
    )
    if set(_PARAMETER.findall(question.sql)) != set(question.params):
        raise DataError(f"the header of {name}.sql names exactly its parameters", file=name)
    return question


def all_questions() -> tuple[str, ...]:
    """The names of all questions, in alphabetical order.

    Examples
    --------
    >>> "endpoints" in all_questions()
    True
    """
    folder = files("queries") / "sql"
    return tuple(
        sorted(f.name.removesuffix(".sql") for f in folder.iterdir() if f.name[-4:] == ".sql")
    )
