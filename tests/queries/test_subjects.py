"""The list of subjects: what plain pandas would find, in its order, each subject once."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queries.cohorts import Cohort, OneOf
from queries.errors import DataError
from queries.store import open_store
from queries.subjects import EVENTS, SubjectList, count_subjects, list_subjects, place_of
from tests.tiny_snapshot import write_tiny_snapshot

COLUMNS = ("AGE", "SEX", "COUNTRY", "RANDDT", EVENTS)
LISTS = st.builds(
    SubjectList,
    columns=st.just(COLUMNS),
    search=st.sampled_from(["", "s", "S1", "deu", "f", "2024-03", "7", "%", "_", "'; --", "zzz"]),
    order=st.sampled_from(["", *COLUMNS, "RACE"]),
    descending=st.booleans(),
)
quick = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def everybody(store) -> pd.DataFrame:
    everything = SubjectList(columns=(*COLUMNS, "RACE"))
    frame = list_subjects(store, Cohort(), everything, rows=None)
    frame["RANDDT"] = pd.to_datetime(frame["RANDDT"]).dt.date
    return frame


@quick
@given(shown=LISTS)
def test_search_and_order_are_those_of_pandas(tiny_store, shown):
    frame = everybody(tiny_store)
    texts = frame[["subject", *COLUMNS]].astype(object).where(frame.notna(), None)
    found = texts.apply(
        lambda row: any(shown.search.lower() in str(v).lower() for v in row if v is not None),
        axis=1,
    )
    expected = frame[found].sort_values(
        "subject", ascending=not (shown.descending and not shown.order)
    )
    if shown.order:
        expected = expected.sort_values(
            shown.order, ascending=not shown.descending, na_position="last", kind="stable"
        )
    page = list_subjects(tiny_store, Cohort(), shown, rows=None)
    assert page["subject"].tolist() == expected["subject"].tolist()
    assert count_subjects(tiny_store, Cohort(), shown) == len(expected)


@quick
@given(shown=LISTS, rows=st.integers(1, 5))
def test_pages_hold_everybody_once_and_places_agree(tiny_store, shown, rows):
    whole = list_subjects(tiny_store, Cohort(), shown, rows=None)["subject"].tolist()
    pages = [
        list_subjects(tiny_store, Cohort(), shown, start=start, rows=rows)["subject"].tolist()
        for start in range(0, len(whole), rows)
    ]
    assert [one for page in pages for one in page] == whole
    for place, subject in enumerate(whole):
        assert place_of(tiny_store, Cohort(), shown, subject) == place
    assert place_of(tiny_store, Cohort(), shown, "nobody") is None


def test_the_list_is_of_the_cohort(tiny_store):
    women = Cohort(OneOf(column="SEX", values=("F",)))
    page = list_subjects(tiny_store, women, SubjectList(columns=("SEX",)))
    assert set(page["SEX"]) == {"F"}
    assert place_of(tiny_store, women, SubjectList(), "S2") is None


@pytest.mark.parametrize("name", ["NOPE", '"; drop table adsl; --x', "subject", "base"])
def test_a_column_is_one_of_the_data(tiny_store, name):
    for shown in (SubjectList(columns=(name,)), SubjectList(order=name)):
        with pytest.raises(DataError, match="columns of ADSL that this reader may see"):
            list_subjects(tiny_store, Cohort(), shown)


def test_a_hostile_column_is_listed_like_any_other(tiny_store):
    hostile = next(name for name in tiny_store.columns if "drop table" in name)
    page = list_subjects(tiny_store, Cohort(), SubjectList(columns=(hostile,), order=hostile))
    assert page[hostile].tolist() == list(range(1, 9))


def test_a_pooled_reader_lists_no_arm(tmp_path: Path):
    with open_store(write_tiny_snapshot(tmp_path / "tiny.duckdb"), pooled=True) as pooled:
        for name in ("TRT01P", "TRT01A", "ARMLIKE"):
            with pytest.raises(DataError, match="this reader may see"):
                list_subjects(pooled, Cohort(), SubjectList(order=name))


@pytest.mark.parametrize(("start", "rows"), [(-1, 25), (0, 0), (0, 501)])
def test_a_page_has_a_size(tiny_store, start, rows):
    with pytest.raises(DataError, match="1 to 500 rows"):
        list_subjects(tiny_store, Cohort(), SubjectList(), start=start, rows=rows)


def test_a_list_and_a_search_have_limits():
    with pytest.raises(DataError, match="at most 20 columns, but got 21"):
        SubjectList(columns=("A",) * 21)
    with pytest.raises(DataError, match="at most 200 characters"):
        SubjectList(search="x" * 201)
