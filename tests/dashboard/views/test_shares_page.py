"""Sharing from a page, and the list of shares: answered, renewed, hidden while arms are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import unattended
from dashboard.exports.browser import PictureUnavailable
from dashboard.sharing import freezing
from queries.cohorts import Between, Cohort
from queries.workspace import Share, Workspace, open_workspace
from tests.dashboard.views.drawn import run_script

MAIN = str(Path(__file__).parents[3] / "dashboard" / "main.py")
STUDY, PERSON = "EQX-301", "local owner"


@pytest.fixture(autouse=True)
def _without_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_browser(_: object) -> list[bytes]:
        raise PictureUnavailable("no browser")

    monkeypatch.setattr(freezing, "draw_all", no_browser)


REVIEW = {"share_recipient": "Dana", "share_audience": "safety review"}


def sharing(page: str, **inputs: object) -> AppTest:
    """A page of the study, with its dialog *Share* open."""
    script = unattended._SCRIPT.format(name=page, pooled=False) + (
        f"\nfrom dashboard.views.shares import dialog\ndialog.show({page!r})\n"
    )
    app = run_script(script, {"study": STUDY, "dialog_asked": "share", **inputs})
    assert not app.exception
    return app


def listed() -> AppTest:
    app = AppTest.from_string(
        unattended._SCRIPT.format(name="shares", pooled=False), default_timeout=120
    )
    app.session_state["study"] = STUDY
    app.run()
    assert not app.exception
    return app


def text_of(app: AppTest) -> str:
    texts = [*app.markdown, *app.caption, *app.warning, *app.info, *app.error]
    return "\n".join(one.value for one in texts).replace("\\", "")


def only_share(workspace: Workspace) -> Share:
    [share] = workspace.shares.of_study(STUDY)
    return share


def test_a_page_is_shared_listed_answered_renewed_and_revoked(home: Path) -> None:
    assert "Nothing of this study is shared" in text_of(listed())
    app = sharing("overview")
    assert app.radio("share_audience").value == "external", "the careful one, unless changed"
    app.radio("share_audience").set_value("safety review").run()
    app.text_input("share_recipient").set_value("Dana Reyes").run()
    app.number_input("share_days").set_value(5).run()
    app.button("share_make").click().run()
    assert not app.exception
    link = next(one.value for one in app.code if "/share/" in one.value)
    with open_workspace(home) as workspace:
        share, token = only_share(workspace), link.rsplit("/", 1)[1]
        assert (share.title, share.audience) == ("Overview of EQX-301", "safety review")
        assert (share.expires_at - share.made_at).days == 5
        visit = workspace.shares.visit(share.id, workspace.shares.open(token)[1])
        [first] = workspace.shares.versions(share.id)
        assert first.cohort == "720 of 720 subjects: All subjects."
        cards = workspace.shares.cards(share.id, 1)
        assert all('"script": null' in card.card_json for card in cards)
        said = workspace.shares.say(
            visit, card=cards[0].name, text="# Why\n:red[this]?", author="*Dana*"
        )
        workspace.shares.sign(visit, name="Dana", meaning="Reviewed", version=1)
    page = listed()
    for told in ("*Dana*", "# Why", ":red[this]?", "Reviewed, version 1", "0 views"):
        assert told in text_of(page)
    page.text_area(f"share_answer_{said.id}").set_value("Because.").run()
    page.button(f"share_answer_{said.id}_send").click().run()
    assert "Because." in text_of(page)

    again = sharing("overview")
    for hostile in (token, f"{share.id} ", "x" * 5000, "<b>", ""):
        again.query_params["share"] = hostile
        again.run()
        assert (again.selectbox("share_which").value, again.button("share_page").label) == (
            "",
            "Share",
        )
    again.session_state["dialog_asked"] = None
    again.query_params["share"] = share.id  # as the link "New version" has it
    again.run()
    assert again.button("share_page").label == "Share a new version"
    again.button("share_page").click().run()
    assert again.selectbox("share_which").value == share.id
    again.button("share_make").click().run()
    assert not again.query_params.get("share")
    assert "the same link shows it" in again.success[0].value
    page = listed()
    assert "version 2" in text_of(page)
    page.button(f"share_revoke_{share.id}").click().run()
    assert "Revoked" in text_of(page)
    with open_workspace(home) as workspace:
        assert only_share(workspace).revoked_by == PERSON


def test_what_was_frozen_by_arm_is_not_shown_to_who_sees_none(home: Path) -> None:
    app = sharing("overview", **REVIEW)
    app.button("share_make").click().run()
    link = next(one.value for one in app.code if "/share/" in one.value)
    with open_workspace(home) as workspace:
        share = only_share(workspace)
        visit = workspace.shares.visit(share.id, workspace.shares.open(link.rsplit("/", 1)[1])[1])
        [card, *_] = workspace.shares.cards(share.id, 1)
        workspace.shares.say(visit, card=card.name, text="Arm B is worse.", author="Dana")
        assert "Arm B is worse." in text_of(listed())
        workspace.blind(STUDY, PERSON, "test")
    hidden = listed()
    assert "Revoke it if they must not see arms any more" in text_of(hidden)
    assert "Arm B is worse." not in text_of(hidden)
    assert not hidden.text_area


def test_two_external_shares_do_not_tell_of_the_few_between_them(home: Path) -> None:
    external = {"share_recipient": "Dana", "share_audience": "external"}
    sharing("overview", **external).button("share_make").click().run()
    with open_workspace(home) as workspace:
        share = only_share(workspace)
        [first] = workspace.shares.shown_outside(STUDY)
        assert len(first.subjects) == 720
    few = Cohort(Between(column="AGE", high=87))  # all but 8
    refused = sharing("overview", **external, cohort=few)
    assert "It differs by too few subjects from “Overview of EQX-301”" in text_of(refused)
    assert refused.button("share_make").disabled
    refused.button("share_make").proto.disabled = False  # as an attacker's browser may
    refused.button("share_make").click().run()
    assert not any("/share/" in one.value for one in refused.code)
    many = sharing("overview", **external, cohort=Cohort(Between(column="AGE", high=60)))
    assert "too few subjects" not in text_of(many)
    review = sharing("overview", **REVIEW, cohort=few)
    assert "too few subjects" not in text_of(review)
    with open_workspace(home) as workspace:
        assert len(workspace.shares.of_study(STUDY)) == 1
        workspace.shares.revoke(share.id, person=PERSON)
    again = sharing("overview", **external, cohort=few)
    assert "too few subjects" not in text_of(again)


def test_a_report_brings_no_other_cohort_into_an_external_share(home: Path) -> None:
    """The cohort on screen is compared with other shares; a card in a report may be of another."""
    few = Cohort(Between(column="AGE", high=87))  # all but 8
    everyone = unattended.draw_page("overview", study=STUDY).cards
    all_but_few = unattended.draw_page("overview", study=STUDY, cohort=few).cards
    with open_workspace(home) as workspace:
        snapshot = workspace.current_snapshot(STUDY)
        assert snapshot is not None
        report = workspace.reports.begin(study=STUDY, title="Both", person=PERSON)
        for kind, cards in (("all", everyone), ("few", all_but_few)):
            card = next(one for one in cards if one.name.endswith("baseline"))
            workspace.reports.add(
                report.id,
                name=card.name,
                card_json=replace(card, name=f"Baseline of {kind}").to_json(),
                snapshot=snapshot.id,
                pooled=False,
                person=PERSON,
                section="",
            )
    external = {"share_recipient": "Dana", "share_audience": "external"}
    app = sharing("report", **external)
    assert app.multiselect("share_results_external_11").options == ["Baseline of all"]
    assert "Baseline of few: It counts others than the cohort on screen" in text_of(app).replace(
        "**", ""
    )
    app.button("share_make").click().run()
    with open_workspace(home) as workspace:
        [kept] = workspace.shares.cards(only_share(workspace).id, 1)
        assert kept.name == "Baseline of all"
        workspace.subjects.mark(
            study=STUDY, subject_hash="0" * 64, state="restricted", reason="Asked", person=PERSON
        )
    later = sharing("report", **external)
    assert not later.multiselect("share_results_external_11").options, "made with another subject"


def test_a_share_says_that_subjects_were_restricted_since(home: Path) -> None:
    sharing("overview", **REVIEW).button("share_make").click().run()
    assert "Other subjects" not in text_of(listed())
    with open_workspace(home) as workspace:
        workspace.subjects.mark(
            study=STUDY, subject_hash="0" * 64, state="restricted", reason="Asked", person=PERSON
        )
    page = listed()
    assert "Other subjects" in text_of(page)
    assert "0" * 64 not in text_of(page)


@pytest.mark.usefixtures("home")
def test_what_tells_of_subjects_stays_here() -> None:
    app = sharing("safety", safety_tab="Deaths and listings")
    assert "It shows single subjects, which no share may." in text_of(app)
    app = sharing("subjects", **REVIEW)
    assert "Nothing on this page can be shared" in text_of(app)
    offered = {one.key for one in (*app.multiselect, *app.button)}
    assert not offered & {"share_make", "share_results_safety review_11"}
