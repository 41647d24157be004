"""How a result stands on a page: explained when it fails, footnoted, and ready to take away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from analytics.checks import InputError, NotEstimableError
from dashboard.charts.theme import CONFIG, Mode, alt_text, for_page
from dashboard.exports import figures, tables
from dashboard.text import plain
from queries.errors import DataError


@contextmanager
def explained() -> Iterator[None]:
    """Turn the sentences of our own errors into messages; anything else stays loud."""
    try:
        yield
    except NotEstimableError as error:
        st.warning(plain(error), icon=":material/do_not_disturb_on:")
    except (InputError, DataError) as error:
        st.error(plain(error), icon=":material/error:")


def mode() -> Mode:
    """The colours that this reader's browser asks for."""
    return "dark" if st.context.theme.type == "dark" else "light"


def figure(
    drawn: go.Figure,
    *,
    name: str,
    notes: Sequence[str],
    data: pd.DataFrame | None = None,
    code: str | None = None,
    clicked: Callable[[int], None] | None = None,
) -> None:
    """A figure on the page, its notes beneath; its data, pictures and code to take away.

    Parameters
    ----------
    clicked : callable, optional
        What a click on a mark does before the page runs again; it is given the place of the mark,
        which the mark carries as its `customdata`.
    """
    _draw(drawn, f"figure {name}", clicked)
    st.caption(" ".join(plain(note) for note in notes))
    with st.container(horizontal=True, gap="small"):
        with st.popover("Take away", icon=":material/download:", type="tertiary"):
            if data is not None:
                _download(
                    "Data as CSV", "csv", name, partial(tables.to_csv, data, notes), "text/csv"
                )
            for format_, mime in figures.FORMATS.items():
                make = partial(figures.render, drawn, format_, title=name, notes=notes)
                _download(f"Figure as {format_.upper()}", format_, name, make, mime)
        if code is not None:
            with st.popover("Show code", icon=":material/code:", type="tertiary"):
                st.code(code, language="python")


def _draw(drawn: go.Figure, name: str, clicked: Callable[[int], None] | None) -> None:
    figure, alt = for_page(drawn, mode()), alt_text(drawn)
    if clicked is None:
        st.plotly_chart(figure, theme=None, config=dict(CONFIG), alt=alt, key=name)
        return
    turn = st.session_state.get(f"turn {name}", 0)
    key = f"{name} {turn}"

    def take() -> None:
        points = st.session_state[key].get("selection", {}).get("points", [])
        if points and points[0].get("customdata") is not None:
            st.session_state[f"turn {name}"] = turn + 1  # the next chart knows of no selection
            place = points[0]["customdata"]
            clicked(int(place[0] if isinstance(place, list) else place))

    st.plotly_chart(
        figure,
        theme=None,
        config=dict(CONFIG),
        alt=alt,
        key=key,
        on_select=take,
        selection_mode="points",
    )


def tile(label: str, value: str, about: str | None = None) -> None:
    """One number in a card, with what it is about beneath."""
    st.metric(
        label,
        value,
        plain(about) if about else None,
        delta_color="off",
        delta_arrow="off",
        border=True,
        height="stretch",
    )


def table(
    shown: pd.DataFrame,
    *,
    name: str,
    notes: Sequence[str],
    raw: pd.DataFrame | None = None,
    drawn: pd.DataFrame | None = None,
    code: str | None = None,
) -> None:
    """A table on the page, ready to take away.

    Parameters
    ----------
    shown : DataFrame
        The table as text.
    raw : DataFrame, optional
        Its numbers at full precision.
    drawn : DataFrame, optional
        How the page draws it, in Markdown; else as `shown` with every text taken as it is.
    code : str, optional
        The Python that makes it again.
    """
    if drawn is None:
        st.table(_as_it_is(shown), hide_index=True, alt=name)
    else:
        st.table(drawn, border="horizontal", hide_index=True, alt=name)
    with st.container(horizontal=True, gap="small"):
        _download("Table as CSV", "csv", name, partial(tables.to_csv, shown, notes), "text/csv")
        if raw is not None:
            make = partial(tables.to_csv, raw, notes)
            _download("Numbers as CSV", "csv", f"{name} numbers", make, "text/csv")
        if code is not None:
            with st.popover("Show code", icon=":material/code:", type="tertiary"):
                st.code(code, language="python")


def _as_it_is(shown: pd.DataFrame) -> pd.DataFrame:
    cells = shown.map(lambda cell: plain(cell) if isinstance(cell, str) else cell)
    return cells.rename(columns=lambda name: plain(name) if isinstance(name, str) else name)


def _download(label: str, ending: str, name: str, make: Callable[[], bytes], mime: str) -> None:
    st.download_button(
        label,
        data=make,
        file_name=f"{file_stem(name)}.{ending}",
        mime=mime,
        key=f"download {name} {ending}",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )


def file_stem(name: str) -> str:
    """A name as a file name: letters, digits, dash and underscore.

    Examples
    --------
    >>> file_stem("EQX-301 OS survival/../x")
    'EQX-301_OS_survival_x'
    """
    return re.sub(r"[^A-Za-z0-9-]+", "_", name).strip("_")[:100] or "result"
