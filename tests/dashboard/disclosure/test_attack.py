"""What an attacker with linear programmes makes of shares: no small count."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.analyses.safety.adverse_events import AdverseEvents
from dashboard.analyses.safety.overview import SafetyOverview
from dashboard.analyses.safety.subjects import SafetySubjects
from dashboard.cards import Card
from dashboard.disclosure import Disclosure
from dashboard.disclosure.audience import Refused, for_share
from queries.importers import import_files
from queries.store import Store, open_store
from tests.dashboard.disclosure.attacker import Attacker, read_counts
from tests.dashboard.eqx301 import snapshot_path

T = 11
SEVERAL = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TERMS = Disclosure(
    level="aggregate",
    count="with_event",
    of="subjects",
    keys=("level", "class", "term"),
    percent="proportion",
    derived=("lower", "upper", "patient_years", "rate", "events"),
    compared=("contrast_estimate", "fisher"),
    overall=("adjusted",),
    tree=("class", "term"),
    population="P",
    about="events",
)
KINDS = Disclosure(
    level="aggregate",
    count="with_event",
    of="subjects",
    keys=("kind",),
    percent="proportion",
    tree=("kind",),
    root="any",
    population="P",
    about="events",
)
LEVELS = Disclosure(
    level="aggregate",
    count="subjects",
    of="of",
    keys=("variable", "level"),
    percent="share",
    adds_up=("variable",),
    population="P",
    about="levels",
)


def named(table: pd.DataFrame, keys: list[str]) -> list[tuple[str, ...]]:
    return list(table[keys].itertuples(index=False, name=None))


def share(*cards: tuple[pd.DataFrame, Disclosure]) -> list[Card]:
    """The frozen cards, as a reader gets them: from JSON."""
    given_ = [
        Card(name=said.about, notes=("12 of 40 subjects.",), data=table, disclosure=said)
        for table, said in cards
    ]
    held = for_share(given_, "external", T)
    assert not any(isinstance(one, Refused) for one in held)
    return [Card.from_json(one.to_json()) for one in held if isinstance(one, Card)]


def attack_levels(attacker: Attacker, card: Card) -> None:
    """Levels split the arm; arms add up to the study."""
    read_counts(attacker, card, "subjects", "of", ["variable", "level"])
    table = card.data
    assert table is not None
    for (variable, arm), own in table.groupby(["variable", "arm"]):
        attacker.is_sum(("N", arm), [(str(variable), str(one), arm) for one in own["level"]])


def attack_terms(attacker: Attacker, card: Card) -> None:
    """A term is part of its class, a class of all events, a class no more than its terms."""
    read_counts(attacker, card, "with_event", "subjects", ["level", "class", "term"])
    table = card.data
    assert table is not None
    for arm, own in table.groupby("arm"):
        classes = own.loc[own["level"] == "class", "class"]
        every = [("class", one, "", arm) for one in classes]
        attacker.is_part(("overall", "", "", arm), every)
        for one in classes:
            attacker.is_part(("class", one, "", arm), [("overall", "", "", arm)])
            terms = own.loc[(own["level"] == "term") & (own["class"] == one), "term"]
            names = [("term", one, term, arm) for term in terms]
            attacker.is_part(("class", one, "", arm), names)
            for name in names:
                attacker.is_part(name, [("class", one, "", arm)])


def knows_the_study(attacker: Attacker, sizes: dict[str, int]) -> None:
    attacker.see("all", sum(sizes.values()))
    attacker.is_sum("all", [("N", arm) for arm in sizes])


def require_unrecovered(
    attacker: Attacker, truth: dict[tuple[str, ...], int], sizes: dict[str, int]
) -> int:
    """No count, nor who is without, can be told from so many others; how many were attacked."""
    attacked = 0
    for name, value in truth.items():
        goals = {"count": ({name: 1}, value), "without": ({("N", name[-1]): 1, name: -1}, None)}
        goals["without"] = (goals["without"][0], sizes[name[-1]] - value)
        for what, (goal, true) in goals.items():
            if 1 <= true < T:
                least, most = attacker.range_of(goal)
                assert least <= true <= most, (what, name)
                assert most - least >= T - 1, (what, name, least, most)
                attacked += 1
    for arm, size in sizes.items():
        if 1 <= size < T:
            least, most = attacker.range_of({("N", arm): 1})
            assert most - least >= T - 1, arm
            attacked += 1
    return attacked


@st.composite
def split_arms(draw: st.DrawFn) -> pd.DataFrame:
    """Variables whose levels split two or three arms."""
    rows, arms = [], "ABC"[: draw(st.integers(2, 3))]
    count = st.one_of(st.integers(0, 14), st.integers(0, 60))
    for arm in arms:
        first = draw(st.lists(count, min_size=3, max_size=3).filter(lambda some: sum(some) > 0))
        size = sum(first)
        one = draw(st.integers(0, size))
        two = draw(st.integers(0, size - one))
        parts = {"V": first, "W": [one, two, size - one - two]}
        rows += [
            (name, f"level {at}", arm, n, size, n / size)
            for name, counts in parts.items()
            for at, n in enumerate(counts)
        ]
    return pd.DataFrame(rows, columns=["variable", "level", "arm", "subjects", "of", "share"])


@SEVERAL
@given(split_arms())
def test_levels_that_split_arms_are_not_recovered(table):
    """Rows, arms and the study as margins, two variables linked by the arm's size."""
    (card,) = share((table, LEVELS))
    sizes = dict(table.groupby("arm")["of"].first())
    attacker = Attacker()
    attack_levels(attacker, card)
    knows_the_study(attacker, sizes)
    truth = {
        (variable, level, arm): n for variable, level, arm, n, *_ in table.itertuples(index=False)
    }
    require_unrecovered(attacker, truth, sizes)


