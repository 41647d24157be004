"""A study that others see by arm, before a reader who must not: every stored way back is closed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import state, unattended
from dashboard.access.rights import NotAllowedError, Reader
from dashboard.cards import Card
from dashboard.jobs.asking import AskedJob
from dashboard.jobs.kinds import REPORT_TEMPLATE
from dashboard.reports.filling import TemplateFilling
from dashboard.state import reader as who_asks
from queries.cohorts import Cohort, OneOf
from queries.errors import DataError
from queries.workspace import open_workspace

SEEING = Reader(name="stan", roles=("statistician",), studies={"EQX-301": True})
BLIND = Reader(name="blind", roles=("statistician",), studies={"EQX-301": False})
VIEWER = Reader(name="vera", roles=("viewer",), studies={"EQX-301": False})
BY_ARM = Cohort(OneOf(column="TRT01P", values=("Lumarestat 200 mg",)))
ACTIVE = "Lumarestat 200"


@pytest.fixture
def as_reader(home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Reader], None]:
    """Say who asks from now on."""
    return lambda reader: monkeypatch.setattr(who_asks, "reader_of", lambda *_: reader)


def opened(page: str, **inputs: object) -> AppTest:
    def script(name: str) -> None:
        from dashboard import links, state
        from dashboard.pages import BY_NAME
        from dashboard.results import explained
        from dashboard.views import sidebar

        state.begin_run()
        with explained():
            links.open_link()
        with explained():
            sidebar.show()
        BY_NAME[name].show()

    app = AppTest.from_function(script, args=(page,), default_timeout=120)
    for key, value in inputs.items():
        app.session_state[key] = value
    return app


def test_what_was_stored_by_arm_is_kept_from_who_sees_no_arms(
    home: Path, as_reader: Callable[[Reader], None]
) -> None:
    with open_workspace(home) as here:
        snapshot = here.current_snapshot("EQX-301")
        assert snapshot is not None
        assert not here.study("EQX-301").blinded
        here.save_cohort(
            study="EQX-301", name="Secret group", cohort_json=BY_ARM.to_json(),
            snapshot=snapshot.id, subjects=360, person="stan",
        )  # fmt: skip
        report = here.reports.begin(study="EQX-301", title="By arm", person="stan")
        here.reports.add(
            report.id, name="EQX-301 secret", card_json=Card(name="x", notes=()).to_json(),
            snapshot=snapshot.id, pooled=False, person="stan",
        )  # fmt: skip
        view = here.save_view(
            study="EQX-301", snapshot=snapshot.id, page="cohorts", person="stan",
            state={"cohort": {"version": 1, "name": "", "rule": None}, "inputs": {}},
        )  # fmt: skip
        request = TemplateFilling(template="safety-review", study="EQX-301")
        as_reader(SEEING)
        by_arm = AskedJob.of(
            here, REPORT_TEMPLATE, request, study="EQX-301", snapshot=snapshot.id, pooled=False
        ).submit("stan")
        for reader, shown in ((SEEING, True), (BLIND, False), (VIEWER, False)):
            as_reader(reader)
            saved = opened("cohorts", cohort_tab=":material/bookmark: Saved").run()
            assert not saved.exception
            listed = [str(one.value) for one in saved.dataframe]
            assert any("Secret group" in one for one in listed) is shown
            cards = opened("report").run()
            assert any("made by arm and" in one.value for one in cards.warning) is not shown
            assert _reads_job(by_arm.id) is shown
            linked = opened("cohorts")
            linked.query_params["view"] = view
            assert not linked.run().exception


def test_a_viewer_finds_no_button_that_would_be_refused(
    home: Path, as_reader: Callable[[Reader], None]
) -> None:
    with open_workspace(home) as here:
        snapshot = here.current_snapshot("EQX-301")
        assert snapshot is not None
        report = here.reports.begin(study="EQX-301", title="Review", person="stan")
        here.reports.add(
            report.id,
            name="Pooled result",
            card_json=Card(name="Pooled result", notes=("Arms pooled.",)).to_json(),
            snapshot=snapshot.id,
            pooled=True,
            person="stan",
            section="Who is in it",
        )
        [card] = here.reports.cards(report.id, pooled=True)
        here.reports.comment(card.id, "Seen by the committee.", person="stan")
    acts = {
        "report": {"New report", "Move up", "Remove", "Fill the template", "Delete"},
        "cohorts": {"Save", "Datasets of this cohort"},
        "designs": {"Save as new"},
        "search": {"Search"},
    }
    for reader, may in ((BLIND, True), (VIEWER, False)):
        as_reader(reader)
        for page, labels in acts.items():
            app = opened(page).run()
            assert not app.exception
            found = labels & {button.label for button in app.button}
            assert found == (labels if may else set()), page
            if page == "report" and not may:
                assert "Seen by the committee\\." in [one.value for one in app.markdown]
                assert "Under the heading “Who is in it”" in [one.value for one in app.caption]
            if page == "search" and not may:
                assert "a statistician can" in app.info[0].value


def _reads_job(job: str) -> bool:
    def script(job: str) -> None:
        import streamlit as st

        from dashboard import state

        state.begin_run()
        st.write(state.readable_job(job).id)

    return not AppTest.from_function(script, args=(job,)).run().exception


def test_a_template_is_filled_as_its_reader_sees_the_study(home: Path) -> None:
    with open_workspace(home) as here:
        assert not here.study("EQX-301").blinded
    for pooled in (False, True):
        drawn = unattended.draw_page("survival", study="EQX-301", pooled=pooled)
        shown = " ".join(card.to_json() for card in drawn.cards)
        assert drawn.cards
        assert (ACTIVE in shown) is not pooled


@pytest.mark.parametrize(
    ("reader", "right"),
    [
        (VIEWER, right)
        for right in ("cohorts", "reports", "exports", "designs", "jobs", "imports", "people")
    ]
    + [(BLIND, "imports"), (BLIND, "people"), (BLIND, "audit")],
)
def test_an_act_is_refused_whatever_the_page_drew(
    as_reader: Callable[[Reader], None], reader: Reader, right: str
) -> None:
    as_reader(reader)
    with pytest.raises(NotAllowedError, match="your role does not allow you"):
        state.acting(right)


def test_who_must_not_see_arms_can_neither_show_nor_pool_them(
    as_reader: Callable[[Reader], None],
) -> None:
    as_reader(SEEING)
    assert state.acting_by_arm("EQX-301") == "stan"
    for reader in (BLIND, VIEWER, Reader(name="root", roles=("administrator",))):
        as_reader(reader)
        with pytest.raises(DataError, match="does not allow you to see the arms"):
            state.acting_by_arm("EQX-301")
