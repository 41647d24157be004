"""A search for escalation designs as a job: as in memory, kept when cancelled, and its code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from analytics.checks import InputError
from analytics.dosing.characteristics import shifted_scenarios
from analytics.dosing.search import (
    DoseConstraint,
    DoseObjective,
    DoseSearchProblem,
    DoseSearchResult,
    DoseSearchSpace,
)
from analytics.dosing.search.judging import decisive
from analytics.results import Result, same
from dashboard.analyses.dosing import usual_dosing
from dashboard.analyses.dosing.found import (
    front_rows,
    held_note,
    own_values,
    summary_sentence,
    verdict_rows,
)
from dashboard.analyses.dosing.request import request_for
from dashboard.analyses.dosing.search import (
    OWN,
    SEARCHED,
    DoseSearch,
    HeldOutComparison,
    searching_code,
    taken,
    textbook,
)
from dashboard.jobs import search_job
from dashboard.jobs.asking import AskedJob
from dashboard.jobs.kinds import DOSE_DEFAULTS, DOSE_SEARCH, Context
from dashboard.jobs.requests import read_request, write_request
from dashboard.jobs.search_trials import SearchTrials
from dashboard.jobs.working import Worker
from queries.workspace import Workspace
from tests.dashboard.searches import opened

PROPOSAL = usual_dosing()
PROBLEM = DoseSearchProblem(
    space=DoseSearchSpace(
        doses=5,
        target=0.25,
        families=tuple(SEARCHED),
        cohort=(3, 4),
        patients=(9, 18),
        stop_at=(6, 18),
        symmetric=True,
    ),
    scenarios=shifted_scenarios(doses=5, target=0.25),
    objectives=(DoseObjective(measure="correct"), DoseObjective(measure="overdosed")),
    accrual=PROPOSAL.accrual,
)
ASKED = DoseSearch(problem=PROBLEM, budget=24, policy="nsga2", seed=3)


class StoppedError(Exception):
    """A search was to stop here."""


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    with opened("sqlite", tmp_path, monkeypatch) as found:
        found.register_study(code="TINY", person="tester")
        yield found


@pytest.fixture(scope="module")
def found() -> DoseSearchResult:
    return ASKED.run()


def of(workspace: Workspace, kind: Any, request: Any) -> AskedJob[Any]:
    return AskedJob.of(workspace, kind, request, study="TINY", snapshot=None, pooled=True)


def rows(result: DoseSearchResult) -> list[Any]:
    return result.trials.drop(columns="seconds").round(12).astype(str).to_numpy().tolist()


def held(result: DoseSearchResult, **more: Any) -> HeldOutComparison:
    front = result.front()
    others = {**textbook(PROBLEM.space), OWN: PROPOSAL.design()}
    given = {"count": 15, "seed": 2, "others": tuple(others.items()), **more}
    return HeldOutComparison(problem=PROBLEM, designs=tuple(front.designs().items()), **given)


def test_a_job_gives_the_front_of_a_search_in_memory(
    workspace: Workspace, found: DoseSearchResult
) -> None:
    job = of(workspace, DOSE_SEARCH, ASKED)
    assert read_request(job.request_json, DoseSearch) == ASKED
    job.submit("tester")
    assert Worker(workspace).do_one().state == "done"
    answer = job.result()
    kept = SearchTrials(workspace, job.key, ASKED).result()
    assert rows(answer) == rows(kept) == rows(found)
    assert answer.front().table.equals(found.front().table)


def test_parts_of_a_job_are_those_in_memory(workspace: Workspace) -> None:
    asked = replace(ASKED, parts=2, policy="random", budget=10)
    for part in asked.divided():
        of(workspace, DOSE_SEARCH, part).submit("tester")
    worker = Worker(workspace)
    assert [worker.do_one().state for _ in range(2)] == ["done", "done"]
    kept = SearchTrials(workspace, of(workspace, DOSE_SEARCH, asked).key, asked).result()
    alone = DoseSearchResult.of_parts([part.run() for part in asked.divided()])
    assert rows(kept) == rows(alone)


def test_what_was_tried_is_kept_when_cancelled_and_gone_on_with(workspace: Workspace) -> None:
    job = of(workspace, DOSE_SEARCH, ASKED)
    job.submit("tester")
    claimed = workspace.jobs.claim(owner="one")
    assert claimed is not None
    told: list[float] = []

    def stop(share: float, _: str) -> None:
        told.append(share)
        if share >= 0.5:
            raise StoppedError

    with pytest.raises(StoppedError):
        search_job.run_search(ASKED, Context(workspace=workspace, job=claimed, progress=stop))
    workspace.jobs.cancel(claimed.id, "tester")
    workspace.jobs.stop(claimed.id, owner="one")
    assert told == pytest.approx([one / 24 for one in range(1, 13)])
    trials = SearchTrials(workspace, job.key, ASKED)
    before = rows(trials.result())
    assert len(before) == 12
    assert trials.result().front().numbers
    job.submit("tester")
    assert Worker(workspace).do_one().state == "done"
    assert rows(job.result())[:12] == before
    assert job.result().evaluations == 24


def test_the_comparison_is_a_job_too(workspace: Workspace, found: DoseSearchResult) -> None:
    asked = held(found)
    job = of(workspace, DOSE_DEFAULTS, asked)
    assert read_request(job.request_json, HeldOutComparison) == asked
    job.submit("tester")
    assert Worker(workspace).do_one().state == "done"
    assert same(job.result(), asked.run())


def test_the_code_gives_the_same_front_and_the_same_verdicts(found: DoseSearchResult) -> None:
    front, asked = found.front(), held(found)
    said, made = StringIO(), {}
    with redirect_stdout(said):
        exec(searching_code(ASKED, asked, chosen=front.knee()), made)
    assert made["front"].table.equals(front.table)
    assert same(made["against"], asked.run())
    assert repr(front.design(front.knee())) in said.getvalue()
    divided = replace(ASKED, parts=2, budget=6)
    again: dict[str, Any] = {}
    with redirect_stdout(StringIO()):
        exec(searching_code(divided, asked, chosen=0).split("print")[0], again)
    parts = DoseSearchResult.of_parts([part.run() for part in divided.divided()])
    assert again["front"].table.equals(parts.front().table)


@pytest.mark.parametrize("family", list(SEARCHED))
@pytest.mark.parametrize("stop_at", [6, 18])
def test_a_design_of_the_front_becomes_that_of_the_page(family: str, stop_at: int) -> None:
    space = replace(PROBLEM.space, families=(family,), stop_at=(stop_at, stop_at), start=2)
    asked = replace(ASKED, problem=replace(PROBLEM, space=space), budget=4, policy="random")
    front = asked.run().front()
    own = replace(PROPOSAL, rules=replace(PROPOSAL.rules, precise=0.3, accelerated=True))
    for number in front.numbers:
        new = taken(own, front, number)
        assert new.family == SEARCHED[family]
        assert Result.from_json(new.to_json()) == new
        early = stop_at < new.most_patients
        design = front.design(number)
        if family == "crm" and not early:
            design = replace(design, stopping=new.design().stopping)
        assert decisive(new.design()) == decisive(design)


def test_what_is_found_is_said(found: DoseSearchResult) -> None:
    against = held(found).run()
    table = verdict_rows(against)
    assert table["Design"].tolist() == ["3+3", "BOIN", "Keyboard", "mTPI-2", "mTPI", "CRM", OWN]
    beaten = table["Verdict"].str.startswith("Dominated by design")
    assert tuple(table.loc[beaten, "Design"]) == against.dominated
    assert all(" → " in one for one in table.loc[beaten, "Correct selection"])
    assert "15 random scenarios, seed 2, that the search did not use" in held_note(held(found))
    nothing = held(found, others=(("CRM", found.front().design(found.front().numbers[-1])),))
    assert summary_sentence(nothing.run()).startswith("No improvement found")
    assert verdict_rows(nothing.run())["Verdict"].tolist() == ["No improvement found"]
    listed = front_rows(found.front())
    assert listed["Design"].tolist() == [str(one) for one in found.front().numbers]
    assert set(listed["Family"]) <= set(SEARCHED.values())


def test_the_own_design_is_where_the_search_would_put_it() -> None:
    answer = request_for(PROPOSAL, "BOIN", PROBLEM.scenarios, seed=1).run()
    row = PROBLEM.compare({OWN: PROPOSAL.design()}).iloc[0]
    for label, value in own_values(PROBLEM, answer).items():
        assert value == pytest.approx(row[label])


def test_refuses(found: DoseSearchResult) -> None:
    with pytest.raises(InputError, match="2 to 500 scenarios are held out"):
        held(found, count=1)
    drawn = held(found, seed=1).scenarios
    used = replace(PROBLEM, scenarios=drawn[:3])
    rule = "the search used none of the scenarios that are held out: take another seed"
    with pytest.raises(InputError, match=rule):
        replace(held(found), problem=used, seed=1)
    with pytest.raises(InputError, match="at least one design for each part"):
        replace(ASKED, budget=1, parts=2)
    with pytest.raises(InputError):
        read_request(write_request(PROBLEM), DoseSearch)
    limit = DoseConstraint(measure="correct", at_least=0.99)
    empty = replace(ASKED, problem=replace(PROBLEM, constraints=(limit,)), budget=5).run()
    assert empty.front().table.empty
