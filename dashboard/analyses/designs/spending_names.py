"""Spending functions and boundaries by the names that protocols give them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered

Family = Literal[
    "Lan-DeMets O'Brien-Fleming",
    "Lan-DeMets Pocock",
    "Hwang-Shih-DeCani",
    "Kim-DeMets",
    "Wang-Tsiatis",
    "Haybittle-Peto",
]

PARAMETERS: dict[Family, str] = {
    "Hwang-Shih-DeCani": "gamma",
    "Kim-DeMets": "rho",
    "Wang-Tsiatis": "Delta",
}
"""The families that a name alone does not settle, and what they need."""

_TAIL = "(spending|function|type|like|boundary|boundaries)*"
_KNOWN: tuple[tuple[re.Pattern[str], Family], ...] = tuple(
    (re.compile(names + _TAIL), family)  # type: ignore[misc]
    for names, family in (
        ("(landemets|ld|alphaspending)?(obrienfleming|obf|of)", "Lan-DeMets O'Brien-Fleming"),
        ("(landemets|ld|alphaspending)?pocock", "Lan-DeMets Pocock"),
        ("hwangshihdecani|hsd|gammafamily", "Hwang-Shih-DeCani"),
        ("kimdemets|powerfamily", "Kim-DeMets"),
        ("wangtsiatis", "Wang-Tsiatis"),
        ("haybittlepeto", "Haybittle-Peto"),
    )
)
_NUMBER = re.compile(r"[-\u2212]?\s?\d+(?:\.\d+)?")
_SYMBOL = re.compile(r"gamma|rho|delta|power|parameter|phi|[\u03b3\u03c1\u03b4\u0394]")


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSpending(Result):
    """What a name means.

    Parameters
    ----------
    family : str
    parameter : float or None
        gamma of Hwang-Shih-DeCani, rho of Kim-DeMets, Delta of Wang-Tsiatis; None for the others.

    Examples
    --------
    >>> spending_named("Hwang–Shih–DeCani (γ = −4)")
    NamedSpending(family='Hwang-Shih-DeCani', parameter=-4.0)
    """

    family: Family
    parameter: float | None = None

    def __post_init__(self) -> None:
        needed = self.family in PARAMETERS
        rule = "exactly the families with a parameter have one"
        require(needed == (self.parameter is not None), rule, family=self.family)


def spending_named(name: str) -> NamedSpending:
    """The spending function that a name stands for, whatever its dashes, accents and case.

    "O'Brien-Fleming" and "Pocock" alone are read as the Lan-DeMets functions of that type, which
    is what a spending function of that name can be.

    Raises
    ------
    NotEstimableError
        For a name that is not known, or that leaves its parameter open.

    Examples
    --------
    >>> spending_named("Lan-DeMets O'Brien-Fleming").family
    "Lan-DeMets O'Brien-Fleming"
    >>> spending_named("Kim-DeMets")
    Traceback (most recent call last):
        ...
    analytics.checks.NotEstimableError: The spending function 'Kim-DeMets' does not state its rho.
    """
    numbers = _NUMBER.findall(name)
    letters = _letters(_SYMBOL.sub("", _NUMBER.sub("", name.casefold())))
    family = next((one for names, one in _KNOWN if names.fullmatch(letters)), None)
    # "delta" and "power" can be part of a name: the whole of it is tried as well.
    family = family or next((one for names, one in _KNOWN if names.fullmatch(_letters(name))), None)
    if family is None:
        raise NotEstimableError(f"The spending function {name!r} is not one that is known here.")
    if family not in PARAMETERS:
        return NamedSpending(family=family)
    if len(numbers) != 1:
        missing = PARAMETERS[family]
        raise NotEstimableError(f"The spending function {name!r} does not state its {missing}.")
    plain = numbers[0].replace("\u2212", "-").replace(" ", "")
    return NamedSpending(family=family, parameter=float(plain))


def _letters(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold())
    return re.sub(r"[^a-z]", "", plain)
