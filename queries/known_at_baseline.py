"""Which columns of ADSL may foretell: those that something says were known at baseline.

A prediction must not learn from the future. Records carry dates and are cut by them; a column of
ADSL carries none. It is taken as known at baseline only when it is one of the standard facts of a
subject, when its name or label says "baseline" or tells of the time before, or when the plan
stratifies by it. Every other column has no date that anybody can check, and is not used unless a
person answers for it.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from queries.after_baseline import tells_the_future

_NAMES = re.compile(
    r"AGE|AGEGR\d?N?|SEX|RACE\d?|RACEGR\d|ETHNIC|COUNTRY|REGION\d?|"
    r"\w*BL|\w*BLGR\d?|\w*BLN|PRIOR\w*|STRAT\w*|RANDSTR\w*|DURDIS|DURDSGR\d",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"(\w+?)GR\d", re.IGNORECASE)
_LABELS = re.compile(
    r"\b(baseline|screening|prior|previous|history|before|randomi[sz]ation (stratum|factor)|"
    r"at (entry|enrolment|enrollment|consent)|education|duration of disease)\b",
    re.IGNORECASE,
)


def known_at_baseline(column: str, label: str, columns: Collection[str]) -> bool:
    """Whether something says that a column of ADSL was known at baseline.

    Parameters
    ----------
    column, label : str
    columns : collection of str
        All columns of ADSL: a grouping such as BMKGR1 is known when BMKBL is.

    Examples
    --------
    >>> columns = {"AGE", "BMKBL", "BMKGR1", "RISK", "DTHFL"}
    >>> [name for name in sorted(columns) if known_at_baseline(name, "", columns)]
    ['AGE', 'BMKBL', 'BMKGR1']
    >>> known_at_baseline("MMSETOT", "MMSE total at screening", columns)
    True
    """
    if tells_the_future(column, label):
        return False
    if _NAMES.fullmatch(column) or _LABELS.search(label):
        return True
    grouped = _GROUPED.fullmatch(column)
    return grouped is not None and f"{grouped[1]}BL" in columns
