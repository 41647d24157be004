"""What goes along to whom: planted numbers are looked for in all that a share holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from analytics.checks import InputError
from analytics.survival import SurvivalCounts, fit_kaplan_meier
from dashboard.cards import Card
from dashboard.charts.disposition import draw_disposition
from dashboard.disclosure import AGGREGATE, SUBJECTS, Disclosure
from dashboard.disclosure.audience import Refused, for_audience, for_share
from dashboard.disclosure.notes import LEFT_OUT, without_counts
from dashboard.exports.tables import to_csv
from tests.dashboard.disclosure.attacker import number_in

SMALL, LARGE = 733, 4211  # hidden below 1000, and in no colour, size or date of a figure
DISPOSITION = pd.DataFrame(
    {
        "arm": ["A", "A", "A", "B", "B"],
        "status": ["COMPLETED", "DISCONTINUED", "DISCONTINUED", "COMPLETED", "DISCONTINUED"],
        "reason": [None, "DEATH", "MOVED", None, "DEATH"],
        "subjects": [LARGE, SMALL, 2222, 4000, 3000],
    }
)
STATES = Disclosure(
    level="aggregate", count="subjects", keys=("status", "reason"), adds_up=(), cohort="All > 3"
)


def planted() -> Card:
    """A card as a page makes it: true counts in its figure's text, hover and description."""
    return Card(
        name="Disposition",
        notes=(f"{SMALL} subjects died.", "Planned arms.", f"Of these {SMALL:,}."),
        figure=draw_disposition(DISPOSITION, arms=["A", "B"]),
        shown=DISPOSITION.astype(str),
        data=DISPOSITION,
        script=f"table = {SMALL}",
        disclosure=STATES,
    )


def shared(card: Card, *, threshold: int = 1000) -> Card:
    held = for_audience(card, "external", threshold)
    assert isinstance(held, Card)
    return Card.from_json(held.to_json())


def test_no_planted_number_is_anywhere_in_the_json_of_an_external_share():
    assert number_in(planted(), SMALL)
    held = shared(planted())
    assert number_in(held, SMALL) == []
    assert f"{SMALL}" not in to_csv(held.data, held.notes).decode()
    assert held.script is None
    assert held.disclosure is None
    assert {"Subjects: All > 3.", LEFT_OUT} <= set(held.notes)
    assert number_in(held, 4000), "large counts stay"


def test_another_count_of_the_arm_goes_with_the_small_one():
    table = shared(planted()).data
    own = table[table["arm"] == "A"]
    assert own["subjects"].isna().sum() == 2


def test_the_figure_is_drawn_from_what_is_left():
    figure = shared(planted()).figure
    texts = [text for trace in figure.data for text in trace.text]
    assert texts.count("–") >= 2
    assert all(trace.customdata is None for trace in figure.data)


def test_columns_that_nobody_described_are_left_out():
    card = replace(planted(), data=DISPOSITION.assign(oldest=99.5))
    assert list(shared(card).data.columns) == ["status", "reason", "arm", "subjects"]


def test_rows_stand_by_name_since_an_order_by_count_would_tell():
    table = pd.DataFrame({"site": ["z", "m", "a"], "subjects": [9, 8, 7]})
    said = Disclosure(level="aggregate", count="subjects", arm="", keys=("site",), adds_up=())
    held = for_audience(Card(name="Sites", notes=(), data=table, disclosure=said), "external")
    assert held.data["site"].tolist() == ["a", "m", "z"]


@pytest.mark.parametrize(
    ("disclosure", "external", "review"),
    [
        (None, False, False),
        (AGGREGATE, False, True),
        (SUBJECTS, False, False),
        (STATES, True, True),
        (replace(STATES, keys=("status", "nowhere")), False, True),
        (replace(STATES, count="arm"), False, True),
    ],
)
def test_what_is_not_described_is_refused(disclosure, external, review):
    card = replace(planted(), disclosure=disclosure)
    assert isinstance(for_audience(card, "external"), Card) is external
    assert isinstance(for_audience(card, "safety review"), Card) is review


def test_a_safety_review_has_true_counts_and_no_script():
    held = for_audience(planted(), "safety review")
    pd.testing.assert_frame_equal(held.data, DISPOSITION)
    assert number_in(held, SMALL)
    assert held.script is None


