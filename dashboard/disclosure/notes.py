"""Notes of a result without numbers of subjects."""

from __future__ import annotations

import re
from collections.abc import Sequence

_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
# Numbers that count nobody. Whatever other digit a sentence has, it is left out.
_HARMLESS = re.compile(
    rf"\b\d{{4}}-\d{{2}}-\d{{2}}\b|\b\d{{1,2}} {_MONTH} \d{{4}}\b"
    r"|\bsnapshot [0-9a-f]{12}\b"
    r"|\b\d+(?:\.\d+)?\s?% (?:intervals?|confidence|CI)\b|\(95% CI\)"
    r"|\bgrades 1, 2 and 3\b|\bone month is 30\.4375 days\b|\bper 100 (?:patient-)?years\b"
    r"|\bper 100 patient-years\b"
)
_STUDY = re.compile(r"^[A-Z][\w-]*\d[\w-]*, data cut ")
LEFT_OUT = "Notes with counts are left out."


def without_counts(notes: Sequence[str], *, cohort: str = "") -> tuple[str, ...]:
    """The sentences that hold no number but a date, a level of confidence or the like.

    Parameters
    ----------
    notes : sequence of str
    cohort : str
        The rule in words, which may hold numbers: they are criteria and count nobody.

    Examples
    --------
    >>> without_counts(["12 of 40 subjects: Age > 65.", "Exact 95% intervals."], cohort="Age > 65")
    ('Subjects: Age > 65.', 'Exact 95% intervals.', 'Notes with counts are left out.')
    """
    kept, lost = [], False
    for note in notes:
        sentences = re.split(r"(?<=[.;]) (?=[A-Z])", note)
        fine = [one for one in sentences if _holds_none(one)]
        lost |= len(fine) < len(sentences)
        kept += [" ".join(fine)] if fine else []
    first = [f"Subjects: {cohort}."] if cohort else []
    return (*first, *kept, *([LEFT_OUT] if lost else []))


def _holds_none(sentence: str) -> bool:
    rest = _STUDY.sub("", _HARMLESS.sub("", sentence))
    return not any(letter.isdigit() for letter in rest)
