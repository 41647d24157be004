"""The plan of sites: what is read, and what is refused with a sentence."""

from __future__ import annotations

import datetime

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries import questions
from queries.errors import DataError
from queries.importers.refusal import ImportRefused
from queries.site_plan import PlannedSite, SitePlan, read_site_plan
from queries.store import Store

WHOLE = (
    "site;country;planned activation;Actual-Activation;closed;target;cost;cost_per_subject;"
    "currency\n"
    "01;DEU;2024-01-01;2024-01-03;;12;15000;1200.50;EUR\n"
    "\n"
    "03;FRA;2024-05-01;;2025-01-01;8;9000;;EUR\n"
)


@pytest.mark.parametrize("mark", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_usual_form_is_read(mark: str, encoding: str, end: str) -> None:
    text = WHOLE.replace(";", mark).replace("\n", end)
    first, second = read_site_plan(text.encode(encoding)).sites
    assert first == PlannedSite(
        site="01",
        country="DEU",
        planned_activation=datetime.date(2024, 1, 1),
        actual_activation=datetime.date(2024, 1, 3),
        target=12,
        activation_cost=15000.0,
        cost_per_subject=1200.5,
        currency="EUR",
    )
    assert (second.activation, second.closed) == (
        datetime.date(2024, 5, 1),
        datetime.date(2025, 1, 1),
    )


def test_names_are_text_in_either_encoding() -> None:
    for encoding in ("utf-8", "cp1252"):
        plan = read_site_plan("site,country\nMünchen,Österreich\n".encode(encoding))
        assert plan.sites == (PlannedSite(site="München", country="Österreich"),)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "a file is not empty"),
        (b"site\n", "names at least one site"),
        (b"\xff\xfes\0i\0t\0e\0", "text in UTF-8 or Windows-1252"),
        (b"site\n\x00\n", "text in UTF-8 or Windows-1252"),
        (b"site\n\x81\n", "text in UTF-8 or Windows-1252"),
        (b'site,country\n"01,DEU\n', "quotes are closed"),
        (b"country\nDEU\n", "has a column site"),
        (b"site,budget\n1,2\n", "columns are site, country, .* but got 'budget'"),
        (b"site,SITEID\n1,1\n", "each column is there once"),
        (b"site,target\n1\n", "row 2: a row has 2 cells, as the first one has, but got 1"),
        (b"site\n1\n1\n", "row 3: a plan names each site once, but got '1'"),
        (b"site,target\n,3\n", "row 2: each row names its site"),
        (b"site,target\n1,-3\n", "column target, row 2: a target is a whole number"),
        (b"site,target\n1,3.5\n", "a target is a whole number"),
        ("site,target\n1,٣\n".encode(), "a target is a whole number"),
        (b"site,target\n1,9999999999999999999\n", "a target is a whole number"),
        (b"site,cost,currency\n1,nan,EUR\n", "costs are numbers >= 0"),
        (b'site,cost,currency\n1,"1,000",EUR\n', "costs are numbers >= 0"),
        (b"site,cost,currency\n1,999999999999999,EUR\n", "costs are at most"),
        (b"site,cost\n1,5\n", "costs have a currency"),
        (b"site,cost,currency\n1,5,euro\n", "three capitals"),
        (b"site,cost,currency\n1,5,EUR\n2,5,USD\n", "in one currency"),
        (b"site,closed\n1,31/03/2026\n", "days are written as 2026-03-31, but got '31/03/2026'"),
        (b"site,closed\n1,2026-02-30\n", "days are written as 2026-03-31"),
        (b"site,closed\n1,0001-01-01\n", "days are from 1950"),
        (b"site,activated,closed\n1,2026-02-03,2026-02-01\n", "closes after it was activated"),
        (b"site\n1\x07\n", "none of them for control"),
        (b"site\n" + b"1" * 201 + b"\n", "at most 200 characters"),
        (b"site\n" + b"1" * 5_300_000, "at most 5,242,880 bytes"),
        (b"site\n" + b"\n" * 20_010 + b"1\n", "at most 20,000 sites"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(ImportRefused, match=sentence):
        read_site_plan(data)


def test_every_problem_is_named_up_to_fifty() -> None:
    rows = "".join(f"{one},x\n" for one in range(80))
    with pytest.raises(ImportRefused) as refused:
        read_site_plan(f"site,target\n{rows}".encode())
    assert len(refused.value.problems) == 50


@settings(max_examples=100, derandomize=True)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_whatever_the_bytes_there_is_a_plan_or_a_sentence(noise: bytes) -> None:
    for data in (noise, b"site,target\n" + noise, b"site,cost,currency\n" + noise):
        assert said(data)[-1] in ".)"


def said(data: bytes) -> str:
    try:
        return repr(read_site_plan(data))
    except ImportRefused as refused:
        return str(refused)


def test_a_plan_stands_beside_what_was_recruited(tiny_store: Store) -> None:
    table = read_site_plan(WHOLE.encode()).compared(questions.site_recruitment(store=tiny_store))
    assert table["site"].tolist() == ["01", "02", "03"]
    assert table["planned"].tolist() == [True, False, True]
    assert table["recruiting"].tolist() == [True, True, False]
    assert table["subjects"].tolist()[:2] == [4, 4]
    assert pd.isna(table["target"].iloc[1])


def test_a_plan_by_hand_keeps_the_rules() -> None:
    site = PlannedSite(site="1")
    with pytest.raises(DataError, match="each site once"):
        SitePlan(sites=(site, site))
    assert eval(repr(SitePlan(sites=(site,)))) == SitePlan(sites=(site,))
