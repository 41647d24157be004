"""The Search page: what may vary, every tab, what is refused, and the way to the Designs page."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from analytics.results import Result
from analytics.search import SearchResult
from dashboard.analyses.designs import DesignProposal
from dashboard.analyses.search import DesignSearch
from dashboard.jobs.asking import AskedJob
from dashboard.jobs.requests import read_request
from dashboard.views import jobs
from dashboard.views.designs.current import SURVIVAL

SECONDS = 60
PAGE = """
from dashboard import links, state
from dashboard.results import explained
from dashboard.views import sidebar
from dashboard.views.search import page

state.begin_run()
with explained():
    links.open_link()
sidebar.show()
page.show()
"""
QUICK = {"search_budget": 200, "search_policy": "random"}


@pytest.fixture
def searched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs are done at once, where the page asks for them."""

    def answer(asked: AskedJob[Result], **_: object) -> Result | None:
        if asked.kind.request is not DesignSearch:
            return None
        search = read_request(asked.request_json, DesignSearch)
        return SearchResult.from_json(search.run().to_json())

    monkeypatch.setattr(jobs, "answer", answer)


def opened(**inputs: object) -> AppTest:
    app = AppTest.from_string(PAGE, default_timeout=SECONDS)
    for key, value in {"study": "EQX-301", **QUICK, **inputs}.items():
        app.session_state[key] = value
    app.run()
    assert not app.exception
    return app


def shown(app: AppTest) -> str:
    boxes = [*app.error, *app.warning, *app.info, *app.success]
    texts = [*app.markdown, *app.caption, *app.subheader, *boxes]
    tables = [str(table.value) for table in app.table]
    tiles = [f"{tile.label}: {tile.value}" for tile in app.metric]
    return "\n".join([*(str(text.value) for text in texts), *tables, *tiles]).replace("\\", "")


@pytest.mark.usefixtures("home")
def test_the_design_of_the_plan_is_what_is_improved_and_nothing_is_searched_unasked():
    app = opened()
    assert "420 events, power 90.0%" in shown(app)
    assert any(button.label == "Search" for button in app.button)
    assert not app.metric


@pytest.mark.usefixtures("home", "searched")
@pytest.mark.parametrize("tab", ["Front", "Chosen design", "Confirmation", "Course of the search"])
def test_every_tab_draws(tab: str):
    app = opened(search_tab=tab)
    assert not app.error
    assert "Designs tried: 200" in shown(app)


@pytest.mark.usefixtures("home", "searched")
def test_the_chosen_design_is_opened_on_the_designs_page():
    app = opened(search_tab="Chosen design")
    next(b for b in app.button if b.label == "Open on the Designs page").click().run()
    assert not app.exception
    assert app.session_state["page_wanted"] == "designs"
    proposal = Result.from_json(app.session_state[SURVIVAL.text])
    assert isinstance(proposal, DesignProposal)
    assert proposal.sizing == "events"


@pytest.mark.usefixtures("home", "searched")
def test_limits_that_nothing_keeps_are_said():
    assert "No design that was tried keeps all limits" in shown(opened(search_power=99.9))


@pytest.mark.usefixtures("home")
def test_nothing_to_make_better_is_a_sentence():
    app = opened()
    wishes = next(one for one in app.multiselect if one.label == "As good as possible")
    wishes.set_value([]).run()
    assert "at least one figure" in shown(app)
