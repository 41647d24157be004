"""Pages drawn without a browser, as the app draws them, and what can be read on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from streamlit.testing.v1 import AppTest

SECONDS = 180
TEXTS = ("markdown", "caption", "error", "warning", "info")
_OPENS = """with explained():
    links.open_link()
"""
_SAVES = """with explained():
    links.save_link({name!r})
"""
_SCRIPT = """
from dashboard import links, state
from dashboard.results import explained
from dashboard.views import sidebar
from dashboard.views.{module} import page

state.begin_run()
{opens}{sidebar}
page.show()
{saves}"""


def page_script(
    module: str, *, opens: bool = True, saves: str | None = None, said_by_sidebar: bool = False
) -> str:
    """The script of a page, with its sidebar.

    Parameters
    ----------
    module : str
        Of `dashboard.views`.
    opens : bool
        Whether a link is opened first.
    saves : str, optional
        The page that the link to what is on screen names; None saves none.
    said_by_sidebar : bool
        Whether a refusal in the sidebar is said, as in the app, or is an exception.
    """
    return _SCRIPT.format(
        module=module,
        opens=_OPENS if opens else "",
        sidebar="with explained():\n    sidebar.show()" if said_by_sidebar else "sidebar.show()",
        saves=_SAVES.format(name=saves) if saves else "",
    )


def run_script(script: str, inputs: Mapping[str, Any], *, link: str | None = None) -> AppTest:
    """A script, run with these inputs, and by a link where one is given."""
    app = AppTest.from_string(script, default_timeout=SECONDS)
    if link is not None:
        app.query_params["view"] = link
    for key, value in inputs.items():
        app.session_state[key] = value
    return app.run()


def shown(app: AppTest, kinds: Sequence[str] = (*TEXTS, "table"), *, tiles: bool = False) -> str:
    """What a reader can read in elements of these kinds, and in tiles where they are asked for."""
    said = [_text(one.value) for kind in kinds for one in getattr(app, kind)]
    if tiles:
        said += [f"{tile.label}: {tile.value} {tile.delta}" for tile in app.metric]
    return unescaped("\n".join(said))


def _text(value: Any) -> str:
    return value.to_string() if hasattr(value, "to_string") else str(value)


def unescaped(markdown: object) -> str:
    """A text without the backslashes that keep Markdown from taking effect in it."""
    return str(markdown).replace("\\", "")


def charts_of(app: AppTest) -> str:
    """Everything that the charts of a page carry."""
    return "\n".join(chart.proto.spec for chart in app.get("plotly_chart"))
