"""What of a page goes into a share: never subjects, pictures for every screen, what changed."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import pytest

from dashboard.cards import Card
from dashboard.exports.browser import PictureUnavailable, find_browser
from dashboard.sharing import freezing
from dashboard.sharing.audiences import NotShared, fit_for
from dashboard.sharing.changes import changes
from dashboard.sharing.freezing import freeze
from dashboard.sharing.subject_rows import tells_of_subjects

SUBJECTS = {"EQX-301-101-001", "EQX-301-101-002", "7"}
ONE = "EQX-301-101-001"


def card(**more: object) -> Card:
    return Card(**{"name": "A", "notes": ("All subjects.",), **more})


@pytest.mark.parametrize(
    "told",
    [
        {"notes": (f"All but {ONE}.",)},
        {"name": f"Course of {ONE}"},
        {"shown": pd.DataFrame({"Who": [ONE]})},
        {"data": pd.DataFrame({"Who": [f"({ONE}, {ONE})"]})},
        {"shown": pd.DataFrame({ONE: [1]})},
        {"shown": pd.DataFrame({"USUBJID": ["7"]})},
        {"data": pd.DataFrame({" Subject ": ["7"]})},
        {"figure": go.Figure(go.Scatter(x=[1], y=[2], customdata=[[ONE, 3]]))},
        {"figure": go.Figure(go.Scatter(x=[1], y=[2], hovertext=[f"<b>{ONE}</b><br>ALT 5"]))},
        {"figure": go.Figure(layout={"meta": {"alt": f"Values of {ONE}"}})},
        {"figure": go.Figure(layout={"annotations": [{"text": f"{ONE}: 5"}]})},
    ],
)
def test_what_tells_of_a_subject_goes_to_nobody(told: dict[str, object]) -> None:
    for audience in ("safety review", "external"):
        [answer] = fit_for([card(**told)], audience, 11, SUBJECTS)
        assert isinstance(answer, NotShared)
    assert tells_of_subjects(card(**told), SUBJECTS)


def test_counts_are_no_subjects() -> None:
    table = pd.DataFrame({"Arm": ["A"], "Subjects": [7], "n": ["7"]})
    assert not tells_of_subjects(card(shown=table, data=table), SUBJECTS)


def test_two_results_of_one_name_are_told_apart_and_pictures_can_be_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_browser(_: object) -> list[bytes]:
        raise PictureUnavailable("no browser")

    monkeypatch.setattr(freezing, "draw_all", no_browser)
    frozen = freeze([card(figure=go.Figure()), card()])
    assert [(one.name, one.pictures) for one in frozen] == [("A", ()), ("A (2)", ())]
    assert [Card.from_json(one.card_json).name for one in frozen] == ["A", "A (2)"]


@pytest.mark.skipif(find_browser() is None, reason="no Chromium")
def test_a_figure_is_drawn_for_every_screen() -> None:
    [frozen] = freeze([card(figure=go.Figure(go.Scatter(y=[1, 2])))])
    sizes = {one.variant: (one.width, one.height) for one in frozen.pictures}
    assert sizes == {
        "wide-light": (840, 450),
        "wide-dark": (840, 450),
        "narrow-light": (358, 450),
        "narrow-dark": (358, 450),
    }
    assert all(one.png.startswith(b"\x89PNG") for one in frozen.pictures)


TABLE = pd.DataFrame({"Term": ["Nausea", "Rash"], "n": ["3", "4"]})


@pytest.mark.parametrize(
    ("before", "after", "kind", "said"),
    [
        ({}, {}, None, None),
        ({"script": "1"}, {"script": "2"}, None, None),
        (
            {"shown": TABLE},
            {"shown": TABLE.assign(n=["3", "5"])},
            "changed",
            "Row “Rash”, column “n”: 4 before, 5 now.",
        ),
        (
            {"shown": TABLE},
            {"shown": TABLE.assign(Term=["Nausea", "Fever"])},
            "changed",
            "Column “Term”: Rash before, Fever now.",
        ),
        ({"shown": TABLE}, {"shown": TABLE.head(1)}, "changed", "2 rows before, 1 now."),
        ({"shown": TABLE}, {"shown": TABLE[["Term"]]}, "changed", "The columns of its table."),
        ({"shown": TABLE}, {}, "changed", "Its table."),
        ({"figure": go.Figure()}, {}, "changed", "Its figure."),
        ({}, {"notes": ("All subjects.", "New.")}, "changed", "Its notes: New."),
    ],
)
def test_the_first_difference_is_said(
    before: dict[str, object], after: dict[str, object], kind: str | None, said: str | None
) -> None:
    found = changes({"A": card(**before)}, {"A": card(**after)})
    assert [(one.kind, one.said) for one in found] == ([] if kind is None else [(kind, said)])


def test_new_ones_stand_in_their_place_and_gone_ones_last() -> None:
    found = changes({"Old": card(), "A": card()}, {"New": card(), "A": card()})
    assert [(one.name, one.kind) for one in found] == [("New", "new"), ("Old", "gone")]
