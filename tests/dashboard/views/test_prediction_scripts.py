"""What the Prediction page shows is made again by its scripts."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from dashboard.analyses.prediction.fit import PredictionFit, PredictionReport
from dashboard.jobs.working import Worker
from dashboard.views import jobs
from dashboard.views.prediction import builder, page
from queries.workspace import open_workspace
from tests.dashboard.views.made_again import assert_made_again


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("tab", list(page.TABS))
def test_every_result_of_the_page_is_made_again(
    tab: str, report: PredictionReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As far as it is made from the report, which stands for every fit; see below for the fit."""
    kept = PredictionReport.from_json(report.to_json())
    monkeypatch.setattr(jobs, "answer", lambda *_, **__: kept)
    monkeypatch.setattr(PredictionFit, "run", lambda *_, **__: report)
    assert_made_again("prediction", inputs={"prediction_tab": tab})


@pytest.mark.slow
def test_the_fit_is_made_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builder, "PredictionFit", partial(PredictionFit, trials=2, bootstraps=20))
    answer = jobs.answer

    def at_once(asked: Any, **said: str) -> Any:
        if asked.found() is None:
            asked.submit("tester")
            with open_workspace(home) as workspace:
                Worker(workspace).do_one()
        return answer(asked, **said)

    monkeypatch.setattr(jobs, "answer", at_once)
    inputs = {
        "prediction_tab": "Who is at risk",
        "prediction_families": ["discrete"],
        "prediction_folds": 2,
        "prediction_columns_EQX-301": ["AGE", "EGFRBL"],
    }
    assert_made_again("prediction", inputs=inputs)
