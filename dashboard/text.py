"""Text from the data, made safe for Streamlit's Markdown."""

from __future__ import annotations

import re

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|$~:&])")


def plain(text: object) -> str:
    r"""Text as it is: no Markdown, HTML, LaTeX, icon or colour directive takes effect.

    Examples
    --------
    >>> plain("Grade >= 3 [link](x) :red[hot] $x$")
    'Grade \\>= 3 \\[link\\]\\(x\\) \\:red\\[hot\\] \\$x\\$'
    """
    single_line = " ".join(str(text).split())
    return _MARKDOWN.sub(r"\\\1", single_line)


def number(value: float, digits: int = 1) -> str:
    """A number for the screen, or "not estimable".

    Examples
    --------
    >>> number(12.345), number(float("nan"))
    ('12.3', 'NE')
    """
    return "NE" if value != value else f"{value:,.{digits}f}"


def interval(estimate: float, lower: float, upper: float, digits: int = 1) -> str:
    """An estimate with its interval, as tables print it.

    Examples
    --------
    >>> interval(0.731, 0.62, 0.861, 2)
    '0.73 (0.62–0.86)'
    >>> interval(-0.33, -0.66, -0.01, 2)
    '-0.33 (-0.66 to -0.01)'
    """
    until = " to " if lower < 0 or upper < 0 else "–"
    return f"{number(estimate, digits)} ({number(lower, digits)}{until}{number(upper, digits)})"


def reached(estimate: float, lower: float, upper: float, digits: int = 1) -> str:
    """A quantile of survival time with its interval; NR where it lies beyond the data.

    Examples
    --------
    >>> reached(17.94, 15.28, float("nan"))
    '17.9 (15.3–NR)'
    >>> reached(float("nan"), float("nan"), float("nan"))
    'NR'
    """
    shown, low, high = (
        "NR" if value != value else number(value, digits) for value in (estimate, lower, upper)
    )
    return shown if shown == low == high else f"{shown} ({low}–{high})"


def percent(share: float, digits: int = 0) -> str:
    """A share as a percentage.

    Examples
    --------
    >>> percent(0.684)
    '68%'
    """
    return "NE" if share != share else f"{100 * share:.{digits}f}%"


def p_value(p: float) -> str:
    """A p-value as journals print it.

    Examples
    --------
    >>> p_value(0.00004), p_value(0.0312), p_value(0.41)
    ('< 0.0001', '0.031', '0.41')
    """
    if p != p:
        return "NE"
    if p < 0.0001:
        return "< 0.0001"
    return f"{p:.2f}" if p >= 0.1 else f"{p:.4f}" if p < 0.001 else f"{p:.3f}"


def file_stem(name: str) -> str:
    """A name as a file name: letters, digits, dash and underscore.

    Examples
    --------
    >>> file_stem("EQX-301 OS survival/../x")
    'EQX-301_OS_survival_x'
    """
    return re.sub(r"[^A-Za-z0-9-]+", "_", name).strip("_")[:100] or "result"
