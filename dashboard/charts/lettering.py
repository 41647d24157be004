"""Text on figures: data made literal, measured, and broken into lines that fit.

Plotly reads a little HTML in every text it draws, fills `%{...}` in hover templates,
hands `$...$` to MathJax where a page has it, and `theme.themed` swaps colours such as
`#0B161C` wherever they stand. A name out of the data must trigger none of these.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

NARROWEST = 380  # pixels: a figure on the narrowest screen that it is drawn for
LINE_SPACING = 1.3  # of the font size; Plotly's own

_SIGNS = {ord(sign): f"&#{ord(sign)};" for sign in "&<>$%#"}
# Embeddings, overrides and isolates turn the text around them, not only their own.
_TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"
_BLANK = "(blank)"
_LEGEND_ROW, _LEGEND_LINE, _LEGEND_SYMBOL, _LEGEND_SIZE = 21, 17, 50, 13

# Widths in thousandths of the font size. Arial is the widest of the fonts in theme.FONT.
_WIDTHS = {
    **dict.fromkeys("il'jI|", 270),
    **dict.fromkeys("ft.,:;!/\\[]() ", 290),
    **dict.fromkeys('r-`"°{}', 355),
    **dict.fromkeys("ckszvxyJ^*", 500),
    **dict.fromkeys("mMW%@…", 1000),
    **dict.fromkeys("wCDHNRUGOQ", 780),
    **dict.fromkeys("ABEKPSVXYFLTZ&", 670),
    **dict.fromkeys("•·–", 560),
    "\N{NO-BREAK SPACE}": 290,
}
_OTHERS, _WIDE, _PICTURE, _BOLD = 600, 1000, 1300, 1.08


def literal(text: object) -> str:
    """Text out of the data, for any place on a figure: drawn as it is, never read as markup.

    Runs of white space become one space, a blank text says so; signs that would break an
    SVG file or turn the text around them are left out.

    Examples
    --------
    >>> literal("<b>5</b> %{x} & more")
    '&#60;b&#62;5&#60;/b&#62; &#37;{x} &#38; more'
    >>> literal("  ")
    '(blank)'
    """
    return (_clean(text) or _BLANK).translate(_SIGNS)


def _clean(text: object) -> str:
    return " ".join("".join(_kept(sign) for sign in str(text)).split())


def _kept(sign: str) -> str:
    if sign.isspace():
        return " "
    if unicodedata.category(sign) in ("Cs", "Cn"):
        return "\N{REPLACEMENT CHARACTER}"
    return "" if unicodedata.category(sign) == "Cc" or sign in _TURNING else sign


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Pixels that a text takes at most, in the widest of the fonts it may be drawn with.

    Examples
    --------
    >>> round(text_width("Placebo", 12))
    46
    """
    thousandths = sum(_WIDTHS.get(sign) or _width(sign) for sign in text)
    return thousandths / 1000 * size * (_BOLD if bold else 1)


def _width(sign: str) -> int:
    if unicodedata.combining(sign):
        return 0
    if unicodedata.category(sign) == "So":
        return _PICTURE
    return _WIDE if unicodedata.east_asian_width(sign) in "WF" else _OTHERS


def lines_within(
    text: object, pixels: float, *, size: float, bold: bool = False, most: int | None = None
) -> list[str]:
    """A text in lines that fit, broken at spaces and, where it must be, inside words.

    Parameters
    ----------
    text : object
        Made one line first; the lines are not yet `literal`.
    pixels : float
        Width that every line keeps to.
    size : float
        Of the font, in pixels.
    bold : bool
    most : int, optional
        Lines that may stay; the last then ends in "…".

    Examples
    --------
    >>> lines_within("Xanomeline high dose", 80, size=12)
    ['Xanomeline', 'high dose']
    >>> lines_within("Xanomeline high dose", 100, size=12, most=1)
    ['Xanomeline hi…']
    """
    lines: list[str] = []
    for word in (_clean(text) or _BLANK).split():
        if lines and text_width(f"{lines[-1]} {word}", size, bold=bold) <= pixels:
            lines[-1] += f" {word}"
        else:
            lines += _broken(word, pixels, size, bold)
    if most is None or len(lines) <= most:
        return lines
    rest = f"{' '.join(lines[most - 1 :])}…"
    while text_width(rest, size, bold=bold) > pixels and len(rest) > 2:
        rest = f"{rest[:-2].rstrip()}…"
    return [*lines[: most - 1], rest]


def _broken(word: str, pixels: float, size: float, bold: bool) -> list[str]:
    pieces = [""]
    for sign in word:
        if pieces[-1] and text_width(pieces[-1] + sign, size, bold=bold) > pixels:
            pieces.append("")
        pieces[-1] += sign
    return pieces


def fitted(text: object, pixels: float, *, size: float, most: int | None = None) -> str:
    """Text out of the data in literal lines that fit, for a tick label or an annotation.

    Examples
    --------
    >>> fitted("Neutrophils <1.5 G/L", 90, size=12)
    'Neutrophils<br>&#60;1.5 G/L'
    """
    return "<br>".join(map(literal, lines_within(text, pixels, size=size, most=most)))


def legend_name(name: object) -> str:
    """A name out of the data for a legend, in two lines where one is too narrow.

    Examples
    --------
    >>> legend_name("Arm <A>")
    'Arm &#60;A&#62;'
    """
    return "<br>".join(map(literal, _legend_lines(name)))


def legend_pixels(names: Iterable[object]) -> int:
    """Height of a horizontal legend on the narrowest screen, where its rows are most.

    Examples
    --------
    >>> legend_pixels(["Placebo", "Active"]), legend_pixels(["A very long name of an arm"] * 3)
    (21, 63)
    """
    shown = [_legend_lines(name) for name in names]
    if not shown:
        return 0
    widest = max(text_width(line, _LEGEND_SIZE) for lines in shown for line in lines)
    per_row = max(1, int((NARROWEST - 30) // (widest + _LEGEND_SYMBOL)))
    rows = -(-len(shown) // per_row)
    return rows * (_LEGEND_ROW + (_LEGEND_LINE if max(map(len, shown)) > 1 else 0))


def _legend_lines(name: object) -> list[str]:
    return lines_within(name, NARROWEST - 40 - _LEGEND_SYMBOL, size=_LEGEND_SIZE, most=2)
