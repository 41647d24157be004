"""Which columns of ADSL tell what happened after baseline.

Choosing subjects by such a column chooses them by their future: a comparison from baseline
would count time in which they could not have been left out (immortal time). A column is taken
for one of these when its name or label says so, or when it is a date that lies after baseline
in the data. Every other column is taken as known at baseline.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import duckdb

from queries.identifiers import quoted

_NAMES = re.compile(
    r"EO[STP]\w*|DC[A-Z]\w*|DTH\w*|LST\w*|LAST\w*|LD\w*DT[MC]?|"
    r"TRTE\w*|TR\d\dE\w*|TRTDUR\w*|TR\d\dDUR\w*|TRTSTT|"
    r"RFENDTC?|RFXENDTC?|RFPENDTC?|AVGDD|CUM\w*|\w*DOSI\w*|RDI\w*|"
    r"COMP\w*FL|DISC\w*FL|DS\w*FL|DISC\w*REAS\w*|EFF\w*FL|PPROT\w*FL|RESP\w*FL|"
    r"VISNUMEN|FU\w*DT|BESRSP\w*|\w*RESP|AE\w*FL|TRT0[2-9]\w*|AP0[2-9]\w*",
    re.IGNORECASE,
)
_LABELS = re.compile(
    r"\b(end of|last (date|dose|exposure|visit|contact|known|treatment)|date of last|"
    r"discontinu\w*|death|died|dead|withdr[ae]w\w*|complet(ed|er|ers|ion)|"
    r"treatment duration|duration of (treatment|exposure|study)|cumulative|"
    r"average daily dose|dose intensity|follow-?up|best (overall )?response|"
    r"per-?protocol|efficacy population|post-?baseline|relapse|progression)\b",
    re.IGNORECASE,
)
# "Date of ... at baseline" or "prior" speak of what was known, whatever else they say.
_BASELINE_LABEL = re.compile(r"\b(baseline|prior|previous|history|before)\b", re.IGNORECASE)


def tells_the_future(column: str, label: str = "") -> bool:
    """Whether a column's name or label says that it is about the time after baseline.

    Examples
    --------
    >>> [n for n in ("AGE", "EOSSTT", "DTHDT", "TRTEDT", "PPROTFL", "SAFFL") if tells_the_future(n)]
    ['EOSSTT', 'DTHDT', 'TRTEDT', 'PPROTFL']
    >>> tells_the_future("DURDIS", "Duration of disease (months)")
    False
    >>> tells_the_future("X1", "Reason for discontinuation")
    True
    """
    if _NAMES.fullmatch(column):
        return True
    return bool(_LABELS.search(label)) and not _BASELINE_LABEL.search(label)


def columns_after_baseline(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: Mapping[str, str],
    *,
    labels: Mapping[str, str],
    baseline_days: Iterable[str],
) -> frozenset[str]:
    """The columns of a table of subjects that are about the time after baseline.

    Parameters
    ----------
    table : str
        As SQL names it.
    columns, labels : mapping of str to str
        Types and labels by name.
    baseline_days : iterable of str
        SQL of the days of randomisation and first dose; the later one ends baseline.
    """
    named = {name for name in columns if tells_the_future(name, labels.get(name, ""))}
    days = list(baseline_days)
    kinds = ("DATE", "TIMESTAMP")
    dates = [n for n, kind in columns.items() if kind.startswith(kinds) and n not in named]
    if not days or not dates:
        return frozenset(named)
    baseline = f"greatest({', '.join(days)})"
    # A constant date, such as the data cut, tells subjects nothing apart.
    tests = ", ".join(
        f"bool_or({quoted(n)}::DATE > {baseline}) AND min({quoted(n)}) < max({quoted(n)})"
        for n in dates
    )
    later = connection.execute(f"SELECT {tests} FROM {table}").fetchone() or ()
    return frozenset(named | {name for name, after in zip(dates, later, strict=True) if after})
