"""Arithmetic on colours: contrast as WCAG 2 defines it, and shades that reach it."""

from __future__ import annotations

_FIXED_INKS = ("#FDFEFE", "#10191F")


def channels(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of a `#RRGGBB` colour, 0 to 255.

    Examples
    --------
    >>> channels("#0072B2")
    (0, 114, 178)
    """
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def luminance(colour: str) -> float:
    """Relative luminance of a colour, 0 (black) to 1 (white).

    References
    ----------
    W3C, Web Content Accessibility Guidelines 2.2, "relative luminance".

    Examples
    --------
    >>> luminance("#FFFFFF"), luminance("#000000")
    (1.0, 0.0)
    """
    shares = [c / 255 for c in channels(colour)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21; 3 is legible for marks, 4.5 for text.

    Examples
    --------
    >>> round(contrast("#FFFFFF", "#0072B2"), 1)
    5.2
    """
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def ink_on(colour: str) -> str:
    """The fixed ink, nearly white or nearly black, that reads better on a fixed colour.

    Neither is a tone of the theme, so that both stay when a figure changes its mode.

    Examples
    --------
    >>> ink_on("#0072B2"), ink_on("#F6BE4F")
    ('#FDFEFE', '#10191F')
    """
    return max(_FIXED_INKS, key=lambda ink: contrast(ink, colour))


def mixed(colour: str, other: str, share: float) -> str:
    """A colour moved towards another by a share between 0 and 1.

    Examples
    --------
    >>> mixed("#000000", "#FFFFFF", 0.5)
    '#808080'
    """
    pairs = zip(channels(colour), channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def readable(colour: str, background: str, least: float = 4.5) -> str:
    """The nearest shade of a colour that can be read as text on a background.

    Examples
    --------
    >>> readable("#D55E00", "#FFFFFF")
    '#C05500'
    >>> round(contrast(readable("#0072B2", "#0F171C"), "#0F171C"), 1) >= 4.5
    True
    """
    towards = "#000000" if luminance(background) > 0.4 else "#FFFFFF"
    for step in range(51):
        shade = mixed(colour, towards, step / 50)
        if contrast(shade, background) >= least:
            return shade
    return towards


def translucent(colour: str, opacity: float) -> str:
    """A colour as CSS `rgba`, for bands that let the grid show through.

    Examples
    --------
    >>> translucent("#0072B2", 0.15)
    'rgba(0, 114, 178, 0.15)'
    """
    red, green, blue = channels(colour)
    return f"rgba({red}, {green}, {blue}, {opacity:g})"
