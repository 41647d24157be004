"""The typeface of the pages, for files that leave them."""

from __future__ import annotations

import base64
from functools import cache
from importlib.util import find_spec
from pathlib import Path


@cache
def font_face() -> str:
    """A CSS rule that carries the typeface with it; "" when it is not installed.

    Source Sans (SIL Open Font License) comes with Streamlit; figures then look the same
    on machines that never had it.

    Examples
    --------
    >>> font_face().startswith('@font-face{font-family:"Source Sans"')
    True
    """
    spec = find_spec("streamlit")
    if spec is None or spec.origin is None:
        return ""
    media = Path(spec.origin).parent / "static" / "static" / "media"
    found = sorted(media.glob("SourceSansVF-Upright*.woff2"))
    if not found:
        return ""
    data = base64.b64encode(found[0].read_bytes()).decode("ascii")
    return (
        '@font-face{font-family:"Source Sans";font-weight:200 900;'
        f'src:url("data:font/woff2;base64,{data}") format("woff2")}}'
    )
