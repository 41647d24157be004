"""Adverse events counted from arrays equal a plain recomputation by subject."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from queries.adverse_events import selection_rule
from queries.cohorts import Cohort, OneOf
from queries.errors import DataError
from queries.events import EventSelection, EventTerms
from queries.prepared import prepare_snapshot
from queries.store import Store, open_store
from queries.subjects import SubjectList, count_subjects
from tests.tiny_snapshot import write_tiny_snapshot

SUBJECTS, RECORDS = 150, 900
SELECTIONS = (
    EventSelection(),
    EventSelection(until="end of study"),
    EventSelection(emergence="all", until="end of study"),
    EventSelection(emergence="window", days_after=0),
    EventSelection(emergence="window", days_after=30, least_grade=3),
    EventSelection(kinds=("serious", "related")),
    EventSelection(kinds=("fatal",), until="end of study"),
    EventSelection(least_grade=2, days_after=7),
)
WOMEN = Cohort(OneOf(column="SEX", values=("F",)))
CUT = pd.Timestamp("2024-12-31")


def _subjects(rng: np.random.Generator) -> pd.DataFrame:
    first = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 200, SUBJECTS), unit="D")
    last = first + pd.to_timedelta(rng.integers(0, 150, SUBJECTS), unit="D")
    ended = last + pd.to_timedelta(rng.integers(0, 80, SUBJECTS), unit="D")
    adsl = pd.DataFrame(
        {
            "USUBJID": [f"S{place:03}" for place in range(SUBJECTS)],
            "SEX": rng.choice(["F", "M"], SUBJECTS),
            "TRT01P": rng.choice(["Placebo", "Active"], SUBJECTS),
            "TRTSDT": first,
            "TRTEDT": last,
            "EOSDT": ended.where(rng.random(SUBJECTS) < 0.8),
            "DTHDT": ended.where(rng.random(SUBJECTS) < 0.2),
            "EOTSTT": rng.choice(["DISCONTINUED", "COMPLETED"], SUBJECTS),
            "EOSSTT": rng.choice(["DISCONTINUED", "COMPLETED"], SUBJECTS),
        }
    )
    adsl["TRT01A"] = adsl["TRT01P"].where(rng.random(SUBJECTS) < 0.95, "Active")
    adsl.loc[rng.random(SUBJECTS) < 0.04, "TRTSDT"] = pd.NaT
    return adsl


def _events(rng: np.random.Generator, adsl: pd.DataFrame) -> pd.DataFrame:
    who = rng.integers(0, SUBJECTS, RECORDS)
    start = adsl["TRTSDT"].to_numpy()[who] + pd.to_timedelta(
        rng.integers(-20, 200, RECORDS), unit="D"
    )
    end = start + pd.to_timedelta(rng.integers(0, 20, RECORDS), unit="D")
    class_ = rng.choice(["Gut", "Skin", "Heart"], RECORDS)
    adae = pd.DataFrame(
        {
            "USUBJID": adsl["USUBJID"].to_numpy()[who],
            "AEBODSYS": class_,
            "AEDECOD": [f"{one} {rng.integers(0, 4)}" for one in class_],
            "ASTDT": pd.Series(start).where(rng.random(RECORDS) < 0.93),
            "AENDT": pd.Series(end).where(rng.random(RECORDS) < 0.8),
            "TRTEMFL": np.where(rng.random(RECORDS) < 0.7, "Y", None),
            "AETOXGR": rng.choice(["1", "2", "3", "4", None], RECORDS),
            "AESEV": rng.choice(["MILD", "SEVERE", None], RECORDS),
            "AESER": rng.choice(["Y", "N"], RECORDS),
            "AEREL": rng.choice(["PROBABLE", "NOT RELATED", None], RECORDS),
            "AEOUT": rng.choice(["FATAL", "RECOVERED", None], RECORDS, p=[0.05, 0.75, 0.2]),
            "AESDTH": rng.choice(["Y", "N"], RECORDS, p=[0.05, 0.95]),
        }
    )
    adae.loc[rng.random(RECORDS) < 0.02, "AEDECOD"] = None
    return adae


@pytest.fixture(params=[1, 2], scope="module")
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Store, pd.DataFrame, pd.DataFrame]]:
    rng = np.random.default_rng(request.param)
    adsl = _subjects(rng)
    adae = _events(rng, adsl)
    path = write_tiny_snapshot(tmp_path_factory.mktemp("events") / "made.duckdb")
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{path}' AS snapshot")
        for name, frame in (("adsl", adsl), ("adae", adae)):
            connection.register("frame", frame)
            connection.execute(f"CREATE OR REPLACE TABLE snapshot.{name} AS FROM frame")
        dates = ("TRTSDT", "TRTEDT", "EOSDT", "DTHDT")
        for name in dates:
            connection.execute(f"ALTER TABLE snapshot.adsl ALTER {name} TYPE DATE")
        for name in ("ASTDT", "AENDT"):
            connection.execute(f"ALTER TABLE snapshot.adae ALTER {name} TYPE DATE")
        connection.execute("DROP TABLE snapshot.adtte")
        connection.execute("DROP TABLE snapshot.adlb")
        connection.execute(
            "UPDATE snapshot.provenance.snapshot SET value = '2024-12-31' WHERE item = 'data_cut'"
        )
        if request.param == 2:
            prepare_snapshot(connection, path.name)
    with open_store(path) as store:
        yield store, adsl, adae


# The same, one subject at a time ----------------------------------------------------------


def _followed(subject: pd.Series, selection: EventSelection) -> int:
    """Days of follow-up; 0 when a date is missing."""
    if pd.isna(subject["TRTSDT"]):
        return 0
    ends = [CUT, subject["DTHDT"]]
    if selection.ends == "last dose":
        ends += [subject["TRTEDT"] + pd.Timedelta(days=selection.days_after), subject["EOSDT"]]
    else:
        ends += [subject["EOSDT"] if pd.notna(subject["EOSDT"]) else CUT]
    end = min(one for one in ends if pd.notna(one))
    return max((end - subject["TRTSDT"]).days + 1, 0)


def _counts(event: pd.Series, selection: EventSelection) -> bool:
    severity = {"MILD": 1, "SEVERE": 3}.get(event["AESEV"], 0)
    grade = int(event["AETOXGR"]) if event["AETOXGR"] else severity
    kinds = {
        "serious": event["AESER"] == "Y",
        "related": event["AEREL"] == "PROBABLE",
        "fatal": event["AEOUT"] == "FATAL" or event["AESDTH"] == "Y",
    }
    if grade < selection.least_grade or not all(kinds[kind] for kind in selection.kinds):
        return False
    if selection.emergence == "flagged":
        return bool(event["TRTEMFL"] == "Y")
    if selection.emergence == "all":
        return True
    if pd.isna(event["ASTDT"]):
        return not (pd.notna(event["AENDT"]) and event["AENDT"] < event["TRTSDT"])
    last = event["TRTEDT"] + pd.Timedelta(days=selection.days_after)
    return bool(event["TRTSDT"] <= event["ASTDT"] <= last)


def _plainly(
    adsl: pd.DataFrame, adae: pd.DataFrame, selection: EventSelection, keys: list[str]
) -> pd.DataFrame:
    events = adae.fillna({"AEDECOD": "Not coded"}).merge(adsl, on="USUBJID")
    events = events[[_counts(row, selection) for _, row in events.iterrows()]]
    events = events.assign(day=(events["ASTDT"] - events["TRTSDT"]).dt.days)
    first = events.groupby([*keys, "TRT01A", "USUBJID"], dropna=False).agg(
        day=("day", "min"), events=("day", "size")
    )
    followed = adsl.set_index("USUBJID").apply(_followed, axis=1, selection=selection)
    first = first.reset_index()
    own = first["USUBJID"].map(followed)
    first["lost"] = (own - (first["day"].clip(lower=0) + 1)).clip(lower=0).fillna(0)
    total = followed.groupby(adsl.set_index("USUBJID")["TRT01A"]).sum()
    table = first.groupby([*keys, "TRT01A"]).agg(
        with_event=("USUBJID", "size"), events=("events", "sum"), lost=("lost", "sum")
    )
    table = table.reset_index().rename(
        columns={"TRT01A": "arm", "AEBODSYS": "class", "AEDECOD": "term"}
    )
    table["patient_years"] = (table["arm"].map(total) - table.pop("lost")) / 365.25
    return table


def _sorted(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    shown = table.drop(columns="stratum", errors="ignore")
    return shown.sort_values([*keys, "arm"]).reset_index(drop=True)


@pytest.mark.parametrize("selection", SELECTIONS, ids=str)
@pytest.mark.parametrize("cohort", [Cohort(), WOMEN], ids=["everyone", "women"])
def test_counts_equal_a_plain_recomputation(made, selection, cohort):
    store, adsl, adae = made
    chosen = adsl if cohort.rule is None else adsl[adsl["SEX"] == "F"]
    found = store.event_sets.counts(selection, cohort=cohort)
    levels = {
        "overall": (found.overall, []),
        "classes": (found.classes, ["AEBODSYS"]),
        "terms": (found.terms, ["AEBODSYS", "AEDECOD"]),
    }
    for table, keys in levels.values():
        names = ["class", "term"][: len(keys)]
        plain = _plainly(chosen, adae, selection, keys)
        assert_frame_equal(_sorted(table, names), _sorted(plain, names), check_dtype=False)
    assert found.at_risk["subjects"].sum() == len(chosen)


@pytest.mark.parametrize("selection", SELECTIONS, ids=str)
@pytest.mark.parametrize("of", [EventTerms(), EventTerms(classes=("Skin",), terms=("Skin 1",))])
def test_the_rule_of_a_count_finds_its_subjects(made, selection, of):
    store, _, _ = made
    if not {"serious", "related", "fatal"} >= set(selection.kinds):
        pytest.skip("not collected")
    counts = store.event_sets.counts(selection, cohort=Cohort())
    table = counts.terms if of.terms else counts.overall
    if of.terms:
        table = table[table["term"] == "Skin 1"]
    rule = selection_rule(store, selection, of)
    assert count_subjects(store, Cohort(rule), SubjectList()) == table["with_event"].sum()


def test_terms_without_a_code_can_be_asked_for(made):
    store, _, adae = made
    coded = store.event_sets.counts(EventSelection(emergence="all"), cohort=Cohort()).terms
    of = EventTerms(terms=("Not coded",))
    rule = selection_rule(store, EventSelection(emergence="all"), of)
    subjects = adae.loc[adae["AEDECOD"].isna(), "USUBJID"].nunique()
    assert count_subjects(store, Cohort(rule), SubjectList()) == subjects
    assert "Not coded" in set(coded["term"])


def test_any_column_of_the_events_can_take_the_place_of_the_class(made):
    store, adsl, adae = made
    selection = EventSelection(emergence="all")
    found = store.event_sets.counts(selection, cohort=Cohort(), column="AESEV")
    by_hand = adae.merge(adsl, on="USUBJID").fillna({"AESEV": "Not coded"})
    plain = by_hand.groupby(["AESEV", "TRT01A"])["USUBJID"].nunique()
    assert found.classes.set_index(["class", "arm"])["with_event"].to_dict() == plain.to_dict()
    with pytest.raises(DataError, match="grouped by a column of theirs"):
        store.event_sets.counts(selection, cohort=Cohort(), column='AESEV"; drop table adae; --')


def test_onset_ends_the_follow_up_of_every_subject_once(made):
    store, adsl, _ = made
    for selection in SELECTIONS:
        ends = store.event_sets.onset(selection, of=EventTerms(), cohort=Cohort())
        assert ends["subjects"].sum() == len(adsl)
        dated = ends[~ends["end"].isin(["undated event", "not followed"])]
        assert (dated["day"] >= 1).all()
    counted = store.event_sets.counts(EventSelection(), cohort=Cohort()).overall
    ends = store.event_sets.onset(EventSelection(), of=EventTerms(), cohort=Cohort())
    with_event = ends.loc[ends["end"].isin(["event", "undated event"]), "subjects"].sum()
    # An event after the end of follow-up is counted in the table and is no event of the curve.
    assert with_event <= counted["with_event"].sum()


def test_periods_count_each_subject_once_in_each(made):
    store, adsl, adae = made
    table, at_risk = store.event_sets.by_period(EventSelection(), [0, 30, 90], cohort=Cohort())
    events = adae.dropna(subset=["AEDECOD"]).merge(adsl, on="USUBJID")
    events = events[events["TRTEMFL"] == "Y"]
    day = (events["ASTDT"] - events["TRTSDT"]).dt.days
    for place, (low, high) in enumerate([(0, 30), (30, 90)]):
        own = events[(day >= low) & (day < high)]
        plain = own.groupby(["AEDECOD", "TRT01A"])["USUBJID"].nunique().to_dict()
        here = table[(table["period"] == place) & (table["term"] != "Not coded")]
        assert here.set_index(["term", "arm"])["with_event"].to_dict() == plain
    assert (at_risk.groupby("arm")["at_risk"].apply(list).map(lambda n: n[0] >= n[1])).all()
    with pytest.raises(DataError, match="ascending"):
        store.event_sets.by_period(EventSelection(), [0, 0], cohort=Cohort())


def test_worst_grades_and_kinds_add_up(made):
    store, adsl, adae = made
    counts = store.event_sets.counts(EventSelection(), cohort=Cohort())
    grades = store.event_sets.worst_grades(EventSelection(), cohort=Cohort())
    for table, own in ((counts.overall, grades[grades["class"] == ""]),):
        assert own.groupby("arm")["subjects"].sum().to_dict() == (
            table.set_index("arm")["with_event"].to_dict()
        )
    terms = grades[grades["term"] != ""].groupby(["class", "term", "arm"])["subjects"].sum()
    assert (
        terms.to_dict() == counts.terms.set_index(["class", "term", "arm"])["with_event"].to_dict()
    )
    kinds = store.event_sets.by_kind(EventSelection(), cohort=Cohort()).set_index(["kind", "arm"])
    events = adae.merge(adsl, on="USUBJID").query("TRTEMFL == 'Y'")
    fatal = events[(events["AEOUT"] == "FATAL") | (events["AESDTH"] == "Y")]
    assert kinds.loc["fatal", "with_event"].to_dict() == (
        fatal.groupby("TRT01A")["USUBJID"].nunique().to_dict()
    )
    assert kinds.loc["serious", "events"].sum() == (events["AESER"] == "Y").sum()


@pytest.mark.parametrize(
    ("bad", "rule"),
    [
        ({"emergence": "sometimes"}, "flagged, in a window, or all"),
        ({"days_after": -1}, "whole number from 0 to"),
        ({"days_after": 2.5}, "whole number from 0 to"),
        ({"until": "never"}, "last dose or end of study"),
        ({"kinds": ("odd",)}, "a kind is one of"),
        ({"least_grade": 6}, "a grade is a whole number"),
    ],
)
def test_a_selection_that_means_nothing_is_refused(bad, rule):
    with pytest.raises(DataError, match=rule):
        EventSelection(**bad)
