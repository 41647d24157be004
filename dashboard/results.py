"""How a result stands on a page: explained when it fails, footnoted, and ready to take away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from analytics.checks import InputError, NotEstimableError
from dashboard import recording, state
from dashboard.cards import Card
from dashboard.charts.theme import CONFIG, Mode, alt_text, for_page
from dashboard.disclosure import Disclosure
from dashboard.exports import figures, tables
from dashboard.exports.rich_text import to_rtf
from dashboard.exports.spreadsheets import to_xlsx
from dashboard.reports import current
from dashboard.scripts import Made, write_script
from dashboard.text import file_stem, plain
from queries.errors import DataError

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PARQUET = "application/vnd.apache.parquet"
Value = TypeVar("Value")
MOST_KEPT = 10_000  # rows of a listing that are read along with its page, for reports
CARDS = "cards"  # of this run, for whoever draws the page


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
    drawn: Made[go.Figure] | go.Figure,
    *,
    name: str,
    notes: Sequence[str],
    data: Made[pd.DataFrame] | pd.DataFrame | None = None,
    code: str | None = None,
    clicked: Callable[[Sequence[object]], None] | None = None,
    recorded_as: str | None = None,
    disclosure: Disclosure | None = None,
) -> None:
    """A figure on the page, its notes beneath; its data, pictures and code to take away.

    Parameters
    ----------
    drawn, data : Made
        Their script is shown beside them.
    clicked : callable, optional
        Is told the `customdata` of a point that was clicked, before the page runs again.
    recorded_as : str, optional
        What the audit trail calls it, where its name says which subject it is about.
    disclosure : Disclosure, optional
        What its numbers are; without it no share holds it.
    """
    code = _script_of({"figure": drawn, "table": data}) or code
    drawn, data = _plain_value(drawn), _plain_value(data)
    card = Card(
        name=name,
        notes=tuple(notes),
        figure=drawn,
        data=data,
        script=code,
        disclosure=disclosure,
    )
    _keep(card)
    if clicked is None:
        _draw(drawn, f"figure {name}")
    else:
        _draw_clickable(drawn, name, clicked)
    st.caption(" ".join(plain(note) for note in notes))
    said = recorded_as or name
    with st.container(horizontal=True, gap="small"):
        with _menu():
            for format_, mime in figures.FORMATS.items():
                make = partial(figures.render, drawn, format_, title=name, notes=notes)
                _download(f"Figure as {format_.upper()}", format_, name, make, mime, said)
            if data is not None:
                csv = partial(tables.to_csv, data, notes)
                _download("Data as CSV", "csv", name, csv, "text/csv", said)
                book = partial(to_xlsx, {"Data": data}, title=name, notes=notes)
                _download("Data as XLSX", "xlsx", name, book, _XLSX, said)
                typed = partial(tables.to_parquet, data, notes)
                _download("Data as Parquet", "parquet", name, typed, _PARQUET, said)
        _show_code(code)
        _add_to_report(card)


def _add_to_report(card: Card) -> None:
    if not state.may("reports"):
        return
    st.button(
        "Add to report",
        key=f"add to report {card.name}",
        icon=":material/note_add:",
        type="tertiary",
        on_click=current.add,
        args=(card,),
    )


def _draw(drawn: go.Figure, key: str, **more: Any) -> None:
    st.plotly_chart(
        for_page(drawn, mode()),
        theme=None,
        config=dict(CONFIG),
        alt=alt_text(drawn),
        key=key,
        **more,
    )


def _draw_clickable(
    drawn: go.Figure, name: str, clicked: Callable[[Sequence[object]], None]
) -> None:
    """A chart that hands every click on, once; then the next chart knows of none."""
    turn = st.session_state.get(f"turn {name}", 0)
    key = f"figure {name} {turn}"

    def take() -> None:
        points = st.session_state[key].get("selection", {}).get("points", [])
        told = [point["customdata"] for point in points if point.get("customdata") is not None]
        if told:
            st.session_state[f"turn {name}"] = turn + 1
            first = told[0]
            clicked(list(first) if isinstance(first, list | tuple) else [first])

    _draw(drawn, key, on_select=take, selection_mode="points")


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
    shown: Made[pd.DataFrame] | pd.DataFrame,
    *,
    name: str,
    notes: Sequence[str],
    raw: Made[pd.DataFrame] | pd.DataFrame | None = None,
    drawn: pd.DataFrame | None = None,
    code: str | None = None,
    disclosure: Disclosure | None = None,
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
        The Python that makes it again, where neither `raw` nor `shown` is `Made`.
    disclosure : Disclosure, optional
        What its numbers are; without it no share holds it.
    """
    as_text = _plain_value(shown)
    if drawn is None:
        st.table(as_it_is(as_text), hide_index=True, alt=name)
    else:
        st.table(drawn, border="horizontal", hide_index=True, alt=name)
    offer(shown, name=name, notes=notes, raw=raw, code=code, disclosure=disclosure)


