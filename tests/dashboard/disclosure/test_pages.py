"""Results of the pages of EQX-301, frozen for an external audience and for a safety review."""

from __future__ import annotations

import ast
from pathlib import Path

import pandas as pd
import pytest

from dashboard.access.key import snapshot_key
from dashboard.cards import Card
from dashboard.disclosure.audience import Refused, for_share
from dashboard.unattended import draw_page
from queries.encryption import attach
from queries.store import open_store
from tests.dashboard.disclosure.attacker import Attacker, read_counts, texts_and_numbers
from tests.dashboard.disclosure.test_attack import named
from tests.dashboard.eqx301 import snapshot_path
from tests.homes import copied_home

VIEWS = Path(__file__).parents[3] / "dashboard" / "views"
# Results that state nothing, and so go into no share: many show subjects, or may.
SILENT = {
    "compare/distributions.py",
    "dosing/conduct.py",
    "dosing/efficacy_toxicity/conduct.py",
    "dosing/late_toxicity/conduct.py",
    "prediction/card.py",
    "prediction/performance.py",
    "survival/regression/checks.py",
}


@pytest.fixture(scope="module")
def home(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demo studies: looking at subjects is recorded there."""
    return copied_home(demo_home, tmp_path_factory.mktemp("looked-at"))


@pytest.fixture(scope="module")
def cards(home: Path) -> tuple[Card, ...]:
    """What a manager could put into one share."""
    drawn: list[Card] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EQUIPOISE_HOME", str(home))
        for page, inputs in (
            ("overview", {}),
            ("safety", {}),
            ("safety", {"safety_tab": "Terms"}),
            ("survival", {}),
            ("compare", {}),
        ):
            drawn += draw_page(page, study="EQX-301", inputs=inputs).cards
    return tuple(drawn)


@pytest.fixture(scope="module")
def external(cards: tuple[Card, ...]) -> dict[str, Card]:
    """By their names, as a reader gets them."""
    held = [one for one in for_share(cards, "external") if isinstance(one, Card)]
    return {one.name.removeprefix("EQX-301 "): Card.from_json(one.to_json()) for one in held}


def test_the_main_results_go_to_an_external_audience(cards, external):
    assert set(external) == {
        "enrolment", "endpoints", "sites", "disposition", "baseline", "age",
        "adverse events overview", "adverse events overview table", "adverse events by term",
        "OS survival", "OS endpoint table", "Table 1",
    }  # fmt: skip
    for one in external.values():
        assert one.script is None
        assert not any("subjects:" in note and any(map(str.isdigit, note)) for note in one.notes)


def test_no_count_from_1_to_10_stands_in_a_table_of_an_external_share(external):
    for name, one in external.items():
        for column in {"subjects", "events", "with_event", "of", "at_risk"} & set(one.data):
            values = pd.to_numeric(one.data[column]).dropna()
            assert not values.between(1, 10).any(), (name, column)


def test_numbers_of_events_that_add_up_over_terms_stay_here(cards, external):
    """31 events of a class, 29 of its other term: at most two subjects have the hidden one."""
    for name in ("adverse events overview", "adverse events by term"):
        [whole] = [one for one in cards if one.name == f"EQX-301 {name}"]
        assert "events" in whole.data
        assert "events" not in external[name].data


def test_no_original_mark_of_a_figure_goes_along(cards, external):
    """Figures are drawn anew: nothing that a click was told, no text under the pointer."""
    for one in external.values():
        if one.figure is not None:
            assert all(trace.customdata is None and trace.meta is None for trace in one.figure.data)
            assert len(one.figure.layout.shapes) == 0


def test_tables_of_one_share_do_not_give_away_a_small_count(cards, external):
    """Disposition, age, sites, enrolment, baseline and Table 1 split the same two arms."""
    attacker, truth = Attacker(), {}
    size = {"Placebo": 359, "Lumarestat 200 mg": 361}
    true = {one.name.removeprefix("EQX-301 "): one for one in cards}
    keys = {"disposition": ["status", "reason"], "age": ["age_from"]}
    for name, by in keys.items():
        table = external[name].data
        for arm, own in table.groupby("arm"):
            parts = [(*map(str, key), arm) for key in named(own, by)]
            attacker.is_sum(("N", arm), parts)
        read_counts(attacker, external[name], "subjects", "", by)
        full = true[name].data
        texts = [(*map(str, key[:-1]), key[-1]) for key in named(full, [*by, "arm"])]
        truth |= dict(zip(texts, full["subjects"], strict=True))
    for name in ("baseline", "Table 1"):
        table = external[name].data
        of = table[~table["arm"].eq("Overall")]
        read_counts(
            attacker, Card(name=name, notes=(), data=of), "subjects", "of", ["variable", "level"]
        )
        for (variable, arm), own in of.groupby(["variable", "arm"]):
            attacker.is_sum(("N", arm), [(str(variable), str(one), arm) for one in own["level"]])
    for arm, n in size.items():
        assert attacker.known[("N", arm)] == n
    small = {key: n for key, n in truth.items() if 1 <= n <= 10}
    assert small
    for key in small:
        least, most = attacker.range_of({key: 1})
        assert most - least >= 10, key


def test_a_safety_review_sees_true_counts_and_no_subject(cards, demo_home):
    with open_store(snapshot_path(demo_home)) as store:
        people = _subjects(store.path)
    held = for_share(cards, "safety review", subjects=people)
    refused = {one.name for one in held if isinstance(one, Refused)}
    assert refused == {"EQX-301 data quality"}  # it names subjects as instances
    held = [one for one in held if isinstance(one, Card)]
    terms = next(one for one in held if one.name.endswith("by term"))
    assert pd.to_numeric(terms.data["with_event"]).between(1, 10).any()
    for one in held:
        assert not people & set(texts_and_numbers(one))


def _subjects(path: Path) -> frozenset[str]:
    import duckdb

    with duckdb.connect(":memory:") as connection:
        attach(connection, path, snapshot_key())
        rows = connection.execute("SELECT USUBJID FROM snapshot.adsl").fetchall()
    return frozenset(str(row[0]) for row in rows)


def test_subjects_go_into_no_share(home, monkeypatch):
    monkeypatch.setenv("EQUIPOISE_HOME", str(home))
    drawn = draw_page("safety", study="EQX-301", inputs={"safety_tab": "Listings"}).cards
    drawn += draw_page("measurements", study="EQX-301", inputs={}).cards
    people = [one for one in drawn if one.disclosure and one.disclosure.level == "subjects"]
    assert people
    for audience in ("external", "safety review"):
        assert all(isinstance(one, Refused) for one in for_share(people, audience))


def test_every_result_of_a_page_says_what_it_is_or_is_known_not_to():
    silent = set()
    for path in VIEWS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if _is_result(node) and "disclosure" not in {one.arg for one in node.keywords}:
                silent.add(path.relative_to(VIEWS).as_posix())
    assert silent == SILENT


def _is_result(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    owner = node.func.value
    named_ = owner.id if isinstance(owner, ast.Name) else ""
    return (named_, node.func.attr) in {
        ("results", "figure"), ("results", "table"), ("results", "offer"), ("marks", "figure")
    }  # fmt: skip