@pytest.mark.parametrize("place", ["cell", "customdata"])
def test_a_card_that_names_a_subject_is_refused_whatever_it_says(place):
    figure = go.Figure(go.Scatter(x=[1], y=[1], customdata=[["S-001"]]))
    table = pd.DataFrame({"arm": ["A"], "who": ["S-001"]})
    card = Card(
        name="Course",
        notes=(),
        figure=figure if place == "customdata" else None,
        data=table if place == "cell" else None,
        disclosure=AGGREGATE,
    )
    assert isinstance(for_audience(card, "safety review"), Card)
    held = for_audience(card, "safety review", subjects={"S-001"})
    assert held == Refused(name="Course", reason="It shows single subjects, which no share may.")


def test_an_unknown_audience_is_no_audience():
    with pytest.raises(InputError, match="a known audience"):
        for_audience(planted(), "everybody")


def test_two_cards_do_not_give_away_what_each_of_them_hides():
    """Alone, each may keep the arm's size; together one size less the other is 3 subjects."""
    kinds = Disclosure(
        level="aggregate", count="n", of="of", keys=("kind",), population="P", about="kinds"
    )
    whole = pd.DataFrame({"arm": ["A", "B"], "kind": "any", "n": [40, 41], "of": [100, 100]})
    treated = whole.assign(of=[97, 100], kind="serious", n=[20, 20])
    cards = [Card(name="1", notes=(), data=one, disclosure=kinds) for one in (whole, treated)]
    alone = [for_audience(card, "external") for card in cards]
    assert [one.data["of"].notna().all() for one in alone] == [True, True]
    both = [one.data.set_index("arm").loc["A", "of"] for one in for_share(cards, "external")]
    assert sum(value is None for value in both) >= 1


def test_the_disclosure_of_a_card_survives_json():
    said = Card.from_json(planted().to_json()).disclosure
    assert said is not None
    assert said.to_wire() == STATES.to_wire()
    with pytest.raises(InputError, match="a description"):
        Disclosure.from_wire({"mapping": {"level": "aggregate"}})


# Notes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "note",
    [
        "12 of 40 subjects: Age > 65.",
        "3 records have no start date.",
        "1,204 subjects.",
        "5.3% of the subjects.",
        "Smoothed with 7 left.",
        "²3 subjects",
    ],
)
def test_notes_with_counts_go(note):
    assert without_counts([note]) == (LEFT_OUT,)


@pytest.mark.parametrize(
    "note",
    [
        "Clopper–Pearson 95% intervals.",
        "EQX-301, data cut 2026-06-30, snapshot 1a3490f2c998.",
        "Times in months from randomisation; one month is 30.4375 days.",
        "Mild, moderate and severe count as grades 1, 2 and 3.",
        "No subject was left out.",
    ],
)
def test_notes_without_counts_stay(note):
    assert without_counts([note]) == (note,)


# Curves -----------------------------------------------------------------------------------


def survival_card(times: np.ndarray, events: np.ndarray, arms: list[str]) -> Card:
    curves = fit_kaplan_meier(SurvivalCounts.from_subjects(times, events, arms=arms))
    said = Disclosure(level="curve", population="P", about="OS")
    return Card(name="OS", notes=(), figure=go.Figure(), data=curves.to_frame(), disclosure=said)


def test_curves_are_coarse_and_end_early():
    rng = np.random.default_rng(8)
    times = rng.exponential(20, 400)
    events = (times < 30).astype(int)
    card = survival_card(np.minimum(times, 30), events, ["A"] * 200 + ["B"] * 200)
    held = for_audience(card, "external")
    table, true = held.data, card.data
    for arm, own in table.groupby("arm"):
        exact = true[true["arm"] == arm]
        cuts = own["time"].tolist()
        assert not set(cuts[1:]) & set(exact["time"]), "no time is that of a subject"
        for low, high in zip(cuts, [*cuts[1:], np.inf], strict=True):
            gone = exact[(exact["time"] > low) & (exact["time"] <= high)]
            assert gone["events"].sum() >= 11
            assert gone["censored"].sum() == 0 or gone["censored"].sum() >= 11
        assert (own["at_risk"] >= 11).all()
    assert np.allclose(table["survival"] * 100, (table["survival"] * 100).round())
    drawn = [point for trace in held.figure.data for point in trace.x]
    assert set(drawn) <= set(table["time"])


def test_curves_with_few_events_are_refused():
    card = survival_card(np.arange(1.0, 41.0), np.repeat([1, 0], [8, 32]), ["A"] * 40)
    assert isinstance(for_audience(card, "external"), Refused)