def offer(
    shown: Made[pd.DataFrame] | pd.DataFrame,
    *,
    name: str,
    notes: Sequence[str],
    raw: Made[pd.DataFrame] | pd.DataFrame | None = None,
    code: str | None = None,
    disclosure: Disclosure | None = None,
    recorded_as: str | None = None,
) -> None:
    """What stands under a table: for one that the view itself has drawn. As `table`."""
    code = _script_of({"table": shown if raw is None else raw}) or code
    shown, raw = _plain_value(shown), _plain_value(raw)
    card = Card(
        name=name,
        notes=tuple(notes),
        shown=shown,
        data=raw,
        script=code,
        disclosure=disclosure,
    )
    _keep(card)
    sheets = {"Table": shown} if raw is None else {"Table": shown, "Numbers": raw}
    said = recorded_as or name
    with st.container(horizontal=True, gap="small"):
        with _menu():
            csv = partial(tables.to_csv, shown, notes)
            _download("Table as CSV", "csv", name, csv, "text/csv", said)
            book = partial(to_xlsx, sheets, title=name, notes=notes)
            _download("Table as XLSX", "xlsx", name, book, _XLSX, said)
            rich = partial(to_rtf, shown, title=name, notes=notes)
            _download("Table as RTF", "rtf", name, rich, "application/rtf", said)
            if raw is not None:
                numbers = partial(tables.to_csv, raw, notes)
                _download("Numbers as CSV", "csv", f"{name} numbers", numbers, "text/csv", said)
            typed = partial(tables.to_parquet, shown if raw is None else raw, notes)
            _download("Numbers as Parquet", "parquet", name, typed, _PARQUET, said)
        _show_code(code)
        _add_to_report(card)


def offer_later(
    like: Made[pd.DataFrame],
    read: Callable[[], pd.DataFrame],
    *,
    name: str,
    notes: Sequence[str],
) -> None:
    """As `offer`, for a table too long to be read along with the page; no card keeps it.

    Parameters
    ----------
    like : Made
        Some rows of it, with the steps that make all of them.
    read : callable
        All rows. It must not ask the session: a download calls it outside.
    """
    with st.container(horizontal=True, gap="small"):
        with _menu():
            make = partial(_read_to_csv, read, tuple(notes))
            _download("Table as CSV", "csv", name, make, "text/csv")
        _show_code(_script_of({"table": like}))


def _read_to_csv(read: Callable[[], pd.DataFrame], notes: tuple[str, ...]) -> bytes:
    return tables.to_csv(read(), notes)


@contextmanager
def _menu() -> Iterator[None]:
    if not state.may("exports"):
        yield  # then `download` draws nothing
        return
    with (
        st.popover("Take away", icon=":material/download:", type="tertiary"),
        st.container(gap=None),
    ):
        yield


def _show_code(code: str | None) -> None:
    if code is not None:
        with st.popover("Show code", icon=":material/code:", type="tertiary"):
            st.code(code, language="python")


def as_it_is(shown: pd.DataFrame) -> pd.DataFrame:
    """A table whose texts stand as they are: no Markdown in them takes effect."""
    cells = shown.map(lambda cell: plain(cell) if isinstance(cell, str) else cell)
    return cells.rename(columns=lambda name: plain(name) if isinstance(name, str) else name)


def download(label: str, **given: Any) -> None:
    """A download button, for who may take results away; nothing for others.

    Parameters
    ----------
    label : str
    **given
        As `st.download_button` takes it.
    """
    if state.may("exports"):
        st.download_button(label, **given)


def _download(
    label: str,
    ending: str,
    name: str,
    make: Callable[[], bytes],
    mime: str,
    recorded_as: str | None = None,
) -> None:
    download(
        label,
        data=recording.taken(make, what=recorded_as or name, ending=ending),
        file_name=f"{file_stem(name)}.{ending}",
        mime=mime,
        key=f"download {name} {ending}",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )


# What a run has shown, and the scripts of it --------------------------------------------


def _keep(card: Card) -> None:
    """Add a card to those of this run."""
    kept: list[Card] = state.once_a_run(CARDS, list)
    kept.append(card)


def _plain_value(held: Made[Value] | Value) -> Value:
    """The value itself, without the steps that made it."""
    return held.value if isinstance(held, Made) else held


def _script_of(made: Mapping[str, Any]) -> str | None:
    """The script of the results that know how they were made; None when one does not."""
    asked = {name: held for name, held in made.items() if held is not None}
    if not asked or not all(isinstance(held, Made) for held in asked.values()):
        return None
    shown = "table" if "table" in asked else ""
    return write_script(
        asked,
        snapshot=state.snapshot().content_sha256,
        pooled=state.store().pooled,
        shown=shown,
    )
