"""Every SQL file keeps the promises of its header."""

from __future__ import annotations

import inspect

import pytest

from queries import questions
from queries.question import all_questions, read_question
from queries.store import Store

VALUES = {
    "endpoint": "OS",
    "subject": "S1",
    "subjects": ["S1", "S2"],
    "apart": ["Death"],
    "rest": "Event",
    "competing": ["Lost"],
    "other": "PFS",
    "origin": "randomisation",
    "until": "data cut",
    "days_after": 30,
    "kind": "any",
    "classes": ["Gut"],
    "terms": [],
    "related": ["Y"],
    "parameters": ["TRTDUR"],
    "tests": ["ALT"],
    "until_day": 0,
    "test": "ALT",
    "dataset": "adlb",
    "parameter": "ALT",
    "visit": "WEEK 4",
    "term": None,
    "time_point": None,
    "allowance_days": 30,
}


@pytest.mark.parametrize("name", all_questions())
def test_answer_has_the_columns_and_the_grain_of_the_header(name: str, tiny_store: Store) -> None:
    question = read_question(name)
    values = {param: VALUES[param] for param in question.params}
    described = tiny_store.describe(name, **values)
    assert described == question.columns
    answer = tiny_store.ask(name, **values)
    if question.grain == ("record",):  # as many rows as there are records, equal ones too
        return
    if question.grain:
        assert not answer.duplicated(list(question.grain)).any()
    else:
        assert len(answer) == 1


@pytest.mark.parametrize("name", all_questions())
def test_each_file_has_one_keyword_only_function(name: str) -> None:
    function = getattr(questions, name)
    kinds = {p.kind for p in inspect.signature(function).parameters.values()}
    assert kinds == {inspect.Parameter.KEYWORD_ONLY}
    assert set(read_question(name).params) <= set(inspect.signature(function).parameters)


def test_every_header_has_a_summary() -> None:
    assert all(read_question(name).summary.endswith(".") for name in all_questions())
