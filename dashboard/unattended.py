"""Pages drawn without a browser, for the command line: what a reader would see, as cards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dashboard.cards import Card
from queries.cohorts import EVERYONE, Cohort
from queries.errors import DataError

_SECONDS = 600
_SCRIPT = """
from dashboard import unattended

unattended.show({name!r}, pooled={pooled!r})
"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DrawnPage:
    """What a page shows: its cards in their order, and what it says instead of missing ones."""

    cards: tuple[Card, ...]
    said: tuple[str, ...]


def draw_page(
    name: str,
    *,
    study: str,
    cohort: Cohort = EVERYONE,
    inputs: Mapping[str, Any] | None = None,
    link: str | None = None,
    pooled: bool = False,
) -> DrawnPage:
    """Draw a page of a study in this process.

    Parameters
    ----------
    name : str
        As in `dashboard.pages`.
    study : str
        Its code.
    cohort : Cohort
        The subjects on screen.
    inputs : mapping, optional
        Inputs of the page by their keys, such as `{"safety_tab": "Terms"}`.
    link : str, optional
        Id of a view that was saved.
    pooled : bool
        Whether arms are pooled in any case, not only while the study is blinded.

    Raises
    ------
    DataError
        When there is no such page.
    """
    from streamlit.testing.v1 import AppTest

    _hush()
    from dashboard import results, state
    from dashboard.pages import BY_NAME

    if name not in BY_NAME:
        raise DataError(f"a page is one of {', '.join(BY_NAME)}", got=name)
    app = AppTest.from_string(_SCRIPT.format(name=name, pooled=pooled), default_timeout=_SECONDS)
    if link is not None:
        app.query_params["view"] = link
    given = {"study": study, state.COHORT: cohort, **(inputs or {})}
    for key, value in given.items() if link is None else ():
        app.session_state[key] = value
    app.run()
    if app.exception:
        raise RuntimeError(f"{name}: {app.exception[0].message}")
    kept = app.session_state[state.LOOKED_UP].get(results.CARDS, [])
    said = [one.value for one in (*app.error, *app.warning)]
    return DrawnPage(cards=tuple(kept), said=tuple(said))


def _hush() -> None:
    """Keep Streamlit from warning, a dozen times a page, that no browser is there."""
    from streamlit import config, logger

    config.get_config_options()  # once read, they would set the level anew
    logger.set_log_level("ERROR")


def show(name: str, *, pooled: bool = False) -> None:
    """Draw a page; the script that `draw_page` runs.

    Whoever may ask for it was asked before: on the command line the owner of the files, for a
    job the person who began it.
    """
    from dashboard import links, state
    from dashboard.access.rights import LOCAL_OWNER
    from dashboard.pages import BY_NAME
    from dashboard.results import explained
    from dashboard.views import sidebar

    with state.read_as(replace(LOCAL_OWNER, is_pooled=pooled)):
        state.begin_run()
        with explained():
            links.open_link()
        sidebar.show()
        BY_NAME[name].show()
