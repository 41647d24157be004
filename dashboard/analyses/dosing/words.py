"""Numbers in the sentences of a protocol."""

from __future__ import annotations

_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def counted_doses(doses: int) -> str:
    """How many doses, in words up to ten.

    Examples
    --------
    >>> counted_doses(1), counted_doses(12)
    ('one dose', '12 doses')
    """
    number = _WORDS[doses] if doses < len(_WORDS) else str(doses)
    return f"{number} dose" if doses == 1 else f"{number} doses"


def studied_doses(names: tuple[str, ...]) -> str:
    """The sentence that lists the doses.

    Examples
    --------
    >>> studied_doses(("10 mg", "20 mg"))
    'Two doses are studied: 10 mg, 20 mg.'
    """
    many = counted_doses(len(names))
    studied = "is studied" if len(names) == 1 else "are studied"
    return f"{many[0].upper()}{many[1:]} {studied}: {', '.join(names)}."


def months(duration: float) -> str:
    """A duration.

    Examples
    --------
    >>> months(1.0), months(2.5)
    ('1 month', '2.5 months')
    """
    return "1 month" if duration == 1 else f"{duration:.3g} months"


def percent(share: float) -> str:
    """A share in percent.

    Examples
    --------
    >>> percent(0.25)
    '25 %'
    """
    return f"{100 * share:.4g} %"