@st.composite
def term_tables(draw: st.DrawFn) -> pd.DataFrame:
    """Terms of subjects drawn one by one, so that classes are what they would be."""
    rows = []
    for arm in "AB":
        size = draw(st.integers(5, 60))
        chances = draw(st.lists(st.sampled_from([0.02, 0.1, 0.4, 0.9]), min_size=5, max_size=5))
        seen = [
            {at for at, chance in enumerate(chances) if draw(st.floats(0, 1)) < chance}
            for _ in range(min(size, 12))
        ]
        repeats = -(-size // len(seen))
        people = (seen * repeats)[:size]
        classes = {"C": {0, 1, 2}, "D": {3, 4}}
        rows.append(("overall", "", "", arm, sum(bool(p) for p in people), size))
        for name, terms in classes.items():
            rows.append(("class", name, "", arm, sum(bool(p & terms) for p in people), size))
            rows += [
                ("term", name, f"t{at}", arm, sum(at in p for p in people), size) for at in terms
            ]
    columns = ["level", "class", "term", "arm", "with_event", "subjects"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(proportion=table["with_event"] / table["subjects"])


@SEVERAL
@given(term_tables())
def test_terms_within_classes_are_not_recovered(table):
    (card,) = share((table, TERMS))
    sizes = dict(table.groupby("arm")["subjects"].first())
    attacker = Attacker()
    attack_terms(attacker, card)
    knows_the_study(attacker, sizes)
    keys = ["level", "class", "term", "arm"]
    truth = dict(zip(named(table, keys), table["with_event"], strict=True))
    require_unrecovered(attacker, truth, sizes)


def test_the_attacker_recovers_what_is_hidden_without_complement():
    """It is no straw man: hiding the small count alone does not stop it."""
    attacker = Attacker()
    for name, value in {("N", "A"): 40, ("F", "A"): None, ("M", "A"): 36}.items():
        attacker.see(name, value)
    attacker.is_sum(("N", "A"), [("F", "A"), ("M", "A")])
    assert attacker.range_of({("F", "A"): 1}) == (4, 4)


# The studies ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pilot(trial_data: Path, tmp_path_factory: pytest.TempPathFactory):
    path = tmp_path_factory.mktemp("pilot") / "pilot.duckdb"
    folder = trial_data / "cdisc-pilot" / "adam"
    import_files([folder / "adsl.xpt", folder / "adae.xpt"], path)
    with open_store(path) as store:
        yield store


@pytest.fixture(scope="module")
def demo(demo_home: Path):
    with open_store(snapshot_path(demo_home)) as store:
        yield store


PILOT_ARMS = ("Placebo", "Xanomeline Low Dose", "Xanomeline High Dose")


def attack_study(store: Store, subjects: SafetySubjects) -> tuple[int, float, pd.DataFrame]:
    """How many small counts were attacked, the share of counts hidden, and the terms left."""
    terms = AdverseEvents(subjects=subjects).run(store).table()
    kinds = SafetyOverview(subjects=subjects).run(store).table
    of_terms, of_kinds = share((terms, TERMS), (kinds, KINDS))
    sizes = dict(terms.groupby("arm")["subjects"].first())
    attacker = Attacker()
    attack_terms(attacker, of_terms)
    read_counts(attacker, of_kinds, "with_event", "subjects", ["kind"])
    for arm in sizes:
        attacker.is_sum(("any", arm), [("overall", "", "", arm)])  # two cards, one count
        for kind in set(kinds["kind"]) - {"any"}:
            attacker.is_part((kind, arm), [("any", arm)])
    knows_the_study(attacker, sizes)
    keys = ["level", "class", "term", "arm"]
    truth = dict(zip(named(terms, keys), terms["with_event"], strict=True))
    truth |= dict(
        zip(
            named(kinds, ["kind", "arm"]),
            kinds["with_event"],
            strict=True,
        )
    )
    attacked = require_unrecovered(attacker, truth, sizes)
    assert of_terms.data is not None
    above = (terms["with_event"] > 0).sum()
    left = (pd.to_numeric(of_terms.data["with_event"]) > 0).sum()
    return attacked, 1 - left / above, of_terms.data


def test_the_pilots_adverse_events_are_not_recovered(pilot):
    """93% of the counts above zero are 10 or less; two more are hidden to protect them."""
    subjects = SafetySubjects(analysis_set="SAFFL", arms=PILOT_ARMS)
    attacked, lost, left = attack_study(pilot, subjects)
    assert attacked > 390
    assert lost == pytest.approx(0.935, abs=0.002)
    hidden = left["with_event"].isna()
    assert left.loc[hidden, ["proportion", "lower", "rate", "events"]].isna().all(axis=None)
    rows = left.groupby(["level", "class", "term"])["with_event"].transform(
        lambda own: own.isna().any()
    )
    assert left.loc[rows.astype(bool), ["fisher", "contrast_estimate"]].isna().all(axis=None)
    assert left["adjusted"].isna().all()


def test_the_demos_adverse_events_are_not_recovered(demo):
    """An arm of five makes the size of another arm go too, and percentages with it."""
    attacked, lost, left = attack_study(demo, SafetySubjects(arms=demo.arms("actual")))
    assert attacked > 3
    assert lost < 0.05
    assert left.groupby("arm")["subjects"].first().notna().sum() == 1
