"""The single checks that the values of a plan are made of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from math import isfinite
from typing import Any

from queries.errors import DataError
from queries.workspace.limits import checked_text, printable

MAX_LISTED = 1_000


def read_object(text: str, what: str, *, longest: int) -> dict[str, Any]:
    """The JSON object in a text.

    Examples
    --------
    >>> read_object('{"study": "A"}', "a plan", longest=100)
    {'study': 'A'}
    """
    if not isinstance(text, str) or len(text) > longest:
        raise DataError(f"{what} is JSON text of at most {longest} characters")
    try:
        plain = json.loads(text)
    except RecursionError:
        raise DataError(f"{what} is not nested without end") from None
    except ValueError as error:
        raise DataError(f"{what} is written as JSON", got=str(error)) from None
    if not isinstance(plain, dict):
        raise DataError(f"{what} is a JSON object", got=type(plain).__name__)
    return plain


def without_unknown(plain: object, what: str, known: Sequence[str]) -> dict[str, Any]:
    """What a JSON object states, with null as not stated; refused when a key is not known.

    Examples
    --------
    >>> without_unknown({"events": 3, "alpha": None}, "an endpoint", ("events", "alpha"))
    {'events': 3}
    """
    if not isinstance(plain, dict):
        raise DataError(f"{what} is a JSON object", got=type(plain).__name__)
    if unknown := [key for key in plain if key not in known]:
        raise DataError(f"{what} has only the keys {', '.join(known)}", got=unknown[0])
    return {name: value for name, value in plain.items() if value is not None}


def as_text(value: object, name: str, *, longest: int = 200, needed: bool = True) -> None:
    """Refuse what is not a text.

    Examples
    --------
    >>> as_text("OS", "code")
    """
    if needed or value is not None:
        checked_text(value, f"`{name}` of a plan", longest=longest)


def one_of(value: object, name: str, allowed: Sequence[object]) -> None:
    """Refuse what is not listed.

    Examples
    --------
    >>> one_of("ongoing", "status", ("ongoing", "complete"))
    """
    # True equals 1, and a list equals nothing that could stand in a set.
    if isinstance(value, bool) or value not in allowed:
        listed = ", ".join(str(one) for one in allowed if one is not None)
        raise DataError(f"`{name}` of a plan is one of {listed}", got=value)


def as_date(value: object, name: str) -> None:
    """Refuse what is neither a date from 1900 to 2200 nor absent.

    Examples
    --------
    >>> as_date(date(2026, 3, 31), "data_cut")
    """
    if value is None:
        return
    is_date = isinstance(value, date) and not isinstance(value, datetime)
    if not (is_date and 1900 <= value.year <= 2200):  # type: ignore[attr-defined]  # a date
        raise DataError(f"`{name}` of a plan is a date from 1900 to 2200", got=value)


def as_whole(value: object, name: str, *, needed: bool = True) -> None:
    """Refuse what is not a whole number from 1 to a thousand million.

    Examples
    --------
    >>> as_whole(720, "subjects")
    """
    if value is None and not needed:
        return
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not (whole and 1 <= value <= 10**9):  # type: ignore[operator]  # whole says it is an int
        raise DataError(
            f"`{name}` of a plan is a whole number from 1 to 10^9", got=printable(value)
        )


def as_number(
    value: object,
    name: str,
    *,
    low: float,
    high: float,
    inside: bool = False,
    needed: bool = True,
) -> None:
    """Refuse what is not a number from `low` to `high`; `inside` leaves out both ends.

    Examples
    --------
    >>> as_number(0.025, "alpha", low=0, high=1, inside=True)
    """
    if value is None and not needed:
        return
    words = "above {} and below {}" if inside else "from {} to {}"
    rule = f"`{name}` of a plan is a number " + words.format(f"{low:g}", f"{high:g}")
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise DataError(rule, got=value)
    # The comparison with the bounds comes first: it is exact for integers of any length.
    fits = low < value < high if inside else low <= value <= high
    if not fits or not isfinite(value):
        raise DataError(rule, got=printable(value))


def as_numbers(
    values: object, name: str, *, low: float, high: float, inside: bool = False
) -> tuple[float, ...]:
    """A list of numbers, each within its bounds.

    Examples
    --------
    >>> as_numbers([0.6, 1], "looks", low=0, high=1)
    (0.6, 1.0)
    """
    listed = _listed(values, name)
    for value in listed:
        as_number(value, name, low=low, high=high, inside=inside)
    return tuple(float(value) for value in listed)


def as_names(values: object, name: str) -> tuple[str, ...]:
    """A list of texts, each once.

    Examples
    --------
    >>> as_names(["Control", "Experimental"], "arms")
    ('Control', 'Experimental')
    """
    listed = _listed(values, name)
    for value in listed:
        as_text(value, name)
    if len(set(listed)) < len(listed):
        raise DataError(f"`{name}` of a plan lists each name once", got=listed)
    return tuple(listed)


def _listed(values: object, name: str) -> list[Any]:
    if not isinstance(values, (list, tuple)) or len(values) > MAX_LISTED:
        raise DataError(
            f"`{name}` of a plan is a list of at most {MAX_LISTED}", got=type(values).__name__
        )
    return list(values)
