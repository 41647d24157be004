"""What the Safety page shows is made again by its scripts."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dashboard import results
from dashboard.analyses.safety.berry_berry import BerryBerryFit
from dashboard.jobs.working import Worker
from dashboard.unattended import draw_page
from dashboard.views import jobs
from dashboard.views.safety import hierarchical
from dashboard.views.safety.onset import REPEATED
from queries.workspace import open_workspace
from tests.dashboard.views.made_again import assert_made_again, what_differs


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("tab", "inputs"),
    [
        ("Overview", {}),
        ("Terms", {"safety_least_percent": 5.0, "safety_classes": ["Skin complaints"]}),
        ("Dot plot", {"safety_order": "difference", "safety_rows": 8}),
        ("Volcano", {}),
        ("Butterfly", {"safety_rows": 8}),
        ("Over time", {"safety_rows": 8}),
        ("Onset", {}),
        ("Onset", {"safety_onset_view": REPEATED}),
        ("Exposure", {}),
        ("Deaths and listings", {}),
    ],
)
def test_every_result_of_the_safety_page_is_made_again(tab: str, inputs: dict[str, Any]) -> None:
    assert_made_again("safety", inputs={"safety_tab": tab, **inputs})


def test_a_fitted_model_is_made_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = SimpleNamespace(of=partial(BerryBerryFit.of, draws=200))
    monkeypatch.setattr(hierarchical, "BerryBerryFit", quick)
    answer = jobs.answer

    def at_once(asked: Any, **said: str) -> Any:
        if asked.found() is None:
            asked.submit("tester")
            with open_workspace(home) as workspace:
                Worker(workspace).do_one()
        return answer(asked, **said)

    monkeypatch.setattr(jobs, "answer", at_once)
    assert_made_again("safety", inputs={"safety_tab": "Hierarchical model"})


@pytest.mark.parametrize("tab", ["Overview", "Dot plot", "Onset", "Deaths and listings"])
def test_scripts_of_a_blinded_reader_name_no_arm(home: Path, tab: str) -> None:
    with open_workspace(home) as workspace:
        workspace.blind("EQX-301", person="anna", reason="A test")
    cards = draw_page("safety", study="EQX-301", inputs={"safety_tab": tab}).cards
    assert cards
    for card in cards:
        assert "Lumarestat" not in str(card.script)
        assert "PBO" not in str(card.script)
        assert not what_differs(card)


@pytest.mark.usefixtures("home")
def test_a_very_long_listing_is_read_only_when_it_is_taken_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(results, "MOST_KEPT", 0)
    drawn = draw_page("safety", study="EQX-301", inputs={"safety_tab": "Deaths and listings"})
    assert drawn.cards == ()
    assert "not marked serious" in " ".join(drawn.said)
