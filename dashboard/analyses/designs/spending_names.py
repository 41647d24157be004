"""Spending functions and boundaries by the names that protocols give them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from analytics.checks import InputError, NotEstimableError
from analytics.design.boundaries import (
    Efficacy,
    HaybittlePeto,
    HwangShihDeCani,
    KimDeMets,
    LanDeMetsOBrienFleming,
    LanDeMetsPocock,
    WangTsiatis,
)

_TAIL = "(spending|function|type|like|boundary|boundaries)*"
_KNOWN = (
    ("(landemets|ld|alphaspending)?(obrienfleming|obf|of)", "Lan-DeMets O'Brien-Fleming"),
    ("(landemets|ld|alphaspending)?pocock", "Lan-DeMets Pocock"),
    ("hwangshihdecani|hsd|gammafamily", "Hwang-Shih-DeCani"),
    ("kimdemets|powerfamily", "Kim-DeMets"),
    ("wangtsiatis", "Wang-Tsiatis"),
    ("haybittlepeto", "Haybittle-Peto"),
)
_NAMES = tuple((re.compile(f"({names}){_TAIL}"), family) for names, family in _KNOWN)
_PLAIN: dict[str, Efficacy] = {
    "Lan-DeMets O'Brien-Fleming": LanDeMetsOBrienFleming(),
    "Lan-DeMets Pocock": LanDeMetsPocock(),
    "Haybittle-Peto": HaybittlePeto(),
}
_WITH_A_NUMBER: dict[str, tuple[str, Callable[[float], Efficacy]]] = {
    "Hwang-Shih-DeCani": ("gamma", lambda number: HwangShihDeCani(gamma=number)),
    "Kim-DeMets": ("power", lambda number: KimDeMets(power=number)),
    "Wang-Tsiatis": ("delta", lambda number: WangTsiatis(delta=number)),
    "Haybittle-Peto": ("z", lambda number: HaybittlePeto(z=number)),
}
_NUMBER = re.compile(r"[-\u2212]?\s?\d+(?:\.\d+)?")
_SYMBOL = re.compile(r"gamma|rho|delta|power|parameter|phi|[\u03b3\u03c1\u03b4\u0394]")


def spending_named(name: str) -> Efficacy:
    """The spending function or boundary that a name stands for, whatever its dashes and case.

    "O'Brien-Fleming" and "Pocock" alone are read as the Lan-DeMets functions of that type, which
    is what a spending function of that name can be; Haybittle-Peto alone has z = 3.

    Raises
    ------
    NotEstimableError
        For a name that is not known, or that leaves its parameter open or impossible.

    Examples
    --------
    >>> spending_named("Lan-DeMets O'Brien-Fleming")
    LanDeMetsOBrienFleming()
    >>> spending_named("Hwang–Shih–DeCani (γ = −4)")
    HwangShihDeCani(gamma=-4.0)
    >>> spending_named("Kim-DeMets")
    Traceback (most recent call last):
        ...
    analytics.checks.NotEstimableError: The spending function 'Kim-DeMets' does not state its power.
    """
    family, numbers = _family(name), _NUMBER.findall(name)
    if family is None:
        raise NotEstimableError(f"The spending function {name!r} is not one that is known here.")
    if not numbers and family in _PLAIN:
        return _PLAIN[family]
    what, made = _WITH_A_NUMBER.get(family, ("", None))
    if made is None:
        raise NotEstimableError(f"The spending function {name!r} has no parameter.")
    if len(numbers) != 1:
        raise NotEstimableError(f"The spending function {name!r} does not state its {what}.")
    try:
        return made(float(numbers[0].replace("\u2212", "-").replace(" ", "")))
    except InputError as error:
        raise NotEstimableError(f"The spending function {name!r} is none: {error}") from None


def _family(name: str) -> str | None:
    """With and without what may be the symbol of a parameter: "power" can be part of a name."""
    bare = _letters(_SYMBOL.sub("", _NUMBER.sub("", name.casefold())))
    tried = ((names, family, text) for text in (bare, _letters(name)) for names, family in _NAMES)
    return next((family for names, family, text in tried if names.fullmatch(text)), None)


def _letters(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold())
    return re.sub(r"[^a-z]", "", plain)
