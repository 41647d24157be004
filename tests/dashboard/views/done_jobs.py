"""Jobs that are done where a page asks for them, so that a test needs no worker."""

from __future__ import annotations

from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest

from analytics.progress import unheard
from analytics.results import Result
from dashboard import state
from dashboard.jobs.asking import AskedJob
from dashboard.jobs.requests import read_request
from dashboard.views import jobs


def do_jobs_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `jobs.answer` do the job as a worker does; its result has travelled as one from there."""

    def answer(asked: AskedJob[Result], **_: object) -> Result:
        request = read_request(asked.request_json, asked.kind.request)
        context: Any = SimpleNamespace(store=lambda: nullcontext(state.store()), progress=unheard)
        return Result.from_json(asked.kind.run(request, context).to_json())

    monkeypatch.setattr(jobs, "answer", answer)
